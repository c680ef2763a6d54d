// Limits of a joint's angles: rows that only push back. PhysX 4.1: anglePair, the pyramid, the single swing and the cone
// (ConeLimitHelperTanLess) of its D6 joint; hard ones are freed of the equality rows as in DyConstraintSetup, soft ones are
// springs and are not.
//
// A row is there if any of the four walkers is near the limit; in the lanes of the others it is all zeros and does nothing,
// to the last bit.
import {
  JOINT_LIMITS,
  JOINT_PADS,
  JOINT_RANGES,
  JOINT_SOFT_LIMITS,
  JOINT_SWING_LIMIT_SPRING,
  JOINT_TWIST_LIMIT_SPRING,
  LIMIT_CONE,
  LIMIT_PYRAMID_1,
  LIMIT_PYRAMID_2,
  LIMIT_SWING_1,
  LIMIT_SWING_2,
  LIMIT_TWIST,
  V,
  roomFreed,
  rows,
  timeStep,
} from './layout';
import {
  LIMIT_A0,
  LIMIT_A1,
  LIMIT_BIAS,
  LIMIT_BYTES,
  LIMIT_IMPULSE,
  LIMIT_INVERSE,
  LIMIT_LATER_BIAS,
  LIMIT_LINEAR,
  LINEAR_A0,
  LINEAR_A1,
  LOCK_A0,
  LOCK_A1,
  LOCK_BYTES,
  LOCK_T,
  SOFT_A0,
  SOFT_A1,
  SOFT_BYTES,
  SOFT_GAIN,
  SOFT_IMPULSE,
  SOFT_KEEP,
  SOFT_PUSH,
} from './joint-layout';
import { AXES, ERRORS, FRAME_0, FRAME_1, TURN, multiply, product, writeAngular, writeAxis, writeFrameAxis, writeShare } from './joint-rows';
import { abs, acos, add, atan, div, dot, max, minor, mul, neg, reciprocalOrZero, select, splat, sqrt, sub, tanSmall } from './math';

/** What the rows of one joint's limits have in common. */
let equalityRows: usize = 0;
let lockRows: usize = 0;
let lockCount: usize = 0;
let masses: v128 = i32x4(0, 0, 0, 0);
/** Address of the spring of the limits that rows are made of; 0: they are hard. */
let spring: usize = 0;

/** Prepares the hard limits of a joint at `at`; returns where they end. `inverseMasses` is the sum of both bodies'. */
export function prepareLimits(
  table: usize, linear: usize, locks: usize, count: usize, at: usize, inverseMasses: v128,
): usize {
  const limits = load<i32>(table, JOINT_LIMITS);
  if (!limits) return at;
  equalityRows = linear;
  lockRows = locks;
  lockCount = count;
  masses = inverseMasses;
  spring = 0;
  return pushLimits(table, limits, at);
}

/** Prepares the soft limits of a joint at `at`; returns where they end. */
export function prepareSoftLimits(table: usize, at: usize): usize {
  const limits = load<i32>(table, JOINT_SOFT_LIMITS);
  if (!limits) return at;
  spring = table + JOINT_SWING_LIMIT_SPRING;
  const twist = pushLimits(table, limits & ~LIMIT_TWIST, at);
  spring = table + JOINT_TWIST_LIMIT_SPRING;
  return pushLimits(table, limits & LIMIT_TWIST, twist);
}

