// The first thing in a step: velocities as they would be without joints and contacts, brought into the solver's form.
//
// A solver body holds its velocity and its scaled angular velocity s = D^-1 R^T w, with R its rotation and D the square
// root of its inverse inertia. An angular Jacobian j becomes a = D R^T j: its velocity is a.s, an impulse f adds a f to s,
// and the response to it is a.a. That halves what a row has to store. At the end w = R D s.
import { add, div, mul, select, splat, sqrt, sub } from './math';
import {
  BODY_TABLE_BYTES,
  GRAVITY,
  GRAVITY_SHARE,
  INVERSE_MASS,
  KEPT_SPIN,
  KEPT_VELOCITY,
  MOST_SPIN_SQUARED,
  ROOT_INVERSE_INERTIA,
  ROTATION,
  SPIN,
  V,
  VELOCITY,
  bodyAt,
  bodyCount,
  bodyTable,
  solverBodies,
  timeStep,
} from './layout';

/** A solver body, in v128: velocity 3, scaled angular velocity 3, 1/m; then R, row by row; then those that move the pose. */
export const SOLVER_BYTES: usize = 24 * V;
export const LINEAR: usize = 0 * V;
export const ANGULAR: usize = 3 * V;
export const MASS: usize = 6 * V;
export const MATRIX: usize = 8 * V;
export const MOTION: usize = 17 * V;

@inline
export function solverBody(index: i32): usize {
  return solverBodies + <usize>index * SOLVER_BYTES;
}

/** Gravity, damping, the cut to the greatest angular velocity. PhysX 4.1: bodyCoreComputeUnconstrainedVelocity. */
export function startVelocities(group: usize): void {
  const dt = splat(timeStep);
  const gx = mul(v128.load(group, GRAVITY), dt);
  const gy = mul(v128.load(group, GRAVITY + V), dt);
  const gz = mul(v128.load(group, GRAVITY + 2 * V), dt);
  const one = splat(1);
  for (let body = 0; body < bodyCount; body++) {
    const at = bodyAt(group, body);
    const into = solverBody(body);
    const table = bodyTable + <usize>body * BODY_TABLE_BYTES;

    const kept = v128.load32_splat(table, KEPT_VELOCITY);
    const share = v128.load32_splat(table, GRAVITY_SHARE);
    v128.store(into, mul(add(v128.load(at, VELOCITY), mul(gx, share)), kept), LINEAR);
    v128.store(into, mul(add(v128.load(at, VELOCITY + V), mul(gy, share)), kept), LINEAR + V);
    v128.store(into, mul(add(v128.load(at, VELOCITY + 2 * V), mul(gz, share)), kept), LINEAR + 2 * V);
    v128.store(into, v128.load(at, INVERSE_MASS), MASS);

    const keptSpin = v128.load32_splat(table, KEPT_SPIN);
    let wx = mul(v128.load(at, SPIN), keptSpin);
    let wy = mul(v128.load(at, SPIN + V), keptSpin);
    let wz = mul(v128.load(at, SPIN + 2 * V), keptSpin);
    const most = v128.load32_splat(table, MOST_SPIN_SQUARED);
    const squared = add(add(mul(wx, wx), mul(wy, wy)), mul(wz, wz));
    const cut = select(f32x4.gt(squared, most), sqrt(div(most, squared)), one);
    wx = mul(wx, cut);
    wy = mul(wy, cut);
    wz = mul(wz, cut);

    const x = v128.load(at, ROTATION);
    const y = v128.load(at, ROTATION + V);
    const z = v128.load(at, ROTATION + 2 * V);
    const w = v128.load(at, ROTATION + 3 * V);
    writeMatrix(into, x, y, z, w);
    const r00 = v128.load(into, MATRIX);
    const r01 = v128.load(into, MATRIX + V);
    const r02 = v128.load(into, MATRIX + 2 * V);
    const r10 = v128.load(into, MATRIX + 3 * V);
    const r11 = v128.load(into, MATRIX + 4 * V);
    const r12 = v128.load(into, MATRIX + 5 * V);
    const r20 = v128.load(into, MATRIX + 6 * V);
    const r21 = v128.load(into, MATRIX + 7 * V);
    const r22 = v128.load(into, MATRIX + 8 * V);

    const bx = add(add(mul(r00, wx), mul(r10, wy)), mul(r20, wz));
    const by = add(add(mul(r01, wx), mul(r11, wy)), mul(r21, wz));
    const bz = add(add(mul(r02, wx), mul(r12, wy)), mul(r22, wz));
    v128.store(into, div(bx, v128.load(at, ROOT_INVERSE_INERTIA)), ANGULAR);
    v128.store(into, div(by, v128.load(at, ROOT_INVERSE_INERTIA + V)), ANGULAR + V);
    v128.store(into, div(bz, v128.load(at, ROOT_INVERSE_INERTIA + 2 * V)), ANGULAR + 2 * V);
  }
}

/** Writes a rotation's matrix, row by row, to a solver body. */
@inline
export function writeMatrix(into: usize, x: v128, y: v128, z: v128, w: v128): void {
  const two = splat(2);
  const one = splat(1);
  const x2 = mul(x, two);
  const y2 = mul(y, two);
  const z2 = mul(z, two);
  const xx = mul(x, x2);
  const yy = mul(y, y2);
  const zz = mul(z, z2);
  const xy = mul(x, y2);
  const xz = mul(x, z2);
  const yz = mul(y, z2);
  const wx2 = mul(w, x2);
  const wy2 = mul(w, y2);
  const wz2 = mul(w, z2);
  const r00 = sub(sub(one, yy), zz);
  const r01 = sub(xy, wz2);
  const r02 = add(xz, wy2);
  const r10 = add(xy, wz2);
  const r11 = sub(sub(one, xx), zz);
  const r12 = sub(yz, wx2);
  const r20 = sub(xz, wy2);
  const r21 = add(yz, wx2);
  const r22 = sub(sub(one, xx), yy);
  v128.store(into, r00, MATRIX);
  v128.store(into, r01, MATRIX + V);
  v128.store(into, r02, MATRIX + 2 * V);
  v128.store(into, r10, MATRIX + 3 * V);
  v128.store(into, r11, MATRIX + 4 * V);
  v128.store(into, r12, MATRIX + 5 * V);
  v128.store(into, r20, MATRIX + 6 * V);
  v128.store(into, r21, MATRIX + 7 * V);
  v128.store(into, r22, MATRIX + 8 * V);
}

/** Keeps the velocities that the position iterations have reached: those that move the poses. */
export function keepMotion(): void {
  for (let body = 0; body < bodyCount; body++) {
    const at = solverBody(body);
    for (let part: usize = 0; part < 6; part++) {
      v128.store(at + part * V, v128.load(at + part * V, LINEAR), MOTION);
    }
  }
}
