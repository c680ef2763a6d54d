/** Runs as commands see them that are no stages: what they want to know of one is looked up here and handed to them. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { commandText } from '../base/command-text.ts';
import { UserError } from '../base/failure/user-error.ts';
import { fromHere } from '../base/files/from-here.ts';
import { behavior } from '../envs/walker/behavior.ts';
import { checkParameter } from '../envs/walker/parameters.ts';
import type { Policies } from '../evaluate/command.ts';
import { readPolicyFile } from '../evaluate/policy-file.ts';
import { queueOption } from '../fleet/queue-option.ts';
import type { Runs as ReportableRuns } from '../report/command.ts';
import type { RunFiles } from '../report/read-run.ts';
import { familyOf } from '../report/series.ts';
import type { ShippableRun } from '../ship/ship.ts';
import { lessonsOf } from '../train/configuration/environment-parameters.ts';
import { readConfiguration, readEnvironmentParameters } from '../train/configuration/read.ts';
import { bestCheckpointPath, listCheckpoints } from '../train/keep/checkpoint-files.ts';
import type { Runs as ViewableRuns } from '../viewer/server/command.ts';
import type { ViewedRun } from '../viewer/server/policies.ts';
import { characterOfRun } from './character-of-run.ts';
import { characterWorld } from './embedded-world.ts';
import { exportedCheckpoint } from './exported-checkpoint.ts';
import { readManifest } from './manifest.ts';
import type { Report } from './pipeline-command.ts';
import { isRunId, type RunFolder, runFolder } from './run-folder.ts';
import { runFolderOf, runOptions } from './run-options.ts';
import { stages } from './stages.ts';
import { noSuchRun } from './up-to-date.ts';

/** For `npm run film`. */
export const filmable = {
  runsDir: runOptions.runsDir,
  policyOf: (runId: string, runsDir: string): string => exportedPolicy(runFolder(runId, runsDir)),
  characterOf: (runId: string, runsDir: string) => characterOfRun(runFolder(runId, runsDir)),
};

/** For `npm run evaluate`. */
export const evaluable: Policies = {
  runsDir: runOptions.runsDir,
  queue: queueOption,
  playersOn: async (...queue) => (await import('../fleet/on-queue.ts')).playersOnQueue(...queue),
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
  async inBrowser({ name, bytes }, { world, seed }) {
    const { compareEpisodes, onnxruntimeChromium } = await import('../validate/web/chromium-runtime.ts');
    const { checkWalkerPolicy } = await import('../evaluate/policy-graph.ts');
    const { decodeModel } = await import('../onnx/decode.ts');
    if (world === 'physx') {
      throw new UserError({
        what: 'PhysX is not played in a browser',
        where: '--web',
        value: '--world physx',
        mend: 'leave one of them out',
      });
    }
    checkWalkerPolicy(decodeModel(bytes, name), name);
    const there = await onnxruntimeChromium(bytes, behavior);
    try {
      const { report } = await compareEpisodes(bytes, behavior, there, { world, seed, agents: 8, decisions: 200 });
      return { browser: report.browser, ...report.episodes! };
    } finally {
      await there.close();
    }
  },
  characterOf: ({ runId, runsDir }) => characterOfRun(runFolder(runId, runsDir)),
  async parametersOf(file, character) {
    const world = character === undefined ? { behavior, checkParameter } : await characterWorld(character);
    const settings = readEnvironmentParameters(file, world.behavior.name, world.checkParameter);
    return Object.fromEntries(
      Object.entries(settings).map(([name, setting]) => [name, lessonsOf(name, setting).at(-1)!.value]),
    );
  },
};

