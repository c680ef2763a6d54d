/** The one table of kinds of search. */
import type { Sweep } from '../schema.ts';
import { planHalving, rungsOf } from './halving.ts';
import { evenly, type History, type Plan, type Round } from './plan.ts';
import { planPopulation } from './population.ts';
import { planGrid, planRandom } from './survivors.ts';

/** The next round; undefined where the sweep is over. */
export function nextRound({ sweep, isValid }: Plan<Sweep>, history: History): Round | undefined {
  switch (sweep.kind) {
    case 'grid':
      return planGrid({ sweep, isValid }, history);
    case 'random':
      return planRandom({ sweep, isValid }, history);
    case 'halving':
      return planHalving({ sweep, isValid }, history);
    case 'pbt':
      return planPopulation({ sweep, isValid }, history);
  }
}

/** The decisions of a whole training at which rounds end. */
export function endsOf(sweep: Sweep): number[] {
  switch (sweep.kind) {
    case 'halving':
      return rungsOf(sweep);
    case 'pbt':
      return evenly(sweep.decisions, sweep.generations);
    default:
      return evenly(sweep.decisions, sweep.looks);
  }
}

/** Decisions between two held-out evaluations: of every round's end there is one. */
export function evaluationInterval(sweep: Sweep): number {
  return endsOf(sweep)[0]!;
}
