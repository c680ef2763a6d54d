/**
 * Sine, cosine and natural logarithm of plain operations: the same bits in every engine.
 *
 * Adding, multiplying, dividing and Math.sqrt are rounded the same everywhere; Math.sin, Math.cos and Math.log may differ in
 * the last place from one engine, or one version of it, to the next. Whatever an episode's bytes depend on takes these.
 *
 * Method and coefficients: Sun's fdlibm (k_sin.c, k_cos.c, e_log.c), good to a unit in the last place.
 */

const quarterTurn = { high: 1.57079632673412561417, low: 6.0771005065061922493e-11 };

/** @param x radians, up to some thousands. */
export function sine(x: number): number {
  const quarters = Math.floor(x * (2 / Math.PI) + 0.5);
  return inQuadrant(quarters, x, 0);
}

/** @param x radians, up to some thousands. */
export function cosine(x: number): number {
  const quarters = Math.floor(x * (2 / Math.PI) + 0.5);
  return inQuadrant(quarters, x, 1);
}

/** Sine (or with `shift` 1 cosine) of an angle that has so many quarter turns. */
function inQuadrant(quarters: number, x: number, shift: number): number {
  const rest = x - quarters * quarterTurn.high - quarters * quarterTurn.low;
  const quadrant = (quarters + shift) & 3;
  const value = quadrant & 1 ? smallCosine(rest) : smallSine(rest);
  return quadrant & 2 ? -value : value;
}

/** Within an eighth of a turn of 0. */
function smallSine(x: number): number {
  const z = x * x;
  const r =
    8.33333333332248946124e-3 +
    z *
      (-1.98412698298579493134e-4 +
        z * (2.75573137070700676789e-6 + z * (-2.50507602534068634195e-8 + z * 1.58969099521155010221e-10)));
  return x + z * x * (-1.66666666666666324348e-1 + z * r);
}

/** Within an eighth of a turn of 0. */
function smallCosine(x: number): number {
  const z = x * x;
  const r =
    z *
    (4.16666666666666019037e-2 +
      z *
        (-1.38888888888741095749e-3 +
          z *
            (2.48015872894767294178e-5 +
              z * (-2.75573143513906633035e-7 + z * (2.0875723212981748279e-9 + z * -1.13596475577881948265e-11)))));
  const half = 0.5 * z;
  const one = 1 - half;
  return one + (1 - one - half + z * r);
}

/** @param x positive and not tiny: below 1 each halving costs a step. */
export function naturalLogarithm(x: number): number {
  let [mantissa, exponent] = [x, 0];
  for (; mantissa < Math.SQRT1_2; exponent--) mantissa *= 2;
  for (; mantissa >= Math.SQRT2; exponent++) mantissa *= 0.5;
  const f = mantissa - 1;
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const even = w * (3.999999999940941908e-1 + w * (2.222219843214978396e-1 + w * 1.531383769920937332e-1));
  const odd =
    z * (6.66666666666673513e-1 + w * (2.857142874366239149e-1 + w * (1.818357216161805012e-1 + w * 1.479819860511658591e-1)));
  const half = 0.5 * f * f;
  return exponent * 6.9314718036912381649e-1 - (half - (s * (half + even + odd) + exponent * 1.90821492927058770002e-10) - f);
}
