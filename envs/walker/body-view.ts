/**
 * Where the numbers of one walker's bodies lie, whoever simulates them: observations and rewards are read from there as it
 * is, without a copy.
 *
 * PhysX's world keeps a walker's numbers side by side; the batched simulator has those of four walkers alternate. So a view
 * says where a body's first number is, how far the next body is, and how far the next part of a vector.
 */

/** One kind of number: of body b it begins at `first + b * body`. */
export interface Field {
  readonly first: number;
  readonly body: number;
}

/** The rig's bodies, and the target as the one after the last. */
export interface BodyView {
  readonly floats: Float32Array;
  /** The same memory. */
  readonly words: Uint32Array;
  /** From x to y, y to z, z to w. */
  readonly part: number;
  /** Of the centre of mass, m; where that lies in its body says `centres`. */
  readonly position: Field;
  /** x y z w. */
  readonly rotation: Field;
  /** Of the centre of mass, m/s. */
  readonly velocity: Field;
  /** rad/s. */
  readonly spin: Field;
  /** A word, of which `groundBit` is set while the body touches the ground. */
  readonly touching: Field;
  readonly groundBit: number;
  /** Centres of mass in their bodies, [bodies + 1, 3], m; 0 0 0 where `position` is that of the body's origin. */
  readonly centres: Float64Array;
}

/** A point, to be written over. */
export interface Point {
  x: number;
  y: number;
  z: number;
}

/** Writes where a body's origin is. */
export function originOf(view: BodyView, body: number, into: Point): void {
  const { floats, part, position, rotation, centres } = view;
  const at = position.first + body * position.body;
  into.x = floats[at]!;
  into.y = floats[at + part]!;
  into.z = floats[at + 2 * part]!;
  const cx = centres[3 * body]!;
  const cy = centres[3 * body + 1]!;
  const cz = centres[3 * body + 2]!;
  if (cx === 0 && cy === 0 && cz === 0) return;
  const from = rotation.first + body * rotation.body;
  const x = floats[from]!;
  const y = floats[from + part]!;
  const z = floats[from + 2 * part]!;
  const w = floats[from + 3 * part]!;
  const tx = 2 * (y * cz - z * cy);
  const ty = 2 * (z * cx - x * cz);
  const tz = 2 * (x * cy - y * cx);
  into.x -= cx + w * tx + y * tz - z * ty;
  into.y -= cy + w * ty + z * tx - x * tz;
  into.z -= cz + w * tz + x * ty - y * tx;
}

/** Numbers of a pose as `posesOf` has it: rotation x y z w, then position x y z. */
export const poseSize = 7;

/** A copy of all poses, [bodies + 1, 7]. */
export function posesOf(view: BodyView): Float32Array {
  const { floats, part, rotation, centres } = view;
  const bodies = centres.length / 3;
  const poses = new Float32Array(bodies * poseSize);
  const origin: Point = { x: 0, y: 0, z: 0 };
  for (let body = 0; body < bodies; body++) {
    const from = rotation.first + body * rotation.body;
    for (let which = 0; which < 4; which++) poses[body * poseSize + which] = floats[from + which * part]!;
    originOf(view, body, origin);
    poses.set([origin.x, origin.y, origin.z], body * poseSize + 4);
  }
  return poses;
}
