/**
 * Layer normalisation (Ba, Kiros & Hinton 2016), made for training: traced, it is a kernel of our own that becomes one fused
 * operator where the target has it (opset 17 on), with a gradient in few passes over the batch. Eagerly it is composed of
 * tfjs's operators, gradient included.
 */
import { backendName, engine } from './backend.ts';
import { tf } from './tensorflow.ts';

/**
 * Each row with mean 0 and deviation 1: (x - mean) / sqrt(variance + epsilon), both over the last axis. This is layer
 * normalisation without its scale and shift, which `scaledLinear` applies to the weights behind it.
 */
export function standardised(x: tf.Tensor, epsilon = 1e-5): tf.Tensor {
  if (engine.backendName === backendName) {
    return (tf.engine().runKernel('LayerNormalization', { x }, { epsilon }) as unknown as tf.Tensor[])[0]!;
  }
  const centred = x.sub(x.mean(-1, true));
  return centred.div(centred.square().mean(-1, true).add(epsilon).sqrt());
}

/** standardised(x) * scale + shift; scale and shift have the last axis's size. */
export function layerNorm(x: tf.Tensor, scale: tf.Tensor, shift: tf.Tensor, epsilon = 1e-5): tf.Tensor {
  return standardised(x, epsilon).mul(scale).add(shift);
}

/**
 * A linear layer behind a layer normalisation: (x * scale + shift) weight + bias for rows x that are standardised.
 *
 * Computed as x (scale * weight) + (shift weight + bias), which is the same: with more rows than columns it is less work,
 * and in the gradient far less. With constant parameters all but the one product goes while tracing.
 *
 * @param x [rows, inputs]; scale and shift are [inputs], weight is [inputs, outputs], bias [outputs].
 */
export function scaledLinear(
  x: tf.Tensor,
  scale: tf.Tensor,
  shift: tf.Tensor,
  weight: tf.Tensor,
  bias: tf.Tensor,
): tf.Tensor {
  const [inputs, outputs] = weight.shape as [number, number];
  const moved = shift.reshape([1, inputs]).matMul(weight).reshape([outputs]).add(bias);
  return x.matMul(weight.mul(scale.reshape([inputs, 1]))).add(moved);
}

tf.registerGradient({
  kernelName: 'LayerNormalization',
  outputsToSave: [true, true],
  // With y the result, d its deviation: (g - mean(g) - y mean(g y)) / d, the means over the last axis.
  gradFunc: (upstream, [y, inverse]) => ({
    x: () => {
      const [gradient] = upstream as tf.Tensor[];
      const along = gradient!.mul(y!).mean(-1, true);
      return gradient!.sub(gradient!.mean(-1, true)).sub(y!.mul(along)).mul(inverse!);
    },
  }),
});
