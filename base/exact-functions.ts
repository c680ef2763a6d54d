/**
 * Sine, cosine and natural logarithm of plain operations: the same bits in every engine.
 *
 * Adding, multiplying, dividing and Math.sqrt are rounded the same everywhere; Math.sin, Math.cos and Math.log may differ in
 * the last place from one engine, or one version of it, to the next. Whatever an episode's bytes depend on takes these.
 *
 * Method and coefficients: Sun's fdlibm (k_sin.c, k_cos.c, e_log.c), good to a unit in the last place.
 */

const quarterTurn = { high: 1.5707963267341256, low: 6.077100506506192e-11 };

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
    0.00833333333332249 +
    z *
      (-0.0001984126982985795 + z * (2.7557313707070068e-6 + z * (-2.5050760253406863e-8 + z * 1.58969099521155e-10)));
  return x + z * x * (-0.16666666666666632 + z * r);
}

/** Within an eighth of a turn of 0. */
function smallCosine(x: number): number {
  const z = x * x;
  const r =
    z *
    (0.0416666666666666 +
      z *
        (-0.001388888888887411 +
          z *
            (2.480158728947673e-5 +
              z * (-2.7557314351390663e-7 + z * (2.087572321298175e-9 + z * -1.1359647557788195e-11)))));
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
  const even = w * (0.3999999999940942 + w * (0.22222198432149784 + w * 0.15313837699209373));
  const odd = z * (0.6666666666666735 + w * (0.2857142874366239 + w * (0.1818357216161805 + w * 0.14798198605116586)));
  const half = 0.5 * f * f;
  return exponent * 0.6931471803691238 - (half - (s * (half + even + odd) + exponent * 1.9082149292705877e-10) - f);
}
