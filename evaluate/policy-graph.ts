/**
 * A Walker policy's ONNX graph, looked at and changed without running it: what it is asked, what it answers by, and the same graph with its
 * noise as an input. Runs in a browser too.
 */
import { UserError } from '../base/failure/user-error.ts';
import { behavior } from '../envs/walker/behavior.ts';
import type { Graph, Model, Tensor, ValueInfo } from '../onnx/model.ts';

const { observationSize, actionSize } = behavior;

export const POLICY_INPUT = 'obs_0';
/** Newest first; `action` is what files from before ML-Agents' release 17 call it. Those have no output for the mean. */
export const outputNames = { mean: ['deterministic_continuous_actions'], sampled: ['continuous_actions', 'action'] };

/**
 * What such a file answers by, as its graph says; nothing is run.
 *
 * @param output default: that of sampled actions.
 * @throws UserError where its inputs or outputs are not those of a Walker.
 */
export function checkWalkerPolicy(
  { graph }: Model,
  path: string,
  output: ValueInfo | undefined = outputNamed(outputNames.sampled, graph),
): ValueInfo {
  if (!output || !isWalker(graph, output)) throw notOfAWalker(graph, path);
  return output;
}

/** The output of one of these names. */
export function outputNamed(names: readonly string[], { outputs }: Graph): ValueInfo | undefined {
  return outputs.find(({ name }) => names.includes(name));
}

function isWalker({ inputs: all, initializers }: Graph, output: ValueInfo): boolean {
  // Old files list their weights among the inputs.
  const inputs = all.filter(({ name }) => !initializers.has(name));
  return (
    inputs.length === 1 &&
    inputs[0]!.name === POLICY_INPUT &&
    isRows(inputs[0]!, observationSize) &&
    isRows(output, actionSize)
  );
}

/** Rows of so many numbers, as far as the file says. */
function isRows({ shape }: ValueInfo, size: number): boolean {
  return shape === undefined || (shape.length === 2 && (typeof shape[1] !== 'number' || shape[1] === size));
}

function notOfAWalker({ inputs, outputs }: Graph, path: string): UserError {
  const told = ({ name, shape }: ValueInfo) => `${name} [${shape?.join(', ') ?? ''}]`;
  const names = [...outputNames.mean, ...outputNames.sampled].join(' or ');
  return new UserError({
    what: "this is no policy of ML-Agents' Walker",
    where: path,
    value: `${inputs.map(told)} -> ${outputs.map(told)}`,
    expected: `${POLICY_INPUT} [batch, ${observationSize}] -> ${names} [batch, ${actionSize}]`,
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
export interface Normalizer {
  readonly mean: ArrayLike<number>;
  readonly deviation: ArrayLike<number>;
}

/** What an ML-Agents file subtracts from its observations and divides them by, if it does. */
export function normalizerOf({ graph }: Model): Normalizer | undefined {
  const constant = (name: string | undefined): Tensor | undefined => {
    const tensor = graph.initializers.get(name ?? '');
    return tensor?.data.length === observationSize ? tensor : undefined;
  };
  const subtraction = graph.nodes.find(({ op, inputs }) => op === 'Sub' && inputs[0] === POLICY_INPUT);
  const division = graph.nodes.find(({ op, inputs }) => op === 'Div' && inputs[0] === subtraction?.outputs[0]);
  const mean = constant(subtraction?.inputs[1]);
  const deviation = constant(division?.inputs[1]);
  if (!mean || !deviation) return undefined;
  return { mean: mean.data as Float32Array, deviation: deviation.data as Float32Array };
}
