/** What follows a hidden layer, by its name in the settings. */
import { tf } from '../../compile/tensorflow.ts';
import type { Network } from './network.ts';

/**
 * x sigmoid(x), with its derivative s (1 - y) + y put so that it takes four passes over the batch and not the six that
 * tfjs makes of it; s = sigmoid(x), y = x s.
 */
const swish = tf.customGrad((x, save) => {
  const input = x as tf.Tensor;
  const sigmoid = input.sigmoid();
  const value = input.mul(sigmoid);
  (save as tf.GradSaveFunc)([sigmoid, value]);
  return {
    value,
    gradFunc: (upstream: tf.Tensor, [s, y]: tf.Tensor[]) => [tf.sub(1, y!).mul(s!).add(y!).mul(upstream)],
  };
}) as (x: tf.Tensor) => tf.Tensor;

export const activations: Readonly<Record<NonNullable<Network['activation']>, (x: tf.Tensor) => tf.Tensor>> = {
  swish,
  tanh: (x) => x.tanh(),
  none: (x) => x,
};
