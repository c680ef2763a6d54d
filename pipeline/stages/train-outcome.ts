/** What a training came to, for the table at the end and for run.json. */
import { differenceOf, toldHeldOut } from '../../train/judge/held-out.ts';
import { recentReward } from '../../train/judge/recent-episodes.ts';
import type { TrainResult } from '../../train/train-options.ts';

type Outcome = Pick<TrainResult, 'progress' | 'heldOut'>;

/**
 * "held-out 12.30 -> 657.10 (paired +644.80 +- 80.10)" of a run that is evaluated; else the mean of its latest episodes. Never that
 * of those which ended first: only short ones had ended by then.
 */
export function toldOutcome({ progress, heldOut }: Outcome): string {
  if (heldOut) return toldHeldOut(heldOut.first, heldOut.best);
  const earned = progress.recent && recentReward(progress.recent);
  if (!earned) return 'no reward is known yet, for not every agent has ended an episode';
  return `reward ${earned.mean.toFixed(2)} +- ${earned.plusMinus.toFixed(2)} in the last ${earned.episodes} episodes`;
}

/** The same for run.json and --json; null where it is not known. */
export type OutcomeDetails = ReturnType<typeof outcomeDetails>;
export function outcomeDetails({ progress, heldOut }: Outcome) {
  const earned = progress.recent && recentReward(progress.recent);
  const score = (of: { reward: number; rewardInterval: number }) => ({
    reward: of.reward,
    reward_ci95: of.rewardInterval,
  });
  const difference = heldOut && differenceOf(heldOut.first, heldOut.best);
  return {
    reward: earned ? { reward: earned.mean, reward_ci95: earned.plusMinus, episodes: earned.episodes } : null,
    heldOut: heldOut
      ? {
          first: { step: heldOut.first.step, ...score(heldOut.first) },
          best: { step: heldOut.best.step, ...score(heldOut.best) },
          difference: difference!.mean,
          difference_ci95: difference!.plusMinus,
          fresh: heldOut.best.fresh ? { ...score(heldOut.best.fresh), episodes: heldOut.best.fresh.episodes } : null,
        }
      : null,
    stopped: progress.stopped?.why ?? null,
  };
}
