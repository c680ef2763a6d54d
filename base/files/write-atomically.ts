import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, rmSync, statSync, writeSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { UserError } from '../failure/user-error.ts';
import { renamePatiently } from './rename.ts';

/**
 * Writes a file so that a reader, or a crash, only ever sees the old content or the whole new one:
 * a temporary file beside it, fsync, rename, fsync of the folder. Missing folders are made.
 *
 * @throws UserError where the disk is full or the folder can't be written; the old file is then untouched.
 */
export function writeAtomically(path: string, content: string | Uint8Array): void {
  const folder = dirname(path);
  const temporary = temporaryBeside(path);
  const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
  try {
    makeFolder(folder);
    writeNewFile(temporary, bytes);
    renamePatiently(temporary, path);
  } catch (error) {
    removeQuietly(temporary);
    throw toldAsDiskProblem(error, path);
  }
  syncFolder(folder);
}

/**
 * For who has long work to do first: finds out whether the file can be written after it. Missing folders are made.
 *
 * @throws UserError as `writeAtomically` would.
 */
export function checkWritable(path: string): void {
  const temporary = temporaryBeside(path);
  try {
    makeFolder(dirname(path));
    writeNewFile(temporary, new Uint8Array());
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
  } catch (error) {
    throw toldAsDiskProblem(error, path);
  } finally {
    removeQuietly(temporary);
  }
}

function temporaryBeside(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomUUID().slice(0, 8)}.tmp`);
}

/** Writes a file that must not exist yet, and has it on the disk when it returns. */
export function writeNewFile(path: string, bytes: Uint8Array): void {
  writeThrough(path, 'wx', bytes);
}

/** Opens a file, writes all of it and has it on the disk when it returns. */
export function writeThrough(path: string, mode: 'wx' | 'a', bytes: Uint8Array): void {
  const file = openSync(path, mode);
  try {
    for (let written = 0; written < bytes.length; ) {
      written += writeSync(file, bytes, written, bytes.length - written);
    }
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/**
 * Deletes the temporary files that a process left in a folder when it was killed while it wrote. Only for who is alone at
 * work there.
 */
export function removeLeftovers(folder: string): void {
  let names: string[] = [];
  try {
    names = readdirSync(folder);
  } catch {
    return; // there is no such folder, so there is nothing in it
  }
  for (const name of names) if (/^\..+\.[0-9a-f]{8}\.tmp$/.test(name)) removeQuietly(join(folder, name));
}

/** The temporary file may never have come into being, nor its folder. */
function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {}
}

/** Makes a folder and those it lies in, where they are missing, durably. */
export function makeFolder(folder: string): void {
  const first = mkdirSync(folder, { recursive: true });
  if (first === undefined) return;
  const outermost = resolve(first);
  let made = resolve(folder);
  while (made !== outermost) {
    made = dirname(made);
    syncFolder(made);
  }
  syncFolder(dirname(made));
}

/** Makes a rename durable. Windows can't open folders, and there a rename needs no such help. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** A failed write as a UserError where the disk or its permissions are to blame; any other error as it is. */
export function toldAsDiskProblem(error: unknown, path: string): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  const where = path;
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new UserError(
        {
          what: 'the disk is full',
          where,
          mend: 'free some space and run the same command again',
        },
        { cause: error },
      );
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new UserError(
        { what: 'no permission to write here', where, mend: 'change the permissions or name another folder' },
        { cause: error },
      );
    case 'ENOTDIR':
    case 'EEXIST':
      return new UserError({ what: 'a part of this path is a file, not a folder', where }, { cause: error });
    case 'EISDIR':
      return new UserError({ what: 'there is a folder where a file is to be written', where }, { cause: error });
    default:
      return error;
  }
}
