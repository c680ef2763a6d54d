import { describe, expect, it } from 'vitest';
import { tf } from '../../../compile/tensorflow.ts';
import {
  clipFraction,
  clippedValueLoss,
  divergence,
  entropyOf,
  logProbabilities,
  mirrorLoss,
  plainPolicyLoss,
  policyLoss,
  valueLoss,
} from '../../../train/learn/losses.ts';

const row = (...values: number[]) => tf.tensor2d([values]);
const number = (scalar: tf.Tensor) => scalar.dataSync()[0]!;

// Figures that ML-Agents' own classes gave for the same input.
describe('the losses', () => {
  it('give -0.85 for the ratios 2 and 0.5 with an advantage of 1 and epsilon 0.2', () => {
    const logRatio = row(Math.log(2), Math.log(0.5));
    expect(number(policyLoss(logRatio, row(1), tf.scalar(0.2)))).toBeCloseTo(-0.85, 5);
  });

  it('count the ratios that lie outside of the clip range, to both sides', () => {
    const logRatio = row(Math.log(1.25), Math.log(1.15), Math.log(0.85), Math.log(0.75));
    expect(number(clipFraction(logRatio, tf.scalar(0.2)))).toBe(0.5);
    expect(number(clipFraction(logRatio, tf.scalar(0.1)))).toBe(1);
  });

  it('take the pessimistic side for a negative advantage', () => {
    const logRatio = row(Math.log(2), Math.log(0.5));
    // min(-2, -1.2) and min(-0.5, -0.8)
    expect(number(policyLoss(logRatio, row(-1), tf.scalar(0.2)))).toBeCloseTo((2 + 0.8) / 2, 5);
  });

  it('give the entropy 1.41894 for a deviation of 1, whatever the number of dimensions', () => {
    expect(number(entropyOf(row(0)))).toBeCloseTo(1.41894, 5);
    expect(number(entropyOf(tf.zeros([1, 39])))).toBeCloseTo(1.41894, 5);
  });

  it('give the log-density of a normal distribution for each dimension', () => {
    const density = (x: number, mean: number, sigma: number) =>
      Math.log(Math.exp(-((x - mean) ** 2) / (2 * sigma ** 2)) / (sigma * Math.sqrt(2 * Math.PI)));
    const computed = logProbabilities(row(0.3, -1), row(0, 0.5), row(Math.log(0.5), 0)).dataSync();
    expect(computed[0]).toBeCloseTo(density(0.3, 0, 0.5), 5);
    expect(computed[1]).toBeCloseTo(density(-1, 0.5, 1), 5);
  });

  it('measure values by the mean of their squared errors', () => {
    expect(number(valueLoss(tf.tensor2d([[1], [2]]), tf.tensor2d([[2], [5]])))).toBeCloseTo(5, 6);
  });

  it('see no divergence between a policy and itself, and a positive one otherwise', () => {
    expect(number(divergence(row(0, 0)))).toBe(0);
    // (e^0.1 - 1 - 0.1) + (e^-0.2 - 1 + 0.2), summed over the dimensions of an action and averaged over rows.
    expect(number(divergence(row(0.1, -0.2)))).toBeCloseTo(0.0239017, 6);
    expect(
      number(
        divergence(
          tf.tensor2d([
            [0.1, -0.2],
            [0, 0],
          ]),
        ),
      ),
    ).toBeCloseTo(0.0239017 / 2, 6);
  });

  it('measure divergence over the rows that were collected, whatever the others are like', () => {
    const logRatio = tf.tensor2d([
      [0.1, -0.2],
      [5, 5],
      [0.3, 0],
    ]);
    const collected = tf.tensor2d([[1], [0], [1]]);
    const alone = (number(divergence(row(0.1, -0.2))) + number(divergence(row(0.3, 0)))) / 2;
    expect(number(divergence(logRatio, collected))).toBeCloseTo(alone, 6);
    // A minibatch may consist of images alone.
    expect(number(divergence(row(5, 5), row(0)))).toBe(0);
  });

  it('keep the change of a clipped value within epsilon, and count the worse of both errors', () => {
    const column = (...values: number[]) => tf.tensor2d(values, [values.length, 1]);
    // From 0 to 1 with epsilon 0.2: (5 - 1)^2 < (5 - 0.2)^2; and (-1 - 1)^2 > (-1 - 0.2)^2.
    const values = clippedValueLoss(column(1, 1), column(5, -1), column(0, 0), tf.scalar(0.2));
    expect(number(values)).toBeCloseTo((4.8 ** 2 + 2 ** 2) / 2, 4);
    const near = clippedValueLoss(column(0.1), column(5), column(0), tf.scalar(0.2));
    expect(number(near)).toBeCloseTo(4.9 ** 2, 4);
  });

  it("weigh log-probabilities with advantages where there is no ratio, as ML-Agents' A2C does", () => {
    expect(number(plainPolicyLoss(tf.tensor2d([[-3], [-1]]), tf.tensor2d([[2], [-1]])))).toBeCloseTo((6 - 1) / 2, 5);
  });

  it('find nothing to mend in a symmetric policy, and the square of what is not', () => {
    const actions = { from: Uint16Array.of(1, 0, 2), signs: Float32Array.of(1, 1, -1) };
    expect(number(mirrorLoss(row(1, 2, 3), row(2, 1, -3), actions))).toBe(0);
    expect(number(mirrorLoss(row(1, 2, 3), row(2, 1, 3), actions))).toBeCloseTo(36 / 3, 5);
  });
});
