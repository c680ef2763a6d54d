/**
 * .NET's System.Random as it was when Unity took it over: Knuth's subtractive generator (The Art of Computer Programming,
 * volume 2, 3.2.2), its table filled from the seed. ML-Agents' samplers draw from it, so the same seed gives the same numbers
 * here as there.
 */
export class DotNetRandom {
  /** Places 1 to 55 are in use. */
  readonly #table = new Int32Array(56);
  #next = 0;
  #partner = 21;

  /** @param seed an int32. */
  constructor(seed: number) {
    const table = this.#table;
    // -2^31 has no positive counterpart among the int32s.
    let difference = 161803398 - Math.min(Math.abs(seed), GREATEST);
    let value = 1;
    table[55] = difference;
    for (let index = 1; index < 55; index++) {
      const place = (21 * index) % 55;
      table[place] = value;
      value = wrapped(difference - value);
      difference = table[place]!;
    }
    for (let round = 0; round < 4; round++) {
      for (let place = 1; place < 56; place++) {
        table[place] = wrapped((table[place]! - table[1 + ((place + 30) % 55)]!) | 0);
      }
    }
  }

  /** A number in [0, 1): `NextDouble`. */
  double(): number {
    return this.integer() * (1 / GREATEST);
  }

  /** An integer in [0, 2^31 - 1): `Next`. */
  integer(): number {
    this.#next = this.#next === 55 ? 1 : this.#next + 1;
    this.#partner = this.#partner === 55 ? 1 : this.#partner + 1;
    let drawn = this.#table[this.#next]! - this.#table[this.#partner]!;
    if (drawn === GREATEST) drawn -= 1;
    if (drawn < 0) drawn += GREATEST;
    this.#table[this.#next] = drawn;
    return drawn;
  }
}

/** int.MaxValue. */
const GREATEST = 2147483647;

function wrapped(value: number): number {
  return value < 0 ? value + GREATEST : value;
}
