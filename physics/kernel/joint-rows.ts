// From poses to the rows of a joint, for four walkers. Semantics: PhysX 4.1's D6 joint (D6JointSolverPrep) and what it
// calls preprocessing (DyConstraintSetup), which makes equality rows orthogonal and frees limits of them.
//
// Body 0 owns the joint, body 1 is what it is connected to; a row's velocity is that of body 0 less that of body 1. All
// that is angular is reckoned in body 0's axes, where frame 0 is a constant and frame 1 is rel frame1, rel = conj(q0) q1.
import {
  INVERSE_MASS,
  JOINT_ANCHOR_0,
  JOINT_ANCHOR_1,
  JOINT_BODY_0,
  JOINT_BODY_1,
  JOINT_DRIVEN,
  JOINT_FRAME_0,
  JOINT_FRAME_1,
  JOINT_LOCKED,
  JOINT_LOOSE,
  JOINT_SCALE_0,
  JOINT_SCALE_1,
  POSITION,
  ROOT_INVERSE_INERTIA,
  ROTATION,
  V,
  bodyAt,
  rows,
  timeStep,
} from './layout';
import {
  BODY_0,
  BODY_1,
  DRIVEN,
  DRIVE_BYTES,
  HEAD_BYTES,
  KIND,
  LIMIT_BYTES,
  LIMIT_COUNT,
  LINEAR_A0,
  LINEAR_A1,
  LINEAR_BIAS,
  LINEAR_BYTES,
  LINEAR_INVERSE,
  LOCK_A0,
  LOCK_A1,
  LOCK_BIAS,
  LOCK_BYTES,
  LOCK_T,
  SOFT_COUNT,
  inverseSize,
} from './joint-layout';
import { MATRIX, solverBody } from './velocities';
import { add, dot, minor, mul, neg, reciprocalOrZero, splat, sub } from './math';
import { prepareDrive } from './drives';
import { prepareLimits, prepareSoftLimits } from './limits';
import { keepLockedErrors, writeLockedInverse } from './linear-axes';
import { isScaled, scaleRoot, scaledBody } from './mass-scale';
import { bodyOrWorld, solverBodyOrWorld } from './world';

// Scratch of the joint that is being prepared, at the head of the rows: what its parts share.
/** D of body 0 (3), D of body 1 (3). */
export const ROOTS: usize = 0 * V;
/** The rotation of body 1 seen from body 0, row by row. */
export const REL_MATRIX: usize = 6 * V;
/** Frame 0 and frame 1 in body 0's axes (x y z w each), frame 1 with the sign that is nearer to frame 0. */
export const FRAME_0: usize = 15 * V;
export const FRAME_1: usize = 19 * V;
/** Frame 1 seen from frame 0. */
export const TURN: usize = 23 * V;
/** Three angular axes, of which rows are made. */
export const AXES: usize = 27 * V;
/** How far each equality row is off: position 3, locks 3. */
export const ERRORS: usize = 36 * V;
// Where some linear axes are not locked (linear-axes.ts):
/** Axes x, y and z of frame 0 in the world. */
export const WORLD_AXES: usize = 42 * V;
/** What the position's rows answer along each of them. */
export const ANSWERS: usize = 51 * V;
/** The inverse of that along the locked ones: xx, xy, xz, yy, yz, zz. */
export const LOCKED_INVERSE: usize = 60 * V;
/** How far the connected anchor lies from the own one along each of them. */
export const GAPS: usize = 66 * V;
/** From each body's centre to the connected anchor. */
export const ARM_0: usize = 69 * V;
export const ARM_1: usize = 72 * V;
/** Rows of locked angles, freed of the position's: angular parts of body 0 and body 1 each. */
export const FREED: usize = 75 * V;
/** The sum of both bodies' inverse masses. */
export const MASSES: usize = 93 * V;
export const JOINT_SCRATCH_BYTES: usize = 94 * V;

/** Writes the product of two quaternions at `into`. */
@inline
export function multiply(
  into: usize, ax: v128, ay: v128, az: v128, aw: v128, bx: v128, by: v128, bz: v128, bw: v128,
): void {
  v128.store(into, add(add(mul(aw, bx), mul(ax, bw)), sub(mul(ay, bz), mul(az, by))));
  v128.store(into, add(add(mul(aw, by), mul(ay, bw)), sub(mul(az, bx), mul(ax, bz))), V);
  v128.store(into, add(add(mul(aw, bz), mul(az, bw)), sub(mul(ax, by), mul(ay, bx))), 2 * V);
  v128.store(into, sub(mul(aw, bw), dot(ax, ay, az, bx, by, bz)), 3 * V);
}

