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
import { abs, dot, add, max, min, mul, neg, splat, sub } from './math';

/** What a row does before it is cut: impulse - gain (velocity + bias). */
@inline
function free(row: usize, old: v128, velocity: v128): v128 {
  return sub(old, mul(add(velocity, v128.load(row, CONTACT_BIAS)), v128.load(row, CONTACT_GAIN)));
}

/** Velocity along an axis, and of a turning by the Jacobian at `a`. */
@inline
function along(
  a: usize, nx: v128, ny: v128, nz: v128, vx: v128, vy: v128, vz: v128, sx: v128, sy: v128, sz: v128,
): v128 {
  return add(dot(nx, ny, nz, vx, vy, vz), dot(v128.load(a), v128.load(a, V), v128.load(a, 2 * V), sx, sy, sz));
}

/** Solves a contact with what never moves; friction as well if `friction`. */
export function solveStaticContact(at: usize, friction: bool): void {
  const body: usize = load<u32>(at, BODY_0);
  const counts = load<u32>(at, CONTACT_COUNTS);
  let vx = v128.load(body, LINEAR);
  let vy = v128.load(body, LINEAR + V);
  let vz = v128.load(body, LINEAR + 2 * V);
  let sx = v128.load(body, ANGULAR);
  let sy = v128.load(body, ANGULAR + V);
  let sz = v128.load(body, ANGULAR + 2 * V);
  const mass = v128.load(body, MASS);
  let row = at + CONTACT_HEAD_BYTES;

  let nx = v128.load(at, CONTACT_NORMAL);
  let ny = v128.load(at, CONTACT_NORMAL + V);
  let nz = v128.load(at, CONTACT_NORMAL + 2 * V);
  let pressed = splat(0);
  for (let left = counts & 0xff; left; left--) {
    const old = v128.load(row, CONTACT_IMPULSE);
    const next = max(splat(0), free(row, old, along(row + CONTACT_A0, nx, ny, nz, vx, vy, vz, sx, sy, sz)));
    v128.store(row, next, CONTACT_IMPULSE);
    pressed = add(pressed, next);
    const less = sub(old, next);
    const linear = mul(mass, less);
    vx = sub(vx, mul(nx, linear));
    vy = sub(vy, mul(ny, linear));
    vz = sub(vz, mul(nz, linear));
    sx = sub(sx, mul(v128.load(row, CONTACT_A0), less));
    sy = sub(sy, mul(v128.load(row, CONTACT_A0 + V), less));
    sz = sub(sz, mul(v128.load(row, CONTACT_A0 + 2 * V), less));
    row += CONTACT_ROW_BYTES;
  }

  let anchors = friction ? counts >> 8 : 0;
  if (anchors) {
    const most = mul(v128.load(at, CONTACT_FRICTION), pressed);
    const least = neg(most);
    let cut = splat(0);
    for (; anchors; anchors--) {
      for (let tangent = at + CONTACT_TANGENT_0; tangent <= at + CONTACT_TANGENT_1; tangent += 3 * V) {
        nx = v128.load(tangent);
        ny = v128.load(tangent, V);
        nz = v128.load(tangent, 2 * V);
        const old = v128.load(row, CONTACT_IMPULSE);
        const wanted = free(row, old, along(row + CONTACT_A0, nx, ny, nz, vx, vy, vz, sx, sy, sz));
        cut = v128.or(cut, f32x4.gt(abs(wanted), most));
        const next = min(most, max(least, wanted));
        v128.store(row, next, CONTACT_IMPULSE);
        const less = sub(old, next);
        const linear = mul(mass, less);
        vx = sub(vx, mul(nx, linear));
        vy = sub(vy, mul(ny, linear));
        vz = sub(vz, mul(nz, linear));
        sx = sub(sx, mul(v128.load(row, CONTACT_A0), less));
        sy = sub(sy, mul(v128.load(row, CONTACT_A0 + V), less));
        sz = sub(sz, mul(v128.load(row, CONTACT_A0 + 2 * V), less));
        row += CONTACT_ROW_BYTES;
      }
    }
    v128.store(at, cut, CONTACT_CUT);
  }

  v128.store(body, vx, LINEAR);
  v128.store(body, vy, LINEAR + V);
  v128.store(body, vz, LINEAR + 2 * V);
  v128.store(body, sx, ANGULAR);
  v128.store(body, sy, ANGULAR + V);
  v128.store(body, sz, ANGULAR + 2 * V);
}

