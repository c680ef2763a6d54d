// One joint, solved once: its drive, then what it locks, then its limits, as PhysX 4.1 does (solve1D), on velocities that
// it shares with its neighbours. The locked rows are solved as one block, which is what PhysX's orthogonal rows come to.
import {
  BODY_0,
  BODY_1,
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
  HEAD_BYTES,
  KIND,
  LIMIT_A0,
  LIMIT_A1,
  LIMIT_BIAS,
  LIMIT_BYTES,
  LIMIT_COUNT,
  LIMIT_IMPULSE,
  LIMIT_INVERSE,
  LIMIT_LATER_BIAS,
  LIMIT_LINEAR,
  LINEAR_A0,
  LINEAR_A1,
  LINEAR_BIAS,
  LINEAR_BYTES,
  LINEAR_INVERSE,
  LOCK_A0,
  LOCK_A1,
  LOCK_BIAS,
  LOCK_BYTES,
  LOCK_T,
  inverseSize,
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

/** Solves the joint whose record is at `at` once. */
export function solveJoint(at: usize): void {
  const kind = load<u32>(at, KIND);
  const body0: usize = load<u32>(at, BODY_0);
  const body1: usize = load<u32>(at, BODY_1);
  let sx0 = v128.load(body0, ANGULAR);
  let sy0 = v128.load(body0, ANGULAR + V);
  let sz0 = v128.load(body0, ANGULAR + 2 * V);
  let sx1 = v128.load(body1, ANGULAR);
  let sy1 = v128.load(body1, ANGULAR + V);
  let sz1 = v128.load(body1, ANGULAR + 2 * V);
  let c = at + HEAD_BYTES;

  if (kind & DRIVEN) {
    const most = v128.load(c, DRIVE_MOST);
    const least = neg(most);
    let u0 = angular(c + DRIVE_A0, c + DRIVE_A1, sx0, sy0, sz0, sx1, sy1, sz1);
    let u1 = angular(c + DRIVE_A0 + 3 * V, c + DRIVE_A1 + 3 * V, sx0, sy0, sz0, sx1, sy1, sz1);
    let u2 = angular(c + DRIVE_A0 + 6 * V, c + DRIVE_A1 + 6 * V, sx0, sy0, sz0, sx1, sy1, sz1);

    const old0 = v128.load(c, DRIVE_IMPULSE);
    const new0 = driveImpulse(c, old0, u0, least, most);
    v128.store(c, new0, DRIVE_IMPULSE);
    const f0 = sub(new0, old0);

    u1 = add(u1, mul(v128.load(c, DRIVE_COUPLING), f0));
    const old1 = v128.load(c, DRIVE_IMPULSE + V);
    const new1 = driveImpulse(c + V, old1, u1, least, most);
    v128.store(c, new1, DRIVE_IMPULSE + V);
    const f1 = sub(new1, old1);

    u2 = add(add(u2, mul(v128.load(c, DRIVE_COUPLING + V), f0)), mul(v128.load(c, DRIVE_COUPLING + 2 * V), f1));
    const old2 = v128.load(c, DRIVE_IMPULSE + 2 * V);
    const new2 = driveImpulse(c + 2 * V, old2, u2, least, most);
    v128.store(c, new2, DRIVE_IMPULSE + 2 * V);
    const f2 = sub(new2, old2);

    sx0 = add(sx0, along(c + DRIVE_A0, f0, f1, f2));
    sy0 = add(sy0, along(c + DRIVE_A0 + V, f0, f1, f2));
    sz0 = add(sz0, along(c + DRIVE_A0 + 2 * V, f0, f1, f2));
    sx1 = sub(sx1, along(c + DRIVE_A1, f0, f1, f2));
    sy1 = sub(sy1, along(c + DRIVE_A1 + V, f0, f1, f2));
    sz1 = sub(sz1, along(c + DRIVE_A1 + 2 * V, f0, f1, f2));
    c += DRIVE_BYTES;
  }

  // Position and locks: P = K^-1 r - sum t_i mu_i with r the rows' velocities and biases, mu = S^-1 (r_i - t_i.r).
  let vx0 = v128.load(body0, LINEAR);
  let vy0 = v128.load(body0, LINEAR + V);
  let vz0 = v128.load(body0, LINEAR + 2 * V);
  let vx1 = v128.load(body1, LINEAR);
  let vy1 = v128.load(body1, LINEAR + V);
  let vz1 = v128.load(body1, LINEAR + 2 * V);
  const mass0 = v128.load(body0, MASS);
  const mass1 = v128.load(body1, MASS);
  {
    const rx = add(add(sub(vx0, vx1), v128.load(c, LINEAR_BIAS)),
      angular(c + LINEAR_A0, c + LINEAR_A1, sx0, sy0, sz0, sx1, sy1, sz1));
    const ry = add(add(sub(vy0, vy1), v128.load(c, LINEAR_BIAS + V)),
      angular(c + LINEAR_A0 + 3 * V, c + LINEAR_A1 + 3 * V, sx0, sy0, sz0, sx1, sy1, sz1));
    const rz = add(add(sub(vz0, vz1), v128.load(c, LINEAR_BIAS + 2 * V)),
      angular(c + LINEAR_A0 + 6 * V, c + LINEAR_A1 + 6 * V, sx0, sy0, sz0, sx1, sy1, sz1));
    const xy = v128.load(c, LINEAR_INVERSE + V);
    const xz = v128.load(c, LINEAR_INVERSE + 2 * V);
    const yz = v128.load(c, LINEAR_INVERSE + 4 * V);
    let px = add(add(mul(v128.load(c, LINEAR_INVERSE), rx), mul(xy, ry)), mul(xz, rz));
    let py = add(add(mul(xy, rx), mul(v128.load(c, LINEAR_INVERSE + 3 * V), ry)), mul(yz, rz));
    let pz = add(add(mul(xz, rx), mul(yz, ry)), mul(v128.load(c, LINEAR_INVERSE + 5 * V), rz));
    const linear = c;
    c += LINEAR_BYTES;
    const locks = kind >> 1;
    if (locks) {
      const count = <usize>locks;
      const inverse = c + count * LOCK_BYTES;
      const r0 = lockRow(c, rx, ry, rz, sx0, sy0, sz0, sx1, sy1, sz1);
      let m0: v128;
      if (locks == 1) {
        m0 = mul(v128.load(inverse), r0);
      } else {
        const second = c + LOCK_BYTES;
        const r1 = lockRow(second, rx, ry, rz, sx0, sy0, sz0, sx1, sy1, sz1);
        let m1: v128;
        if (locks == 2) {
          const i01 = v128.load(inverse, V);
          m0 = add(mul(v128.load(inverse), r0), mul(i01, r1));
          m1 = add(mul(i01, r0), mul(v128.load(inverse, 2 * V), r1));
        } else {
          const third = c + 2 * LOCK_BYTES;
          const r2 = lockRow(third, rx, ry, rz, sx0, sy0, sz0, sx1, sy1, sz1);
          const i01 = v128.load(inverse, V);
          const i02 = v128.load(inverse, 2 * V);
          const i12 = v128.load(inverse, 4 * V);
          m0 = add(add(mul(v128.load(inverse), r0), mul(i01, r1)), mul(i02, r2));
          m1 = add(add(mul(i01, r0), mul(v128.load(inverse, 3 * V), r1)), mul(i12, r2));
          const m2 = add(add(mul(i02, r0), mul(i12, r1)), mul(v128.load(inverse, 5 * V), r2));
          px = sub(px, mul(v128.load(third, LOCK_T), m2));
          py = sub(py, mul(v128.load(third, LOCK_T + V), m2));
          pz = sub(pz, mul(v128.load(third, LOCK_T + 2 * V), m2));
          sx0 = sub(sx0, mul(v128.load(third, LOCK_A0), m2));
          sy0 = sub(sy0, mul(v128.load(third, LOCK_A0 + V), m2));
          sz0 = sub(sz0, mul(v128.load(third, LOCK_A0 + 2 * V), m2));
          sx1 = add(sx1, mul(v128.load(third, LOCK_A1), m2));
          sy1 = add(sy1, mul(v128.load(third, LOCK_A1 + V), m2));
          sz1 = add(sz1, mul(v128.load(third, LOCK_A1 + 2 * V), m2));
        }
        px = sub(px, mul(v128.load(second, LOCK_T), m1));
        py = sub(py, mul(v128.load(second, LOCK_T + V), m1));
        pz = sub(pz, mul(v128.load(second, LOCK_T + 2 * V), m1));
        sx0 = sub(sx0, mul(v128.load(second, LOCK_A0), m1));
        sy0 = sub(sy0, mul(v128.load(second, LOCK_A0 + V), m1));
        sz0 = sub(sz0, mul(v128.load(second, LOCK_A0 + 2 * V), m1));
        sx1 = add(sx1, mul(v128.load(second, LOCK_A1), m1));
        sy1 = add(sy1, mul(v128.load(second, LOCK_A1 + V), m1));
        sz1 = add(sz1, mul(v128.load(second, LOCK_A1 + 2 * V), m1));
      }
      px = sub(px, mul(v128.load(c, LOCK_T), m0));
      py = sub(py, mul(v128.load(c, LOCK_T + V), m0));
      pz = sub(pz, mul(v128.load(c, LOCK_T + 2 * V), m0));
      sx0 = sub(sx0, mul(v128.load(c, LOCK_A0), m0));
      sy0 = sub(sy0, mul(v128.load(c, LOCK_A0 + V), m0));
      sz0 = sub(sz0, mul(v128.load(c, LOCK_A0 + 2 * V), m0));
      sx1 = add(sx1, mul(v128.load(c, LOCK_A1), m0));
      sy1 = add(sy1, mul(v128.load(c, LOCK_A1 + V), m0));
      sz1 = add(sz1, mul(v128.load(c, LOCK_A1 + 2 * V), m0));
      c = inverse + inverseSize(count) * V;
    }
    vx0 = sub(vx0, mul(mass0, px));
    vy0 = sub(vy0, mul(mass0, py));
    vz0 = sub(vz0, mul(mass0, pz));
    vx1 = add(vx1, mul(mass1, px));
    vy1 = add(vy1, mul(mass1, py));
    vz1 = add(vz1, mul(mass1, pz));
    sx0 = sub(sx0, along(linear + LINEAR_A0, px, py, pz));
    sy0 = sub(sy0, along(linear + LINEAR_A0 + V, px, py, pz));
    sz0 = sub(sz0, along(linear + LINEAR_A0 + 2 * V, px, py, pz));
    sx1 = add(sx1, along(linear + LINEAR_A1, px, py, pz));
    sy1 = add(sy1, along(linear + LINEAR_A1 + V, px, py, pz));
    sz1 = add(sz1, along(linear + LINEAR_A1 + 2 * V, px, py, pz));
  }

  const zero = splat(0);
  for (let count = load<u32>(at, LIMIT_COUNT); count; count--) {
    const lx = v128.load(c, LIMIT_LINEAR);
    const ly = v128.load(c, LIMIT_LINEAR + V);
    const lz = v128.load(c, LIMIT_LINEAR + 2 * V);
    const velocity = add(add(add(mul(lx, sub(vx0, vx1)), mul(ly, sub(vy0, vy1))), mul(lz, sub(vz0, vz1))),
      angular(c + LIMIT_A0, c + LIMIT_A1, sx0, sy0, sz0, sx1, sy1, sz1));
    const old = v128.load(c, LIMIT_IMPULSE);
    const next = max(zero, sub(old, mul(add(velocity, v128.load(c, LIMIT_BIAS)), v128.load(c, LIMIT_INVERSE))));
    v128.store(c, next, LIMIT_IMPULSE);
    // Differences are taken away, never added: where a row is all zeros, even the sign of a zero stays.
    const less = sub(old, next);
    const more = sub(next, old);
    const less0 = mul(mass0, less);
    const more1 = mul(mass1, more);
    vx0 = sub(vx0, mul(lx, less0));
    vy0 = sub(vy0, mul(ly, less0));
    vz0 = sub(vz0, mul(lz, less0));
    vx1 = sub(vx1, mul(lx, more1));
    vy1 = sub(vy1, mul(ly, more1));
    vz1 = sub(vz1, mul(lz, more1));
    sx0 = sub(sx0, mul(v128.load(c, LIMIT_A0), less));
    sy0 = sub(sy0, mul(v128.load(c, LIMIT_A0 + V), less));
    sz0 = sub(sz0, mul(v128.load(c, LIMIT_A0 + 2 * V), less));
    sx1 = sub(sx1, mul(v128.load(c, LIMIT_A1), more));
    sy1 = sub(sy1, mul(v128.load(c, LIMIT_A1 + V), more));
    sz1 = sub(sz1, mul(v128.load(c, LIMIT_A1 + 2 * V), more));
    c += LIMIT_BYTES;
  }

  v128.store(body0, vx0, LINEAR);
  v128.store(body0, vy0, LINEAR + V);
  v128.store(body0, vz0, LINEAR + 2 * V);
  v128.store(body1, vx1, LINEAR);
  v128.store(body1, vy1, LINEAR + V);
  v128.store(body1, vz1, LINEAR + 2 * V);
  v128.store(body0, sx0, ANGULAR);
  v128.store(body0, sy0, ANGULAR + V);
  v128.store(body0, sz0, ANGULAR + 2 * V);
  v128.store(body1, sx1, ANGULAR);
  v128.store(body1, sy1, ANGULAR + V);
  v128.store(body1, sz1, ANGULAR + 2 * V);
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

/** After the position iterations: errors are mended, so biases go; a limit not reached yet keeps its room. */
export function concludeJoint(at: usize): void {
  const kind = load<u32>(at, KIND);
  const zero = splat(0);
  let c = at + HEAD_BYTES;
  if (kind & DRIVEN) c += DRIVE_BYTES;
  v128.store(c, zero, LINEAR_BIAS);
  v128.store(c, zero, LINEAR_BIAS + V);
  v128.store(c, zero, LINEAR_BIAS + 2 * V);
  c += LINEAR_BYTES;
  const count = <usize>(kind >> 1);
  for (let lock: usize = 0; lock < count; lock++) {
    v128.store(c, zero, LOCK_BIAS);
    c += LOCK_BYTES;
  }
  c += inverseSize(count) * V;
  for (let limit = load<u32>(at, LIMIT_COUNT); limit; limit--) {
    v128.store(c, v128.load(c, LIMIT_LATER_BIAS), LIMIT_BIAS);
    c += LIMIT_BYTES;
  }
}
