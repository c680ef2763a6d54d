/**
 * The actor as the file that ML-Agents runs: raw observations in, sampled and deterministic actions out, the normaliser and
 * the sampling inside. Traced from the same functions that trained it, in the form of Unity's own exporter at opset 9. Where the
 * normaliser has a floor, the observations that never moved are in the file but lead nowhere.
 */
import { randomNormalLike } from '../compile/random-normal.ts';
import { scoped } from '../compile/scoped.ts';
import { tf } from '../compile/tensorflow.ts';
import { named, trace } from '../compile/trace.ts';
import {
  ACTION_OUTPUTS,
  CONSTANT_OUTPUTS,
  constantOutputs,
  inputsOf,
  OPSET,
  type PolicyShape,
} from '../lint/contract.ts';
import { contractProblems } from '../lint/lint.ts';
import type { Model } from '../onnx/model.ts';
import { type Actor, actorTensors } from '../train/policy/actor.ts';
import { actorCritic, denseForm, seenBy, squashed } from '../train/policy/policy.ts';
import { withoutStill } from '../train/policy/still-observations.ts';

/** Where a policy comes from; written into the file's metadata. */
export type Provenance = Readonly<Record<string, string>>;

/**
 * @returns the model, which breaks no rule of lint/.
 * @throws Error where it doesn't: a bug of ours.
 */
export function exportActor(
  learnt: Actor & Pick<PolicyShape, 'sensors'>,
  producerVersion: string,
  provenance: Provenance = {},
): Model {
  const actor = withoutStill(denseForm(learnt));
  const shape = { ...actor.network, sensors: actor.sensors };
  const inputs = inputsOf(shape);
  const model = scoped(() => {
    const { parameters, ...statistics } = actorTensors(actor);
    const { actionMeans } = actorCritic(actor.network);
    const constants = Object.fromEntries(
      Object.entries(constantOutputs(actor.network)).map(([name, value]) => [name, named(tf.tensor1d([value]), name)]),
    );
    return trace(
      (sensors) => {
        const parts = inputs.map(({ name }) => sensors[name] as tf.Tensor2D);
        const observations = parts.length === 1 ? parts[0]! : tf.concat(parts, 1);
        const means = actionMeans(parameters, seenBy(actor.network, observations, statistics));
        // Adding to 0 x means gives the log-deviation a row for each agent without Expand, which Barracuda stumbles over.
        const sigma = means.mul(0).add(parameters['actor.logDeviation']!).exp();
        const sampled = randomNormalLike(means).mul(sigma).add(means);
        return {
          [CONSTANT_OUTPUTS.version]: constants[CONSTANT_OUTPUTS.version]!,
          [CONSTANT_OUTPUTS.memory]: constants[CONSTANT_OUTPUTS.memory]!,
          [ACTION_OUTPUTS.sampled]: squashed(sampled),
          [CONSTANT_OUTPUTS.continuous]: constants[CONSTANT_OUTPUTS.continuous]!,
          [ACTION_OUTPUTS.deterministic]: squashed(means),
        };
      },
      Object.fromEntries(inputs.map(({ name, size }) => [name, { shape: ['batch', size] as const }])),
      {
        opset: OPSET,
        name: 'policy',
        producerName: 'gaitsmith',
        metadata: { 'gaitsmith.version': producerVersion, ...provenance },
      },
    );
  });
  const problems = contractProblems(model, shape);
  if (problems.length > 0) throw new Error(`the exported file breaks ML-Agents' contract: ${problems.join('; ')}`);
  return model;
}
