/** `--rollback`: puts back what the last deploy replaced, file by file, if nobody has changed those files since. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandText } from '../base/command-text.ts';
import { UserError } from '../base/failure/user-error.ts';
import { type Disk, realDisk } from '../base/files/disk.ts';
import { sha256 } from '../base/files/hash.ts';
import { lockProject, stateFolder } from './project-state.ts';
import { type DeployRecord, deploysToTakeBack, readRecords } from './records.ts';
import { type Change, change, keptFile, type Place, recover } from './transaction.ts';
import { openUnityProject } from './unity-project.ts';

/** All that was done in a project, from old to new. @throws UserError where it is no project or a record is damaged. */
export function history(unityProject: string): DeployRecord[] {
  const { root } = openUnityProject(unityProject);
  return readRecords(stateFolder(root)).records;
}

/**
 * @returns the record of the rollback
 * @throws UserError where there is nothing to take back, or a file is no longer what the deploy made of it
 */
export async function rollback(unityProject: string, disk: Disk = realDisk): Promise<DeployRecord> {
  const { root } = openUnityProject(unityProject);
  const lock = await lockProject(root, commandText('deploy', '--rollback'));
  try {
    const place = { root, state: stateFolder(root) };
    recover(place, disk);
    const last = deploysToTakeBack(readRecords(place.state).records).at(-1);
    if (!last) {
      throw new UserError({
        what: 'no deploy into this project is remembered that could be taken back',
        where: place.state,
        mend: 'take the file from version control, or deploy another one',
      });
    }
    const changes = changesBack(place, last);
    return change(
      place,
      changes,
      {
        what: 'rollback',
        of: last.id,
        asset: last.asset,
        from: `before ${last.from}`,
        sha256: last.sha256Before,
        sha256Before: last.sha256,
        score: null,
        folders: [],
        emptied: last.folders.toReversed(),
      },
      disk,
    );
  } finally {
    lock.release();
  }
}

/** In the opposite order: a model that goes goes before its .meta. */
function changesBack(place: Place, last: DeployRecord): Change[] {
  const goes = new Set(last.files.filter(({ before }) => before === null).map(({ path }) => path));
  return last.files
    .flatMap(({ path, before, after }, index): Change[] => {
      if (before === null && isMetaOfUsedFolder(place.root, path, last.folders, goes)) return [];
      const now = existsSync(join(place.root, path)) ? readFileSync(join(place.root, path)) : undefined;
      if ((now === undefined ? null : sha256(now)) !== after) {
        throw new UserError({
          what: 'this file has been changed since the last deploy, so it is not put back',
          where: join(place.root, path),
          mend: 'take the file from version control, or deploy again and roll back then',
        });
      }
      return [{ path, before: now, after: before === null ? undefined : kept(place, last, index, before) }];
    })
    .reverse();
}

function kept(place: Place, last: DeployRecord, index: number, hash: string): Buffer {
  const where = keptFile(place, last, index);
  const bytes = existsSync(where) ? readFileSync(where) : undefined;
  if (bytes && sha256(bytes) === hash) return bytes;
  throw new UserError({
    what: bytes ? 'the old file that was kept has been changed' : 'the old file is no longer kept',
    where,
    mend: 'take it from version control, or deploy another one',
  });
}

/** Someone may have put more into a folder that the deploy made: then it stays, and its .meta with it. */
function isMetaOfUsedFolder(
  root: string,
  path: string,
  folders: readonly string[],
  goes: ReadonlySet<string>,
): boolean {
  const folder = path.replace(/\.meta$/, '');
  if (!folders.includes(folder) || !existsSync(join(root, folder))) return false;
  return readdirSync(join(root, folder)).some((name) => {
    const inner = `${folder}/${name}`;
    if (folders.includes(inner)) return isMetaOfUsedFolder(root, `${inner}.meta`, folders, goes);
    return !goes.has(inner);
  });
}
