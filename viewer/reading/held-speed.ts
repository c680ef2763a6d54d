/** The speed that a walker really holds: the mean over the last seconds of its velocity along the goal. */
export class HeldSpeed {
  readonly #seconds: number;
  readonly #values: { readonly time: number; readonly speed: number }[] = [];

  /** @param seconds that it is the mean of. */
  constructor(seconds: number) {
    this.#seconds = seconds;
  }

  /** @param time seconds, which only grows but for a new beginning. @param speed m/s along the goal. */
  add(time: number, speed: number): void {
    if (this.#values.length > 0 && time <= this.#values.at(-1)!.time) this.forget();
    this.#values.push({ time, speed });
    while (this.#values[0]!.time <= time - this.#seconds) this.#values.shift();
  }

  /** Before an episode of its own. */
  forget(): void {
    this.#values.length = 0;
  }

  /** m/s; undefined before half of the time has been seen. */
  get mean(): number | undefined {
    const [first, last] = [this.#values[0], this.#values.at(-1)];
    if (!first || !last || last.time - first.time < this.#seconds / 2) return undefined;
    return this.#values.reduce((sum, { speed }) => sum + speed, 0) / this.#values.length;
  }
}
