import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeAnimation } from '../../film/apng.ts';
import { paletteOf } from '../../film/palette.ts';
import { GAP, type Picture, tiled } from '../../film/picture.ts';
import { encodePicture } from '../../film/png.ts';
import { readAnimation, readPicture } from './read-png.ts';

describe('pictures', () => {
  it('are put together in rows with a white gap', () => {
    const plain = (level: number): Picture => ({ width: 2, height: 1, pixels: new Uint8Array(6).fill(level) });
    const { width, height, pixels } = tiled([
      [plain(1), plain(2)],
      [plain(3), plain(4)],
    ]);
    expect([width, height]).toEqual([4 + GAP, 2 + GAP]);
    const levels = pixels.filter((_, at) => at % 3 === 0);
    const row = (left: number, right: number) => [left, left, ...new Array(GAP).fill(255), right, right];
    expect([...levels]).toEqual([...row(1, 2), ...new Array(GAP * width).fill(255), ...row(3, 4)]);
  });
});

describe('a palette', () => {
  it('has the very colours of a picture that has few', () => {
    const pixels = Uint8Array.from([0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 0, 0]);
    const { colours, indices } = paletteOf([{ pixels }], 16);
    const back = [...indices({ pixels })].flatMap((index) => [...colours.subarray(3 * index, 3 * index + 3)]);
    expect(back).toEqual([...pixels]);
    expect(colours.length).toBe(12);
  });

  it('of few colours comes near to all of a picture that has many', () => {
    const pixels = Uint8Array.from({ length: 3 * 256 }, (_, at) => Math.floor(at / 3));
    const { colours, indices } = paletteOf([{ pixels }], 32);
    expect(colours.length).toBe(96);
    const off = indices({ pixels }).reduce(
      (most, index, level) => Math.max(most, Math.abs(colours[3 * index]! - level)),
      0,
    );
    expect(off).toBeLessThan(10);
  });

  it('has the most like of its colours for one that it was not taken from', () => {
    const { colours, indices } = paletteOf([{ pixels: Uint8Array.of(0, 0, 0, 250, 0, 0, 0, 250, 0) }], 16);
    const [index] = indices({ pixels: Uint8Array.of(200, 10, 20) });
    expect([...colours.subarray(3 * index!, 3 * index! + 3)]).toEqual([250, 0, 0]);
  });
});

describe('a still picture', () => {
  it('shows what it was given', () => {
    const colours = Uint8Array.of(255, 255, 255, 200, 0, 0);
    const { width, pixels } = readPicture(
      encodePicture({ width: 2, height: 2, colours, indices: Uint8Array.of(0, 1, 1, 0) }),
    );
    expect(width).toBe(2);
    expect([...pixels]).toEqual([255, 255, 255, 200, 0, 0, 200, 0, 0, 255, 255, 255]);
  });
});

describe('an animation', () => {
  const colours = Uint8Array.of(255, 255, 255, 200, 0, 0, 0, 0, 90);
  const frame = fc.uint8Array({ min: 0, max: 2, minLength: 12, maxLength: 12 });

  it('shows every frame as it was given, whatever changes between them', () => {
    fc.assert(
      fc.property(fc.array(frame, { minLength: 1, maxLength: 5 }), (frames) => {
        const file = encodeAnimation({ width: 4, height: 3, framesPerSecond: 15, colours, frames });
        const read = readAnimation(file);
        expect(read).toMatchObject({ width: 4, height: 3, framesPerSecond: 15 });
        expect(read.frames).toEqual(
          frames.map((each) =>
            Uint8Array.from([...each].flatMap((index) => [...colours.subarray(3 * index, 3 * index + 3)])),
          ),
        );
      }),
    );
  });

  it('of a picture that stands still is hardly larger than the picture', () => {
    const still = Uint8Array.from({ length: 10_000 }, (_, at) => (at * 7919) % 3);
    const size = (count: number) =>
      encodeAnimation({ width: 100, height: 100, framesPerSecond: 15, colours, frames: new Array(count).fill(still) })
        .length;
    expect(size(11) - size(1)).toBeLessThan(1000);
  });
});
