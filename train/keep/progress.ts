/** Where a run stands: its counters, as they lie in each checkpoint. */
import { sha256OfFile } from '../../base/files/hash.ts';
import type { Episode } from '../../envs/env.ts';
import type { Rollout } from '../collect/rollout.ts';
import type { AdaptedRate } from '../learn/adaptive-rate.ts';
import { momentsOf } from './moments.ts';

/** The run's counters. */
export interface RunProgress extends AdaptedRate {
  readonly seed: number;
  readonly agents: number;
  /** Decisions of all agents since the run began. */
  readonly step: number;
  readonly iteration: number;
  readonly episodes: number;
  /** The episodes that ended in the first iterations, up to 20,000 decisions: where the run started from. */
  readonly early: { readonly episodes: number; readonly rewardSum: number };
  /** Mean reward of the episodes that ended in the last iteration; null while there is none. */
  readonly lastReward: number | null;
  /** What the run took over to begin with, and the decisions behind that; absent where it began from nothing. */
  readonly startedFrom?: { readonly checkpoint: string; readonly sha256: string; readonly steps: number };
  /** The evaluation that was best so far; absent where there was none. */
  readonly best?: { readonly step: number; readonly reward: number; readonly rewardInterval: number };
}

/** Decisions whose episodes show what the policy earned that the run began with. */
const FIRST_DECISIONS = 20_000;

/** A checkpoint that a run begins with. */
interface Beginning {
  readonly path: string;
  readonly checkpoint: { readonly progress: RunProgress };
}

/** @param initial what the run takes over from another one. */
export function beginning(
  { seed, agents }: Pick<RunProgress, 'seed' | 'agents'>,
  initial: Beginning | undefined,
): RunProgress {
  const early = { episodes: 0, rewardSum: 0 };
  const counters = { seed, agents, step: 0, iteration: 0, episodes: 0, early, lastReward: null };
  if (!initial) return counters;
  const { path, checkpoint } = initial;
  const steps = checkpoint.progress.step + (checkpoint.progress.startedFrom?.steps ?? 0);
  return { ...counters, startedFrom: { checkpoint: path, sha256: sha256OfFile(path)!, steps } };
}

/** One iteration further. */
export function advanced(progress: RunProgress, { agents, decisions, episodes }: Rollout): RunProgress {
  const lastReward = momentsOf(episodes.map(({ reward }) => reward))?.mean ?? progress.lastReward;
  return {
    ...progress,
    step: progress.step + agents * decisions,
    iteration: progress.iteration + 1,
    episodes: progress.episodes + episodes.length,
    early: progress.step < FIRST_DECISIONS ? withEpisodes(progress.early, episodes) : progress.early,
    lastReward,
  };
}

function withEpisodes(early: RunProgress['early'], episodes: readonly Episode[]): RunProgress['early'] {
  return {
    episodes: early.episodes + episodes.length,
    rewardSum: early.rewardSum + episodes.reduce((sum, { reward }) => sum + reward, 0),
  };
}