/** Rows of some limits of a joint. */
function pushLimits(table: usize, limits: i32, at: usize): usize {
  const s = rows;
  const zero = splat(0);
  const one = splat(1);
  const four = splat(4);

  // turn = swing x twist, with the twist about x.
  const cx = v128.load(s, TURN);
  const cy = v128.load(s, TURN + V);
  const cz = v128.load(s, TURN + 2 * V);
  const cw = v128.load(s, TURN + 3 * V);
  const length = sqrt(add(mul(cx, cx), mul(cw, cw)));
  const untwisted = f32x4.eq(cx, zero);
  const tx = v128.andnot(div(cx, length), untwisted);
  const tw = select(untwisted, one, div(cw, length));
  const sy = sub(mul(cy, tw), mul(cz, tx));
  const sz = add(mul(cz, tw), mul(cy, tx));
  const sw = add(mul(cw, tw), mul(cx, tx));

  let cursor = at;
  if (limits & (LIMIT_SWING_1 | LIMIT_PYRAMID_1)) {
    const angle = mul(four, atan(div(sy, add(one, sw))));
    if (limits & LIMIT_PYRAMID_1) writeSwungAxis(1, sy, sz, sw);
    else writeFrameAxis(FRAME_0, 1);
    cursor = pushRange(table, 1, angle, cursor);
  }
  if (limits & (LIMIT_SWING_2 | LIMIT_PYRAMID_2)) {
    const angle = mul(four, atan(div(sz, add(one, sw))));
    if (limits & LIMIT_PYRAMID_2) writeSwungAxis(2, sy, sz, sw);
    else writeFrameAxis(FRAME_0, 2);
    cursor = pushRange(table, 2, angle, cursor);
  }
  if (limits & LIMIT_CONE) cursor = pushCone(table, sy, sz, sw, cursor);
  if (limits & LIMIT_TWIST) {
    writeFrameAxis(FRAME_1, 0);
    // PhysX takes the arc cosine (computePhi), whose angle near 0 goes in steps of 7e-4 rad; a straight knee feels them.
    const unit = div(tw, sqrt(add(mul(tx, tx), mul(tw, tw))));
    const magnitude = mul(splat(2), acos(unit));
    cursor = pushRange(table, 0, select(f32x4.lt(tx, zero), neg(magnitude), magnitude), cursor);
  }
  return cursor;
}

/** Writes axis y or z of frame 0 after the swing. */
@inline
function writeSwungAxis(axis: i32, sy: v128, sz: v128, sw: v128): void {
  const s = rows;
  multiply(s + AXES, v128.load(s, FRAME_0), v128.load(s, FRAME_0 + V), v128.load(s, FRAME_0 + 2 * V),
    v128.load(s, FRAME_0 + 3 * V), splat(0), sy, sz, sw);
  writeAxis(axis, v128.load(s, AXES), v128.load(s, AXES + V), v128.load(s, AXES + 2 * V), v128.load(s, AXES + 3 * V));
}

/** The two ends of a range of an angle about the axis at AXES, each with a row where some walker is within the pad of it. */
@inline
function pushRange(table: usize, which: usize, angle: v128, at: usize): usize {
  const low = v128.load32_splat(table + which * 8, JOINT_RANGES);
  const high = v128.load32_splat(table + which * 8, JOINT_RANGES + 4);
  const pad = v128.load32_splat(table + which * 4, JOINT_PADS);
  const s = rows;
  const x = v128.load(s, AXES);
  const y = v128.load(s, AXES + V);
  const z = v128.load(s, AXES + 2 * V);
  let cursor = at;
  const nearLow = f32x4.lt(angle, add(low, pad));
  if (v128.any_true(nearLow)) cursor = pushRow(nearLow, neg(x), neg(y), neg(z), sub(angle, low), cursor);
  const nearHigh = f32x4.gt(angle, sub(high, pad));
  if (v128.any_true(nearHigh)) cursor = pushRow(nearHigh, x, y, z, sub(high, angle), cursor);
  return cursor;
}

/** One row: an angular axis in body 0's axes, and how far away the limit is (negative where it is passed). */
function pushRow(active: v128, x: v128, y: v128, z: v128, error: v128, at: usize): usize {
  return spring ? pushSoftRow(active, x, y, z, error, at) : pushHardRow(active, x, y, z, error, at);
}

