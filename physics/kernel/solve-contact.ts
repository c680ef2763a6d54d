// One contact, solved once: its points push, then its friction holds. PhysX 4.1: solveContact and solveContact_BStatic.
//
// As everywhere a lane without this contact must come out as it went in, to the sign of a zero: its rows are all zeros, and
// differences are taken away, never added.
import {
  CONTACT_A0,
  CONTACT_A1,
  CONTACT_BIAS,
  CONTACT_BROKEN,
  CONTACT_COUNTS,
  CONTACT_CUT,
  CONTACT_FRICTION,
  CONTACT_GAIN,
  CONTACT_HEAD_BYTES,
  CONTACT_IMPULSE,
  CONTACT_NORMAL,
  CONTACT_ROW_BYTES,
  CONTACT_TANGENT_0,
  CONTACT_TANGENT_1,
} from './contact-rows';
import { BODY_0, BODY_1 } from './joint-layout';
import { V } from './layout';
import { ANGULAR, LINEAR, MASS } from './velocities';
import { abs, add, dot, max, min, mul, neg, splat, sub } from './math';

/** Solves the contact whose rows are at `at` once; friction as well if `friction`. */
export function solveContact(at: usize, between: bool, friction: bool): void {
  const body0: usize = load<u32>(at, BODY_0);
  const body1: usize = load<u32>(at, BODY_1);
  const counts = load<u32>(at, CONTACT_COUNTS);
  let vx0 = v128.load(body0, LINEAR);
  let vy0 = v128.load(body0, LINEAR + V);
  let vz0 = v128.load(body0, LINEAR + 2 * V);
  let sx0 = v128.load(body0, ANGULAR);
  let sy0 = v128.load(body0, ANGULAR + V);
  let sz0 = v128.load(body0, ANGULAR + 2 * V);
  const mass0 = v128.load(body0, MASS);
  const zero = splat(0);
  let vx1 = zero;
  let vy1 = zero;
  let vz1 = zero;
  let sx1 = zero;
  let sy1 = zero;
  let sz1 = zero;
  let mass1 = zero;
  if (between) {
    vx1 = v128.load(body1, LINEAR);
    vy1 = v128.load(body1, LINEAR + V);
    vz1 = v128.load(body1, LINEAR + 2 * V);
    sx1 = v128.load(body1, ANGULAR);
    sy1 = v128.load(body1, ANGULAR + V);
    sz1 = v128.load(body1, ANGULAR + 2 * V);
    mass1 = v128.load(body1, MASS);
  }

  let row = at + CONTACT_HEAD_BYTES;
  let pressed = zero;
  let least = zero;
  let most = zero;
  let cut = zero;
  const points = counts & 0xff;
  const count = points + (friction ? (counts >> 8) << 1 : 0);
  for (let i: u32 = 0; i < count; i++) {
    const isFriction = i >= points;
    if (i == points) {
      most = mul(v128.load(at, CONTACT_FRICTION), pressed);
      least = neg(most);
    }
    const axis = at + (isFriction ? ((i - points) & 1 ? CONTACT_TANGENT_1 : CONTACT_TANGENT_0) : CONTACT_NORMAL);
    const nx = v128.load(axis);
    const ny = v128.load(axis, V);
    const nz = v128.load(axis, 2 * V);
    const ax0 = v128.load(row, CONTACT_A0);
    const ay0 = v128.load(row, CONTACT_A0 + V);
    const az0 = v128.load(row, CONTACT_A0 + 2 * V);
    let velocity = add(dot(nx, ny, nz, vx0, vy0, vz0), dot(ax0, ay0, az0, sx0, sy0, sz0));
    if (between) {
      velocity = sub(velocity, add(dot(nx, ny, nz, vx1, vy1, vz1),
        dot(v128.load(row, CONTACT_A1), v128.load(row, CONTACT_A1 + V), v128.load(row, CONTACT_A1 + 2 * V), sx1, sy1, sz1)));
    }
    const old = v128.load(row, CONTACT_IMPULSE);
    let next = sub(old, mul(add(velocity, v128.load(row, CONTACT_BIAS)), v128.load(row, CONTACT_GAIN)));
    if (isFriction) {
      cut = v128.or(cut, f32x4.gt(abs(next), most));
      next = min(most, max(least, next));
    } else {
      next = max(zero, next);
      pressed = add(pressed, next);
    }
    v128.store(row, next, CONTACT_IMPULSE);
    const less = sub(old, next);
    const linear = mul(mass0, less);
    vx0 = sub(vx0, mul(nx, linear));
    vy0 = sub(vy0, mul(ny, linear));
    vz0 = sub(vz0, mul(nz, linear));
    sx0 = sub(sx0, mul(ax0, less));
    sy0 = sub(sy0, mul(ay0, less));
    sz0 = sub(sz0, mul(az0, less));
    if (between) {
      const more = sub(next, old);
      const linear1 = mul(mass1, more);
      vx1 = sub(vx1, mul(nx, linear1));
      vy1 = sub(vy1, mul(ny, linear1));
      vz1 = sub(vz1, mul(nz, linear1));
      sx1 = sub(sx1, mul(v128.load(row, CONTACT_A1), more));
      sy1 = sub(sy1, mul(v128.load(row, CONTACT_A1 + V), more));
      sz1 = sub(sz1, mul(v128.load(row, CONTACT_A1 + 2 * V), more));
    }
    row += CONTACT_ROW_BYTES;
  }
  v128.store(at, cut, CONTACT_CUT);

  v128.store(body0, vx0, LINEAR);
  v128.store(body0, vy0, LINEAR + V);
  v128.store(body0, vz0, LINEAR + 2 * V);
  v128.store(body0, sx0, ANGULAR);
  v128.store(body0, sy0, ANGULAR + V);
  v128.store(body0, sz0, ANGULAR + 2 * V);
  if (between) {
    v128.store(body1, vx1, LINEAR);
    v128.store(body1, vy1, LINEAR + V);
    v128.store(body1, vz1, LINEAR + 2 * V);
    v128.store(body1, sx1, ANGULAR);
    v128.store(body1, sy1, ANGULAR + V);
    v128.store(body1, sz1, ANGULAR + 2 * V);
  }
}

/** After the position iterations: a gap may still be closed, but nothing is pushed out or drawn back any more. */
export function concludeContact(at: usize): void {
  const counts = load<u32>(at, CONTACT_COUNTS);
  const points = counts & 0xff;
  const count = points + ((counts >> 8) << 1);
  const zero = splat(0);
  let row = at + CONTACT_HEAD_BYTES;
  for (let i: u32 = 0; i < count; i++) {
    v128.store(row, i < points ? max(v128.load(row, CONTACT_BIAS), zero) : zero, CONTACT_BIAS);
    row += CONTACT_ROW_BYTES;
  }
}

/** Tells contact/ of the lanes whose friction was cut in the last iteration: their anchors are chosen anew. */
export function tellBroken(at: usize): void {
  const cut = v128.load(at, CONTACT_CUT);
  if (!v128.any_true(cut)) return;
  for (let lane: usize = 0; lane < 16; lane += 4) {
    const where = load<u32>(at + lane, CONTACT_BROKEN);
    if (where && load<u32>(at + lane, CONTACT_CUT)) store<u32>(where, 1);
  }
}
