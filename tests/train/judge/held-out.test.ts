/** What held-out evaluations say of a run, of returns that are known. */
import { describe, expect, it } from 'vitest';
import { estimate } from '../../../evaluate/estimate.ts';
import { differenceOf, type HeldOut, isBetter, isSame, toldHeldOut } from '../../../train/judge/held-out.ts';

/** Episodes that are easy and hard, so that returns lie far apart. */
const easy = [5, 100, 20, 300, 50, 700, 10, 150, 80, 400];
function played(step: number, returns: readonly number[]): HeldOut {
  const { mean, plusMinus } = estimate(returns);
  return { step, reward: mean, rewardInterval: plusMinus, returns };
}
const before = played(0, easy);
/** A little better in each. */
const after = played(
  500,
  easy.map((each, index) => each + 3 + (index % 3)),
);

describe('the difference of two policies', () => {
  it('is seen pair by pair where the scores alone would hide it', () => {
    expect(after.reward - before.reward).toBeLessThan(before.rewardInterval / 10);
    expect(differenceOf(before, after).mean).toBeCloseTo(3.9, 10);
    expect(isBetter(after, before)).toBe(true);
    expect(isBetter(before, after)).toBe(false);
  });

  it('is none where it is not surer than chance, nor of a policy from itself', () => {
    const chance = played(
      500,
      easy.map((each, index) => each + (index % 2 ? 9 : -8)),
    );
    expect(chance.reward).toBeGreaterThan(before.reward);
    expect(isBetter(chance, before)).toBe(false);
    expect(isBetter(before, before)).toBe(false);
  });

  it('is enough where it is surer than a standard error, if not as sure as its interval', () => {
    const likely = played(
      500,
      easy.map((each, index) => each + (index % 2 ? 21 : -8)),
    );
    const { mean, plusMinus } = differenceOf(before, likely);
    expect(mean).toBeGreaterThan(plusMinus / 2);
    expect(mean).toBeLessThan(plusMinus);
    expect(isBetter(likely, before)).toBe(true);
  });

  it('is that of two independent samples where episodes are not the same', () => {
    const { returns: _, ...older } = before;
    expect(differenceOf(older, after)).toEqual({
      mean: after.reward - before.reward,
      plusMinus: Math.hypot(before.rewardInterval, after.rewardInterval),
    });
    expect(isBetter(after, older)).toBe(false);
    const fewer = played(
      9,
      easy.slice(1).map((each) => each + 1e4),
    );
    expect(isBetter(fewer, before)).toBe(true);
  });

  it('is for any policy against none', () => {
    expect(isBetter(before, undefined)).toBe(true);
  });
});

describe('a run', () => {
  it('is told by its first policy and its best one, the difference and the fresh score', () => {
    const fresh = { reward: 180.5, rewardInterval: 160.25, episodes: 40 };
    expect(toldHeldOut(before, { ...after, fresh })).toBe(
      'held-out 181.50 -> 185.40 (paired +3.90 +- 0.63), on fresh episodes 180.50 +- 160.25',
    );
  });

  it('that found nothing better says so', () => {
    expect(toldHeldOut(before, before)).toMatch(/^held-out 181\.50 \+- [\d.]+ at step 0, and nothing better since$/);
  });

  it('that was cut off knows an evaluation again by its numbers, fresh score or not', () => {
    const again = JSON.parse(JSON.stringify({ ...after, fresh: { reward: 1, rewardInterval: 1, episodes: 2 } }));
    expect(isSame(after, again)).toBe(true);
    expect(isSame(after, { ...again, step: 501 })).toBe(false);
  });
});
