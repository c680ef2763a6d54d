/** A buffer with the mirror image of each of its decisions. */
import type { Mirror } from '../../envs/env.ts';
import type { LearningBuffer } from './learner.ts';

/** Every row of a column in the mirror. */
export function mirrored(column: Float32Array, { from, signs }: Mirror): Float32Array {
  const width = from.length;
  const image = new Float32Array(column.length);
  for (let row = 0; row < column.length; row += width) {
    for (let at = 0; at < width; at++) image[row + at] = signs[at]! * column[row + from[at]!]!;
  }
  return image;
}

/**
 * The buffer with the mirror image of every decision after it. An image's action is as probable as the original's was, and
 * worth the same: in the mirror nothing else happened (Mittal et al. 2024 call it symmetry by augmentation).
 *
 * @param withMirrored whether each row of it has its own mirror image beside it, for a mirror loss.
 */
export function withImages(
  buffer: LearningBuffer & { readonly mirroredObservations: Float32Array },
  actions: Mirror,
  withMirrored: boolean,
): LearningBuffer {
  const unsigned = { from: actions.from, signs: actions.signs.map(Math.abs) };
  const twice = (column: Float32Array, image: Float32Array) => {
    const both = new Float32Array(2 * column.length);
    both.set(column);
    both.set(image, column.length);
    return both;
  };
  const { observations, mirroredObservations, logProbabilities, advantages, returns, values } = buffer;
  return {
    observations: twice(observations, mirroredObservations),
    ...(withMirrored ? { mirroredObservations: twice(mirroredObservations, observations) } : {}),
    actions: twice(buffer.actions, mirrored(buffer.actions, actions)),
    logProbabilities: twice(logProbabilities, mirrored(logProbabilities, unsigned)),
    advantages: twice(advantages, advantages),
    returns: twice(returns, returns),
    collected: twice(
      returns.map(() => 1),
      returns.map(() => 0),
    ),
    ...(values ? { values: twice(values, values) } : {}),
  };
}
