/**
 * A Walker policy's ONNX graph, looked at and changed without running it: what it is asked, what it answers by, and the same graph with its
 * noise as an input. Runs in a browser too.
 */
import { UserError } from '../base/failure/user-error.ts';
import { behavior } from '../envs/walker/behavior.ts';
import { type FoundNormaliser, normalisersOf } from '../lint/normalisers.ts';
import { PolicyFile } from '../lint/policy-file.ts';
import type { Graph, Model, ValueInfo } from '../onnx/model.ts';

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
export type Normalizer = Pick<FoundNormaliser, 'mean' | 'deviation'>;

/** What a Walker's file subtracts from its observations and divides them by, if it does. */
export function normalizerOf(model: Model): Normalizer | undefined {
  return normalisersOf(new PolicyFile(model, { engines: [] })).find(({ mean }) => mean.length === observationSize);
}
