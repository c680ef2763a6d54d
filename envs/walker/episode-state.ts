/**
 * The bytes of an episode under way: what it was started with, numbers, and what its world keeps.
 *
 * Layout: two lengths (uint32, little endian), text (JSON), numbers (float64: JSON knows neither NaN nor -0), the world's bytes.
 */

export interface EpisodeState {
  /** Plain JSON. */
  readonly told: EpisodeTold;
  readonly numbers: Float64Array;
  readonly world: Uint8Array;
}

export interface EpisodeTold {
  /** The world that it is played in. */
  readonly world: string;
  /** The parameters it was started with, by name. */
  readonly parameters: Readonly<Record<string, number>>;
  /** Decisions that every agent of the run had made; absent in a state from before they were counted. */
  readonly lived?: number;
}

export function encodeState({ told, numbers, world }: EpisodeState): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(told));
  const bytes = new Uint8Array(8 + text.length + numbers.byteLength + world.length);
  const lengths = new DataView(bytes.buffer);
  lengths.setUint32(0, text.length, true);
  lengths.setUint32(4, numbers.byteLength, true);
  bytes.set(text, 8);
  bytes.set(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength), 8 + text.length);
  bytes.set(world, 8 + text.length + numbers.byteLength);
  return bytes;
}

export function decodeState(bytes: Uint8Array): EpisodeState {
  const lengths = new DataView(bytes.buffer, bytes.byteOffset);
  const numbersAt = 8 + lengths.getUint32(0, true);
  const worldAt = numbersAt + lengths.getUint32(4, true);
  return {
    told: JSON.parse(new TextDecoder().decode(bytes.subarray(8, numbersAt))) as EpisodeTold,
    numbers: new Float64Array(bytes.slice(numbersAt, worldAt).buffer),
    world: bytes.slice(worldAt),
  };
}

/** Hands out numbers in the order in which they were told. */
export class NumberReader {
  readonly #numbers: Float64Array;
  #at = 0;

  constructor(numbers: Float64Array) {
    this.#numbers = numbers;
  }

  next(): number {
    return this.#numbers[this.#at++]!;
  }

  many(count: number): number[] {
    return Array.from({ length: count }, () => this.next());
  }
}
