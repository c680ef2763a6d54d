/**
 * Whoever has jobs done: `local.ts` in processes of this machine, `queue/dispatcher.ts` by actors that take them from a queue. What comes
 * of a job is the same to the byte.
 */
import type { JobProgress } from './job.ts';
import type { KindName, RecordOf, ResultOf } from './jobs.ts';

export interface DispatchOptions {
  /** The bytes of every file that the record names, by whatever name: they are told apart by their SHA-256. */
  readonly files?: readonly Uint8Array[];
  /** Told as often as the job tells; after an actor was lost it may go back. */
  readonly onProgress?: (progress: JobProgress) => void;
  /** Gives it up: rejects with the signal's reason, and whoever does it leaves off. */
  readonly signal?: AbortSignal | undefined;
}

export interface Dispatcher {
  /** About how many jobs are done at once by now: into how many shares it pays to cut work. Changes no byte of a result. */
  slots(): number;
  /**
   * Has a job done. Asked for again with the same record, it is the same job.
   *
   * @throws UserError where the record is none of its kind, a file is missing or too large, the job itself throws one, or the
   *   queue can't be used; Error where the job failed three times.
   */
  dispatch<Name extends KindName>(
    kind: Name,
    record: RecordOf<Name>,
    options?: DispatchOptions,
  ): Promise<ResultOf<Name>>;
  /** Ends what is under way. */
  close(): Promise<void>;
}
