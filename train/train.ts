/**
 * Proximal policy optimisation, from configuration to checkpoints. Reads like the algorithm: each iteration collects a
 * buffer of decisions under the current policy, brings the normaliser up to date, estimates advantages, and updates.
 */
import { availableParallelism } from 'node:os';
import { UserError } from '../base/failure/user-error.ts';
import { sha256OfFile } from '../base/files/hash.ts';
import { RandomStream } from '../base/random/stream.ts';
import { type Engine, type EngineOptions, openEngine } from '../compile/index.ts';
import type { BehaviorSpec, Environment, Episode, EvaluationCondition } from '../envs/env.ts';
import { evaluationOf } from '../evaluate/score.ts';
import { Collector, type CollectRequest } from './collect/collector.ts';
import { LiveCollector } from './collect/live-collector.ts';
import { inOrderOfTheirEnds, type Rollout } from './collect/rollout.ts';
import { joined, spreadRows } from './collect/rows.ts';
import { phasesBetween, settingsAt, toldPhase, withPhase } from './configuration/phases.ts';
import type { Configuration } from './configuration/read.ts';
import { Curriculum } from './curriculum.ts';
import { byCondition, trialsOf } from './judge/trials.ts';
import type { Checkpoint } from './keep/checkpoint.ts';
import { pruneCheckpoints } from './keep/checkpoint-files.ts';
import { rewardOfBest, writeBestCheckpoint, writeCheckpoint } from './keep/checkpoint-folder.ts';
import { toldWithDump } from './keep/dump.ts';
import { goneOnFrom, initialCheckpoint, takenOver, valueFactor } from './keep/initial-checkpoint.ts';
import type { IterationMetrics } from './keep/metrics.ts';
import type { RunProgress } from './keep/progress.ts';
import { Records } from './keep/records.ts';
import { startingPoint } from './keep/starting-point.ts';
import { countBlowUps, meanOf, rewardStatistics } from './keep/summary.ts';
import { adapted, rateFactor } from './learn/adaptive-rate.ts';
import { Learner, type LearningBuffer } from './learn/learner.ts';
import { learnerOptions, networkOf } from './learn/learner-options.ts';
import { learningBuffer } from './learn/learning-buffer.ts';
import { checkPolicy } from './learn/learning-checks.ts';
import { RewardNormaliser } from './learn/reward-normaliser.ts';
import { checkpointInterval, updateSettings } from './learn/schedules.ts';
import { actingModel } from './policy/actor.ts';
import type { Network } from './policy/policy.ts';
import { PolicyAverage, policyOf } from './policy/policy-average.ts';
import { STREAMS } from './streams.ts';

export interface TrainOptions {
  readonly configuration: Configuration;
  /**
   * The world: URL of an `EnvironmentModule` for worker threads to make, or one that is there (in several copies, maybe)
   * and sets the pace itself; and what its agents are like.
   */
  readonly environment: string | readonly Environment[];
  readonly behavior: BehaviorSpec;
  readonly seed: number;
  /** Agents that collect side by side, part of what the numbers depend on; 0 where that is for the world to say. */
  readonly agents: number;
  /** Worker threads; changes the speed and nothing else. Default: all cores. */
  readonly workers?: number | undefined;
  /** What computes the update; default: traced, onnxruntime on the CPU. The roll-outs' policy is that always. */
  readonly engine?: Pick<EngineOptions, 'backend' | 'device'>;
  /** Where checkpoints and metrics go. */
  readonly checkpointFolder: string;
  readonly metricsPath: string;
  /** Where TensorBoard's event files go; absent: there are none. */
  readonly eventsFolder?: string;
  /** Where is kept what led to a NaN; absent: it is not kept. */
  readonly dumpFolder?: string;
  /** Go on from the latest checkpoint. */
  readonly resume: boolean;
  /** By what it trains, for the checkpoints. */
  readonly origin?: Checkpoint['origin'];
  /**
   * For a world that others still learn in: asked once this training is done. Its agents then act by the policy until the
   * signal aborts.
   */
  readonly actUntil?: () => AbortSignal;
}

