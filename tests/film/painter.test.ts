import { describe, expect, it } from 'vitest';
import { looksOf, walkerShown } from '../../envs/walker/looks.ts';
import { unityPhysics } from '../../envs/walker/physics-settings.ts';
import { paintLabel } from '../../film/label.ts';
import { Painter } from '../../film/painter.ts';
import type { Picture } from '../../film/picture.ts';
import type { Place } from '../../film/points.ts';
import { shapesOf } from '../../film/shapes.ts';
import { standing } from './standing.ts';

describe('the painter', () => {
  const size = 48;
  const shapes = shapesOf(looksOf(walkerShown), standing);
  const painterFor = (heading: number) => new Painter({ size, heading, floor: unityPhysics.groundHeight });
  const painted = (heading: number, goal: Place = [0, 1]) =>
    painterFor(heading).paint({ shapes, walker: [0, 0], goal });
  const isOrange = (r: number, g: number, b: number) => r > 1.5 * g && g > b;
  const isBlue = (r: number, _g: number, b: number) => b > 1.5 * r;
  const isGreen = (r: number, g: number, b: number) => g > 1.3 * r && g > 1.3 * b;
  const isDark = (r: number, g: number, b: number) => r + g + b < 130;
  function columnsOf({ pixels }: Picture, is: (r: number, g: number, b: number) => boolean): number[] {
    return Array.from({ length: size * size }, (_, pixel) => pixel)
      .filter((pixel) => is(pixels[3 * pixel]!, pixels[3 * pixel + 1]!, pixels[3 * pixel + 2]!))
      .map((pixel) => pixel % size);
  }
  const mean = (values: readonly number[]) => values.reduce((sum, each) => sum + each, 0) / values.length;

  it('shows the right side of a walker that goes to the right of the picture', () => {
    const picture = painted(0);
    const [right, left] = [columnsOf(picture, isOrange), columnsOf(picture, isBlue)];
    expect(right.length).toBeGreaterThan(left.length);
    // Its eyes look ahead: past the middle, and not past its arms.
    const eyes = columnsOf(picture, isDark);
    expect(eyes.length).toBeGreaterThan(0);
    expect(mean(eyes)).toBeGreaterThan(size / 2);
  });

  it('shows the left side of one that goes the other way', () => {
    const picture = painted(Math.PI);
    expect(columnsOf(picture, isBlue).length).toBeGreaterThan(columnsOf(picture, isOrange).length);
  });

  it("stands the walker's feet on the floor", () => {
    const colourful = (r: number, g: number, b: number) => isOrange(r, g, b) || isBlue(r, g, b);
    const { pixels } = painted(0);
    const rows = Array.from({ length: size * size }, (_, pixel) => pixel)
      .filter((pixel) => colourful(pixels[3 * pixel]!, pixels[3 * pixel + 1]!, pixels[3 * pixel + 2]!))
      .map((pixel) => Math.floor(pixel / size));
    // The feet stand where the floor at that place is painted: 0.79 m below the middle of a picture 2.55 m high.
    expect(Math.abs(Math.max(...rows) - size * (0.5 + 0.79 / 2.55))).toBeLessThan(3);
  });

  it('casts a shadow on the floor', () => {
    const bare = painterFor(0).paint({ shapes: [], walker: [0, 0], goal: [0, 1] }).pixels;
    const cast = painted(0).pixels;
    // Darkened by about a third and no colour of the walker: floor in its shadow.
    const shaded = Array.from({ length: size * size }, (_, pixel) => cast[3 * pixel]! / bare[3 * pixel]!).filter(
      (share, pixel) => Math.abs(share - 0.62) < 0.02 && cast[3 * pixel + 2]! > cast[3 * pixel]!,
    );
    expect(shaded.length).toBeGreaterThan(10);
  });

  it('moves the floor under the walker: it looks the same a metre on, and another half a metre on', () => {
    const at = (z: number) => painterFor(0).paint({ shapes: [], walker: [0, z], goal: [0, 1] }).pixels;
    expect(at(1)).toEqual(at(0));
    expect(at(0.5)).not.toEqual(at(0));
  });

  it('lays an arrow on the floor that points to the target', () => {
    const [ahead, behind] = (
      [
        [0, 1],
        [0, -1],
      ] as const
    ).map((goal) => columnsOf(painted(0, goal), isGreen));
    expect(Math.min(...ahead!)).toBeGreaterThan(size / 2);
    expect(Math.max(...behind!)).toBeLessThan(size / 2);
  });
});

describe('a label', () => {
  it('is written in dots of the colour it is given, and left out where the picture ends', () => {
    const picture = { width: 12, height: 8, pixels: new Uint8Array(3 * 12 * 8) };
    paintLabel(picture, '1m', { left: 1, top: 1, dot: 1 }, [1, 0, 0.5]);
    const seen = Array.from({ length: 8 }, (_, row) =>
      Array.from({ length: 12 }, (_, column) =>
        picture.pixels
          .subarray(3 * (12 * row + column))
          .subarray(0, 3)
          .join(),
      ),
    );
    const shown = seen.map((row) => row.map((colour) => ({ '0,0,0': ' ', '255,0,128': '#' })[colour] ?? '?').join(''));
    expect(shown).toEqual([
      '            ',
      '   #        ',
      '  ##        ',
      '   #   ## # ',
      '   #   # # #',
      '   #   # # #',
      '   #   # # #',
      '  ###  # # #',
    ]);
  });

  it('refuses a letter that it does not have', () => {
    const picture = { width: 12, height: 8, pixels: new Uint8Array(3 * 12 * 8) };
    expect(() => paintLabel(picture, 'x', { left: 0, top: 0, dot: 1 }, [0, 0, 0])).toThrow(/no letter x/);
  });
});
