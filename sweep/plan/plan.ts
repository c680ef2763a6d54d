/**
 * A sweep as rounds: what is trained side by side, then what came of it, then what is trained next.
 *
 * Planners are pure: from what the file says and the rounds that are over to the next round. They see a round only as a whole, so
 * what they decide can't depend on which training ended first, and so not on how many processes or machines there are. The price
 * is that a round waits for its slowest training.
 */
import type { Json } from '../../base/json.ts';
import type { HeldOut } from '../../train/judge/held-out.ts';

/** Values of the settings that a sweep varies, by their path. */
export type Values = Readonly<Record<string, Json>>;

/** What was set from when on. */
export interface Stage {
  /** Decisions after which it begins. */
  readonly from: number;
  readonly values: Values;
}

/** A stretch of a candidate's training: from a checkpoint, or from the beginning, to a number of decisions. */
export interface Leg {
  /** "c01". */
  readonly candidate: string;
  /** What was set since the beginning, this leg's last. One stage, unless it is of a population. */
  readonly stages: readonly Stage[];
  /** The candidate of the round before whose checkpoint it goes on from; undefined: it begins. */
  readonly from?: string | undefined;
  /** Decisions of the whole training after which it ends. */
  readonly until: number;
}

/** What came of a leg with one seed. */
export type SeedOutcome =
  | {
      /** Of the policy at the leg's end, with the returns of its episodes. */
      readonly heldOut: HeldOut;
      /** Of the best so far. */
      readonly best: HeldOut;
    }
  /** The training came to a number that is none: it would again. */
  | { readonly failed: string };

/** What came of a leg, with each of the seeds. */
export interface Outcome {
  readonly leg: Leg;
  readonly seeds: readonly SeedOutcome[];
}

export type Round = readonly Leg[];
/** The rounds that are over, each with what came of its legs in their order. */
export type History = readonly (readonly Outcome[])[];

/** What a planner knows. */
export interface Plan<Sweep> {
  readonly sweep: Sweep;
  /** Whether the configuration takes these values together. */
  readonly isValid: (values: Values) => boolean;
}

/** The next round; undefined where the sweep is over. */
export type Planner<Sweep> = (plan: Plan<Sweep>, history: History) => Round | undefined;

/** "c01", "c02", ...: as wide as the last one needs. */
export function candidateName(index: number, count: number): string {
  return `c${String(index + 1).padStart(Math.max(2, String(count).length), '0')}`;
}

/** Where each of so many looks comes, evenly over the decisions of a training. The last is its end. */
export function evenly(decisions: number, looks: number): number[] {
  const interval = Math.floor(decisions / looks);
  return Array.from({ length: looks }, (_, look) => (look === looks - 1 ? decisions : interval * (look + 1)));
}

/** The first round of candidates that all begin. */
export function beginning(candidates: readonly Values[], until: number): Round {
  return candidates.map((values, index) => ({
    candidate: candidateName(index, candidates.length),
    stages: [{ from: 0, values }],
    until,
  }));
}

/** The same legs, longer. */
export function onward(outcomes: readonly Outcome[], until: number): Round {
  return outcomes.map(({ leg }) => ({ ...leg, from: leg.candidate, until }));
}