/** What training tells while it runs, and how it is asked to stop. */
export interface TrainHooks {
  info(message: string): void;
  warn(message: string): void;
  /** Once nothing stands against the training any more, and before anything of it is written. */
  begin?(): void;
  /** After each iteration. */
  iteration(metrics: IterationMetrics, maxSteps: number): void;
  /** Once aborted, the iteration under way is finished and saved. */
  readonly signal: AbortSignal;
}

export interface TrainResult {
  readonly checkpoint: string;
  readonly progress: RunProgress;
  /** What computed the update, in truth. */
  readonly engine: Pick<Engine, 'backend' | 'use'>;
  /** Whether it was asked to stop before max_steps. */
  readonly interrupted: boolean;
}

/** Decisions whose episodes show what the policy earned that the run began with. */
const FIRST_DECISIONS = 20_000;
/** Observations kept in a checkpoint for proving the exported file. */
const SAMPLE_ROWS = 2048;

/**
 * @throws UserError where there are checkpoints and no --resume, or --resume and none, or one of another kind; where the
 *   engine cannot be had; where a NaN or an infinity shows; where a world is to be evaluated in that can't be had twice. A
 *   device that is missing only makes it warn.
 */
export async function train(options: TrainOptions, hooks: TrainHooks): Promise<TrainResult> {
  const { configuration, behavior, seed } = options;
  if (configuration.behavior.gaitsmith.evaluation_interval > 0) evaluationConditions(behavior);
  const network = networkOf(behavior, configuration.behavior);
  const found = startingPoint(options, network, hooks);
  const saved = found?.checkpoint;
  const curriculum = new Curriculum(configuration.environmentParameters, saved?.curriculum);
  for (const warning of curriculum.warnings()) hooks.warn(warning);
  for (const line of curriculum.lines()) hooks.info(line);
  const engine = await openEngine({ ...options.engine, warn: (message) => hooks.warn(message) });
  const settings = settingsAt(configuration.behavior, saved?.progress.step ?? 0);
  const { batch_size } = settings.hyperparameters;
  const learner = await Learner.create(network, batch_size, seed, engine, learnerOptions(settings, behavior));
  let collector: Collector | LiveCollector | undefined;
  try {
    if (saved) learner.restore(goneOnFrom(saved, configuration.behavior.gaitsmith.normalize_rewards));
    const initial = saved ? undefined : initialise(learner, options, hooks);
    if (configuration.behavior.max_steps === 0 && !saved && !initial) {
      throw new UserError({ what: 'nothing to train for and nothing to start from', where: 'max_steps', value: 0 });
    }
    collector = await collectorOf(options, curriculum, saved);
    const rewardNormaliser = rewardNormaliserOf(options, saved, initial);
    const finished = found && isFinished(found.checkpoint, options) ? found.path : undefined;
    const run = { network, learner, rewardNormaliser, collector, curriculum, saved, finished, initial };
    if (finished === undefined) hooks.begin?.();
    const result = await iterate(options, hooks, run);
    await collector.close();
    return { ...result, engine: { backend: engine.backend, use: engine.use } };
  } catch (error) {
    await collector?.abandon();
    throw error;
  } finally {
    await learner.release();
  }
}

/** Whether a run is known to have had all its decisions by the settings that it has now. */
function isFinished({ progress, origin }: Checkpoint, { configuration, origin: now }: TrainOptions): boolean {
  const isBySame = origin !== undefined && origin.configuration === now?.configuration;
  return isBySame && progress.step >= configuration.behavior.max_steps;
}

async function collectorOf(
  { environment, ...options }: TrainOptions,
  curriculum: Curriculum,
  saved: Checkpoint | undefined,
) {
  const { agents, workers = availableParallelism(), seed } = options;
  const parameters = curriculum.values();
  if (typeof environment === 'string') {
    return Collector.start({ environment, agents, workers, seed, parameters, histories: saved?.histories });
  }
  const collector = new LiveCollector(environment, seed);
  // A live world began before it was known whose it is, and so in the first lessons.
  if (Object.values(curriculum.lessons()).some((lesson) => lesson > 0)) await collector.setParameters(parameters, true);
  return collector;
}

