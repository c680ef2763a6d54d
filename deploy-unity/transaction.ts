/**
 * Changes several files of a Unity project so that, whatever happens, it ends up with all of them changed or none.
 *
 *   1. Stage: write every new file, whole and synced, into a folder of its own under Library, and keep what is in place there
 *      under a second name. A full disk or a missing permission mostly shows here, while nothing that counts was touched.
 *   2. Write the record: from here on a deploy that is killed is finished by the next one, before that does anything else.
 *   3. Place: rename one after the other, in the order given. Each rename is one step.
 *   4. Read back. An open Editor may have meddled: it deletes a .meta that has no asset beside it.
 *   5. Mark the record as done. On a failure in 3 or 4, undo instead, last step first, and drop the record.
 *
 * The order of files still matters, for an Editor that looks in between: see deploy.ts.
 */
import { randomUUID } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Disk } from '../base/files/disk.ts';
import { attempt, ChangedByAnother, toldAsTrouble } from '../base/files/disk-trouble.ts';
import { sha256 } from '../base/files/hash.ts';
import { type DeployRecord, RECORD, readRecords } from './records.ts';

/** A file of the project: what is expected there now and what is to be there; undefined is no file. */
export interface Change {
  /** Relative to the project. */
  readonly path: string;
  readonly before: Buffer | undefined;
  readonly after: Buffer | undefined;
}

export interface Place {
  /** Absolute path of the project. */
  readonly root: string;
  /** Absolute path of the folder that deploys remember things in (`stateFolder`). */
  readonly state: string;
}

/** What of a record the caller tells. */
export type Intent = Omit<DeployRecord, 'format' | 'id' | 'phase' | 'when' | 'files'>;

/** Records kept, with the files that they replaced. */
const KEPT = 20;

/**
 * For who holds the project's lock.
 *
 * @returns the record
 * @throws UserError where the disk is full or read-only, or another program interferes; everything is then as before.
 */
export function change(place: Place, changes: readonly Change[], intent: Intent, disk: Disk): DeployRecord {
  const when = new Date().toISOString();
  const hash = (bytes: Buffer | undefined) => (bytes === undefined ? null : sha256(bytes));
  const record: DeployRecord = {
    format: 1,
    // Ids in the order of time, so that names sort as deploys came.
    id: `${when.replace(/[-:.]/g, '')}-${randomUUID().slice(0, 8)}`,
    phase: 'placing',
    when,
    ...intent,
    files: changes.map(({ path, before, after }) => ({ path, before: hash(before), after: hash(after) })),
  };
  const busy: Busy = { with: place.state };
  try {
    stage(place, record, changes, disk, busy);
    write(place, record, disk);
    finish(place, record, disk, busy, 'just staged');
  } catch (error) {
    throw toldAsTrouble(error, busy.with, undo(place, record, disk));
  }
  attempt(() => forgetOldest(place, disk));
  return record;
}

/**
 * Finishes or undoes what a deploy that was killed has begun. For who holds the project's lock.
 *
 * @returns what was found, undefined where nothing was
 * @throws UserError where the disk does not let it
 */
export function recover(place: Place, disk: Disk): 'finished' | 'undone' | undefined {
  const { records, unborn } = readRecords(place.state);
  for (const id of unborn) attempt(() => drop(place, { id }, disk));
  let found: 'finished' | 'undone' | undefined;
  for (const record of records) {
    if (record.phase === 'done') continue;
    const busy: Busy = { with: place.state };
    try {
      if (record.phase === 'placing' && canFinish(place, record, disk)) {
        finish(place, record, disk, busy, 'found');
        found = 'finished';
        continue;
      }
    } catch {
      // Then it is undone.
    }
    const failures = undo(place, record, disk);
    if (failures.length > 0) throw toldAsTrouble(new ChangedByAnother(), busy.with, failures);
    found = 'undone';
  }
  return found;
}

/** What the disk is being asked for, for the error. */
interface Busy {
  with: string;
}

const folderOf = ({ state }: Place, { id }: Pick<DeployRecord, 'id'>) => join(state, id);
const staged = (place: Place, record: DeployRecord, index: number) => join(folderOf(place, record), `${index}.new`);

/** Where the old file of a record is kept. */
export function keptFile(place: Place, record: Pick<DeployRecord, 'id'>, index: number): string {
  return join(folderOf(place, record), `${index}.old`);
}