/** Makes an axis (in body 0's axes) an angular Jacobian of both bodies, scaled as in velocities.ts. */
@inline
export function writeAngular(a0: usize, a1: usize, x: v128, y: v128, z: v128): void {
  const s = rows;
  v128.store(a0, mul(v128.load(s, ROOTS), x));
  v128.store(a0, mul(v128.load(s, ROOTS + V), y), V);
  v128.store(a0, mul(v128.load(s, ROOTS + 2 * V), z), 2 * V);
  for (let part: usize = 0; part < 3 * V; part += V) {
    const m0 = v128.load(s + part, REL_MATRIX);
    const m1 = v128.load(s + part, REL_MATRIX + 3 * V);
    const m2 = v128.load(s + part, REL_MATRIX + 6 * V);
    v128.store(a1 + part, mul(v128.load(s + part, ROOTS + 3 * V), dot(m0, m1, m2, x, y, z)));
  }
}

/** Writes axis x, y or z (0, 1, 2) of a frame to AXES. */
@inline
export function writeFrameAxis(frame: usize, axis: i32): void {
  writeAxis(axis, v128.load(rows + frame), v128.load(rows + frame, V), v128.load(rows + frame, 2 * V),
    v128.load(rows + frame, 3 * V));
}

/** Writes axis x, y or z of a rotation to AXES. */
@inline
export function writeAxis(axis: i32, x: v128, y: v128, z: v128, w: v128): void {
  const into = rows + AXES;
  const two = splat(2);
  const one = splat(1);
  if (axis == 0) {
    v128.store(into, sub(one, mul(two, add(mul(y, y), mul(z, z)))));
    v128.store(into, mul(two, add(mul(x, y), mul(w, z))), V);
    v128.store(into, mul(two, sub(mul(x, z), mul(w, y))), 2 * V);
  } else if (axis == 1) {
    v128.store(into, mul(two, sub(mul(x, y), mul(w, z))));
    v128.store(into, sub(one, mul(two, add(mul(x, x), mul(z, z)))), V);
    v128.store(into, mul(two, add(mul(y, z), mul(w, x))), 2 * V);
  } else {
    v128.store(into, mul(two, add(mul(x, z), mul(w, y))));
    v128.store(into, mul(two, sub(mul(y, z), mul(w, x))), V);
    v128.store(into, sub(one, mul(two, add(mul(x, x), mul(y, y)))), 2 * V);
  }
}

/** Rows of the imaginary part of conj(qa) qb by the angular velocity of b less that of a: three axes, at AXES. */
@inline
export function writeDifferenceAxes(
  ax: v128, ay: v128, az: v128, aw: v128, bx: v128, by: v128, bz: v128, bw: v128,
): void {
  const at = rows + AXES;
  const half = splat(0.5);
  const kx = add(mul(aw, bx), mul(bw, ax));
  const ky = add(mul(aw, by), mul(bw, ay));
  const kz = add(mul(aw, bz), mul(bw, az));
  const d = sub(mul(aw, bw), dot(ax, ay, az, bx, by, bz));
  const xy = add(mul(ax, by), mul(bx, ay));
  const xz = add(mul(ax, bz), mul(bx, az));
  const yz = add(mul(ay, bz), mul(by, az));
  const xx = mul(ax, bx);
  const yy = mul(ay, by);
  const zz = mul(az, bz);
  v128.store(at, mul(half, add(add(xx, xx), d)));
  v128.store(at, mul(half, add(xy, kz)), V);
  v128.store(at, mul(half, sub(xz, ky)), 2 * V);
  v128.store(at, mul(half, sub(xy, kz)), 3 * V);
  v128.store(at, mul(half, add(add(yy, yy), d)), 4 * V);
  v128.store(at, mul(half, add(yz, kx)), 5 * V);
  v128.store(at, mul(half, add(xz, ky)), 6 * V);
  v128.store(at, mul(half, sub(yz, kx)), 7 * V);
  v128.store(at, mul(half, add(add(zz, zz), d)), 8 * V);
}

