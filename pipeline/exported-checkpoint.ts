import { existsSync } from 'node:fs';
import { commandText } from '../base/command-text.ts';
import { UserError } from '../base/failure/user-error.ts';
import { sha256OfFile } from '../base/files/hash.ts';
import { readManifest } from './manifest.ts';
import { pathOfRecorded, type RunFolder } from './run-folder.ts';
import { noSuchRun } from './up-to-date.ts';

/**
 * Path of the checkpoint that a run's policy was exported from: only that can judge it, and be shipped with it.
 *
 * @throws UserError where there is no such run, where it was never exported, or what it was exported from is another one by
 *   now, or gone.
 */
export function exportedCheckpoint(run: RunFolder): string {
  if (!existsSync(run.path)) throw noSuchRun(run);
  const exported = readManifest(run).stages['export']?.inputs.files['checkpoint'];
  const path = exported && pathOfRecorded(run, exported.path);
  if (path && sha256OfFile(path) === exported.sha256) return path;
  throw new UserError({
    what: path ? 'the checkpoint that the policy was exported from has changed' : 'no policy was exported here yet',
    where: path ?? run.path,
    mend: commandText('export', run.flags),
  });
}
