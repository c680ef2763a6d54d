/** Reads PNGs with a palette, still and animated, as the specification says, with nothing of what writes them, and checks what it demands. */
import { inflateSync } from 'node:zlib';

export interface ReadPicture {
  readonly width: number;
  readonly height: number;
  /** As a viewer shows it: [height, width, 3]. */
  readonly pixels: Uint8Array;
}

export interface ReadAnimation extends Omit<ReadPicture, 'pixels'> {
  readonly framesPerSecond: number;
  /** As a viewer shows them: [height, width, 3] each. */
  readonly frames: Uint8Array[];
}

interface Chunk {
  readonly type: string;
  readonly data: Buffer;
}

/** @throws Error for a file that the specification does not allow, or that is animated. */
export function readPicture(file: Uint8Array): ReadPicture {
  const chunks = chunksOf(file);
  const types = chunks.map(({ type }) => type).join(' ');
  if (types !== 'IHDR PLTE IDAT IEND') throw new Error(`not the chunks of a still picture: ${types}`);
  const { width, height } = sizeOf(chunks);
  const pixels = new Uint8Array(3 * width * height);
  layOver(pixels, width, chunks, only(chunks, 'IDAT'), { w: width, h: height, left: 0, top: 0 });
  return { width, height, pixels };
}

/** @throws Error for a file that the specification does not allow, or whose frames are not laid over one another. */
export function readAnimation(file: Uint8Array): ReadAnimation {
  const chunks = chunksOf(file);
  const { width, height } = sizeOf(chunks);
  const canvas = new Uint8Array(3 * width * height);
  const frames: Uint8Array[] = [];
  let [sequence, framesPerSecond] = [0, 0];
  let control: Buffer | undefined;
  for (const { type, data } of chunks) {
    if (type === 'fcTL' || type === 'fdAT') {
      if (data.readUInt32BE(0) !== sequence++) throw new Error('a chunk out of sequence');
    }
    if (type === 'fcTL') {
      control = data;
      framesPerSecond = data.readUInt16BE(22) / data.readUInt16BE(20);
      if (data[24] !== 0 || data[25] !== 1) throw new Error('not laid over what was there before');
    }
    if (type !== 'IDAT' && type !== 'fdAT') continue;
    if ((type === 'IDAT') !== (frames.length === 0))
      throw new Error('the first frame, and no other, is the picture itself');
    const [w, h, left, top] = [4, 8, 12, 16].map((offset) => control!.readUInt32BE(offset)) as [
      number,
      number,
      number,
      number,
    ];
    if (left + w > width || top + h > height || w * h === 0)
      throw new Error('a frame beyond the picture, or of nothing');
    if (type === 'IDAT' && (w !== width || h !== height))
      throw new Error('a first frame that is not the whole picture');
    layOver(canvas, width, chunks, type === 'IDAT' ? data : data.subarray(4), { w, h, left, top });
    frames.push(canvas.slice());
  }
  if (only(chunks, 'acTL').readUInt32BE(0) !== frames.length)
    throw new Error('another number of frames than was announced');
  return { width, height, framesPerSecond, frames };
}

function chunksOf(file: Uint8Array): Chunk[] {
  const bytes = Buffer.from(file);
  if (bytes.toString('latin1', 0, 8) !== '\x89PNG\r\n\x1a\n') throw new Error('no PNG');
  const chunks: Chunk[] = [];
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const body = bytes.subarray(at + 4, at + 8 + length);
    if (bytes.readUInt32BE(at + 8 + length) !== checksum(body)) throw new Error(`wrong checksum at ${at}`);
    chunks.push({ type: body.toString('latin1', 0, 4), data: body.subarray(4) });
    at += 12 + length;
  }
  if (chunks[0]!.type !== 'IHDR' || chunks.at(-1)!.type !== 'IEND') throw new Error('wrong first or last chunk');
  return chunks;
}

function only(chunks: readonly Chunk[], type: string): Buffer {
  const found = chunks.filter((chunk) => chunk.type === type);
  if (found.length !== 1) throw new Error(`${found.length} chunks of type ${type}`);
  return found[0]!.data;
}

function sizeOf(chunks: readonly Chunk[]): { readonly width: number; readonly height: number } {
  const header = only(chunks, 'IHDR');
  if (header.subarray(8).join() !== '8,3,0,0,0') throw new Error('not 8 bits of a palette');
  return { width: header.readUInt32BE(0), height: header.readUInt32BE(4) };
}

/** Writes rows of indices, compressed, over a part of the picture. */
function layOver(
  canvas: Uint8Array,
  width: number,
  chunks: readonly Chunk[],
  data: Buffer,
  { w, h, left, top }: { readonly w: number; readonly h: number; readonly left: number; readonly top: number },
): void {
  const palette = only(chunks, 'PLTE');
  const alphas = chunks.find(({ type }) => type === 'tRNS')?.data;
  const lines = inflateSync(data);
  if (lines.length !== (w + 1) * h) throw new Error('wrong amount of data');
  for (let y = 0; y < h; y++) {
    if (lines[y * (w + 1)] !== 0) throw new Error('a filter');
    for (let x = 0; x < w; x++) {
      const index = lines[y * (w + 1) + 1 + x]!;
      if (3 * index >= palette.length) throw new Error('a colour that is not in the palette');
      if (alphas?.[index] === 0) continue;
      canvas.set(palette.subarray(3 * index, 3 * index + 3), 3 * ((top + y) * width + left + x));
    }
  }
}

/** The PNG specification's CRC, bit by bit. */
function checksum(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}
