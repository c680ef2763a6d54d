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
});
