/** Runs a sweep: round after round, each as its planner says, until there is none or it is asked to stop. */
import { type LegResult, readResult } from './leg.ts';
import type { History, Leg, Outcome, Round, SeedOutcome } from './plan/plan.ts';
import { nextRound } from './plan/planners.ts';
import type { ReadSweep } from './read-sweep.ts';
import type { LegRunner } from './runner.ts';
import { recordOf, type SweepFolder } from './sweep-folder.ts';
import type { SweptWorld } from './world.ts';

export interface SweepHooks {
  /** A round begins, the first as number 1. */
  round(round: number, legs: Round): void;
  /** A leg is over: trained now, or before this process began. */
  ended(round: number, leg: Leg, seed: number, result: LegResult): void;
  /** The decisions of the whole training, of a leg under way. */
  progress(round: number, leg: Leg, seed: number, step: number): void;
  readonly signal: AbortSignal;
}

export interface SweepEnd {
  readonly history: History;
  readonly interrupted: boolean;
}

export async function runSweep(
  read: ReadSweep,
  world: SweptWorld,
  folder: SweepFolder,
  runner: LegRunner,
  hooks: SweepHooks,
): Promise<SweepEnd> {
  const history: Outcome[][] = [];
  for (;;) {
    const legs = nextRound(read, history);
    if (!legs) return { history, interrupted: false };
    const round = history.length + 1;
    hooks.round(round, legs);
    const outcomes = await runRound(legs, round, { read, world, folder, runner, hooks });
    if (!outcomes) return { history, interrupted: true };
    history.push(outcomes);
    await runner.roundOver?.();
  }
}

interface Around {
  readonly read: ReadSweep;
  readonly world: SweptWorld;
  readonly folder: SweepFolder;
  readonly runner: LegRunner;
  readonly hooks: SweepHooks;
}

/** @returns undefined where it was stopped. */
async function runRound(legs: Round, round: number, around: Around): Promise<Outcome[] | undefined> {
  const { sweep } = around.read;
  const seeds = Array.from({ length: sweep.seeds }, (_, index) => index + 1);
  const stop = new AbortController();
  const hooks = { ...around.hooks, signal: AbortSignal.any([around.hooks.signal, stop.signal]) };
  const trainings = legs.flatMap((leg) =>
    seeds.map((seed) =>
      runLeg(leg, round, seed, { ...around, hooks }).catch((error) => {
        // The others save where they are; the first error is the one to tell.
        stop.abort();
        throw error;
      }),
    ),
  );
  const settled = await Promise.allSettled(trainings);
  const failed = settled.find((each) => each.status === 'rejected');
  if (failed) throw failed.reason;
  const results = settled.map((each) => (each.status === 'fulfilled' ? each.value : undefined));
  if (results.includes(undefined)) return undefined;
  return legs.map((leg, index) => ({
    leg,
    seeds: results.slice(index * seeds.length, (index + 1) * seeds.length).map((result) => outcomeOf(result!)),
  }));
}

async function runLeg(
  leg: Leg,
  round: number,
  seed: number,
  { read, world, folder, runner, hooks }: Around,
): Promise<LegResult | undefined> {
  const before = leg.from === undefined ? undefined : folder.result(round - 1, leg.from, seed);
  const record = recordOf(read, world, { round, leg, seed, before });
  const own = folder.layOut(record, round, leg);
  const result =
    readResult(own) ?? (await runner.run(record, own, (step) => hooks.progress(round, leg, seed, step), hooks.signal));
  if (result) hooks.ended(round, leg, seed, result);
  return result;
}

function outcomeOf(result: LegResult): SeedOutcome {
  return 'failed' in result ? { failed: result.failed } : { heldOut: result.heldOut, best: result.best };
}
