/** Grid and random search: all candidates begin, and at each look those stop that are clearly worse than the median one. */
import type { GridSweep, RandomSweep } from '../schema.ts';
import { allCombinations, drawnCombinations } from './candidates.ts';
import { isClearlyWorse, isSound, ranked } from './compare.ts';
import { beginning, evenly, type History, type Outcome, onward, type Plan, type Round, type Values } from './plan.ts';

export function planGrid(plan: Plan<GridSweep>, history: History): Round | undefined {
  return planLooks(plan, allCombinations(plan.sweep.settings), history);
}

export function planRandom(plan: Plan<RandomSweep>, history: History): Round | undefined {
  return planLooks(plan, history.length > 0 ? [] : drawnCombinations(plan, plan.sweep.trials), history);
}

function planLooks(
  { sweep }: Plan<GridSweep | RandomSweep>,
  candidates: readonly Values[],
  history: History,
): Round | undefined {
  const until = evenly(sweep.decisions, sweep.looks)[history.length];
  if (until === undefined) return undefined;
  const last = history.at(-1);
  if (!last) return beginning(candidates, until);
  const left = sweep.stop_hopeless ? hopeful(last) : last.filter(isSound);
  return left.length === 0 ? undefined : onward(left, until);
}

/** Those that are not clearly worse than the median one; the better half always is among them. */
export function hopeful(outcomes: readonly Outcome[]): Outcome[] {
  const order = ranked(outcomes);
  const median = order[Math.floor((order.length - 1) / 2)]!;
  return outcomes.filter((outcome) => isSound(outcome) && !isClearlyWorse(outcome, median));
}
