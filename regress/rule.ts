/**
 * Whether a candidate walks as well as a baseline, by pairs of episodes: a rule that is stated before anything is played.
 *
 * A_i and B_i are the returns of baseline and candidate in the same episode, m is the margin. The candidate passes where
 * L_i = B_i - (1 - m) A_i is above 0 in the mean: it is then not worse by the share m of the baseline's mean. It fails where
 * D_i = B_i - A_i is below 0 in the mean, or where it falls in more of the episodes. In between it is undecided: the episodes
 * could not tell, and more of them would.
 *
 * There are four looks, after a quarter of the episodes each. Who looks four times errs four times as easily, so early looks
 * ask for more (O'Brien and Fleming 1979): the bound at look k of K is c sqrt(K / k), with c from Jennison and Turnbull's
 * tables (Group Sequential Methods, table 2.3). tests/regress/rule.test.ts plays both errors through.
 */

import { meanOf } from '../evaluate/estimate.ts';
import { compareFalls, correlationOf, deviationOf, SEEN_STANDARD_ERRORS } from '../evaluate/paired.ts';
import { tQuantile } from '../evaluate/student-t.ts';

export const LOOKS = 4;

/** Standard errors, at the last look. */
export const BOUNDS = {
  /** One-sided error of 5 %: so often a candidate that is worse by just the margin passes. */
  pass: 1.733,
  /** One-sided error of 0.5 %: so often one that is as good fails. */
  fail: 2.609,
  /** Below it nobody plays on for the pass: the margin is out of sight. */
  futile: -1.28,
} as const;

/** How often a candidate that is as safe may fail by its falls, over all looks. */
export const FALLS_ERROR = 0.005;

/** One policy's part of the pairs. */
export interface Played {
  readonly returns: readonly number[];
  /** Whether each ended before its time. */
  readonly fell: readonly boolean[];
}

export type Verdict = 'pass' | 'fail' | 'undecided';

export interface Look {
  /** Null: play on. */
  readonly verdict: Verdict | null;
  readonly why: string;
  readonly pairs: number;
  /** Mean of D over the mean of A: -0.1 is 10 % worse. */
  readonly change: number;
  /** Means of L and of D in standard errors; infinite where nothing varies. */
  readonly z: number;
  readonly zWorse: number;
  /** Of L. */
  readonly deviation: number;
  readonly correlation: number | null;
  /** What these pairs would show in 80 of 100 cases, as a share of the baseline's mean. */
  readonly detectable: number;
  /** Episodes that only the baseline, only the candidate fell in; how likely so many are by chance. */
  readonly falls: { readonly onlyBaseline: number; readonly onlyCandidate: number; readonly p: number };
  /** About how many pairs would decide, if it goes on like this; null where that is decided or nobody can tell. */
  readonly needed: number | null;
}

/**
 * @param baseline, @param candidate of the same episodes, in the same order: two at least, and the baseline's mean above 0.
 * @param look from 1; the last one is LOOKS.
 * @param margin a share of the baseline's mean.
 */
export function lookAt(baseline: Played, candidate: Played, look: number, margin: number): Look {
  const pairs = baseline.returns.length;
  const mean = meanOf(baseline.returns);
  const within = baseline.returns.map((a, index) => candidate.returns[index]! - (1 - margin) * a);
  const worse = baseline.returns.map((a, index) => candidate.returns[index]! - a);
  const [z, zWorse] = [inStandardErrors(within), inStandardErrors(worse)];
  const deviation = deviationOf(within);
  const falls = compareFalls(baseline.fell, candidate.fell);
  const judged = judge(z, zWorse, falls.p, pairs, look);
  return {
    ...judged,
    pairs,
    change: meanOf(worse) / mean,
    z,
    zWorse,
    deviation,
    correlation: correlationOf(baseline.returns, candidate.returns),
    detectable: (SEEN_STANDARD_ERRORS * deviation) / Math.sqrt(pairs) / mean,
    falls: { onlyBaseline: falls.onlyFirst, onlyCandidate: falls.onlySecond, p: falls.p },
    needed: judged.verdict === 'undecided' ? pairsNeeded(z, zWorse, pairs) : null,
  };
}

function judge(
  z: number,
  zWorse: number,
  pOfFalls: number,
  pairs: number,
  look: number,
): Pick<Look, 'verdict' | 'why'> {
  const bound = (standardErrors: number) => tQuantile(standardErrors * Math.sqrt(LOOKS / look), pairs - 1);
  const isWorse = zWorse < -bound(BOUNDS.fail);
  if (pOfFalls < FALLS_ERROR / LOOKS) return { verdict: 'fail', why: 'it falls in more of the episodes' };
  if (z > bound(BOUNDS.pass)) return { verdict: 'pass', why: 'it is not worse by more than the margin' };
  if (isWorse && (z < BOUNDS.futile || look === LOOKS)) return { verdict: 'fail', why: 'it earns less' };
  if (look < LOOKS) return { verdict: null, why: 'these episodes can not tell yet' };
  return { verdict: 'undecided', why: 'so many episodes can not tell' };
}

/** A mean over its standard error; infinite, or 0, where nothing varies. */
function inStandardErrors(sample: readonly number[]): number {
  const mean = meanOf(sample);
  if (mean === 0) return 0;
  return mean / (deviationOf(sample) / Math.sqrt(sample.length));
}

/** The mean stays and its error shrinks with the root of the pairs: which of both bounds is reached first. */
function pairsNeeded(z: number, zWorse: number, pairs: number): number | null {
  const toPass = z > 0 ? pairs * (BOUNDS.pass / z) ** 2 : Number.POSITIVE_INFINITY;
  const toFail = zWorse < 0 ? pairs * (BOUNDS.fail / zWorse) ** 2 : Number.POSITIVE_INFINITY;
  const needed = Math.min(toPass, toFail);
  return Number.isFinite(needed) ? Math.max(pairs + 1, Math.ceil(needed)) : null;
}
