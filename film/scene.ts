/** A recording as pictures: the walker of each frame, seen by a camera that goes along, with a label of its speeds. */
import { looksOf } from '../envs/walker/looks.ts';
import { TARGET } from './floor.ts';
import { paintLabel } from './label.ts';
import { Painter } from './painter.ts';
import type { Picture } from './picture.ts';
import { type Colour, mixed, type Place } from './points.ts';
import { goalOf, headingOf, hipsOf, rootHeightOf } from './poses.ts';
import type { Recording } from './record.ts';
import { shapesOf } from './shapes.ts';

/** In the target's colour, a little darker: it is what the arrow and the target stand for. */
const TARGET_LETTERS = mixed([0, 0, 0], TARGET, 0.72);
const LETTERS: Colour = [0.23, 0.26, 0.31];
/** The camera follows the mean of as many frames to either side: it should not nod with every step. */
const CALM = 8;
/** Of the Walker's hips above the ground as it walks, metres. */
const HIPS = 0.79;

export interface Scene {
  readonly frames: number;
  paint(frame: number): Picture;
}

/** @param size edge of the pictures, in pixels. */
export function sceneOf({ poses, speed, walked, fellAfter, shown }: Recording, size: number): Scene {
  const looks = looksOf(shown);
  const floor = shown.settings.groundHeight;
  // As far away as shows all of it, and at the height that its root is at: who is long need not be tall.
  const height = poses.reduce((sum, pose) => sum + rootHeightOf(pose) - floor, 0) / poses.length;
  const view = looks.size === 1 ? { far: 1, high: 1 } : { far: looks.size, high: Math.max(0.2, height / HIPS) };
  const painter = new Painter({ size, heading: headingOf(poses), floor, view });
  const did = fellAfter === null ? `walks ${walked.toFixed(1)} m/s` : `fell after ${fellAfter.toFixed(1)} s`;
  const dot = Math.max(1, Math.round(size / 140));
  const line = (fromBelow: number) => ({ left: 5 * dot, top: size - (2 + 10 * fromBelow) * dot, dot });
  return {
    frames: poses.length,
    paint(frame) {
      const pose = poses[frame]!;
      const picture = painter.paint({
        shapes: shapesOf(looks, pose),
        walker: calmPlace(poses, frame),
        goal: goalOf(pose),
      });
      paintLabel(picture, `target ${speed} m/s`, line(2), TARGET_LETTERS);
      paintLabel(picture, did, line(1), LETTERS);
      return picture;
    },
  };
}

/** Where the hips are about that time. */
function calmPlace(poses: readonly Float32Array[], frame: number): Place {
  let [x, z] = [0, 0];
  for (let offset = -CALM; offset <= CALM; offset++) {
    const [hipsX, hipsZ] = hipsOf(poses[Math.min(poses.length - 1, Math.max(0, frame + offset))]!);
    x += hipsX;
    z += hipsZ;
  }
  return [x / (2 * CALM + 1), z / (2 * CALM + 1)];
}
