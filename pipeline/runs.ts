/** Runs as commands see them that are no stages: what they want to know of one is looked up here and handed to them. */
import { existsSync } from 'node:fs';
import { UserError } from '../base/failure/user-error.ts';
import type { ShippableRun } from '../ship/ship.ts';
import { exportedCheckpoint } from './exported-checkpoint.ts';
import { type RunFolder, runFolder } from './run-folder.ts';
import { runFolderOf, runOptions } from './run-options.ts';

/** For `npm run film`. */
export const filmable = {
  runsDir: runOptions.runsDir,
  policyOf(runId: string, runsDir: string): string {
    const run = runFolder(runId, runsDir);
    if (existsSync(run.policy)) return run.policy;
    throw new UserError({
      what: 'no policy was exported here yet',
      where: run.path,
      mend: `npm run export -- ${run.flags}`,
    });
  },
};

/** For `npm run ship`. */
export const shippable = {
  options: { runId: runOptions.runId, runsDir: runOptions.runsDir },
  open: (where: Parameters<typeof runFolderOf>[0]): ShippableRun => shippableRun(runFolderOf(where)),
};

export function shippableRun(run: RunFolder): ShippableRun {
  return { ...run, exportedCheckpoint: () => exportedCheckpoint(run) };
}
