/** The stage `train`: which settings hold, what a run starts or goes on from, and in which world it learns. */
import { existsSync, renameSync } from 'node:fs';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { devices } from '../../compile/devices.ts';
import { backendNames } from '../../compile/eager-backends.ts';
import { UserError } from '../../failure/user-error.ts';
import type { Checkpoint, RunProgress } from '../../train/checkpoint.ts';
import { bestCheckpointPath, listCheckpoints } from '../../train/checkpoint-files.ts';
import type { Configuration } from '../../train/configuration/read.ts';
import type { BehaviorSettings } from '../../train/configuration/schema.ts';
import type { Logger } from '../logger.ts';
import { flag, flagOf, type OptionsOf, oneOf, portNumber, seedNumber, text, wholeNumber } from '../options.ts';
import type { RunFolder } from '../run-folder.ts';
import { defineStage, type Json } from '../stage.ts';
import type { UnityTraining } from './train-unity.ts';

const options = {
  env: {
    argument: 'WORLD',
    description:
      'walker: the embedded world; unity: the Editor, when you press Play; else the path of a built player (default: env_settings.env_path, or walker)',
    schema: text().optional(),
  },
  config: {
    argument: 'FILE',
    description:
      "settings in ML-Agents' YAML schema (default: config/walker-fast.yaml from scratch, walker-tune.yaml from the shipped walker, walker.yaml in Unity)",
    schema: text().optional(),
  },
  maxSteps: {
    argument: 'N',
    description: 'decisions of this run, instead of max_steps; 0 leaves what it starts from as it is',
    schema: wholeNumber(0).optional(),
  },
  seed: {
    argument: 'N',
    description: 'seed of all random numbers, instead of env_settings.seed',
    schema: seedNumber().optional(),
  },
  agents: {
    argument: 'N',
    description: 'walkers that collect side by side, instead of gaitsmith.agents',
    schema: wholeNumber(1).optional(),
  },
  workers: {
    argument: 'N',
    description: 'worker threads; the result is the same for any number (default: all cores)',
    schema: wholeNumber(1).optional(),
  },
  device: {
    argument: 'NAME',
    description: `what the traced update runs on: ${devices.join(', ')}; where it is missing, the CPU (default: cpu)`,
    schema: oneOf(devices).default('cpu'),
  },
  backend: {
    argument: 'NAME',
    description: `onnx, or TensorFlow.js eagerly: ${backendNames.slice(1).join(', ')} (default: train onnx, validate cpu)`,
    schema: oneOf(backendNames).default('onnx'),
  },
  initializeFrom: {
    argument: 'RUN',
    description: 'start from what another run learnt: its id, its folder or one of its checkpoints',
    schema: text().optional(),
  },
  shipped: {
    argument: 'FOLDER',
    description: 'the shipped walker that a new run starts from where its network fits (default: models/walker)',
    schema: text().optional(),
  },
  fromScratch: { description: 'start from nothing learnt yet, not from the shipped walker', schema: flag() },
  resume: { description: 'go on from the latest checkpoint of this run', schema: flag() },
  port: {
    argument: 'N',
    description: 'where Unity finds this training (default: 5004 for the Editor, env_settings.base_port for players)',
    schema: portNumber(0).optional(),
  },
  numEnvs: {
    argument: 'N',
    description: 'players side by side, each at the next port, instead of env_settings.num_envs',
    schema: wholeNumber(1).optional(),
  },
  host: {
    argument: 'ADDRESS',
    description: 'listen there instead of on this machine alone: others can then train and watch, unasked',
    schema: text().optional(),
  },
};
type Options = OptionsOf<typeof options>;

