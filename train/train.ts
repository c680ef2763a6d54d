/**
 * Proximal policy optimisation, from configuration to checkpoints. Reads like the algorithm: each iteration collects a
 * buffer of decisions under the current policy, brings the normaliser up to date, estimates advantages, and updates.
 */

import { availableParallelism } from 'node:os';
import type { BehaviorSpec, Episode } from '../envs/env.ts';
import { UserError } from '../failure/user-error.ts';
import { RandomStream } from '../random/stream.ts';
import { actingModel } from './acting.ts';
import { estimateAdvantages, normaliseAdvantages } from './advantages.ts';
import {
  type Checkpoint,
  latestCheckpoint,
  listCheckpoints,
  pruneCheckpoints,
  type RunProgress,
  writeCheckpoint,
} from './checkpoint.ts';
import { Collector } from './collector.ts';
import type { Configuration } from './configuration/read.ts';
import type { BehaviorSettings } from './configuration/schema.ts';
import { Learner, type UpdateSettings } from './learner.ts';
import { type IterationMetrics, MetricsFile } from './metrics.ts';
import type { Network } from './policy.ts';
import type { Rollout } from './rollout.ts';
import { scheduled } from './schedules.ts';
import { STREAMS } from './streams.ts';
import { meanOf, rewardStatistics, Summary } from './summary.ts';

export interface TrainOptions {
  readonly configuration: Configuration;
  /** The world: URL of an `EnvironmentModule`, and what its agents are like. */
  readonly environment: string;
  readonly behavior: BehaviorSpec;
  readonly seed: number;
  /** Agents that collect side by side; part of what the numbers depend on. */
  readonly agents: number;
  /** Worker threads; changes the speed and nothing else. Default: all cores. */
  readonly workers?: number | undefined;
  /** Where checkpoints and metrics go. */
  readonly checkpointFolder: string;
  readonly metricsPath: string;
  /** Go on from the latest checkpoint. */
  readonly resume: boolean;
}

/** What training tells while it runs, and how it is asked to stop. */
export interface TrainHooks {
  info(message: string): void;
  warn(message: string): void;
  /** After each iteration. */
  iteration(metrics: IterationMetrics, maxSteps: number): void;
  /** Once aborted, the iteration under way is finished and saved. */
  readonly signal: AbortSignal;
}

export interface TrainResult {
  readonly checkpoint: string;
  readonly progress: RunProgress;
  /** Whether it was asked to stop before max_steps. */
  readonly interrupted: boolean;
}

/** Decisions whose episodes show what the untrained policy earns. */
const FIRST_DECISIONS = 20_000;
/** Observations kept in a checkpoint for proving the exported file. */
const SAMPLE_ROWS = 2048;

