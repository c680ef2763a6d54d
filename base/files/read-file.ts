/** Reads a file that a person named or keeps, so that one that can't be read is told and is no bug. */
import { readFileSync } from 'node:fs';
import { UserError } from '../failure/user-error.ts';

const WHY: Readonly<Record<string, string>> = {
  EACCES: 'there is no permission to read this',
  EPERM: 'there is no permission to read this',
  EISDIR: 'there is a folder where a file should be',
  EIO: 'the disk can not read this',
  ELOOP: 'symbolic links lead in a circle here',
};

/** @throws UserError where the file is there and can't be read; the system's error where there is none. */
export function readFileTold(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw toldAsUnreadable(error, path);
  }
}

/** A failed reading as a UserError where permissions or the disk are to blame; any other error as it is. */
export function toldAsUnreadable(error: unknown, path?: string): unknown {
  const { code = '', path: named } = error as NodeJS.ErrnoException;
  const where = path ?? named;
  const what = WHY[code];
  if (error instanceof UserError || what === undefined) return error;
  return new UserError({ what, where, mend: 'make it readable, or restore it from version control' }, { cause: error });
}
