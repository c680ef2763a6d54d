// Where shapes and bodies are, and which pairs of shapes are near: of four walkers at once.
//
// Around every shape lies a box along the world's axes. It is as large as the shape and reaches out as far as contacts are
// made: the shape's contact offset and, with speculative contacts, as far as it may come in one step by its speed and its
// spin. A pair is near while boxes overlap, and as long a manifold lives. What each lane needs on its own, poses and frames,
// is turned from four lanes to a vector into one lane after the other.

import {
  bodyAt,
  bodyCount,
  POSITION,
  ROTATION,
  SHAPE_BYTES,
  PAIR_BYTES,
  pairCount,
  pairs,
  shapeCount,
  shapes,
  speculative,
  SPIN,
  timeStep,
  V,
  VELOCITY,
} from '../layout';

// ---- a shape of four walkers: the box around it, v128 each, then lane by lane where it is ----
const LOW: usize = 0 * V;
const HIGH: usize = 3 * V;
/** Where the first lane begins. */
export const LANES: usize = 6 * V;
/** How far from the shape contacts are made, metres; its pose comes before. */
export const SHAPE_REACH: usize = 28;
/** Its frame; of a capsule the first column alone, of a ball none. */
export const SHAPE_FRAME: usize = 32;
/** Bytes of a shape in one lane, and of all of it. */
export const PLACED_LANE: usize = 96;
export const PLACED: usize = LANES + 4 * PLACED_LANE;

/** Bytes of a body's frame in one lane, and in all four. */
export const BODY_FRAME: usize = 64;
export const BODY_FRAMES: usize = 4 * BODY_FRAME;

// ---- words of the table of shapes ----
export const BALL: i32 = 0;
export const CAPSULE: i32 = 1;
export const BOX: i32 = 2;
export const PLANE: i32 = 3;
/** Larger than any world. */
const everywhere: f32 = 1e30;

// @ts-ignore: decorator
@inline function word(shape: usize, index: usize): v128 {
  return v128.load_splat<f32>(shape + (index << 2));
}
// @ts-ignore: decorator
@inline function times(a: v128, b: v128): v128 {
  return f32x4.mul(a, b);
}
// @ts-ignore: decorator
@inline function plus(a: v128, b: v128): v128 {
  return f32x4.add(a, b);
}
// @ts-ignore: decorator
@inline function minus(a: v128, b: v128): v128 {
  return f32x4.sub(a, b);
}
/** Stores four numbers of each of four lanes: those of a lane side by side, lanes `stride` apart. */
// @ts-ignore: decorator
@inline function spread(out: usize, stride: usize, a: v128, b: v128, c: v128, d: v128): void {
  const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
  const cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  v128.store(out, v128.shuffle<i32>(ab, cd, 0, 1, 4, 5));
  v128.store(out + stride, v128.shuffle<i32>(ab, cd, 2, 3, 6, 7));
  const high = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const more = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v128.store(out + 2 * stride, v128.shuffle<i32>(high, more, 0, 1, 4, 5));
  v128.store(out + 3 * stride, v128.shuffle<i32>(high, more, 2, 3, 6, 7));
}
// @ts-ignore: decorator
@inline function long(ax: v128, ay: v128, az: v128): v128 {
  return f32x4.sqrt(plus(plus(times(ax, ax), times(ay, ay)), times(az, az)));
}

/** Places every shape that moves, of a group, and the box around it into `placed` [shapes]. */
export function placeShapes(group: usize, placed: usize): void {
  let out = placed;
  for (let i = 0; i < shapeCount; i++) {
    const shape = shapes + <usize>i * SHAPE_BYTES;
    if (load<i32>(shape) >= 0) placeShape(group, shape, out);
    out += PLACED;
  }
}

/** Places every shape that never moves: once is enough. */
export function placeFixtures(placed: usize): void {
  let out = placed;
  for (let i = 0; i < shapeCount; i++) {
    const shape = shapes + <usize>i * SHAPE_BYTES;
    if (load<i32>(shape) < 0) placeShape(0, shape, out);
    out += PLACED;
  }
}