/** Starts from what another run learnt, where the settings say so. */
function initialise(
  learner: Learner,
  { configuration, checkpointFolder }: TrainOptions,
  hooks: TrainHooks,
): Run['initial'] {
  const { init_path, gaitsmith } = configuration.behavior;
  if (init_path === null) return undefined;
  const warn = (message: string) => hooks.warn(message);
  const initial = initialCheckpoint(init_path, warn);
  const factor = valueFactor(initial.checkpoint, gaitsmith.normalize_rewards);
  learner.restore(takenOver(learner.network, learner, initial, warn, factor));
  hooks.info(`Initializing from ${initial.path}.`);
  hooks.info(`Starting training from step 0 and saving to ${checkpointFolder}.`);
  return initial;
}

/** Goes on where the run stood; a new run takes over what another one knew of its rewards. */
function rewardNormaliserOf(
  { configuration, agents, environment }: TrainOptions,
  saved: Checkpoint | undefined,
  initial: Run['initial'],
): RewardNormaliser | undefined {
  if (!configuration.behavior.gaitsmith.normalize_rewards) return undefined;
  const known = saved?.rewardNormaliser;
  // The episodes that were running in a live world are gone.
  if (known && typeof environment === 'string') return known;
  return new RewardNormaliser(agents, (known ?? initial?.checkpoint.rewardNormaliser)?.statistics);
}

/** What a run consists of while it goes. */
interface Run {
  readonly network: Network;
  readonly learner: Learner;
  readonly rewardNormaliser: RewardNormaliser | undefined;
  readonly collector: Collector | LiveCollector;
  readonly curriculum: Curriculum;
  /** What it goes on from, */
  readonly saved: Checkpoint | undefined;
  /** and its path, where nothing more is learnt and nothing about it has changed: it stays as it is. */
  readonly finished: string | undefined;
  /** or what it took over from another run to begin with. */
  readonly initial: { readonly path: string; readonly checkpoint: Checkpoint } | undefined;
}

