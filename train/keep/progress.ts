/** Where a run stands: its counters, as they lie in each checkpoint. */
import { inOrderOfTheirEnds, type Rollout } from '../collect/rollout.ts';
import type { HeldOut } from '../judge/held-out.ts';
import { NO_EPISODES, type RecentEpisodes, withEpisodes } from '../judge/recent-episodes.ts';
import type { Stopped } from '../judge/stopping.ts';
import type { AdaptedRate } from '../learn/adaptive-rate.ts';

/** The run's counters. */
export interface RunProgress extends AdaptedRate {
  readonly seed: number;
  readonly agents: number;
  /** Decisions of all agents since the run began. */
  readonly step: number;
  readonly iteration: number;
  readonly episodes: number;
  /** Its latest episodes; absent in a checkpoint from before they were kept. */
  readonly recent?: RecentEpisodes;
  /** What the run took over to begin with, and the decisions behind that; absent where it began from nothing. */
  readonly startedFrom?: { readonly checkpoint: string; readonly sha256: string; readonly steps: number };
  /** The first held-out evaluation, and the best one so far; absent where there was none. */
  readonly first?: HeldOut;
  readonly best?: HeldOut;
  /** Evaluations since the best one. */
  readonly evaluationsSinceBest?: number;
  /** Whether the policy at this step is still to be evaluated: the training was stopped before that. */
  readonly isEvaluationDue?: true;
  /** Where it has ended before its time. */
  readonly stopped?: Stopped | undefined;
}

/** A checkpoint that a run begins with. */
interface Beginning {
  readonly path: string;
  /** Of its file. */
  readonly sha256: string;
  readonly checkpoint: { readonly progress: RunProgress };
}

/** @param initial what the run takes over from another one. */
export function beginning(
  { seed, agents }: Pick<RunProgress, 'seed' | 'agents'>,
  initial: Beginning | undefined,
): RunProgress {
  const counters = { seed, agents, step: 0, iteration: 0, episodes: 0, recent: NO_EPISODES };
  if (!initial) return counters;
  const { path, sha256, checkpoint } = initial;
  const steps = checkpoint.progress.step + (checkpoint.progress.startedFrom?.steps ?? 0);
  return { ...counters, startedFrom: { checkpoint: path, sha256, steps } };
}

/** One iteration further. */
export function advanced(
  { recent = NO_EPISODES, stopped: _, ...progress }: RunProgress,
  rollout: Rollout,
): RunProgress {
  const { agents, decisions, episodes, lived } = rollout;
  // In a live world agents come and go: those count that have just lived.
  const present = lived ? lived.map(({ agent }) => agent) : Array.from({ length: agents }, (_, agent) => agent);
  return {
    ...progress,
    step: progress.step + agents * decisions,
    iteration: progress.iteration + 1,
    episodes: progress.episodes + episodes.length,
    recent: withEpisodes(recent, inOrderOfTheirEnds(rollout), present),
  };
}