function placeShape(group: usize, shape: usize, out: usize): void {
  const body = load<i32>(shape);
  const kind = load<i32>(shape, 4);
  const one = f32x4.splat(1);
  const two = f32x4.splat(2);
  // Pose in the world: the body's times the shape's in the body.
  let px = word(shape, 5);
  let py = word(shape, 6);
  let pz = word(shape, 7);
  let qx = word(shape, 8);
  let qy = word(shape, 9);
  let qz = word(shape, 10);
  let qw = word(shape, 11);
  let at: usize = 0;
  if (body >= 0) {
    at = bodyAt(group, body);
    const bx = v128.load(at, ROTATION);
    const by = v128.load(at, ROTATION + V);
    const bz = v128.load(at, ROTATION + 2 * V);
    const bw = v128.load(at, ROTATION + 3 * V);
    const tx = times(two, minus(times(by, pz), times(bz, py)));
    const ty = times(two, minus(times(bz, px), times(bx, pz)));
    const tz = times(two, minus(times(bx, py), times(by, px)));
    const rx = plus(plus(px, times(bw, tx)), minus(times(by, tz), times(bz, ty)));
    const ry = plus(plus(py, times(bw, ty)), minus(times(bz, tx), times(bx, tz)));
    const rz = plus(plus(pz, times(bw, tz)), minus(times(bx, ty), times(by, tx)));
    px = plus(rx, v128.load(at, POSITION));
    py = plus(ry, v128.load(at, POSITION + V));
    pz = plus(rz, v128.load(at, POSITION + 2 * V));
    const sx = plus(plus(times(bw, qx), times(bx, qw)), minus(times(by, qz), times(bz, qy)));
    const sy = plus(plus(times(bw, qy), times(by, qw)), minus(times(bz, qx), times(bx, qz)));
    const sz = plus(plus(times(bw, qz), times(bz, qw)), minus(times(bx, qy), times(by, qx)));
    const sw = minus(minus(times(bw, qw), times(bx, qx)), plus(times(by, qy), times(bz, qz)));
    qx = sx;
    qy = sy;
    qz = sz;
    qw = sw;
  }
  const lanes = out + LANES;
  spread(lanes, PLACED_LANE, qx, qy, qz, qw);

  // Half sizes of the box around it.
  let hx: v128;
  let hy: v128;
  let hz: v128;
  if (kind === BALL) {
    hx = word(shape, 2);
    hy = hx;
    hz = hx;
  } else {
    const x2 = plus(qx, qx);
    const y2 = plus(qy, qy);
    const z2 = plus(qz, qz);
    const xx = minus(minus(one, times(qy, y2)), times(qz, z2));
    const xy = plus(times(qx, y2), times(qw, z2));
    const xz = minus(times(qx, z2), times(qw, y2));
    if (kind === CAPSULE) {
      const radius = word(shape, 2);
      const half = word(shape, 3);
      hx = plus(times(f32x4.abs(xx), half), radius);
      hy = plus(times(f32x4.abs(xy), half), radius);
      hz = plus(times(f32x4.abs(xz), half), radius);
      spread(lanes + SHAPE_FRAME, PLACED_LANE, xx, xy, xz, xz);
    } else if (kind === BOX) {
      const a = word(shape, 2);
      const b = word(shape, 3);
      const c = word(shape, 4);
      const yx = minus(times(qx, y2), times(qw, z2));
      const yy = minus(minus(one, times(qx, x2)), times(qz, z2));
      const yz = plus(times(qy, z2), times(qw, x2));
      const zx = plus(times(qx, z2), times(qw, y2));
      const zy = minus(times(qy, z2), times(qw, x2));
      const zz = minus(minus(one, times(qx, x2)), times(qy, y2));
      hx = plus(plus(times(f32x4.abs(xx), a), times(f32x4.abs(yx), b)), times(f32x4.abs(zx), c));
      hy = plus(plus(times(f32x4.abs(xy), a), times(f32x4.abs(yy), b)), times(f32x4.abs(zy), c));
      hz = plus(plus(times(f32x4.abs(xz), a), times(f32x4.abs(yz), b)), times(f32x4.abs(zz), c));
      // A column's fourth number falls where the next column begins, which is stored after it.
      spread(lanes + SHAPE_FRAME, PLACED_LANE, xx, xy, xz, xz);
      spread(lanes + SHAPE_FRAME + 12, PLACED_LANE, yx, yy, yz, yz);
      spread(lanes + SHAPE_FRAME + 24, PLACED_LANE, zx, zy, zz, zz);
      spread(lanes + SHAPE_FRAME + 36, PLACED_LANE, px, py, pz, pz);
    } else {
      boundPlane(shape, out, px, py, pz, xx, xy, xz);
      return;
    }
  }
  let reach = word(shape, 12);
  if (body >= 0 && speculative) {
    const speed = long(v128.load(at, VELOCITY), v128.load(at, VELOCITY + V), v128.load(at, VELOCITY + 2 * V));
    const spin = long(v128.load(at, SPIN), v128.load(at, SPIN + V), v128.load(at, SPIN + 2 * V));
    const step = f32x4.splat(timeStep);
    reach = plus(plus(reach, times(speed, step)), times(times(spin, step), long(hx, hy, hz)));
  }
  spread(lanes + 16, PLACED_LANE, px, py, pz, reach);
  hx = plus(hx, reach);
  hy = plus(hy, reach);
  hz = plus(hz, reach);
  v128.store(out, minus(px, hx), LOW);
  v128.store(out, minus(py, hy), LOW + V);
  v128.store(out, minus(pz, hz), LOW + 2 * V);
  v128.store(out, plus(px, hx), HIGH);
  v128.store(out, plus(py, hy), HIGH + V);
  v128.store(out, plus(pz, hz), HIGH + 2 * V);
}

