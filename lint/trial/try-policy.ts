/**
 * Runs a policy's file in onnxruntime, which had no part in making it, and tells how its actions come out: each agent by itself
 * and among ten, on ordinary observations and on wild ones.
 *
 * A damaged file can bring the process down that runs it: trial-process.ts has one of its own for this.
 */
import { RandomStream } from '../../base/random/stream.ts';
import { type DenseTensor, Session } from '../../compile/onnxruntime.ts';
import { encodeModel } from '../../onnx/encode.ts';
import { int, type Model, type Node, node, type ValueInfo } from '../../onnx/model.ts';
import { ACTION_MASKS, ACTION_OUTPUTS, DISCRETE_OUTPUTS, MEMORY } from '../contract.ts';
import { normalisersOf } from '../normalisers.ts';
import { PolicyFile } from '../policy-file.ts';
import { TRIAL_ROWS, type Trial, type TriedOutput } from './result.ts';

/** Numbers of one observation that are still tried: an image of 2048 x 2048 in four colours. */
const LARGEST_OBSERVATION = 2 ** 24;
/** What a wild observation is full of, and what it has every other number of the other sign. */
const WILD = 1e6;
/** Any will do; the same one every time. */
const SEED = 1;

/** @returns what came of it; a failure is one of the result's, never thrown. */
export async function tryPolicy(model: Model): Promise<Trial> {
  const policy = new PolicyFile(withoutNoise(model), { engines: [] });
  const wanted = [...Object.values(ACTION_OUTPUTS), ...Object.values(DISCRETE_OUTPUTS)].filter((name) =>
    policy.outputs.has(name),
  );
  let session: Session | undefined;
  try {
    session = await Session.open(encodeModel(policy.model), { threads: 1 });
    const ordinary = ordinaryRows(policy);
    const together = await session.run(feedsOf(policy, ordinary), wanted);
    const apart: Record<string, DenseTensor>[] = [];
    for (let row = 0; row < TRIAL_ROWS; row++) {
      apart.push(await session.run(feedsOf(policy, rowOf(ordinary, row)), wanted));
    }
    const wild = await session.run(feedsOf(policy, wildRows(policy)), wanted);
    return {
      outputs: wanted.map((name) =>
        triedOutput(
          name,
          together[name]!,
          apart.map((each) => each[name]!),
          wild[name]!,
        ),
      ),
    };
  } catch (error) {
    return { failure: oneLine(error instanceof Error ? error.message : String(error)), outputs: [] };
  } finally {
    await session?.release();
  }
}

/** Values by input, for some rows: [rows, ...]. */
interface Rows {
  readonly count: number;
  readonly values: ReadonlyMap<string, Float32Array>;
}

/** Observations as training may have met them, where the file tells of those, else about 0; masks that allow everything. */
function ordinaryRows(policy: PolicyFile): Rows {
  const random = new RandomStream(SEED);
  const known = new Map<string, { mean: Float32Array; deviation: Float32Array }>();
  for (const { inputs, mean, deviation } of normalisersOf(policy)) {
    if (inputs.length === 1) known.set(inputs[0]!, { mean, deviation });
  }
  return rowsOf(policy, TRIAL_ROWS, (input, at, size) => {
    const moments = known.get(input.name);
    const which = at % size;
    if (moments?.mean.length === size) return moments.mean[which]! + moments.deviation[which]! * random.normal();
    return input.name === MEMORY.input ? 0.1 * random.normal() : random.normal();
  });
}

/** All large, all large the other way, and every other one. */
function wildRows(policy: PolicyFile): Rows {
  const signs = [() => 1, () => -1, (which: number) => (which % 2 === 0 ? 1 : -1)];
  return rowsOf(policy, signs.length, (input, at, size) =>
    input.name === MEMORY.input ? 0 : WILD * signs[Math.floor(at / size)]!(at % size),
  );
}

function rowsOf(
  policy: PolicyFile,
  count: number,
  value: (input: ValueInfo, at: number, size: number) => number,
): Rows {
  const values = policy.inputs.map((input): [string, Float32Array] => {
    const size = sizeOf(input);
    return [
      input.name,
      Float32Array.from({ length: count * size }, (_, at) =>
        input.name === ACTION_MASKS ? 1 : value(input, at, size),
      ),
    ];
  });
  return { count, values: new Map(values) };
}

function rowOf({ count, values }: Rows, row: number): Rows {
  const part = ([name, all]: [string, Float32Array]): [string, Float32Array] => {
    const size = all.length / count;
    return [name, all.subarray(row * size, (row + 1) * size)];
  };
  return { count: 1, values: new Map(Array.from(values, part)) };
}

function feedsOf({ inputs }: PolicyFile, { count, values }: Rows): Record<string, DenseTensor> {
  return Object.fromEntries(
    inputs.map(({ name, shape = [] }) => [
      name,
      { type: 'float32', shape: [count, ...shape.slice(1).map(Number)], data: values.get(name)! },
    ]),
  );
}

/** How many numbers of an input are one agent's. */
function sizeOf({ name, shape = [] }: ValueInfo): number {
  const size = shape.slice(1).reduce<number>((product, each) => product * Number(each), 1);
  if (size >= 1 && size <= LARGEST_OBSERVATION) return size;
  throw new Error(`the input ${name} has ${size} numbers for each agent, which is not tried`);
}

/** The same graph with what draws noise replaced: no deviation from the mean, and the likeliest of discrete actions. */
function withoutNoise(model: Model): Model {
  const { graph } = model;
  const made = new Set([...graph.initializers.keys(), ...graph.nodes.flatMap(({ outputs }) => outputs)]);
  const plain = (each: Node): Node => {
    const [value = ''] = each.inputs;
    if (each.op === 'RandomNormalLike') return node('Sub', [value, value], each.outputs);
    if (each.op === 'Multinomial') return node('ArgMax', [value], each.outputs, { axis: int(1), keepdims: int(1) });
    return each;
  };
  // onnxruntime refuses outputs that nothing makes, which Unity drops.
  const outputs = graph.outputs.filter(({ name }) => made.has(name));
  return { ...model, graph: { ...graph, nodes: graph.nodes.map(plain), outputs } };
}

function triedOutput(
  name: string,
  together: DenseTensor,
  apart: readonly DenseTensor[],
  wild: DenseTensor,
): TriedOutput {
  const all = numbersOf(together);
  const alone = apart.flatMap((each) => numbersOf(each));
  const differences = all.map((value, at) => Math.abs(value - (alone[at] ?? Number.NaN)));
  const finite = [...all, ...numbersOf(wild)].filter(Number.isFinite);
  return {
    name,
    rows: together.shape[0] ?? 1,
    // A NaN is told as what it is, not as a difference.
    betweenBatches: differences.filter(Number.isFinite).reduce((a, b) => Math.max(a, b), 0),
    least: finite.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    greatest: finite.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
    strange: all.length + numbersOf(wild).length - finite.length,
  };
}

function numbersOf({ data }: DenseTensor): number[] {
  return Array.from(data as Float32Array, Number);
}

function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > 300 ? `${line.slice(0, 297)}...` : line;
}
