/**
 * Dynamic sizes. tfjs knows only numbers as sizes, so while a function is traced each symbol ('batch') is played by a
 * stand-in: a prime that no other size of the function is likely to be near. Wherever a size reaches the graph, in a
 * reshape, a slice or the divisor of a mean, the stand-in is recognised again: 2 * 1483 is "2*batch", 1484 is
 * "batch+1", and the graph gets the arithmetic instead of the number.
 *
 * Recognising is a guess, and a size may also slip through in disguise (0.5 / 1483). Hence a function with dynamic
 * sizes is traced a second time with other primes, and both recordings must be equal to the last number: trace.ts.
 * A plain number that happens to look like a stand-in shows up there too; then another pair of primes is tried.
 *
 * Stand-ins are all large, and odd. So the function is called with plain small sizes too, for which it must call the same
 * operators: calls.ts.
 */

/** factor * product of the symbols + offset */
export interface DynamicSize {
  readonly factor: number;
  readonly symbols: readonly string[];
  readonly offset: number;
}

// Well away from powers of two and round numbers. tfjs itself fills whole arrays of stand-in size with zeros and ones,
// and with several symbols their product, so these must be small then.
const onlySymbol = [
  [1483, 1873],
  [1627, 1907],
  [1783, 1933],
  [1693, 1979],
];
const severalSymbols = [
  [53, 67, 83, 103, 113, 137, 151],
  [59, 71, 89, 107, 131, 139, 157],
  [61, 79, 97, 109, 127, 149, 163],
  [73, 101, 167, 173, 179, 181, 191],
];

/** How many sets of primes there are to take. */
export const takes = onlySymbol.length;

export class StandIns {
  readonly #sizes = new Map<string, number>();
  readonly #largestOffset: number;
  #every: number | undefined;

  /**
   * @param symbols every symbol of the signature.
   * @param fixed the plain sizes of the signature; no stand-in divides or comes near one of them.
   * @param take which of the sets of primes.
   */
  constructor(symbols: ReadonlySet<string>, fixed: readonly number[], take: number) {
    this.#largestOffset = symbols.size > 1 ? 4 : 16;
    const primes = [...(symbols.size > 1 ? severalSymbols : onlySymbol)[take]!];
    const clashes = (prime: number) =>
      fixed.some((size) => (size > 0 && size % prime === 0) || Math.abs(size - prime) <= this.#largestOffset);
    const free = primes.filter((prime) => !clashes(prime));
    for (const symbol of symbols) {
      const prime = free.shift();
      if (prime === undefined) throw new Error(`no stand-in is left for the dynamic size "${symbol}"`);
      this.#sizes.set(symbol, prime);
    }
  }

  /** No stand-ins, but one plain number for every symbol. */
  static plain(size: number): StandIns {
    const made = new StandIns(new Set(), [], 0);
    made.#every = size;
    return made;
  }

  /** How many symbols there are. */
  get count(): number {
    return this.#sizes.size;
  }

  /** The number that plays a symbol. */
  of(symbol: string): number {
    return this.#every ?? this.#sizes.get(symbol)!;
  }

  /** What a number means: undefined for a plain number. */
  read(size: number): DynamicSize | undefined {
    if (this.#sizes.size === 0 || !Number.isInteger(size) || size <= 0) return undefined;
    const symbols: string[] = [];
    let factor = size;
    for (const [symbol, prime] of this.#sizes) {
      while (factor % prime === 0) {
        factor /= prime;
        symbols.push(symbol);
      }
    }
    if (symbols.length > 0) return { factor, symbols, offset: 0 };
    for (const [symbol, prime] of this.#sizes) {
      if (Math.abs(size - prime) <= this.#largestOffset) return { factor: 1, symbols: [symbol], offset: size - prime };
    }
    return undefined;
  }

  isDynamic(size: number): boolean {
    return this.read(size) !== undefined;
  }

  /** A size as it stands in the file: a number, 'batch', or an expression as a symbol of its own: '2*batch'. */
  label(size: number): number | string {
    const dynamic = this.read(size);
    if (!dynamic) return size;
    const { factor, symbols, offset } = dynamic;
    const product = [...(factor === 1 ? [] : [factor]), ...symbols].join('*');
    return offset === 0 ? product : `${product}${offset > 0 ? '+' : ''}${offset}`;
  }
}
