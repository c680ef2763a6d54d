/** Numbers as a rig file holds them: single precision has no more than seven digits, and -0 is 0. */
import type { Quaternion, Vector } from '../physics/rotation.ts';

/** Below this everything is 0: metres, degrees, directions. */
const NOTHING = 1e-7;

export function rounded(value: number): number {
  return Math.abs(value) < NOTHING ? 0 : Number(value.toPrecision(7));
}

export function roundedVector([x, y, z]: Vector): [number, number, number] {
  return [rounded(x), rounded(y), rounded(z)];
}

/** With w positive: of the two quaternions of a rotation always the same one. */
export function roundedRotation(rotation: Quaternion): [number, number, number, number] {
  const sign = rotation[3] < 0 ? -1 : 1;
  const [x, y, z, w] = rotation;
  return [rounded(sign * x), rounded(sign * y), rounded(sign * z), rounded(sign * w)];
}
