import { describe, expect, it } from 'vitest';
import type { IterationMetrics } from '../../../train/keep/metrics-table.ts';
import { latestReward, type Point, pointOf } from '../../../viewer/learn/curves.ts';

const metrics = (step: number, reward: number | null): IterationMetrics =>
  ({
    ...{ step, reward, episodeLength: 13, decisionsPerSecond: 640, kl: 0.1, actionStd: 1, valueLoss: 2 },
    seconds: { physics: 1, inference: 0.5, learning: 2.5, all: 4 },
  }) as IterationMetrics;

/** Iterations of 2,560 decisions. */
function learnt(rewards: readonly (number | null)[]): Point[] {
  const points: Point[] = [];
  for (const [index, reward] of rewards.entries()) {
    points.push(pointOf(metrics((index + 1) * 2560, reward), points.at(-1)));
  }
  return points;
}

describe('the curves of a training', () => {
  it('count the seconds of all iterations, and those of them that roll-outs took', () => {
    expect(learnt([1, 2, 3]).at(-1)).toMatchObject({ step: 7680, seconds: 12, collecting: 4.5 });
  });

  it('tell the mean reward of the last 12,800 decisions, of iterations in which an episode ended', () => {
    expect(latestReward(learnt([100, 1, 2, null, 3, 6]))).toBe(3);
  });

  it('tell no reward before an episode has ended', () => {
    expect(latestReward([])).toBeUndefined();
    expect(latestReward(learnt([null]))).toBeUndefined();
  });
});
