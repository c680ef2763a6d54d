// The parts of a joint, each solved once: its drive and its soft limits, then what it locks, then its hard limits, as PhysX
// 4.1 does (solve1D), on velocities that it shares with its neighbours. The locked rows are solved as one block, which is what PhysX's orthogonal
// rows come to.
//
// What is stored on the way, and not only at the end, is stored to keep registers free: V8 leaves loads where they are and
// lets arithmetic sink to the next store; without a store between them all loads would come first, and most of them go to
// the stack and back.
import {
  DRIVEN,
  DRIVE_A0,
  DRIVE_A1,
  DRIVE_BYTES,
  DRIVE_COUPLING,
  DRIVE_GAIN,
  DRIVE_IMPULSE,
  DRIVE_KEEP,
  DRIVE_MOST,
  DRIVE_PUSH,
  HARD_BIAS,
  HARD_INVERSE,
  HARD_LATER_BIAS,
  HEAD_BYTES,
  KIND,
  LIMIT_A0,
  LIMIT_A1,
  LIMIT_BYTES,
  LIMIT_COUNT,
  LIMIT_IMPULSE,
  LIMIT_LINEAR,
  LINEAR_A0,
  LINEAR_A1,
  LINEAR_BIAS,
  LINEAR_BYTES,
  LINEAR_INVERSE,
  LINEAR_RESIDUAL,
  LOCK_A0,
  LOCK_A1,
  LOCK_BIAS,
  LOCK_BYTES,
  LOCK_IMPULSE,
  LOCK_T,
  SOFT_GAIN,
  SOFT_KEEP,
  SOFT_PUSH,
  limitsOffset,
} from './joint-layout';
import { V } from './layout';
import { ANGULAR, LINEAR, MASS } from './velocities';
import { add, max, min, mul, neg, splat, sub } from './math';

/** a.s of body 0 less a.s of body 1, for an angular Jacobian at a0 and a1. */
@inline
function angular(
  a0: usize, a1: usize, sx0: v128, sy0: v128, sz0: v128, sx1: v128, sy1: v128, sz1: v128,
): v128 {
  const first = add(add(mul(v128.load(a0), sx0), mul(v128.load(a0, V), sy0)), mul(v128.load(a0, 2 * V), sz0));
  const second = add(add(mul(v128.load(a1), sx1), mul(v128.load(a1, V), sy1)), mul(v128.load(a1, 2 * V), sz1));
  return sub(first, second);
}

/** Three impulses along three angular Jacobians, one component: a_0 f_0 + a_1 f_1 + a_2 f_2. */
@inline
function along(a: usize, f0: v128, f1: v128, f2: v128): v128 {
  return add(add(mul(v128.load(a), f0), mul(v128.load(a, 3 * V), f1)), mul(v128.load(a, 6 * V), f2));
}

