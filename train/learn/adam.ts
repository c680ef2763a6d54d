/** Adam (Kingma & Ba 2015) as PyTorch computes it, one step for one parameter, in TensorFlow.js. */
import type { tf } from '../../compile/tensorflow.ts';

const FIRST_DECAY = 0.9;
const SECOND_DECAY = 0.999;
const TINY = 1e-8;

/**
 * The factors of step `count` (from 1): they depend on nothing else, so they are computed outside the graph. Both moments'
 * corrections are moved into them, which spares two passes over all parameters:
 * lr m' / (sqrt(v') + tiny) with m' = m / c1 and v' = v / c2 is (lr sqrt(c2) / c1) m / (sqrt(v) + tiny sqrt(c2)).
 */
export function adamFactors(learningRate: number, count: number): { stepSize: number; tiny: number } {
  const secondCorrection = Math.sqrt(1 - SECOND_DECAY ** count);
  return {
    stepSize: (learningRate * secondCorrection) / (1 - FIRST_DECAY ** count),
    tiny: TINY * secondCorrection,
  };
}

/**
 * p - stepSize m / (sqrt(v) + tiny), with the moments m and v brought up to date first.
 * All tensors have the parameter's shape; the factors are scalars.
 */
export function adamStep(
  parameter: tf.Tensor,
  gradient: tf.Tensor,
  first: tf.Tensor,
  second: tf.Tensor,
  stepSize: tf.Tensor,
  tiny: tf.Tensor,
): { parameter: tf.Tensor; first: tf.Tensor; second: tf.Tensor } {
  const newFirst = first.mul(FIRST_DECAY).add(gradient.mul(1 - FIRST_DECAY));
  const newSecond = second.mul(SECOND_DECAY).add(gradient.square().mul(1 - SECOND_DECAY));
  const step = newFirst.div(newSecond.sqrt().add(tiny)).mul(stepSize);
  return { parameter: parameter.sub(step), first: newFirst, second: newSecond };
}
