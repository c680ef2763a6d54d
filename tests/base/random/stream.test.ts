/**
 * Seeded streams: the generator against its author's own numbers, the seeding against published ones, and what is drawn of
 * them in figures that every run since has depended on.
 */
import { describe, expect, it } from 'vitest';
import { GREATEST_SEED, RandomStream } from '../../../base/random/stream.ts';

const bits32 = (value: bigint) => BigInt.asUintN(32, value);

/** sfc32 as its author tells it (Chris Doty-Humphrey, PractRand), in whole numbers. */
class Reference {
  readonly #state: [a: bigint, b: bigint, c: bigint, counter: bigint];

  constructor(a: bigint, b: bigint, c: bigint, counter = 1n) {
    this.#state = [bits32(a), bits32(b), bits32(c), bits32(counter)];
  }

  next(): number {
    const [a, b, c, counter] = this.#state;
    const sum = bits32(a + b + counter);
    this.#state[0] = b ^ (b >> 9n);
    this.#state[1] = bits32(c + (c << 3n));
    this.#state[2] = bits32(((c << 21n) | (c >> 11n)) + sum);
    this.#state[3] = bits32(counter + 1n);
    return Number(sum);
  }
}

/** murmur3's 32-bit finaliser (Austin Appleby). */
function finalised(value: bigint): bigint {
  let h = bits32(value);
  h = bits32((h ^ (h >> 16n)) * 0x85ebca6bn);
  h = bits32((h ^ (h >> 13n)) * 0xc2b2ae35n);
  return h ^ (h >> 16n);
}

function hashed(name: readonly number[], salt: bigint): bigint {
  const hash = name.reduce(
    (sum, part) => bits32((sum ^ finalised(BigInt(part))) * 0x01000193n + 0x9e3779b9n),
    bits32(salt),
  );
  return finalised(hash);
}

describe('the references of this test', () => {
  it("give the numbers of PractRand 0.94's sfc32 for a seed of its three words, after fifteen to warm up", () => {
    const reference = new Reference(0xbb3c4104n, 0x02294965n, 0xda1ce2a9n);
    for (let warmUp = 0; warmUp < 15; warmUp++) reference.next();
    expect(Array.from({ length: 8 }, () => reference.next())).toEqual([
      0x89b5c414, 0x7ee57639, 0xdbe18f7b, 0x94aa0162, 0xa22bff0a, 0x21c91fb8, 0x2c6fd6fe, 0xcda90d13,
    ]);
  });

  it("give murmur3's hashes of nothing, which are the finaliser of the seed", () => {
    expect([0n, 1n, 0xffffffffn].map(finalised)).toEqual([0n, 0x514e28b7n, 0x81f16f39n]);
  });
});