/** Solves a contact between two bodies; friction as well if `friction`. */
export function solveContactBetween(at: usize, friction: bool): void {
  const body0: usize = load<u32>(at, BODY_0);
  const body1: usize = load<u32>(at, BODY_1);
  const counts = load<u32>(at, CONTACT_COUNTS);
  let vx0 = v128.load(body0, LINEAR);
  let vy0 = v128.load(body0, LINEAR + V);
  let vz0 = v128.load(body0, LINEAR + 2 * V);
  let sx0 = v128.load(body0, ANGULAR);
  let sy0 = v128.load(body0, ANGULAR + V);
  let sz0 = v128.load(body0, ANGULAR + 2 * V);
  let vx1 = v128.load(body1, LINEAR);
  let vy1 = v128.load(body1, LINEAR + V);
  let vz1 = v128.load(body1, LINEAR + 2 * V);
  let sx1 = v128.load(body1, ANGULAR);
  let sy1 = v128.load(body1, ANGULAR + V);
  let sz1 = v128.load(body1, ANGULAR + 2 * V);
  const mass0 = v128.load(body0, MASS);
  const mass1 = v128.load(body1, MASS);

  let row = at + CONTACT_HEAD_BYTES;
  let pressed = splat(0);
  let most = splat(0);
  let least = splat(0);
  let cut = splat(0);
  const points = counts & 0xff;
  const count = points + (friction ? (counts >> 8) << 1 : 0);
  for (let i: u32 = 0; i < count; i++) {
    const holds = i >= points;
    if (i == points) {
      most = mul(v128.load(at, CONTACT_FRICTION), pressed);
      least = neg(most);
    }
    const axis = at + (holds ? ((i - points) & 1 ? CONTACT_TANGENT_1 : CONTACT_TANGENT_0) : CONTACT_NORMAL);
    const nx = v128.load(axis);
    const ny = v128.load(axis, V);
    const nz = v128.load(axis, 2 * V);
    const velocity = sub(along(row + CONTACT_A0, nx, ny, nz, vx0, vy0, vz0, sx0, sy0, sz0),
      along(row + CONTACT_A1, nx, ny, nz, vx1, vy1, vz1, sx1, sy1, sz1));
    const old = v128.load(row, CONTACT_IMPULSE);
    let next = free(row, old, velocity);
    if (holds) {
      cut = v128.or(cut, f32x4.gt(abs(next), most));
      next = min(most, max(least, next));
    } else {
      next = max(splat(0), next);
      pressed = add(pressed, next);
    }
    v128.store(row, next, CONTACT_IMPULSE);
    const less = sub(old, next);
    const linear0 = mul(mass0, less);
    vx0 = sub(vx0, mul(nx, linear0));
    vy0 = sub(vy0, mul(ny, linear0));
    vz0 = sub(vz0, mul(nz, linear0));
    sx0 = sub(sx0, mul(v128.load(row, CONTACT_A0), less));
    sy0 = sub(sy0, mul(v128.load(row, CONTACT_A0 + V), less));
    sz0 = sub(sz0, mul(v128.load(row, CONTACT_A0 + 2 * V), less));
    const more = sub(next, old);
    const linear1 = mul(mass1, more);
    vx1 = sub(vx1, mul(nx, linear1));
    vy1 = sub(vy1, mul(ny, linear1));
    vz1 = sub(vz1, mul(nz, linear1));
    sx1 = sub(sx1, mul(v128.load(row, CONTACT_A1), more));
    sy1 = sub(sy1, mul(v128.load(row, CONTACT_A1 + V), more));
    sz1 = sub(sz1, mul(v128.load(row, CONTACT_A1 + 2 * V), more));
    row += CONTACT_ROW_BYTES;
  }
  v128.store(at, cut, CONTACT_CUT);

  v128.store(body0, vx0, LINEAR);
  v128.store(body0, vy0, LINEAR + V);
  v128.store(body0, vz0, LINEAR + 2 * V);
  v128.store(body0, sx0, ANGULAR);
  v128.store(body0, sy0, ANGULAR + V);
  v128.store(body0, sz0, ANGULAR + 2 * V);
  v128.store(body1, vx1, LINEAR);
  v128.store(body1, vy1, LINEAR + V);
  v128.store(body1, vz1, LINEAR + 2 * V);
  v128.store(body1, sx1, ANGULAR);
  v128.store(body1, sy1, ANGULAR + V);
  v128.store(body1, sz1, ANGULAR + 2 * V);
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
