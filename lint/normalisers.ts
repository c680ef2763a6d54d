/**
 * The normaliser within a policy's file: (observation - mean) / deviation, clipped. ML-Agents writes one for each vector sensor;
 * other files join their sensors first and have one for all.
 */
import type { Tensor } from '../onnx/model.ts';
import { numberIn, type PolicyFile } from './policy-file.ts';

/** Observations that are normalised, and by what. */
export interface FoundNormaliser {
  /** The inputs that it normalises, in the order in which they are joined. */
  readonly inputs: readonly string[];
  /** [size] each. */
  readonly mean: Float32Array;
  readonly deviation: Float32Array;
  /** What the quotient is clipped to; undefined where it is not. */
  readonly clip: { readonly min: number; readonly max: number } | undefined;
  /** The value that comes out. */
  readonly output: string;
  /** By observation: whether every weight that reads it is 0, so that nothing comes of it. */
  readonly isUnheard: readonly boolean[];
}

/** Deviations below this are those of observations that never moved: what is left of the 1 that a normaliser starts with. */
export const NEVER_MOVED_BELOW = 1e-3;

/** Every normaliser of the file, in the order of its nodes. */
export function normalisersOf(policy: PolicyFile): FoundNormaliser[] {
  const widths = new Map<string, number>();
  for (const { name, shape } of policy.observations) {
    const width = shape?.length === 2 ? shape[1] : undefined;
    if (typeof width === 'number') widths.set(name, width);
  }
  const names = new Set(policy.observations.map(({ name }) => name));
  const found: Omit<FoundNormaliser, 'isUnheard'>[] = [];
  for (const { op, inputs, outputs } of policy.graph.nodes) {
    const joined = op === 'Sub' ? observationsIn(policy, names, inputs[0]) : [];
    const division = joined.length > 0 ? readerOf(policy, outputs[0], 'Div') : undefined;
    const mean = row(policy.constant(inputs[1]));
    const deviation = row(policy.constant(division?.inputs[1]));
    if (!mean || !deviation || mean.length !== deviation.length) continue;
    const clipping = readerOf(policy, division?.outputs[0], 'Clip');
    const output = (clipping ?? division)?.outputs[0] ?? '';
    widths.set(output, mean.length);
    const limit = (name: 'min' | 'max', at: number) => {
      const given = policy.constant(clipping?.inputs[at]);
      return given?.data.length ? Number(given.data[0]) : numberIn(clipping?.attributes[name], Number.NaN);
    };
    const clip = clipping ? { min: limit('min', 1), max: limit('max', 2) } : undefined;
    found.push({ inputs: joined, mean, deviation, clip, output });
  }
  return found.map((each) => ({ ...each, isUnheard: unheard(policy, each.output, each.mean.length, widths) }));
}

/** The observations that a value is: itself one, or a Concat of some. */
function observationsIn(policy: PolicyFile, names: ReadonlySet<string>, value: string | undefined): readonly string[] {
  const isOne = (name: string | undefined) => name !== undefined && names.has(name);
  if (isOne(value)) return [value!];
  const join = policy.producer(value);
  return join?.op === 'Concat' && join.inputs.every(isOne) ? join.inputs : [];
}

function readerOf(policy: PolicyFile, value: string | undefined, op: string) {
  return value === undefined
    ? undefined
    : policy.readers(value).find((node) => node.op === op && node.inputs[0] === value);
}

function row(tensor: Tensor | undefined): Float32Array | undefined {
  return tensor?.data instanceof Float32Array && tensor.data.length > 0 ? tensor.data : undefined;
}

/** Which columns of a value only weights of 0 read. Where something else than a Gemm reads it, none. */
function unheard(
  policy: PolicyFile,
  value: string,
  size: number,
  widths: ReadonlyMap<string, number>,
): readonly boolean[] {
  const isHeard = new Array<boolean>(size).fill(false);
  const listen = (name: string, offset: number, depth: number): void => {
    for (const node of policy.readers(name)) {
      const before = node.inputs.slice(0, node.inputs.indexOf(name)).map((each) => widths.get(each));
      const columns = node.op === 'Gemm' && node.inputs[0] === name ? weightsByInput(policy, node) : undefined;
      if (columns) for (let at = 0; at < size; at++) isHeard[at] ||= columns(offset + at);
      else if (node.op === 'Concat' && depth < 2 && before.every((width) => width !== undefined)) {
        listen(node.outputs[0] ?? '', offset + before.reduce((sum, width) => sum + width!, 0), depth + 1);
      } else isHeard.fill(true);
    }
  };
  listen(value, 0, 0);
  return isHeard.map((heard) => !heard);
}

/** Whether any weight of a Gemm reads its input of an index; undefined where its weights are no matrix of the file. */
function weightsByInput(
  policy: PolicyFile,
  { inputs, attributes }: { inputs: readonly string[]; attributes: PolicyFile['graph']['nodes'][number]['attributes'] },
): ((index: number) => boolean) | undefined {
  const weights = policy.constant(inputs[1]);
  if (weights?.shape.length !== 2 || !(weights.data instanceof Float32Array)) return undefined;
  const { data } = weights;
  const [rows = 0, columns = 0] = weights.shape;
  const isTransposed = numberIn(attributes['transB'], 0) === 1;
  return (index) => {
    const [count, start, step] = isTransposed ? [rows, index, columns] : [columns, index * columns, 1];
    for (let at = 0; at < count; at++) if (data[start + at * step] !== 0) return true;
    return false;
  };
}
