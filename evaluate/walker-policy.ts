/**
 * A Walker policy from an ONNX file of ML-Agents, run with noise that can be repeated, and the normaliser within it.
 *
 * Unity's example scene samples actions. Such a file draws its noise inside the graph, without a seed; here the node that
 * draws it is replaced by an input, which is fed from a seeded stream.
 */

import { UserError } from '../base/failure/user-error.ts';
import type { RandomStream } from '../base/random/stream.ts';
import { type DenseTensor, Session } from '../compile/onnxruntime.ts';
import { observationNames } from '../envs/walker/observation.ts';
import { walkerRig } from '../envs/walker/rig.ts';
import { encodeModel } from '../onnx/encode.ts';
import type { Model, Tensor } from '../onnx/model.ts';

const observationSize = observationNames(walkerRig).length;

/** Newest first; `action` is what files from before ML-Agents' release 17 call it. */
const outputNames = { mean: ['deterministic_continuous_actions'], sampled: ['continuous_actions', 'action'] };

/** An ML-Agents policy, opened. */
export interface WalkerPolicy {
  readonly actionSize: number;
  /** [batch, observations] and one stream of noise a row to [batch, actions]. */
  act(observations: Float32Array, noise: readonly RandomStream[]): Promise<Float32Array>;
  close(): Promise<void>;
}

/**
 * Opens a policy of any number of layers and units.
 *
 * @throws UserError where the file has not the input and the output of an ML-Agents policy.
 */
export async function openWalkerPolicy(model: Model, path: string, deterministic: boolean): Promise<WalkerPolicy> {
  const wanted = outputNames[deterministic ? 'mean' : 'sampled'];
  const output = model.graph.outputs.find(({ name }) => wanted.includes(name));
  if (!output || !model.graph.inputs.some(({ name }) => name === 'obs_0')) {
    throw new UserError({
      what: 'this is no ML-Agents policy',
      where: path,
      expected: `an input obs_0 and an output ${wanted.join(' or ')}`,
    });
  }
  const { model: open, inputs } = deterministic ? { model, inputs: [] } : withNoiseAsInput(model);
  const session = await Session.open(encodeModel(open), { threads: 1 });
  const actionSize = Number(output.shape?.at(-1) ?? 39);
  return {
    actionSize,
    async act(observations, noise) {
      const batch = noise.length;
      const feeds: Record<string, DenseTensor> = {
        obs_0: { type: 'float32', shape: [batch, observationSize], data: observations },
      };
      for (const input of inputs) {
        const data = new Float32Array(batch * actionSize);
        for (let at = 0; at < data.length; at++) data[at] = noise[Math.floor(at / actionSize)]!.normal();
        feeds[input] = { type: 'float32', shape: [batch, actionSize], data };
      }
      return (await session.run(feeds, [output.name]))[output.name]!.data as Float32Array;
    },
    close: () => session.release(),
  };
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
