// The row of a limit, of whatever direction: it only pushes back. Hard ones are freed of the equality rows as in PhysX 4.1's
// DyConstraintSetup; soft ones are springs and are not.
import { V, roomFreed, rows, timeStep } from './layout';
import {
  HARD_BIAS,
  HARD_INVERSE,
  HARD_LATER_BIAS,
  LIMIT_A0,
  LIMIT_A1,
  LIMIT_BYTES,
  LIMIT_IMPULSE,
  LIMIT_LINEAR,
  LINEAR_A0,
  LINEAR_A1,
  LINEAR_INVERSE,
  LOCK_A0,
  LOCK_A1,
  LOCK_BYTES,
  LOCK_T,
  SOFT_GAIN,
  SOFT_KEEP,
  SOFT_PUSH,
} from './joint-layout';
import { AXES, ERRORS, product, withPosition, writeAngular, writeShare } from './joint-rows';
import { add, div, dot, mul, neg, reciprocalOrZero, splat, sub } from './math';

/** What the rows of one joint's limits have in common. */
let equalityRows: usize = 0;
let lockRows: usize = 0;
let lockCount: usize = 0;
let masses: v128 = i32x4(0, 0, 0, 0);
/** Address of the spring of the limits that rows are made of; 0: they are hard. */
let spring: usize = 0;

/** From here on rows are of a joint's hard limits. `inverseMasses` is the sum of both bodies'. */
export function startLimits(linear: usize, locks: usize, count: usize, inverseMasses: v128): void {
  equalityRows = linear;
  lockRows = locks;
  lockCount = count;
  masses = inverseMasses;
  spring = 0;
}

/** From here on they are of soft ones. */
export function startSoftLimits(springs: usize): void {
  spring = springs;
}

/** The row of an angle: an axis in body 0's axes, and how far away the limit is (negative where it is passed). */
export function pushTurn(active: v128, x: v128, y: v128, z: v128, error: v128, at: usize): usize {
  writeAngular(at + LIMIT_A0, at + LIMIT_A1, x, y, z);
  // It has no linear part: what adds nothing, not even a sign, is -0.
  const none = f32x4.splat(-0.0);
  for (let part: usize = 0; part < 3 * V; part += V) v128.store(at + part, none, LIMIT_LINEAR);
  return pushRow(active, error, at);
}

/** Makes what stands at `at` of a direction a row; in lanes that are not active it is all zeros. Returns where it ends. */
export function pushRow(active: v128, error: v128, at: usize): usize {
  if (spring) soften(active, error, at);
  else harden(active, error, at);
  v128.store(at, splat(0), LIMIT_IMPULSE);
  return at + LIMIT_BYTES;
}

/** Response to the row at `at`. */
@inline
function responseOf(at: usize): v128 {
  const a0 = at + LIMIT_A0;
  const a1 = at + LIMIT_A1;
  const l = at + LIMIT_LINEAR;
  return add(mul(masses, product(l, l)), add(product(a0, a0), product(a1, a1)));
}

/** A spring that only pushes (PhysX: Px1DConstraintFlag::eSPRING with no impulse below 0): the law is a drive's, see drives.ts. */
function soften(active: v128, error: v128, at: usize): void {
  for (let part: usize = 0; part < 9 * V; part += V) v128.store(at + part, v128.and(v128.load(at + part), active));
  const dt = splat(timeStep);
  const one = splat(1);
  const push = mul(dt, v128.load32_splat(spring));
  const alpha = add(mul(dt, push), mul(dt, v128.load32_splat(spring, 4)));
  const kept = div(one, add(one, mul(alpha, responseOf(at))));
  v128.store(at, v128.and(mul(kept, alpha), active), SOFT_GAIN);
  v128.store(at, v128.and(sub(one, kept), active), SOFT_KEEP);
  v128.store(at, v128.and(neg(mul(kept, mul(push, error))), active), SOFT_PUSH);
}

