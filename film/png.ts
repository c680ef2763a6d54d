/** PNG (www.w3.org/TR/png-3) with a palette of colours: a still picture, and the parts that an animated one is made of too. */
import { crc32, deflateSync } from 'node:zlib';

export interface PalettePicture {
  readonly width: number;
  readonly height: number;
  /** [colours, 3], 0 to 255; 256 at most. */
  readonly colours: Uint8Array;
  /** Indices of colours, [height, width]. */
  readonly indices: Uint8Array;
}

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const PALETTE_COLOURS = 3;
const BITS = 8;

export function encodePicture({ width, height, colours, indices }: PalettePicture): Uint8Array {
  return file([header(width, height), chunk('PLTE', colours), chunk('IDAT', compressed(indices, width))]);
}

/** The whole file, of all its chunks but the last. */
export function file(chunks: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat([SIGNATURE, ...chunks, chunk('IEND')]));
}

/** The first chunk. */
export function header(width: number, height: number): Uint8Array {
  return chunk('IHDR', uint32(width), uint32(height), Uint8Array.of(BITS, PALETTE_COLOURS, 0, 0, 0));
}

/** Length, type, data, checksum of type and data. */
export function chunk(type: string, ...data: readonly Uint8Array[]): Uint8Array {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), ...data]);
  return Buffer.concat([uint32(body.length - 4), body, uint32(crc32(body))]);
}

/** @param indices [rows, width]. */
export function compressed(indices: Uint8Array, width: number): Uint8Array {
  const rows = indices.length / width;
  // Before each row stands its filter: none, which suits indices of a palette.
  const lines = new Uint8Array((width + 1) * rows);
  for (let row = 0; row < rows; row++) {
    lines.set(indices.subarray(row * width, (row + 1) * width), row * (width + 1) + 1);
  }
  return deflateSync(lines, { level: 9 });
}

export function uint32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export function uint16(value: number): Uint8Array {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}
