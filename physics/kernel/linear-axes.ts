// A joint's linear axes where not all of them are locked. PhysX 4.1: prepareLockedAxes and computeLimitedDistance of its D6 joint.
//
// An axis that is not locked has no row. The locked ones stay one block: its inverse is that along them, told along the world's
// axes like that of a joint that locks all three, so that everything behind it is the same. Limited axes share one row, that of
// a rope: along the line between the anchors as far as those axes show it.
import { JOINT_LIMITED_LINEAR, JOINT_RADIUS, JOINT_RADIUS_PAD, V, rows } from './layout';
import { LIMIT_A0, LIMIT_A1, LIMIT_LINEAR } from './joint-layout';
import {
  ANSWERS,
  ARM_0,
  ARM_1,
  AXES,
  ERRORS,
  FRAME_0,
  GAPS,
  LOCKED_INVERSE,
  ROOTS,
  WORLD_AXES,
  writeArm,
  writeFrameAxis,
  writeInverse,
} from './joint-rows';
import { pushRow } from './limit-rows';
import { MATRIX } from './velocities';
import { add, div, dot, mul, neg, splat, sqrt, sub } from './math';

/** The solver's bodies of the joint that is being prepared. */
let solverBody0: usize = 0;
let solverBody1: usize = 0;

/**
 * Of how far the anchors are apart (x, y, z) writes to ERRORS what locked axes have to mend; the rest is no error. `loose` has
 * bit i for an axis that is not locked, (x1, y1, z1) is the arm to the connected anchor and (x0, y0, z0) that to the own one.
 */
export function keepLockedErrors(
  loose: i32, solver0: usize, solver1: usize,
  x0: v128, y0: v128, z0: v128, x1: v128, y1: v128, z1: v128, x: v128, y: v128, z: v128,
): void {
  const s = rows;
  solverBody0 = solver0;
  solverBody1 = solver1;
  v128.store(s, sub(x0, x), ARM_0);
  v128.store(s, sub(y0, y), ARM_0 + V);
  v128.store(s, sub(z0, z), ARM_0 + 2 * V);
  v128.store(s, x1, ARM_1);
  v128.store(s, y1, ARM_1 + V);
  v128.store(s, z1, ARM_1 + 2 * V);
  let ex = splat(0);
  let ey = splat(0);
  let ez = splat(0);
  for (let axis = 0; axis < 3; axis++) {
    const into = s + WORLD_AXES + <usize>axis * 3 * V;
    writeFrameAxis(FRAME_0, axis);
    for (let row: usize = 0; row < 3; row++) v128.store(into + row * V, along(solver0 + row * 3 * V + MATRIX, s + AXES));
    const gap = neg(dot(v128.load(into), v128.load(into, V), v128.load(into, 2 * V), x, y, z));
    v128.store(s + <usize>axis * V, gap, GAPS);
    if (loose & (1 << axis)) continue;
    ex = sub(ex, mul(v128.load(into), gap));
    ey = sub(ey, mul(v128.load(into, V), gap));
    ez = sub(ez, mul(v128.load(into, 2 * V), gap));
  }
  v128.store(s, ex, ERRORS);
  v128.store(s, ey, ERRORS + V);
  v128.store(s, ez, ERRORS + 2 * V);
}

/** Product of two vectors in memory. */
@inline
function along(a: usize, b: usize): v128 {
  return dot(v128.load(a), v128.load(a, V), v128.load(a, 2 * V), v128.load(b), v128.load(b, V), v128.load(b, 2 * V));
}

