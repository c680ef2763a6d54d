/** The stage `train`: in the embedded world here, in a live Unity by train-unity.ts. */
import { existsSync, renameSync } from 'node:fs';
import { UserError } from '../../base/failure/user-error.ts';
import { givenOrOwnFile, ownFile } from '../../base/files/own-files.ts';
import type { Logger } from '../../cli/logger.ts';
import { flagOf } from '../../cli/options.ts';
import type { ProgressState } from '../../cli/progress.ts';
import type { Checkpoint } from '../../train/keep/checkpoint.ts';
import { bestCheckpointPath, listCheckpoints } from '../../train/keep/checkpoint-files.ts';
import type { RunFolder } from '../run-folder.ts';
import { defineStage } from '../stage.ts';
import { trainDetails } from './details.ts';
import { EndEstimate } from './end-estimate.ts';
import { type Options, options, refuseFlagsOfOthers } from './train-options.ts';
import type { OutcomeDetails } from './train-outcome.ts';
import {
  configurationOf,
  folderOfRun,
  refuseAnotherBody,
  refuseAnotherStart,
  settingsToGoOnBy,
  shippedFolder,
  startHasChanged,
  startingFile,
  startOfNew,
} from './train-start.ts';
import type { UnityTraining } from './unity-training.ts';
export default defineStage({
  name: 'train',
  summary: 'train with PPO, the walker in the embedded world or whatever walks in your Unity',
  details: trainDetails,
  options,

  // Told before the world is built, and with the pipeline before anything runs.
  async check({ backend, device, threads, ...options }) {
    if (options.queue !== undefined && (backend !== 'onnx' || device !== 'cpu')) {
      throw new UserError({
        what: 'actors train on the CPU, with onnxruntime',
        where: `--queue and ${backend === 'onnx' ? '--device' : '--backend'}`,
        mend: 'leave one of the two out',
      });
    }
    const [one, other] = (['fromScratch', 'initializeFrom', 'shipped', 'fromShipped'] as const).filter(
      (start) => options[start],
    );
    if (one && other) {
      throw new UserError({ what: 'only one of the two can be given', where: `${flagOf(one)} and ${flagOf(other)}` });
    }
    const { checkInstalled } = await import('../../compile/eager-backends.ts');
    const { checkEngine } = await import('../../compile/devices.ts');
    checkEngine({ backend, device, threads });
    if (backend !== 'onnx') await checkInstalled(backend);
    const unity = await unityOf(options);
    refuseFlagsOfOthers(unity ? 'unity' : 'embedded', options);
    const players = options.numEnvs ?? unity?.configuration.environment.num_envs ?? 1;
    if (unity && unity.player === undefined && players > 1) {
      throw new UserError({
        what: 'only one Editor can be trained',
        where: options.numEnvs === undefined ? 'env_settings.num_envs' : '--num-envs',
        value: players,
        mend: 'name a built player: --env PATH',
      });
    }
    if (unity?.player === undefined) return;
    const { findExecutable } = await import('../../envs/unity/launch/executable.ts');
    findExecutable(unity.player);
  },

  async inputs(options, run) {
    const unity = await unityOf(options);
    if (unity) {
      // Before a new run has a folder: a port that is taken should not leave one behind.
      if (!existsSync(run.path)) await (await import('./unity-opening.ts')).checkPorts({ ...unity, ...options });
      return { files: {}, settings: unitySettings(unity, options) };
    }
    const { configuration, embedded } = await configurationOf(options, run, await savedOf(options, run));
    // The settings, not the file: a comment that changed is no reason to train again. Nor is another backend or device,
    // which rounds in its own way, as another machine does.
    const shipped = shippedFolder(options);
    const start = { ...(options.fromScratch ? { fromScratch: true } : {}), ...(shipped ? { shipped } : {}) };
    // What a run starts from is a part of it as soon as it has begun to learn; until then the file is what counts.
    const file =
      configuration.behavior.max_steps === 0 ? await startingFile(configuration, options, embedded) : undefined;
    const files: Record<string, string> = { ...embedded.files, ...(file === undefined ? {} : { start: file }) };
    return { files, settings: { configuration, ...start } };
  },

  resume: {
    option: 'resume',
    possible: (_options, run) => listCheckpoints(run.checkpoints).length > 0,
  },

  seeded: {
    option: 'seed',
    scoreName: 'reward',
    scoreOf: ({ details }) => scoreIn(details),
    isSharedOut: ({ queue }) => queue !== undefined,
  },

  async run(options, context) {
    const { run, logger, progress, signal, endsIn, force, last } = context;
    let saved = await savedOf(options, run);
    if (saved) await refuseAnotherStart(saved.progress, options, run);
    const note = (sentence: string) => logger.info(sentence);
    const unity = await unityOf(options, note);
    if (unity) {
      const { trainInUnity } = await import('./train-unity.ts');
      const { initializeFrom, fromScratch } = options;
      const start = initializeFrom === undefined ? undefined : folderOfRun(initializeFrom, run);
      const training = { ...unity, ...options, engine: engineOf(options), start: fromScratch ? null : start };
      return trainInUnity({ ...training, setAside: (own) => setAside(own, logger) }, context);
    }
    const { train } = await import('../../train/train.ts');
    const { outcomeDetails, toldOutcome } = await import('./train-outcome.ts');
    const { configurationAsYaml } = await import('../../train/configuration/write.ts');
    const { writeAtomically } = await import('../../base/files/write-atomically.ts');
    const { sha256 } = await import('../../base/files/hash.ts');
    const { commitText, versions } = await import('../versions.ts');
    const { withoutNative } = await import('../../compile/native-or-web.ts');
    if (withoutNative !== undefined) logger.warn(withoutNative);

    const { file, configuration: wanted, embedded } = await configurationOf(options, run, saved, note);
    const { behavior, module } = embedded;
    const isOutdated = saved !== undefined && (await startHasChanged(saved, wanted, options, embedded));
    if (isOutdated) saved = undefined;
    if (saved) refuseAnotherBody(embedded, last, run);
    // The best of an attempt that never came to a checkpoint to go on from must not pass for this one's.
    const holdsOnlyBest = existsSync(bestCheckpointPath(run.checkpoints)) && !listCheckpoints(run.checkpoints).length;
    if (force || holdsOnlyBest || isOutdated) setAside(run, logger);
    const seed = wanted.seed >= 0 ? wanted.seed : (saved?.progress.seed ?? Math.floor(Math.random() * 10_000));
    const start = saved
      ? (saved.progress.startedFrom?.checkpoint ?? null)
      : await startOfNew(wanted, options, embedded);
    const named = { ...wanted, behavior: { ...wanted.behavior, init_path: start }, seed };
    const configuration = saved ? await settingsToGoOnBy(saved, named, options, run) : named;
    const yaml = configurationAsYaml(configuration);

    let live: ProgressState = {
      done: saved?.progress.step ?? 0,
      total: configuration.behavior.max_steps,
      unit: 'steps',
    };
    const end = new EndEstimate();
    endsIn?.(() => end.seconds());
    const learning = {
      configuration,
      behavior,
      seed,
      agents: configuration.behavior.gaitsmith.agents,
      checkpointFolder: run.checkpoints,
      metricsPath: run.metrics,
      eventsFolder: run.path,
      dumpFolder: run.dumps,
      resume: saved !== undefined,
      origin: { configuration: sha256(yaml), file, commit: commitText(versions()) },
    };
    const begin = () => writeAtomically(run.config, yaml);
    const trainHere = () =>
      train(
        {
          ...learning,
          environment: {
            kind: 'embedded',
            module,
            world: configuration.behavior.gaitsmith.world ?? undefined,
          },
          workers: options.workers,
          engine: engineOf(options),
        },
        {
          info: (message) => logger.info(message),
          warn: (message) => logger.warn(message),
          begin,
          signal,
          iteration({ step, reward, seconds }, total) {
            const { physics, inference, learning } = seconds;
            end.iterated();
            live = {
              done: step,
              total,
              unit: 'steps',
              fields: { reward: reward === null ? 'no episode ended' : reward.toFixed(2) },
              split: { physics, inference, learning },
            };
            progress.update(live);
          },
          // Steps stand still meanwhile: it tells why.
          evaluating(done, total) {
            end.evaluated();
            const fields = done < total ? { evaluating: `${done} / ${total} episodes` } : {};
            progress.update({ ...live, fields: { ...live.fields, ...fields } });
          },
        },
      );
    const { queue } = options;
    const trainThere = async (url: string) => {
      const { trainOnQueue } = await import('../../fleet/on-queue.ts');
      signal.addEventListener('abort', () =>
        logger.info('What its actor has kept stays in the queue for a day, and the same command goes on from there.'),
      );
      return trainOnQueue({
        url,
        run: run.id,
        options: learning,
        yaml,
        begin,
        signal,
        warn: (message) => logger.warn(message),
        progress({ done, total, fields: { reward } = {} }) {
          const fields = reward == null ? {} : { reward: reward.toFixed(2) };
          progress.update({ done, total, unit: 'steps', fields });
        },
      });
    };
    const result = await (queue === undefined ? trainHere() : trainThere(queue));
    const { backend, use } = result.engine;
    const engine = { backend, ...use };
    const { step, episodes, startedFrom = null } = result.progress;
    const from = startedFrom ? ` from ${startedFrom.checkpoint}` : '';
    return {
      summary: `${step} steps${from}, ${toldOutcome(result)}`,
      outputs: { checkpoint: result.checkpoint, config: run.config, metrics: run.metrics },
      details: { steps: step, episodes, ...outcomeDetails(result), seed, startedFrom, ...engine },
      ended: result.interrupted ? 'interrupted' : 'done',
    };
  },
});