/** Three rows one after the other; what a row does to the next goes by their coupling, not through the velocities. */
export function solveDrive(c: usize, body0: usize, body1: usize): void {
  const sx0 = v128.load(body0, ANGULAR);
  const sy0 = v128.load(body0, ANGULAR + V);
  const sz0 = v128.load(body0, ANGULAR + 2 * V);
  const sx1 = v128.load(body1, ANGULAR);
  const sy1 = v128.load(body1, ANGULAR + V);
  const sz1 = v128.load(body1, ANGULAR + 2 * V);
  const most = v128.load(c, DRIVE_MOST);
  const least = neg(most);

  const old0 = v128.load(c, DRIVE_IMPULSE);
  const u0 = angular(c + DRIVE_A0, c + DRIVE_A1, sx0, sy0, sz0, sx1, sy1, sz1);
  const new0 = driveImpulse(c, old0, u0, least, most);
  v128.store(c, new0, DRIVE_IMPULSE);
  const f0 = sub(new0, old0);

  const old1 = v128.load(c, DRIVE_IMPULSE + V);
  const u1 = add(angular(c + DRIVE_A0 + 3 * V, c + DRIVE_A1 + 3 * V, sx0, sy0, sz0, sx1, sy1, sz1),
    mul(v128.load(c, DRIVE_COUPLING), f0));
  const new1 = driveImpulse(c + V, old1, u1, least, most);
  v128.store(c, new1, DRIVE_IMPULSE + V);
  const f1 = sub(new1, old1);

  const old2 = v128.load(c, DRIVE_IMPULSE + 2 * V);
  const u2 = add(add(angular(c + DRIVE_A0 + 6 * V, c + DRIVE_A1 + 6 * V, sx0, sy0, sz0, sx1, sy1, sz1),
    mul(v128.load(c, DRIVE_COUPLING + V), f0)), mul(v128.load(c, DRIVE_COUPLING + 2 * V), f1));
  const new2 = driveImpulse(c + 2 * V, old2, u2, least, most);
  v128.store(c, new2, DRIVE_IMPULSE + 2 * V);
  const f2 = sub(new2, old2);

  v128.store(body0, add(sx0, along(c + DRIVE_A0, f0, f1, f2)), ANGULAR);
  v128.store(body0, add(sy0, along(c + DRIVE_A0 + V, f0, f1, f2)), ANGULAR + V);
  v128.store(body0, add(sz0, along(c + DRIVE_A0 + 2 * V, f0, f1, f2)), ANGULAR + 2 * V);
  v128.store(body1, sub(sx1, along(c + DRIVE_A1, f0, f1, f2)), ANGULAR);
  v128.store(body1, sub(sy1, along(c + DRIVE_A1 + V, f0, f1, f2)), ANGULAR + V);
  v128.store(body1, sub(sz1, along(c + DRIVE_A1 + 2 * V, f0, f1, f2)), ANGULAR + 2 * V);
}

/** Writes the velocities of the position's rows, bias and all, to LINEAR_RESIDUAL: r. */
@inline
function writeResidual(
  c: usize, body0: usize, body1: usize,
  sx0: v128, sy0: v128, sz0: v128, sx1: v128, sy1: v128, sz1: v128,
): void {
  for (let row: usize = 0; row < 3; row++) {
    const between = sub(v128.load(body0 + row * V, LINEAR), v128.load(body1 + row * V, LINEAR));
    v128.store(c + row * V, add(add(between, v128.load(c + row * V, LINEAR_BIAS)),
      angular(c + LINEAR_A0 + row * 3 * V, c + LINEAR_A1 + row * 3 * V, sx0, sy0, sz0, sx1, sy1, sz1)), LINEAR_RESIDUAL);
  }
}

/** Component `row` of K^-1 r. */
@inline
function alongInverse(k0: v128, k1: v128, k2: v128, rx: v128, ry: v128, rz: v128): v128 {
  return add(add(mul(k0, rx), mul(k1, ry)), mul(k2, rz));
}

/** Takes the impulse (px, py, pz) from the velocities of both bodies. */
@inline
function takeLinear(body0: usize, body1: usize, px: v128, py: v128, pz: v128): void {
  const mass0 = v128.load(body0, MASS);
  v128.store(body0, sub(v128.load(body0, LINEAR), mul(mass0, px)), LINEAR);
  v128.store(body0, sub(v128.load(body0, LINEAR + V), mul(mass0, py)), LINEAR + V);
  v128.store(body0, sub(v128.load(body0, LINEAR + 2 * V), mul(mass0, pz)), LINEAR + 2 * V);
  const mass1 = v128.load(body1, MASS);
  v128.store(body1, add(v128.load(body1, LINEAR), mul(mass1, px)), LINEAR);
  v128.store(body1, add(v128.load(body1, LINEAR + V), mul(mass1, py)), LINEAR + V);
  v128.store(body1, add(v128.load(body1, LINEAR + 2 * V), mul(mass1, pz)), LINEAR + 2 * V);
}