/** Angular Jacobians of the three rows along the world's axes through an arm r, a = D R^T (r x axis). */
function writeArms(into: usize, body: usize, root: usize, x: v128, y: v128, z: v128): void {
  for (let part: usize = 0; part < 3 * V; part += V) {
    const m0 = v128.load(body + part, MATRIX);
    const m1 = v128.load(body + part, MATRIX + 3 * V);
    const m2 = v128.load(body + part, MATRIX + 6 * V);
    const d = v128.load(root + part);
    v128.store(into + part, mul(d, minor(m1, m2, y, z)));
    v128.store(into + part, mul(d, minor(m2, m0, z, x)), 3 * V);
    v128.store(into + part, mul(d, minor(m0, m1, x, y)), 6 * V);
  }
}

/** Angular Jacobian of a row along one direction (x, y, z) of the world, through an arm in memory: a = D R^T (r x direction). */
export function writeArm(into: usize, body: usize, root: usize, arm: usize, x: v128, y: v128, z: v128): void {
  const rx = v128.load(arm);
  const ry = v128.load(arm, V);
  const rz = v128.load(arm, 2 * V);
  const tx = minor(ry, rz, y, z);
  const ty = minor(rz, rx, z, x);
  const tz = minor(rx, ry, x, y);
  for (let part: usize = 0; part < 3 * V; part += V) {
    const m0 = v128.load(body + part, MATRIX);
    const m1 = v128.load(body + part, MATRIX + 3 * V);
    const m2 = v128.load(body + part, MATRIX + 6 * V);
    v128.store(into + part, mul(v128.load(root + part), dot(m0, m1, m2, tx, ty, tz)));
  }
}

/** Product of two angular Jacobians, three numbers each. */
@inline
export function product(a: usize, b: usize): v128 {
  return dot(v128.load(a), v128.load(a, V), v128.load(a, 2 * V), v128.load(b), v128.load(b, V), v128.load(b, 2 * V));
}

/** Writes the inverse of a symmetric 3 x 3 matrix, xx, xy, xz, yy, yz, zz; of one that has none, zeros. */
@inline
export function writeInverse(into: usize, xx: v128, xy: v128, xz: v128, yy: v128, yz: v128, zz: v128): void {
  const cxx = minor(yy, yz, yz, zz);
  const cxy = minor(xz, xy, zz, yz);
  const cxz = minor(xy, xz, yy, yz);
  const scale = reciprocalOrZero(dot(xx, xy, xz, cxx, cxy, cxz));
  v128.store(into, mul(cxx, scale));
  v128.store(into, mul(cxy, scale), V);
  v128.store(into, mul(cxz, scale), 2 * V);
  v128.store(into, mul(minor(xx, xz, xz, zz), scale), 3 * V);
  v128.store(into, mul(minor(xy, xx, yz, xz), scale), 4 * V);
  v128.store(into, mul(minor(xx, xy, xy, yy), scale), 5 * V);
}

/** Prepares one joint at `at`; returns where its record ends. */
export function prepareJoint(group: usize, table: usize, at: usize): usize {
  const body0 = load<i32>(table, JOINT_BODY_0);
  const body1 = load<i32>(table, JOINT_BODY_1);
  const locked = load<i32>(table, JOINT_LOCKED);
  const driven = load<i32>(table, JOINT_DRIVEN);
  const locks = <usize>popcnt(locked);
  store<u32>(at, (driven ? DRIVEN : 0) + <u32>(2 * locks), KIND);
  const scaled = isScaled(table);
  store<u32>(at, <u32>(scaled ? scaledBody(0) : solverBody(body0)), BODY_0);
  const first = bodyAt(group, body0);
  const second = bodyOrWorld(group, body1);
  const solver1 = solverBodyOrWorld(body1);
  store<u32>(at, <u32>(scaled ? scaledBody(1) : solver1), BODY_1);

  relate(table, first, second);
  let cursor = at + HEAD_BYTES;
  if (driven) {
    prepareDrive(group, table, cursor, solverBody(body0));
    cursor += DRIVE_BYTES;
  }
  const linear = cursor;
  preparePosition(table, first, second, solverBody(body0), solver1, linear);
  cursor += LINEAR_BYTES;
  const firstLock = cursor;
  prepareLocks(locked, locks, linear, firstLock, load<i32>(table, JOINT_LOOSE) != 0);
  cursor += locks * LOCK_BYTES + inverseSize(locks) * V;
  const soft = prepareLimits(table, linear, firstLock, locks, cursor, inverseMasses(table, first, second));
  const end = prepareSoftLimits(table, soft);
  store<u16>(at, <u16>((soft - cursor) / LIMIT_BYTES), LIMIT_COUNT);
  store<u16>(at, <u16>((end - soft) / LIMIT_BYTES), SOFT_COUNT);
  return end;
}