export default defineStage({
  name: 'train',
  summary: 'train with PPO, the walker in the embedded PhysX world or whatever walks in your Unity',
  options,

  // Told before the world is built, and with the pipeline before anything runs.
  async check({ backend, device, fromScratch, initializeFrom, shipped, ...options }) {
    const start = Object.entries({ '--initialize-from': initializeFrom, '--shipped': shipped }).find(
      ([, value]) => value,
    );
    if (fromScratch && start) {
      throw new UserError({ what: 'only one of the two can be given', where: `--from-scratch and ${start[0]}` });
    }
    const { checkInstalled } = await import('../../compile/eager-backends.ts');
    const { checkEngine } = await import('../../compile/devices.ts');
    checkEngine({ backend, device });
    if (backend !== 'onnx') await checkInstalled(backend);
    const unity = await unityOf(options);
    refuseFlagsOfOthers(unity ? 'unity' : 'embedded', { ...options, shipped });
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
    if (unity) return { files: {}, settings: unitySettings(unity, options) };
    const { configuration } = await configurationOf(options, run);
    // The settings, not the file: a comment that changed is no reason to train again. Nor is another backend or device,
    // which rounds in its own way, as another machine does.
    const { fromScratch, shipped } = options;
    const start = { ...(fromScratch ? { fromScratch } : {}), ...(shipped === undefined ? {} : { shipped }) };
    return { files: {}, settings: { configuration, ...start } as unknown as Json };
  },

  resume: {
    option: 'resume',
    possible: (_options, run) => listCheckpoints(run.checkpoints).length > 0,
  },

  async run(options, context) {
    const { run, logger, progress, signal, force } = context;
    const unity = await unityOf(options);
    if (unity) {
      const { trainInUnity } = await import('./train-unity.ts');
      const { backend, device, initializeFrom, fromScratch } = options;
      const start = initializeFrom === undefined ? undefined : folderOfRun(initializeFrom, run);
      const training = { ...unity, ...options, engine: { backend, device }, start: fromScratch ? null : start };
      return trainInUnity({ ...training, setAside: (own) => setAside(own, logger) }, context);
    }
    const { train } = await import('../../train/train.ts');
    const { latestCheckpoint } = await import('../../train/checkpoint.ts');
    const { configurationAsYaml } = await import('../../train/configuration/write.ts');
    const { writeAtomically } = await import('../../files/write-atomically.ts');
    const { sha256 } = await import('../../files/hash.ts');
    const { behavior, environmentUrl } = await import('../../envs/walker/behavior.ts');
    const { commitText, versions } = await import('../versions.ts');

    const saved = options.resume ? latestCheckpoint(run.checkpoints, () => {}).checkpoint : undefined;
    const { file, configuration: wanted } = await configurationOf(options, run, saved);
    if (saved) await refuseAnotherStart(saved.progress, options, run);
    // The best of an attempt that never came to a checkpoint to go on from must not pass for this one's.
    const holdsOnlyBest = existsSync(bestCheckpointPath(run.checkpoints)) && !listCheckpoints(run.checkpoints).length;
    if (force || holdsOnlyBest) setAside(run, logger);
    const seed = wanted.seed >= 0 ? wanted.seed : (saved?.progress.seed ?? Math.floor(Math.random() * 10_000));
    const start = saved ? (saved.progress.startedFrom?.checkpoint ?? null) : await startOfNew(wanted, options, logger);
    const configuration = { ...wanted, behavior: { ...wanted.behavior, init_path: start }, seed };
    if (saved) await refuseNothingToLearn(saved, configuration, run);
    const yaml = configurationAsYaml(configuration);

    const result = await train(
      {
        configuration,
        environment: environmentUrl,
        behavior,
        seed,
        agents: configuration.behavior.gaitsmith.agents,
        workers: options.workers,
        engine: { backend: options.backend, device: options.device },
        checkpointFolder: run.checkpoints,
        metricsPath: run.metrics,
        eventsFolder: run.path,
        dumpFolder: run.dumps,
        resume: options.resume,
        origin: { configuration: sha256(yaml), file, commit: commitText(versions()) },
      },
      {
        info: (message) => logger.info(message),
        warn: (message) => logger.warn(message),
        begin: () => writeAtomically(run.config, yaml),
        signal,
        iteration({ step, reward, seconds }, total) {
          const { physics, inference, learning } = seconds;
          progress.update({
            done: step,
            total,
            unit: 'steps',
            fields: { reward: reward === null ? 'no episode ended' : reward.toFixed(2) },
            split: { physics, inference, learning },
          });
        },
      },
    );
    const { backend, use } = result.engine;
    const engine = { backend, ...use };
    const { step, early, lastReward, episodes, startedFrom = null } = result.progress;
    const earlyReward = early.episodes > 0 ? early.rewardSum / early.episodes : null;
    const from = startedFrom ? ` from ${startedFrom.checkpoint}` : '';
    return {
      summary: `${step} steps${from}, reward ${shown(earlyReward)} -> ${shown(lastReward)}`,
      outputs: { checkpoint: result.checkpoint, config: run.config, metrics: run.metrics },
      details: { steps: step, episodes, earlyReward, lastReward, seed, startedFrom, ...engine } as unknown as Json,
      ended: result.interrupted ? 'interrupted' : 'done',
    };
  },
});

