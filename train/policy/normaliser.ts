/** Deviation of what counts as not moving, relative to values above 1: less than single precision tells apart. */
const STILL = 1e-7;

/** An observation that never moved. */
export interface StillObservation {
  readonly index: number;
  /** What it always was. */
  readonly value: number;
}

/**
 * The running mean and variance of each observation, over everything that was ever collected.
 *
 * State: n rows seen, mean, and M = the sum of squared deviations, all starting as ML-Agents has them (n = 1, mean = 0,
 * M = 1), so the deviation is 1 before the first row. Kept in double precision: a run sees tens of millions of rows.
 * Source: ML-Agents' `VectorEncoder`/`Normalizer` (Welford's update for a batch).
 *
 * An observation that never moves keeps the M that it began with, so its deviation goes on shrinking, as 1 / sqrt n: after 30
 * million rows 0.0009 more is as much as an observation can be. `leastDeviation` is a floor below that.
 */
export class Normaliser {
  rows = 1;
  /** What observations are divided by at least; 0 as in ML-Agents. */
  leastDeviation = 0;
  readonly mean: Float64Array; // [observationSize]
  readonly squares: Float64Array; // [observationSize], M

  constructor(observationSize: number) {
    this.mean = new Float64Array(observationSize);
    this.squares = new Float64Array(observationSize).fill(1);
  }

  /** Takes in a batch of observations, [rows, observationSize]. */
  update(observations: Float32Array): void {
    const size = this.mean.length;
    const total = this.rows + observations.length / size;
    const { mean, squares } = this;
    const before = mean.slice();
    const shifts = new Float64Array(size);
    // Plain loops, row by row as the values lie in memory: a function called for each of millions of them takes longer.
    for (let row = 0; row < observations.length; row += size) {
      for (let at = 0; at < size; at++) shifts[at] = shifts[at]! + (observations[row + at]! - before[at]!);
    }
    for (let at = 0; at < size; at++) mean[at] = before[at]! + shifts[at]! / total;
    for (let row = 0; row < observations.length; row += size) {
      for (let at = 0; at < size; at++) {
        const value = observations[row + at]!;
        squares[at] = squares[at]! + (value - mean[at]!) * (value - before[at]!);
      }
    }
    this.rows = total;
  }

  /**
   * Makes the statistics those of what was seen and of its mirror images together, each counted half, to the last bit alike for
   * what the mirror swaps: as if every row had been taken in with its image, at half the work (Chan et al. 1979, as parts are
   * put together). Called after each `update`.
   */
  symmetrise({ from, signs }: { readonly from: ArrayLike<number>; readonly signs: ArrayLike<number> }): void {
    const [mean, squares] = [this.mean.slice(), this.squares.slice()];
    for (let at = 0; at < mean.length; at++) {
      const imaged = signs[at]! * mean[from[at]!]!;
      const apart = (mean[at]! - imaged) / 2;
      this.mean[at] = (mean[at]! + imaged) / 2;
      this.squares[at] = (squares[at]! + squares[from[at]!]!) / 2 + this.rows * (apart * apart);
    }
  }

  /** What the network computes with: mean and deviation in single precision, [observationSize] each. */
  moments(): { mean: Float32Array; deviation: Float32Array } {
    return {
      mean: Float32Array.from(this.mean),
      deviation: Float32Array.from(this.squares, (squares) =>
        Math.max(Math.sqrt(squares / this.rows), this.leastDeviation),
      ),
    };
  }

  /** The observations that had the same value in every row, each with that value; none before there were any rows. */
  still(): readonly StillObservation[] {
    const seen = this.rows - 1;
    if (seen < 1) return [];
    return Array.from(this.mean, (mean, index) => {
      // The row of zeros that the mean begins with, and the 1 that M begins with, are no part of what was observed.
      const value = (mean * this.rows) / seen;
      const moved = Math.sqrt(Math.max(0, this.squares[index]! - 1 - mean * value) / seen);
      return { index, value, isStill: moved <= STILL * Math.max(1, Math.abs(value)) };
    }).flatMap(({ isStill, ...observation }) => (isStill ? [observation] : []));
  }
}
