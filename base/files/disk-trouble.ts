/** What a disk can answer to a write, in the words of the person who asked for it. */
import { UserError } from '../failure/user-error.ts';

const DISK_TROUBLE: Readonly<Record<string, { readonly what: string; readonly mend: string }>> = {
  ENOSPC: { what: 'the disk is full', mend: 'free some space and run the same command again' },
  EDQUOT: { what: 'your share of the disk is used up', mend: 'free some space and run the same command again' },
  EACCES: { what: 'no permission to write here', mend: 'change the permissions or name another Unity project' },
  EPERM: {
    what: 'writing here is not permitted',
    mend: 'change the permissions, or close the program that has it open',
  },
  EROFS: { what: 'this is a read-only file system', mend: 'name a Unity project in a place that can be written' },
  EBUSY: { what: 'another program has the file open', mend: 'close that program and run the same command again' },
  ENAMETOOLONG: { what: 'the path is too long for this disk', mend: 'name a shorter asset path' },
  EXDEV: {
    what: 'this folder lies on another disk than the rest of the project',
    mend: 'name an asset path on the same disk',
  },
};

const MEDDLED = {
  what: 'another program changed the file during the deploy',
  mend: 'leave Play mode or close the Unity Editor, and run the same command again',
};

/** Thrown where a file is not what it was a moment ago. */
export class ChangedByAnother extends Error {}

/**
 * A failed write of several files as a UserError where the disk or another program is to blame; any other error as it is.
 *
 * @param where the file it was busy with
 * @param notUndone what could not be put back
 */
export function toldAsTrouble(error: unknown, where: string, notUndone: readonly string[]): unknown {
  if (error instanceof UserError) return error;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  // A file gone that was written a moment ago, or one there that was not: someone else is at work in this folder.
  const isMeddled = error instanceof ChangedByAnother || code === 'ENOENT' || code === 'EEXIST';
  const trouble = isMeddled ? MEDDLED : DISK_TROUBLE[code];
  if (!trouble && notUndone.length === 0) return error;
  const state =
    notUndone.length === 0 ? 'nothing was changed' : `and this could not be undone: ${notUndone.join(', ')}`;
  const what = `${trouble?.what ?? (error as Error).message}; ${state}`;
  return new UserError({ what, where, mend: trouble?.mend }, { cause: error });
}

/** For clearing up: a failure there must not hide the failure that made it necessary. */
export function attempt<Result>(action: () => Result): Result | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
