/**
 * Rotations as quaternions x, y, z, w, on plain numbers and typed arrays, without making objects in the step.
 *
 * Multiplication is Hamilton's: (a * b) turns by b first, then by a, as in Unity and PhysX. Only what is rounded the same in
 * every engine is used: plain operations, Math.sqrt, and exact-functions.ts in place of Math.sin and Math.cos.
 */

import { cosine, sine } from '../../base/exact-functions.ts';
import { type Quaternion, turned } from '../../physics/rotation.ts';

export { type Quaternion, turned };

export const identity: Quaternion = [0, 0, 0, 1];

export const degrees = Math.PI / 180;

/** The rotation about y (up) by an angle in radians. */
export function yaw(angle: number): Quaternion {
  return [0, sine(angle / 2), 0, cosine(angle / 2)];
}

/** The rotation whose x, y and z axes are the given ones: right-angled, of length one, z = x cross y. */
export function fromAxes(
  [xx, xy, xz]: readonly [number, number, number],
  [yx, yy, yz]: readonly [number, number, number],
  [zx, zy, zz]: readonly [number, number, number],
): Quaternion {
  // Shepperd's method: divides by the largest of the four components.
  const trace = xx + yy + zz;
  if (trace > 0) {
    const s = 2 * Math.sqrt(trace + 1);
    return [(yz - zy) / s, (zx - xz) / s, (xy - yx) / s, s / 4];
  }
  if (xx > yy && xx > zz) {
    const s = 2 * Math.sqrt(1 + xx - yy - zz);
    return [s / 4, (xy + yx) / s, (zx + xz) / s, (yz - zy) / s];
  }
  if (yy > zz) {
    const s = 2 * Math.sqrt(1 + yy - xx - zz);
    return [(xy + yx) / s, s / 4, (yz + zy) / s, (zx - xz) / s];
  }
  const s = 2 * Math.sqrt(1 + zz - xx - yy);
  return [(zx + xz) / s, (yz + zy) / s, s / 4, (xy - yx) / s];
}

/**
 * Writes the rotation of three angles (degrees) in Unity's Euler order, q = qy * qx * qz: about z first, then x, then y.
 */
export function writeEuler(x: number, y: number, z: number, into: Float32Array, at: number): void {
  // Most joints have no action about two of their axes, and stay at 0 there.
  const sx = x === 0 ? 0 : sine((x * degrees) / 2);
  const cx = x === 0 ? 1 : cosine((x * degrees) / 2);
  const sy = y === 0 ? 0 : sine((y * degrees) / 2);
  const cy = y === 0 ? 1 : cosine((y * degrees) / 2);
  const sz = z === 0 ? 0 : sine((z * degrees) / 2);
  const cz = z === 0 ? 1 : cosine((z * degrees) / 2);
  into[at] = cy * sx * cz + sy * cx * sz;
  into[at + 1] = sy * cx * cz - cy * sx * sz;
  into[at + 2] = cy * cx * sz - sy * sx * cz;
  into[at + 3] = cy * cx * cz + sy * sx * sz;
}

/**
 * Writes conjugate(a) * b, the rotation of b seen from a.
 *
 * @param part from one of a quaternion's four numbers in `from` to the next.
 */
export function writeRelative(
  from: Float32Array,
  part: number,
  a: number,
  b: number,
  into: Float32Array,
  at: number,
): void {
  const ax = -from[a]!;
  const ay = -from[a + part]!;
  const az = -from[a + 2 * part]!;
  const aw = from[a + 3 * part]!;
  const bx = from[b]!;
  const by = from[b + part]!;
  const bz = from[b + 2 * part]!;
  const bw = from[b + 3 * part]!;
  into[at] = aw * bx + ax * bw + ay * bz - az * by;
  into[at + 1] = aw * by + ay * bw + az * bx - ax * bz;
  into[at + 2] = aw * bz + az * bw + ax * by - ay * bx;
  into[at + 3] = aw * bw - ax * bx - ay * by - az * bz;
}

/**
 * Writes the shortest rotation from the z axis of the rotation at `from[a]` to the level direction (toX, 0, toZ) of length
 * one: Unity's Quaternion.FromToRotation.
 *
 * @param part from one of a quaternion's four numbers in `from` to the next.
 */
export function writeShortestFromForward(
  from: Float32Array,
  part: number,
  a: number,
  toX: number,
  toZ: number,
  into: Float32Array,
  at: number,
): void {
  const x = from[a]!;
  const y = from[a + part]!;
  const z = from[a + 2 * part]!;
  const w = from[a + 3 * part]!;
  const forwardX = 2 * (x * z + w * y);
  const forwardY = 2 * (y * z - w * x);
  const forwardZ = 1 - 2 * (x * x + y * y);
  // (cross, 1 + dot), scaled to length one, is the half-way quaternion.
  const dot = forwardX * toX + forwardZ * toZ;
  const crossX = forwardY * toZ;
  const crossY = forwardZ * toX - forwardX * toZ;
  const crossZ = -forwardY * toX;
  const length = Math.sqrt(crossX * crossX + crossY * crossY + crossZ * crossZ + (1 + dot) * (1 + dot));
  if (length < 1e-6) {
    // Opposite directions: any half turn does, and one about y stays level.
    into[at] = 0;
    into[at + 1] = 1;
    into[at + 2] = 0;
    into[at + 3] = 0;
    return;
  }
  into[at] = crossX / length;
  into[at + 1] = crossY / length;
  into[at + 2] = crossZ / length;
  into[at + 3] = (1 + dot) / length;
}