/** @throws UserError where there are checkpoints and no --resume, or --resume and none, or one of another kind. */
export async function train(options: TrainOptions, hooks: TrainHooks): Promise<TrainResult> {
  const { configuration, behavior, seed, agents } = options;
  const settings = configuration.behavior;
  const network = networkOf(behavior, settings);
  const saved = startingPoint(options, network, hooks);
  const decisions = Math.max(1, Math.round(settings.hyperparameters.buffer_size / agents));
  const learner = await Learner.create(network, settings.hyperparameters.batch_size, seed);
  if (saved) learner.restore(saved);
  let progress: RunProgress = saved?.progress ?? {
    seed,
    agents,
    step: 0,
    iteration: 0,
    episodes: 0,
    early: { episodes: 0, rewardSum: 0 },
    lastReward: null,
  };
  let checkpoint = '';
  let sample: Float32Array = saved?.sample ?? new Float32Array(0);
  const collector = await Collector.start({
    environment: options.environment,
    agents,
    workers: options.workers ?? availableParallelism(),
    seed,
    parameters: configuration.environmentParameters,
    histories: saved?.histories,
  });
  const save = async () => {
    const { parameters, optimiser, normaliser } = learner;
    checkpoint = writeCheckpoint(options.checkpointFolder, {
      progress,
      network,
      behaviorName: behavior.name,
      parameters,
      optimiser,
      normaliser,
      histories: await collector.histories(),
      sample,
    });
    pruneCheckpoints(options.checkpointFolder, settings.keep_checkpoints);
  };
  const metricsFile = new MetricsFile(options.metricsPath, progress.step);
  const summary = new Summary(behavior.name, settings.summary_freq, progress.step);
  const interval = checkpointInterval(settings);
  let savedStep = progress.step;
  try {
    while (progress.step < settings.max_steps && !hooks.signal.aborted) {
      const began = performance.now();
      const update = updateSettings(settings, progress.step);

      // Collect.
      const { parameters, normaliser } = learner;
      const rollout = await collector.collect({
        model: actingModel({ network, parameters, normaliser }),
        logDeviation: parameters['actor.logDeviation']!,
        iteration: progress.iteration,
        decisions,
      });
      const collected = performance.now();

      // Learn.
      if (settings.network_settings.normalize) learner.normaliser.update(rollout.observations);
      const buffer = await learningBuffer(learner, rollout, settings);
      const minibatches = new RandomStream(seed, STREAMS.minibatches, progress.iteration);
      const statistics = await learner.update(buffer, update, minibatches);
      const learnt = performance.now();

      // Tell and save.
      progress = advanced(progress, rollout);
      sample = sampleOf(rollout.observations, network.observationSize);
      const rewards = rewardStatistics(rollout.episodes);
      const metrics: IterationMetrics = {
        iteration: progress.iteration,
        step: progress.step,
        episodes: rollout.episodes.length,
        reward: rewards?.mean ?? null,
        rewardDeviation: rewards?.deviation ?? null,
        episodeLength: rewards ? meanOf(rollout.episodes, (episode) => episode.decisions) : null,
        ...statistics,
        sigma: meanSigma(learner.parameters['actor.logDeviation']!),
        learningRate: update.learningRate,
        epsilon: update.epsilon,
        beta: update.beta,
        seconds: split(rollout.seconds, began, collected, learnt),
      };
      metricsFile.append(metrics);
      hooks.iteration(metrics, settings.max_steps);
      const line = summary.add(rollout.episodes, progress.step);
      if (line) hooks.info(line);
      if (Math.floor(progress.step / interval) > Math.floor(savedStep / interval)) {
        await save();
        savedStep = progress.step;
      }
    }
    if (savedStep < progress.step || checkpoint === '') await save();
    await collector.close();
  } catch (error) {
    await collector.abandon();
    throw error;
  } finally {
    await learner.release();
  }
  return { checkpoint, progress, interrupted: progress.step < settings.max_steps };
}

/** The shape of the networks that the settings ask for. */
export function networkOf(behavior: BehaviorSpec, settings: BehaviorSettings): Network {
  return {
    observationSize: behavior.observationSize,
    actionSize: behavior.actionSize,
    hiddenUnits: settings.network_settings.hidden_units,
    layers: settings.network_settings.num_layers,
  };
}

/** The checkpoint to go on from, or undefined for a new run. */
function startingPoint(
  { checkpointFolder, resume, seed, agents, behavior }: TrainOptions,
  network: Network,
  { warn, info }: TrainHooks,
): Checkpoint | undefined {
  if (!resume) {
    const earlier = listCheckpoints(checkpointFolder);
    if (earlier.length === 0) return undefined;
    throw new UserError({
      what: 'this run already has checkpoints',
      where: checkpointFolder,
      value: earlier[0],
      mend: 'go on from them with --resume, begin afresh with --force, or name another run with --run-id',
    });
  }
  const { path, checkpoint } = latestCheckpoint(checkpointFolder, warn);
  const differing = [
    ['network', checkpoint.network, network],
    ['behaviour', checkpoint.behaviorName, behavior.name],
    ['seed', checkpoint.progress.seed, seed],
    ['number of agents', checkpoint.progress.agents, agents],
  ] as const;
  for (const [what, before, now] of differing) {
    if (JSON.stringify(before) === JSON.stringify(now)) continue;
    throw new UserError({
      what: `the checkpoint has another ${what}`,
      where: path,
      value: now,
      expected: JSON.stringify(before),
      mend: 'resume with the settings it was made with, or name another run with --run-id',
    });
  }
  info(`Resuming from ${path}, step ${checkpoint.progress.step}.`);
  return checkpoint;
}

