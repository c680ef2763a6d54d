/** Adam (Kingma & Ba 2015) as PyTorch computes it, one step for one parameter, in TensorFlow.js. */
import type { tf } from '../compile/tensorflow.ts';

export const FIRST_DECAY = 0.9;
export const SECOND_DECAY = 0.999;
const TINY = 1e-8;

/** The factors of step `count` (from 1): they depend on nothing else, so they are computed outside the graph. */
export function adamFactors(learningRate: number, count: number): { stepSize: number; secondCorrection: number } {
  return {
    stepSize: learningRate / (1 - FIRST_DECAY ** count),
    secondCorrection: Math.sqrt(1 - SECOND_DECAY ** count),
  };
}

/**
 * p - stepSize m / (sqrt(v) / secondCorrection + 1e-8), with the moments m and v brought up to date first.
 * All tensors have the parameter's shape; the factors are scalars.
 */
export function adamStep(
  parameter: tf.Tensor,
  gradient: tf.Tensor,
  first: tf.Tensor,
  second: tf.Tensor,
  stepSize: tf.Tensor,
  secondCorrection: tf.Tensor,
): { parameter: tf.Tensor; first: tf.Tensor; second: tf.Tensor } {
  const newFirst = first.mul(FIRST_DECAY).add(gradient.mul(1 - FIRST_DECAY));
  const newSecond = second.mul(SECOND_DECAY).add(gradient.square().mul(1 - SECOND_DECAY));
  const step = newFirst.mul(stepSize).div(newSecond.sqrt().div(secondCorrection).add(TINY));
  return { parameter: parameter.sub(step), first: newFirst, second: newSecond };
}
