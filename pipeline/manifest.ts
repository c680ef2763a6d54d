/**
 * run.json: what was done in a run folder, from what, with what result.
 *
 * It is read and checked as a whole and only ever replaced as a whole (`writeAtomically`), by the process that holds the
 * folder's lock. A stage is up to date when it is recorded as done and its inputs, settings and outputs still are what
 * was recorded (`up-to-date.ts`).
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { UserError } from '../base/failure/user-error.ts';
import { writeAtomically } from '../base/files/write-atomically.ts';
import type { Json } from '../base/json.ts';
import type { RunFolder } from './run-folder.ts';

const json: z.ZodType<Json> = z.json();
const hashedFile = z
  .object({
    path: z.string().describe('relative to the run folder, if it lies in it'),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
  })
  .meta({ id: 'file of a run' });

export const stageRecord = z.object({
  status: z
    .enum(['running', 'done', 'failed', 'interrupted'])
    .describe('running, with no process that holds the lock: it was killed'),
  started: z.iso.datetime().describe('when, in UTC'),
  seconds: z.number().describe('how long it took'),
  pid: z.number().int().describe('of the process'),
  command: z.string().describe('the command line that does the same again'),
  inputs: z.object({ files: z.record(z.string(), hashedFile), settings: json }).describe('what the result depends on'),
  outputs: z.record(z.string(), hashedFile).describe('files that it made'),
  versions: z
    .object({
      gaitsmith: z.string(),
      node: z.string(),
      platform: z.string(),
      commit: z.string().nullable().describe('of the checkout that ran; null where it is none'),
      dirty: z.boolean().nullable().describe('whether files had been changed since'),
    })
    .meta({ id: 'versions' }),
  machine: z
    .object({ cpu: z.string(), cores: z.number().int(), memoryGiB: z.number() })
    .meta({ id: 'machine' })
    .optional()
    .describe('missing in a record from before it was kept'),
  summary: z.string().optional().describe('what came of it, in a line'),
  details: json.optional(),
  warnings: z.array(z.string()).optional().describe('told again where it is skipped because nothing has changed'),
  reason: z.string().optional().describe('why it failed or was interrupted'),
  wouldFailAgain: z
    .boolean()
    .optional()
    .describe('it failed for what it was given or found: the same again would come to the same'),
});

const manifest = z.object({
  format: z.literal(1),
  run: z.string(),
  stages: z.record(z.string(), stageRecord),
});

export type HashedFile = z.infer<typeof hashedFile>;
export type StageRecord = z.infer<typeof stageRecord>;
export type Manifest = z.infer<typeof manifest>;

/**
 * What run.json says; an empty manifest where there is none yet.
 *
 * @throws UserError where the file is damaged.
 */
export function readManifest(run: RunFolder): Manifest {
  let content: string;
  try {
    content = readFileSync(run.manifest, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return { format: 1, run: run.id, stages: {} };
    throw damaged(run, code === 'EISDIR' ? 'it is a folder' : `it cannot be read: ${code}`, error);
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(content);
  } catch (error) {
    throw damaged(run, (error as Error).message, error);
  }
  const checked = manifest.safeParse(parsed);
  if (checked.success) return checked.data;
  const issue = checked.error.issues[0]!;
  throw damaged(run, `${issue.path.join('.') || 'the whole'}: ${issue.message}`, checked.error);
}

/** Replaces the record of one stage. Only for who holds the lock of the folder. */
export function recordStage(run: RunFolder, stage: string, record: StageRecord): void {
  const current = readManifest(run);
  const stages = { ...current.stages, [stage]: record };
  writeAtomically(run.manifest, `${JSON.stringify({ ...current, stages }, undefined, 2)}\n`);
}

function damaged(run: RunFolder, why: string, cause: unknown): UserError {
  return new UserError(
    {
      what: `the record of this run is damaged (${why})`,
      where: run.manifest,
      mend: 'rename that file and give the same command again: the stages then run once more, checkpoints stay',
    },
    { cause },
  );
}
