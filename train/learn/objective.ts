/**
 * What an update minimises, put together from the losses: policy + weight x value - beta x entropy, and what the settings add.
 *
 * Its settings shape the traced graph; what changes from update to update (epsilon, beta) is an input of that graph.
 */
import { tf } from '../../compile/tensorflow.ts';
import type { Mirror } from '../../envs/env.ts';
import type { ActorCritic, Parameters } from '../policy/policy.ts';
import {
  clippedValueLoss,
  divergence,
  entropyOf,
  logProbabilities,
  mirrorLoss,
  plainPolicyLoss,
  policyLoss,
  valueLoss,
} from './losses.ts';

export interface Objective {
  /** clipped: PPO's surrogate; plain: A2C's, the log-probability times the advantage. */
  readonly policy: 'clipped' | 'plain';
  /** What a ratio or log-probability is taken of: each action dimension, or all of them together. */
  readonly ratio: 'per_dimension' | 'joint';
  readonly valueLoss: 'squared' | 'clipped';
  readonly valueLossWeight: number;
  /** Weight of the mirror loss, and the mirror of the actions; without it mirrored observations play no part. */
  readonly mirror?: { readonly weight: number; readonly actions: Mirror };
  /** Among the decisions are mirror images, which nobody took: the divergence is told of the others. */
  readonly images?: boolean;
}

/** As ML-Agents has it. */
export const ML_AGENTS_OBJECTIVE: Objective = {
  policy: 'clipped',
  ratio: 'per_dimension',
  valueLoss: 'squared',
  valueLossWeight: 0.5,
};

type Tensors = Readonly<Record<string, tf.Tensor>>;

/** The loss to take gradients of, and what is told of it besides. Scalars, all of them. */
export interface Loss {
  readonly loss: tf.Tensor;
  readonly statistics: Record<string, tf.Tensor>;
}

/** What a minibatch has for each decision, and how many numbers. */
export function batchColumns(
  { observationSize, actionSize }: Pick<ActorCritic, 'observationSize' | 'actionSize'>,
  objective: Objective,
): Record<string, number> {
  return {
    observations: observationSize,
    actions: actionSize,
    logProbabilities: actionSize,
    advantages: 1,
    returns: 1,
    ...(objective.valueLoss === 'clipped' ? { values: 1 } : {}),
    ...(objective.mirror ? { mirroredObservations: observationSize } : {}),
    ...(objective.images ? { collected: 1 } : {}),
  };
}

/** The loss of actor and critic together. */
export function lossOf(
  networks: ActorCritic,
  objective: Objective,
  parameters: Parameters<tf.Tensor>,
  batch: Tensors,
  { epsilon, beta }: { epsilon: tf.Tensor; beta: tf.Tensor },
): Loss {
  const { mirror, valueLossWeight } = objective;
  const { observations, advantages, mirroredObservations } = batch as Record<string, tf.Tensor>;
  // The mirror images lie under the originals, so that the networks are run once.
  const seen = networks.both(parameters, mirror ? tf.concat([observations!, mirroredObservations!]) : observations!);
  const rows = observations!.shape[0]!;
  const means = mirror ? seen.means.slice(0, rows) : seen.means;
  const logDeviation = parameters['actor.logDeviation']!;

  const logProbability = logProbabilities(batch['actions']!, means, logDeviation);
  const logRatio = logProbability.sub(batch['logProbabilities']!);
  const taken = (each: tf.Tensor) => (objective.ratio === 'joint' ? each.sum(1, true) : each);
  const policy =
    objective.policy === 'plain'
      ? plainPolicyLoss(taken(logProbability), advantages!)
      : policyLoss(taken(logRatio), advantages!, epsilon);
  const value = valueTerm(objective, seen.values, batch, epsilon);
  const entropy = entropyOf(logDeviation);
  const statistics: Record<string, tf.Tensor> = {
    policyLoss: policy,
    valueLoss: value,
    entropy,
    divergence: divergence(logRatio, batch['collected']),
  };
  const loss = policy.add(value.mul(valueLossWeight)).sub(entropy.mul(beta));
  if (!mirror) return { loss, statistics };
  const asymmetry = mirrorLoss(means, seen.means.slice(rows), mirror.actions);
  return { loss: loss.add(asymmetry.mul(mirror.weight)), statistics: { ...statistics, mirrorLoss: asymmetry } };
}

/** The loss of the critic alone. */
export function criticLossOf(
  networks: ActorCritic,
  objective: Objective,
  parameters: Parameters<tf.Tensor>,
  batch: Tensors,
  { epsilon }: { epsilon: tf.Tensor },
): Loss {
  const { observations, mirroredObservations } = batch as Record<string, tf.Tensor>;
  const seen = objective.mirror ? tf.concat([observations!, mirroredObservations!]) : observations!;
  const value = valueTerm(objective, networks.stateValues(parameters, seen), batch, epsilon);
  return { loss: value.mul(objective.valueLossWeight), statistics: { valueLoss: value } };
}

/** A state in the mirror is worth what the state is worth. */
function valueTerm(objective: Objective, values: tf.Tensor, batch: Tensors, epsilon: tf.Tensor): tf.Tensor {
  const forImages = (column: tf.Tensor) => (objective.mirror ? tf.concat([column, column]) : column);
  const returns = forImages(batch['returns']!);
  if (objective.valueLoss === 'squared') return valueLoss(values, returns);
  return clippedValueLoss(values, returns, forImages(batch['values']!), epsilon);
}
