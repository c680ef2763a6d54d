/** A learning rate that adapts to how far each update went, as a factor of what the schedule says (`adaptive_learning_rate`). */
import { deepEqual } from '../../base/deep-equal.ts';
import type { BehaviorSettings } from '../configuration/schema.ts';

/** What a run keeps of its rate. */
export interface AdaptedRate {
  /** What the learning rate has been multiplied by so far, where it adapts to the divergence. */
  readonly learningRateFactor?: number | undefined;
  /** Under which `learning_rate` and `adaptive_learning_rate`; absent in a checkpoint from before it was kept. */
  readonly adaptedBy?: { readonly from: number; readonly by: unknown } | undefined;
}

/** What the learning rate is multiplied by; what it once adapted to is forgotten where the settings of it have changed. */
export function rateFactor(settings: BehaviorSettings, { learningRateFactor = 1, adaptedBy }: AdaptedRate): number {
  const isAdaptedStill = adaptedBy === undefined || deepEqual(adaptedBy, rateSettings(settings));
  if (!settings.gaitsmith.adaptive_learning_rate) return 1;
  return factorWithin(settings, isAdaptedStill ? learningRateFactor : 1);
}

function rateSettings({ hyperparameters, gaitsmith }: BehaviorSettings): NonNullable<AdaptedRate['adaptedBy']> {
  return { from: hyperparameters.learning_rate, by: gaitsmith.adaptive_learning_rate };
}

/**
 * The learning rate's factor for the next update, where it adapts.
 *
 * @param divergence of the policy after this update from the one before it: `PolicyDivergence`.
 */
export function adapted(settings: BehaviorSettings, before: AdaptedRate, divergence: number): AdaptedRate {
  if (!settings.gaitsmith.adaptive_learning_rate) return { learningRateFactor: undefined, adaptedBy: undefined };
  const learningRateFactor = adaptedFactor(settings, rateFactor(settings, before), divergence);
  return { learningRateFactor, adaptedBy: rateSettings(settings) };
}

/**
 * The factor of the learning rate after an update that diverged by `divergence`: smaller where that was more than twice what
 * is desired, greater where it was less than half. The rate it makes of `learning_rate` stays within the settings' limits.
 */
export function adaptedFactor(settings: BehaviorSettings, factor: number, divergence: number): number {
  const adaptive = settings.gaitsmith.adaptive_learning_rate;
  if (!adaptive) return factor;
  const wanted =
    divergence > 2 * adaptive.desired_kl
      ? factor / adaptive.factor
      : divergence < adaptive.desired_kl / 2
        ? factor * adaptive.factor
        : factor;
  return factorWithin(settings, wanted);
}

/** The factor that keeps the rate within the limits of one that adapts. */
function factorWithin({ gaitsmith, hyperparameters }: BehaviorSettings, factor: number): number {
  const { learning_rate } = hyperparameters;
  const { min, max } = gaitsmith.adaptive_learning_rate ?? { min: 0, max: Number.POSITIVE_INFINITY };
  return Math.min(max / learning_rate, Math.max(min / learning_rate, factor));
}
