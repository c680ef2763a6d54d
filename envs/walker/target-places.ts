/** Where a target is put. */
import { cosine } from '../../base/exact-functions.ts';
import type { RandomStream } from '../../base/random/stream.ts';
import type { Vector } from './rig.ts';
import { degrees } from './rotation.ts';

/** Places that are looked at for one that lies well ahead. */
const draws = 64;

/** Around a centre, uniform in a sphere of this radius (metres), then all at the centre's height. */
export function drawPlace(stream: RandomStream, [aroundX, aroundY, aroundZ]: Vector, radius: number): Vector {
  for (;;) {
    const x = stream.uniform(-1, 1);
    const y = stream.uniform(-1, 1);
    const z = stream.uniform(-1, 1);
    if (x * x + y * y + z * z <= 1) return [aroundX + x * radius, aroundY, aroundZ + z * radius];
  }
}

/**
 * Of some places the first that lies within `turn` degrees of a level direction of length one, as seen from a point, or the one
 * that takes the least turning. Where every turn is allowed, the first.
 */
export function straightestPlace(
  draw: () => Vector,
  from: { readonly x: number; readonly z: number },
  ahead: { readonly x: number; readonly z: number },
  turn: number,
): Vector {
  if (turn >= 180) return draw();
  const wanted = cosine(turn * degrees);
  let [straightest, best]: [number, Vector | undefined] = [-2, undefined];
  for (let count = 0; count < draws; count++) {
    const place = draw();
    const [x, z] = [place[0] - from.x, place[2] - from.z];
    const straight = (x * ahead.x + z * ahead.z) / Math.sqrt(x * x + z * z);
    if (straight >= wanted) return place;
    if (straight > straightest) [straightest, best] = [straight, place];
  }
  return best ?? draw();
}