/** Writes what locked axes alone make of a response K: n (n^T K n)^-1 n^T, with n the locked ones of frame 0's axes. */
export function writeLockedInverse(
  loose: i32, into: usize, xx: v128, xy: v128, xz: v128, yy: v128, yz: v128, zz: v128,
): void {
  const s = rows;
  for (let column: usize = 0; column < 3; column++) {
    const axis = s + WORLD_AXES + column * 3 * V;
    const nx = v128.load(axis);
    const ny = v128.load(axis, V);
    const nz = v128.load(axis, 2 * V);
    const answer = s + ANSWERS + column * 3 * V;
    v128.store(answer, dot(xx, xy, xz, nx, ny, nz));
    v128.store(answer, dot(xy, yy, yz, nx, ny, nz), V);
    v128.store(answer, dot(xz, yz, zz, nx, ny, nz), 2 * V);
  }
  // A loose axis answers to nothing but itself, and is taken out of the inverse.
  writeInverse(s + LOCKED_INVERSE, response(loose, 0, 0), response(loose, 0, 1), response(loose, 0, 2), response(loose, 1, 1),
    response(loose, 1, 2), response(loose, 2, 2));
  if (loose & 1) v128.store(s, splat(0), LOCKED_INVERSE);
  if (loose & 2) v128.store(s, splat(0), LOCKED_INVERSE + 3 * V);
  if (loose & 4) v128.store(s, splat(0), LOCKED_INVERSE + 5 * V);
  // Back into the world's axes: first what it makes of each of those, then that told along them.
  const i = s + LOCKED_INVERSE;
  for (let column: usize = 0; column < 3; column++) {
    const n = s + WORLD_AXES + column * V;
    const nx = v128.load(n);
    const ny = v128.load(n, 3 * V);
    const nz = v128.load(n, 6 * V);
    const answer = s + ANSWERS + column * 3 * V;
    v128.store(answer, dot(v128.load(i), v128.load(i, V), v128.load(i, 2 * V), nx, ny, nz));
    v128.store(answer, dot(v128.load(i, V), v128.load(i, 3 * V), v128.load(i, 4 * V), nx, ny, nz), V);
    v128.store(answer, dot(v128.load(i, 2 * V), v128.load(i, 4 * V), v128.load(i, 5 * V), nx, ny, nz), 2 * V);
  }
  v128.store(into, inWorld(0, 0));
  v128.store(into, inWorld(0, 1), V);
  v128.store(into, inWorld(0, 2), 2 * V);
  v128.store(into, inWorld(1, 1), 3 * V);
  v128.store(into, inWorld(1, 2), 4 * V);
  v128.store(into, inWorld(2, 2), 5 * V);
}

/** What axis a of frame 0 answers to an impulse along axis b. */
@inline
function response(loose: i32, a: i32, b: i32): v128 {
  if (loose & ((1 << a) | (1 << b))) return splat(a == b ? 1 : 0);
  return along(rows + WORLD_AXES + <usize>a * 3 * V, rows + ANSWERS + <usize>b * 3 * V);
}

/** Element (a, b) in the world's axes. */
@inline
function inWorld(a: usize, b: usize): v128 {
  const n = rows + WORLD_AXES + a * V;
  const answer = rows + ANSWERS + b * 3 * V;
  return dot(v128.load(n), v128.load(n, 3 * V), v128.load(n, 6 * V), v128.load(answer), v128.load(answer, V),
    v128.load(answer, 2 * V));
}

/** Anchors nearer than this have no direction to one another, metres. */
const NOWHERE: f32 = 1e-6;

/** The row of limited axes, where some walker is near the limit or beyond it. */
export function pushDistance(table: usize, at: usize): usize {
  const s = rows;
  const limited = load<i32>(table, JOINT_LIMITED_LINEAR);
  let x = splat(0);
  let y = splat(0);
  let z = splat(0);
  for (let axis = 0; axis < 3; axis++) {
    if (!(limited & (1 << axis))) continue;
    const n = s + WORLD_AXES + <usize>axis * 3 * V;
    const gap = v128.load(s + <usize>axis * V, GAPS);
    x = add(x, mul(v128.load(n), gap));
    y = add(y, mul(v128.load(n, V), gap));
    z = add(z, mul(v128.load(n, 2 * V), gap));
  }
  const distance = sqrt(dot(x, y, z, x, y, z));
  const radius = v128.load32_splat(table, JOINT_RADIUS);
  const pad = v128.load32_splat(table, JOINT_RADIUS_PAD);
  const active = v128.and(f32x4.gt(distance, splat(NOWHERE)), f32x4.gt(add(distance, pad), radius));
  if (!v128.any_true(active)) return at;
  const scale = div(splat(1), distance);
  x = mul(x, scale);
  y = mul(y, scale);
  z = mul(z, scale);
  writeArm(at + LIMIT_A0, solverBody0, s + ROOTS, s + ARM_0, x, y, z);
  writeArm(at + LIMIT_A1, solverBody1, s + ROOTS + 3 * V, s + ARM_1, x, y, z);
  v128.store(at, x, LIMIT_LINEAR);
  v128.store(at, y, LIMIT_LINEAR + V);
  v128.store(at, z, LIMIT_LINEAR + 2 * V);
  return pushRow(active, sub(radius, distance), at);
}
