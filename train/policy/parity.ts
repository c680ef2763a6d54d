/**
 * How a row of numbers splits under a mirror into what stays as it is there and what changes its sign.
 *
 * A mirror is a permutation of the numbers, some with their sign turned round, that undoes itself. Two numbers that it swaps have
 * a sum that it leaves alone and a difference that it negates; a number that keeps its place is one or the other by itself. So
 * there are even and odd coordinates, as many together as there are numbers, in which the mirror is nothing but signs. Sums and
 * differences are divided by the root of two, which makes it a rotation: lengths stay as they are.
 */

/** A mirror image, number by number, as it lies in a checkpoint: mirrored[i] = signs[i] * original[from[i]]. */
export interface MirrorTable {
  readonly from: readonly number[];
  readonly signs: readonly number[];
}

/** The sum of some of the numbers, each times its factor. */
export type Coordinate = readonly { readonly index: number; readonly factor: number }[];

export interface Parity {
  /** How many numbers there are. */
  readonly size: number;
  /** Coordinates that the mirror leaves alone, */
  readonly even: readonly Coordinate[];
  /** and those that it negates. */
  readonly odd: readonly Coordinate[];
}

/** @throws RangeError where the table is of no mirror: done twice, it would not lead back. */
export function parityOf({ from, signs }: MirrorTable): Parity {
  const [even, odd]: [Coordinate[], Coordinate[]] = [[], []];
  for (const [index, other] of from.entries()) {
    const sign = signs[index]!;
    if (from[other] !== index || signs[other] !== sign || Math.abs(sign) !== 1) {
      throw new RangeError(`in the mirror of a mirror number ${index} would not be what it was`);
    }
    if (other < index) continue;
    const half = Math.SQRT1_2;
    const pair = (factor: number): Coordinate => [{ index, factor: half }, { index: other, factor: factor * half }]; // biome-ignore format: one beside the other
    if (other > index) {
      even.push(pair(sign));
      odd.push(pair(-sign));
    } else {
      (sign > 0 ? even : odd).push([{ index, factor: 1 }]);
    }
  }
  return { size: from.length, even, odd };
}

/** Units in pairs that the mirror swaps: the first half are one of each pair, the second half the other. */
export function pairedUnits(units: number): Parity {
  const from = Array.from({ length: units }, (_, unit) => (unit + units / 2) % units);
  return parityOf({ from, signs: from.map(() => 1) });
}

/** One number, which the mirror leaves alone. */
export const evenNumber: Parity = parityOf({ from: [0], signs: [1] });

/** Coordinates as columns, [size, coordinates]: a row of numbers times it is what they are. */
export function coordinateMatrix(coordinates: readonly Coordinate[], size: number): Float32Array {
  const matrix = new Float32Array(size * coordinates.length);
  for (const [column, coordinate] of coordinates.entries()) {
    for (const { index, factor } of coordinate) matrix[index * coordinates.length + column] = factor;
  }
  return matrix;
}