/** Iterations from where the run stands to max_steps, or until it is asked to stop; ends with a checkpoint. */
async function iterate(options: TrainOptions, hooks: TrainHooks, run: Run): Promise<Omit<TrainResult, 'engine'>> {
  const { behavior, seed, agents } = options;
  const { network, learner, rewardNormaliser, collector, curriculum, saved, finished, initial } = run;
  const settings = options.configuration.behavior;
  const interval = checkpointInterval(settings);
  let progress = saved?.progress ?? beginning(seed, agents, initial);
  let present = settingsAt(settings, progress.step);
  let sample: Float32Array = (saved ?? initial?.checkpoint)?.sample ?? new Float32Array(0);
  let checkpoint = finished === undefined ? undefined : { path: finished, step: progress.step };
  const records = new Records(options, saved);

  const isAveraged = () => present.gaitsmith.average_updates !== null;
  let average = isAveraged() ? new PolicyAverage(network, saved?.average) : undefined;
  const latest = () => ({ parameters: learner.parameters, average: average?.state });

  const policy = ({ parameters } = latest()) => {
    const { normaliser } = learner;
    return {
      model: actingModel({ network, parameters, normaliser }),
      logDeviation: parameters['actor.logDeviation']!,
      deterministic: settings.network_settings.deterministic,
    };
  };
  const state = () => {
    const { optimiser, normaliser } = learner;
    return {
      ...latest(),
      progress,
      network,
      behaviorName: behavior.name,
      sensors: behavior.sensors,
      optimiser,
      normaliser,
      rewardNormaliser,
      curriculum: curriculum.state(),
      sample,
      origin: options.origin,
    };
  };
  const save = async () => {
    const whole = { ...state(), histories: await collector.histories(), summary: records.summary };
    checkpoint = { path: writeCheckpoint(options.checkpointFolder, whole), step: progress.step };
    pruneCheckpoints(options.checkpointFolder, settings.keep_checkpoints, progress.step);
    return checkpoint;
  };
  const request = (): CollectRequest => ({
    ...policy(),
    iteration: progress.iteration,
    rows: present.hyperparameters.buffer_size,
  });

  const dumping = <Result>(work: Promise<Result>) =>
    work.catch((error) => {
      throw toldWithDump(error, { ...options, network, progress, learner });
    });

  // Only a world that can be had twice has conditions to be evaluated in.
  const embedded = collector instanceof Collector ? collector : undefined;
  let kept = saved ? rewardOfBest(options.checkpointFolder) : Number.NEGATIVE_INFINITY;
  const evaluate = async (isLast = false) => {
    const conditions = evaluationConditions(behavior);
    const { environmentParameters } = options.configuration;
    const trials = trialsOf(conditions, environmentParameters, settings.gaitsmith.evaluation_episodes);
    const played = await dumping(embedded!.evaluate(policy(policyOf(latest())), trials));
    const evaluation = evaluationOf(byCondition(conditions, trials, played));
    const { episodes, reward, rewardInterval, fallShare } = evaluation;
    const { step, best } = progress;
    const isBest = reward > (best?.reward ?? Number.NEGATIVE_INFINITY);
    if (isBest) progress = { ...progress, best: { step, reward, rewardInterval } };
    // The one that is kept may be of a last evaluation, which a run that goes on knows nothing of.
    if (isBest && reward > kept) writeBestCheckpoint(options.checkpointFolder, state());
    kept = Math.max(kept, reward);
    records.addEvaluation(step, evaluation, isLast);
    hooks.info(
      `Evaluation at step ${step}: reward ${reward.toFixed(2)} +- ${rewardInterval.toFixed(2)}, ` +
        `falls in ${Math.round(fallShare * 100)} % of ${episodes} episodes${isBest && reward >= kept ? '; the best so far' : ''}.`,
    );
  };

  const isEvaluated = settings.gaitsmith.evaluation_interval > 0;
  const hasMoreToLearn = () => progress.step < settings.max_steps;
  // What a run takes over from another one is the first to beat.
  if (isEvaluated && hasMoreToLearn() && progress.step === 0 && progress.startedFrom && !progress.best)
    await evaluate();

  while (hasMoreToLearn() && !hooks.signal.aborted) {
    const began = performance.now();
    const before = progress.step;

    // Collect under the policy as it stands.
    const rollout = await dumping(collector.collect(request(), hooks.signal));
    if (!rollout) break;
    const collected = performance.now();

    // Learn from it. As in ML-Agents, schedules are where the decisions that are learnt from have brought them.
    const after = advanced(progress, rollout);
    const update = updateSettings(present, after.step, rateFactor(present, progress));
    const buffer = await dumping(learningBuffer(learner, rollout, present, behavior, rewardNormaliser));
    const order = new RandomStream(seed, STREAMS.minibatches, progress.iteration);
    const losses = await dumping(learner.update(buffer, update, order));
    await dumping(checkPolicy(policy(), learner, rollout.observations));
    average?.add(learner.parameters, present.gaitsmith.average_updates!);
    const learnt = performance.now();

    // Tell and save.
    progress = { ...after, ...adapted(present, progress, losses) };
    sample = sampleOf(rollout.observations, sample, network.observationSize);
    const seconds = split(rollout.seconds, began, collected, learnt);
    const means = { valueEstimate: meanValue(buffer), sigma: meanSigma(learner) };
    const metrics = {
      ...episodeMetrics(progress, rollout),
      lessons: curriculum.lessons(),
      ...losses,
      ...update,
      ...means,
      ...(rollout.statistics ? { statistics: rollout.statistics } : {}),
      seconds,
    };
    const line = records.add(metrics, rollout.episodes);
    hooks.iteration(metrics, settings.max_steps);
    if (line) hooks.info(line);

    // Begin the next lessons, where the present ones are over.
    // A live world tells of its episodes in the order of their ends.
    const ended = embedded ? inOrderOfTheirEnds(rollout) : rollout.episodes;
    const change = curriculum.advance(ended, progress.step / settings.max_steps);
    if (change) await collector.setParameters(curriculum.values(), change.reset);
    if (change?.reset) rewardNormaliser?.beginAnew();
    for (const told of change?.lines ?? []) hooks.info(told);
    if (passed(settings.gaitsmith.evaluation_interval, before, progress.step)) await evaluate();

    // Learn by other settings, where a phase begins.
    for (const phase of phasesBetween(settings, before, progress.step)) {
      present = withPhase(present, phase);
      await learner.learnBy(learnerOptions(present, behavior), present.hyperparameters.batch_size);
      average = isAveraged() ? (average ?? new PolicyAverage(network)) : undefined;
      hooks.info(`A phase begins at step ${progress.step}: ${toldPhase(phase)}.`);
    }
    if (passed(interval, before, progress.step)) await save();
  }
  const { path } = checkpoint?.step === progress.step ? checkpoint : await save();
  // What was learnt since the last evaluation may be the best. After the checkpoint: a run that goes on knows nothing of it.
  if (isEvaluated && !hasMoreToLearn() && settings.max_steps > 0 && !records.isEvaluated(progress.step))
    await evaluate(true);
  if (options.actUntil && collector instanceof LiveCollector) {
    await collector.act(
      { ...request(), ...policy(policyOf(latest())) },
      AbortSignal.any([options.actUntil(), hooks.signal]),
    );
  }
  return { checkpoint: path, progress, interrupted: hasMoreToLearn() };
}

