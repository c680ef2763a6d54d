/** Where a run stands: its counters, as they lie in each checkpoint. */
import type { AdaptedRate } from '../learn/adaptive-rate.ts';

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
