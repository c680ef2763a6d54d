/** What a process that does jobs is sent, and what it answers. */
import type { Problem } from '../../base/failure/user-error.ts';
import type { Files, JobProgress, JobResult } from '../job.ts';
import type { KindName } from '../jobs.ts';

/** A job as a process is handed it. */
export interface HandedJob {
  readonly kind: KindName;
  /** Checked by the schema of its kind. */
  readonly record: unknown;
  /** Each file that the record names, by its SHA-256. */
  readonly files: Files;
  /** What was kept last of it. */
  readonly kept: Files | undefined;
}

export type ToProcess = { readonly do: HandedJob } | { readonly hasKept: true };

export type FromProcess =
  | { readonly tell: 'progress'; readonly progress: JobProgress }
  | { readonly tell: 'keep'; readonly at: number; readonly files: Files }
  | { readonly tell: 'done'; readonly result: JobResult<unknown> }
  /** An error loses its class on the way: what it is made of is sent. */
  | { readonly tell: 'failed'; readonly message: string; readonly problem?: Problem | undefined };
