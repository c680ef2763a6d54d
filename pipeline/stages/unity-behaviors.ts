/**
 * The behaviours of a live Unity, as they come: each is trained by itself, side by side with the others.
 *
 * The run folder belongs to the first one; each further one has a run folder of its own inside it, to export and deploy it
 * from.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../base/failure/user-error.ts';
import { sha256 } from '../../base/files/hash.ts';
import { writeAtomically } from '../../base/files/write-atomically.ts';
import type { BehaviorSpec, Environment } from '../../envs/env.ts';
import type { Configuration } from '../../train/configuration/read.ts';
import { configurationAsYaml } from '../../train/configuration/write.ts';
import { listCheckpoints } from '../../train/keep/checkpoint-files.ts';
import { latestCheckpoint } from '../../train/keep/checkpoint-folder.ts';
import { initialCheckpoint } from '../../train/keep/initial-checkpoint.ts';
import type { IterationMetrics } from '../../train/keep/metrics-table.ts';
import { train } from '../../train/train.ts';
import type { TrainResult } from '../../train/train-options.ts';
import { type RunFolder, runFolder } from '../run-folder.ts';
import type { StageContext } from '../stage.ts';
import { commitText, versions } from '../versions.ts';
import { settingsToGoOnBy } from './train-start.ts';
import type { UnityTraining } from './unity-training.ts';

export interface Trained extends TrainResult {
  readonly name: string;
  readonly run: RunFolder;
}

export class UnityBehaviors {
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
    // What is not there is told now, not after Play.
    if (training.start) initialCheckpoint(training.start, () => {});
    const saved = training.resume ? latestCheckpoint(run.checkpoints, () => {}).checkpoint : undefined;
    this.#owner = saved?.behaviorName;
    const { environment } = training.configuration;
    const wanted = training.seed ?? environment.seed;
    this.seed = wanted >= 0 ? wanted : (saved?.progress.seed ?? Math.floor(Math.random() * 10_000));
    signal.addEventListener('abort', () => this.#stop.abort(signal.reason));
    if (signal.aborted) this.#stop.abort(signal.reason);
  }

  /** @throws UserError where the behaviour that the run is of can't go on by these settings: told now, not after Play. */
  async check(): Promise<void> {
    if (this.#owner !== undefined) await this.#settingsFor(this.#owner, this.#context.run);
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
  meet(behavior: BehaviorSpec, environments: readonly Environment[]): void {
    const { name } = behavior;
    this.#configurationOf(name);
    const run = this.#runOf(name);
    this.#runs.set(name, run);
    this.#learning.add(name);
    this.#trainings.push(
      this.#train(behavior, environments, run).then(
        (result) => {
          this.#trained.push({ ...result, name, run });
        },
        (error) => this.fail(error),
      ),
    );
  }

  /** @throws UserError where a run can't go on by them. */
  async #settingsFor(name: string, run: RunFolder): Promise<Configuration> {
    const configuration = this.#configurationOf(name);
    if (!this.#isResumed(run)) return configuration;
    const { checkpoint } = latestCheckpoint(run.checkpoints, () => {});
    return settingsToGoOnBy(checkpoint, configuration, this.#training, run);
  }

  /** Of several behaviours some may have come to no checkpoint yet. */
  #isResumed({ checkpoints }: RunFolder): boolean {
    const isFirst = checkpoints === this.#context.run.checkpoints;
    return this.#training.resume && (isFirst || listCheckpoints(checkpoints).length > 0);
  }

  #configurationOf(name: string): Configuration {
    const { configuration, maxSteps, start } = this.#training;
    const own = configuration.of(name);
    const max_steps = maxSteps ?? own.behavior.max_steps;
    const init_path = start === undefined ? own.behavior.init_path : start && this.#startOf(name, start);
    return { ...own, behavior: { ...own.behavior, max_steps, init_path }, seed: this.seed };
  }

  /** Of a run in Unity the part that is of this behaviour; of any other the whole, for the behaviour that is met first. */
  #startOf(name: string, start: string): string | null {
    const part = join(start, folderOf(name));
    if (existsSync(part)) return part;
    const isFirst = [...this.#runs.keys()].every((other) => other === name);
    if (isFirst || initialCheckpoint(start, () => {}).checkpoint.behaviorName === name) return start;
    this.#context.logger.info(`${name} starts from nothing learnt: ${start} knows no such behaviour.`);
    return null;
  }

  /** The run folder itself for the first behaviour, or the one that it has been of; folders inside it for others. */
  #runOf(name: string): RunFolder {
    const { run } = this.#context;
    const owner = this.#owner ?? [...this.#runs.keys()].at(0) ?? name;
    if (name === owner) return run;
    const own = runFolder(folderOf(name), run.path);
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

  async #train(behavior: BehaviorSpec, worlds: readonly Environment[], run: RunFolder): Promise<TrainResult> {
    const { engine, setAside, file, configuration: unity } = this.#training;
    const { logger, force } = this.#context;
    if (force) setAside(run);
    const configuration = await this.#settingsFor(behavior.name, run);
    const yaml = configurationAsYaml(configuration, unity);
    return train(
      {
        configuration,
        environment: { kind: 'live', worlds },
        behavior,
        seed: this.seed,
        agents: 0,
        engine,
        checkpointFolder: run.checkpoints,
        metricsPath: run.metrics,
        eventsFolder: run.path,
        dumpFolder: run.dumps,
        resume: this.#isResumed(run),
        origin: { configuration: sha256(yaml), file, commit: commitText(versions()) },
        actUntil: () => this.#hasLearnt(behavior.name),
      },
      {
        info: (message) => logger.info(message),
        warn: (message) => logger.warn(message),
        begin: () => writeAtomically(run.config, yaml),
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

  #tell(name: string, { step, reward, seconds }: IterationMetrics, total: number): void {
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

/** The name of the folder that a behaviour has inside a run. */
function folderOf(behavior: string): string {
  return behavior.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '') || 'behavior';
}
