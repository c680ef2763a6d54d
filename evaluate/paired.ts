/**
 * Two policies on the same episodes: how far apart they are, how sure that is, and what could have been seen at all.
 *
 * An episode has the same start, target speed and targets for both, so its two returns tend to be high or low together, and
 * what they share falls out of their difference. The more they have in common (the correlation), the fewer episodes it takes.
 */
import { type Estimate, estimate, meanOf } from './estimate.ts';

/**
 * Standard errors that an effect has to be away from 0 to be seen by a one-sided test at 5 % in 80 of 100 cases: the normal
 * distribution's quantiles for 95 % and 80 %, added up.
 */
export const SEEN_STANDARD_ERRORS = 1.6448536 + 0.8416212;

/** The second policy against the first, on the same episodes. */
export interface Paired {
  readonly pairs: number;
  /** Mean of the second's returns less the first's, with the half-width of its 95 % interval, by Student's t. */
  readonly difference: Estimate;
  /** Of the two returns of a pair; null where those of one policy are all the same. */
  readonly correlation: number | null;
  /** The smallest difference, up or down, that a one-sided test at 5 % would see 80 times in 100. */
  readonly detectable: number;
}

/** @param first returns of the first policy, and @param second of the second: the same episodes in the same order. */
export function compareReturns(first: readonly number[], second: readonly number[]): Paired {
  const differences = differencesOf(first, second);
  return {
    pairs: differences.length,
    difference: estimate(differences),
    correlation: correlationOf(first, second),
    detectable: SEEN_STANDARD_ERRORS * standardErrorOf(differences),
  };
}

/** How often the same episodes ended in a fall for one policy and not for the other, and what that says. */
export interface PairedFalls {
  readonly onlyFirst: number;
  readonly onlySecond: number;
  /**
   * How likely it is that, of the episodes that only one fell in, so many are the second's, were both as safe: one-sided,
   * McNemar's test in its exact (binomial) form. 1 where there is none.
   */
  readonly p: number;
}

/** @param first whether each episode of the first policy ended in a fall, and @param second of the second. */
export function compareFalls(first: readonly boolean[], second: readonly boolean[]): PairedFalls {
  const onlyFirst = first.filter((fell, index) => fell && !second[index]).length;
  const onlySecond = second.filter((fell, index) => fell && !first[index]).length;
  return { onlyFirst, onlySecond, p: atLeastHeads(onlySecond, onlyFirst + onlySecond) };
}

/** How likely it is that a fair coin falls heads so often or more often. Sums logarithms: 2^1075 is no number. */
export function atLeastHeads(heads: number, tosses: number): number {
  if (heads <= 0) return 1;
  let logarithm = -tosses * Math.LN2; // of the chance of no heads at all
  let sum = 0;
  for (let count = 1; count <= tosses; count++) {
    logarithm += Math.log((tosses - count + 1) / count);
    if (count >= heads) sum += Math.exp(logarithm);
  }
  return Math.min(1, sum);
}

/** Of a mean; infinite for a single value. */
export function standardErrorOf(sample: readonly number[]): number {
  if (sample.length < 2) return Number.POSITIVE_INFINITY;
  return deviationOf(sample) / Math.sqrt(sample.length);
}

/** A sample's standard deviation, with n - 1; NaN for a single value. */
export function deviationOf(sample: readonly number[]): number {
  const mean = meanOf(sample);
  return Math.sqrt(sample.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (sample.length - 1));
}

/** Pearson's; null where one of both never varies. */
export function correlationOf(first: readonly number[], second: readonly number[]): number | null {
  const [meanOfFirst, meanOfSecond] = [meanOf(first), meanOf(second)];
  let [products, firstSquares, secondSquares] = [0, 0, 0];
  first.forEach((value, index) => {
    const [a, b] = [value - meanOfFirst, second[index]! - meanOfSecond];
    products += a * b;
    firstSquares += a * a;
    secondSquares += b * b;
  });
  if (firstSquares === 0 || secondSquares === 0) return null;
  return Math.min(1, Math.max(-1, products / Math.sqrt(firstSquares * secondSquares)));
}

function differencesOf(first: readonly number[], second: readonly number[]): number[] {
  if (first.length !== second.length || first.length === 0) {
    throw new RangeError(`pairs are to be made of ${first.length} and ${second.length} episodes`);
  }
  return second.map((value, index) => value - first[index]!);
}
