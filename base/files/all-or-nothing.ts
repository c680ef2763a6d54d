/**
 * Writes several files so that afterwards either all are there or everything is as it was, byte for byte.
 *
 *   1. Make the missing folders.
 *   2. Stage: write every file, whole and synced, under a temporary name beside its place. A full disk or a missing
 *      permission shows here, while nothing that counts has been touched.
 *   3. Place: rename one after the other, in the order given. Each rename is one step; the file that was there keeps a
 *      second name until the end.
 *   4. Read back. An open Editor may have meddled: it deletes a .meta that has no asset beside it.
 *   5. On any failure, undo what was done, last step first.
 *
 * A process that dies in step 3 can't undo, so the order of the files matters. (A deploy into a Unity project keeps a journal
 * besides: see deploy-unity/transaction.ts.)
 */
import { randomUUID } from 'node:crypto';
import { lstatSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Disk } from './disk.ts';
import { attempt, ChangedByAnother, toldAsTrouble } from './disk-trouble.ts';

export interface PlannedFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** One file on its way to its place. */
interface Placement extends PlannedFile {
  readonly staged: string;
  readonly before: string;
  /** Is there a file from before, kept under the name `before`? */
  hasBefore: boolean;
  isPlaced: boolean;
}

/**
 * @param folders folders to make, outermost first
 * @throws UserError where the disk is full or read-only, or another program interferes; everything is then as before.
 */
export function writeAllOrNothing(folders: readonly string[], files: readonly PlannedFile[], disk: Disk): void {
  const made: string[] = [];
  const placements = files.map((file): Placement => {
    const temporary = join(dirname(file.path), `.${basename(file.path)}.${randomUUID().slice(0, 8)}`);
    const names = { staged: `${temporary}.staged`, before: `${temporary}.before` };
    return { ...file, ...names, hasBefore: false, isPlaced: false };
  });
  let busyWith = '';
  try {
    for (const folder of folders) {
      busyWith = folder;
      disk.makeFolder(folder);
      made.push(folder);
    }
    for (const { path, staged, bytes } of placements) {
      busyWith = path;
      disk.writeNew(staged, bytes);
    }
    for (const placement of placements) {
      busyWith = placement.path;
      placement.hasBefore = keepBefore(placement, disk);
      disk.rename(placement.staged, placement.path);
      placement.isPlaced = true;
    }
    for (const { path, bytes } of placements) {
      busyWith = path;
      if (!disk.read(path).equals(bytes)) throw new ChangedByAnother();
    }
    for (const folder of new Set(placements.map(({ path }) => dirname(path)))) disk.sync(folder);
  } catch (error) {
    throw toldAsTrouble(error, busyWith, undo(placements, made, disk));
  }
  for (const { hasBefore, before } of placements) {
    // Everything is in place. A second name that can't be removed now is cleared away the next time.
    if (hasBefore) attempt(() => disk.remove(before));
  }
}

/** Removes what a process that was killed here left beside this file. Recent ones may belong to one still at work. */
export function clearLeftovers(path: string, disk: Disk): void {
  const folder = dirname(path);
  const tenMinutesAgo = Date.now() - 10 * 60_000;
  const names = attempt(() => readdirSync(folder)) ?? [];
  for (const name of names) {
    // ctime is when the name was made; the mtime of a kept file is that of its content.
    const isOurs = name.startsWith(`.${basename(path)}.`) && /\.[0-9a-f]{8}\.(staged|before)$/.test(name);
    const leftover = join(folder, name);
    if (isOurs && (attempt(() => lstatSync(leftover).ctimeMs) ?? Number.POSITIVE_INFINITY) < tenMinutesAgo) {
      attempt(() => disk.remove(leftover));
    }
  }
}

function keepBefore({ path, before }: Placement, disk: Disk): boolean {
  try {
    disk.keepAs(path, before);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/** Returns what could not be undone, each with the name under which the old file can be found. */
function undo(placements: readonly Placement[], folders: readonly string[], disk: Disk): string[] {
  const failures: string[] = [];
  for (const { path, staged, before, hasBefore, isPlaced } of placements.toReversed()) {
    try {
      if (!isPlaced) disk.remove(before);
      else if (hasBefore) disk.rename(before, path);
      else disk.remove(path);
    } catch {
      failures.push(hasBefore ? `${path} (the old file is ${before})` : path);
    }
    attempt(() => disk.remove(staged));
  }
  // A folder in which someone else has put a file meanwhile is not empty, and stays.
  for (const folder of folders.toReversed()) attempt(() => disk.removeEmptyFolder(folder));
  return failures;
}