/** The locked position by itself: P = K^-1 r. */
export function solvePosition(c: usize, body0: usize, body1: usize): void {
  const sx0 = v128.load(body0, ANGULAR);
  const sy0 = v128.load(body0, ANGULAR + V);
  const sz0 = v128.load(body0, ANGULAR + 2 * V);
  const sx1 = v128.load(body1, ANGULAR);
  const sy1 = v128.load(body1, ANGULAR + V);
  const sz1 = v128.load(body1, ANGULAR + 2 * V);
  writeResidual(c, body0, body1, sx0, sy0, sz0, sx1, sy1, sz1);
  const rx = v128.load(c, LINEAR_RESIDUAL);
  const ry = v128.load(c, LINEAR_RESIDUAL + V);
  const rz = v128.load(c, LINEAR_RESIDUAL + 2 * V);
  const xy = v128.load(c, LINEAR_INVERSE + V);
  const xz = v128.load(c, LINEAR_INVERSE + 2 * V);
  const yz = v128.load(c, LINEAR_INVERSE + 4 * V);
  const px = alongInverse(v128.load(c, LINEAR_INVERSE), xy, xz, rx, ry, rz);
  const py = alongInverse(xy, v128.load(c, LINEAR_INVERSE + 3 * V), yz, rx, ry, rz);
  const pz = alongInverse(xz, yz, v128.load(c, LINEAR_INVERSE + 5 * V), rx, ry, rz);
  takeLinear(body0, body1, px, py, pz);
  v128.store(body0, sub(sx0, along(c + LINEAR_A0, px, py, pz)), ANGULAR);
  v128.store(body0, sub(sy0, along(c + LINEAR_A0 + V, px, py, pz)), ANGULAR + V);
  v128.store(body0, sub(sz0, along(c + LINEAR_A0 + 2 * V, px, py, pz)), ANGULAR + 2 * V);
  v128.store(body1, add(sx1, along(c + LINEAR_A1, px, py, pz)), ANGULAR);
  v128.store(body1, add(sy1, along(c + LINEAR_A1 + V, px, py, pz)), ANGULAR + V);
  v128.store(body1, add(sz1, along(c + LINEAR_A1 + 2 * V, px, py, pz)), ANGULAR + 2 * V);
}

/** Position and one locked angle: mu = (r_0 - t.r) / S, P = K^-1 r - t mu. */
export function solveOneLock(c: usize, body0: usize, body1: usize): void {
  const sx0 = v128.load(body0, ANGULAR);
  const sy0 = v128.load(body0, ANGULAR + V);
  const sz0 = v128.load(body0, ANGULAR + 2 * V);
  const sx1 = v128.load(body1, ANGULAR);
  const sy1 = v128.load(body1, ANGULAR + V);
  const sz1 = v128.load(body1, ANGULAR + 2 * V);
  writeResidual(c, body0, body1, sx0, sy0, sz0, sx1, sy1, sz1);
  const rx = v128.load(c, LINEAR_RESIDUAL);
  const ry = v128.load(c, LINEAR_RESIDUAL + V);
  const rz = v128.load(c, LINEAR_RESIDUAL + 2 * V);
  const a = c + LINEAR_BYTES;
  const m = mul(v128.load(a, LOCK_BYTES), lockRow(a, rx, ry, rz, sx0, sy0, sz0, sx1, sy1, sz1));
  v128.store(a, m, LOCK_IMPULSE);
  const xy = v128.load(c, LINEAR_INVERSE + V);
  const xz = v128.load(c, LINEAR_INVERSE + 2 * V);
  const yz = v128.load(c, LINEAR_INVERSE + 4 * V);
  const px = sub(alongInverse(v128.load(c, LINEAR_INVERSE), xy, xz, rx, ry, rz), mul(v128.load(a, LOCK_T), m));
  const py = sub(alongInverse(xy, v128.load(c, LINEAR_INVERSE + 3 * V), yz, rx, ry, rz), mul(v128.load(a, LOCK_T + V), m));
  const pz = sub(alongInverse(xz, yz, v128.load(c, LINEAR_INVERSE + 5 * V), rx, ry, rz),
    mul(v128.load(a, LOCK_T + 2 * V), m));
  takeLinear(body0, body1, px, py, pz);
  const a0 = a + LOCK_A0;
  const a1 = a + LOCK_A1;
  v128.store(body0, sub(sub(sx0, along(c + LINEAR_A0, px, py, pz)), mul(v128.load(a0), m)), ANGULAR);
  v128.store(body0, sub(sub(sy0, along(c + LINEAR_A0 + V, px, py, pz)), mul(v128.load(a0, V), m)), ANGULAR + V);
  v128.store(body0, sub(sub(sz0, along(c + LINEAR_A0 + 2 * V, px, py, pz)), mul(v128.load(a0, 2 * V), m)), ANGULAR + 2 * V);
  v128.store(body1, add(add(sx1, along(c + LINEAR_A1, px, py, pz)), mul(v128.load(a1), m)), ANGULAR);
  v128.store(body1, add(add(sy1, along(c + LINEAR_A1 + V, px, py, pz)), mul(v128.load(a1, V), m)), ANGULAR + V);
  v128.store(body1, add(add(sz1, along(c + LINEAR_A1 + 2 * V, px, py, pz)), mul(v128.load(a1, 2 * V), m)), ANGULAR + 2 * V);
}

