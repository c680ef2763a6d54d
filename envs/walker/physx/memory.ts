/**
 * WebAssembly memory seen as numbers: where PhysX's objects lie in it, and typed views of it.
 */

/** A wrapper's place in memory, in bytes. */
export function pointerOf(wrapper: object): number {
  return (wrapper as { ptr: number }).ptr;
}

/** Typed views of WebAssembly memory, renewed when it has grown and thereby moved. */
export class MemoryViews {
  readonly #memory: WebAssembly.Memory;
  floats = new Float32Array();
  words = new Uint32Array();
  halfWords = new Uint16Array();

  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
  }

  /** These views, fit for use until PhysX is called again. */
  current(): this {
    // Views of memory that has moved have length 0; asking the memory itself for its buffer takes far longer.
    if (this.floats.length === 0) this.#renew();
    return this;
  }

  #renew(): void {
    const { buffer } = this.#memory;
    this.floats = new Float32Array(buffer);
    this.words = new Uint32Array(buffer);
    this.halfWords = new Uint16Array(buffer);
  }
}
