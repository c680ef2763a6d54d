/** Mean and deviation of each of some numbers that come in rows, without keeping the rows. */

/** How many rows there were, their means, and the sums of the squares of what each lies from its mean, [size]. */
export interface Sums {
  readonly rows: number;
  readonly mean: Float64Array;
  readonly squares: Float64Array;
}

/** Welford's method. */
export class RunningStatistics implements Sums {
  readonly mean: Float64Array;
  readonly squares: Float64Array;
  rows = 0;

  constructor(size: number) {
    this.mean = new Float64Array(size);
    this.squares = new Float64Array(size);
  }

  /** @param rows [rows, size]. */
  add(rows: Float32Array): void {
    const size = this.mean.length;
    for (let row = 0; row < rows.length; row += size) {
      this.rows += 1;
      for (let which = 0; which < size; which++) {
        const value = rows[row + which]!;
        const before = value - this.mean[which]!;
        this.mean[which]! += before / this.rows;
        this.squares[which]! += before * (value - this.mean[which]!);
      }
    }
  }

  /** Takes in rows that were summed elsewhere (Chan, Golub and LeVeque). */
  merge({ rows, mean, squares }: Sums): void {
    const all = this.rows + rows;
    if (all === 0) return;
    for (let which = 0; which < mean.length; which++) {
      const apart = mean[which]! - this.mean[which]!;
      this.mean[which]! += (apart * rows) / all;
      this.squares[which]! += squares[which]! + (apart * apart * this.rows * rows) / all;
    }
    this.rows = all;
  }

  /** As plain data, to be sent. */
  sums(): Sums {
    return { rows: this.rows, mean: this.mean, squares: this.squares };
  }

  variance(which: number): number {
    return this.squares[which]! / Math.max(1, this.rows);
  }
}