/** The sum of both bodies' inverse masses, as this joint reckons with them. */
@inline
function inverseMasses(table: usize, first: usize, second: usize): v128 {
  return add(mul(v128.load(first, INVERSE_MASS), v128.load32_splat(table, JOINT_SCALE_0)),
    mul(v128.load(second, INVERSE_MASS), v128.load32_splat(table, JOINT_SCALE_1)));
}

/** How the two bodies and their frames lie to one another: fills the scratch that all parts share. */
function relate(table: usize, first: usize, second: usize): void {
  const s = rows;
  const root0 = scaleRoot(table, JOINT_SCALE_0);
  const root1 = scaleRoot(table, JOINT_SCALE_1);
  for (let part: usize = 0; part < 3 * V; part += V) {
    v128.store(s + part, mul(v128.load(first + part, ROOT_INVERSE_INERTIA), root0), ROOTS);
    v128.store(s + part, mul(v128.load(second + part, ROOT_INVERSE_INERTIA), root1), ROOTS + 3 * V);
  }
  const ax = neg(v128.load(first, ROTATION));
  const ay = neg(v128.load(first, ROTATION + V));
  const az = neg(v128.load(first, ROTATION + 2 * V));
  const aw = v128.load(first, ROTATION + 3 * V);
  // Their product is written where frame 1 will be.
  multiply(s + FRAME_1, ax, ay, az, aw, v128.load(second, ROTATION), v128.load(second, ROTATION + V),
    v128.load(second, ROTATION + 2 * V), v128.load(second, ROTATION + 3 * V));
  const x = v128.load(s, FRAME_1);
  const y = v128.load(s, FRAME_1 + V);
  const z = v128.load(s, FRAME_1 + 2 * V);
  const w = v128.load(s, FRAME_1 + 3 * V);

  const x2 = add(x, x);
  const y2 = add(y, y);
  const z2 = add(z, z);
  const one = splat(1);
  v128.store(s, sub(sub(one, mul(y, y2)), mul(z, z2)), REL_MATRIX);
  v128.store(s, sub(mul(x, y2), mul(w, z2)), REL_MATRIX + V);
  v128.store(s, add(mul(x, z2), mul(w, y2)), REL_MATRIX + 2 * V);
  v128.store(s, add(mul(x, y2), mul(w, z2)), REL_MATRIX + 3 * V);
  v128.store(s, sub(sub(one, mul(x, x2)), mul(z, z2)), REL_MATRIX + 4 * V);
  v128.store(s, sub(mul(y, z2), mul(w, x2)), REL_MATRIX + 5 * V);
  v128.store(s, sub(mul(x, z2), mul(w, y2)), REL_MATRIX + 6 * V);
  v128.store(s, add(mul(y, z2), mul(w, x2)), REL_MATRIX + 7 * V);
  v128.store(s, sub(sub(one, mul(x, x2)), mul(y, y2)), REL_MATRIX + 8 * V);

  multiply(s + FRAME_1, x, y, z, w, v128.load32_splat(table, JOINT_FRAME_1), v128.load32_splat(table, JOINT_FRAME_1 + 4),
    v128.load32_splat(table, JOINT_FRAME_1 + 8), v128.load32_splat(table, JOINT_FRAME_1 + 12));
  const fx = v128.load32_splat(table, JOINT_FRAME_0);
  const fy = v128.load32_splat(table, JOINT_FRAME_0 + 4);
  const fz = v128.load32_splat(table, JOINT_FRAME_0 + 8);
  const fw = v128.load32_splat(table, JOINT_FRAME_0 + 12);
  v128.store(s, fx, FRAME_0);
  v128.store(s, fy, FRAME_0 + V);
  v128.store(s, fz, FRAME_0 + 2 * V);
  v128.store(s, fw, FRAME_0 + 3 * V);
  multiply(s + TURN, neg(fx), neg(fy), neg(fz), fw, v128.load(s, FRAME_1), v128.load(s, FRAME_1 + V),
    v128.load(s, FRAME_1 + 2 * V), v128.load(s, FRAME_1 + 3 * V));
  // Of the two quaternions of one rotation, the nearer.
  const sign = v128.and(f32x4.lt(v128.load(s, TURN + 3 * V), splat(0)), f32x4.splat(-0.0));
  for (let part: usize = 0; part < 4 * V; part += V) {
    v128.store(s + part, v128.xor(v128.load(s + part, FRAME_1), sign), FRAME_1);
    v128.store(s + part, v128.xor(v128.load(s + part, TURN), sign), TURN);
  }
}

