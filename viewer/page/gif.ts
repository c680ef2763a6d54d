/** An animated GIF, made picture by picture. Each has a palette of its own, and the time until the next one came. */
import { applyPalette, GIFEncoder, quantize } from 'gifenc';

const COLOURS = 128;

export class Gif {
  readonly #encoder = GIFEncoder();
  readonly #width: number;
  readonly #height: number;
  /** The last picture, which is shown until the next one: only then is it known for how long. */
  #last: { readonly rgba: Uint8ClampedArray; readonly time: number } | undefined;

  constructor(width: number, height: number) {
    this.#width = width;
    this.#height = height;
  }

  /** @param rgba [height, width, 4]. @param time in milliseconds, later than that of the picture before. */
  add(rgba: Uint8ClampedArray, time: number): void {
    this.#write(time);
    this.#last = { rgba, time };
  }

  /** @param time when the last picture ends, milliseconds. */
  finish(time: number): Uint8Array<ArrayBuffer> {
    this.#write(time);
    this.#last = undefined;
    this.#encoder.finish();
    return this.#encoder.bytes();
  }

  #write(until: number): void {
    if (!this.#last) return;
    const { rgba, time } = this.#last;
    const palette = quantize(rgba, COLOURS);
    const delay = Math.max(20, until - time); // players take less for a mistake
    this.#encoder.writeFrame(applyPalette(rgba, palette), this.#width, this.#height, { palette, delay, repeat: 0 });
  }
}
