/**
 * A Walker policy from an ONNX file of ML-Agents, run with noise that can be repeated, and the normaliser within it.
 *
 * Unity's example scene samples actions. Such a file draws its noise inside the graph, without a seed; here the node that
 * draws it is replaced by an input, which is fed from a seeded stream.
 */
import { UserError } from '../base/failure/user-error.ts';
import type { RandomStream } from '../base/random/stream.ts';
import { type DenseTensor, Session } from '../compile/onnxruntime.ts';
import { behavior } from '../envs/walker/behavior.ts';
import { decodeModel } from '../onnx/decode.ts';
import { encodeModel } from '../onnx/encode.ts';
import type { Graph, Model, Tensor, ValueInfo } from '../onnx/model.ts';
import { readPolicyFile } from './policy-file.ts';

const { observationSize, actionSize } = behavior;

const INPUT = 'obs_0';
/** Newest first; `action` is what files from before ML-Agents' release 17 call it. Those have no output for the mean. */
const outputNames = { mean: ['deterministic_continuous_actions'], sampled: ['continuous_actions', 'action'] };

/** An ML-Agents policy, opened. */
export interface WalkerPolicy {
  /** [batch, observations], and one stream of noise a row for actions that are sampled, to [batch, actions]. */
  act(observations: Float32Array, noise?: readonly RandomStream[]): Promise<Float32Array>;
  close(): Promise<void>;
}

/** @throws UserError where there is no such file, it can't be read, or it is no ONNX model. */
export function readPolicy(path: string): Model {
  return decodeModel(readPolicyFile(path).bytes, path);
}

/**
 * Opens a policy of any number of layers and units.
 *
 * @param deterministic the mean action, also of a file that has no output for it: what it samples, without the noise.
 * @throws UserError where the file is not that of an ML-Agents Walker, or onnxruntime does not take it.
 */
export async function openWalkerPolicy(model: Model, path: string, deterministic: boolean): Promise<WalkerPolicy> {
  const mean = deterministic ? named(outputNames.mean, model.graph) : undefined;
  const output = checkWalkerPolicy(model, path, mean);
  const { model: open, inputs } = mean ? { model, inputs: [] } : withNoiseAsInput(model);
  // One thread: a few rows are no work for more, and the sums are the same on every machine.
  const session = await Session.open(encodeModel(open), { threads: 1 }).catch((error: unknown) => {
    throw new UserError(
      { what: 'onnxruntime does not take this file', where: path, value: (error as Error).message },
      { cause: error },
    );
  });
  return {
    async act(observations, noise) {
      const batch = observations.length / observationSize;
      const feeds: Record<string, DenseTensor> = {
        [INPUT]: { type: 'float32', shape: [batch, observationSize], data: observations },
      };
      for (const input of inputs) {
        const data = new Float32Array(batch * actionSize);
        if (!deterministic && noise) {
          for (let at = 0; at < data.length; at++) data[at] = noise[Math.floor(at / actionSize)]!.normal();
        }
        feeds[input] = { type: 'float32', shape: [batch, actionSize], data };
      }
      return (await session.run(feeds, [output.name]))[output.name]!.data as Float32Array;
    },
    close: () => session.release(),
  };
}

/**
 * What such a file answers by, as its graph says; nothing is run.
 *
 * @param output default: that of sampled actions.
 * @throws UserError where its inputs or outputs are not those of a Walker.
 */
export function checkWalkerPolicy(
  { graph }: Model,
  path: string,
  output: ValueInfo | undefined = named(outputNames.sampled, graph),
): ValueInfo {
  if (!output || !isWalker(graph, output)) throw notOfAWalker(graph, path);
  return output;
}

function named(names: readonly string[], { outputs }: Graph): ValueInfo | undefined {
  return outputs.find(({ name }) => names.includes(name));
}

function isWalker({ inputs: all, initializers }: Graph, output: ValueInfo): boolean {
  // Old files list their weights among the inputs.
  const inputs = all.filter(({ name }) => !initializers.has(name));
  return (
    inputs.length === 1 &&
    inputs[0]!.name === INPUT &&
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
    expected: `${INPUT} [batch, ${observationSize}] -> ${names} [batch, ${actionSize}]`,
  });
}

/** The same graph with inputs in place of the nodes that draw normal noise. */
function withNoiseAsInput(model: Model): { model: Model; inputs: string[] } {
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
  const subtraction = graph.nodes.find(({ op, inputs }) => op === 'Sub' && inputs[0] === 'obs_0');
  const division = graph.nodes.find(({ op, inputs }) => op === 'Div' && inputs[0] === subtraction?.outputs[0]);
  const mean = constant(subtraction?.inputs[1]);
  const deviation = constant(division?.inputs[1]);
  if (!mean || !deviation) return undefined;
  return { mean: mean.data as Float32Array, deviation: deviation.data as Float32Array };
}