/** What two locks add to one component of a Jacobian times its impulses. */
@inline
function ofTwo(a: usize, m0: v128, m1: v128): v128 {
  return add(mul(v128.load(a), m0), mul(v128.load(a, LOCK_BYTES), m1));
}

/** Position and two locked angles. */
export function solveTwoLocks(c: usize, body0: usize, body1: usize): void {
  const sx0 = v128.load(body0, ANGULAR);
  const sy0 = v128.load(body0, ANGULAR + V);
  const sz0 = v128.load(body0, ANGULAR + 2 * V);
  const sx1 = v128.load(body1, ANGULAR);
  const sy1 = v128.load(body1, ANGULAR + V);
  const sz1 = v128.load(body1, ANGULAR + 2 * V);
  writeResidual(c, body0, body1, sx0, sy0, sz0, sx1, sy1, sz1);
  const rx = v128.load(c, LINEAR_RESIDUAL);
  const ry = v128.load(c, LINEAR_RESIDUAL + V);
  const rz = v128.load(c, LINEAR_RESIDUAL + 2 * V);
  const a = c + LINEAR_BYTES;
  const r0 = lockRow(a, rx, ry, rz, sx0, sy0, sz0, sx1, sy1, sz1);
  v128.store(a, r0, LOCK_IMPULSE);
  const r1 = lockRow(a + LOCK_BYTES, rx, ry, rz, sx0, sy0, sz0, sx1, sy1, sz1);
  v128.store(a, r1, LOCK_BYTES + LOCK_IMPULSE);
  const inverse = a + 2 * LOCK_BYTES;
  const i01 = v128.load(inverse, V);
  const m0 = add(mul(v128.load(inverse), r0), mul(i01, r1));
  const m1 = add(mul(i01, r0), mul(v128.load(inverse, 2 * V), r1));
  const xy = v128.load(c, LINEAR_INVERSE + V);
  const xz = v128.load(c, LINEAR_INVERSE + 2 * V);
  const yz = v128.load(c, LINEAR_INVERSE + 4 * V);
  const px = sub(alongInverse(v128.load(c, LINEAR_INVERSE), xy, xz, rx, ry, rz), ofTwo(a + LOCK_T, m0, m1));
  const py = sub(alongInverse(xy, v128.load(c, LINEAR_INVERSE + 3 * V), yz, rx, ry, rz), ofTwo(a + LOCK_T + V, m0, m1));
  const pz = sub(alongInverse(xz, yz, v128.load(c, LINEAR_INVERSE + 5 * V), rx, ry, rz), ofTwo(a + LOCK_T + 2 * V, m0, m1));
  takeLinear(body0, body1, px, py, pz);
  const a0 = a + LOCK_A0;
  const a1 = a + LOCK_A1;
  v128.store(body0, sub(sub(sx0, along(c + LINEAR_A0, px, py, pz)), ofTwo(a0, m0, m1)), ANGULAR);
  v128.store(body0, sub(sub(sy0, along(c + LINEAR_A0 + V, px, py, pz)), ofTwo(a0 + V, m0, m1)), ANGULAR + V);
  v128.store(body0, sub(sub(sz0, along(c + LINEAR_A0 + 2 * V, px, py, pz)), ofTwo(a0 + 2 * V, m0, m1)), ANGULAR + 2 * V);
  v128.store(body1, add(add(sx1, along(c + LINEAR_A1, px, py, pz)), ofTwo(a1, m0, m1)), ANGULAR);
  v128.store(body1, add(add(sy1, along(c + LINEAR_A1 + V, px, py, pz)), ofTwo(a1 + V, m0, m1)), ANGULAR + V);
  v128.store(body1, add(add(sz1, along(c + LINEAR_A1 + 2 * V, px, py, pz)), ofTwo(a1 + 2 * V, m0, m1)), ANGULAR + 2 * V);
}

