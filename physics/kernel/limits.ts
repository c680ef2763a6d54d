// Limits of a joint's angles: rows that only push back. PhysX 4.1: anglePair, the pyramid, the single swing and the cone
// (ConeLimitHelperTanLess) of its D6 joint; hard ones are freed of the equality rows as in DyConstraintSetup, soft ones are
// springs and are not.
//
// A row is there if any of the four walkers is near the limit; in the lanes of the others it is all zeros and does nothing,
// to the last bit.
import {
  JOINT_LIMITS,
  JOINT_LINEAR_LIMIT_SPRING,
  JOINT_PADS,
  JOINT_RANGES,
  JOINT_SOFT_LIMITS,
  JOINT_SWING_LIMIT_SPRING,
  JOINT_TWIST_LIMIT_SPRING,
  LIMIT_BESIDE_FREE_1,
  LIMIT_BESIDE_FREE_2,
  LIMIT_CONE,
  LIMIT_DISTANCE,
  LIMIT_PYRAMID_1,
  LIMIT_PYRAMID_2,
  LIMIT_SWING_1,
  LIMIT_SWING_2,
  LIMIT_TWIST,
  V,
  rows,
} from './layout';
import { AXES, FRAME_0, FRAME_1, TURN, multiply, writeAxis, writeFrameAxis } from './joint-rows';
import { pushTurn, startLimits, startSoftLimits } from './limit-rows';
import { pushDistance } from './linear-axes';
import { abs, acos, add, asin, atan, div, dot, max, minor, mul, neg, reciprocalOrZero, select, splat, sqrt, sub, tanSmall } from './math';

/** Prepares the hard limits of a joint at `at`; returns where they end. `inverseMasses` is the sum of both bodies'. */
export function prepareLimits(
  table: usize, linear: usize, locks: usize, count: usize, at: usize, inverseMasses: v128,
): usize {
  startLimits(linear, locks, count, inverseMasses);
  const limits = load<i32>(table, JOINT_LIMITS);
  return limits ? pushLimits(table, limits, at) : at;
}

/** Prepares the soft limits of a joint at `at`, behind its hard ones; returns where they end. */
export function prepareSoftLimits(table: usize, at: usize): usize {
  const limits = load<i32>(table, JOINT_SOFT_LIMITS);
  if (!limits) return at;
  startSoftLimits(table + JOINT_SWING_LIMIT_SPRING);
  const swings = pushLimits(table, limits & ~(LIMIT_TWIST | LIMIT_DISTANCE), at);
  startSoftLimits(table + JOINT_TWIST_LIMIT_SPRING);
  const twist = pushLimits(table, limits & LIMIT_TWIST, swings);
  startSoftLimits(table + JOINT_LINEAR_LIMIT_SPRING);
  return pushLimits(table, limits & LIMIT_DISTANCE, twist);
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
  if (limits & LIMIT_BESIDE_FREE_1) cursor = pushBesideFree(table, 1, cursor);
  if (limits & LIMIT_BESIDE_FREE_2) cursor = pushBesideFree(table, 2, cursor);
  if (limits & LIMIT_CONE) cursor = pushCone(table, sy, sz, sw, cursor);
  if (limits & LIMIT_TWIST) {
    writeFrameAxis(FRAME_1, 0);
    // PhysX takes the arc cosine (computePhi), whose angle near 0 goes in steps of 7e-4 rad; a straight knee feels them.
    const unit = div(tw, sqrt(add(mul(tx, tx), mul(tw, tw))));
    const magnitude = mul(splat(2), acos(unit));
    cursor = pushRange(table, 0, select(f32x4.lt(tx, zero), neg(magnitude), magnitude), cursor);
  }
  if (limits & LIMIT_DISTANCE) cursor = pushDistance(table, cursor);
  return cursor;
}

/**
 * A swing that is limited where the other is free: how far the x axis of frame 1 leans out of a plane of frame 0, that across
 * z for swing 1 and that across y for swing 2. It may lean as far both ways, so the sign does not matter.
 */
function pushBesideFree(table: usize, swing: usize, at: usize): usize {
  const s = rows;
  writeFrameAxis(FRAME_1, 0);
  const bx = v128.load(s, AXES);
  const by = v128.load(s, AXES + V);
  const bz = v128.load(s, AXES + 2 * V);
  writeFrameAxis(FRAME_0, swing == 1 ? 2 : 1);
  const ax = v128.load(s, AXES);
  const ay = v128.load(s, AXES + V);
  const az = v128.load(s, AXES + 2 * V);
  const x = minor(ay, az, by, bz);
  const y = minor(az, ax, bz, bx);
  const z = minor(ax, ay, bx, by);
  const perLength = reciprocalOrZero(sqrt(dot(x, y, z, x, y, z)));
  v128.store(s, mul(x, perLength), AXES);
  v128.store(s, mul(y, perLength), AXES + V);
  v128.store(s, mul(z, perLength), AXES + 2 * V);
  return pushRange(table, swing, asin(neg(dot(ax, ay, az, bx, by, bz))), at);
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
  if (v128.any_true(nearLow)) cursor = pushTurn(nearLow, neg(x), neg(y), neg(z), sub(angle, low), cursor);
  const nearHigh = f32x4.gt(angle, sub(high, pad));
  if (v128.any_true(nearHigh)) cursor = pushTurn(nearHigh, x, y, z, sub(high, angle), cursor);
  return cursor;
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
  return pushTurn(active, bx, by, bz, error, at);
}
