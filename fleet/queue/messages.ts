/** What goes through the queue, as schemas: data and never code. The records and results of jobs have schemas of their own (jobs.ts). */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { sha256Text } from '../jobs/sha256-text.ts';
import { jobKinds, type KindName } from '../jobs.ts';

/** Bytes at most of a job's record, a file, a job's result or state (without their files), and what is told of one. */
export const MOST = { record: 96 * 1024, file: 256 * 2 ** 20, result: 16 * 2 ** 20, told: 4096 };

/** Everything expires so many seconds after the last sign of life of its run. */
export const EXPIRY = 24 * 3600;

export const jobMessage = z.strictObject({
  kind: z.enum(Object.keys(jobKinds) as [KindName, ...KindName[]]),
  record: z.unknown(),
});

/** What a run is of, and how soon an actor that is silent counts as lost. */
export const metaMessage = z.strictObject({
  version: z.string().max(256),
  lockMilliseconds: z.int().min(500).max(600_000),
});

/** Files by their names: one folder deep at most, and never out of where they are put. */
const files = z.record(z.string().regex(/^([\w-][\w.-]{0,63}\/)?[\w-][\w.-]{0,127}$/), sha256Text);

export const stateMessage = z.strictObject({ at: z.int().min(0), files });

export const resultMessage = z.strictObject({ value: z.unknown(), files });

export const toldMessage = z.strictObject({
  job: sha256Text,
  progress: z
    .strictObject({
      done: z.number(),
      total: z.number(),
      fields: z.record(z.string().max(64), z.number().nullable()).exactOptional(),
    })
    .optional(),
});

/** Why a job has failed: in words, and for a UserError what it is made of. */
export const failureMessage = z.strictObject({
  message: z.string().max(16_384),
  problem: z
    .strictObject({
      what: z.string(),
      where: z.string().optional(),
      value: z.unknown().optional(),
      expected: z.string().optional(),
      mend: z.string().optional(),
    })
    .optional(),
});

/** Why a job has failed that nobody waited for any more. */
export const GIVEN_UP = JSON.stringify({ message: 'given up' });

/** An actor about itself. */
export const actorMessage = z.strictObject({
  name: z.string().max(256),
  version: z.string().max(256),
  processes: z.int(),
  /** What each process does. */
  doing: z.array(z.string().max(256)).max(1024),
  done: z.int(),
  failed: z.int(),
});
export type ActorMessage = z.infer<typeof actorMessage>;

/**
 * What a job is called: a digest of its record and of the version that is to do it. So the same job has the same name whoever asks for it,
 * whatever was changed on the way is found out, and what another version left is never taken.
 */
export function jobId(version: string, kind: KindName, record: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify([version, kind, inOrder(record)]))
    .digest('hex');
}

/** With all names of records sorted, so that the order they were written in is no part of it. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  const sorted = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(sorted.map(([name, each]) => [name, inOrder(each)]));
}