/** A spring that only pushes (PhysX: Px1DConstraintFlag::eSPRING with no impulse below 0): the law is a drive's, see drives.ts. */
function pushSoftRow(active: v128, x: v128, y: v128, z: v128, error: v128, at: usize): usize {
  const a0 = at + SOFT_A0;
  const a1 = at + SOFT_A1;
  writeAngular(a0, a1, x, y, z);
  for (let part: usize = 0; part < 3 * V; part += V) {
    v128.store(a0 + part, v128.and(v128.load(a0 + part), active));
    v128.store(a1 + part, v128.and(v128.load(a1 + part), active));
  }
  const dt = splat(timeStep);
  const one = splat(1);
  const push = mul(dt, v128.load32_splat(spring));
  const alpha = add(mul(dt, push), mul(dt, v128.load32_splat(spring, 4)));
  const kept = div(one, add(one, mul(alpha, add(product(a0, a0), product(a1, a1)))));
  v128.store(at, v128.and(mul(kept, alpha), active), SOFT_GAIN);
  v128.store(at, v128.and(sub(one, kept), active), SOFT_KEEP);
  v128.store(at, v128.and(neg(mul(kept, mul(push, error))), active), SOFT_PUSH);
  v128.store(at, splat(0), SOFT_IMPULSE);
  return at + SOFT_BYTES;
}

/** A limit that gives way to nothing. */
function pushHardRow(active: v128, x: v128, y: v128, z: v128, error: v128, at: usize): usize {
  const s = rows;
  const a0 = at + LIMIT_A0;
  const a1 = at + LIMIT_A1;
  writeAngular(a0, a1, x, y, z);
  // Products with the equality rows, through the inverse of their block: linear part T, locks mu.
  writeShare(at + LIMIT_LINEAR, equalityRows, a0, a1);
  let lx = v128.load(at, LIMIT_LINEAR);
  let ly = v128.load(at, LIMIT_LINEAR + V);
  let lz = v128.load(at, LIMIT_LINEAR + 2 * V);
  let left = error;
  let m0 = splat(0);
  let m1 = splat(0);
  let m2 = splat(0);
  if (lockCount) {
    const inverse = lockRows + lockCount * LOCK_BYTES;
    const r0 = shared(0, a0, a1);
    if (lockCount == 1) {
      m0 = mul(v128.load(inverse), r0);
    } else if (lockCount == 2) {
      const r1 = shared(1, a0, a1);
      const i01 = v128.load(inverse, V);
      m0 = add(mul(v128.load(inverse), r0), mul(i01, r1));
      m1 = add(mul(i01, r0), mul(v128.load(inverse, 2 * V), r1));
    }
    let t = lockRows + LOCK_T;
    lx = sub(lx, mul(v128.load(t), m0));
    ly = sub(ly, mul(v128.load(t, V), m0));
    lz = sub(lz, mul(v128.load(t, 2 * V), m0));
    left = sub(left, mul(m0, v128.load(s, ERRORS + 3 * V)));
    if (lockCount == 2) {
      t += LOCK_BYTES;
      lx = sub(lx, mul(v128.load(t), m1));
      ly = sub(ly, mul(v128.load(t, V), m1));
      lz = sub(lz, mul(v128.load(t, 2 * V), m1));
      left = sub(left, mul(m1, v128.load(s, ERRORS + 4 * V)));
    }
  }
  left = sub(left, dot(lx, ly, lz, v128.load(s, ERRORS), v128.load(s, ERRORS + V), v128.load(s, ERRORS + 2 * V)));
  for (let part: usize = 0; part < 3 * V; part += V) {
    const e0 = equalityRows + part;
    let p0 = sub(v128.load(a0 + part), dot(lx, ly, lz, v128.load(e0, LINEAR_A0), v128.load(e0, LINEAR_A0 + 3 * V),
      v128.load(e0, LINEAR_A0 + 6 * V)));
    let p1 = sub(v128.load(a1 + part), dot(lx, ly, lz, v128.load(e0, LINEAR_A1), v128.load(e0, LINEAR_A1 + 3 * V),
      v128.load(e0, LINEAR_A1 + 6 * V)));
    if (lockCount) {
      const lock = lockRows + part;
      p0 = sub(p0, mul(m0, v128.load(lock, LOCK_A0)));
      p1 = sub(p1, mul(m0, v128.load(lock, LOCK_A1)));
      if (lockCount == 2) {
        p0 = sub(p0, mul(m1, v128.load(lock, LOCK_BYTES + LOCK_A0)));
        p1 = sub(p1, mul(m1, v128.load(lock, LOCK_BYTES + LOCK_A1)));
      }
    }
    v128.store(a0 + part, v128.and(p0, active));
    v128.store(a1 + part, v128.and(p1, active));
  }
  lx = v128.and(neg(lx), active);
  ly = v128.and(neg(ly), active);
  lz = v128.and(neg(lz), active);
  v128.store(at, lx, LIMIT_LINEAR);
  v128.store(at, ly, LIMIT_LINEAR + V);
  v128.store(at, lz, LIMIT_LINEAR + 2 * V);
  const response = add(mul(masses, dot(lx, ly, lz, lx, ly, lz)), add(product(a0, a0), product(a1, a1)));
  v128.store(at, v128.and(reciprocalOrZero(response), active), LIMIT_INVERSE);
  const perSecond = splat(1 / timeStep);
  v128.store(at, v128.and(mul(left, perSecond), active), LIMIT_BIAS);
  // A limit that is not reached yet keeps its room in velocity iterations: in PhysX 4.1 that from before it was freed of the
  // equality rows, in 5 that from after.
  const room = v128.and(f32x4.gt(error, splat(0)), active);
  v128.store(at, v128.and(mul(roomFreed ? left : error, perSecond), room), LIMIT_LATER_BIAS);
  v128.store(at, splat(0), LIMIT_IMPULSE);
  return at + LIMIT_BYTES;
}