/** Of what run.json keeps: the best policy's on fresh held-out episodes, else on those it was chosen by, else the run's latest. */
function scoreIn(details: unknown): number | undefined {
  const { heldOut, reward } = (details ?? {}) as Partial<OutcomeDetails>;
  return heldOut?.fresh?.reward ?? heldOut?.best.reward ?? reward?.reward;
}

/** What computes the update. */
function engineOf({ backend, device, threads }: Options): UnityTraining['engine'] {
  return { backend, device, ...(threads === undefined ? {} : { threads }) };
}

/** What is gone on from; undefined for what begins. */
async function savedOf({ resume }: Options, { checkpoints }: RunFolder): Promise<Checkpoint | undefined> {
  if (!resume) return undefined;
  const { latestCheckpoint } = await import('../../train/keep/checkpoint-folder.ts');
  return latestCheckpoint(checkpoints, () => {}).checkpoint;
}

/** A training in Unity, where one is meant; undefined for the embedded world. */
async function unityOf(
  { env, config, set }: Pick<Options, 'env' | 'config' | 'set'>,
  note?: (sentence: string) => void,
): Promise<UnityMeant | undefined> {
  if (env === 'walker' || (env === undefined && config === undefined)) return undefined;
  const { readUnityConfiguration } = await import('../../train/configuration/read.ts');
  const file = config === undefined ? ownFile('config/walker.yaml') : givenOrOwnFile(config);
  const notes: string[] = [];
  const configuration = readUnityConfiguration(file, (sentence) => notes.push(sentence), set);
  const player = env === 'unity' ? undefined : (env ?? configuration.environment.env_path ?? undefined);
  if (env !== 'unity' && player === undefined) return undefined; // what reads it next tells the notes
  for (const sentence of notes) note?.(sentence);
  return { player, configuration, file };
}

