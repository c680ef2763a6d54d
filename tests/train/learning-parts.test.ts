import { describe, expect, it } from 'vitest';
import { tf } from '../../compile/tensorflow.ts';
import { adamFactors, adamStep } from '../../train/adam.ts';
import { Normaliser } from '../../train/normaliser.ts';
import { initialParameters, parameterTable } from '../../train/policy.ts';
import { scheduled } from '../../train/schedules.ts';

describe('the normaliser', () => {
  it('has n = 3, mean = 1.33333 and M = 5.66667 after rows 1 and 3, as ML-Agents has', () => {
    const normaliser = new Normaliser(1);
    normaliser.update(Float32Array.of(1, 3));
    expect(normaliser.rows).toBe(3);
    expect(normaliser.mean[0]).toBeCloseTo(1.33333, 5);
    expect(normaliser.squares[0]).toBeCloseTo(5.66667, 5);
  });

  it('leaves observations as they are before it has seen any', () => {
    const { mean, deviation } = new Normaliser(2).statistics();
    expect([...mean, ...deviation]).toEqual([0, 0, 1, 1]);
  });

  it('comes to the mean and deviation of what it saw, each observation by itself', () => {
    const normaliser = new Normaliser(2);
    for (let batch = 0; batch < 50; batch++) {
      normaliser.update(Float32Array.from({ length: 200 }, (_, at) => (at % 2 ? 1000 + (at % 4) : at % 8)));
    }
    const { mean, deviation } = normaliser.statistics();
    expect(mean[0]).toBeCloseTo(3, 1);
    expect(deviation[0]).toBeCloseTo(Math.sqrt(5), 1);
    // The row that ML-Agents' normaliser starts with, 0, is still there: one of 5,001.
    expect(mean[1]).toBeCloseTo((1002 * 5000) / 5001, 2);
  });
});

describe('a schedule', () => {
  it('is at 1.5000005e-4 half-way from 3e-4 to 1e-10, as in ML-Agents', () => {
    expect(scheduled({ kind: 'linear', start: 3e-4, end: 1e-10 }, 50, 100)).toBeCloseTo(1.5000005e-4, 12);
  });

  it('stays at its end past max_steps', () => {
    expect(scheduled({ kind: 'linear', start: 0.2, end: 0.1 }, 200, 100)).toBeCloseTo(0.1, 12);
  });

  it('does not move where it is constant', () => {
    expect(scheduled({ kind: 'constant', start: 0.2, end: 0.1 }, 70, 100)).toBe(0.2);
  });
});

describe('Adam', () => {
  it('moves as its paper says, step by step', () => {
    const gradients = [0.5, -1, 2, 0.001];
    let [parameter, first, second] = [1, 0, 0];
    let tensors = { parameter: tf.tensor1d([1]), first: tf.tensor1d([0]), second: tf.tensor1d([0]) } as Record<
      'parameter' | 'first' | 'second',
      tf.Tensor
    >;
    gradients.forEach((gradient, index) => {
      const count = index + 1;
      first = 0.9 * first + 0.1 * gradient;
      second = 0.999 * second + 0.001 * gradient ** 2;
      parameter -= (0.01 * (first / (1 - 0.9 ** count))) / (Math.sqrt(second / (1 - 0.999 ** count)) + 1e-8);
      const { stepSize, tiny } = adamFactors(0.01, count);
      tensors = adamStep(
        tensors.parameter,
        tf.tensor1d([gradient]),
        tensors.first,
        tensors.second,
        tf.scalar(stepSize),
        tf.scalar(tiny),
      );
      expect(tensors.parameter.dataSync()[0]).toBeCloseTo(parameter, 5);
    });
  });
});

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
    expect(deviation('actor.mean.weight') * Math.sqrt(256)).toBeCloseTo(0.2, 1);
    const limit = Math.sqrt(6 / 257);
    expect(Math.max(...parameters['critic.value.weight']!)).toBeLessThanOrEqual(limit);
    expect(deviation('critic.value.weight')).toBeCloseTo(limit / Math.sqrt(3), 1);
    expect(deviation('actor.logDeviation')).toBe(0);
  });

  it('fill every row of the table', () => {
    const parameters = initialParameters(network, 1);
    expect(Object.keys(parameters)).toEqual(parameterTable(network).map(({ name }) => name));
    for (const { name, shape } of parameterTable(network)) {
      expect(parameters[name]!.length).toBe(shape.reduce((product, size) => product * size, 1));
    }
  });
});