/** A limit that gives way to nothing. */
function harden(active: v128, error: v128, at: usize): void {
  const s = rows;
  const a0 = at + LIMIT_A0;
  const a1 = at + LIMIT_A1;
  // Products with the equality rows, through the inverse of their block: linear part T, locks mu.
  const nx = v128.load(at, LIMIT_LINEAR);
  const ny = v128.load(at, LIMIT_LINEAR + V);
  const nz = v128.load(at, LIMIT_LINEAR + 2 * V);
  const cx = add(mul(masses, nx), withPosition(a0, a1, equalityRows, 0));
  const cy = add(mul(masses, ny), withPosition(a0, a1, equalityRows, 1));
  const cz = add(mul(masses, nz), withPosition(a0, a1, equalityRows, 2));
  writeShare(at + LIMIT_LINEAR, equalityRows + LINEAR_INVERSE, cx, cy, cz);
  let lx = v128.load(at, LIMIT_LINEAR);
  let ly = v128.load(at, LIMIT_LINEAR + V);
  let lz = v128.load(at, LIMIT_LINEAR + 2 * V);
  let left = error;
  writeLockShares(a0, a1, cx, cy, cz);
  for (let i: usize = 0; i < lockCount; i++) {
    const mu = v128.load(s + i * V, AXES);
    const t = lockRows + i * LOCK_BYTES + LOCK_T;
    lx = sub(lx, mul(v128.load(t), mu));
    ly = sub(ly, mul(v128.load(t, V), mu));
    lz = sub(lz, mul(v128.load(t, 2 * V), mu));
    left = sub(left, mul(mu, v128.load(s + i * V, ERRORS + 3 * V)));
  }
  left = sub(left, dot(lx, ly, lz, v128.load(s, ERRORS), v128.load(s, ERRORS + V), v128.load(s, ERRORS + 2 * V)));
  for (let part: usize = 0; part < 3 * V; part += V) {
    const e0 = equalityRows + part;
    let p0 = sub(v128.load(a0 + part), dot(lx, ly, lz, v128.load(e0, LINEAR_A0), v128.load(e0, LINEAR_A0 + 3 * V),
      v128.load(e0, LINEAR_A0 + 6 * V)));
    let p1 = sub(v128.load(a1 + part), dot(lx, ly, lz, v128.load(e0, LINEAR_A1), v128.load(e0, LINEAR_A1 + 3 * V),
      v128.load(e0, LINEAR_A1 + 6 * V)));
    for (let i: usize = 0; i < lockCount; i++) {
      const mu = v128.load(s + i * V, AXES);
      const lock = lockRows + i * LOCK_BYTES + part;
      p0 = sub(p0, mul(mu, v128.load(lock, LOCK_A0)));
      p1 = sub(p1, mul(mu, v128.load(lock, LOCK_A1)));
    }
    v128.store(a0 + part, v128.and(p0, active));
    v128.store(a1 + part, v128.and(p1, active));
  }
  v128.store(at, v128.and(sub(nx, lx), active), LIMIT_LINEAR);
  v128.store(at, v128.and(sub(ny, ly), active), LIMIT_LINEAR + V);
  v128.store(at, v128.and(sub(nz, lz), active), LIMIT_LINEAR + 2 * V);
  v128.store(at, v128.and(reciprocalOrZero(responseOf(at)), active), HARD_INVERSE);
  const perSecond = splat(1 / timeStep);
  v128.store(at, v128.and(mul(left, perSecond), active), HARD_BIAS);
  // A limit that is not reached yet keeps its room in velocity iterations: in PhysX 4.1 that from before it was freed of the
  // equality rows, in 5 that from after.
  const room = v128.and(f32x4.gt(error, splat(0)), active);
  v128.store(at, v128.and(mul(roomFreed ? left : error, perSecond), room), HARD_LATER_BIAS);
}

/** What a row shares with each of the locks, through the inverse of their block, to where the axes were. */
@inline
function writeLockShares(a0: usize, a1: usize, cx: v128, cy: v128, cz: v128): void {
  const s = rows;
  const inverse = lockRows + lockCount * LOCK_BYTES;
  if (lockCount == 0) return;
  const r0 = shared(0, a0, a1, cx, cy, cz);
  if (lockCount == 1) {
    v128.store(s, mul(v128.load(inverse), r0), AXES);
    return;
  }
  const r1 = shared(1, a0, a1, cx, cy, cz);
  const i01 = v128.load(inverse, V);
  if (lockCount == 2) {
    v128.store(s, add(mul(v128.load(inverse), r0), mul(i01, r1)), AXES);
    v128.store(s, add(mul(i01, r0), mul(v128.load(inverse, 2 * V), r1)), AXES + V);
    return;
  }
  const r2 = shared(2, a0, a1, cx, cy, cz);
  const i02 = v128.load(inverse, 2 * V);
  const i12 = v128.load(inverse, 4 * V);
  v128.store(s, dot(v128.load(inverse), i01, i02, r0, r1, r2), AXES);
  v128.store(s, dot(i01, v128.load(inverse, 3 * V), i12, r0, r1, r2), AXES + V);
  v128.store(s, dot(i02, i12, v128.load(inverse, 5 * V), r0, r1, r2), AXES + 2 * V);
}

/** What a row shares with a lock beyond what the position's rows take: a.b - t_b.c_a. */
@inline
function shared(which: usize, a0: usize, a1: usize, cx: v128, cy: v128, cz: v128): v128 {
  const lock = lockRows + which * LOCK_BYTES;
  return sub(add(product(a0, lock + LOCK_A0), product(a1, lock + LOCK_A1)),
    dot(cx, cy, cz, v128.load(lock, LOCK_T), v128.load(lock, LOCK_T + V), v128.load(lock, LOCK_T + 2 * V)));
}
