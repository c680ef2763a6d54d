/** Observations no episode has, on which a file may still go wrong. */

/** Rows of [observationSize]: zeros, the mean, on and about the normaliser's clip bounds of +-5 deviations, and +-1e6. */
export function edgeObservations(mean: Float32Array, deviation: Float32Array): Float32Array {
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
  return Float32Array.from({ length: rows.length * mean.length }, (_, at) =>
    rows[Math.floor(at / mean.length)]!(at % mean.length),
  );
}

/** The same observation `rows` times. */
export function repeatedObservation(observation: Float32Array, rows: number): Float32Array {
  return Float32Array.from({ length: rows * observation.length }, (_, at) => observation[at % observation.length]!);
}
