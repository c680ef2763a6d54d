/**
 * The record of a deploy: what it does, file by file, and how far it has come. Written before the first file is touched, it is
 * the journal by which a deploy that was killed is finished or undone; kept afterwards, it is the history and what a rollback
 * goes by.
 */
import { type Dirent, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../base/failure/user-error.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const record = z.object({
  format: z.literal(1),
  id: z.string(),
  /** `placing`: to be finished, or undone where that can't be; `undoing`: to be undone; `done`: history. */
  phase: z.enum(['placing', 'undoing', 'done']),
  when: z.iso.datetime(),
  what: z.enum(['deploy', 'rollback']),
  /** The deploy that a rollback takes back. */
  of: z.string().optional(),
  asset: z.string(),
  /** Where the model comes from: the run, or else the file. */
  from: z.string(),
  /** Of the model, before and after; null where there was or is none. */
  sha256: sha256.nullable(),
  sha256Before: sha256.nullable(),
  /** Of its held-out evaluation, as the file's metadata has it. */
  score: z.string().nullable(),
  /** Folders that are made, outermost first, and those that are removed if they are empty then, innermost first. */
  folders: z.array(z.string()),
  emptied: z.array(z.string()),
  /** In the order in which they are placed; paths relative to the project, hashes null where there is no file. */
  files: z.array(z.object({ path: z.string(), before: sha256.nullable(), after: sha256.nullable() })),
});

export type DeployRecord = z.infer<typeof record>;

export const RECORD = 'record.json';

/**
 * All records, from old to new. Folders without one are told apart: there a deploy was killed before it changed anything.
 *
 * @throws UserError where one is damaged
 */
export function readRecords(folder: string): { readonly records: DeployRecord[]; readonly unborn: string[] } {
  const records: DeployRecord[] = [];
  const unborn: string[] = [];
  for (const { name } of foldersIn(folder)) {
    const path = join(folder, name, RECORD);
    let text: string;
    try {
      text = readFileSync(path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw damaged(path, error);
      unborn.push(name);
      continue;
    }
    try {
      const read = record.parse(JSON.parse(text));
      if (read.id !== name || read.files.some((file) => leadsOut(file.path))) throw new Error('it names other files');
      records.push(read);
    } catch (error) {
      throw damaged(path, error);
    }
  }
  return { records, unborn };
}

function foldersIn(folder: string): Dirent[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw damaged(folder, error);
  }
}

/** A record only ever speaks of files in the project. */
function leadsOut(path: string): boolean {
  return path.split(/[\\/]/).includes('..') || /^([\\/]|[A-Za-z]:)/.test(path);
}

function damaged(where: string, cause: unknown): UserError {
  return new UserError(
    {
      what: 'the record of an earlier deploy is damaged, so it can not be told whether that one was finished',
      where,
      mend: 'look at the model and its .meta in version control, then delete the folder of that record',
    },
    { cause },
  );
}

/** Deploys that can be taken back, the newest last: those that no rollback has taken back yet. */
export function deploysToTakeBack(records: readonly DeployRecord[]): DeployRecord[] {
  const takenBack = new Set(records.flatMap(({ of }) => of ?? []));
  return records.filter(({ what, phase, id }) => what === 'deploy' && phase === 'done' && !takenBack.has(id));
}
