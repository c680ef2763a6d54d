/** The policy as the roll-out workers run it: parameters and normaliser baked into a small ONNX graph. */
import { named, trace } from '../compile/index.ts';
import { scoped } from '../compile/scoped.ts';
import { tf } from '../compile/tensorflow.ts';
import { encodeModel } from '../onnx/encode.ts';
import type { Normaliser } from './normaliser.ts';
import { actionMeans, type Network, normalised, type Parameters, parameterTable, squashed } from './policy.ts';

/** What the actor consists of: a policy as it stands between two updates. */
export interface Actor {
  readonly network: Network;
  readonly parameters: Readonly<Record<string, Float32Array>>;
  readonly normaliser: Normaliser;
}

/** ONNX: `observations` [batch, observationSize], raw, to `means` [batch, actionSize]. */
export function actingModel(actor: Actor): Uint8Array {
  return scoped(() => {
    const { parameters, mean, deviation } = actorTensors(actor);
    const model = trace(
      ({ observations }) => ({
        means: actionMeans(parameters, normalised(observations, mean, deviation)),
      }),
      { observations: { shape: ['batch', actor.network.observationSize] } },
    );
    return encodeModel(model);
  });
}

/** The actor's numbers as tensors named as in the checkpoint; the caller tidies them up. */
export function actorTensors({ network, parameters, normaliser }: Actor): {
  parameters: Parameters<tf.Tensor>;
  mean: tf.Tensor;
  deviation: tf.Tensor;
} {
  const { mean, deviation } = normaliser.statistics();
  return {
    parameters: Object.fromEntries(
      parameterTable(network)
        .filter(({ name }) => name.startsWith('actor.'))
        .map(({ name, shape }) => [name, named(tf.tensor(parameters[name]!, [...shape]), name)]),
    ),
    mean: named(tf.tensor1d(mean), 'normaliser.mean'),
    deviation: named(tf.tensor1d(deviation), 'normaliser.deviation'),
  };
}

/** Rows computed at once: TensorFlow.js on the CPU keeps all activations of a batch. */
const EAGER_ROWS = 256;

/**
 * The actor as TensorFlow.js computes it eagerly, with no tracer and no ONNX about: what an exported file is judged by.
 *
 * @param observations raw, [rows, observationSize].
 * @returns deterministic actions in [-1, 1], [rows, actionSize].
 */
export async function eagerActions(actor: Actor, observations: Float32Array, rows: number): Promise<Float32Array> {
  const { observationSize, actionSize } = actor.network;
  const actions = new Float32Array(rows * actionSize);
  for (let row = 0; row < rows; row += EAGER_ROWS) {
    const count = Math.min(EAGER_ROWS, rows - row);
    const part = observations.subarray(row * observationSize, (row + count) * observationSize);
    const computed = tf.tidy(() => {
      const { parameters, mean, deviation } = actorTensors(actor);
      return squashed(
        actionMeans(parameters, normalised(tf.tensor2d(part, [count, observationSize]), mean, deviation)),
      );
    });
    actions.set(await computed.data<'float32'>(), row * actionSize);
    computed.dispose();
  }
  return actions;
}
