/**
 * Noise in what a walker observes, for policies that must do with less than the exact truth.
 *
 * One level for all: the deviation of the noise over the scale of what is observed. A scale is a round number near the
 * deviation that the observation has while a policy walks, so a level of 0.05 is a noise of about 5 % everywhere, whatever
 * the unit. What no sensor tells has none: the goal velocity is an order, a strength is the walker's own last action, a ground
 * contact is yes or no, and what is 0 by definition stays so (a normaliser would blow it up).
 */
import type { RandomStream } from '../../base/random/stream.ts';
import type { ObservationField } from './observation.ts';

/** Scales by name: of a number, of a body's numbers, or of a row of the observation's table; the first that is there holds. */
export const noiseScales: Readonly<Record<string, number>> = {
  'speed error': 1, // m/s
  'mean velocity': 1, // m/s
  'goal velocity': 0,
  'hips to goal': 0.2, // parts of a quaternion
  'head to goal': 0.2,
  'target position': 1, // m
  'target position x': 0, // the frame points to the target
  'ground contact': 0,
  velocity: 1, // m/s
  'angular velocity': 3, // rad/s
  position: 0.2, // m from the hips
  'hips position': 0,
  rotation: 0.1, // parts of a quaternion
  strength: 0,
};

/** The scale of every number of an observation, [observationSize]. */
export function noiseScaleOf(layout: readonly ObservationField[], bodyNames: readonly string[]): Float32Array {
  return Float32Array.from(
    layout.flatMap(({ name, body, parts }) => {
      const row = body < 0 ? name : name.slice(bodyNames[body]!.length + 1);
      return [...(parts || ' ')].map((part) => {
        const scale = noiseScales[`${name} ${part}`] ?? noiseScales[name] ?? noiseScales[row];
        if (scale === undefined) throw new Error(`no noise scale for the observation ${name}`);
        return scale;
      });
    }),
  );
}

/** Adds noise of a level to the observation at `into[at]`; each number draws, so that none depends on another's scale. */
export function addNoise(
  level: number,
  scales: Float32Array,
  stream: RandomStream,
  into: Float32Array,
  at: number,
): void {
  for (let which = 0; which < scales.length; which++) into[at + which]! += level * scales[which]! * stream.normal();
}
