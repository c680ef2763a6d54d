/** Student's t-distribution, as far as confidence intervals need it. */

/** The standard normal distribution's 97.5 % quantile, which the t-distribution's tends to. */
const NORMAL = 1.959963984540054;

/**
 * How many standard errors to both sides of a mean hold 95 %: the 97.5 % quantile.
 *
 * @param freedom degrees of freedom, one at least; need not be a whole number (Welch).
 */
export function t95(freedom: number): number {
  return freedom > 60 ? expanded(freedom) : Math.sqrt(freedom) * Math.tan(angleOf(freedom));
}

/**
 * The t-distribution's quantile that has as much above it as z has in the normal one: how far a bound that is stated for many
 * values has to be moved for few. By the expansion, so for 10 degrees of freedom at least.
 */
export function tQuantile(z: number, freedom: number): number {
  return expanded(freedom, z);
}

/** Cornish and Fisher's expansion about the normal quantile (Abramowitz and Stegun 26.7.5). */
function expanded(freedom: number, z = NORMAL): number {
  const terms = [
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
    (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92_160,
  ];
  return terms.reduce((sum, term, index) => sum + term / freedom ** (index + 1), z);
}

/**
 * With t = sqrt(freedom) tan(angle), the density of |t| is that of cos(angle)^(freedom - 1) on [0, pi/2] (Abramowitz and
 * Stegun 26.7.3-4 are its integrals): the angle that has 5 % above it. By Newton's method from the normal quantile, which is
 * below; the tail is convex, so no step goes too far.
 */
function angleOf(freedom: number): number {
  const wanted = 0.05 * tailFrom(0, freedom);
  let angle = Math.atan(NORMAL / Math.sqrt(freedom));
  for (let step = 1; step > 1e-13; ) {
    step = (tailFrom(angle, freedom) - wanted) / Math.cos(angle) ** (freedom - 1);
    angle += step;
  }
  return angle;
}

/** The integral from an angle to pi/2, by Simpson's rule; angle = pi/2 - s^3, for the end is not smooth in the angle. */
function tailFrom(angle: number, freedom: number): number {
  const end = Math.cbrt(Math.PI / 2 - angle);
  const parts = 400;
  let sum = 0;
  for (let at = 0; at <= parts; at++) {
    const s = (end * at) / parts;
    const weight = at === 0 || at === parts ? 1 : at % 2 === 1 ? 4 : 2;
    sum += weight * 3 * s * s * Math.sin(s ** 3) ** (freedom - 1);
  }
  return (sum * end) / (3 * parts);
}