/** A training in Unity, where one is meant; undefined for the embedded world. */
async function unityOf({ env, config }: Pick<Options, 'env' | 'config'>): Promise<UnityMeant | undefined> {
  if (env === 'walker' || (env === undefined && config === undefined)) return undefined;
  const { readUnityConfiguration } = await import('../../train/configuration/read.ts');
  const file = config ?? 'config/walker.yaml';
  const configuration = readUnityConfiguration(file);
  if (env === 'unity') return { player: undefined, configuration, file };
  const player = env ?? configuration.environment.env_path ?? undefined;
  return player === undefined ? undefined : { player, configuration, file };
}

type UnityMeant = Pick<UnityTraining, 'player' | 'configuration' | 'file'>;

function unitySettings(
  { player, configuration }: UnityMeant,
  { maxSteps, seed, initializeFrom, fromScratch }: Options,
): Json {
  const { behaviors, environmentParameters, environment, engine } = configuration;
  const trained = behaviors.map((name) => configuration.of(name));
  const settings = { world: player ?? 'unity', trained, environmentParameters, environment, engine };
  const start = {
    ...(initializeFrom === undefined ? {} : { initializeFrom }),
    ...(fromScratch ? { fromScratch } : {}),
  };
  return { ...settings, ...start, maxSteps: maxSteps ?? null, seed: seed ?? null } as unknown as Json;
}

function setAside({ checkpoints }: RunFolder, logger: Logger): void {
  if (!existsSync(checkpoints)) return;
  const aside = `${checkpoints}-before-${new Date().toISOString().replaceAll(':', '.')}`;
  renameSync(checkpoints, aside);
  logger.info(`Beginning afresh; the earlier checkpoints are kept in ${aside}.`);
}

/**
 * The configuration file with the flags laid over it.
 *
 * @param saved what is gone on from: by the file that it was trained by, where no other is named.
 */
async function configurationOf(
  { config, maxSteps, seed, agents, initializeFrom, fromScratch, shipped }: Options,
  run: RunFolder,
  saved?: Checkpoint,
): Promise<{ readonly file: string; readonly configuration: Configuration }> {
  const { readConfiguration } = await import('../../train/configuration/read.ts');
  const { lessonsTogether } = await import('../../train/configuration/environment-parameters.ts');
  const { behavior } = await import('../../envs/walker/behavior.ts');
  const { checkParameter, checkParameters } = await import('../../envs/walker/parameters.ts');
  const { shippedFiles, SHIPPED_WALKER } = await import('../shipped-walker.ts');
  const hasStart = initializeFrom !== undefined || existsSync(shippedFiles(shipped ?? SHIPPED_WALKER).checkpoint);
  const own = fromScratch || !hasStart ? 'config/walker-fast.yaml' : 'config/walker-tune.yaml';
  const file = config ?? saved?.origin?.file ?? own;
  const configuration = readConfiguration(file, behavior.name, checkParameter);
  for (const values of lessonsTogether(configuration.environmentParameters)) checkParameters(values);
  const { max_steps, init_path, gaitsmith } = configuration.behavior;
  const started = initializeFrom === undefined ? init_path : folderOfRun(initializeFrom, run);
  return {
    file,
    configuration: {
      ...configuration,
      behavior: {
        ...configuration.behavior,
        max_steps: maxSteps ?? max_steps,
        init_path: fromScratch ? null : started,
        gaitsmith: { ...gaitsmith, agents: agents ?? gaitsmith.agents },
      } as BehaviorSettings,
      seed: seed ?? configuration.seed,
    },
  };
}

