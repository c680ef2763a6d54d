import { cosine, naturalLogarithm } from '../exact-functions.ts';

/**
 * Seeded random numbers whose whole state is four 32-bit integers.
 * Every use has a stream of its own, named by integers (run seed, agent, episode, purpose): what one use draws
 * never shifts what another one gets, which is what makes runs repeat whatever the number of workers.
 *
 * Generator: sfc32 (Chris Doty-Humphrey, PractRand). Seeding: the murmur3 finaliser over the stream's name.
 */
export class RandomStream {
  #a = 0;
  #b = 0;
  #c = 0;
  #counter = 1;

  /** @param name integers that tell this stream from every other, such as (seed, agent, episode, purpose). */
  constructor(...name: readonly number[]) {
    this.#a = hashed(name, 0x9e3779b9);
    this.#b = hashed(name, 0x243f6a88);
    this.#c = hashed(name, 0xb7e15162);
    for (let warmUp = 0; warmUp < 12; warmUp++) this.uint32();
  }

  /** An integer in [0, 2^32). */
  uint32(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** A number in [low, high) with 32 random bits. */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * (this.uint32() / 4294967296);
  }

  /** An integer in [0, limit). */
  below(limit: number): number {
    return Math.floor(this.uniform() * limit);
  }

  /** A standard normal number (Box-Muller; the second of the pair is not kept, so that the state is all there is). */
  normal(): number {
    const radius = Math.sqrt(-2 * naturalLogarithm(1 - this.uniform()));
    return radius * cosine(2 * Math.PI * this.uniform());
  }

  /** Shuffles in place (Fisher-Yates). */
  shuffle(values: Uint32Array): void {
    for (let last = values.length - 1; last > 0; last--) {
      const other = this.below(last + 1);
      const kept = values[last]!;
      values[last] = values[other]!;
      values[other] = kept;
    }
  }

  /** A stream that goes on where another one saved its state. */
  static restored([a, b, c, counter]: RandomState): RandomStream {
    const stream = new RandomStream();
    [stream.#a, stream.#b, stream.#c, stream.#counter] = [a, b, c, counter];
    return stream;
  }

  /** The state, for `restored`; other streams can be named by it. */
  save(): RandomState {
    return [this.#a, this.#b, this.#c, this.#counter];
  }
}

/** Four 32-bit integers. */
export type RandomState = [number, number, number, number];

/** Above it, whole numbers name the streams of smaller ones again. */
export const GREATEST_SEED = 2 ** 32 - 1;

function hashed(name: readonly number[], salt: number): number {
  let hash = salt | 0;
  for (const part of name) {
    hash = Math.imul(hash ^ finalised(part | 0), 0x01000193) + 0x9e3779b9;
  }
  return finalised(hash);
}

/** murmur3's 32-bit finaliser: every input bit reaches every output bit. */
function finalised(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
