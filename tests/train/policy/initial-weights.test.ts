import { describe, expect, it } from 'vitest';
import { initialParameters, parameterTable } from '../../../train/policy/policy.ts';

describe('initial parameters', () => {
  const network = { observationSize: 200, actionSize: 39, hiddenUnits: 256, layers: 3 };

  it('are the same for the same seed and others for another', () => {
    const small = { ...network, hiddenUnits: 4 };
    expect(initialParameters(small, 3)).toEqual(initialParameters(small, 3));
    expect(initialParameters(small, 3)).not.toEqual(initialParameters(small, 4));
  });

  it('have the spread that ML-Agents gives each layer', () => {
    const parameters = initialParameters(network, 1);
    const deviation = (name: string) => {
      const values = parameters[name]!;
      return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
    };
    expect(deviation('actor.hidden0.weight') * Math.sqrt(200)).toBeCloseTo(1, 1);
    expect(deviation('actor.hidden2.weight') * Math.sqrt(256)).toBeCloseTo(1, 1);
    expect((deviation('actor.mean.weight') * Math.sqrt(256)) / 0.2).toBeCloseTo(1, 1);
    const limit = Math.sqrt(6 / 257);
    expect(Math.max(...parameters['critic.value.weight']!)).toBeLessThanOrEqual(limit);
    expect((deviation('critic.value.weight') / limit) * Math.sqrt(3)).toBeCloseTo(1, 1);
    expect(deviation('actor.logDeviation')).toBe(0);
  });

  it('have right-angled columns or rows of the wanted length where they start orthogonal', () => {
    const parameters = initialParameters(network, 1, { weights: 'orthogonal', logDeviation: -0.5 });
    /** Largest difference of v_i . v_j from gain^2 where i = j, and from 0 elsewhere. */
    const skew = (name: string, vectors: number, length: number, gain: number, stride: [number, number]) => {
      const values = parameters[name]!;
      let largest = 0;
      for (let one = 0; one < vectors; one++) {
        for (let other = 0; other <= one; other++) {
          let product = one === other ? -gain * gain : 0;
          for (let at = 0; at < length; at++)
            product += values[one * stride[0] + at * stride[1]]! * values[other * stride[0] + at * stride[1]]!;
          largest = Math.max(largest, Math.abs(product));
        }
      }
      return largest;
    };
    expect(skew('actor.hidden0.weight', 200, 256, Math.SQRT2, [256, 1])).toBeLessThan(1e-5);
    expect(skew('critic.hidden1.weight', 256, 256, Math.SQRT2, [1, 256])).toBeLessThan(1e-5);
    expect(skew('actor.mean.weight', 39, 256, 0.01, [1, 39])).toBeLessThan(1e-8);
    expect(skew('critic.value.weight', 1, 256, 1, [1, 1])).toBeLessThan(1e-5);
    expect([...new Set(parameters['actor.logDeviation'])]).toEqual([-0.5]);
  });

  it("are within torch's own bounds where they start as torch does", () => {
    const parameters = initialParameters(network, 1, { weights: 'torch', logDeviation: 0 });
    for (const name of ['actor.hidden0.weight', 'actor.hidden0.bias']) {
      const greatest = Math.max(...parameters[name]!.map(Math.abs)) * Math.sqrt(200);
      expect(greatest).toBeLessThanOrEqual(1);
      expect(greatest).toBeGreaterThan(0.95);
    }
  });

  it('of a shared critic are one body under both heads, each head as it starts by itself', () => {
    const shared = initialParameters({ ...network, layers: 1, sharedBody: true }, 1);
    expect(Object.keys(shared)).toEqual([
      'shared.hidden0.weight',
      'shared.hidden0.bias',
      'actor.mean.weight',
      'actor.mean.bias',
      'actor.logDeviation',
      'critic.value.weight',
      'critic.value.bias',
    ]);
    const greatest = (name: string) => Math.max(...shared[name]!.map(Math.abs));
    expect(greatest('critic.value.weight')).toBeLessThanOrEqual(Math.sqrt(6 / 257));
    expect(greatest('shared.hidden0.weight') * Math.sqrt(200)).toBeGreaterThan(3);
  });

  it('of a layer norm leave what it normalised as it is', () => {
    const parameters = initialParameters({ ...network, layerNorm: true }, 1);
    expect([...new Set(parameters['critic.norm1.scale'])]).toEqual([1]);
    expect([...new Set(parameters['critic.norm1.shift'])]).toEqual([0]);
  });

  it('fill every row of the table', () => {
    const parameters = initialParameters(network, 1);
    expect(Object.keys(parameters)).toEqual(parameterTable(network).map(({ name }) => name));
    for (const { name, shape } of parameterTable(network)) {
      expect(parameters[name]!.length).toBe(shape.reduce((product, size) => product * size, 1));
    }
  });
});
