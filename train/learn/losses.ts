/**
 * PPO's losses as ML-Agents computes them (`torch_policy`/`optimizer_torch.py`, release 22), in TensorFlow.js.
 *
 * What differs from the paper, on purpose: the ratio is taken per action dimension, not over their joint probability, and
 * the value loss is the plain squared error (ML-Agents' clipping has had no effect since its release 13). The paper's own
 * forms are here too, for those who set them.
 */
import { tf } from '../../compile/tensorflow.ts';
import type { Mirror } from '../../envs/env.ts';

const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

/**
 * Log-probability of each action dimension under a normal distribution, [batch, actions]:
 * -(a - mean)^2 / (2 sigma^2 + 1e-7) - log(sigma + 1e-7) - log(2 pi) / 2.
 */
export function logProbabilities(actions: tf.Tensor, means: tf.Tensor, logDeviation: tf.Tensor): tf.Tensor {
  const deviation = logDeviation.exp();
  const spread = deviation.square().mul(2).add(1e-7);
  const peak = deviation.add(1e-7).log().add(HALF_LOG_TWO_PI);
  return actions.sub(means).square().div(spread).neg().sub(peak);
}

/** Mean over the dimensions of a normal distribution's entropy, 0.5 log(2 pi e sigma^2 + 1e-7), a scalar. */
export function entropyOf(logDeviation: tf.Tensor): tf.Tensor {
  return logDeviation
    .exp()
    .square()
    .mul(2 * Math.PI * Math.E)
    .add(1e-7)
    .log()
    .mul(0.5)
    .mean();
}

/**
 * The clipped surrogate, negated so that smaller is better, a scalar: mean over batch and dimensions of
 * min(r A, clip(r, 1 - epsilon, 1 + epsilon) A) with r = exp(new - old).
 *
 * @param logRatio new minus old log-probability, [batch, actions], or of the whole action, [batch, 1].
 * @param advantages [batch, 1].
 * @param epsilon a scalar.
 */
export function policyLoss(logRatio: tf.Tensor, advantages: tf.Tensor, epsilon: tf.Tensor): tf.Tensor {
  const ratio = logRatio.exp();
  const clipped = ratio.maximum(tf.sub(1, epsilon)).minimum(tf.add(1, epsilon));
  return ratio.mul(advantages).minimum(clipped.mul(advantages)).mean().neg();
}

/**
 * The share of the ratios that lie outside of the clip range, a scalar; arguments as of `policyLoss`. It has no part in the loss.
 */
export function clipFraction(logRatio: tf.Tensor, epsilon: tf.Tensor): tf.Tensor {
  return logRatio.exp().sub(1).abs().greater(epsilon).cast('float32').mean();
}

/**
 * The policy gradient's surrogate without ratio and clip (A2C), negated, a scalar: mean over batch and dimensions of log p A.
 *
 * @param logProbability of the actions taken, [batch, actions], or of the whole action, [batch, 1].
 * @param advantages [batch, 1].
 */
export function plainPolicyLoss(logProbability: tf.Tensor, advantages: tf.Tensor): tf.Tensor {
  return logProbability.mul(advantages).mean().neg();
}

/** Mean squared error of the values, a scalar; both [batch, 1]. */
export function valueLoss(values: tf.Tensor, returns: tf.Tensor): tf.Tensor {
  return returns.sub(values).square().mean();
}

/**
 * The value loss that goes with the clipped surrogate in OpenAI's baselines, a scalar: mean of
 * max((R - V)^2, (R - V')^2) with V' = V_old + clip(V - V_old, -epsilon, epsilon). All [batch, 1] but epsilon.
 */
export function clippedValueLoss(
  values: tf.Tensor,
  returns: tf.Tensor,
  oldValues: tf.Tensor,
  epsilon: tf.Tensor,
): tf.Tensor {
  const change = values.sub(oldValues).maximum(epsilon.neg()).minimum(epsilon);
  const clipped = returns.sub(oldValues.add(change)).square();
  return returns.sub(values).square().maximum(clipped).mean();
}

/**
 * How far a policy is from a symmetric one, a scalar (Yu et al. 2018, eq. 4, as a mean): the mean squared difference between
 * the action in the mirrored state and the mirrored action.
 *
 * @param means [batch, actions].
 * @param imageMeans of the mirrored states, [batch, actions].
 */
export function mirrorLoss(means: tf.Tensor, imageMeans: tf.Tensor, { from, signs }: Mirror): tf.Tensor {
  // As a product with a matrix that has one +-1 in each column: its gradient is a product as well, and no scatter.
  const size = from.length;
  const matrix = new Float32Array(size * size);
  from.forEach((source, at) => {
    matrix[source * size + at] = signs[at]!;
  });
  return imageMeans
    .sub(means.matMul(tf.tensor2d(matrix, [size, size])))
    .square()
    .mean();
}

/**
 * How far the new policy is from the old one, a scalar: the estimate mean(sum over dimensions of (r - 1) - log r) of the
 * Kullback-Leibler divergence (J. Schulman, "Approximating KL divergence").
 *
 * @param logRatio [batch, actions].
 * @param collected 1 for the rows that count and 0 for the others, [batch, 1]; default: all count.
 */
export function divergence(logRatio: tf.Tensor, collected?: tf.Tensor): tf.Tensor {
  const each = logRatio.exp().sub(1).sub(logRatio).sum(1, true);
  return collected ? each.mul(collected).sum().div(collected.sum().maximum(1)) : each.mean();
}