type UnityMeant = Pick<UnityTraining, 'player' | 'configuration' | 'file'>;

function unitySettings(
  { player, configuration }: UnityMeant,
  { maxSteps, seed, initializeFrom, fromScratch }: Options,
): object {
  const { behaviors, environmentParameters, environment, engine } = configuration;
  const trained = behaviors.map((name) => configuration.of(name));
  const { env_args, num_areas } = environment;
  const { time_scale, target_frame_rate, capture_frame_rate } = engine;
  // What the world depends on; ports, waiting times, restarts and windows change no result.
  const world = [player ?? 'unity', { env_args, num_areas, time_scale, target_frame_rate, capture_frame_rate }];
  const settings = { world, trained, environmentParameters };
  const start = {
    ...(initializeFrom === undefined ? {} : { initializeFrom }),
    ...(fromScratch ? { fromScratch } : {}),
  };
  return { ...settings, ...start, maxSteps: maxSteps ?? null, seed: seed ?? null };
}

function setAside({ checkpoints }: RunFolder, logger: Logger): void {
  if (!existsSync(checkpoints)) return;
  const aside = `${checkpoints}-before-${new Date().toISOString().replaceAll(':', '.')}`;
  renameSync(checkpoints, aside);
  logger.info(`Beginning afresh; the earlier checkpoints are kept in ${aside}.`);
}
