/** From what was collected to what is learnt from: the normaliser brought up to date, values, advantages, mirror images. */
import type { BehaviorSpec } from '../../envs/env.ts';
import type { Rollout } from '../collect/rollout.ts';
import type { BehaviorSettings } from '../configuration/schema.ts';
import { estimateAdvantages, normaliseAdvantages } from './advantages.ts';
import type { Learner, LearningBuffer } from './learner.ts';
import { mirrorOf, usesMirror } from './learner-options.ts';
import { checkValues } from './learning-checks.ts';
import { mirrored, withImages } from './mirrored.ts';
import type { RewardNormaliser } from './reward-normaliser.ts';

/**
 * All that an update needs. The normalisers take in the roll-out first, as ML-Agents' does before it estimates values.
 *
 * @throws NotFiniteError where the critic's values or the returns are no numbers.
 */
export async function learningBuffer(
  learner: Learner,
  rollout: Rollout,
  settings: BehaviorSettings,
  behavior: BehaviorSpec,
  rewardNormaliser: RewardNormaliser | undefined,
): Promise<LearningBuffer> {
  const mirror = usesMirror(settings) ? mirrorOf(behavior) : undefined;
  const images = mirror && mirrored(rollout.observations, mirror.observations);
  if (settings.network_settings.normalize) {
    learner.normaliser.update(rollout.observations);
    // What the networks are shown, the normaliser has seen.
    if (images) learner.normaliser.update(images);
  }
  const { seen, values } = await learner.evaluate(rollout.observations);
  const { values: nextValues } = await learner.evaluate(rollout.nextObservations);
  const { values: finalValues } = await learner.evaluate(rollout.truncatedObservations);
  const { gamma } = settings.reward_signals.extrinsic;
  const { advantages, returns } = estimateAdvantages(
    {
      ...rollout,
      rewards: rewardsOf(rollout, settings, rewardNormaliser),
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
  if (!mirror || !images) return buffer;
  const reflected = { ...buffer, mirroredObservations: (await learner.evaluate(images)).seen };
  return settings.gaitsmith.mirror_samples ? withImages(reflected, mirror.actions) : reflected;
}

/** Rewards as they count: normalised where they are to be, then times their strength. */
function rewardsOf(
  { agents, rewards, terminated, truncated }: Rollout,
  settings: BehaviorSettings,
  normaliser: RewardNormaliser | undefined,
): Float32Array {
  const { strength, gamma } = settings.reward_signals.extrinsic;
  const ended = (row: number) => terminated[row] === 1 || truncated[row] === 1;
  const counted = normaliser ? normaliser.normalise(rewards, agents, ended, gamma) : rewards;
  return strength === 1 ? counted : counted.map((reward) => reward * strength);
}
