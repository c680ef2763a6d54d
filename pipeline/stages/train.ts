import { existsSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { devices } from '../../compile/devices.ts';
import { backendNames } from '../../compile/eager-backends.ts';
import { UserError } from '../../failure/user-error.ts';
import type { RunProgress } from '../../train/checkpoint.ts';
import type { Configuration } from '../../train/configuration/read.ts';
import type { BehaviorSettings } from '../../train/configuration/schema.ts';
import type { Logger } from '../logger.ts';
import { flag, type OptionsOf, oneOf, portNumber, text, wholeNumber } from '../options.ts';
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
    schema: wholeNumber(0).optional(),
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
    for (const [flag, value] of Object.entries({ '--agents': options.agents, '--shipped': shipped })) {
      if (!unity || value === undefined) continue;
      const mend = 'leave it out: in Unity the agents are those of the scene, and none is shipped';
      throw new UserError({ what: 'this is for the embedded world alone', where: flag, value, mend });
    }
    if (unity && unity.player === undefined && (options.numEnvs ?? 1) > 1) {
      const mend = 'name a built player: --env PATH';
      throw new UserError({
        what: 'only one Editor can be trained',
        where: '--num-envs',
        value: options.numEnvs,
        mend,
      });
    }
    if (unity?.player === undefined) return;
    const { findExecutable } = await import('../../envs/unity/launch/executable.ts');
    findExecutable(unity.player);
  },

  async inputs(options, run) {
    const unity = await unityOf(options);
    if (unity) return { files: {}, settings: unitySettings(unity, options) };
    const configuration = await configurationOf(options, run);
    // The settings, not the file: a comment that changed is no reason to train again. Nor is another backend or device,
    // which rounds in its own way, as another machine does.
    const start = options.fromScratch ? { fromScratch: true } : {};
    return { files: {}, settings: { configuration, ...start } as unknown as Json };
  },

  resume: {
    option: 'resume',
    possible: (_options, run) => existsSync(run.checkpoints),
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
    const { behavior, environmentUrl } = await import('../../envs/walker/behavior.ts');
    if (force) setAside(run, logger);

    const wanted = await configurationOf(options, run);
    const saved = options.resume ? latestCheckpoint(run.checkpoints, () => {}).checkpoint.progress : undefined;
    const seed = wanted.seed >= 0 ? wanted.seed : (saved?.seed ?? Math.floor(Math.random() * 10_000));
    const start = saved ? startOfSaved(saved, options, run) : await startOfNew(wanted, options, logger);
    const behaviorSettings = { ...wanted.behavior, init_path: start };
    const configuration = { ...wanted, behavior: behaviorSettings, seed };
    writeAtomically(run.config, configurationAsYaml(configuration));

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
      },
      {
        info: (message) => logger.info(message),
        warn: (message) => logger.warn(message),
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
  const configuration = readUnityConfiguration(config ?? 'config/walker.yaml');
  if (env === 'unity') return { player: undefined, configuration };
  const player = env ?? configuration.environment.env_path ?? undefined;
  return player === undefined ? undefined : { player, configuration };
}

type UnityMeant = Pick<UnityTraining, 'player' | 'configuration'>;

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

/** The configuration file with the flags laid over it. */
async function configurationOf(
  { config, maxSteps, seed, agents, initializeFrom, fromScratch, shipped }: Options,
  run: RunFolder,
): Promise<Configuration> {
  const { readConfiguration } = await import('../../train/configuration/read.ts');
  const { behavior } = await import('../../envs/walker/behavior.ts');
  const { checkParameter } = await import('../../envs/walker/parameters.ts');
  const { shippedFiles, SHIPPED_WALKER } = await import('../shipped-walker.ts');
  const hasStart = initializeFrom !== undefined || existsSync(shippedFiles(shipped ?? SHIPPED_WALKER).checkpoint);
  const own = fromScratch || !hasStart ? 'config/walker-fast.yaml' : 'config/walker-tune.yaml';
  const configuration = readConfiguration(config ?? own, behavior.name, checkParameter);
  const { max_steps, init_path, gaitsmith } = configuration.behavior;
  const started = initializeFrom === undefined ? init_path : folderOfRun(initializeFrom, run);
  return {
    ...configuration,
    behavior: {
      ...configuration.behavior,
      max_steps: maxSteps ?? max_steps,
      init_path: fromScratch ? null : started,
      gaitsmith: { ...gaitsmith, agents: agents ?? gaitsmith.agents },
    } as BehaviorSettings,
    seed: seed ?? configuration.seed,
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

/** @throws UserError where a run is to have started from scratch that did not. */
function startOfSaved({ startedFrom }: RunProgress, { fromScratch }: Options, run: RunFolder): string | null {
  if (!fromScratch || !startedFrom) return startedFrom?.checkpoint ?? null;
  throw new UserError({
    what: `this run did not start from scratch but from ${startedFrom.checkpoint}`,
    where: run.path,
    mend: 'begin afresh with --force, name another run with --run-id, or leave out --from-scratch',
  });
}

/** A run that lies beside this one is known by its id, anything else by its path. */
function folderOfRun(runOrPath: string, run: RunFolder): string {
  const beside = join(dirname(run.path), runOrPath);
  return existsSync(beside) ? beside : runOrPath;
}

function shown(reward: number | null): string {
  return reward === null ? '?' : reward.toFixed(2);
}
