// Numbers of four walkers at once: names for the vector instructions, and the few functions that no instruction has.
//
// Only instructions of WebAssembly's fixed-width SIMD are used, each rounded the same on every machine, and no fused
// multiply-add. Polynomials are those of Moshier's Cephes library (sinf, cosf, tanf, atanf), good to a unit in the last place.

@inline
export function splat(value: f32): v128 {
  return f32x4.splat(value);
}

@inline
export function add(a: v128, b: v128): v128 {
  return f32x4.add(a, b);
}

@inline
export function sub(a: v128, b: v128): v128 {
  return f32x4.sub(a, b);
}

@inline
export function mul(a: v128, b: v128): v128 {
  return f32x4.mul(a, b);
}

@inline
export function div(a: v128, b: v128): v128 {
  return f32x4.div(a, b);
}

@inline
export function neg(a: v128): v128 {
  return f32x4.neg(a);
}

@inline
export function abs(a: v128): v128 {
  return f32x4.abs(a);
}

@inline
export function sqrt(a: v128): v128 {
  return f32x4.sqrt(a);
}

/** The greater; `a` where one is no number. One instruction, where f32x4.max takes eight to look for such. */
@inline
export function max(a: v128, b: v128): v128 {
  return f32x4.pmax(a, b);
}

/** The lesser; `a` where one is no number. */
@inline
export function min(a: v128, b: v128): v128 {
  return f32x4.pmin(a, b);
}

/** `a` where a mask has ones, else `b`. */
@inline
export function select(mask: v128, a: v128, b: v128): v128 {
  return v128.bitselect(a, b, mask);
}

@inline
export function dot(ax: v128, ay: v128, az: v128, bx: v128, by: v128, bz: v128): v128 {
  return add(add(mul(ax, bx), mul(ay, by)), mul(az, bz));
}

/** One component of a cross product: the first of (a, b, ...) x (c, d, ...) is a d - b c of the two others. */
@inline
export function minor(a: v128, b: v128, c: v128, d: v128): v128 {
  return sub(mul(a, d), mul(b, c));
}

/** 1 / a, and 0 where a is not positive. */
@inline
export function reciprocalOrZero(a: v128): v128 {
  const zero = f32x4.splat(0);
  return v128.and(div(f32x4.splat(1), a), f32x4.gt(a, zero));
}

/** Arc tangent of any number, radians. */
export function atan(x: v128): v128 {
  const a = abs(x);
  const one = splat(1);
  // Above tan(3 pi / 8) by the reciprocal, above tan(pi / 8) by 45 degrees.
  const steep = f32x4.gt(a, splat(2.414213562373095));
  const middle = v128.andnot(f32x4.gt(a, splat(0.4142135623730950)), steep);
  const reduced = select(steep, div(splat(-1), a), select(middle, div(sub(a, one), add(a, one)), a));
  const base = select(steep, splat(1.5707963267948966), v128.and(splat(0.7853981633974483), middle));
  const z = mul(reduced, reduced);
  let p = add(mul(splat(8.05374449538e-2), z), splat(-1.38776856032e-1));
  p = add(mul(p, z), splat(1.99777106478e-1));
  p = add(mul(p, z), splat(-3.33329491539e-1));
  const y = add(base, add(mul(mul(p, z), reduced), reduced));
  return v128.or(y, v128.and(x, f32x4.splat(-0.0)));
}

/** Arc sine of a number from 0 to 1/2, radians. */
@inline
function asinSmall(a: v128): v128 {
  const z = mul(a, a);
  let p = add(mul(splat(4.2163199048e-2), z), splat(2.4181311049e-2));
  p = add(mul(p, z), splat(4.5470025998e-2));
  p = add(mul(p, z), splat(7.4953002686e-2));
  p = add(mul(p, z), splat(1.6666752422e-1));
  return add(mul(mul(p, z), a), a);
}

/** Of a number from 1/2 to 1 that whose arc sine is half its arc cosine: there the arc sine has all its digits, x itself has not. */
@inline
function ofHalfArc(x: v128): v128 {
  return sqrt(mul(splat(0.5), max(splat(0), sub(splat(1), x))));
}

/** Arc cosine of a number from 0 to 1, radians. */
export function acos(x: v128): v128 {
  const near = f32x4.gt(x, splat(0.5));
  const arc = asinSmall(select(near, ofHalfArc(x), x));
  return select(near, add(arc, arc), sub(splat(1.5707963267948966), arc));
}

/** Arc sine of a number from -1 to 1, radians; of one beyond, that of the nearer end. */
export function asin(x: v128): v128 {
  const a = abs(x);
  const near = f32x4.gt(a, splat(0.5));
  const arc = asinSmall(select(near, ofHalfArc(a), a));
  return v128.or(select(near, sub(splat(1.5707963267948966), add(arc, arc)), arc), v128.and(x, f32x4.splat(-0.0)));
}

/** Tangent within 45 degrees of 0, radians. */
export function tanSmall(x: v128): v128 {
  const z = mul(x, x);
  let p = add(mul(splat(9.38540185543e-3), z), splat(3.11992232697e-3));
  p = add(mul(p, z), splat(2.44301354525e-2));
  p = add(mul(p, z), splat(5.34112807005e-2));
  p = add(mul(p, z), splat(1.33387994085e-1));
  p = add(mul(p, z), splat(3.33331568548e-1));
  return add(mul(mul(p, z), x), x);
}

/** How many quarter turns are in an angle, to the nearest whole one. */
@inline
function quarters(x: v128): v128 {
  return f32x4.nearest(mul(x, splat(0.6366197723675814)));
}

/** What is left of an angle without its quarter turns, within 45 degrees of 0. */
@inline
function withoutQuarters(x: v128, count: v128): v128 {
  const y = sub(x, mul(count, splat(1.5703125)));
  return sub(sub(y, mul(count, splat(4.837512969970703e-4))), mul(count, splat(7.549789948768648e-8)));
}

@inline
function sinSmall(x: v128): v128 {
  const z = mul(x, x);
  let p = add(mul(splat(-1.9515295891e-4), z), splat(8.3321608736e-3));
  p = add(mul(p, z), splat(-1.6666654611e-1));
  return add(mul(mul(p, z), x), x);
}

@inline
function cosSmall(x: v128): v128 {
  const z = mul(x, x);
  let p = add(mul(splat(2.443315711809948e-5), z), splat(-1.388731625493765e-3));
  p = add(mul(p, z), splat(4.166664568298827e-2));
  return add(sub(mul(mul(p, z), z), mul(splat(0.5), z)), splat(1));
}

/** Sine of an angle in radians, up to some thousands. */
export function sin(x: v128): v128 {
  const count = quarters(x);
  return turnedBy(i32x4.trunc_sat_f32x4_s(count), withoutQuarters(x, count));
}

/** Cosine of an angle in radians, up to some thousands. */
export function cos(x: v128): v128 {
  const count = quarters(x);
  return turnedBy(i32x4.add(i32x4.trunc_sat_f32x4_s(count), i32x4.splat(1)), withoutQuarters(x, count));
}

/** Sine of a small angle and whole quarter turns. */
@inline
function turnedBy(count: v128, small: v128): v128 {
  const odd = i32x4.eq(v128.and(count, i32x4.splat(1)), i32x4.splat(1));
  const sign = i32x4.shl(v128.and(count, i32x4.splat(2)), 30);
  return v128.xor(select(odd, cosSmall(small), sinSmall(small)), sign);
}
