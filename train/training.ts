/**
 * A training under way. Reads like the algorithm: each iteration collects a buffer of decisions under the current policy,
 * brings the normalisers up to date, estimates values and advantages, updates, records what it came to, and saves.
 */
import { RandomStream } from '../base/random/stream.ts';
import { evaluationOf } from '../evaluate/score.ts';
import type { Collector, CollectRequest } from './collect/collecting.ts';
import { inOrderOfTheirEnds, type Rollout } from './collect/rollout.ts';
import { joined, spreadRows } from './collect/rows.ts';
import { phasesBetween, settingsAt, toldPhase, withPhase } from './configuration/phases.ts';
import type { BehaviorSettings } from './configuration/schema.ts';
import type { Curriculum } from './judge/curriculum.ts';
import { byCondition, evaluationConditions, trialsOf } from './judge/trials.ts';
import type { Checkpoint } from './keep/checkpoint.ts';
import { pruneCheckpoints } from './keep/checkpoint-files.ts';
import { type FoundCheckpoint, rewardOfBest, writeBestCheckpoint, writeCheckpoint } from './keep/checkpoint-folder.ts';
import { toldWithDump } from './keep/dump.ts';
import { metricsOf } from './keep/metrics.ts';
import { advanced, beginning, type RunProgress } from './keep/progress.ts';
import { Records } from './keep/records.ts';
import { adapted, rateFactor } from './learn/adaptive-rate.ts';
import type { Learner, LearningBuffer, UpdateSettings, UpdateStatistics } from './learn/learner.ts';
import { learnerOptions } from './learn/learner-options.ts';
import { estimate, normalise } from './learn/learning-buffer.ts';
import { checkPolicy } from './learn/learning-checks.ts';
import type { RewardNormaliser } from './learn/reward-normaliser.ts';
import { checkpointInterval, updateSettings } from './learn/schedules.ts';
import { STREAMS } from './numbers/streams.ts';
import type { SentPolicy } from './policy/acting-policy.ts';
import { actingModel } from './policy/actor.ts';
import { PolicyAverage, policyOf } from './policy/policy-average.ts';
import type { TrainHooks, TrainOptions, TrainResult } from './train-options.ts';

/** Observations kept in a checkpoint for proving the exported file. */
const SAMPLE_ROWS = 2048;

/** What a training consists of. */
export interface TrainingParts {
  readonly learner: Learner;
  readonly collector: Collector;
  readonly curriculum: Curriculum;
  readonly rewardNormaliser: RewardNormaliser | undefined;
  /** What it goes on from, */
  readonly saved: Checkpoint | undefined;
  /** or what it took over from another run to begin with. */
  readonly initial: FoundCheckpoint | undefined;
}

export class Training {
  readonly #options: TrainOptions;
  readonly #hooks: TrainHooks;
  readonly #learner: Learner;
  readonly #collector: Collector;
  readonly #curriculum: Curriculum;
  readonly #rewardNormaliser: RewardNormaliser | undefined;
  readonly #records: Records;
  #progress: RunProgress;
  /** Those that hold now: each phase changes some. */
  #present: BehaviorSettings;
  /** Observations that were met, [up to SAMPLE_ROWS, observationSize]. */
  #sample: Float32Array;
  #average: PolicyAverage | undefined;
  /** What the policy earned that is kept as the best; that may be of a last evaluation, which a run that goes on forgets. */
  #rewardOfBest: number;
  /** The latest policy as it is sent, where that has been made: tracing it takes as long as a minibatch. */
  #sent: SentPolicy | undefined;
  /** The latest checkpoint of this stretch. */
  #checkpoint: { readonly path: string; readonly step: number } | undefined;

  constructor(options: TrainOptions, hooks: TrainHooks, { saved, initial, ...parts }: TrainingParts) {
    this.#options = options;
    this.#hooks = hooks;
    this.#learner = parts.learner;
    this.#collector = parts.collector;
    this.#curriculum = parts.curriculum;
    this.#rewardNormaliser = parts.rewardNormaliser;
    this.#records = new Records(options, saved);
    this.#progress = saved?.progress ?? beginning(options, initial);
    this.#present = settingsAt(this.#settings, this.#progress.step);
    this.#sample = (saved ?? initial?.checkpoint)?.sample ?? new Float32Array(0);
    this.#average = this.#isAveraged ? new PolicyAverage(this.#learner.network, saved?.average) : undefined;
    this.#rewardOfBest = saved ? rewardOfBest(options.checkpointFolder) : Number.NEGATIVE_INFINITY;
  }