/** A half space is everywhere, but for one that ends square to an axis. */
function boundPlane(shape: usize, out: usize, px: v128, py: v128, pz: v128, nx: v128, ny: v128, nz: v128): void {
  const reach = word(shape, 12);
  spread(out + LANES + 16, PLACED_LANE, px, py, pz, reach);
  for (let axis: usize = 0; axis < 3; axis++) {
    const normal = axis === 0 ? nx : axis === 1 ? ny : nz;
    const position = axis === 0 ? px : axis === 1 ? py : pz;
    const most = f32x4.splat(everywhere);
    const least = f32x4.splat(-everywhere);
    const square = f32x4.splat(0.999999);
    v128.store(
      out + axis * V,
      v128.bitselect(minus(position, reach), least, f32x4.gt(f32x4.neg(normal), square)),
      LOW,
    );
    v128.store(out + axis * V, v128.bitselect(plus(position, reach), most, f32x4.gt(normal, square)), HIGH);
  }
}

/** Puts the frame of every body of a group into `frames` [bodies, lanes]. */
export function placeBodies(group: usize, frames: usize): void {
  const one = f32x4.splat(1);
  for (let body = 0; body < bodyCount; body++) {
    const at = bodyAt(group, body);
    const out = frames + <usize>body * BODY_FRAMES;
    const qx = v128.load(at, ROTATION);
    const qy = v128.load(at, ROTATION + V);
    const qz = v128.load(at, ROTATION + 2 * V);
    const qw = v128.load(at, ROTATION + 3 * V);
    const x2 = plus(qx, qx);
    const y2 = plus(qy, qy);
    const z2 = plus(qz, qz);
    const xz = minus(times(qx, z2), times(qw, y2));
    const yz = plus(times(qy, z2), times(qw, x2));
    const zz = minus(minus(one, times(qx, x2)), times(qy, y2));
    const pz = v128.load(at, POSITION + 2 * V);
    spread(out, BODY_FRAME, minus(minus(one, times(qy, y2)), times(qz, z2)), plus(times(qx, y2), times(qw, z2)), xz, xz);
    spread(
      out + 12,
      BODY_FRAME,
      minus(times(qx, y2), times(qw, z2)),
      minus(minus(one, times(qx, x2)), times(qz, z2)),
      yz,
      yz,
    );
    spread(out + 24, BODY_FRAME, plus(times(qx, z2), times(qw, y2)), minus(times(qy, z2), times(qw, x2)), zz, zz);
    spread(out + 36, BODY_FRAME, v128.load(at, POSITION), v128.load(at, POSITION + V), pz, pz);
  }
}

/**
 * Lists the pairs that are near in any lane: one word each, the pair's index << 4 and a bit for each lane.
 * Returns how many; `near` has room for all pairs.
 */
export function listNearPairs(placed: usize, near: usize): i32 {
  let count = 0;
  let pair = pairs;
  // Pairs come in runs of one second shape, which is loaded once.
  let second: u32 = 0xffffffff;
  let lowX = i32x4.splat(0);
  let lowY = lowX;
  let lowZ = lowX;
  let highX = lowX;
  let highY = lowX;
  let highZ = lowX;
  for (let i = 0; i < pairCount; i++, pair += PAIR_BYTES) {
    if (load<u32>(pair, 4) !== second) {
      second = load<u32>(pair, 4);
      const b = placed + <usize>second * PLACED;
      lowX = v128.load(b, LOW);
      lowY = v128.load(b, LOW + V);
      lowZ = v128.load(b, LOW + 2 * V);
      highX = v128.load(b, HIGH);
      highY = v128.load(b, HIGH + V);
      highZ = v128.load(b, HIGH + 2 * V);
    }
    const a = placed + <usize>load<u32>(pair) * PLACED;
    const inX = v128.and(f32x4.le(lowX, v128.load(a, HIGH)), f32x4.le(v128.load(a, LOW), highX));
    const inY = v128.and(f32x4.le(lowY, v128.load(a, HIGH + V)), f32x4.le(v128.load(a, LOW + V), highY));
    const inPlane = v128.and(inX, inY);
    if (!v128.any_true(inPlane)) continue;
    const inZ = v128.and(f32x4.le(lowZ, v128.load(a, HIGH + 2 * V)), f32x4.le(v128.load(a, LOW + 2 * V), highZ));
    const lanes = i32x4.bitmask(v128.and(inPlane, inZ));
    if (lanes) store<u32>(near + (<usize>(count++) << 2), (i << 4) | lanes);
  }
  return count;
}
