/**
 * Training in a live Unity: the Editor, or built players.
 *
 * Unity is waited for, and each behaviour that it tells of is trained by the settings that the configuration has for it. The
 * run folder belongs to the first one; each further one has a run folder of its own inside it, to export and deploy it from.
 */
import type { EngineOptions } from '../../compile/index.ts';
import type { BehaviorSpec, ParameterValue } from '../../envs/env.ts';
import { findExecutable } from '../../envs/unity/launch/executable.ts';
import { Players } from '../../envs/unity/launch/players.ts';
import { LOOPBACK } from '../../envs/unity/protocol/grpc.ts';
import { EDITOR_PORT } from '../../envs/unity/protocol/messages.ts';
import { EditorConsole } from '../../envs/unity/trainer/editor.ts';
import type { UnityEnvironment } from '../../envs/unity/trainer/environment.ts';
import { UnityWorld } from '../../envs/unity/trainer/world.ts';
import { UserError } from '../../failure/user-error.ts';
import { writeAtomically } from '../../files/write-atomically.ts';
import { latestCheckpoint, listCheckpoints } from '../../train/checkpoint.ts';
import type { EnvironmentParameters } from '../../train/configuration/environment-parameters.ts';
import type { Configuration, UnityConfiguration } from '../../train/configuration/read.ts';
import { configurationAsYaml } from '../../train/configuration/write.ts';
import { refuseCheckpoints } from '../../train/starting-point.ts';
import { type TrainResult, train } from '../../train/train.ts';
import { type RunFolder, runFolder } from '../run-folder.ts';
import type { Json, StageContext, StageResult } from '../stage.ts';

export interface UnityTraining {
  /** Of a built player; undefined: the Editor. */
  readonly player: string | undefined;
  readonly configuration: UnityConfiguration;
  /** The flags that stand above the configuration. */
  readonly maxSteps?: number | undefined;
  readonly seed?: number | undefined;
  readonly port?: number | undefined;
  readonly numEnvs?: number | undefined;
  readonly host?: string | undefined;
  readonly engine: Pick<EngineOptions, 'backend' | 'device'>;
  readonly resume: boolean;
  /** Puts what an earlier training left in a run folder aside. */
  setAside(run: RunFolder): void;
}

/** Seconds until the usual causes of nothing happening are told. */
const PATIENCE = 30;
const PLAYER_TIMEOUT = 60;

/** @throws UserError where the training can't begin, or can't go on. */
export async function trainInUnity(training: UnityTraining, context: StageContext): Promise<StageResult> {
  const { run, logger, signal } = context;
  if (!training.resume && !context.force) refuseCheckpoints(run.checkpoints); // now, not after Play
  const behaviors = new Behaviors(training, context);
  const unity = await openUnity(training, context, behaviors);
  try {
    await behaviors.finished;
    unity.world.dismiss();
    await behaviors.settled();
  } finally {
    await unity.close();
  }
  if (behaviors.failure !== undefined && !(behaviors.failure instanceof UserError)) throw behaviors.failure;
  const results = behaviors.results();
  if (results.length === 0) {
    if (behaviors.failure) throw behaviors.failure;
    signal.throwIfAborted();
  }
  for (const { name, run: own } of results.slice(1)) logger.info(`To export ${name}: npm run export -- ${own.flags}`);
  return stageResult(results, behaviors.failure as UserError | undefined);
}

