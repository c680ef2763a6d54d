// What turns a joint towards its target: a slerp drive, or a twist and swing drive. Both are three rows that are solved by the
// same code (solveDrive). Semantics: PhysX 4.1's D6 joint (D6JointSolverPrep); what is different in 5 is a setting.
//
// A row is an implicit spring. With response r, stiffness k, damping d, and the error e that it is to mend:
// alpha = dt^2 k + dt d, x = 1 / (1 + alpha r), impulse' = clamp((1 - x) impulse - x alpha velocity + x dt k e, most).
import {
  DRIVE_SCALE,
  DRIVE_SLERP,
  JOINT_DAMPING,
  JOINT_DRIVEN,
  JOINT_INDEX,
  JOINT_LOCKED,
  JOINT_SPRING_BYTES,
  JOINT_STIFFNESS,
  STRENGTH,
  TARGET,
  V,
  improvedSlerp,
  jointAt,
  rows,
  timeStep,
  twistSwingOfFrame0,
} from './layout';
import {
  DRIVE_A0,
  DRIVE_A1,
  DRIVE_COUPLING,
  DRIVE_GAIN,
  DRIVE_IMPULSE,
  DRIVE_KEEP,
  DRIVE_MOST,
  DRIVE_PUSH,
} from './joint-layout';
import { diagonalise } from './improved-slerp';
import { AXES, FRAME_0, FRAME_1, TURN, multiply, product, writeAngular, writeDifferenceAxes, writeFrameAxis } from './joint-rows';
import { MATRIX } from './velocities';
import { add, div, dot, mul, neg, splat, sub } from './math';

/** Prepares the drive of a joint at `at`. `solver0` is the solver's body 0. */
export function prepareDrive(group: usize, table: usize, at: usize, solver0: usize): void {
  const s = rows;
  const joint = jointAt(group, load<i32>(table, JOINT_INDEX));
  let tx = v128.load(joint, TARGET);
  let ty = v128.load(joint, TARGET + V);
  let tz = v128.load(joint, TARGET + 2 * V);
  let tw = v128.load(joint, TARGET + 3 * V);
  const cx = v128.load(s, TURN);
  const cy = v128.load(s, TURN + V);
  const cz = v128.load(s, TURN + 2 * V);
  const cw = v128.load(s, TURN + 3 * V);
  const near = f32x4.gt(add(dot(tx, ty, tz, cx, cy, cz), mul(tw, cw)), splat(0));
  const sign = v128.andnot(f32x4.splat(-0.0), near);
  tx = v128.xor(tx, sign);
  ty = v128.xor(ty, sign);
  tz = v128.xor(tz, sign);
  tw = v128.xor(tw, sign);
  // conj(target) turn: how far the pose is from the target. It passes through the place of the axes.
  multiply(s + AXES, neg(tx), neg(ty), neg(tz), tw, cx, cy, cz, cw);
  const deltaX = v128.load(s, AXES);
  const deltaY = v128.load(s, AXES + V);
  const deltaZ = v128.load(s, AXES + 2 * V);
  const deltaW = v128.load(s, AXES + 3 * V);
  if (load<i32>(table, JOINT_DRIVEN) == DRIVE_SLERP) {
    v128.store(at, deltaX, DRIVE_PUSH);
    v128.store(at, deltaY, DRIVE_PUSH + V);
    v128.store(at, deltaZ, DRIVE_PUSH + 2 * V);
    if (load<f32>(table, JOINT_STIFFNESS) == 0) writeWorldAxes(solver0);
    else writeSlerpAxes(tx, ty, tz, tw);
    for (let row: usize = 0; row < 3; row++) writeRow(at, row, s + AXES + row * 3 * V);
    if (improvedSlerp) diagonalise(at);
  } else {
    writeTwistSwing(at, load<i32>(table, JOINT_LOCKED), deltaX, deltaY, deltaZ, deltaW);
  }
  writeSprings(table, at, mul(v128.load(joint, STRENGTH), v128.load(group, DRIVE_SCALE)), v128.load(group, DRIVE_SCALE));
}

