/**
 * What can be handed out: the one table of job kinds. A job is a small record (JSON, checked by its schema) that names what is
 * large by its SHA-256; the large things travel beside it as files.
 *
 * A job is a pure function of its record: whoever does it, once or twice, gets the same result. So a lost one is simply done
 * again, and of two results the first counts. A long job keeps where it stands now and then, and goes on from there elsewhere
 * with the very bytes that it would have had.
 */
import type { z } from 'zod';
import type { JobKind, JobResult } from './job.ts';
import { characterFiles } from './jobs/character-record.ts';
import { playRecord, playResult } from './jobs/play-record.ts';
import { trainRecord, trainResult } from './jobs/train-record.ts';

const kind = <R extends z.ZodType, S extends z.ZodType>(row: JobKind<R, S>): JobKind<R, S> => row;

export const jobKinds = {
  /** Episodes from .. to of a plan, by a policy: what `evaluate` and `regress` play. */
  play: kind({
    record: playRecord,
    result: playResult,
    filesOf: ({ policy, character }) => [policy.sha256, ...characterFiles(character)],
    load: async () => (await import('./jobs/play.ts')).play,
  }),
  /** A training in the embedded world, or a stretch of one. */
  train: kind({
    record: trainRecord,
    result: trainResult,
    filesOf: ({ start, character }) => [
      ...(start ? [start.sha256, ...(start.best ? [start.best] : [])] : []),
      ...characterFiles(character),
    ],
    load: async () => (await import('./jobs/train.ts')).trainJob,
  }),
};

export type KindName = keyof typeof jobKinds;
export type RecordOf<Name extends KindName> = z.infer<(typeof jobKinds)[Name]['record']>;
export type ResultOf<Name extends KindName> = JobResult<z.infer<(typeof jobKinds)[Name]['result']>>;
