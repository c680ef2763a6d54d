import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../base/random/stream.ts';
import { estimate, meanOfMeans } from '../../evaluate/estimate.ts';
import { t95 } from '../../evaluate/student-t.ts';

describe("Student's quantile for 95 %", () => {
  // As any printed table has it (0.975, two-sided 0.05).
  it.each([
    [1, 12.7062],
    [2, 4.3027],
    [3, 3.1824],
    [4, 2.7764],
    [5, 2.5706],
    [7, 2.3646],
    [9, 2.2622],
    [19, 2.093],
    [30, 2.0423],
    [60, 2.0003],
    [120, 1.9799],
    [1000, 1.9623],
    [1e9, 1.96],
  ])('for %d degrees of freedom is %d', (freedom, quantile) => {
    expect(t95(freedom)).toBeCloseTo(quantile, 4);
  });

  it('is told exactly where there is a closed form: tan(0.475 pi) for one degree, 0.95 sqrt(2 / 0.0975) for two', () => {
    expect(t95(1)).toBeCloseTo(Math.tan(0.475 * Math.PI), 7);
    expect(t95(2)).toBeCloseTo(0.95 * Math.sqrt(2 / (1 - 0.95 ** 2)), 8);
  });

  it('falls steadily, also between whole numbers and where another formula takes over', () => {
    const freedoms = Array.from({ length: 400 }, (_, index) => 1 + index * 0.7).concat([59.999, 60, 60.001]);
    const quantiles = freedoms.sort((a, b) => a - b).map(t95);
    for (let at = 1; at < quantiles.length; at++) expect(quantiles[at]).toBeLessThan(quantiles[at - 1]!);
    expect(t95(60) - t95(60.001)).toBeLessThan(2e-6);
  });
});

describe('the interval about a mean', () => {
  const random = new RandomStream(31);
  const sample = (count: number, deviation = 1) => Array.from({ length: count }, () => deviation * random.normal());
  const trials = 1500;
  /** How often |mean| is within an interval: the true mean is 0. */
  const shareWithin = (intervals: readonly { mean: number; plusMinus: number }[]) =>
    intervals.filter(({ mean, plusMinus }) => Math.abs(mean) <= plusMinus).length / intervals.length;

  it('holds the true mean 95 times in 100, also of four values; 1.96 standard errors would hold it 85 times', () => {
    const intervals = Array.from({ length: trials }, () => estimate(sample(4)));
    // The standard error of a share of 0.95 is 0.006, of one of 0.855 it is 0.009.
    expect(Math.abs(shareWithin(intervals) - 0.95)).toBeLessThan(0.02);
    const narrower = intervals.map(({ mean, plusMinus }) => ({ mean, plusMinus: (plusMinus / 3.182446) * 1.96 }));
    expect(shareWithin(narrower)).toBeLessThan(0.88);
  });

  it('holds it as often over several samples that count the same, one of them spread wider: five of eight values', () => {
    const intervals = Array.from({ length: trials }, () =>
      meanOfMeans([sample(8, 5), sample(8), sample(8), sample(8, 2), sample(8)]),
    );
    expect(Math.abs(shareWithin(intervals) - 0.95)).toBeLessThan(0.02);
  });

  it('is infinite for a single value, and nothing where all are the same', () => {
    expect(estimate([7])).toEqual({ mean: 7, plusMinus: Number.POSITIVE_INFINITY });
    expect(estimate([7, 7, 7])).toEqual({ mean: 7, plusMinus: 0 });
  });
});
