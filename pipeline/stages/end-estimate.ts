/** How long a training takes to end once it is asked to: what is left of the iteration under way, and to save. */

/** Seconds in which a checkpoint is written and the threads end, measured generously. */
const SECONDS_TO_SAVE = 1;

export class EndEstimate {
  /** Clock in milliseconds. */
  readonly #now: () => number;
  #began: number;
  /** Milliseconds of the last whole iteration; it and the one under way take much the same. */
  #last: number | undefined;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#began = now();
  }

  /** Told when an iteration has ended, and the next one begins. */
  iterated(): void {
    const now = this.#now();
    this.#last = now - this.#began;
    this.#began = now;
  }

  /** Told while an evaluation is played, which is left at once and belongs to no iteration. */
  evaluated(): void {
    this.#began = this.#now();
  }

  /** Whole seconds; undefined before the first iteration has ended. */
  seconds(): number | undefined {
    if (this.#last === undefined) return undefined;
    const left = Math.max(0, this.#last - (this.#now() - this.#began));
    return Math.ceil(left / 1000) + SECONDS_TO_SAVE;
  }
}
