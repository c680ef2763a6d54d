/** The actor by itself: as the small ONNX graph that acts in roll-outs, and as TensorFlow.js computes it eagerly. */
import type { EagerBackendName } from '../../compile/eager-backends.ts';
import { named, openEngine, trace } from '../../compile/index.ts';
import { scoped } from '../../compile/scoped.ts';
import { tf } from '../../compile/tensorflow.ts';
import { encodeModel } from '../../onnx/encode.ts';
import type { Normaliser } from './normaliser.ts';
import { actorCritic, denseForm, type Network, type Parameters, parametersOf, seenBy, squashed } from './policy.ts';

/** What the actor consists of: a policy as it stands between two updates. */
export interface Actor {
  readonly network: Network;
  readonly parameters: Readonly<Record<string, Float32Array>>;
  readonly normaliser: Normaliser;
}

/** ONNX: `observations` [batch, observationSize], raw, to `means` [batch, actionSize]. */
export function actingModel(learnt: Actor): Uint8Array {
  const actor = denseForm(learnt);
  return scoped(() => {
    const { parameters, ...statistics } = actorTensors(actor);
    const { actionMeans } = actorCritic(actor.network);
    const model = trace(
      ({ observations }) => ({
        means: actionMeans(parameters, seenBy(actor.network, observations, statistics)),
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
  const { mean, deviation } = normaliser.moments();
  return {
    parameters: Object.fromEntries(
      parametersOf(network, 'actor').map(({ name, shape }) => [
        name,
        named(tf.tensor(parameters[name]!, [...shape]), name),
      ]),
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
 * @param backend what it is computed on.
 * @returns deterministic actions in [-1, 1], [rows, actionSize].
 * @throws UserError where the backend is not installed or does not start.
 */
export async function eagerActions(
  actor: Actor,
  observations: Float32Array,
  rows: number,
  backend: EagerBackendName = 'cpu',
): Promise<Float32Array> {
  const { observationSize, actionSize } = actor.network;
  const { actionMeans } = actorCritic(actor.network);
  const engine = await openEngine({ backend });
  const policy = await engine.prepare(
    (inputs) => {
      const { parameters, ...statistics } = actorTensors(actor);
      return { actions: squashed(actionMeans(parameters, seenBy(actor.network, inputs.observations, statistics))) };
    },
    { observations: { shape: ['batch', observationSize] } },
  );
  const actions = new Float32Array(rows * actionSize);
  try {
    for (let row = 0; row < rows; row += EAGER_ROWS) {
      const part = observations.subarray(row * observationSize, Math.min(row + EAGER_ROWS, rows) * observationSize);
      const computed = await policy.run({ observations: part });
      actions.set(computed.actions.data as Float32Array, row * actionSize);
    }
  } finally {
    await policy.release();
  }
  return actions;
}