describe('a stream', () => {
  it('is sfc32 from its state on', () => {
    const stream = new RandomStream(5, 1, 2);
    const [a, b, c, counter] = stream.save().map(BigInt);
    const reference = new Reference(a!, b!, c!, counter!);
    for (let index = 0; index < 1000; index++) expect(stream.uint32()).toBe(reference.next());
  });

  it.each([[[5, 1, 2]], [[]], [[0]], [[-1, 7]], [[GREATEST_SEED, 3, 2 ** 31]]])(
    'begins where its name %j is hashed to, twelve numbers later',
    (name) => {
      const reference = new Reference(hashed(name, 0x9e3779b9n), hashed(name, 0x243f6a88n), hashed(name, 0xb7e15162n));
      for (let warmUp = 0; warmUp < 12; warmUp++) reference.next();
      const stream = new RandomStream(...name);
      for (let index = 0; index < 10; index++) expect(stream.uint32()).toBe(reference.next());
    },
  );

  it('draws the numbers that every run since has drawn', () => {
    const first = <Drawn>(count: number, draw: (stream: RandomStream) => Drawn) => {
      const stream = new RandomStream(5, 1, 2);
      return Array.from({ length: count }, () => draw(stream));
    };
    expect(first(4, (stream) => stream.uint32())).toEqual([281471280, 3182332863, 1701350936, 616115008]);
    expect(first(3, (stream) => stream.uniform())).toEqual([
      0.06553513929247856, 0.7409446088131517, 0.39612663350999355,
    ]);
    expect(first(3, (stream) => stream.uniform(-2, 6))).toEqual([
      -1.4757188856601715, 3.9275568705052137, 1.1690130680799484,
    ]);
    expect(first(8, (stream) => stream.below(6))).toEqual([0, 4, 2, 0, 5, 3, 3, 0]);
    const normal = first(4, (stream) => stream.normal());
    // Logarithm and cosine are the engine's own, to the last digit or two.
    [-0.02093738993235026, 0.6232897227002898, -1.1899212038469322, 0.909623464814065].forEach((value, index) => {
      expect(normal[index]).toBeCloseTo(value, 13);
    });
    const order = Uint32Array.from({ length: 8 }, (_, index) => index);
    new RandomStream(5, 1, 2).shuffle(order);
    expect([...order]).toEqual([4, 6, 1, 3, 7, 2, 5, 0]);
    expect(new RandomStream(5, 1, 2).save()).toEqual([-1919614654, -2093881375, 1540227431, 13]);
  });

  it('takes its numbers in [low, high), and a whole number of each size below a limit', () => {
    const stream = new RandomStream(11);
    const drawn = Array.from({ length: 20_000 }, () => stream.uniform(-1, 3));
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(-1);
    expect(Math.max(...drawn)).toBeLessThan(3);
    // Mean 1 with a standard error of 4 / sqrt(12 x 20,000) = 0.0082.
    expect(drawn.reduce((sum, value) => sum + value, 0) / drawn.length).toBeCloseTo(1, 1);
    const counts = new Array<number>(7).fill(0);
    for (let index = 0; index < 7000; index++) counts[stream.below(7)]!++;
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150); // five deviations
  });

  it('draws normal numbers: mean 0, deviation 1, and 4.55 % beyond two deviations', () => {
    const stream = new RandomStream(12);
    const drawn = Array.from({ length: 40_000 }, () => stream.normal());
    const mean = drawn.reduce((sum, value) => sum + value, 0) / drawn.length;
    const square = drawn.reduce((sum, value) => sum + value * value, 0) / drawn.length;
    expect(Math.abs(mean)).toBeLessThan(0.02);
    expect(square).toBeGreaterThan(0.97);
    expect(square).toBeLessThan(1.03);
    const beyond = drawn.filter((value) => Math.abs(value) > 2).length / drawn.length;
    expect(beyond).toBeGreaterThan(0.041);
    expect(beyond).toBeLessThan(0.05);
  });

  it('is another one for any other name: the order of its parts, their number and their sign count', () => {
    const names = [[5, 1, 2], [2, 1, 5], [5, 1], [5, 1, 2, 0], [-5, 1, 2], [0], []];
    const first = names.map((name) => new RandomStream(...name).uint32());
    expect(new Set(first).size).toBe(names.length);
    const neighbours = Array.from({ length: 1000 }, (_, seed) => new RandomStream(seed, 3).uint32());
    expect(new Set(neighbours).size).toBe(1000);
    // Half of the bits differ from one seed to the next.
    const differing = neighbours.slice(1).map((value, index) => ones(value ^ neighbours[index]!));
    expect(differing.reduce((sum, count) => sum + count, 0) / differing.length).toBeCloseTo(16, 0);
  });

  it('is that of a smaller number again above the greatest seed', () => {
    const first = (seed: number) => new RandomStream(seed).uint32();
    expect(first(GREATEST_SEED + 1)).toBe(first(0));
    expect(first(GREATEST_SEED)).not.toBe(first(0));
  });
});

function ones(value: number): number {
  return (value >>> 0).toString(2).replaceAll('0', '').length;
}