/** The locked position: rows along the world's axes, the inverse of what they answer, and how far the anchors are apart. */
function preparePosition(
  table: usize, first: usize, second: usize, solver0: usize, solver1: usize, at: usize,
): void {
  const s = rows;
  let x0 = turned(solver0, table + JOINT_ANCHOR_0, 0);
  let y0 = turned(solver0, table + JOINT_ANCHOR_0, 3 * V);
  let z0 = turned(solver0, table + JOINT_ANCHOR_0, 6 * V);
  const x1 = turned(solver1, table + JOINT_ANCHOR_1, 0);
  const y1 = turned(solver1, table + JOINT_ANCHOR_1, 3 * V);
  const z1 = turned(solver1, table + JOINT_ANCHOR_1, 6 * V);
  let ex = sub(add(v128.load(first, POSITION), x0), add(v128.load(second, POSITION), x1));
  let ey = sub(add(v128.load(first, POSITION + V), y0), add(v128.load(second, POSITION + V), y1));
  let ez = sub(add(v128.load(first, POSITION + 2 * V), z0), add(v128.load(second, POSITION + 2 * V), z1));
  const loose = load<i32>(table, JOINT_LOOSE);
  if (loose) {
    keepLockedErrors(loose, solver0, solver1, x0, y0, z0, x1, y1, z1, ex, ey, ez);
    // What is no error belongs to the arm: it reaches to where the anchors would be one if the locked axes held.
    x0 = add(sub(x0, ex), v128.load(s, ERRORS));
    y0 = add(sub(y0, ey), v128.load(s, ERRORS + V));
    z0 = add(sub(z0, ez), v128.load(s, ERRORS + 2 * V));
    ex = v128.load(s, ERRORS);
    ey = v128.load(s, ERRORS + V);
    ez = v128.load(s, ERRORS + 2 * V);
  }
  writeArms(at + LINEAR_A0, solver0, s + ROOTS, x0, y0, z0);
  writeArms(at + LINEAR_A1, solver1, s + ROOTS + 3 * V, x1, y1, z1);

  const perSecond = splat(1 / timeStep);
  v128.store(s, ex, ERRORS);
  v128.store(s, ey, ERRORS + V);
  v128.store(s, ez, ERRORS + 2 * V);
  v128.store(at, mul(ex, perSecond), LINEAR_BIAS);
  v128.store(at, mul(ey, perSecond), LINEAR_BIAS + V);
  v128.store(at, mul(ez, perSecond), LINEAR_BIAS + 2 * V);

  const masses = inverseMasses(table, first, second);
  const a = at + LINEAR_A0;
  const b = at + LINEAR_A1;
  const xx = add(masses, add(product(a, a), product(b, b)));
  const xy = add(product(a, a + 3 * V), product(b, b + 3 * V));
  const xz = add(product(a, a + 6 * V), product(b, b + 6 * V));
  const yy = add(masses, add(product(a + 3 * V, a + 3 * V), product(b + 3 * V, b + 3 * V)));
  const yz = add(product(a + 3 * V, a + 6 * V), product(b + 3 * V, b + 6 * V));
  const zz = add(masses, add(product(a + 6 * V, a + 6 * V), product(b + 6 * V, b + 6 * V)));
  if (loose) {
    v128.store(s, masses, MASSES);
    writeLockedInverse(loose, at + LINEAR_INVERSE, xx, xy, xz, yy, yz, zz);
  } else {
    writeInverse(at + LINEAR_INVERSE, xx, xy, xz, yy, yz, zz);
  }
}

