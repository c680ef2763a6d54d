/** By which settings the embedded world is trained in, and what a run starts or goes on from. */
import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { UserError } from '../../base/failure/user-error.ts';
import { sha256OfFile } from '../../base/files/hash.ts';
import { givenOrOwnFile, ownFile } from '../../base/files/own-files.ts';
import { SHIPPED_WALKER, shippedFiles } from '../../models/shipped.ts';
import type { Configuration } from '../../train/configuration/read.ts';
import type { BehaviorSettings } from '../../train/configuration/schema.ts';
import type { Checkpoint } from '../../train/keep/checkpoint.ts';
import type { RunProgress } from '../../train/keep/progress.ts';
import { type EmbeddedWorld, embeddedWorldOf } from '../embedded-world.ts';
import type { StageRecord } from '../manifest.ts';
import type { RunFolder } from '../run-folder.ts';
import type { Options } from './train-options.ts';

/**
 * The configuration file with the flags laid over it.
 *
 * @param saved what is gone on from: by the file that it was trained by, where no other is named.
 * @param note takes what is worth a sentence about the file.
 */
export async function configurationOf(
  { config, set, maxSteps, seed, agents, world, initializeFrom, ...starts }: Options,
  run: RunFolder,
  saved?: Checkpoint,
  note?: (sentence: string) => void,
): Promise<{ readonly file: string; readonly configuration: Configuration; readonly embedded: EmbeddedWorld }> {
  const { readConfiguration } = await import('../../train/configuration/read.ts');
  const { lessonsTogether } = await import('../../train/configuration/environment-parameters.ts');
  const shipped = shippedFolder(starts);
  const hasStart = initializeFrom !== undefined || shipped !== undefined;
  const own = hasStart ? 'config/walker-tune.yaml' : 'config/walker-quick.yaml';
  const named = config ?? saved?.origin?.file;
  const file = named === undefined ? ownFile(own) : givenOrOwnFile(named);
  const embedded = await embeddedWorldOf(file, set);
  const configuration = readConfiguration(file, embedded.behavior.name, embedded.checkParameter, note, set);
  for (const values of lessonsTogether(configuration.environmentParameters)) embedded.checkParameters(values);
  const { max_steps, init_path, gaitsmith } = configuration.behavior;
  // A flag that says where to start stands above the file's word.
  const started = initializeFrom === undefined ? init_path : folderOfRun(initializeFrom, run);
  const isStartNoPath = starts.fromScratch || shipped !== undefined;
  return {
    file,
    embedded,
    configuration: {
      ...configuration,
      behavior: {
        ...configuration.behavior,
        max_steps: maxSteps ?? max_steps,
        init_path: isStartNoPath ? null : started,
        gaitsmith: {
          ...gaitsmith,
          agents: agents ?? gaitsmith.agents,
          world: embedded.worldNamed(world ?? gaitsmith.world ?? undefined),
        },
      } as BehaviorSettings,
      seed: seed ?? configuration.seed,
    },
  };
}

/** The folder of the shipped walker that a flag names to start from; undefined where none does. */
export function shippedFolder({ shipped, fromShipped }: Pick<Options, 'shipped' | 'fromShipped'>): string | undefined {
  return shipped ?? (fromShipped ? SHIPPED_WALKER : undefined);
}

/** What a new run starts from: the shipped walker that a flag names, else what the settings name; null: nothing learnt. */
export async function startOfNew(
  wanted: Configuration,
  options: Options,
  { behavior }: EmbeddedWorld,
): Promise<string | null> {
  const shipped = shippedFolder(options);
  if (shipped === undefined) return wanted.behavior.init_path;
  const { shippedStart } = await import('../../ship/shipped-walker.ts');
  return shippedStart(shipped, wanted, behavior);
}

/** @throws UserError where a flag says that the run started from something else than it did. */
export async function refuseAnotherStart(
  { startedFrom }: RunProgress,
  { fromScratch, initializeFrom, ...starts }: Options,
  run: RunFolder,
): Promise<void> {
  const shipped = shippedFolder(starts);
  const started = startedFrom?.checkpoint;
  const liesIn = (folder: string) => {
    const inside = started === undefined ? '..' : relative(folder, started);
    return !inside.startsWith('..') && !isAbsolute(inside);
  };
  const isAnother =
    (fromScratch && started !== undefined) ||
    (initializeFrom !== undefined && !liesIn(folderOfRun(initializeFrom, run))) ||
    (shipped !== undefined && !liesIn(shippedFiles(shipped).checkpoint));
  if (!isAnother) return;
  throw new UserError({
    what: `this run did not start from ${fromScratch ? 'scratch' : 'there'} but from ${started ?? 'scratch'}`,
    where: run.path,
    value: initializeFrom ?? shipped,
    mend: 'begin afresh with --force, name another run with --run-id, or leave out what it is to start from',
  });
}

