/** Whoever trains legs: processes of this machine (local-processes.ts), or actors that take them from a queue (queue-runner.ts). */
import type { LegFolder, LegRecord, LegResult } from './leg.ts';

export interface LegRunner {
  /** "2 processes", for people. */
  readonly told: string;
  /**
   * Trains a leg whose folder is laid out, as soon as there is room; afterwards its result and its checkpoints lie there. Calls
   * overlap.
   *
   * @param progress told the decisions of the whole training now and then.
   * @returns undefined where it was asked to stop before.
   * @throws UserError where it can't be done, or not here; Error where it fails each time.
   */
  run(
    record: LegRecord,
    folder: LegFolder,
    progress: (step: number) => void,
    signal: AbortSignal,
  ): Promise<LegResult | undefined>;
  /** A round is whole, and all that came of it lies here. */
  roundOver?(): Promise<void>;
  close(): Promise<void>;
}
