/** Normal noise that a traced function draws anew each time its graph runs. */
import { backendName, engine } from './backend.ts';
import { tf } from './tensorflow.ts';

/**
 * Noise of mean 0 and deviation 1 in the shape of `x`, float32.
 *
 * Traced, it becomes ONNX's RandomNormalLike without a seed; eagerly it is tf.randomNormal. (tf.randomNormal itself
 * draws its numbers in JavaScript while tracing: the graph would repeat them for ever.) Gradients stop here.
 */
export function randomNormalLike<T extends tf.Tensor>(x: T): T {
  if (engine.backendName !== backendName) return tf.randomNormal(x.shape) as T;
  return tf.engine().runKernel('RandomNormalLike', { x }) as T;
}
