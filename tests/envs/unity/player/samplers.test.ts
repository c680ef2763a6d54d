import { describe, expect, it } from 'vitest';
import { DotNetRandom } from '../../../../envs/unity/player/dotnet-random.ts';
import { ReceivedParameters, shortestDecimal } from '../../../../envs/unity/player/parameters.ts';
import { createSampler } from '../../../../envs/unity/player/samplers.ts';

describe("the generator is .NET's System.Random", () => {
  // What `new Random(seed).Next()` gives in C#.
  it.each([
    [0, [1559595546, 1755192844, 1649316166]],
    [1, [534011718, 237820880, 1002897798]],
    [42, [1434747710, 302596119, 269548474]],
    [-42, [1434747710, 302596119, 269548474]],
  ])('for seed %d', (seed, expected) => {
    const random = new DotNetRandom(seed);
    expect(expected.map(() => random.integer())).toEqual(expected);
  });

  it('in doubles', () => {
    expect(new DotNetRandom(0).double()).toBe(0.7262432699679598);
  });
});

describe('a sampler', () => {
  const draws = (sampler: () => number, count = 4000) => Array.from({ length: count }, sampler);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

  it('uniform: what Unity makes of the generator, and within its bounds', () => {
    const sampler = createSampler({ kind: 'uniformParameter', name: 'a', seed: 0, minimum: 2, maximum: 6 });
    expect(sampler()).toBe(Math.fround(2 + Math.fround(Math.fround(0.7262432699679598) * 4)));
    const values = draws(sampler);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(2);
    expect(Math.max(...values)).toBeLessThanOrEqual(6);
    expect(Math.abs(mean(values) - 4)).toBeLessThan(0.1);
  });

  it('gaussian: with its mean and deviation', () => {
    const values = draws(createSampler({ kind: 'gaussianParameter', name: 'a', seed: 3, mean: 5, deviation: 2 }));
    const middle = mean(values);
    expect(Math.abs(middle - 5)).toBeLessThan(0.15);
    expect(Math.abs(Math.sqrt(mean(values.map((value) => (value - middle) ** 2))) - 2)).toBeLessThan(0.1);
  });

  it('multi-range: in its intervals alone, each as often as it is wide', () => {
    const intervals = [0, 1, 10, 13];
    const values = draws(createSampler({ kind: 'multiRangeParameter', name: 'a', seed: 8, intervals }));
    const low = values.filter((value) => value >= 0 && value <= 1).length;
    const high = values.filter((value) => value >= 10 && value <= 13).length;
    expect(low + high).toBe(values.length);
    expect(Math.abs(high / values.length - 0.75)).toBeLessThan(0.03);
  });

  it('gives the same numbers for the same seed, and none for no intervals', () => {
    const message = { kind: 'multiRangeParameter', name: 'a', seed: 8, intervals: [0, 1, 10, 13] } as const;
    expect(draws(createSampler(message), 50)).toEqual(draws(createSampler(message), 50));
    expect(draws(createSampler({ ...message, seed: 9 }), 50)).not.toEqual(draws(createSampler(message), 50));
    expect(createSampler({ ...message, intervals: [] })()).toBe(0);
  });
});

describe('parameters from the trainer', () => {
  const received = () => {
    const told: string[] = [];
    const ranges = { gravity: { low: 0, high: 100 }, friction: { low: 0, high: 1 } };
    return { told, parameters: new ReceivedParameters(ranges, (message) => told.push(message)) };
  };

  it('are as a configuration file would have them: 0.1 is 0.1', () => {
    expect([0.1, 14.715, 1e9, 3, 1e-7, 1 / 3].map((value) => shortestDecimal(Math.fround(value)))).toEqual([
      0.1,
      14.715,
      1e9,
      3,
      1e-7,
      expect.closeTo(1 / 3, 7),
    ]);
    for (const value of [Math.fround(Math.PI), Math.fround(1 / 3), 16777217, Math.fround(-1e-20)]) {
      expect(Math.fround(shortestDecimal(Math.fround(value)))).toBe(Math.fround(value));
    }
    const { parameters } = received();
    parameters.receive({ kind: 'parameter', name: 'gravity', value: Math.fround(9.81) });
    expect(parameters.draw()).toEqual({ gravity: 9.81 });
  });

  it('are the same object while nothing changes, and drawn anew for each episode where one is sampled', () => {
    const { parameters } = received();
    expect(parameters.draw()).toBe(parameters.draw());
    parameters.receive({ kind: 'parameter', name: 'gravity', value: 5 });
    const first = parameters.draw();
    expect(parameters.draw()).toBe(first);
    parameters.receive({ kind: 'uniformParameter', name: 'friction', seed: 1, minimum: 0, maximum: 1 });
    const drawn = Array.from({ length: 20 }, () => parameters.draw());
    expect(new Set(drawn.map(({ friction }) => friction)).size).toBe(20);
    expect(new Set(drawn.map(({ gravity }) => gravity))).toEqual(new Set([5]));
    parameters.receive({ kind: 'parameter', name: 'friction', value: 0.5 });
    expect(parameters.draw()).toEqual({ gravity: 5, friction: 0.5 });
    expect(parameters.draw()).toBe(parameters.draw());
  });

  it('stay within what the world allows, and one that it does not know is named once', () => {
    const { parameters, told } = received();
    parameters.receive({ kind: 'parameter', name: 'friction', value: 7 });
    for (let time = 0; time < 2; time++) parameters.receive({ kind: 'parameter', name: 'gravty', value: 1 });
    expect(parameters.draw()).toEqual({ friction: 1 });
    expect(told).toHaveLength(2);
    expect(told[0]).toMatch(/friction: 7 is out of its range, 0 to 1/);
    expect(told[1]).toMatch(/gravty.*did you mean gravity/);
    parameters.receive({ kind: 'gaussianParameter', name: 'friction', seed: 1, mean: 0, deviation: 1 });
    const drawn = Array.from({ length: 50 }, () => parameters.draw()['friction']!);
    expect(drawn.every((value) => value >= 0 && value <= 1)).toBe(true);
  });
});
