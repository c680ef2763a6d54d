/** The graph's outputs: what the traced function returned, under the names it was returned by. */
import type { ValueInfo } from '../onnx/model.ts';
import { elementCount } from '../onnx/model.ts';
import { backend } from './backend.ts';
import type { Recorder, Shape, Value } from './recorder.ts';
import type { tf } from './tensorflow.ts';
import { TraceError } from './trace-error.ts';

/** Gives the outputs their names: by renaming what makes them, or with an Identity where that is not possible. */
export function nameOutputs(recorder: Recorder, results: { name: string; tensor: tf.Tensor }[]): ValueInfo[] {
  const renamed = new Map<string, string>();
  const inputs = new Set(recorder.inputs.map(({ name }) => name));
  const outputs = new Set<string>();
  const infos = results.map(({ name, tensor }): ValueInfo => {
    if (outputs.has(name)) throw new TraceError(`two outputs are named "${name}"`);
    outputs.add(name);
    const value = outputValue(recorder, tensor, (used) => inputs.has(used) || renamed.has(used));
    renamed.set(value.name, name);
    return { name, type: value.dtype, shape: tensor.shape.map((size) => recorder.standIns.label(size)) };
  });
  rename(recorder, renamed);
  return infos;
}

/** The full value of an output, one of its own: not an input, nor an output already. */
function outputValue(recorder: Recorder, tensor: tf.Tensor, isTaken: (name: string) => boolean): Value {
  const held = backend.valueBehind(tensor);
  if (held.constant && held.shape.length === 0) {
    // Equal scalars are shared; an output is a constant of its own.
    if (!tensor.shape.some((size) => recorder.standIns.isDynamic(size)))
      return ownConstant(recorder, held, tensor.shape);
  }
  const value = recorder.expand(held, tensor.shape);
  if (!isTaken(value.name)) return value;
  return value.constant ? ownConstant(recorder, value, value.shape) : recorder.node('Identity', [value], value.shape);
}

function ownConstant(recorder: Recorder, { dtype, constant }: Value, shape: Shape): Value {
  const count = elementCount(shape);
  const data =
    constant!.length === count
      ? constant!
      : new (constant!.constructor as Float32ArrayConstructor)(count).fill(constant![0]!);
  return recorder.constant(dtype, shape, data);
}

/** Replaces value names everywhere; an inner value that has an output's name already makes way for it. */
function rename(recorder: Recorder, renamed: ReadonlyMap<string, string>): void {
  const { nodes, initializers, types } = recorder;
  const all = new Map(renamed);
  const wanted = new Set(renamed.values());
  const existing = [...initializers.keys(), ...nodes.flatMap(({ outputs }) => outputs)];
  for (const name of existing) {
    if (wanted.has(name) && !renamed.has(name)) all.set(name, recorder.uniqueName(`${name}_inner`));
  }
  const to = (name: string) => all.get(name) ?? name;
  for (const made of nodes) {
    made.inputs = made.inputs.map(to);
    made.outputs = made.outputs.map(to);
  }
  const entries = [...initializers];
  initializers.clear();
  for (const [name, tensor] of entries) initializers.set(to(name), tensor);
  const known = [...types];
  types.clear();
  for (const [name, type] of known) types.set(to(name), type);
}