/** What three locks add to one component of a Jacobian times its impulses. */
@inline
function ofThree(a: usize, m0: v128, m1: v128, m2: v128): v128 {
  return add(ofTwo(a, m0, m1), mul(v128.load(a, 2 * LOCK_BYTES), m2));
}

/** Position and all three angles: the bodies are one. */
export function solveThreeLocks(c: usize, body0: usize, body1: usize): void {
  const sx0 = v128.load(body0, ANGULAR);
  const sy0 = v128.load(body0, ANGULAR + V);
  const sz0 = v128.load(body0, ANGULAR + 2 * V);
  const sx1 = v128.load(body1, ANGULAR);
  const sy1 = v128.load(body1, ANGULAR + V);
  const sz1 = v128.load(body1, ANGULAR + 2 * V);
  writeResidual(c, body0, body1, sx0, sy0, sz0, sx1, sy1, sz1);
  const rx = v128.load(c, LINEAR_RESIDUAL);
  const ry = v128.load(c, LINEAR_RESIDUAL + V);
  const rz = v128.load(c, LINEAR_RESIDUAL + 2 * V);
  const a = c + LINEAR_BYTES;
  const r0 = lockRow(a, rx, ry, rz, sx0, sy0, sz0, sx1, sy1, sz1);
  v128.store(a, r0, LOCK_IMPULSE);
  const r1 = lockRow(a + LOCK_BYTES, rx, ry, rz, sx0, sy0, sz0, sx1, sy1, sz1);
  v128.store(a, r1, LOCK_BYTES + LOCK_IMPULSE);
  const r2 = lockRow(a + 2 * LOCK_BYTES, rx, ry, rz, sx0, sy0, sz0, sx1, sy1, sz1);
  v128.store(a, r2, 2 * LOCK_BYTES + LOCK_IMPULSE);
  const inverse = a + 3 * LOCK_BYTES;
  const i01 = v128.load(inverse, V);
  const i02 = v128.load(inverse, 2 * V);
  const i12 = v128.load(inverse, 4 * V);
  const m0 = alongInverse(v128.load(inverse), i01, i02, r0, r1, r2);
  const m1 = alongInverse(i01, v128.load(inverse, 3 * V), i12, r0, r1, r2);
  const m2 = alongInverse(i02, i12, v128.load(inverse, 5 * V), r0, r1, r2);
  const xy = v128.load(c, LINEAR_INVERSE + V);
  const xz = v128.load(c, LINEAR_INVERSE + 2 * V);
  const yz = v128.load(c, LINEAR_INVERSE + 4 * V);
  const t = a + LOCK_T;
  const px = sub(alongInverse(v128.load(c, LINEAR_INVERSE), xy, xz, rx, ry, rz), ofThree(t, m0, m1, m2));
  const py = sub(alongInverse(xy, v128.load(c, LINEAR_INVERSE + 3 * V), yz, rx, ry, rz), ofThree(t + V, m0, m1, m2));
  const pz = sub(alongInverse(xz, yz, v128.load(c, LINEAR_INVERSE + 5 * V), rx, ry, rz), ofThree(t + 2 * V, m0, m1, m2));
  takeLinear(body0, body1, px, py, pz);
  const a0 = a + LOCK_A0;
  const a1 = a + LOCK_A1;
  v128.store(body0, sub(sub(sx0, along(c + LINEAR_A0, px, py, pz)), ofThree(a0, m0, m1, m2)), ANGULAR);
  v128.store(body0, sub(sub(sy0, along(c + LINEAR_A0 + V, px, py, pz)), ofThree(a0 + V, m0, m1, m2)), ANGULAR + V);
  v128.store(body0, sub(sub(sz0, along(c + LINEAR_A0 + 2 * V, px, py, pz)), ofThree(a0 + 2 * V, m0, m1, m2)), ANGULAR + 2 * V);
  v128.store(body1, add(add(sx1, along(c + LINEAR_A1, px, py, pz)), ofThree(a1, m0, m1, m2)), ANGULAR);
  v128.store(body1, add(add(sy1, along(c + LINEAR_A1 + V, px, py, pz)), ofThree(a1 + V, m0, m1, m2)), ANGULAR + V);
  v128.store(body1, add(add(sz1, along(c + LINEAR_A1 + 2 * V, px, py, pz)), ofThree(a1 + 2 * V, m0, m1, m2)), ANGULAR + 2 * V);
}

