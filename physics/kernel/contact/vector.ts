// Vectors, poses and frames in linear memory, for the part of the kernel that works lane by lane.
//
// Everything is addressed by pointers to f32: a vector is x y z (12 bytes), a pose is rotation x y z w and position x y z
// (28 bytes, 32 reserved), a frame is three columns and a position (48 bytes). An `out` may be one of the inputs unless said.

export const VECTOR: usize = 12;
/** Bytes reserved for a pose. */
export const POSE: usize = 32;
/** Where a pose keeps its position. */
export const POSE_POSITION: usize = 16;
export const FRAME: usize = 48;
/** Where a frame keeps its position. */
export const FRAME_POSITION: usize = 36;

// @ts-ignore: decorator
@inline export function x(at: usize): f32 {
  return load<f32>(at);
}
// @ts-ignore: decorator
@inline export function y(at: usize): f32 {
  return load<f32>(at, 4);
}
// @ts-ignore: decorator
@inline export function z(at: usize): f32 {
  return load<f32>(at, 8);
}
/** Component `axis` (0 x, 1 y, 2 z). */
// @ts-ignore: decorator
@inline export function component(at: usize, axis: i32): f32 {
  return load<f32>(at + (<usize>axis << 2));
}
// @ts-ignore: decorator
@inline export function setComponent(at: usize, axis: i32, value: f32): void {
  store<f32>(at + (<usize>axis << 2), value);
}
// @ts-ignore: decorator
@inline export function set(out: usize, vx: f32, vy: f32, vz: f32): void {
  store<f32>(out, vx);
  store<f32>(out, vy, 4);
  store<f32>(out, vz, 8);
}
// @ts-ignore: decorator
@inline export function copy(out: usize, v: usize): void {
  set(out, x(v), y(v), z(v));
}
// @ts-ignore: decorator
@inline export function add(out: usize, a: usize, b: usize): void {
  set(out, x(a) + x(b), y(a) + y(b), z(a) + z(b));
}
// @ts-ignore: decorator
@inline export function subtract(out: usize, a: usize, b: usize): void {
  set(out, x(a) - x(b), y(a) - y(b), z(a) - z(b));
}
// @ts-ignore: decorator
@inline export function scale(out: usize, v: usize, by: f32): void {
  set(out, x(v) * by, y(v) * by, z(v) * by);
}
/** a + by b. */
// @ts-ignore: decorator
@inline export function addScaled(out: usize, a: usize, b: usize, by: f32): void {
  set(out, x(a) + x(b) * by, y(a) + y(b) * by, z(a) + z(b) * by);
}
// @ts-ignore: decorator
@inline export function dot(a: usize, b: usize): f32 {
  return x(a) * x(b) + y(a) * y(b) + z(a) * z(b);
}
// @ts-ignore: decorator
@inline export function cross(out: usize, a: usize, b: usize): void {
  set(out, y(a) * z(b) - z(a) * y(b), z(a) * x(b) - x(a) * z(b), x(a) * y(b) - y(a) * x(b));
}
// @ts-ignore: decorator
@inline export function length(v: usize): f32 {
  return f32.sqrt(dot(v, v));
}
export function squaredDistance(a: usize, b: usize): f32 {
  const dx = x(a) - x(b);
  const dy = y(a) - y(b);
  const dz = z(a) - z(b);
  return dx * dx + dy * dy + dz * dz;
}
/** Made one long; a vector of length 0 gives no direction, so the caller must not have one. */
// @ts-ignore: decorator
@inline export function normalise(v: usize): void {
  scale(v, v, <f32>1 / length(v));
}

/** Copies 32 bytes: a few v128s are copied faster than memory.copy is called. */
// @ts-ignore: decorator
@inline export function copy32(out: usize, from: usize): void {
  v128.store(out, v128.load(from));
  v128.store(out, v128.load(from, 16), 16);
}
/** Copies 48 bytes. */
// @ts-ignore: decorator
@inline export function copy48(out: usize, from: usize): void {
  copy32(out, from);
  v128.store(out, v128.load(from, 32), 32);
}

/** Dot product of two quaternions. */
// @ts-ignore: decorator
@inline export function quaternionDot(a: usize, b: usize): f32 {
  return x(a) * x(b) + y(a) * y(b) + z(a) * z(b) + load<f32>(a, 12) * load<f32>(b, 12);
}
// @ts-ignore: decorator
@inline export function copyQuaternion(out: usize, q: usize): void {
  v128.store(out, v128.load(q));
}
/** v turned by q. */
export function turn(out: usize, q: usize, v: usize): void {
  turned(out, x(q), y(q), z(q), load<f32>(q, 12), v);
}
/** v turned back by q. */
export function turnBack(out: usize, q: usize, v: usize): void {
  turned(out, -x(q), -y(q), -z(q), load<f32>(q, 12), v);
}
/** v + 2 w (u x v) + 2 u x (u x v), u the imaginary part. */
// @ts-ignore: decorator
@inline function turned(out: usize, ux: f32, uy: f32, uz: f32, w: f32, v: usize): void {
  const vx = x(v);
  const vy = y(v);
  const vz = z(v);
  const tx: f32 = <f32>2 * (uy * vz - uz * vy);
  const ty: f32 = <f32>2 * (uz * vx - ux * vz);
  const tz: f32 = <f32>2 * (ux * vy - uy * vx);
  set(out, vx + w * tx + (uy * tz - uz * ty), vy + w * ty + (uz * tx - ux * tz), vz + w * tz + (ux * ty - uy * tx));
}