/** What an angular row shares with a lock beyond what the position's rows take: a.b - t_b.c_a. */
@inline
function shared(which: usize, a0: usize, a1: usize): v128 {
  const lock = lockRows + which * LOCK_BYTES;
  const e = equalityRows;
  const cx = add(product(a0, e + LINEAR_A0), product(a1, e + LINEAR_A1));
  const cy = add(product(a0, e + LINEAR_A0 + 3 * V), product(a1, e + LINEAR_A1 + 3 * V));
  const cz = add(product(a0, e + LINEAR_A0 + 6 * V), product(a1, e + LINEAR_A1 + 6 * V));
  return sub(add(product(a0, lock + LOCK_A0), product(a1, lock + LOCK_A1)),
    dot(cx, cy, cz, v128.load(lock, LOCK_T), v128.load(lock, LOCK_T + V), v128.load(lock, LOCK_T + 2 * V)));
}

/** Both swings within an ellipse of angles: the nearest point of it, the cone's line there, and the axis across both. */
function pushCone(table: usize, sy: v128, sz: v128, sw: v128, at: usize): usize {
  const one = splat(1);
  const two = splat(2);
  const four = splat(4);
  const zero = splat(0);
  const ry = v128.load32_splat(table, JOINT_RANGES + 12);
  const rz = v128.load32_splat(table, JOINT_RANGES + 20);
  const pad = v128.load32_splat(table, JOINT_PADS + 4);
  const y = mul(four, atan(div(sy, add(one, sw))));
  const z = mul(four, atan(div(sz, add(one, sw))));
  const py = div(add(abs(y), pad), ry);
  const pz = div(add(abs(z), pad), rz);
  const active = f32x4.gt(add(mul(py, py), mul(pz, pz)), one);
  if (!v128.any_true(active)) return at;

  // The nearest point of the ellipse, (ey y / (t + ey), ez z / (t + ez)) with squared radii e: Newton for t, from where the
  // function is not negative. PhysX stops at 1e-4; lanes that have done so stay as they are.
  const ey = mul(ry, ry);
  const ez = mul(rz, rz);
  const qy = mul(ry, abs(y));
  const qz = mul(rz, abs(z));
  let t = max(sub(qy, ey), sub(qz, ez));
  for (let turn = 0; turn < 20; turn++) {
    const dy = div(one, add(t, ey));
    const dz = div(one, add(t, ez));
    const fy = mul(mul(qy, dy), mul(qy, dy));
    const fz = mul(mul(qz, dz), mul(qz, dz));
    const f = sub(add(fy, fz), one);
    const going = v128.and(v128.not(f32x4.lt(f, splat(1e-4))), active);
    if (!v128.any_true(going)) break;
    const slope = mul(splat(-2), add(mul(fy, dy), mul(fz, dz)));
    t = select(going, sub(t, div(f, slope)), t);
  }
  let cy = div(mul(ey, y), add(t, ey));
  let cz = div(mul(ez, z), add(t, ez));
  // On the longer axis the nearest point is its end.
  const tiny = splat(1e-6);
  const flat = v128.and(f32x4.ge(ry, rz), f32x4.lt(abs(z), tiny));
  const upright = v128.and(f32x4.lt(ry, rz), f32x4.lt(abs(y), tiny));
  cy = v128.andnot(select(flat, select(f32x4.gt(y, zero), ry, neg(ry)), cy), upright);
  cz = v128.andnot(select(upright, select(f32x4.gt(z, zero), rz, neg(rz)), cz), flat);

  // Tangents of quarter angles r = (0, ry, rz), and the ellipse's normal d there.
  const quarter = splat(0.25);
  const vy = tanSmall(mul(cy, quarter));
  const vz = tanSmall(mul(cz, quarter));
  const ny = div(cy, ey);
  const nz = div(cz, ez);
  const r2 = add(mul(vy, vy), mul(vz, vz));
  const a = sub(one, r2);
  const b = div(one, add(one, r2));
  const b2 = mul(b, b);
  const v1 = mul(mul(two, a), b2);
  const lineX = sub(mul(v1, a), one);
  const lineY = mul(v1, mul(two, vz));
  const lineZ = mul(v1, mul(splat(-2), vy));
  const rd = add(mul(vy, ny), mul(vz, nz));
  const dv1 = mul(mul(splat(-4), rd), mul(sub(splat(3), r2), mul(b2, b)));
  const normalX = add(mul(v1, mul(splat(-2), rd)), mul(dv1, a));
  const normalY = add(mul(v1, mul(two, nz)), mul(dv1, mul(two, vz)));
  const normalZ = add(mul(v1, mul(splat(-2), ny)), mul(dv1, mul(splat(-2), vy)));
  const scale = div(one, sqrt(dot(normalX, normalY, normalZ, normalX, normalY, normalZ)));
  const ax = mul(minor(lineY, lineZ, normalY, normalZ), scale);
  const ay = mul(minor(lineZ, lineX, normalZ, normalX), scale);
  const az = mul(minor(lineX, lineY, normalX, normalY), scale);
  // The twist axis: x after the swing (0, sy, sz, sw).
  const twistX = sub(one, mul(two, add(mul(sy, sy), mul(sz, sz))));
  const twistY = mul(two, mul(sw, sz));
  const twistZ = mul(splat(-2), mul(sw, sy));
  const error = dot(minor(lineY, lineZ, ay, az), minor(lineZ, lineX, az, ax), minor(lineX, lineY, ax, ay), twistX, twistY,
    twistZ);

  // From frame 0 into body 0's axes.
  const s = rows;
  const x0 = v128.load(s, FRAME_0);
  const y0 = v128.load(s, FRAME_0 + V);
  const z0 = v128.load(s, FRAME_0 + 2 * V);
  const w0 = v128.load(s, FRAME_0 + 3 * V);
  const ux = mul(two, minor(y0, z0, ay, az));
  const uy = mul(two, minor(z0, x0, az, ax));
  const uz = mul(two, minor(x0, y0, ax, ay));
  const bx = add(add(ax, mul(w0, ux)), minor(y0, z0, uy, uz));
  const by = add(add(ay, mul(w0, uy)), minor(z0, x0, uz, ux));
  const bz = add(add(az, mul(w0, uz)), minor(x0, y0, ux, uy));
  return pushRow(active, bx, by, bz, error, at);
}
