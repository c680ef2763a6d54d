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
  #buffer: ArrayBuffer | undefined;
  floats = new Float32Array();
  words = new Uint32Array();
  halfWords = new Uint16Array();

  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
  }

  current(): this {
    const { buffer } = this.#memory;
    if (buffer !== this.#buffer) {
      this.#buffer = buffer as ArrayBuffer;
      this.floats = new Float32Array(buffer);
      this.words = new Uint32Array(buffer);
      this.halfWords = new Uint16Array(buffer);
    }
    return this;
  }
}
