/** Observations no episode has, on which a file may still go wrong. */

/** Where the normaliser's clip bounds are, [observationSize] each, and the observations that the file leaves out. */
export interface EdgeStatistics {
  readonly mean: Float32Array;
  readonly deviation: Float32Array;
  /** Each with what it always was in training; none where not said. */
  readonly leftOut?: readonly { readonly index: number; readonly value: number }[] | undefined;
}

/**
 * Rows of [observationSize]: zeros, the mean, on and about the normaliser's clip bounds of +-5 deviations, and +-1e6. What the file
 * leaves out is as it always was: the policy that was trained would listen to it.
 */
export function edgeObservations({ mean, deviation, leftOut = [] }: EdgeStatistics): Float32Array {
  const rows: ((index: number) => number)[] = [
    () => 0,
    (index) => mean[index]!,
    ...[-5, 5, -4.999, 4.999, -5.001, 5.001].map(
      (bound) => (index: number) => mean[index]! + bound * deviation[index]!,
    ),
    () => 1e6,
    () => -1e6,
    (index) => (index % 2 === 0 ? 1e6 : -1e6),
  ];
  return rowsOf(mean.length, rows, leftOut);
}

/** How far what is left out may drift: by what an engine rounds, by what one scene differs from another, and without bounds. */
const DRIFTS = [0, 1e-3, -1e-3, 1, -1, 1e6, -1e6];

/** The mean, with what the file leaves out as it always was in the first row, and off by some drift in every other one. */
export function driftObservations({ mean, leftOut = [] }: EdgeStatistics): Float32Array {
  const always = new Map(leftOut.map(({ index, value }) => [index, value]));
  const rows = DRIFTS.map((drift) => (index: number) => {
    const value = always.get(index);
    return value === undefined ? mean[index]! : value + drift;
  });
  return rowsOf(mean.length, rows, []);
}

function rowsOf(
  size: number,
  rows: readonly ((index: number) => number)[],
  pinned: readonly { readonly index: number; readonly value: number }[],
): Float32Array {
  const all = Float32Array.from({ length: rows.length * size }, (_, at) => rows[Math.floor(at / size)]!(at % size));
  for (let row = 0; row < all.length; row += size) for (const { index, value } of pinned) all[row + index] = value;
  return all;
}

/** The same observation `rows` times. */
export function repeatedObservation(observation: Float32Array, rows: number): Float32Array {
  return Float32Array.from({ length: rows * observation.length }, (_, at) => observation[at % observation.length]!);
}