/** Listens, starts the players, and tells of what happens. */
async function openUnity(training: UnityTraining, { logger, run }: StageContext, behaviors: Behaviors) {
  const { player, configuration, host } = training;
  const { environment, engine } = configuration;
  const executable = player === undefined ? undefined : findExecutable(player);
  const count = executable ? (training.numEnvs ?? environment.num_envs) : 1;
  const first = training.port ?? (executable ? environment.base_port : EDITOR_PORT);
  const patience = { hint: PATIENCE, timeout: environment.timeout_wait };
  const editor = executable ? undefined : new EditorConsole(patience, (message) => logger.info(message));
  const world: UnityWorld = await UnityWorld.open({
    hosts: host === undefined ? LOOPBACK : [host],
    ports: Array.from({ length: count }, (_, index) => (first === 0 ? 0 : first + index)),
    seed: behaviors.seed,
    areas: environment.num_areas,
    engine: {
      ...engine,
      width: engine.width ?? undefined,
      height: engine.height ?? undefined,
      quality_level: engine.quality_level ?? undefined,
    },
    parameters: withoutCurricula(configuration.environmentParameters),
    onBehavior: (behavior, environments) => behaviors.meet(behavior, environments),
    hooks: {
      info: (message) => logger.info(message),
      warn: (message) => logger.warn(message),
      refused: (_unity, error) =>
        logger.error(error instanceof UserError ? error.message : (error.stack ?? error.message)),
      began() {},
      ended: (unity, reason) => {
        if (reason === 'replaced')
          logger.warn('another Unity has connected: it is trained now, and the one before is told to stop');
        editor?.ended(reason, world.ports[unity]!);
      },
    },
  });
  if (host !== undefined) {
    logger.warn(
      `listening on ${host}: whoever reaches that address can be trained in place of your Unity and see what the policy does; nothing is encrypted, and nobody is asked who they are`,
    );
  }
  editor?.listening(world.ports[0]!);
  const looking = setInterval(() => {
    const reason = editor?.look({ port: world.ports[0]!, session: world.session(0) });
    if (reason) behaviors.fail(new UserError({ what: reason }));
  }, 1000);
  const players = executable
    ? new Players({
        player: { executable, args: environment.env_args ?? [], logFolder: run.logs },
        ports: world.ports,
        hasWindow: (index) => !engine.no_graphics && !(engine.no_graphics_monitor && index > 0),
        limits: {
          lifetime: environment.max_lifetime_restarts,
          rate: environment.restarts_rate_limit_n,
          period: environment.restarts_rate_limit_period_s,
        },
        timeout: environment.timeout_wait ?? PLAYER_TIMEOUT,
        silence: (index) => world.session(index)?.silentFor,
        warn: (message) => logger.warn(message),
        fail: (error) => behaviors.fail(error),
      })
    : undefined;
  if (players) logger.info(`Started ${count} of ${executable} at port ${world.ports.join(', ')}; logs in ${run.logs}.`);
  return {
    world,
    async close() {
      clearInterval(looking);
      world.dismiss();
      await players?.close();
      await world.close();
    },
  };
}

interface Trained extends TrainResult {
  readonly name: string;
  readonly run: RunFolder;
}

/** The behaviours that Unity told of, each in a training of its own. */
class Behaviors {
  readonly seed: number;
  /** What ends it all early. */
  failure: unknown;
  readonly #training: UnityTraining;
  readonly #context: StageContext;
  readonly #owner: string | undefined;
  readonly #stop = new AbortController();
  /** Aborted when all have learnt what they should. */
  readonly #learnt = new AbortController();
  readonly #learning = new Set<string>();
  readonly #runs = new Map<string, RunFolder>();
  readonly #trained: Trained[] = [];
  readonly #trainings: Promise<void>[] = [];
  readonly #steps = new Map<string, { readonly done: number; readonly total: number }>();

