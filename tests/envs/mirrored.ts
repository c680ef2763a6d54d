/** For tests of mirrors: a row of numbers as its mirror shows it, and an episode's random numbers as a mirrored world draws them. */
import { RandomStream } from '../../base/random/stream.ts';
import type { Mirror } from '../../envs/env.ts';

export function mirrored({ from, signs }: Mirror, row: Float32Array): Float32Array {
  return Float32Array.from(row, (_, at) => signs[at]! * row[from[at]!]!);
}

/** Draws what another stream draws, but for the first angle and every target, whose x is turned round. */
export class MirroredStream extends RandomStream {
  override uniform(low = 0, high = 1): number {
    const drawn = super.uniform(low, high);
    if (low === 0 && high === 2 * Math.PI) return high - drawn;
    if (low !== -1) return drawn;
    this.#ofTarget = (this.#ofTarget + 1) % 3;
    return this.#ofTarget === 1 ? -drawn : drawn;
  }
  #ofTarget = 0;
}

/** The cosine of the angle between two effects. */
export function likeness(one: Float32Array, other: Float32Array): number {
  const product = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, at) => sum + value * b[at]!, 0);
  return product(one, other) / Math.sqrt(product(one, one) * product(other, other));
}