/** Takes what a limit's impulse grew by from a number of body 0 or 1: differences are taken away, never added. */
@inline
function take(at: usize, a: v128, less: v128): void {
  v128.store(at, sub(v128.load(at), mul(a, less)));
}

/** The velocity of a limit's row. */
@inline
function limitVelocity(c: usize, body0: usize, body1: usize): v128 {
  const linear = add(add(
    mul(v128.load(c, LIMIT_LINEAR), sub(v128.load(body0, LINEAR), v128.load(body1, LINEAR))),
    mul(v128.load(c, LIMIT_LINEAR + V), sub(v128.load(body0, LINEAR + V), v128.load(body1, LINEAR + V)))),
    mul(v128.load(c, LIMIT_LINEAR + 2 * V), sub(v128.load(body0, LINEAR + 2 * V), v128.load(body1, LINEAR + 2 * V))));
  return add(linear, angular(c + LIMIT_A0, c + LIMIT_A1,
    v128.load(body0, ANGULAR), v128.load(body0, ANGULAR + V), v128.load(body0, ANGULAR + 2 * V),
    v128.load(body1, ANGULAR), v128.load(body1, ANGULAR + V), v128.load(body1, ANGULAR + 2 * V)));
}

/** Gives a limit's row the impulse `next` where it had `old`. Where a row is all zeros, even the sign of a zero stays. */
@inline
function pushLimit(c: usize, body0: usize, body1: usize, old: v128, next: v128): void {
  v128.store(c, next, LIMIT_IMPULSE);
  const lx = v128.load(c, LIMIT_LINEAR);
  const ly = v128.load(c, LIMIT_LINEAR + V);
  const lz = v128.load(c, LIMIT_LINEAR + 2 * V);
  const less = sub(old, next);
  const more = sub(next, old);
  const less0 = mul(v128.load(body0, MASS), less);
  const more1 = mul(v128.load(body1, MASS), more);
  take(body0 + LINEAR, lx, less0);
  take(body0 + LINEAR + V, ly, less0);
  take(body0 + LINEAR + 2 * V, lz, less0);
  take(body1 + LINEAR, lx, more1);
  take(body1 + LINEAR + V, ly, more1);
  take(body1 + LINEAR + 2 * V, lz, more1);
  take(body0 + ANGULAR, v128.load(c, LIMIT_A0), less);
  take(body0 + ANGULAR + V, v128.load(c, LIMIT_A0 + V), less);
  take(body0 + ANGULAR + 2 * V, v128.load(c, LIMIT_A0 + 2 * V), less);
  take(body1 + ANGULAR, v128.load(c, LIMIT_A1), more);
  take(body1 + ANGULAR + V, v128.load(c, LIMIT_A1 + V), more);
  take(body1 + ANGULAR + 2 * V, v128.load(c, LIMIT_A1 + 2 * V), more);
}

