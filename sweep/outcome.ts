/** What came of a sweep: its candidates from the best to the worst, each with a verdict. Pure. */
import type { Estimate } from '../evaluate/estimate.ts';
import { bestScoreOf, differenceBetween, isSound, ranked, scoreOf } from './plan/compare.ts';
import type { History, Leg, Outcome } from './plan/plan.ts';
import type { Sweep } from './schema.ts';

/** A candidate at the end. */
export interface Candidate {
  readonly name: string;
  readonly verdict: Verdict;
  /** Why, in a few words. */
  readonly why: string;
  /** Its last leg, and what came of it. */
  readonly outcome: Outcome;
  /** The number of its last round, from 1. */
  readonly round: number;
  /** Mean over seeds of the best policies' held-out reward; undefined where a seed has failed. */
  readonly score: number | undefined;
}

export type Verdict = 'best' | 'done' | 'stopped' | 'failed';

/** From the best to the worst: those that came to the end, by their best policies; then the others, the latest stopped first. */
export function candidatesOf(sweep: Sweep, history: History): Candidate[] {
  const last = history.at(-1);
  if (!last) return [];
  const lastOf = new Map<string, { outcome: Outcome; round: number }>();
  history.forEach((outcomes, index) => {
    for (const outcome of outcomes) lastOf.set(outcome.leg.candidate, { outcome, round: index + 1 });
  });
  const rounds = history.map((_, index) => index + 1).reverse();
  const inOrder = rounds.flatMap((round) => {
    const ended = [...lastOf.values()].filter((each) => each.round === round).map(({ outcome }) => outcome);
    return ranked(ended, bestScoreOf).map((outcome) => ({ outcome, round }));
  });
  return inOrder.map(({ outcome, round }, place): Candidate => {
    const verdict = verdictOf(outcome, round === history.length, place);
    const score = isSound(outcome) ? bestScoreOf(outcome) : undefined;
    return { name: outcome.leg.candidate, verdict, why: whyOf(verdict, sweep, outcome), outcome, round, score };
  });
}

function verdictOf(outcome: Outcome, isAtEnd: boolean, place: number): Verdict {
  if (!isSound(outcome)) return 'failed';
  if (!isAtEnd) return 'stopped';
  return place === 0 ? 'best' : 'done';
}

function whyOf(verdict: Verdict, { kind }: Sweep, { leg, seeds }: Outcome): string {
  const at = leg.until.toLocaleString('en-US');
  switch (verdict) {
    case 'best':
    case 'done':
      return 'trained to the end';
    case 'stopped':
      return kind === 'halving' ? `not among the best at ${at}` : `clearly worse than the median at ${at}`;
    case 'failed':
      return `failed before ${at}: ${seeds.map((seed) => ('failed' in seed ? seed.failed : '')).find(Boolean)}`;
  }
}

/** The one that did best; undefined where all have failed. */
export function winnerOf(candidates: readonly Candidate[]): Candidate | undefined {
  return candidates.find(({ verdict }) => verdict === 'best');
}

/** The seed of it that did best, from 1. */
export function bestSeedOf({ outcome }: Candidate): number {
  const rewards = outcome.seeds.map((seed) => ('best' in seed ? seed.best.reward : Number.NEGATIVE_INFINITY));
  return rewards.indexOf(Math.max(...rewards)) + 1;
}

/** How far the best is ahead of the next one, on the same held-out episodes; undefined where there is none. */
export function leadOf(
  candidates: readonly Candidate[],
): { readonly over: string; readonly lead: Estimate } | undefined {
  const [first, second] = candidates.filter(({ verdict }) => verdict === 'best' || verdict === 'done');
  if (!first || !second) return undefined;
  return { over: second.name, lead: differenceBetween(second.outcome, first.outcome, 'best') };
}

/** What the best policies of a candidate earned on episodes that they were not chosen by: mean over the seeds that have it. */
export function freshOf({ outcome }: Candidate): number | undefined {
  const fresh = outcome.seeds.flatMap((seed) => ('best' in seed && seed.best.fresh ? [seed.best.fresh.reward] : []));
  return fresh.length === 0 ? undefined : fresh.reduce((sum, reward) => sum + reward, 0) / fresh.length;
}

/** Where a leg's training was before: the rounds and candidates that it went through, the earliest first. */
export function lineageOf(history: History, round: number, candidate: string): { round: number; leg: Leg }[] {
  const { leg } = history[round - 1]!.find((outcome) => outcome.leg.candidate === candidate)!;
  const before = leg.from === undefined ? [] : lineageOf(history, round - 1, leg.from);
  return [...before, { round, leg }];
}

/** Held-out rewards of a candidate at the end of each of its rounds, along the way that its training took. */
export function courseOf(history: History, { round, name }: Candidate): { x: number; y: number }[] {
  return lineageOf(history, round, name).flatMap((stage) => {
    const outcome = history[stage.round - 1]!.find(({ leg }) => leg.candidate === stage.leg.candidate)!;
    return isSound(outcome) ? [{ x: stage.leg.until, y: scoreOf(outcome) }] : [];
  });
}

/** Decisions that all trainings had; one that failed counts as having come to the end of its leg. */
export function decisionsOf(history: History): number {
  let decisions = 0;
  history.forEach((outcomes, index) => {
    // Whoever goes on does so from where the round before ended.
    const begun = index === 0 ? 0 : history[index - 1]![0]!.leg.until;
    for (const { leg, seeds } of outcomes) decisions += (leg.until - begun) * seeds.length;
  });
  return decisions;
}
