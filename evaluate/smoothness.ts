/** How smoothly a policy acts: by how much its actions change from one decision to the next. */
export class Smoothness {
  readonly #last: Float32Array;
  #decisions = 0;
  #change = 0;

  constructor(actionSize: number) {
    this.#last = new Float32Array(actionSize);
  }

  /** An episode begins. */
  start(): void {
    this.#decisions = 0;
    this.#change = 0;
  }

  /** The numbers of one decision begin at `actions[at]`; what lies beyond -1 to 1 acts like -1 or 1. */
  add(actions: Float32Array, at: number): void {
    for (let action = 0; action < this.#last.length; action++) {
      const now = Math.min(Math.max(actions[at + action]!, -1), 1);
      if (this.#decisions > 0) this.#change += Math.abs(now - this.#last[action]!);
      this.#last[action] = now;
    }
    this.#decisions++;
  }

  /** Mean over decisions and actions; 0 before the second decision. */
  get meanChange(): number {
    return this.#decisions < 2 ? 0 : this.#change / (this.#decisions - 1) / this.#last.length;
  }
}