  /** @param finished the checkpoint, where nothing more is learnt and nothing about it has changed: it stays as it is. */
  async run(finished: string | undefined): Promise<Omit<TrainResult, 'engine'>> {
    const { step, startedFrom, best } = this.#progress;
    if (finished !== undefined) this.#checkpoint = { path: finished, step };
    // What a run takes over from another one is the first to beat.
    if (this.#isEvaluated && this.#hasMoreToLearn && step === 0 && startedFrom && !best) await this.#evaluate();
    while (this.#hasMoreToLearn && !this.#hooks.signal.aborted) {
      if (!(await this.#iterate())) break;
    }
    const path = await this.#finish();
    return { checkpoint: path, progress: this.#progress, interrupted: this.#hasMoreToLearn };
  }

  /** @returns whether there was one: a live world may be left while it still collects. */
  async #iterate(): Promise<boolean> {
    const began = performance.now();
    const rollout = await this.#dumping(this.#collector.collect(this.#request(), this.#hooks.signal));
    if (!rollout) return false;
    const collected = performance.now();
    const { step } = this.#progress;
    const after = advanced(this.#progress, rollout);

    const buffer = await this.#normaliseAndEstimate(rollout);
    // As in ML-Agents, schedules are where the decisions that are learnt from have brought them.
    const settings = updateSettings(this.#present, after.step, rateFactor(this.#present, this.#progress));
    const losses = await this.#update(buffer, settings, rollout);
    const clock = { began, collected, learnt: performance.now() };
    this.#progress = { ...after, ...adapted(this.#present, this.#progress, losses) };

    this.#record(rollout, buffer, settings, losses, clock);
    await this.#beginLessons(rollout);
    if (passed(this.#settings.gaitsmith.evaluation_interval, step, this.#progress.step)) await this.#evaluate();
    await this.#beginPhases(step);
    if (passed(checkpointInterval(this.#settings), step, this.#progress.step)) await this.#save();
    return true;
  }

  async #normaliseAndEstimate(rollout: Rollout): Promise<LearningBuffer> {
    const { behavior } = this.#options;
    const normalisers = { observations: this.#learner.normaliser, rewards: this.#rewardNormaliser };
    const normalised = normalise(rollout, normalisers, this.#present, behavior);
    return this.#dumping(estimate(this.#learner, rollout, normalised, this.#present, behavior));
  }

  async #update(buffer: LearningBuffer, settings: UpdateSettings, rollout: Rollout): Promise<UpdateStatistics> {
    const order = new RandomStream(this.#options.seed, STREAMS.minibatches, this.#progress.iteration);
    const losses = await this.#dumping(this.#learner.update(buffer, settings, order));
    this.#sent = this.#policy();
    await this.#dumping(checkPolicy(this.#sent, this.#learner, rollout.observations));
    this.#average?.add(this.#learner.parameters, this.#present.gaitsmith.average_updates!);
    return losses;
  }

  #record(
    rollout: Rollout,
    buffer: LearningBuffer,
    settings: UpdateSettings,
    losses: UpdateStatistics,
    clock: Parameters<typeof metricsOf>[0]['clock'],
  ): void {
    const { network } = this.#learner;
    this.#sample = sampleOf(rollout.observations, this.#sample, network.observationSize);
    const metrics = metricsOf({
      progress: this.#progress,
      rollout,
      lessons: this.#curriculum.lessons(),
      settings,
      losses,
      rewardScale: this.#rewardNormaliser?.deviation,
      values: buffer.values!,
      logDeviation: this.#learner.parameters['actor.logDeviation']!,
      clock,
    });
    const line = this.#records.add(metrics, rollout.episodes);
    this.#hooks.iteration(metrics, this.#settings.max_steps);
    if (line) this.#hooks.info(line);
  }

  /** Begins the next lessons, where the present ones are over. */
  async #beginLessons(rollout: Rollout): Promise<void> {
    const share = this.#progress.step / this.#settings.max_steps;
    const change = this.#curriculum.advance(inOrderOfTheirEnds(rollout), share);
    if (!change) return;
    await this.#collector.setParameters(this.#curriculum.values(), change.reset);
    if (change.reset) this.#rewardNormaliser?.beginAnew();
    for (const line of change.lines) this.#hooks.info(line);
  }

  /** Learns by other settings, where a phase begins. @param before the step that the iteration began at. */
  async #beginPhases(before: number): Promise<void> {
    const { step } = this.#progress;
    for (const phase of phasesBetween(this.#settings, before, step)) {
      this.#present = withPhase(this.#present, phase);
      const { batch_size } = this.#present.hyperparameters;
      await this.#learner.learnBy(learnerOptions(this.#present, this.#options.behavior), batch_size);
      this.#sent = undefined;
      this.#average = this.#isAveraged ? (this.#average ?? new PolicyAverage(this.#learner.network)) : undefined;
      this.#hooks.info(`A phase begins at step ${step}: ${toldPhase(phase)}.`);
    }
  }

  /** @param isLast whether the run ends with it, in between two that its interval asks for. */
  async #evaluate(isLast = false): Promise<void> {
    const { behavior, configuration, checkpointFolder } = this.#options;
    const conditions = evaluationConditions(behavior);
    const { evaluation_episodes } = this.#settings.gaitsmith;
    const trials = trialsOf(conditions, configuration.environmentParameters, evaluation_episodes);
    const played = await this.#dumping(this.#collector.evaluate!(this.#policy(policyOf(this.#latest)), trials));
    const evaluation = evaluationOf(byCondition(conditions, trials, played));
    const { episodes, reward, rewardInterval, fallShare } = evaluation;
    const { step, best } = this.#progress;
    const isBest = reward > (best?.reward ?? Number.NEGATIVE_INFINITY);
    if (isBest) this.#progress = { ...this.#progress, best: { step, reward, rewardInterval } };
    if (isBest && reward > this.#rewardOfBest) writeBestCheckpoint(checkpointFolder, this.#state);
    this.#rewardOfBest = Math.max(this.#rewardOfBest, reward);
    this.#records.addEvaluation(step, evaluation, isLast);
    this.#hooks.info(
      `Evaluation at step ${step}: reward ${reward.toFixed(2)} +- ${rewardInterval.toFixed(2)}, ` +
        `falls in ${Math.round(fallShare * 100)} % of ${episodes} episodes` +
        `${isBest && reward >= this.#rewardOfBest ? '; the best so far' : ''}.`,
    );
  }

  async #save(): Promise<string> {
    const { checkpointFolder } = this.#options;
    const { step } = this.#progress;
    const whole = { ...this.#state, snapshots: await this.#collector.snapshots(), summary: this.#records.summary };
    this.#checkpoint = { path: writeCheckpoint(checkpointFolder, whole), step };
    pruneCheckpoints(checkpointFolder, this.#settings.keep_checkpoints, step);
    return this.#checkpoint.path;
  }

  /** @returns the path of the last checkpoint. */
  async #finish(): Promise<string> {
    const { step } = this.#progress;
    const path = this.#checkpoint?.step === step ? this.#checkpoint.path : await this.#save();
    // What was learnt since the last evaluation may be the best. After the checkpoint: a run that goes on knows nothing of it.
    const isDone = !this.#hasMoreToLearn && this.#settings.max_steps > 0;
    if (this.#isEvaluated && isDone && !this.#records.isEvaluated(step)) await this.#evaluate(true);
    const { actUntil } = this.#options;
    if (actUntil && this.#collector.act) {
      const request = { ...this.#request(), ...this.#policy(policyOf(this.#latest)) };
      await this.#collector.act(request, AbortSignal.any([actUntil(), this.#hooks.signal]));
    }
    return path;
  }

  /** A number that is none as a UserError, with a dump of what led to it. */
  #dumping<Result>(work: Promise<Result>): Promise<Result> {
    return work.catch((error) => {
      const { network } = this.#learner;
      throw toldWithDump(error, { ...this.#options, network, progress: this.#progress, learner: this.#learner });
    });
  }

  #request(): CollectRequest {
    const { iteration } = this.#progress;
    this.#sent ??= this.#policy();
    return { ...this.#sent, iteration, rows: this.#present.hyperparameters.buffer_size };
  }

  /** The latest, or the average in its place. */
  #policy({ parameters } = this.#latest): SentPolicy {
    const { network, normaliser } = this.#learner;
    return {
      model: actingModel({ network, parameters, normaliser }),
      logDeviation: parameters['actor.logDeviation']!,
      deterministic: this.#settings.network_settings.deterministic,
    };
  }

  get #latest() {
    return { parameters: this.#learner.parameters, average: this.#average?.state };
  }

  /** What a checkpoint holds but for what is under way. */
  get #state(): Omit<Checkpoint, 'snapshots' | 'summary'> {
    const { network, optimiser, normaliser } = this.#learner;
    const { behavior, origin } = this.#options;
    return {
      ...this.#latest,
      progress: this.#progress,
      network,
      behaviorName: behavior.name,
      sensors: behavior.sensors,
      optimiser,
      normaliser,
      rewardNormaliser: this.#rewardNormaliser,
      curriculum: this.#curriculum.state(),
      sample: this.#sample,
      origin,
    };
  }

  get #settings(): BehaviorSettings {
    return this.#options.configuration.behavior;
  }

  get #isAveraged(): boolean {
    return this.#present.gaitsmith.average_updates !== null;
  }

  get #isEvaluated(): boolean {
    return this.#settings.gaitsmith.evaluation_interval > 0;
  }

  get #hasMoreToLearn(): boolean {
    return this.#progress.step < this.#settings.max_steps;
  }
}

/** Whether a multiple of the interval lies behind that did not before; of 0 there is none. */
function passed(interval: number, before: number, now: number): boolean {
  return interval > 0 && Math.floor(now / interval) > Math.floor(before / interval);
}

/** Rows spread evenly over all that was observed; where those are few, with some from before. */
function sampleOf(observations: Float32Array, before: Float32Array, size: number): Float32Array {
  const latest = spreadRows(observations, size, SAMPLE_ROWS);
  return joined([latest, before.subarray(0, SAMPLE_ROWS * size - latest.length)]);
}
