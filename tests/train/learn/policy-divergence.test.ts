/** How far an update moved the policy, against what sampling and a few lines of arithmetic say of it. */
import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../../base/random/stream.ts';
import { openEngine } from '../../../compile/index.ts';
import { gaussianDivergence, PolicyDivergence } from '../../../train/learn/policy-divergence.ts';
import { initialParameters, type Network } from '../../../train/policy/policy.ts';

const logProbability = (x: number, mean: number, deviation: number) =>
  -((x - mean) ** 2) / (2 * deviation ** 2) - Math.log(deviation) - 0.5 * Math.log(2 * Math.PI);

describe('the divergence of two Gaussian policies', () => {
  const before = { means: Float32Array.of(0.5, -1, 0, 2), logDeviation: Float32Array.of(0, -0.5) };
  const after = { means: Float32Array.of(0.25, -0.75, 0.5, 2), logDeviation: Float32Array.of(0.25, -0.75) };

  it('is what the mean of log p / q over many samples of p tends to', () => {
    const random = new RandomStream(1, 2);
    const samples = 200_000;
    let sum = 0;
    for (let sample = 0; sample < samples; sample++) {
      for (let at = 0; at < 4; at++) {
        const [s, t] = [before, after].map(({ logDeviation }) => Math.exp(logDeviation[at % 2]!)) as [number, number];
        const action = before.means[at]! + s * random.normal();
        sum += logProbability(action, before.means[at]!, s) - logProbability(action, after.means[at]!, t);
      }
    }
    expect(gaussianDivergence(before, after)).toBeCloseTo(sum / samples / 2, 2);
  });

  it('is that of the one from the other, not of the other from the one, and 0 of a policy from itself', () => {
    const narrow = { means: Float32Array.of(0), logDeviation: Float32Array.of(-1) };
    const wide = { means: Float32Array.of(0), logDeviation: Float32Array.of(0) };
    // KL(N(0, s^2) || N(0, 1)) = -log s + s^2 / 2 - 1/2.
    expect(gaussianDivergence(narrow, wide)).toBeCloseTo(1 + Math.exp(-2) / 2 - 0.5, 12);
    expect(gaussianDivergence(wide, narrow)).toBeCloseTo(-1 + Math.exp(2) / 2 - 0.5, 12);
    expect(gaussianDivergence(after, after)).toBe(0);
  });

  it.each([
    ['two bodies', {}],
    ['one body', { sharedBody: true }],
    ['layer norms', { layerNorm: true, activation: 'none' as const }],
  ])('is measured of actors with %s by their parameters', async (_, more) => {
    const network: Network = { observationSize: 3, actionSize: 2, hiddenUnits: 8, layers: 2, ...more };
    const own = initialParameters(network, 1);
    const shifted = { ...own, 'actor.mean.bias': own['actor.mean.bias']!.map((bias) => bias + 0.5) };
    const measure = await PolicyDivergence.prepare(network, await openEngine());
    const random = new RandomStream(3, 4);
    const seen = Float32Array.from({ length: 3 * 700 }, () => random.normal());
    // Each of two means is half a deviation of 1 away in every state.
    expect(await measure.of(own, shifted, seen)).toBeCloseTo(2 * 0.5 ** 2 * 0.5, 6);
    expect(await measure.of(own, own, seen)).toBe(0);
    await measure.release();
  });
});