/** Whether a multiple of the interval lies behind that did not before; of 0 there is none. */
function passed(interval: number, before: number, now: number): boolean {
  return interval > 0 && Math.floor(now / interval) > Math.floor(before / interval);
}

/** @throws UserError where the world has none. */
function evaluationConditions({ name, evaluationConditions }: BehaviorSpec): readonly EvaluationCondition[] {
  if (evaluationConditions) return evaluationConditions;
  throw new UserError({
    what: `the behaviour ${JSON.stringify(name)} can't be evaluated apart from training`,
    where: 'gaitsmith.evaluation_interval',
    expected: '0',
  });
}

function beginning(seed: number, agents: number, initial: Run['initial']): RunProgress {
  const early = { episodes: 0, rewardSum: 0 };
  const counters = { seed, agents, step: 0, iteration: 0, episodes: 0, early, lastReward: null };
  if (!initial) return counters;
  const { path, checkpoint } = initial;
  const steps = checkpoint.progress.step + (checkpoint.progress.startedFrom?.steps ?? 0);
  return { ...counters, startedFrom: { checkpoint: path, sha256: sha256OfFile(path)!, steps } };
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

/** Rows spread evenly over all that was observed; where those are few, with some from before. */
function sampleOf(observations: Float32Array, before: Float32Array, size: number): Float32Array {
  const latest = spreadRows(observations, size, SAMPLE_ROWS);
  return joined([latest, before.subarray(0, SAMPLE_ROWS * size - latest.length)]);
}

function episodeMetrics({ iteration, step }: RunProgress, { episodes }: Rollout) {
  const rewards = rewardStatistics(episodes);
  return {
    iteration,
    step,
    episodes: episodes.length,
    reward: rewards?.mean ?? null,
    rewardDeviation: rewards?.deviation ?? null,
    episodeLength: rewards ? meanOf(episodes, ({ decisions }) => decisions) : null,
    blowUps: countBlowUps(episodes),
  };
}

function meanValue({ values }: LearningBuffer): number {
  return values!.reduce((sum, value) => sum + value, 0) / values!.length;
}

function meanSigma({ parameters }: Learner): number {
  const logDeviation = parameters['actor.logDeviation']!;
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
