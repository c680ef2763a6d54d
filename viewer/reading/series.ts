/** The last so many moments of some curves, as uPlot wants them: a column of times, then one of each curve. */
export class Series {
  readonly #most: number;
  #columns: number[][];

  /** @param curves how many. @param most moments that are kept. */
  constructor(curves: number, most: number) {
    this.#most = most;
    this.#columns = Array.from({ length: curves + 1 }, () => []);
  }

  /** Times grow; one that does not begins anew. */
  add(time: number, values: readonly number[]): void {
    if (time <= (this.#columns[0]!.at(-1) ?? Number.NEGATIVE_INFINITY)) this.clear();
    [time, ...values].forEach((value, column) => {
      this.#columns[column]!.push(value);
    });
    if (this.#columns[0]!.length > this.#most) for (const column of this.#columns) column.shift();
  }

  clear(): void {
    this.#columns = this.#columns.map(() => []);
  }

  get columns(): readonly (readonly number[])[] {
    return this.#columns;
  }
}
