/**
 * A Walker policy's ONNX graph, looked at and changed without running it: what it is asked, what it answers by, and the same graph with its
 * noise as an input. Runs in a browser too.
 */
import { UserError } from '../base/failure/user-error.ts';
import type { BehaviorSpec, Sensor } from '../envs/env.ts';
import { behavior as walker } from '../envs/walker/behavior.ts';
import { type FoundNormaliser, normalisersOf } from '../lint/normalisers.ts';
import { PolicyFile } from '../lint/policy-file.ts';
import type { Graph, Model, ValueInfo } from '../onnx/model.ts';

export const POLICY_INPUT = 'obs_0';
/** Newest first; `action` is what files from before ML-Agents' release 17 call it. Those have no output for the mean. */
export const outputNames = { mean: ['deterministic_continuous_actions'], sampled: ['continuous_actions', 'action'] };

/**
 * What such a file answers by, as its graph says; nothing is run.
 *
 * @param output default: that of sampled actions.
 * @param behavior whose policy it is to be.
 * @throws UserError where its inputs or outputs are not those of that behaviour.
 */
export function checkWalkerPolicy(
  { graph }: Model,
  path: string,
  output: ValueInfo | undefined = outputNamed(outputNames.sampled, graph),
  behavior: BehaviorSpec = walker,
): ValueInfo {
  if (!output || !isPolicyOf(behavior, graph, output)) throw notOfThis(behavior, graph, path);
  return output;
}

/** The output of one of these names. */
export function outputNamed(names: readonly string[], { outputs }: Graph): ValueInfo | undefined {
  return outputs.find(({ name }) => names.includes(name));
}

/** The inputs of a behaviour's policy: its sensors, of which there is one where it names none. */
export function sensorsOf({ sensors, observationSize }: BehaviorSpec): readonly Sensor[] {
  return sensors ?? [{ name: POLICY_INPUT, size: observationSize }];
}

/** Of rows of observations what one sensor has: `size` columns from `from` on, of `all`. Where it has all, no copy is made. */
export function rowsOfSensor(rows: Float32Array, all: number, from: number, size: number): Float32Array {
  if (size === all) return rows;
  const data = new Float32Array((rows.length / all) * size);
  for (let row = 0; row * all < rows.length; row++) {
    data.set(rows.subarray(row * all + from, row * all + from + size), row * size);
  }
  return data;
}

function isPolicyOf(behavior: BehaviorSpec, { inputs: all, initializers }: Graph, output: ValueInfo): boolean {
  const sensors = sensorsOf(behavior);
  // Old files list their weights among the inputs.
  const inputs = all.filter(({ name }) => !initializers.has(name));
  return (
    inputs.length === sensors.length &&
    sensors.every(({ name, size }) => inputs.some((input) => input.name === name && isRows(input, size))) &&
    isRows(output, behavior.actionSize)
  );
}

/** Rows of so many numbers, as far as the file says. */
function isRows({ shape }: ValueInfo, size: number): boolean {
  return shape === undefined || (shape.length === 2 && (typeof shape[1] !== 'number' || shape[1] === size));
}

function notOfThis(behavior: BehaviorSpec, { inputs, outputs }: Graph, path: string): UserError {
  const told = ({ name, shape }: ValueInfo) => `${name} [${shape?.join(', ') ?? ''}]`;
  const wanted = sensorsOf(behavior).map(({ name, size }) => `${name} [batch, ${size}]`);
  const names = [...outputNames.mean, ...outputNames.sampled].join(' or ');
  return new UserError({
    what: behavior === walker ? "this is no policy of ML-Agents' Walker" : `this is no policy of ${behavior.name}`,
    where: path,
    value: `${inputs.map(told)} -> ${outputs.map(told)}`,
    expected: `${wanted.join(', ')} -> ${names} [batch, ${behavior.actionSize}]`,
    ...(behavior === walker
      ? { mend: 'say whose policy it is, where it is another character: --character rigs/NAME' }
      : {}),
  });
}

/** The same graph with inputs in place of the nodes that draw normal noise. */
export function withNoiseAsInput(model: Model): { model: Model; inputs: string[] } {
  const drawsNoise = (op: string) => op === 'RandomNormalLike' || op === 'RandomNormal';
  const inputs = model.graph.nodes.filter(({ op }) => drawsNoise(op)).map(({ outputs }) => outputs[0]!);
  const graph = {
    ...model.graph,
    nodes: model.graph.nodes.filter(({ op }) => !drawsNoise(op)),
    inputs: [...model.graph.inputs, ...inputs.map((name) => ({ name, type: 'float32' as const, shape: [null, null] }))],
  };
  return { model: { ...model, graph }, inputs };
}

/** What an ML-Agents file does to its observations. */
export type Normalizer = Pick<FoundNormaliser, 'mean' | 'deviation'>;

/** What a file subtracts from its observations and divides them by, sensor after sensor, if it does. */
export function normalizerOf(model: Model, behavior: BehaviorSpec = walker): Normalizer | undefined {
  const found = normalisersOf(new PolicyFile(model, { engines: [] }));
  const parts = sensorsOf(behavior).map(({ size }) => found.find(({ mean }) => mean.length === size));
  if (parts.some((part) => part === undefined)) return undefined;
  if (parts.length === 1) return parts[0];
  const joined = (field: 'mean' | 'deviation') => Float32Array.from(parts.flatMap((part) => [...part![field]]));
  return { mean: joined('mean'), deviation: joined('deviation') };
}
