/**
 * What an update minimises, put together from the losses: policy + weight x value - beta x entropy, and what the settings add.
 *
 * Its settings shape the traced graph; what changes from update to update (epsilon, beta) is an input of that graph.
 */
import { tf } from '../../compile/tensorflow.ts';
import type { Mirror } from '../../envs/env.ts';
import type { ActorCritic, Parameters } from '../policy/policy.ts';
import {
  clipFraction,
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

type Columns = Readonly<Record<string, number>>;
type Sizes = Pick<ActorCritic, 'observationSize' | 'actionSize'>;

/** What a minibatch has for each decision, and how many numbers. */
export function batchColumns(sizes: Sizes, objective: Objective): Columns {
  return { ...actorColumns(sizes, objective), ...criticColumns(sizes, objective) };
}

/** What the actor needs of it. */
export function actorColumns({ observationSize, actionSize }: Sizes, objective: Objective): Columns {
  return {
    ...observationColumns(observationSize, objective),
    actions: actionSize,
    logProbabilities: actionSize,
    advantages: 1,
    ...(objective.images ? { collected: 1 } : {}),
  };
}

/** What the critic needs of it. */
export function criticColumns({ observationSize }: Sizes, objective: Objective): Columns {
  return {
    ...observationColumns(observationSize, objective),
    returns: 1,
    ...(objective.valueLoss === 'clipped' ? { values: 1 } : {}),
  };
}

function observationColumns(observationSize: number, { mirror }: Objective): Columns {
  return { observations: observationSize, ...(mirror ? { mirroredObservations: observationSize } : {}) };
}

/** A loss of networks at parameters, on the columns of a minibatch. */
export type LossFunction = (
  networks: ActorCritic,
  objective: Objective,
  parameters: Parameters<tf.Tensor>,
  batch: Tensors,
  scalars: { readonly epsilon: tf.Tensor; readonly beta: tf.Tensor },
) => Loss;

/** The loss of actor and critic together. */
export const lossOf: LossFunction = (networks, objective, parameters, batch, scalars) => {
  const { means, values } = networks.both(parameters, seen(objective, batch));
  const actor = policyTerm(objective, means, networks.logDeviation(parameters), batch, scalars);
  const critic = valueTerm(objective, values, batch, scalars);
  return { loss: actor.loss.add(critic.loss), statistics: { ...actor.statistics, ...critic.statistics } };
};

/** The loss of an actor that has a body of its own. */
export const actorLossOf: LossFunction = (networks, objective, parameters, batch, scalars) => {
  const means = networks.actionMeans(parameters, seen(objective, batch));
  return policyTerm(objective, means, networks.logDeviation(parameters), batch, scalars);
};

/** The loss of a critic that has a body of its own. */
export const criticLossOf: LossFunction = (networks, objective, parameters, batch, scalars) =>
  valueTerm(objective, networks.stateValues(parameters, seen(objective, batch)), batch, scalars);

/** What the networks are run on: the mirror images lie under the originals, so that it is done once. */
function seen({ mirror }: Objective, { observations, mirroredObservations }: Tensors): tf.Tensor {
  return mirror ? tf.concat([observations!, mirroredObservations!]) : observations!;
}

/** @param seenMeans of what was seen. */
function policyTerm(
  { mirror, ...objective }: Objective,
  seenMeans: tf.Tensor,
  logDeviation: tf.Tensor,
  batch: Tensors,
  { epsilon, beta }: { readonly epsilon: tf.Tensor; readonly beta: tf.Tensor },
): Loss {
  const rows = batch['observations']!.shape[0]!;
  const means = mirror ? seenMeans.slice(0, rows) : seenMeans;
  const advantages = batch['advantages']!;

  const logProbability = logProbabilities(batch['actions']!, means, logDeviation);
  const logRatio = logProbability.sub(batch['logProbabilities']!);
  const taken = (each: tf.Tensor) => (objective.ratio === 'joint' ? each.sum(1, true) : each);
  const policy =
    objective.policy === 'plain'
      ? plainPolicyLoss(taken(logProbability), advantages)
      : policyLoss(taken(logRatio), advantages, epsilon);
  const entropy = entropyOf(logDeviation);
  const statistics: Record<string, tf.Tensor> = {
    policyLoss: policy,
    entropy,
    divergence: divergence(logRatio, batch['collected']),
    ...(objective.policy === 'clipped' ? { clipFraction: clipFraction(taken(logRatio), epsilon) } : {}),
  };
  const loss = policy.sub(entropy.mul(beta));
  if (!mirror) return { loss, statistics };
  const asymmetry = mirrorLoss(means, seenMeans.slice(rows), mirror.actions);
  return { loss: loss.add(asymmetry.mul(mirror.weight)), statistics: { ...statistics, mirrorLoss: asymmetry } };
}

/**
 * A state in the mirror is worth what the state is worth.
 *
 * @param values of what was seen.
 */
function valueTerm(
  objective: Objective,
  values: tf.Tensor,
  batch: Tensors,
  { epsilon }: { readonly epsilon: tf.Tensor },
): Loss {
  const forImages = (column: tf.Tensor) => (objective.mirror ? tf.concat([column, column]) : column);
  const returns = forImages(batch['returns']!);
  const value =
    objective.valueLoss === 'squared'
      ? valueLoss(values, returns)
      : clippedValueLoss(values, returns, forImages(batch['values']!), epsilon);
  return { loss: value.mul(objective.valueLossWeight), statistics: { valueLoss: value } };
}