  constructor(training: UnityTraining, context: StageContext) {
    const { run, signal } = context;
    this.#training = training;
    this.#context = context;
    const saved = training.resume ? latestCheckpoint(run.checkpoints, () => {}).checkpoint : undefined;
    this.#owner = saved?.behaviorName;
    const { environment } = training.configuration;
    const wanted = training.seed ?? environment.seed;
    this.seed = wanted >= 0 ? wanted : (saved?.progress.seed ?? Math.floor(Math.random() * 10_000));
    signal.addEventListener('abort', () => this.#stop.abort(signal.reason));
    if (signal.aborted) this.#stop.abort(signal.reason);
  }

  /** Once all behaviours that there are have learnt what they should, or something has ended it all. */
  get finished(): Promise<void> {
    const over = AbortSignal.any([this.#stop.signal, this.#learnt.signal]);
    return new Promise((resolve) => {
      if (over.aborted) resolve();
      over.addEventListener('abort', () => resolve());
    });
  }

  /** Once nothing learns or saves any more. */
  async settled(): Promise<void> {
    await Promise.all(this.#trainings);
  }

  /** In the order in which they were met. */
  results(): Trained[] {
    const order = [...this.#runs.keys()];
    return this.#trained.toSorted((one, other) => order.indexOf(one.name) - order.indexOf(other.name));
  }

  /** What was learnt is saved, and then it is over. */
  fail(error: unknown): void {
    this.failure ??= error;
    this.#stop.abort(error);
  }

  /** @throws UserError where the configuration has no settings for it. */
  meet(behavior: BehaviorSpec, environments: readonly UnityEnvironment[]): void {
    const { name } = behavior;
    const configuration = this.#configurationOf(name);
    const run = this.#runOf(name);
    this.#runs.set(name, run);
    this.#learning.add(name);
    this.#trainings.push(
      this.#train(behavior, environments, configuration, run).then(
        (result) => {
          this.#trained.push({ ...result, name, run });
        },
        (error) => this.fail(error),
      ),
    );
  }

  #configurationOf(name: string): Configuration {
    const { configuration, maxSteps } = this.#training;
    const own = configuration.of(name);
    const max_steps = maxSteps ?? own.behavior.max_steps;
    return { ...own, behavior: { ...own.behavior, max_steps }, seed: this.seed };
  }

  /** The run folder itself for the first behaviour, or the one that it has been of; folders inside it for others. */
  #runOf(name: string): RunFolder {
    const { run } = this.#context;
    const owner = this.#owner ?? [...this.#runs.keys()].at(0) ?? name;
    if (name === owner) return run;
    const id = name.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '');
    const own = runFolder(id || 'behavior', run.path);
    const other = [...this.#runs].find(([, { path }]) => path === own.path);
    if (other) {
      throw new UserError({
        what: `the behaviour would share a folder with ${other[0]}`,
        where: own.path,
        value: name,
      });
    }
    return own;
  }

  #train(
    behavior: BehaviorSpec,
    environment: readonly UnityEnvironment[],
    configuration: Configuration,
    run: RunFolder,
  ): Promise<TrainResult> {
    const { engine, resume, setAside, configuration: unity } = this.#training;
    const { logger, force } = this.#context;
    if (force) setAside(run);
    writeAtomically(run.config, configurationAsYaml(configuration, unity));
    return train(
      {
        configuration,
        environment,
        behavior,
        seed: this.seed,
        agents: 0,
        engine,
        checkpointFolder: run.checkpoints,
        metricsPath: run.metrics,
        resume: resume && (run === this.#context.run || listCheckpoints(run.checkpoints).length > 0),
        actUntil: () => this.#hasLearnt(behavior.name),
      },
      {
        info: (message) => logger.info(message),
        warn: (message) => logger.warn(message),
        signal: this.#stop.signal,
        iteration: (metrics, total) => this.#tell(behavior.name, metrics, total),
      },
    );
  }

  #hasLearnt(name: string): AbortSignal {
    this.#learning.delete(name);
    if (this.#learning.size === 0) this.#learnt.abort();
    return this.#learnt.signal;
  }

  #tell(
    name: string,
    { step, reward, seconds }: Parameters<Parameters<typeof train>[1]['iteration']>[0],
    total: number,
  ): void {
    this.#steps.set(name, { done: step, total });
    const all = [...this.#steps.values()];
    const { physics, inference, learning } = seconds;
    this.#context.progress.update({
      done: all.reduce((sum, { done }) => sum + done, 0),
      total: all.reduce((sum, behavior) => sum + behavior.total, 0),
      unit: 'steps',
      fields: {
        ...(all.length > 1 ? { behaviour: name } : {}),
        reward: reward === null ? 'no episode ended' : reward.toFixed(2),
      },
      split: { unity: physics, inference, learning },
    });
  }
}

function stageResult(results: readonly Trained[], failure: UserError | undefined): StageResult {
  const isInterrupted = results.some(({ interrupted }) => interrupted);
  const outputs = results.flatMap(({ name, run, checkpoint }, place): [string, string][] =>
    place === 0
      ? [
          ['checkpoint', checkpoint],
          ['config', run.config],
          ['metrics', run.metrics],
        ]
      : [[`checkpoint of ${name}`, checkpoint]],
  );
  return {
    summary: results.map((result) => summaryOf(result, results.length > 1)).join('; '),
    outputs: Object.fromEntries(outputs),
    details: { ...detailsOf(results[0]!), behaviors: results.map(detailsOf) } as unknown as Json,
    ...(failure ? { ended: 'failed', reason: failure.message } : { ended: isInterrupted ? 'interrupted' : 'done' }),
  };
}

/** @throws UserError for a curriculum: its lessons follow rewards that several Unitys and behaviours would have to agree on. */
function withoutCurricula(parameters: EnvironmentParameters): Readonly<Record<string, ParameterValue>> {
  for (const [name, setting] of Object.entries(parameters)) {
    if (typeof setting === 'number' || !('curriculum' in setting)) continue;
    throw new UserError({
      what: 'a curriculum is not supported in a training in Unity yet',
      where: `environment_parameters.${name}`,
      expected: 'a number or a sampler',
    });
  }
  return parameters as Readonly<Record<string, ParameterValue>>;
}

function summaryOf({ name, progress: { step, early, lastReward } }: Trained, isOneOfSeveral: boolean): string {
  const shown = (reward: number | null) => (reward === null ? '?' : reward.toFixed(2));
  const earlyReward = early.episodes > 0 ? early.rewardSum / early.episodes : null;
  return `${isOneOfSeveral ? `${name}: ` : ''}${step} steps, reward ${shown(earlyReward)} -> ${shown(lastReward)}`;
}

function detailsOf({ name, run, progress: { step, early, lastReward, episodes, seed }, engine }: Trained) {
  const earlyReward = early.episodes > 0 ? early.rewardSum / early.episodes : null;
  return {
    behavior: name,
    run: run.path,
    steps: step,
    episodes,
    earlyReward,
    lastReward,
    seed,
    backend: engine.backend,
    ...engine.use,
  };
}
