/** A picture in memory, and pictures put together into a larger one. */

export interface Picture {
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  /** Red, green and blue, [height, width, 3], 0 to 255. */
  readonly pixels: Uint8Array;
}

/** White between two pictures, in pixels. */
export const GAP = 4;

/** @param rows pictures of one size, as many in each row. */
export function tiled(rows: readonly (readonly Picture[])[]): Picture {
  const { width, height } = rows[0]![0]!;
  const whole = {
    width: (width + GAP) * rows[0]!.length - GAP,
    height: (height + GAP) * rows.length - GAP,
  };
  const pixels = new Uint8Array(3 * whole.width * whole.height).fill(255);
  rows.forEach((pictures, row) => {
    pictures.forEach((picture, column) => {
      for (let y = 0; y < height; y++) {
        const line = picture.pixels.subarray(3 * y * width, 3 * (y + 1) * width);
        pixels.set(line, 3 * ((row * (height + GAP) + y) * whole.width + column * (width + GAP)));
      }
    });
  });
  return { ...whole, pixels };
}
