/** The actor by itself, as the small ONNX graph that acts in roll-outs. */
import { scoped } from '../../compile/scoped.ts';
import { tf } from '../../compile/tensorflow.ts';
import { named, trace } from '../../compile/trace.ts';
import { encodeModel } from '../../onnx/encode.ts';
import type { Normaliser } from './normaliser.ts';
import { actorCritic, denseForm, type Network, type Parameters, parametersOf, seenBy } from './policy.ts';

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
