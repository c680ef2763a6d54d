import { describe, expect, it } from 'vitest';
import { tf } from '../../../compile/tensorflow.ts';
import { adamFactors, adamStep } from '../../../train/learn/adam.ts';

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

  it('adds 1e-8 to the root of the second moment: a gradient of that size goes half a step', () => {
    const { stepSize, tiny } = adamFactors(0.01, 1);
    const [nothing, gradient] = [tf.tensor1d([0]), tf.tensor1d([1e-8])];
    const { parameter } = adamStep(tf.tensor1d([0]), gradient, nothing, nothing, tf.scalar(stepSize), tf.scalar(tiny));
    expect(parameter.dataSync()[0]).toBeCloseTo(-0.005, 6);
  });
});