/** The pose of `inner` seen from `outer`: outer^-1 inner. `out` is neither. */
export function relativePose(out: usize, outer: usize, inner: usize): void {
  const ax = -x(outer);
  const ay = -y(outer);
  const az = -z(outer);
  const aw = load<f32>(outer, 12);
  const bx = x(inner);
  const by = y(inner);
  const bz = z(inner);
  const bw = load<f32>(inner, 12);
  store<f32>(out, aw * bx + ax * bw + ay * bz - az * by);
  store<f32>(out, aw * by - ax * bz + ay * bw + az * bx, 4);
  store<f32>(out, aw * bz + ax * by - ay * bx + az * bw, 8);
  store<f32>(out, aw * bw - ax * bx - ay * by - az * bz, 12);
  subtract(out + POSE_POSITION, inner + POSE_POSITION, outer + POSE_POSITION);
  turnBack(out + POSE_POSITION, outer, out + POSE_POSITION);
}
/** v, told in the pose's axes, seen from outside. */
export function fromPose(out: usize, pose: usize, v: usize): void {
  turn(out, pose, v);
  add(out, out, pose + POSE_POSITION);
}
/** v, seen from outside, in the pose's axes. */
export function intoPose(out: usize, pose: usize, v: usize): void {
  subtract(out, v, pose + POSE_POSITION);
  turnBack(out, pose, out);
}

/** The frame of a pose. */
export function frameOf(out: usize, pose: usize): void {
  const qx = x(pose);
  const qy = y(pose);
  const qz = z(pose);
  const qw = load<f32>(pose, 12);
  const x2 = qx + qx;
  const y2 = qy + qy;
  const z2 = qz + qz;
  const one: f32 = 1;
  set(out, one - qy * y2 - qz * z2, qx * y2 + qw * z2, qx * z2 - qw * y2);
  set(out + 12, qx * y2 - qw * z2, one - qx * x2 - qz * z2, qy * z2 + qw * x2);
  set(out + 24, qx * z2 + qw * y2, qy * z2 - qw * x2, one - qx * x2 - qy * y2);
  copy(out + FRAME_POSITION, pose + POSE_POSITION);
}
/** Three numbers that follow one another, and a fourth that means nothing. */
// @ts-ignore: decorator
@inline export function wide(v: usize): v128 {
  return v128.load(v);
}
/** Stores the first three. */
// @ts-ignore: decorator
@inline export function narrow(out: usize, v: v128): void {
  v128.store64_lane(out, v, 0);
  v128.store32_lane(out, v, 2, 8);
}
// @ts-ignore: decorator
@inline function columns(frame: usize, v: usize): v128 {
  return f32x4.add(
    f32x4.add(
      f32x4.mul(wide(frame), v128.load_splat<f32>(v)),
      f32x4.mul(wide(frame + 12), v128.load_splat<f32>(v, 4)),
    ),
    f32x4.mul(wide(frame + 24), v128.load_splat<f32>(v, 8)),
  );
}
/** v, told in the frame's axes, seen from outside; without the position. */
// @ts-ignore: decorator
@inline export function rotateOut(out: usize, frame: usize, v: usize): void {
  narrow(out, columns(frame, v));
}
/** rotateOut with the position. */
// @ts-ignore: decorator
@inline export function pointOut(out: usize, frame: usize, v: usize): void {
  narrow(out, f32x4.add(columns(frame, v), wide(frame + FRAME_POSITION)));
}
/** v, seen from outside, in the frame's axes; without the position. */
// @ts-ignore: decorator
@inline export function rotateIn(out: usize, frame: usize, v: usize): void {
  set(out, dot(frame, v), dot(frame + 12, v), dot(frame + 24, v));
}
/** rotateIn with the position. */
// @ts-ignore: decorator
@inline export function pointIn(out: usize, frame: usize, v: usize): void {
  subtract(out, v, frame + FRAME_POSITION);
  rotateIn(out, frame, out);
}
/** The frame `inner` seen from `outer`: outer^-1 inner. `out` is neither. */
export function relativeFrame(out: usize, outer: usize, inner: usize): void {
  const a = wide(outer);
  const b = wide(outer + 12);
  const c = wide(outer + 24);
  const xy = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
  const zz = v128.shuffle<i32>(a, b, 2, 6, 2, 6);
  // The outer frame's columns, turned round.
  const row0 = v128.shuffle<i32>(xy, c, 0, 1, 4, 4);
  const row1 = v128.shuffle<i32>(xy, c, 2, 3, 5, 5);
  const row2 = v128.shuffle<i32>(zz, c, 0, 1, 6, 6);
  const shift = f32x4.sub(wide(inner + FRAME_POSITION), wide(outer + FRAME_POSITION));
  narrow(out, rows(row0, row1, row2, wide(inner)));
  narrow(out + 12, rows(row0, row1, row2, wide(inner + 12)));
  narrow(out + 24, rows(row0, row1, row2, wide(inner + 24)));
  narrow(out + FRAME_POSITION, rows(row0, row1, row2, shift));
}
// @ts-ignore: decorator
@inline function rows(row0: v128, row1: v128, row2: v128, v: v128): v128 {
  return f32x4.add(
    f32x4.add(f32x4.mul(row0, v128.shuffle<i32>(v, v, 0, 0, 0, 0)), f32x4.mul(row1, v128.shuffle<i32>(v, v, 1, 1, 1, 1))),
    f32x4.mul(row2, v128.shuffle<i32>(v, v, 2, 2, 2, 2)),
  );
}
