/**
 * The options that every command working on a run has.
 */
import { flag, type OptionSpecs, type OptionsOf, text } from '../cli/options.ts';
import { orOfProject } from './project-file.ts';
import { type RunFolder, runFolder } from './run-folder.ts';

export const runOptions = {
  runId: {
    argument: 'NAME',
    description: 'the run to work on',
    schema: orOfProject('run-id', text().default('walker')),
  },
  runsDir: {
    argument: 'FOLDER',
    description: 'where the runs are kept',
    schema: orOfProject('runs-dir', text().default('runs')),
  },
  force: { description: 'begin afresh, whatever an earlier run left', schema: flag() },
} satisfies OptionSpecs;

/** @throws UserError where the run id can't name a folder. */
export function runFolderOf({ runId, runsDir }: Pick<OptionsOf<typeof runOptions>, 'runId' | 'runsDir'>): RunFolder {
  return runFolder(runId, runsDir);
}
