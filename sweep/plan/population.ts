/**
 * Population-based training (Jaderberg et al., 2017): members train side by side; after each generation the worst go on from the
 * checkpoints of the best (exploit), with settings that are changed a little or drawn anew (explore).
 *
 * The paper's truncation selection, and its test before anything is copied: a member keeps what it has learnt unless the other one
 * was better on the same held-out episodes by about a standard error. With several seeds a member is one training of each, and seed
 * s copies seed s.
 */
import { RandomStream } from '../../base/random/stream.ts';
import { changed, drawn } from '../domains.ts';
import type { PopulationSweep } from '../schema.ts';
import { drawnCombinations, SWEEP_STREAMS } from './candidates.ts';
import { isSound, isWorthCopying, ranked } from './compare.ts';
import { beginning, evenly, type History, type Leg, type Outcome, type Plan, type Round, type Values } from './plan.ts';

/** Tries of a change that the configuration takes; after them the settings stay as they were copied. */
const MOST_TRIES = 100;

export function planPopulation(plan: Plan<PopulationSweep>, history: History): Round | undefined {
  const { sweep } = plan;
  const ends = evenly(sweep.decisions, sweep.generations);
  const until = ends[history.length];
  if (until === undefined) return undefined;
  const last = history.at(-1);
  if (!last) return beginning(drawnCombinations(plan, sweep.members), until);
  const order = ranked(last);
  if (!isSound(order[0]!)) return undefined; // every member has failed
  const share = Math.max(1, Math.floor(sweep.exploit * order.length));
  const best = order.slice(0, share).filter(isSound);
  const worst = new Set(order.slice(-share));
  return last.map((outcome, member): Leg => {
    const { leg } = outcome;
    const random = new RandomStream(sweep.seed, SWEEP_STREAMS.exploit, history.length, member);
    const model = best[random.below(best.length)]!;
    const copies = !isSound(outcome) || (worst.has(outcome) && isWorthCopying(model, outcome));
    if (!copies) return { ...leg, from: leg.candidate, until };
    const values = explored(plan, valuesOf(model), history.length, member);
    const stages = [...model.leg.stages, { from: ends[history.length - 1]!, values }];
    return { candidate: leg.candidate, stages, from: model.leg.candidate, until };
  });
}

/** The settings that hold at the end of a leg. */
export function valuesOf({ leg }: Pick<Outcome, 'leg'>): Values {
  return leg.stages.at(-1)!.values;
}

/** Each setting changed a little, or drawn anew. */
function explored(
  { sweep, isValid }: Plan<PopulationSweep>,
  values: Values,
  generation: number,
  member: number,
): Values {
  const random = new RandomStream(sweep.seed, SWEEP_STREAMS.explore, generation, member);
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const after = Object.fromEntries(
      Object.entries(sweep.settings).map(([path, domain]) => [
        path,
        random.uniform() < sweep.resample
          ? drawn(domain, random)
          : changed(domain, values[path]!, sweep.factors, random),
      ]),
    );
    if (isValid(after)) return after;
  }
  return values;
}
