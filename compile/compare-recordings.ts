/** Whether two recordings of a function, made with different stand-ins for its dynamic sizes, are the same graph. */
import { areEqual } from '../base/bytes.ts';
import type { Node, ValueInfo } from '../onnx/model.ts';
import type { Calls } from './calls.ts';
import { type LeastSize, type Recorder, sameShape } from './recorder.ts';

export interface Recording {
  readonly recorder: Recorder;
  readonly calls: Calls;
  readonly outputs: ValueInfo[];
  /** The nesting that the function returned, with the output's name in place of each tensor. */
  readonly outputNesting: unknown;
}

/** The first node at which two recordings of the same function part. */
export function firstDifference(a: Recording, b: Recording): number | undefined {
  const count = Math.max(a.recorder.nodes.length, b.recorder.nodes.length);
  for (let index = 0; index < count; index++) {
    const [one, other] = [a.recorder.nodes[index], b.recorder.nodes[index]];
    if (!one || !other || !sameNode(one, other, a.recorder, b.recorder)) return index;
  }
  const constants = a.outputs.every(({ name }) => sameConstant(name, name, a.recorder, b.recorder));
  return constants ? undefined : count - 1;
}

/** A size of an output that only one of the stand-ins explains (rows + columns) is not told in the file. */
export function forgetSizes(outputs: readonly ValueInfo[], again: readonly ValueInfo[]): void {
  for (const [index, { shape }] of outputs.entries()) {
    shape?.forEach((size, axis) => {
      if (size !== again[index]?.shape?.[axis]) shape[axis] = null;
    });
  }
}

/** A bound that only one of the stand-ins explains is none: a plain number looked like a dynamic size. */
export function forgetLeast(least: Map<string, LeastSize>, again: ReadonlyMap<string, LeastSize>): void {
  for (const [symbol, { size }] of least) {
    const other = again.get(symbol);
    if (!other) least.delete(symbol);
    else if (other.size < size) least.set(symbol, other);
  }
}

function sameNode(a: Node, b: Node, ofA: Recorder, ofB: Recorder): boolean {
  return (
    a.op === b.op &&
    a.inputs.length === b.inputs.length &&
    a.inputs.every((name, index) => sameConstant(name, b.inputs[index]!, ofA, ofB)) &&
    attributesText(a) === attributesText(b)
  );
}

const attributesText = (node: Node): string =>
  JSON.stringify(node.attributes, (_, value) =>
    ArrayBuffer.isView(value) ? Array.from(value as Float32Array) : value,
  );

/** Constants are compared by their content, all else by name: equal recordings name their values equally. */
function sameConstant(nameA: string, nameB: string, ofA: Recorder, ofB: Recorder): boolean {
  const [a, b] = [ofA.initializers.get(nameA), ofB.initializers.get(nameB)];
  if (!a || !b) return a === b;
  if (a.type !== b.type || !sameShape(a.shape, b.shape) || a.data.length !== b.data.length) return false;
  return areEqual(new Uint8Array(a.data.buffer), new Uint8Array(b.data.buffer));
}