/**
 * What was learnt by one body is not gone on with by another.
 *
 * @param last what the stage did before.
 * @throws UserError where a file of the character is another one than the run was trained with so far.
 */
export function refuseAnotherBody(
  { files }: EmbeddedWorld,
  last: Pick<StageRecord, 'inputs'> | undefined,
  run: RunFolder,
): void {
  for (const [name, path] of Object.entries(files)) {
    const before = last?.inputs.files[name];
    if (before === undefined || before.sha256 === sha256OfFile(path)) continue;
    throw new UserError({
      what: `the ${name} has changed since this run was trained, and what it learnt is another body's or another task's`,
      where: path,
      mend: `begin afresh with --force; or start another run from what this one learnt: --run-id NAME --initialize-from ${run.id}`,
    });
  }
}

/**
 * Whether a run that only hands on what it starts from (`--max-steps 0`) has something else to hand on by now: then there is
 * nothing in it to go on from.
 */
export async function startHasChanged(
  saved: Checkpoint,
  wanted: Configuration,
  options: Options,
  embedded: EmbeddedWorld,
): Promise<boolean> {
  if (saved.progress.step > 0 || wanted.behavior.max_steps > 0) return false;
  const file = await startingFile(wanted, options, embedded);
  return file !== undefined && sha256OfFile(file) !== saved.progress.startedFrom?.sha256;
}

/** The checkpoint that a new run would start from; undefined where it would start from nothing learnt, or from what is gone. */
export async function startingFile(
  wanted: Configuration,
  options: Options,
  embedded: EmbeddedWorld,
): Promise<string | undefined> {
  const { initialCheckpoint } = await import('../../train/keep/initial-checkpoint.ts');
  const start = await startOfNew(wanted, options, embedded);
  return start === null || !existsSync(start) ? undefined : initialCheckpoint(start, () => {}).path;
}

/**
 * The settings to go on by. Those of a run that has had all its decisions stay as they are: nothing more is learnt by others.
 *
 * @throws UserError where other settings are to go on with such a run, or where a run was to have more decisions than the file
 *   says and the flag that said so is gone.
 */
export async function settingsToGoOnBy(
  saved: Checkpoint,
  wanted: Configuration,
  { maxSteps }: { readonly maxSteps?: number | undefined },
  run: RunFolder,
): Promise<Configuration> {
  if (!existsSync(run.config)) return wanted;
  const { readUnityConfiguration } = await import('../../train/configuration/read.ts');
  const { step } = saved.progress;
  const { seed } = wanted;
  const before = { ...readUnityConfiguration(run.config).of(wanted.behaviorName), seed };
  const { max_steps, init_path } = before.behavior;
  if (maxSteps === undefined && step < max_steps && wanted.behavior.max_steps < max_steps) {
    throw new UserError({
      what: `this run is on its way to ${max_steps} decisions, and the settings alone give it ${wanted.behavior.max_steps}`,
      where: run.path,
      value: step,
      mend: `go on with --max-steps ${max_steps}, or say --max-steps ${Math.max(step, wanted.behavior.max_steps)} where it is to end there`,
    });
  }
  const { staysStopped } = await import('../../train/judge/stopping.ts');
  const hasStopped = staysStopped(wanted.behavior.gaitsmith, saved.progress.stopped);
  if (step < wanted.behavior.max_steps && !hasStopped) return wanted;
  const now = { ...wanted, behavior: { ...wanted.behavior, max_steps, init_path } };
  if (isDeepStrictEqual(now, before)) return step < max_steps && !hasStopped ? wanted : before;
  throw new UserError({
    what: `the settings have changed, and nothing would be learnt by them: this run has ${hasStopped ? `stopped, for ${saved.progress.stopped!.why}` : 'had all its decisions'}`,
    where: run.path,
    value: step,
    expected: hasStopped ? undefined : `fewer than max_steps, which is ${wanted.behavior.max_steps}`,
    mend: `train on with ${hasStopped ? 'another gaitsmith.stop_at_reward or stop_on_plateau' : 'a larger --max-steps'}, begin afresh with --force, or name another run with --run-id`,
  });
}

/** A run that lies beside this one is known by its id, anything else by its path. */
export function folderOfRun(runOrPath: string, run: RunFolder): string {
  const beside = join(dirname(run.path), runOrPath);
  return existsSync(beside) ? beside : runOrPath;
}