/** Hard limits, one after the other: rows that only push. */
export function solveLimits(at: usize, count: u32, body0: usize, body1: usize): void {
  let c = at;
  for (let left = count; left; left--) {
    const velocity = limitVelocity(c, body0, body1);
    const old = v128.load(c, LIMIT_IMPULSE);
    const next = max(splat(0), sub(old, mul(add(velocity, v128.load(c, HARD_BIAS)), v128.load(c, HARD_INVERSE))));
    pushLimit(c, body0, body1, old, next);
    c += LIMIT_BYTES;
  }
}

/** Soft limits, one after the other: springs that only push. */
export function solveSoftLimits(at: usize, count: u32, body0: usize, body1: usize): void {
  let c = at;
  for (let left = count; left; left--) {
    const velocity = limitVelocity(c, body0, body1);
    const old = v128.load(c, LIMIT_IMPULSE);
    const next = max(splat(0), add(sub(mul(v128.load(c, SOFT_KEEP), old), mul(v128.load(c, SOFT_GAIN), velocity)),
      v128.load(c, SOFT_PUSH)));
    pushLimit(c, body0, body1, old, next);
    c += LIMIT_BYTES;
  }
}

/** The impulse of a drive's row after an iteration; `row` is the drive's place plus the row's number of v128. */
@inline
function driveImpulse(row: usize, old: v128, velocity: v128, least: v128, most: v128): v128 {
  const free = add(sub(mul(v128.load(row, DRIVE_KEEP), old), mul(v128.load(row, DRIVE_GAIN), velocity)),
    v128.load(row, DRIVE_PUSH));
  return min(most, max(least, free));
}

/** r_i - t_i.r of a lock. */
@inline
function lockRow(
  lock: usize, rx: v128, ry: v128, rz: v128,
  sx0: v128, sy0: v128, sz0: v128, sx1: v128, sy1: v128, sz1: v128,
): v128 {
  const own = add(angular(lock + LOCK_A0, lock + LOCK_A1, sx0, sy0, sz0, sx1, sy1, sz1), v128.load(lock, LOCK_BIAS));
  return sub(sub(sub(own, mul(v128.load(lock, LOCK_T), rx)), mul(v128.load(lock, LOCK_T + V), ry)),
    mul(v128.load(lock, LOCK_T + 2 * V), rz));
}

/** After the position iterations: errors are mended, so biases go; a hard limit not reached yet keeps its room. */
export function concludeJoint(at: usize): void {
  const kind = load<u32>(at, KIND);
  const zero = splat(0);
  let c = at + HEAD_BYTES;
  if (kind & DRIVEN) c += DRIVE_BYTES;
  v128.store(c, zero, LINEAR_BIAS);
  v128.store(c, zero, LINEAR_BIAS + V);
  v128.store(c, zero, LINEAR_BIAS + 2 * V);
  c += LINEAR_BYTES;
  for (let left = kind >> 1; left; left--) {
    v128.store(c, zero, LOCK_BIAS);
    c += LOCK_BYTES;
  }
  c = at + limitsOffset(kind);
  for (let limit = load<u16>(at, LIMIT_COUNT); limit; limit--) {
    v128.store(c, v128.load(c, HARD_LATER_BIAS), HARD_BIAS);
    c += LIMIT_BYTES;
  }
}