/** The axes of the difference between frame 0 turned by the target, and frame 1: three, at AXES. */
@inline
function writeSlerpAxes(tx: v128, ty: v128, tz: v128, tw: v128): void {
  const s = rows;
  multiply(s + AXES, v128.load(s, FRAME_0), v128.load(s, FRAME_0 + V), v128.load(s, FRAME_0 + 2 * V),
    v128.load(s, FRAME_0 + 3 * V), tx, ty, tz, tw);
  writeDifferenceAxes(v128.load(s, AXES), v128.load(s, AXES + V), v128.load(s, AXES + 2 * V), v128.load(s, AXES + 3 * V),
    v128.load(s, FRAME_1), v128.load(s, FRAME_1 + V), v128.load(s, FRAME_1 + 2 * V), v128.load(s, FRAME_1 + 3 * V));
}

/** A slerp drive that only damps knows no target: its axes are the world's, told in body 0's. */
@inline
function writeWorldAxes(solver0: usize): void {
  for (let part: usize = 0; part < 9 * V; part += V) v128.store(rows + part, v128.load(solver0 + part, MATRIX), AXES);
}

/** Row `row` of a drive, about an axis in body 0's axes. */
@inline
function writeRow(at: usize, row: usize, axis: usize): void {
  writeAngular(at + DRIVE_A0 + row * 3 * V, at + DRIVE_A1 + row * 3 * V, v128.load(axis), v128.load(axis, V),
    v128.load(axis, 2 * V));
}

/**
 * Rows about x, y and z of one of the frames. The twist's error is twice the x of the difference; those of the swings are how
 * far its x axis leans towards z and y. A locked axis has no row: all zeros, and so is its impulse.
 */
function writeTwistSwing(at: usize, locked: i32, x: v128, y: v128, z: v128, w: v128): void {
  const two = splat(2);
  const frame = twistSwingOfFrame0 ? FRAME_0 : FRAME_1;
  v128.store(at, mul(two, x), DRIVE_PUSH);
  v128.store(at, mul(two, sub(mul(w, y), mul(x, z))), DRIVE_PUSH + V);
  v128.store(at, mul(two, add(mul(x, y), mul(w, z))), DRIVE_PUSH + 2 * V);
  for (let row = 0; row < 3; row++) {
    if (locked & (1 << row)) {
      for (let part: usize = 0; part < 3 * V; part += V) v128.store(rows + part, splat(0), AXES);
      v128.store(at + <usize>row * V, splat(0), DRIVE_PUSH);
    } else {
      writeFrameAxis(frame, row);
    }
    writeRow(at, <usize>row, rows + AXES);
  }
}

/** The springs of the three rows, whose errors stand in their pushes. `strength` and `scale` are the lanes'. */
function writeSprings(table: usize, at: usize, strength: v128, scale: v128): void {
  const dt = splat(timeStep);
  const one = splat(1);
  const a0 = at + DRIVE_A0;
  const a1 = at + DRIVE_A1;
  for (let row: usize = 0; row < 3; row++) {
    const spring = table + (row ? JOINT_SPRING_BYTES : 0);
    const stiffness = mul(v128.load32_splat(spring, JOINT_STIFFNESS), scale);
    const damping = mul(v128.load32_splat(spring, JOINT_DAMPING), scale);
    const alpha = add(mul(mul(dt, dt), stiffness), mul(dt, damping));
    const push = mul(dt, stiffness);
    const a = row * 3 * V;
    const response = add(product(a0 + a, a0 + a), product(a1 + a, a1 + a));
    const x = div(one, add(one, mul(alpha, response)));
    const part = at + row * V;
    v128.store(part, mul(x, alpha), DRIVE_GAIN);
    v128.store(part, sub(one, x), DRIVE_KEEP);
    v128.store(part, mul(x, mul(push, v128.load(part, DRIVE_PUSH))), DRIVE_PUSH);
    v128.store(part, splat(0), DRIVE_IMPULSE);
  }
  v128.store(at, add(product(a0, a0 + 3 * V), product(a1, a1 + 3 * V)), DRIVE_COUPLING);
  v128.store(at, add(product(a0, a0 + 6 * V), product(a1, a1 + 6 * V)), DRIVE_COUPLING + V);
  v128.store(at, add(product(a0 + 3 * V, a0 + 6 * V), product(a1 + 3 * V, a1 + 6 * V)), DRIVE_COUPLING + 2 * V);
  v128.store(at, mul(strength, dt), DRIVE_MOST);
}
