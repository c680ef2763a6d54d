/** Candidates next to one another, by held-out episodes: all policies play the same ones, so they are compared pair by pair. */
import type { Estimate } from '../../evaluate/estimate.ts';
import { compareReturns } from '../../evaluate/paired.ts';
import type { HeldOut } from '../../train/judge/held-out.ts';
import type { Outcome } from './plan.ts';

/** The part of the difference's 95 % interval that has to lie above 0 for one to be worth copying: as for the best of a run. */
const WORTH_COPYING = 0.5;

/** Whether no seed of it has failed. */
export function isSound({ seeds }: Outcome): boolean {
  return seeds.every((seed) => 'heldOut' in seed);
}

/** Mean over its seeds of what the policy at the leg's end earned; the worst there is where one has failed. */
export function scoreOf(outcome: Outcome): number {
  return meanOver(outcome, ({ heldOut }) => heldOut);
}

/** The same of the best policies so far, which is what a training hands on. */
export function bestScoreOf(outcome: Outcome): number {
  return meanOver(outcome, ({ best }) => best);
}

/** The best first; of two alike the one that was named first. */
export function ranked(outcomes: readonly Outcome[], score = scoreOf): Outcome[] {
  const places = outcomes.map((outcome, place) => ({ outcome, place, score: score(outcome) }));
  return places
    .sort((one, other) => (one.score === other.score ? one.place - other.place : one.score < other.score ? 1 : -1))
    .map(({ outcome }) => outcome);
}

/**
 * The second less the first, with the 95 % interval of the difference over the episodes of all seeds. It tells these policies
 * apart; what other seeds would come to, it knows nothing of.
 *
 * @param of which of a seed's two policies.
 */
export function differenceBetween(first: Outcome, second: Outcome, of: 'heldOut' | 'best' = 'heldOut'): Estimate {
  const [before, after] = [returnsOf(first, of), returnsOf(second, of)];
  return compareReturns(before, after).difference;
}

/** Whether it is worse than the other with the whole interval. What has failed is, than what has not. */
export function isClearlyWorse(outcome: Outcome, than: Outcome): boolean {
  if (!isSound(outcome) || !isSound(than)) return isSound(than);
  const { mean, plusMinus } = differenceBetween(than, outcome);
  return mean + plusMinus < 0;
}

/** Whether it is better by about a standard error at least. */
export function isWorthCopying(outcome: Outcome, by: Outcome): boolean {
  if (!isSound(outcome) || !isSound(by)) return isSound(outcome);
  const { mean, plusMinus } = differenceBetween(by, outcome);
  return mean > WORTH_COPYING * plusMinus;
}

function meanOver({ seeds }: Outcome, of: (seed: { heldOut: HeldOut; best: HeldOut }) => HeldOut): number {
  let sum = 0;
  for (const seed of seeds) {
    if (!('heldOut' in seed)) return Number.NEGATIVE_INFINITY;
    sum += of(seed).reward;
  }
  return sum / seeds.length;
}

function returnsOf({ seeds }: Outcome, of: 'heldOut' | 'best'): number[] {
  return seeds.flatMap((seed) => ('heldOut' in seed ? [...(seed[of].returns ?? [])] : []));
}
