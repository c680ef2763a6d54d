/**
 * Gradients that tfjs writes as a loop over sizes, written as operators instead, for the time of a trace. Only the way
 * differs: what they compute is the same.
 */
import { tf } from './tensorflow.ts';

type Gradient = Parameters<typeof tf.registerGradient>[0];

const replacements: readonly Gradient[] = [
  {
    // tfjs slices each repeat out and adds them up one by one: a node or two for each row of a batch.
    kernelName: 'Tile',
    inputsToSave: ['x'],
    gradFunc: (dy, [x], attrs) => ({
      x: () => {
        const { shape } = x!;
        const { reps } = attrs as unknown as { reps: number[] };
        const repeated = shape.flatMap((_, axis) => (reps[axis] === 1 ? [] : [axis]));
        if (repeated.every((axis) => shape[axis] === 1)) return tf.sum(dy as tf.Tensor, repeated, true);
        // Each axis as [repeats, size], summed over the repeats.
        const pairs = tf.reshape(
          dy as tf.Tensor,
          shape.flatMap((size, axis) => [reps[axis]!, size]),
        );
        const sums = tf.sum(
          pairs,
          shape.map((_, axis) => 2 * axis),
        );
        return tf.reshape(sums, shape);
      },
    }),
  },
];

/** Puts the gradients in place; the returned function puts tfjs's own back. */
export function replaceGradients(): () => void {
  const own = replacements.map(({ kernelName }) => tf.getGradient(kernelName));
  const put = (gradients: readonly Gradient[]) => {
    for (const gradient of gradients) {
      // Registering over another one would print a warning.
      tf.unregisterGradient(gradient.kernelName);
      tf.registerGradient(gradient);
    }
  };
  put(replacements);
  return () => put(own);
}
