/** How some numbers are spread, in the buckets that TensorFlow (histogram.cc) and PyTorch, and so ML-Agents, sort them into. */
export interface Histogram {
  readonly min: number;
  readonly max: number;
  readonly count: number;
  readonly sum: number;
  readonly sumOfSquares: number;
  /** Upper ends of the buckets. */
  readonly limits: readonly number[];
  /** How many numbers lie in each; the first bucket is empty, its end being where the second one begins. */
  readonly counts: readonly number[];
}

/** Ends of buckets: zero, and on both sides from 1e-12 to 1e20 each 1.1 times as far out as the one before. */
const edges = (() => {
  const positive: number[] = [];
  for (let edge = 1e-12; edge < 1e20; edge *= 1.1) positive.push(edge);
  return [...positive.map((edge) => -edge).reverse(), 0, ...positive];
})();

/** @param values one at least; what lies beyond the outermost edges is in no bucket. */
export function histogramOf(values: readonly number[]): Histogram {
  const all = new Array<number>(edges.length - 1).fill(0);
  for (const value of values) {
    const bucket = bucketOf(value);
    if (bucket !== undefined) all[bucket]!++;
  }
  const first = all.findIndex((count) => count > 0);
  const last = all.findLastIndex((count) => count > 0);
  return {
    min: values.reduce((least, value) => Math.min(least, value)),
    max: values.reduce((greatest, value) => Math.max(greatest, value)),
    count: values.length,
    sum: values.reduce((sum, value) => sum + value, 0),
    sumOfSquares: values.reduce((sum, value) => sum + value * value, 0),
    limits: edges.slice(first, last + 2),
    counts: [0, ...all.slice(first, last + 1)],
  };
}

/** The bucket from edges[i] up to, but not including, edges[i + 1]. */
function bucketOf(value: number): number | undefined {
  let [low, high] = [0, edges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (edges[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low > 0 && low < edges.length ? low - 1 : undefined;
}
