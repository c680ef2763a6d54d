/**
 * Successive halving (Jamieson and Talwalkar, 2016): all candidates train for a short while, one of `eta` goes on for `eta` times as
 * long, and so on to the last rung.
 */
import type { HalvingSweep } from '../schema.ts';
import { drawnCombinations } from './candidates.ts';
import { isSound, ranked } from './compare.ts';
import { beginning, type History, onward, type Plan, type Round } from './plan.ts';

export function planHalving(plan: Plan<HalvingSweep>, history: History): Round | undefined {
  const { sweep } = plan;
  const until = rungsOf(sweep)[history.length];
  if (until === undefined) return undefined;
  const last = history.at(-1);
  if (!last) return beginning(drawnCombinations(plan, sweep.trials), until);
  const places = Math.max(1, Math.floor(sweep.trials / sweep.eta ** history.length));
  const promoted = new Set(ranked(last.filter(isSound)).slice(0, places));
  return promoted.size === 0
    ? undefined
    : onward(
        last.filter((outcome) => promoted.has(outcome)),
        until,
      );
}

/** The decisions of a whole training at which each rung ends: the last has them all, each before it one of `eta`. */
export function rungsOf({ decisions, eta, rungs }: Pick<HalvingSweep, 'decisions' | 'eta' | 'rungs'>): number[] {
  const first = Math.floor(decisions / eta ** (rungs - 1));
  return Array.from({ length: rungs }, (_, rung) => (rung === rungs - 1 ? decisions : first * eta ** rung));
}
