/** From what was collected to what is learnt from: normalisers brought up to date, values, advantages, mirror images. */
import type { BehaviorSpec } from '../../envs/env.ts';
import type { Rollout } from '../collect/rollout.ts';
import type { BehaviorSettings } from '../configuration/schema.ts';
import type { Normaliser } from '../policy/normaliser.ts';
import { estimateAdvantages, normaliseAdvantages } from './advantages.ts';
import type { Learner, LearningBuffer } from './learner.ts';
import { mirrorOf, usesMirror } from './learner-options.ts';
import { checkValues } from './learning-checks.ts';
import { mirrored, withImages } from './mirrored.ts';
import type { RewardNormaliser } from './reward-normaliser.ts';

/** A roll-out as it counts. */
export interface Normalised {
  readonly rewards: Float32Array; // [agents, decisions]
  /** Its observations in the mirror, where training looks into it. */
  readonly images?: Float32Array | undefined; // [agents, decisions, observationSize]
}

/** Those of a run; they take in what was collected before anything is estimated from it, as in ML-Agents. */
export interface Normalisers {
  readonly observations: Normaliser;
  /** Where rewards are normalised. */
  readonly rewards: RewardNormaliser | undefined;
}

/** Brings the normalisers up to date, and tells the roll-out as they have it from now on. */
export function normalise(
  rollout: Rollout,
  normalisers: Normalisers,
  settings: BehaviorSettings,
  behavior: BehaviorSpec,
): Normalised {
  const images = usesMirror(settings) ? mirrored(rollout.observations, mirrorOf(behavior).observations) : undefined;
  if (settings.network_settings.normalize) {
    normalisers.observations.update(rollout.observations);
    // What the networks are shown, the normaliser has seen.
    if (images) normalisers.observations.update(images);
    if (settings.gaitsmith.symmetric) normalisers.observations.symmetrise(mirrorOf(behavior).observations);
  }
  return { rewards: rewardsOf(rollout, settings, normalisers.rewards), images };
}

/**
 * All that an update needs: values, advantages, mirror images.
 *
 * @throws NotFiniteError where the critic's values or the returns are no numbers.
 */
export async function estimate(
  learner: Learner,
  rollout: Rollout,
  { rewards, images }: Normalised,
  settings: BehaviorSettings,
  behavior: BehaviorSpec,
): Promise<LearningBuffer> {
  const { seen, values } = await learner.evaluate(rollout.observations);
  const { values: nextValues } = await learner.evaluate(rollout.nextObservations);
  const { values: finalValues } = await learner.evaluate(rollout.truncatedObservations);
  const { gamma } = settings.reward_signals.extrinsic;
  const { advantages, returns } = estimateAdvantages(
    {
      ...rollout,
      rewards,
      values,
      nextValues,
      finalValues: new Map(Array.from(rollout.truncatedAt, (row, index) => [row, finalValues[index]!])),
    },
    { gamma, lambda: settings.hyperparameters.lambd, timeHorizon: settings.time_horizon },
  );
  checkValues(rollout, { values, nextValues, finalValues, returns });
  if (settings.gaitsmith.normalize_advantages === 'buffer') normaliseAdvantages(advantages);
  const { actions, logProbabilities } = rollout;
  const buffer = { observations: seen, actions, logProbabilities, advantages, returns, values };
  if (!images) return buffer;
  const { mirror_samples, mirror_loss } = settings.gaitsmith;
  const reflected = { ...buffer, mirroredObservations: await learner.see(images) };
  return mirror_samples ? withImages(reflected, mirrorOf(behavior).actions, mirror_loss > 0) : reflected;
}

/** Rewards as they count: normalised where they are to be, then times their strength. */
function rewardsOf(
  rollout: Rollout,
  settings: BehaviorSettings,
  normaliser: RewardNormaliser | undefined,
): Float32Array {
  const { strength, gamma } = settings.reward_signals.extrinsic;
  const counted = normaliser ? normaliser.normalise(rollout, gamma) : rollout.rewards;
  return strength === 1 ? counted : counted.map((reward) => reward * strength);
}