/** Values by the critic, advantages and returns: all that an update needs. */
async function learningBuffer(learner: Learner, rollout: Rollout, settings: BehaviorSettings) {
  const { normalised, values } = await learner.evaluate(rollout.observations);
  const { values: nextValues } = await learner.evaluate(rollout.nextObservations);
  const { values: finalValues } = await learner.evaluate(rollout.truncatedObservations);
  const { strength, gamma } = settings.reward_signals.extrinsic;
  const { advantages, returns } = estimateAdvantages(
    {
      ...rollout,
      rewards: strength === 1 ? rollout.rewards : rollout.rewards.map((reward) => reward * strength),
      values,
      nextValues,
      finalValues: new Map(Array.from(rollout.truncatedAt, (row, index) => [row, finalValues[index]!])),
    },
    { gamma, lambda: settings.hyperparameters.lambd, timeHorizon: settings.time_horizon },
  );
  normaliseAdvantages(advantages);
  const { actions, logProbabilities } = rollout;
  return { observations: normalised, actions, logProbabilities, advantages, returns };
}

/** Learning rate, epsilon and beta at a step; where linear schedules end is ML-Agents' choice. */
function updateSettings({ hyperparameters, max_steps }: BehaviorSettings, step: number): UpdateSettings {
  const { learning_rate_schedule: followed, beta_schedule, epsilon_schedule } = hyperparameters;
  const at = (kind: 'linear' | 'constant', start: number, end: number) =>
    scheduled({ kind, start, end }, step, max_steps);
  return {
    learningRate: at(followed, hyperparameters.learning_rate, 1e-10),
    epsilon: at(epsilon_schedule ?? followed, hyperparameters.epsilon, 0.1),
    beta: at(beta_schedule ?? followed, hyperparameters.beta, 1e-5),
    epochs: hyperparameters.num_epoch,
  };
}

function checkpointInterval({ even_checkpoints, max_steps, keep_checkpoints, checkpoint_interval }: BehaviorSettings) {
  return even_checkpoints ? Math.max(1, Math.floor(max_steps / keep_checkpoints)) : checkpoint_interval;
}

function advanced(progress: RunProgress, { agents, decisions, episodes }: Rollout): RunProgress {
  const lastReward = rewardStatistics(episodes)?.mean ?? progress.lastReward;
  return {
    ...progress,
    step: progress.step + agents * decisions,
    iteration: progress.iteration + 1,
    episodes: progress.episodes + episodes.length,
    early: progress.step < FIRST_DECISIONS ? withEpisodes(progress.early, episodes) : progress.early,
    lastReward,
  };
}

function withEpisodes(early: RunProgress['early'], episodes: readonly Episode[]): RunProgress['early'] {
  return {
    episodes: early.episodes + episodes.length,
    rewardSum: early.rewardSum + episodes.reduce((sum, { reward }) => sum + reward, 0),
  };
}

/** Rows spread evenly over all that was observed. */
function sampleOf(observations: Float32Array, size: number): Float32Array {
  const rows = observations.length / size;
  const kept = Math.min(SAMPLE_ROWS, rows);
  const sample = new Float32Array(kept * size);
  for (let index = 0; index < kept; index++) {
    const row = Math.floor((index * rows) / kept);
    sample.set(observations.subarray(row * size, (row + 1) * size), index * size);
  }
  return sample;
}

function meanSigma(logDeviation: Float32Array): number {
  return logDeviation.reduce((sum, value) => sum + Math.exp(value), 0) / logDeviation.length;
}

/** Seconds of an iteration: collecting is parted as the workers' own clocks say. */
function split(workers: Rollout['seconds'], began: number, collected: number, learnt: number) {
  const collecting = (collected - began) / 1000;
  const worldShare = workers.world / (workers.world + workers.policy);
  return {
    physics: collecting * worldShare,
    inference: collecting * (1 - worldShare),
    learning: (learnt - collected) / 1000,
    all: (learnt - began) / 1000,
  };
}
