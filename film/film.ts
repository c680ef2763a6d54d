/**
 * A policy as a short silent film: `record` plays it, at each target speed; `filmOf` makes an animated PNG of the recordings,
 * side by side; `sheetOf` a plain PNG of some moments, a row for each.
 */
import { encodeAnimation } from './apng.ts';
import { paletteOf } from './palette.ts';
import { tiled } from './picture.ts';
import { encodePicture } from './png.ts';
import { framesPerSecondOf, type Recording } from './record.ts';
import { sceneOf } from './scene.ts';

/** Few enough for a small file, enough for smooth shading. */
const COLOURS_OF_FILM = 128;
const COLOURS_OF_SHEET = 256;
/** Frames from one that the palette is taken from to the next: they all show much the same colours. */
const PALETTE_STRIDE = 12;
const MOMENTS = 6;

/**
 * @param recordings of one length.
 * @param size edge of a panel, in pixels.
 * @param onFrame told of every frame that is painted.
 * @returns the bytes of the file.
 */
export function filmOf(
  recordings: readonly Recording[],
  size: number,
  onFrame: (done: number, all: number) => void = () => {},
): Uint8Array {
  const scenes = recordings.map((recording) => sceneOf(recording, size));
  const count = scenes[0]!.frames;
  const pictureOf = (frame: number) => tiled([scenes.map((scene) => scene.paint(frame))]);
  const sampled = Array.from({ length: Math.ceil(count / PALETTE_STRIDE) }, (_, index) =>
    pictureOf(index * PALETTE_STRIDE),
  );
  const { width, height } = sampled[0]!;
  const palette = paletteOf(sampled, COLOURS_OF_FILM);
  const frames = Array.from({ length: count }, (_, frame) => {
    const indices = palette.indices(pictureOf(frame));
    onFrame(frame + 1, count);
    return indices;
  });
  return encodeAnimation({
    width,
    height,
    framesPerSecond: framesPerSecondOf(recordings[0]!.shown),
    colours: palette.colours,
    frames,
  });
}

/**
 * @param size edge of a picture, in pixels.
 * @returns the bytes of the file.
 */
export function sheetOf(recordings: readonly Recording[], size: number): Uint8Array {
  const rows = recordings.map((recording) => {
    const { frames, paint } = sceneOf(recording, size);
    return Array.from({ length: MOMENTS }, (_, moment) => paint(Math.round((moment * (frames - 1)) / (MOMENTS - 1))));
  });
  const { width, height, pixels } = tiled(rows);
  const { colours, indices } = paletteOf([{ pixels }], COLOURS_OF_SHEET);
  return encodePicture({ width, height, colours, indices: indices({ pixels }) });
}
