/**
 * Animated PNG (www.w3.org/TR/png-3, chunks acTL, fcTL and fdAT): frames of palette colours, each only where it differs from
 * the one before. What knows nothing of animation shows the first frame.
 */
import { chunk, compressed, file, header, uint16, uint32 } from './png.ts';

export interface Animation {
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
  /** [colours, 3], 0 to 255; 255 at most, for one index stands for "as before". */
  readonly colours: Uint8Array;
  /** Indices of colours, [height, width] each. */
  readonly frames: readonly Uint8Array[];
}

/** Leave the picture as it is after a frame, and lay the next one over it. */
const [DISPOSE_NONE, BLEND_OVER] = [0, 1];
const FOR_EVER = 0;

export function encodeAnimation({ width, height, framesPerSecond, colours, frames }: Animation): Uint8Array {
  const asBefore = colours.length / 3;
  const alphas = new Uint8Array(asBefore + 1).fill(255);
  alphas[asBefore] = 0;
  let sequence = 0;
  const chunks = frames.flatMap((frame, index) => {
    const before = frames[index - 1];
    const part = before ? changed(frame, before, width, height) : { left: 0, top: 0, right: width, bottom: height };
    const { left, top, right, bottom } = part;
    const control = chunk(
      'fcTL',
      ...[sequence++, right - left, bottom - top, left, top].map(uint32),
      ...[1, framesPerSecond].map(uint16),
      Uint8Array.of(DISPOSE_NONE, BLEND_OVER),
    );
    const data = compressed(differing(frame, before, width, part, asBefore), right - left);
    return [control, before ? chunk('fdAT', uint32(sequence++), data) : chunk('IDAT', data)];
  });
  return file([
    header(width, height),
    chunk('PLTE', colours, new Uint8Array(3)),
    chunk('tRNS', alphas),
    chunk('acTL', uint32(frames.length), uint32(FOR_EVER)),
    ...chunks,
  ]);
}

interface Part {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The smallest part that holds all that differs; one pixel where nothing does, since there is no empty frame. */
function changed(frame: Uint8Array, before: Uint8Array, width: number, height: number): Part {
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let at = 0; at < frame.length; at++) {
    if (frame[at] === before[at]) continue;
    const [column, row] = [at % width, Math.floor(at / width)];
    left = Math.min(left, column);
    right = Math.max(right, column + 1);
    top = Math.min(top, row);
    bottom = row + 1;
  }
  return right > left ? { left, top, right, bottom } : { left: 0, top: 0, right: 1, bottom: 1 };
}

/** That part of the frame, with `asBefore` where it shows what the frame before it showed. */
function differing(
  frame: Uint8Array,
  before: Uint8Array | undefined,
  width: number,
  { left, top, right, bottom }: Part,
  asBefore: number,
): Uint8Array {
  const indices = new Uint8Array((right - left) * (bottom - top));
  let into = 0;
  for (let y = top; y < bottom; y++) {
    for (let at = y * width + left; at < y * width + right; at++) {
      indices[into++] = before?.[at] === frame[at] ? asBefore : frame[at]!;
    }
  }
  return indices;
}
