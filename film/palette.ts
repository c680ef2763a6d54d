/**
 * Some hundred colours that stand for all that a film has: median cut (P. Heckbert, "Color image quantization for frame
 * buffer display", 1982). A picture of few colours is a small file.
 */

import type { Picture } from './picture.ts';

/** Bits of each of red, green and blue by which colours are told apart. */
const BITS = 6;
const LEVELS = 1 << BITS;
const UNKNOWN = -1;

export interface Palette {
  /** [colours, 3], 0 to 255. */
  readonly colours: Uint8Array;
  /** Index of the colour that stands for each pixel's own. */
  indices(picture: Pixels): Uint8Array;
}

type Pixels = Pick<Picture, 'pixels'>;

/**
 * @param pictures what the colours are taken from.
 * @param size colours at most.
 */
export function paletteOf(pictures: readonly Pixels[], size: number): Palette {
  const counts = new Float64Array(LEVELS ** 3);
  const sums = new Float64Array(3 * LEVELS ** 3);
  for (const { pixels } of pictures) {
    for (let at = 0; at < pixels.length; at += 3) {
      const cell = cellOf(pixels, at);
      counts[cell]! += 1;
      for (let part = 0; part < 3; part++) sums[3 * cell + part]! += pixels[at + part]!;
    }
  }
  const used = Array.from(counts.keys()).filter((cell) => counts[cell]! > 0);
  const boxes = cut(used, counts, size);
  const colours = new Uint8Array(3 * boxes.length);
  const colourOfCell = new Int16Array(counts.length).fill(UNKNOWN);
  boxes.forEach((cells, index) => {
    const weight = total(cells, (cell) => counts[cell]!);
    for (let part = 0; part < 3; part++) {
      colours[3 * index + part] = Math.round(total(cells, (cell) => sums[3 * cell + part]!) / weight);
    }
    for (const cell of cells) colourOfCell[cell] = index;
  });
  return {
    colours,
    indices({ pixels }) {
      const indices = new Uint8Array(pixels.length / 3);
      for (let pixel = 0; pixel < indices.length; pixel++) {
        const cell = cellOf(pixels, 3 * pixel);
        // Not every colour need be in the pictures that the palette was taken from.
        if (colourOfCell[cell] === UNKNOWN) colourOfCell[cell] = nearest(colours, pixels, 3 * pixel);
        indices[pixel] = colourOfCell[cell]!;
      }
      return indices;
    },
  };
}

/** Parts the cells into boxes, always the one with most in it and most extent, where half of it lies on either side. */
function cut(cells: number[], counts: Float64Array, size: number): number[][] {
  const boxes = [cells];
  while (boxes.length < size) {
    const spreads = boxes.map((box) => spreadOf(box, counts));
    const widest = spreads.reduce((best, { worth }, index) => (worth > spreads[best]!.worth ? index : best), 0);
    const { part, worth } = spreads[widest]!;
    if (worth === 0) break;
    const sorted = boxes[widest]!.sort((a, b) => levelOf(a, part) - levelOf(b, part));
    const half = total(sorted, (cell) => counts[cell]!) / 2;
    // Neither side may be empty.
    let border = 1;
    for (let sum = counts[sorted[0]!]!; sum < half && border < sorted.length - 1; border++)
      sum += counts[sorted[border]!]!;
    boxes.splice(widest, 1, sorted.slice(0, border), sorted.slice(border));
  }
  return boxes;
}

/** The part in which the box's cells differ most, and what parting it is worth. */
function spreadOf(cells: readonly number[], counts: Float64Array): { part: number; worth: number } {
  const extents = [0, 1, 2].map((part) => {
    const levels = cells.map((cell) => levelOf(cell, part));
    return levels.reduce((a, b) => Math.max(a, b)) - levels.reduce((a, b) => Math.min(a, b));
  });
  const part = extents.indexOf(Math.max(...extents));
  // The root, so that a large floor does not take all the colours from a small walker.
  return { part, worth: extents[part]! * total(cells, (cell) => counts[cell]!) ** 0.4 };
}

/** The colour that is most like the pixel at `pixels[at]`. */
function nearest(colours: Uint8Array, pixels: Uint8Array, at: number): number {
  let [best, least] = [0, Number.POSITIVE_INFINITY];
  for (let index = 0; index < colours.length / 3; index++) {
    let off = 0;
    for (let part = 0; part < 3; part++) off += (colours[3 * index + part]! - pixels[at + part]!) ** 2;
    if (off < least) [best, least] = [index, off];
  }
  return best;
}

function cellOf(pixels: Uint8Array, at: number): number {
  const shift = 8 - BITS;
  return ((pixels[at]! >> shift) << (2 * BITS)) | ((pixels[at + 1]! >> shift) << BITS) | (pixels[at + 2]! >> shift);
}

function levelOf(cell: number, part: number): number {
  return (cell >> ((2 - part) * BITS)) & (LEVELS - 1);
}

function total(cells: readonly number[], of: (cell: number) => number): number {
  let sum = 0;
  for (const cell of cells) sum += of(cell);
  return sum;
}
