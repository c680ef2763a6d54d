/** Checks of what goes in and comes out of a job, the same whoever does it. */
import type { z } from 'zod';
import { UserError } from '../base/failure/user-error.ts';
import { sha256 } from '../base/files/hash.ts';
import type { Files, JobResult } from './job.ts';
import { jobKinds, type KindName } from './jobs.ts';

/** A job is tried so often before it counts as failed. One that throws a UserError would throw it again: it is tried once. */
export const MOST_ATTEMPTS = 3;

/** @throws UserError where it is no record of that kind. */
export function checkedRecord(kind: KindName, record: unknown): unknown {
  return checkedBy(jobKinds[kind].record, record, `the record of a job "${kind}"`);
}

/** @throws UserError where it is no result of that kind. */
export function checkedResult<Result extends JobResult<unknown>>(
  kind: KindName,
  { value, files }: JobResult<unknown>,
): Result {
  return { value: checkedBy(jobKinds[kind].result, value, `the result of a job "${kind}"`), files } as Result;
}

/** What the record names, by its SHA-256. @throws UserError where one is not among them. */
export function namedFiles(kind: KindName, record: unknown, given: readonly Uint8Array[] = []): Files {
  const bySha256 = new Map(given.map((bytes) => [sha256(bytes), bytes]));
  const filesOf = jobKinds[kind].filesOf as (record: unknown) => readonly string[];
  return Object.fromEntries(
    filesOf(record).map((name) => {
      const bytes = bySha256.get(name);
      if (bytes) return [name, bytes];
      throw new UserError({ what: 'a file that the job names is not there', where: `a job "${kind}"`, value: name });
    }),
  );
}

/** What is told of a job that failed each time. */
export function failedFor(kind: KindName, cause: unknown): Error {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new Error(`a job "${kind}" failed ${MOST_ATTEMPTS} times, at last with: ${why}`, { cause });
}

function checkedBy(schema: z.ZodType, value: unknown, where: string): unknown {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  throw new UserError({
    what: 'this is refused, for it is not what it should be',
    where: path.length > 0 ? `${where}, ${path.join('.')}` : where,
    expected: message,
  });
}
