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
/** Relative to the run folder where the file lies in it. */
const hashedFile = z.object({ path: z.string(), sha256: z.string().regex(/^[0-9a-f]{64}$/) });

const stageRecord = z.object({
  /** 'running' with no process that holds the lock means that it was killed. */
  status: z.enum(['running', 'done', 'failed', 'interrupted']),
  started: z.iso.datetime(),
  seconds: z.number(),
  pid: z.number().int(),
  /** The command line that does the same again. */
  command: z.string(),
  inputs: z.object({ files: z.record(z.string(), hashedFile), settings: json }),
  outputs: z.record(z.string(), hashedFile),
  versions: z.object({
    gaitsmith: z.string(),
    node: z.string(),
    platform: z.string(),
    /** Of the checkout that ran; null where it is none. */
    commit: z.string().nullable(),
    dirty: z.boolean().nullable(),
  }),
  /** Absent in a record from before it was kept. */
  machine: z.object({ cpu: z.string(), cores: z.number().int(), memoryGiB: z.number() }).optional(),
  summary: z.string().optional(),
  details: json.optional(),
  /** What it warned of: told again where it is skipped because nothing has changed. */
  warnings: z.array(z.string()).optional(),
  /** Why it failed or was interrupted. */
  reason: z.string().optional(),
  /** Whether it failed for what it was given, or for what it found: the same again would then come to the same. */
  wouldFailAgain: z.boolean().optional(),
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
