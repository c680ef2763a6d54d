/** What the curves show of each iteration, and how it is told in words. */
import type { IterationMetrics } from '../../train/keep/metrics-table.ts';

/** A point of each curve. */
export interface Point {
  readonly step: number;
  /** Of training so far, all its stretches together. */
  readonly seconds: number;
  /** Of those, for roll-outs. */
  readonly collecting: number;
  /** Mean of the episodes that ended; null where none did. */
  readonly reward: number | null;
  /** Their mean length, decisions. */
  readonly episodeLength: number | null;
  readonly decisionsPerSecond: number;
  readonly kl: number;
  readonly actionStd: number;
  readonly valueLoss: number;
}

export interface Curve {
  readonly name: keyof Point;
  readonly title: string;
  readonly unit: string;
}

export const curves: readonly Curve[] = [
  { name: 'reward', title: 'Reward of an episode', unit: '' },
  { name: 'episodeLength', title: 'Length of an episode', unit: 'decisions' },
  { name: 'decisionsPerSecond', title: 'Decisions a second', unit: '1/s' },
  { name: 'actionStd', title: 'Noise of the actions', unit: 'sigma' },
  { name: 'kl', title: 'How far an update goes', unit: 'KL, nats' },
  { name: 'valueLoss', title: 'Loss of the critic', unit: 'reward²' },
];

/** @param before the point before, of the same training. */
export function pointOf(metrics: IterationMetrics, before: Point | undefined): Point {
  const { step, reward, episodeLength, decisionsPerSecond, kl, actionStd, valueLoss, seconds } = metrics;
  return {
    step,
    seconds: (before?.seconds ?? 0) + seconds.all,
    collecting: (before?.collecting ?? 0) + seconds.physics + seconds.inference,
    reward,
    episodeLength,
    decisionsPerSecond,
    kl,
    actionStd,
    valueLoss,
  };
}

/** Decisions over which the reward is told in words. */
const TOLD_OVER = 12_800;

/** Mean reward over the latest decisions: each iteration's, all counting the same. */
export function latestReward(points: readonly Point[]): number | undefined {
  const last = points.at(-1);
  if (!last) return undefined;
  const rewards = points.flatMap(({ step, reward }) =>
    step > last.step - TOLD_OVER && reward !== null ? [reward] : [],
  );
  return rewards.length === 0 ? undefined : rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length;
}