function stage(place: Place, record: DeployRecord, changes: readonly Change[], disk: Disk, busy: Busy): void {
  const folder = folderOf(place, record);
  disk.makeFolder(folder);
  for (const [index, { path, before, after }] of changes.entries()) {
    const target = join(place.root, path);
    const kept = keptFile(place, record, index);
    busy.with = target;
    const isKept = keep(target, kept, disk);
    if (isKept !== (before !== undefined)) throw new ChangedByAnother();
    if (before && hashOf(kept, disk) !== record.files[index]!.before) throw new ChangedByAnother();
    if (!after) continue;
    disk.writeNew(staged(place, record, index), after);
    if (before) disk.setMode(staged(place, record, index), statSync(target).mode & 0o777);
  }
  disk.sync(folder);
}

/** @returns false where there is nothing to keep. */
function keep(path: string, secondName: string, disk: Disk): boolean {
  try {
    disk.keepAs(path, secondName);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

function write(place: Place, record: DeployRecord, disk: Disk): void {
  const folder = folderOf(place, record);
  const half = join(folder, 'record.half');
  disk.remove(half);
  disk.writeNew(half, Buffer.from(`${JSON.stringify(record, undefined, 2)}\n`));
  disk.rename(half, join(folder, RECORD));
  disk.sync(folder);
}

/** Whether each file is there in its new form, staged or placed. */
function canFinish(place: Place, record: DeployRecord, disk: Disk): boolean {
  return record.files.every(({ path, before, after }, index) => {
    const now = hashOf(join(place.root, path), disk);
    if (now === after) return true;
    return now === before && (after === null || hashOf(staged(place, record, index), disk) === after);
  });
}

/** Where the record was found, each step may have been done already. */
function finish(place: Place, record: DeployRecord, disk: Disk, busy: Busy, how: 'just staged' | 'found'): void {
  const { root } = place;
  for (const folder of record.folders) {
    busy.with = join(root, folder);
    if (!isFolder(busy.with)) disk.makeFolder(busy.with);
  }
  for (const [index, { path, after }] of record.files.entries()) {
    busy.with = join(root, path);
    if (how === 'found' && hashOf(busy.with, disk) === after) continue;
    if (after === null) disk.remove(busy.with);
    else disk.rename(staged(place, record, index), busy.with);
  }
  for (const { path, after } of record.files) {
    busy.with = join(root, path);
    if (hashOf(busy.with, disk) !== after) throw new ChangedByAnother();
  }
  for (const folder of new Set(record.files.map(({ path }) => dirname(join(root, path))))) disk.sync(folder);
  // A folder in which someone else has put a file is not empty, and stays.
  for (const folder of record.emptied) attempt(() => disk.removeEmptyFolder(join(root, folder)));
  write(place, { ...record, phase: 'done' }, disk);
}

/** Returns what could not be undone, each with the name under which the old file can be found. */
function undo(place: Place, record: DeployRecord, disk: Disk): string[] {
  const { root } = place;
  attempt(
    () => isThere(join(folderOf(place, record), RECORD), disk) && write(place, { ...record, phase: 'undoing' }, disk),
  );
  const failures: string[] = [];
  for (const folder of record.emptied.toReversed()) {
    if (!isFolder(join(root, folder))) attempt(() => disk.makeFolder(join(root, folder)));
  }
  for (const [index, { path, before, after }] of [...record.files.entries()].toReversed()) {
    const target = join(root, path);
    const kept = keptFile(place, record, index);
    try {
      const now = hashOf(target, disk);
      // Neither old nor new is someone else's work by now.
      if (now === before || (now !== after && now !== null)) continue;
      if (before === null) disk.remove(target);
      else disk.rename(kept, target);
    } catch {
      failures.push(before === null ? target : `${target} (the old file is ${kept})`);
    }
  }
  for (const folder of record.folders.toReversed()) attempt(() => disk.removeEmptyFolder(join(root, folder)));
  if (failures.length === 0) attempt(() => drop(place, record, disk));
  return failures;
}

function forgetOldest(place: Place, disk: Disk): void {
  const { records } = readRecords(place.state);
  for (const record of records.slice(0, -KEPT)) drop(place, record, disk);
}

/** The record first: without it the folder means nothing. */
function drop(place: Place, record: Pick<DeployRecord, 'id'>, disk: Disk): void {
  const folder = folderOf(place, record);
  disk.remove(join(folder, RECORD));
  for (const name of readdirSync(folder)) disk.remove(join(folder, name));
  disk.removeEmptyFolder(folder);
}

/** Null where there is no such file. */
function hashOf(path: string, disk: Disk): string | null {
  try {
    return sha256(disk.read(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function isThere(path: string, disk: Disk): boolean {
  return hashOf(path, disk) !== null;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
