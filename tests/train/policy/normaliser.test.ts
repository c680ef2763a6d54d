import { describe, expect, it } from 'vitest';
import { Normaliser } from '../../../train/policy/normaliser.ts';

describe('the normaliser', () => {
  it('has n = 3, mean = 1.33333 and M = 5.66667 after rows 1 and 3, as ML-Agents has', () => {
    const normaliser = new Normaliser(1);
    normaliser.update(Float32Array.of(1, 3));
    expect(normaliser.rows).toBe(3);
    expect(normaliser.mean[0]).toBeCloseTo(1.33333, 5);
    expect(normaliser.squares[0]).toBeCloseTo(5.66667, 5);
  });

  it('leaves observations as they are before it has seen any', () => {
    const { mean, deviation } = new Normaliser(2).moments();
    expect([...mean, ...deviation]).toEqual([0, 0, 1, 1]);
  });

  it('comes to the mean and deviation of what it saw, each observation by itself', () => {
    const normaliser = new Normaliser(2);
    for (let batch = 0; batch < 50; batch++) {
      normaliser.update(Float32Array.from({ length: 200 }, (_, at) => (at % 2 ? 1000 + (at % 4) : at % 8)));
    }
    const { mean, deviation } = normaliser.moments();
    expect(mean[0]).toBeCloseTo(3, 1);
    expect(deviation[0]).toBeCloseTo(Math.sqrt(5), 1);
    // The row that ML-Agents' normaliser starts with, 0, is still there: one of 5,001.
    expect(mean[1]).toBeCloseTo((1002 * 5000) / 5001, 2);
  });

  it('divides by its floor at least, by none unless told', () => {
    const normaliser = new Normaliser(2);
    normaliser.update(Float32Array.from({ length: 20_000 }, (_, at) => (at % 2 ? at % 8 : 0)));
    const { mean, deviation } = normaliser.moments();
    expect(deviation[0]).toBeCloseTo(1 / Math.sqrt(10_001), 8); // the 1 that it began with, over 10,001 rows
    normaliser.leastDeviation = 0.05;
    expect(normaliser.moments()).toEqual({ mean, deviation: Float32Array.of(0.05, deviation[1]!) });
  });

  it('tells observations that never moved with what they always were, in how many batches it be', () => {
    const normaliser = new Normaliser(5);
    expect(normaliser.still()).toEqual([]);
    for (let batch = 0; batch < 40; batch++) {
      // Nothing, a large constant, one that moves by its last digits, one that moved once, one that moves.
      const row = (at: number) => [0, 12_345.678, 1 + 1e-6 * (at % 2), batch === 7 && at === 3 ? 1 : 0, at % 3];
      normaliser.update(Float32Array.from(Array.from({ length: 500 }, (_, at) => row(at)).flat()));
    }
    const still = normaliser.still();
    expect(still.map(({ index }) => index)).toEqual([0, 1]);
    expect(still[0]!.value).toBe(0);
    expect(still[1]!.value).toBeCloseTo(Math.fround(12_345.678), 6);
  });
});
