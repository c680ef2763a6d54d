/**
 * Where a training keeps what it leaves: in Node a run's folder (folder-keeper.ts), in a page the browser's database. Training itself
 * knows no file.
 */
import type { LearnerState } from '../learn/learner-state.ts';
import type { Network } from '../policy/policy.ts';
import type { Checkpoint } from './checkpoint-tensors.ts';
import type { RunProgress } from './progress.ts';
import type { Records } from './records.ts';

/** What a checkpoint holds but for what is under way. */
export type Settled = Omit<Checkpoint, 'snapshots' | 'summary'>;

export interface Keeper {
  readonly records: Records;
  /** Keeps a checkpoint, whole or not at all, beside the latest ones. @returns where. */
  save(checkpoint: Checkpoint): string | Promise<string>;
  /** The one that did best in a held-out evaluation; undefined where there is none that is whole. */
  best(): Checkpoint | undefined;
  /** Replaces the best one. Runs go on from the latest, so it holds nothing of the episodes under way. */
  saveBest(checkpoint: Settled): void;
  /** An error as the user is to hear it; what led to a number that is none may be kept meanwhile. */
  told(error: unknown, state: StateAtError): unknown;
}

/** How a training stood before the iteration that an error came up in. */
export interface StateAtError {
  readonly network: Network;
  readonly progress: RunProgress;
  readonly learner: LearnerState;
}
