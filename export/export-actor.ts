/**
 * The actor as the file that ML-Agents runs: raw observations in, sampled and deterministic actions out, the normaliser and
 * the sampling inside. Traced from the same functions that trained it, in the form of Unity's own exporter at opset 9.
 */
import { named, randomNormalLike, trace } from '../compile/index.ts';
import { scoped } from '../compile/scoped.ts';
import { tf } from '../compile/tensorflow.ts';
import type { Model } from '../onnx/model.ts';
import { type Actor, actorTensors } from '../train/acting.ts';
import { actorCritic, normalised, squashed } from '../train/policy.ts';
import { ACTION_OUTPUTS, constantOutputs, contractProblems, INPUT, OPSET } from './contract.ts';

/** Where a policy comes from; written into the file's metadata. */
export type Provenance = Readonly<Record<string, string>>;

/**
 * @returns the model, which meets the contract in contract.ts.
 * @throws Error where it doesn't: a bug of ours.
 */
export function exportActor(actor: Actor, producerVersion: string, provenance: Provenance = {}): Model {
  const model = scoped(() => {
    const { parameters, mean, deviation } = actorTensors(actor);
    const { actionMeans } = actorCritic(actor.network);
    const constants = Object.fromEntries(
      Object.entries(constantOutputs(actor.network)).map(([name, value]) => [name, named(tf.tensor1d([value]), name)]),
    );
    return trace(
      ({ [INPUT]: observations }) => {
        const means = actionMeans(parameters, normalised(observations, mean, deviation));
        // Adding to 0 x means gives the log-deviation a row for each agent without Expand, which Barracuda stumbles over.
        const sigma = means.mul(0).add(parameters['actor.logDeviation']!).exp();
        const sampled = randomNormalLike(means).mul(sigma).add(means);
        return {
          version_number: constants['version_number']!,
          memory_size: constants['memory_size']!,
          [ACTION_OUTPUTS.sampled]: squashed(sampled),
          continuous_action_output_shape: constants['continuous_action_output_shape']!,
          [ACTION_OUTPUTS.deterministic]: squashed(means),
        };
      },
      { [INPUT]: { shape: ['batch', actor.network.observationSize] } },
      {
        opset: OPSET,
        name: 'policy',
        producerName: 'gaitsmith',
        metadata: { 'gaitsmith.version': producerVersion, ...provenance },
      },
    );
  });
  const problems = contractProblems(model, actor.network);
  if (problems.length > 0) throw new Error(`the exported file breaks ML-Agents' contract: ${problems.join('; ')}`);
  return model;
}