/** One component of a constant vector turned by a solver body's rotation: the row of R at `row`. */
@inline
function turned(solver: usize, vector: usize, row: usize): v128 {
  return dot(v128.load(solver + row, MATRIX), v128.load(solver + row, MATRIX + V), v128.load(solver + row, MATRIX + 2 * V),
    v128.load32_splat(vector), v128.load32_splat(vector, 4), v128.load32_splat(vector, 8));
}

/** Locked angular axes: their rows, what they share with the position's, and the inverse of what is left. */
function prepareLocks(locked: i32, count: usize, linear: usize, at: usize, isLoose: bool): void {
  if (!count) return;
  const s = rows;
  const perSecond = splat(1 / timeStep);
  let lock = at;
  if (count == 1 && locked != 1) {
    writeOneSwing(locked, lock);
  } else {
    writeDifferenceAxes(v128.load(s, FRAME_0), v128.load(s, FRAME_0 + V), v128.load(s, FRAME_0 + 2 * V),
      v128.load(s, FRAME_0 + 3 * V), v128.load(s, FRAME_1), v128.load(s, FRAME_1 + V), v128.load(s, FRAME_1 + 2 * V),
      v128.load(s, FRAME_1 + 3 * V));
    let found: usize = 0;
    for (let axis = 0; axis < 3; axis++) {
      if (!(locked & (1 << axis))) continue;
      const from = s + AXES + <usize>axis * 3 * V;
      writeAngular(lock + LOCK_A0, lock + LOCK_A1, v128.load(from), v128.load(from, V), v128.load(from, 2 * V));
      v128.store(s + found * V, neg(v128.load(s + <usize>axis * V, TURN)), ERRORS + 3 * V);
      found++;
      lock += LOCK_BYTES;
    }
  }
  for (let i: usize = 0; i < count; i++) {
    const one = at + i * LOCK_BYTES;
    v128.store(one, mul(v128.load(s + i * V, ERRORS + 3 * V), perSecond), LOCK_BIAS);
    // c: products with the three rows of the position, t = K^-1 c.
    const a0 = one + LOCK_A0;
    const a1 = one + LOCK_A1;
    writeShare(one + LOCK_T, linear + LINEAR_INVERSE, withPosition(a0, a1, linear, 0), withPosition(a0, a1, linear, 1),
      withPosition(a0, a1, linear, 2));
  }
  if (isLoose) for (let i: usize = 0; i < count; i++) writeFreed(i, at + i * LOCK_BYTES, linear);
  const inverse = at + count * LOCK_BYTES;
  const s00 = left(0, 0, at, linear, isLoose);
  if (count == 1) {
    v128.store(inverse, reciprocalOrZero(s00));
    return;
  }
  const s01 = left(0, 1, at, linear, isLoose);
  const s11 = left(1, 1, at, linear, isLoose);
  if (count == 2) {
    const scale = reciprocalOrZero(minor(s00, s01, s01, s11));
    v128.store(inverse, mul(s11, scale));
    v128.store(inverse, neg(mul(s01, scale)), V);
    v128.store(inverse, mul(s00, scale), 2 * V);
  } else {
    writeInverse(inverse, s00, s01, left(0, 2, at, linear, isLoose), s11, left(1, 2, at, linear, isLoose),
      left(2, 2, at, linear, isLoose));
  }
}

/** The one lock of a joint that may twist and swing about the other axis: the x axis of frame 1 stays across y or z of frame 0. */
function writeOneSwing(locked: i32, lock: usize): void {
  const s = rows;
  const qx = v128.load(s, FRAME_1);
  const qy = v128.load(s, FRAME_1 + V);
  const qz = v128.load(s, FRAME_1 + 2 * V);
  const qw = v128.load(s, FRAME_1 + 3 * V);
  const two = splat(2);
  const one = splat(1);
  const bx = sub(one, mul(two, add(mul(qy, qy), mul(qz, qz))));
  const by = mul(two, add(mul(qx, qy), mul(qw, qz)));
  const bz = mul(two, sub(mul(qx, qz), mul(qw, qy)));
  const fx = v128.load(s, FRAME_0);
  const fy = v128.load(s, FRAME_0 + V);
  const fz = v128.load(s, FRAME_0 + 2 * V);
  const fw = v128.load(s, FRAME_0 + 3 * V);
  let ax = mul(two, sub(mul(fx, fy), mul(fw, fz)));
  let ay = sub(one, mul(two, add(mul(fx, fx), mul(fz, fz))));
  let az = mul(two, add(mul(fy, fz), mul(fw, fx)));
  if (locked == 2) {
    ax = mul(two, add(mul(fx, fz), mul(fw, fy)));
    ay = mul(two, sub(mul(fy, fz), mul(fw, fx)));
    az = sub(one, mul(two, add(mul(fx, fx), mul(fy, fy))));
  }
  writeAngular(lock + LOCK_A0, lock + LOCK_A1, minor(by, bz, ay, az), minor(bz, bx, az, ax), minor(bx, by, ax, ay));
  v128.store(s, neg(dot(bx, by, bz, ax, ay, az)), ERRORS + 3 * V);
}

