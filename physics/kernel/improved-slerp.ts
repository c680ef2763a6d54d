// PhysX's "improved slerp", off by default: a drive's three rows are turned so that they do not disturb one another.
//
// The 3 x 3 response of the rows is made diagonal by cyclic Jacobi rotations, without a branch: three sweeps leave nothing
// that single precision shows.
import { DRIVE_A0, DRIVE_A1, DRIVE_PUSH } from './joint-layout';
import { V } from './layout';
import { product } from './joint-rows';
import { abs, add, div, mul, neg, select, splat, sqrt, sub } from './math';

/** Turns the three rows of the drive at `at`, and the errors that stand in its pushes. */
export function diagonalise(at: usize): void {
  for (let sweep = 0; sweep < 3; sweep++) {
    turnPair(at, 0, 1);
    turnPair(at, 0, 2);
    turnPair(at, 1, 2);
  }
}

/** Turns two rows within their plane so that neither answers to the other. */
function turnPair(at: usize, first: usize, second: usize): void {
  const a0 = at + DRIVE_A0 + first * 3 * V;
  const b0 = at + DRIVE_A0 + second * 3 * V;
  const a1 = at + DRIVE_A1 + first * 3 * V;
  const b1 = at + DRIVE_A1 + second * 3 * V;
  const aa = add(product(a0, a0), product(a1, a1));
  const bb = add(product(b0, b0), product(b1, b1));
  const ab = add(product(a0, b0), product(a1, b1));
  const zero = splat(0);
  const one = splat(1);
  const none = f32x4.eq(ab, zero);
  // t = tangent of the angle: the smaller root of t^2 + 2 theta t - 1.
  const theta = div(sub(bb, aa), mul(splat(2), ab));
  const magnitude = div(one, add(abs(theta), sqrt(add(mul(theta, theta), one))));
  const t = v128.andnot(select(f32x4.lt(theta, zero), neg(magnitude), magnitude), none);
  const c = div(one, sqrt(add(mul(t, t), one)));
  const s = mul(t, c);
  for (let part: usize = 0; part < 3 * V; part += V) {
    mix(a0 + part, b0 + part, c, s);
    mix(a1 + part, b1 + part, c, s);
  }
  mix(at + DRIVE_PUSH + first * V, at + DRIVE_PUSH + second * V, c, s);
}

@inline
function mix(a: usize, b: usize, c: v128, s: v128): void {
  const x = v128.load(a);
  const y = v128.load(b);
  v128.store(a, sub(mul(c, x), mul(s, y)));
  v128.store(b, add(mul(s, x), mul(c, y)));
}