/** What a new run starts from: what the settings name, else the shipped walker where it fits. */
async function startOfNew(
  wanted: Configuration,
  { fromScratch, shipped }: Options,
  logger: Logger,
): Promise<string | null> {
  const { init_path } = wanted.behavior;
  if (init_path !== null || fromScratch) return init_path;
  const { shippedStart } = await import('../shipped-walker.ts');
  const start = await shippedStart(shipped, wanted);
  if (!start) return null;
  if ('path' in start) return start.path;
  logger.info(`Starting from scratch: ${start.why}.`);
  return null;
}

/** @throws UserError where a flag says that the run started from something else than it did. */
async function refuseAnotherStart(
  { startedFrom }: RunProgress,
  { fromScratch, initializeFrom, shipped }: Options,
  run: RunFolder,
): Promise<void> {
  const { shippedFiles } = await import('../shipped-walker.ts');
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

/** @throws UserError where other settings are to go on with a run that has had all its decisions. */
async function refuseNothingToLearn(saved: Checkpoint, wanted: Configuration, run: RunFolder): Promise<void> {
  const { step } = saved.progress;
  if (step < wanted.behavior.max_steps || !existsSync(run.config)) return;
  const { readConfiguration } = await import('../../train/configuration/read.ts');
  const before = readConfiguration(run.config, wanted.behaviorName);
  const { max_steps, init_path } = before.behavior;
  const now = { ...wanted, behavior: { ...wanted.behavior, max_steps, init_path } };
  if (isDeepStrictEqual(now, before)) return;
  throw new UserError({
    what: 'the settings have changed, and nothing would be learnt by them: this run has had all its decisions',
    where: run.path,
    value: step,
    expected: `fewer than max_steps, which is ${wanted.behavior.max_steps}`,
    mend: 'train on with a larger --max-steps, begin afresh with --force, or name another run with --run-id',
  });
}

const FLAGS_OF_OTHERS = {
  embedded: {
    flags: ['port', 'numEnvs', 'host'],
    what: 'this is for a training in Unity alone',
    mend: 'leave it out, or train in Unity: --env unity for the Editor, --env PATH for a player',
  },
  unity: {
    flags: ['agents', 'workers', 'shipped'],
    what: 'this is for the embedded world alone',
    mend: 'leave it out: in Unity the agents are those of the scene, which sets the pace, and none is shipped',
  },
} as const satisfies Record<string, { flags: readonly (keyof Options)[]; what: string; mend: string }>;

/** @throws UserError for a flag that means nothing in the world that is trained in. */
function refuseFlagsOfOthers(world: keyof typeof FLAGS_OF_OTHERS, options: Partial<Options>): void {
  const { flags, what, mend } = FLAGS_OF_OTHERS[world];
  for (const key of flags) {
    if (options[key] === undefined) continue;
    throw new UserError({ what, where: flagOf(key), value: options[key], mend });
  }
}

/** A run that lies beside this one is known by its id, anything else by its path. */
function folderOfRun(runOrPath: string, run: RunFolder): string {
  const beside = join(dirname(run.path), runOrPath);
  return existsSync(beside) ? beside : runOrPath;
}

function shown(reward: number | null): string {
  return reward === null ? '?' : reward.toFixed(2);
}