/** What an angular row shares with row 0, 1 or 2 of the position. */
@inline
export function withPosition(a0: usize, a1: usize, linear: usize, row: usize): v128 {
  return add(product(a0, linear + LINEAR_A0 + row * 3 * V), product(a1, linear + LINEAR_A1 + row * 3 * V));
}

/** K^-1 times a row's products with the three rows of the position. */
@inline
export function writeShare(into: usize, inverse: usize, cx: v128, cy: v128, cz: v128): void {
  const xy = v128.load(inverse, V);
  const xz = v128.load(inverse, 2 * V);
  const yz = v128.load(inverse, 4 * V);
  v128.store(into, dot(v128.load(inverse), xy, xz, cx, cy, cz));
  v128.store(into, dot(xy, v128.load(inverse, 3 * V), yz, cx, cy, cz), V);
  v128.store(into, dot(xz, yz, v128.load(inverse, 5 * V), cx, cy, cz), 2 * V);
}

/**
 * What is left of the response between locks i and j once the position's rows make up for them. Of a joint that holds its bodies
 * together, where arms are short: a.b - c_a.t_b. Where it is loose the arm may be long, those two nearly the same, and their
 * difference nothing but rounding: there it is the product of the rows themselves, freed, which is never below 0.
 */
@inline
function left(i: usize, j: usize, at: usize, linear: usize, isLoose: bool): v128 {
  const a = at + i * LOCK_BYTES;
  const b = at + j * LOCK_BYTES;
  if (isLoose) return leftOfFreed(a, b, rows + FREED + i * 6 * V, rows + FREED + j * 6 * V);
  const a0 = a + LOCK_A0;
  const a1 = a + LOCK_A1;
  const direct = add(product(a0, b + LOCK_A0), product(a1, b + LOCK_A1));
  return sub(direct, dot(withPosition(a0, a1, linear, 0), withPosition(a0, a1, linear, 1), withPosition(a0, a1, linear, 2),
    v128.load(b, LOCK_T), v128.load(b, LOCK_T + V), v128.load(b, LOCK_T + 2 * V)));
}

/** The same of two locks whose rows are freed. */
function leftOfFreed(a: usize, b: usize, freedA: usize, freedB: usize): v128 {
  return add(mul(v128.load(rows, MASSES), product(a + LOCK_T, b + LOCK_T)),
    add(product(freedA, freedB), product(freedA + 3 * V, freedB + 3 * V)));
}

/** Writes what is left of the row of lock i once it is freed of the position's rows: its linear part is -t. */
function writeFreed(i: usize, lock: usize, linear: usize): void {
  const into = rows + FREED + i * 6 * V;
  const tx = v128.load(lock, LOCK_T);
  const ty = v128.load(lock, LOCK_T + V);
  const tz = v128.load(lock, LOCK_T + 2 * V);
  for (let part: usize = 0; part < 3 * V; part += V) {
    const e = linear + part;
    v128.store(into + part, sub(v128.load(lock + part, LOCK_A0),
      dot(tx, ty, tz, v128.load(e, LINEAR_A0), v128.load(e, LINEAR_A0 + 3 * V), v128.load(e, LINEAR_A0 + 6 * V))));
    v128.store(into + part, sub(v128.load(lock + part, LOCK_A1),
      dot(tx, ty, tz, v128.load(e, LINEAR_A1), v128.load(e, LINEAR_A1 + 3 * V), v128.load(e, LINEAR_A1 + 6 * V))), 3 * V);
  }
}
