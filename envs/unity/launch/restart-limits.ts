/** How often a player may die, by ML-Agents' rules; -1 stands for any number. */
export interface RestartLimits {
  /** Restarts in all. */
  readonly lifetime: number;
  /** Restarts within a period. */
  readonly rate: number;
  /** In seconds. */
  readonly period: number;
}

export class Restarts {
  readonly #limits: RestartLimits;
  /** Of those within the period, in seconds. */
  #recent: number[] = [];
  #count = 0;

  constructor(limits: RestartLimits) {
    this.#limits = limits;
  }

  get count(): number {
    return this.#count;
  }

  /**
   * Counts a restart, if it is allowed.
   *
   * @param now in seconds, on a clock that never jumps back.
   * @returns which limit it would exceed, in the configuration's words; undefined where it is allowed.
   */
  take(now: number): string | undefined {
    const { lifetime, rate, period } = this.#limits;
    this.#recent = this.#recent.filter((time) => now - time < period);
    if (lifetime >= 0 && this.#count >= lifetime) return `max_lifetime_restarts: ${lifetime}`;
    if (rate >= 0 && this.#recent.length >= rate) {
      return `restarts_rate_limit_n: ${rate}, restarts_rate_limit_period_s: ${period}`;
    }
    this.#recent.push(now);
    this.#count += 1;
    return undefined;
  }
}
