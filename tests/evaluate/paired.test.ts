import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../base/random/stream.ts';
import {
  atLeastHeads,
  compareFalls,
  compareReturns,
  correlationOf,
  SEEN_STANDARD_ERRORS,
} from '../../evaluate/paired.ts';

describe('two policies on the same episodes', () => {
  it('differ by the mean of their differences, with the interval that R tells for a paired t-test', () => {
    // Student's sleep data (1908), as in every textbook: t.test(group1, group2, paired = TRUE) gives a mean difference
    // of -1.58, from -2.4598858 to -0.7001142.
    const group1 = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0];
    const group2 = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];
    const { pairs, difference, correlation } = compareReturns(group2, group1);
    expect(pairs).toBe(10);
    expect(difference.mean).toBeCloseTo(-1.58, 10);
    expect(difference.mean - difference.plusMinus).toBeCloseTo(-2.4598858, 6);
    expect(difference.mean + difference.plusMinus).toBeCloseTo(-0.7001142, 6);
    expect(correlation).toBeCloseTo(0.7951702, 6); // cor(group1, group2)
  });

  it('are told apart in 80 of 100 cases where the difference is the detectable one', () => {
    const random = new RandomStream(5);
    const n = 100;
    const deviation = 3;
    const effect = (SEEN_STANDARD_ERRORS * deviation) / Math.sqrt(n);
    let seen = 0;
    const trials = 2000;
    for (let trial = 0; trial < trials; trial++) {
      const first = Array.from({ length: n }, () => 50 + 10 * random.normal());
      const second = first.map((value) => value - effect + deviation * random.normal());
      const { difference, detectable } = compareReturns(first, second);
      if (difference.mean < -1.645 * (detectable / SEEN_STANDARD_ERRORS)) seen++;
    }
    // The standard error of a share of 0.8 is 0.009.
    expect(Math.abs(seen / trials - 0.8)).toBeLessThan(0.03);
  });

  it('have nothing to tell apart where they are the same, and no correlation where one never varies', () => {
    const returns = [3, 1, 2];
    expect(compareReturns(returns, returns)).toEqual({
      pairs: 3,
      difference: { mean: 0, plusMinus: 0 },
      correlation: 1,
      detectable: 0,
    });
    expect(correlationOf(returns, [1, 1, 1])).toBeNull();
  });

  it('tell nothing of a single episode, and refuse episodes that are no pairs', () => {
    expect(compareReturns([1], [2])).toMatchObject({
      difference: { mean: 1, plusMinus: Infinity },
      detectable: Infinity,
    });
    expect(() => compareReturns([1, 2], [1])).toThrow(RangeError);
    expect(() => compareReturns([], [])).toThrow(RangeError);
  });
});

describe('falls in the same episodes', () => {
  it('count where only one of both fell, by the binomial distribution: 8 of 10 has p = 56/1024', () => {
    const first = [true, true, ...Array(8).fill(false), true, false];
    const second = [false, false, ...Array(8).fill(true), true, false];
    expect(compareFalls(first, second)).toEqual({ onlyFirst: 2, onlySecond: 8, p: expect.closeTo(56 / 1024, 12) });
  });

  it('say nothing where both fell in the same ones, nor where the second fell less often', () => {
    expect(compareFalls([true, false], [true, false])).toEqual({ onlyFirst: 0, onlySecond: 0, p: 1 });
    expect(compareFalls([true, true], [false, false]).p).toBe(1);
  });

  it('are summed without running out of numbers in thousands of episodes', () => {
    expect(atLeastHeads(1000, 2000)).toBeCloseTo(0.5 + 0.5 * 0.017839, 5); // half of all, and half of the middle one
    expect(atLeastHeads(1, 3000)).toBeCloseTo(1, 9); // each of its terms begins below the smallest double
    expect(atLeastHeads(1, 4)).toBeCloseTo(15 / 16, 12);
  });
});
