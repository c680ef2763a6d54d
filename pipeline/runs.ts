/** Runs as commands see them that are no stages: what they want to know of one is looked up here and handed to them. */

import { existsSync } from 'node:fs';
import { commandText } from '../base/command-text.ts';
import { UserError } from '../base/failure/user-error.ts';
import { fromHere } from '../base/files/from-here.ts';
import { behavior } from '../envs/walker/behavior.ts';
import { checkParameter } from '../envs/walker/parameters.ts';
import type { Policies } from '../evaluate/command.ts';
import { readPolicyFile } from '../evaluate/policy-file.ts';
import type { ShippableRun } from '../ship/ship.ts';
import { lessonsOf } from '../train/configuration/environment-parameters.ts';
import { readEnvironmentParameters } from '../train/configuration/read.ts';
import { exportedCheckpoint } from './exported-checkpoint.ts';
import { type RunFolder, runFolder } from './run-folder.ts';
import { runFolderOf, runOptions } from './run-options.ts';
import { noSuchRun } from './up-to-date.ts';

/** For `npm run film`. */
export const filmable = {
  runsDir: runOptions.runsDir,
  policyOf: (runId: string, runsDir: string): string => exportedPolicy(runFolder(runId, runsDir)),
};

/** For `npm run evaluate`. */
export const evaluable: Policies = {
  runsDir: runOptions.runsDir,
  async policyOf({ runId, runsDir, checkpoint }) {
    const run = runFolder(runId, runsDir);
    if (checkpoint === undefined) return readPolicyFile(exportedPolicy(run));
    if (checkpoint !== 'best' && checkpoint !== 'latest') return this.policyOfCheckpoint(checkpoint);
    if (!existsSync(run.path)) throw noSuchRun(run);
    const { chooseCheckpoint } = await import('../train/keep/checkpoint-folder.ts');
    const { path } = chooseCheckpoint(run.checkpoints, checkpoint, () => {});
    return this.policyOfCheckpoint(path);
  },
  async policyOfCheckpoint(path) {
    const { readCheckpoint } = await import('../train/keep/checkpoint.ts');
    const { policyOf } = await import('../train/policy/policy-average.ts');
    const { exportActor } = await import('../export/export-actor.ts');
    const { encodeModel } = await import('../onnx/encode.ts');
    const { versions } = await import('./versions.ts');
    if (!existsSync(path)) throw new UserError({ what: 'there is no such checkpoint', where: path });
    const model = exportActor(policyOf(readCheckpoint(path)), versions().gaitsmith);
    return { name: fromHere(path), bytes: encodeModel(model) };
  },
  parametersOf(file) {
    const settings = readEnvironmentParameters(file, behavior.name, checkParameter);
    return Object.fromEntries(
      Object.entries(settings).map(([name, setting]) => [name, lessonsOf(name, setting).at(-1)!.value]),
    );
  },
};

function exportedPolicy(run: RunFolder): string {
  if (existsSync(run.policy)) return run.policy;
  throw new UserError({
    what: 'no policy was exported here yet',
    where: run.path,
    mend: commandText('export', run.flags),
  });
}

/** For `npm run ship`. */
export const shippable = {
  options: { runId: runOptions.runId, runsDir: runOptions.runsDir },
  open: (where: Parameters<typeof runFolderOf>[0]): ShippableRun => shippableRun(runFolderOf(where)),
};

export function shippableRun(run: RunFolder): ShippableRun {
  return { ...run, exportedCheckpoint: () => exportedCheckpoint(run) };
}
