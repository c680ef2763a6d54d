import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../base/random/stream.ts';
import type { ParameterValue, Sampler } from '../../envs/env.ts';
import { draw, drawParameters, rangeOf } from '../../envs/sampler.ts';

const uniform = (min_value: number, max_value: number, seed = -1): Sampler => ({
  sampler_type: 'uniform',
  sampler_parameters: { seed, min_value, max_value },
});
const gaussian = (mean: number, st_dev: number): Sampler => ({
  sampler_type: 'gaussian',
  sampler_parameters: { seed: -1, mean, st_dev },
});
const multirange = (...intervals: [number, number][]): Sampler => ({
  sampler_type: 'multirangeuniform',
  sampler_parameters: { seed: -1, intervals },
});

/** What a parameter is in each of so many episodes. */
function drawn(value: ParameterValue, count: number, seed = 1): number[] {
  return Array.from({ length: count }, (_, episode) => drawParameters({ it: value }, seed, 0, episode)['it']!);
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values: readonly number[]) => {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
};

/** The greatest distance of the values' distribution from the one that is meant (Kolmogorov and Smirnov). */
function distance(values: readonly number[], cumulative: (value: number) => number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return Math.max(...sorted.map((value, rank) => Math.abs(cumulative(value) - (rank + 0.5) / sorted.length)));
}

// Beyond this, 1 in 1,000 samples of this size would lie by chance; the seed is fixed.
const count = 4000;
const significant = 1.95 / Math.sqrt(count);

describe('a uniform sampler', () => {
  it('draws evenly from its range', () => {
    expect(distance(drawn(uniform(2, 5), count), (value) => (value - 2) / 3)).toBeLessThan(significant);
  });

  it('stays within its range, and is its value where there is no range', () => {
    const bounds = fc.tuple(
      fc.double({ min: -1e6, max: 1e6, noNaN: true }),
      fc.double({ min: 0, max: 1e6, noNaN: true }),
    );
    fc.assert(
      fc.property(bounds, fc.nat(), ([low, width], seed) => {
        const value = draw(uniform(low, low + width), new RandomStream(seed));
        expect(value).toBeGreaterThanOrEqual(low);
        expect(value).toBeLessThanOrEqual(low + width);
      }),
      { seed: 1 },
    );
    expect(draw(uniform(0.6, 0.6), new RandomStream(1))).toBe(0.6);
  });
});

describe('a gaussian sampler', () => {
  it('has the mean and the deviation that were asked for', () => {
    const values = drawn(gaussian(3, 0.5), count);
    expect(mean(values)).toBeCloseTo(3, 1);
    expect(deviation(values)).toBeCloseTo(0.5, 1);
  });

  it('has as much within one and two deviations as a normal distribution', () => {
    const values = drawn(gaussian(0, 2), count);
    const within = (limit: number) => values.filter((value) => Math.abs(value) < limit).length / count;
    expect(within(2)).toBeCloseTo(0.6827, 1);
    expect(within(4)).toBeCloseTo(0.9545, 1);
  });
});

describe('a multirangeuniform sampler', () => {
  it('draws from each interval in proportion to its length, and evenly within it', () => {
    const values = drawn(multirange([7, 10], [15, 20]), count);
    const cumulative = (value: number) => (value < 12 ? (value - 7) / 8 : (value - 12) / 8);
    expect(distance(values, cumulative)).toBeLessThan(significant);
  });

  it('draws from nothing but its intervals', () => {
    const interval = fc
      .tuple(fc.double({ min: -100, max: 100, noNaN: true }), fc.double({ min: 0, max: 50, noNaN: true }))
      .map(([low, length]): [number, number] => [low, low + length]);
    fc.assert(
      fc.property(fc.array(interval, { minLength: 1, maxLength: 6 }), fc.nat(), (intervals, seed) => {
        const value = draw(multirange(...intervals), new RandomStream(seed));
        expect(intervals.some(([low, high]) => value >= low && value <= high)).toBe(true);
      }),
      { seed: 2 },
    );
  });
});

describe('the values of an episode', () => {
  it('are the same each time they are drawn, and others in another episode, run and for another name', () => {
    const value = (seed: number, episode: number, name = 'a') =>
      drawParameters({ [name]: uniform(0, 1) }, seed, episode)[name];
    expect(value(1, 2)).toBe(value(1, 2));
    expect(new Set([value(1, 2), value(1, 3), value(2, 2), value(1, 2, 'b'), value(1, 2, 'ab')]).size).toBe(5);
  });

  it('are not shifted by another parameter that is added', () => {
    const { a } = drawParameters({ a: uniform(0, 1) }, 1, 2);
    expect(drawParameters({ b: gaussian(0, 1), a: uniform(0, 1), c: 3 }, 1, 2)).toMatchObject({ a, c: 3 });
  });

  it("follow the sampler's own seed, where it has one, whatever the run's", () => {
    const value = (seed: number, own: number) => drawParameters({ a: uniform(0, 1, own) }, seed, 2)['a'];
    expect(value(1, 7)).toBe(value(5, 7));
    expect(value(1, 7)).not.toBe(value(1, 8));
    expect(value(1, 7)).toBe(value(7, -1));
  });

  it('of two parameters have nothing to do with one another', () => {
    const pairs = Array.from({ length: count }, (_, episode) =>
      drawParameters({ mass: uniform(-1, 1), push: uniform(-1, 1) }, 3, episode),
    );
    // Of independent numbers from -1 to 1 the product has the mean 0 and the deviation 1/3.
    expect(Math.abs(mean(pairs.map(({ mass, push }) => mass! * push!)))).toBeLessThan(3.3 / 3 / Math.sqrt(count));
  });
});

it('the range of a sampler holds all that it can draw', () => {
  expect(rangeOf(4)).toEqual([4, 4]);
  expect(rangeOf(uniform(2, 3))).toEqual([2, 3]);
  expect(rangeOf(multirange([5, 6], [-1, 2]))).toEqual([-1, 6]);
  expect(rangeOf(gaussian(0, 1))).toEqual([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);
});
