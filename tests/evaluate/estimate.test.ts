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
  /** How often the interval holds the true mean, which is 0. */
  const coverage = (interval: () => { mean: number; plusMinus: number }) => {
    let held = 0;
    const trials = 1500;
    for (let trial = 0; trial < trials; trial++) {
      const { mean, plusMinus } = interval();
      if (Math.abs(mean) <= plusMinus) held++;
    }
    return held / trials;
  };
  const sample = (count: number, deviation = 1) => Array.from({ length: count }, () => deviation * random.normal());

  it('holds the true mean 95 times in 100, also of four values; 1.96 standard errors would hold it 85 times', () => {
    expect(coverage(() => estimate(sample(4)))).toBeCloseTo(0.95, 1);
    const normal = coverage(() => {
      const { mean, plusMinus } = estimate(sample(4));
      return { mean, plusMinus: (plusMinus / t95(3)) * 1.96 };
    });
    expect(normal).toBeLessThan(0.88);
  });

  it('holds it about as often where samples of unlike spread and size count the same', () => {
    const share = coverage(() => meanOfMeans([sample(3, 5), sample(8), sample(8)]));
    expect(share).toBeGreaterThan(0.93);
    expect(share).toBeLessThan(0.98);
  });

  it('is infinite for a single value, and nothing where all are the same', () => {
    expect(estimate([7])).toEqual({ mean: 7, plusMinus: Number.POSITIVE_INFINITY });
    expect(estimate([7, 7, 7])).toEqual({ mean: 7, plusMinus: 0 });
  });
});
