/**
 * How many steps are due: simulated time follows a clock, at a pace. Where the machine is too slow for that, time is let go, so that
 * nothing piles up, and the pace that it really has is told.
 */

/** At most this much is made up for at once, seconds of simulation: two decisions. */
const MOST_AT_ONCE = 0.14;
/** The pace and the cost are means over about so many milliseconds. */
const MEMORY = 1000;

export class Clock {
  /** Simulated seconds for each second. */
  pace = 0;
  /** Milliseconds of computing for a second of simulation, lately. */
  cost = 0;
  readonly #step: number;
  #last = 0;
  /** Seconds of simulation that are owed. */
  #owed = 0;
  #simulated = 0;
  #measuredAt = 0;
  #measured = 0;

  /** @param step of the simulation, seconds. */
  constructor(step: number) {
    this.#step = step;
  }

  /** @param now milliseconds. */
  setPace(pace: number, now: number): void {
    this.pace = pace;
    this.restart(now);
  }

  restart(now: number): void {
    this.#last = this.#measuredAt = now;
    this.#owed = this.#simulated = 0;
    this.#measured = this.pace;
  }

  /** Steps to make now. */
  due(now: number): number {
    this.#owed = Math.min(this.#owed + ((now - this.#last) / 1000) * this.pace, Math.max(MOST_AT_ONCE, this.#step));
    this.#last = now;
    const steps = Math.floor(this.#owed / this.#step);
    this.#owed -= steps * this.#step;
    this.#simulated += steps * this.#step;
    return steps;
  }

  /** Hears how long a step took, milliseconds. */
  took(milliseconds: number): void {
    const share = Math.min(1, (1000 * this.#step) / MEMORY);
    const now = milliseconds / this.#step;
    this.cost = this.cost === 0 ? now : this.cost + share * (now - this.cost);
  }

  /** Simulated seconds for each second, over the last second; 0 in a pause. */
  measured(now: number): number {
    if (this.pace === 0) return 0;
    const seconds = (now - this.#measuredAt) / 1000;
    if (seconds >= MEMORY / 1000) {
      this.#measured = this.#simulated / seconds;
      this.#simulated = 0;
      this.#measuredAt = now;
    }
    return this.#measured;
  }
}