/** For `npm run report`. */
export const reportable: ReportableRuns = {
  runsDir: runOptions.runsDir,
  filesOf(name, runsDir) {
    const own = runFolder(name, runsDir);
    if (existsSync(own.path)) return [reportedRun(own)];
    const seeds = existsSync(runsDir) ? readdirSync(runsDir).filter((id) => id !== name && familyOf(id) === name) : [];
    if (seeds.length === 0) throw noSuchRun(own);
    const inOrder = seeds.sort((a, b) => Number(/\d+$/.exec(a)) - Number(/\d+$/.exec(b)));
    return inOrder.map((id) => reportedRun(runFolder(id, runsDir)));
  },
};

export function reportedRun(run: RunFolder): RunFiles {
  return {
    ...run,
    stages: () => inOrderOfStages(readManifest(run).stages),
    character: () => characterOfRun(run),
  };
}

/** For `npm run pipeline`: one that is as it would be written again stays as it is. */
export const report: Report = async (run, { progress, interrupts: { signal } }) => {
  const { EPISODES } = await import('../report/command.ts');
  const { writeReport } = await import('../report/write-report.ts');
  const update = (done: number, total: number) => progress.update({ done, total, unit: 'episodes' });
  const { path } = await writeReport(reportedRun(run), {
    episodes: EPISODES,
    unlessCurrent: true,
    signal,
    progress: update,
  });
  progress.end();
  return path;
};

/** As they run, whichever was run last. */
function inOrderOfStages<Told>(told: Readonly<Record<string, Told>>): Record<string, Told> {
  const place = (name: string) => stages.findIndex((stage) => stage.name === name);
  return Object.fromEntries(Object.entries(told).sort(([one], [other]) => place(one) - place(other)));
}

function exportedPolicy(run: RunFolder): string {
  if (existsSync(run.policy)) return run.policy;
  throw new UserError({
    what: 'no policy was exported here yet',
    where: run.path,
    mend: commandText('export', run.flags),
  });
}

/** For `npm run view`. */
export const viewable: ViewableRuns = {
  runsDir: runOptions.runsDir,
  list: (runsDir) => runIdsIn(runsDir).map((runId) => viewed(runFolder(runId, runsDir))),
  hasBegun: (runId, runsDir) => existsSync(runFolder(runId, runsDir).config),
  one(runId, runsDir) {
    const run = runFolder(runId, runsDir);
    if (!existsSync(run.path)) throw noSuchRun(run);
    return { ...viewed(run), metrics: run.metrics, maxSteps: maxStepsOf(run) };
  },
  policyOfCheckpoint: (path) => evaluable.policyOfCheckpoint(path),
};

/** Decisions that its settings want; null where it has none that can be read: it is shown all the same. */
function maxStepsOf({ config }: RunFolder): number | null {
  try {
    return readConfiguration(config, behavior.name).behavior.max_steps;
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

function viewed(run: RunFolder): ViewedRun {
  const best = bestCheckpointPath(run.checkpoints);
  const checkpoints = [...(existsSync(best) ? [best] : []), ...listCheckpoints(run.checkpoints)];
  const exported = existsSync(run.policy) ? run.policy : undefined;
  return { runId: run.id, exported, checkpoints, character: readableCharacterOf(run) };
}

/** Where its settings can't be read, it is shown as the Walker's. */
function readableCharacterOf(run: RunFolder): string | undefined {
  try {
    return characterOfRun(run);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** The latest first. */
function runIdsIn(runsDir: string): string[] {
  if (!existsSync(runsDir)) return [];
  return readdirSync(runsDir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && isRunId(entry.name))
    .map(({ name }) => ({ name, changed: statSync(join(runsDir, name)).mtimeMs }))
    .sort((one, other) => other.changed - one.changed)
    .map(({ name }) => name);
}

/** For `npm run ship`. */
export const shippable = {
  options: { runId: runOptions.runId, runsDir: runOptions.runsDir },
  open: (where: Parameters<typeof runFolderOf>[0]): ShippableRun => shippableRun(runFolderOf(where)),
};

export function shippableRun(run: RunFolder): ShippableRun {
  return { ...run, exportedCheckpoint: () => exportedCheckpoint(run) };
}
