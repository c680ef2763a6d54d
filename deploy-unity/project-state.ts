/**
 * What deploys remember of a Unity project: a lock, and a folder for each deploy with its record and the files it replaced.
 *
 * It lies under `Library/`, which is each machine's own, in no version control, and never imported. A file gets to its place
 * by a rename, which only works on one disk; where Library is linked to another one, `.gaitsmith/` beside it takes its part.
 *
 *     Library/Gaitsmith/lock
 *     Library/Gaitsmith/<id>/record.json   what is being done, or was (records.ts)
 *     Library/Gaitsmith/<id>/0.new 0.old   what is to go to the first file's place, and what was there
 */
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { UserError } from '../base/failure/user-error.ts';
import { type FolderLock, lockFolder } from '../base/files/lock-folder.ts';
import { toldAsDiskProblem } from '../base/files/write-atomically.ts';

/** Longer than any deploy takes, and than the lock of one that was killed while it wrote it counts. */
const MILLISECONDS_TO_WAIT = 20_000;

/** The folder of that state; it need not be there. @param root absolute path of the project */
export function stateFolder(root: string): string {
  const assets = statSync(join(root, 'Assets'));
  const library = statSync(join(root, 'Library'), { throwIfNoEntry: false }) ?? statSync(root);
  return library.dev === assets.dev ? join(root, 'Library', 'Gaitsmith') : join(root, '.gaitsmith');
}

/**
 * Waits until no other deploy works in this project, and keeps others out.
 *
 * @param purpose told to the others: "npm run deploy"
 * @throws UserError where another one holds it for longer than a deploy takes, or the folder can't be made
 */
export async function lockProject(root: string, purpose: string): Promise<FolderLock> {
  const folder = stateFolder(root);
  makeStateFolder(folder);
  const path = join(folder, 'lock');
  for (const began = performance.now(); ; ) {
    try {
      return lockFolder(path, { purpose, elsewhere: 'name another Unity project' });
    } catch (error) {
      const isHeld = error instanceof UserError && (existsSync(path) || existsSync(`${path}.takeover`));
      if (!isHeld || performance.now() - began > MILLISECONDS_TO_WAIT) throw error;
    }
    await setTimeout(50);
  }
}

function makeStateFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    if (folder.endsWith('.gaitsmith')) writeFileSync(join(folder, '.gitignore'), '*\n');
  } catch (error) {
    throw toldAsDiskProblem(error, folder);
  }
}
