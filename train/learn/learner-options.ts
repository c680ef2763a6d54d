/** What the configuration says of learning, as the learner takes it. */

import { UserError } from '../../base/failure/user-error.ts';
import type { BehaviorSpec, Mirror } from '../../envs/env.ts';
import type { BehaviorSettings } from '../configuration/schema.ts';
import type { Network, NetworkSymmetry } from '../policy/policy.ts';
import type { LearnerOptions } from './learner.ts';
import type { Objective } from './objective.ts';

/**
 * The shape of the networks that the settings ask for; what is as in ML-Agents is left out.
 *
 * @throws UserError where they ask for one that goals make the weights of, or for a symmetric one of a behaviour without a mirror.
 */
export function networkOf(behavior: BehaviorSpec, settings: BehaviorSettings): Network {
  const { network_settings, hyperparameters, gaitsmith } = settings;
  if (behavior.goals && network_settings.goal_conditioning_type === 'hyper') throw hyperProblem(behavior);
  const { activation, layer_norm, symmetric } = gaitsmith;
  return {
    observationSize: behavior.observationSize,
    actionSize: behavior.actionSize,
    hiddenUnits: network_settings.hidden_units,
    layers: network_settings.num_layers,
    ...(activation === 'swish' ? {} : { activation }),
    ...(layer_norm ? { layerNorm: true } : {}),
    ...(hyperparameters.shared_critic ? { sharedBody: true } : {}),
    ...(network_settings.normalize ? {} : { rawObservations: true }),
    ...(symmetric ? { symmetry: symmetryOf(behavior) } : {}),
  };
}

/**
 * The mirror of a behaviour as a network has it.
 *
 * @throws UserError where it has none.
 */
export function symmetryOf(behavior: BehaviorSpec): NetworkSymmetry {
  const { observations, actions } = mirrorOf(behavior);
  const listed = ({ from, signs }: Mirror) => ({ from: [...from], signs: [...signs] });
  return { observations: listed(observations), actions: listed(actions) };
}

/** With `none` ML-Agents, too, takes a goal as one observation more. */
function hyperProblem({ name, goals }: BehaviorSpec): UserError {
  return new UserError({
    what: 'a network whose weights are made from goal observations (goal_conditioning_type: hyper) is not supported yet',
    where: `behaviors.${name}.network_settings`,
    value: goals,
    mend: 'say goal_conditioning_type: none there, or set Observation Type of the sensor to Default in Unity',
  });
}

/** @throws UserError where the mirror is wanted of a behaviour that has none. */
export function learnerOptions(settings: BehaviorSettings, behavior: BehaviorSpec): LearnerOptions {
  const { gaitsmith } = settings;
  return {
    initial: { weights: gaitsmith.initial_weights, logDeviation: gaitsmith.initial_log_deviation },
    objective: objectiveOf(settings, behavior),
    maxGradientNorm: gaitsmith.max_gradient_norm,
    drawing: gaitsmith.minibatches,
    normalisesMinibatches: gaitsmith.normalize_advantages === 'minibatch',
    actorMinibatches: gaitsmith.train_pi_iters,
    targetDivergence: gaitsmith.target_kl,
    minLogDeviation: gaitsmith.min_log_deviation,
    maxLogDeviation: gaitsmith.max_log_deviation,
    minObservationDeviation: gaitsmith.min_observation_deviation,
  };
}

/** Whether training looks into the mirror at all. */
export function usesMirror({ gaitsmith }: BehaviorSettings): boolean {
  return gaitsmith.mirror_loss > 0 || gaitsmith.mirror_samples;
}

/** @throws UserError where the behaviour has no mirror. */
export function mirrorOf({ name, mirror }: BehaviorSpec): NonNullable<BehaviorSpec['mirror']> {
  if (mirror) return mirror;
  throw new UserError({
    what: 'this behaviour has no known mirror image',
    where: `behaviors.${name}.gaitsmith (symmetric, mirror_loss, mirror_samples)`,
    expected: 'an environment that tells it (BehaviorSpec.mirror), as the Walker does',
    mend: 'leave them out',
  });
}

function objectiveOf(settings: BehaviorSettings, behavior: BehaviorSpec): Objective {
  const { mirror_loss, value_loss_weight } = settings.gaitsmith;
  const mirror = usesMirror(settings) ? mirrorOf(behavior) : undefined;
  const common = {
    valueLossWeight: value_loss_weight,
    ...(mirror && mirror_loss > 0 ? { mirror: { weight: mirror_loss, actions: mirror.actions } } : {}),
    ...(settings.gaitsmith.mirror_samples ? { images: true } : {}),
  };
  if (settings.trainer_type === 'a2c') {
    // The whole action's log-probability, as ML-Agents' plug-in sums it.
    return { ...common, policy: 'plain', ratio: 'joint', valueLoss: 'squared' };
  }
  const { ratio, value_loss } = settings.gaitsmith;
  return { ...common, policy: 'clipped', ratio, valueLoss: value_loss };
}
