/**
 * What held-out evaluations say of a run: where it began, what its best policy is, and how far the two are apart. The episodes
 * are the same each time, so policies are compared pair by pair (evaluate/paired.ts): that tells smaller differences.
 */
import { deepEqual } from '../../base/deep-equal.ts';
import type { Estimate } from '../../evaluate/estimate.ts';
import { compareReturns } from '../../evaluate/paired.ts';
import type { Evaluation, PlayedCondition } from '../../evaluate/score.ts';

/** What the policy after so many decisions earned. */
export interface HeldOut {
  readonly step: number;
  readonly reward: number;
  /** Half-width of its 95 % confidence interval. */
  readonly rewardInterval: number;
  /** Of each episode, in their order; absent in a checkpoint from before they were kept. */
  readonly returns?: readonly number[];
  /** What it earned in other episodes, which it was not chosen by. */
  readonly fresh?: { readonly reward: number; readonly rewardInterval: number; readonly episodes: number };
}

export function heldOutOf(
  step: number,
  { reward, rewardInterval }: Evaluation,
  played: readonly PlayedCondition[],
): HeldOut {
  const returns = played.flatMap(({ episodes }) => episodes.map((episode) => episode.reward));
  return { step, reward, rewardInterval, returns };
}

/**
 * The second less the first, with its 95 % interval: of pairs where both played the same episodes, else of two independent
 * samples (an evaluation of another number of episodes, or one whose returns were not kept).
 */
export function differenceOf(first: HeldOut, second: HeldOut): Estimate {
  const [before, after] = [first.returns, second.returns];
  if (before && after && before.length === after.length) return compareReturns(before, after).difference;
  return { mean: second.reward - first.reward, plusMinus: Math.hypot(first.rewardInterval, second.rewardInterval) };
}

/**
 * Of the difference's 95 % interval, the part that has to lie above 0 for a policy to be the better one: half, which is about a
 * standard error, so the chance to keep one that is no better is one in six. With the whole of it, 40 episodes would hold fast to
 * a policy of 842 where the next one earned 1,166 (+324 +- 412), and training rarely makes worse.
 */
const SURE_ENOUGH = 0.5;

/** Whether the difference says that a policy is better. Anything is better than nothing. */
export function isBetter(policy: HeldOut, than: HeldOut | undefined): boolean {
  if (!than) return true;
  const { mean, plusMinus } = differenceOf(than, policy);
  return mean > SURE_ENOUGH * plusMinus;
}

/** Whether two evaluations are of the same policy, as one that is done again after a run was cut off is. */
export function isSame({ fresh: _, ...one }: HeldOut, { fresh: __, ...other }: HeldOut): boolean {
  return deepEqual(one, other);
}

/** "held-out 12.30 -> 657.10 (paired +644.80 +- 80.10), on fresh episodes 640.20 +- 79.00". */
export function toldHeldOut(first: HeldOut, best: HeldOut): string {
  const { fresh } = best;
  const afterwards = fresh ? `, on fresh episodes ${shown(fresh.reward)} +- ${shown(fresh.rewardInterval)}` : '';
  if (first.step === best.step) {
    return `held-out ${shown(first.reward)} +- ${shown(first.rewardInterval)} at step ${first.step}, and nothing better since${afterwards}`;
  }
  return `held-out ${shown(first.reward)} -> ${shown(best.reward)} (paired ${toldDifference(first, best)})${afterwards}`;
}

/** An evaluation in a line. @param best before it, where there was one. */
export function toldEvaluation(
  heldOut: HeldOut,
  { fallShare, episodes }: Evaluation,
  best: HeldOut | undefined,
  isBest: boolean,
): string {
  const against = best ? ` (${toldDifference(best, heldOut)} against the best before)` : '';
  return (
    `Evaluation at step ${heldOut.step}: reward ${shown(heldOut.reward)} +- ${shown(heldOut.rewardInterval)}${against}, ` +
    `falls in ${Math.round(fallShare * 100)} % of ${episodes} episodes${isBest ? '; the best so far' : ''}.`
  );
}

/** "+644.80 +- 80.10". */
function toldDifference(first: HeldOut, second: HeldOut): string {
  const { mean, plusMinus } = differenceOf(first, second);
  return `${mean < 0 ? '' : '+'}${shown(mean)} +- ${shown(plusMinus)}`;
}

function shown(reward: number): string {
  return reward.toFixed(2);
}
