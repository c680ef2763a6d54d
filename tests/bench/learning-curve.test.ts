/** When a training came to what, and its curve. */
import { describe, expect, it } from 'vitest';
import { curveOf, reachedBy, type TimedIteration } from '../../bench/learning-curve.ts';

/** Iterations of 1,000 decisions and ten seconds, of as many episodes and rewards as are told. */
const iterations = (told: readonly (readonly [episodes: number, reward: number, taskReward?: number])[]) =>
  told.map(
    ([episodes, reward, taskReward], index): TimedIteration => ({
      step: 1000 * (index + 1),
      elapsed: 10 * (index + 1),
      episodes,
      reward: episodes > 0 ? reward : null,
      episodeLength: episodes > 0 ? 50 : null,
      ...(taskReward === undefined ? {} : { taskReward }),
    }),
  );

describe('bench -- learn', () => {
  it('tells when a hundred episodes first earned a goal on average, each iteration by its episodes', () => {
    // 90 at 200 and 30 at -300 earn 75 on average; 60 at 300 and, before them, 60 at 0 earn just 150.
    const told = reachedBy(
      iterations([
        [30, -300],
        [90, 200],
        [60, 0],
        [60, 300],
        [100, 490],
      ]),
    );
    expect(told).toEqual([
      { reward: 150, seconds: 40 },
      { reward: 500, seconds: null },
    ]);
  });

  it('is not taken in by a few good episodes', () => {
    expect(reachedBy(iterations([[99, 400]]))[0]!.seconds).toBeNull();
    expect(
      reachedBy(
        iterations([
          [99, 400],
          [0, 0],
          [1, 400],
        ]),
      )[0]!.seconds,
    ).toBe(30);
  });

  it('counts what the task earned, not what terms beside it added', () => {
    const [goal] = reachedBy(
      iterations([
        [100, 900, 20],
        [100, 900, 160],
      ]),
    );
    expect(goal!.seconds).toBe(20);
    const [point] = curveOf(
      iterations([
        [100, 900, 20],
        [300, 900, 160],
      ]),
      2000,
      1,
    );
    expect(point).toMatchObject({ step: 2000, reward: 125, decisions: 50 });
  });
});
