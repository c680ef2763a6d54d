/**
 * A training under way. Reads like the algorithm: each iteration collects a buffer of decisions under the current policy,
 * brings the normalisers up to date, estimates values and advantages, updates, records what it came to, and saves.
 */
import { RandomStream } from '../base/random/stream.ts';
import type { Collector, CollectRequest } from './collect/collecting.ts';
import { inOrderOfTheirEnds, type Rollout } from './collect/rollout.ts';
import { joined, spreadRows } from './collect/rows.ts';
import { phasesBetween, settingsAt, toldPhase, withPhase } from './configuration/phases.ts';
import type { BehaviorSettings } from './configuration/schema.ts';
import { HeldOutJudge, type JudgeParts } from './held-out-judge.ts';
import type { Curriculum } from './judge/curriculum.ts';
import type { HeldOut } from './judge/held-out.ts';
import { NO_EPISODES } from './judge/recent-episodes.ts';
import { staysStopped, stopped } from './judge/stopping.ts';
import type { Checkpoint } from './keep/checkpoint-tensors.ts';
import type { Keeper, Settled } from './keep/keeper.ts';
import { metricsOf } from './keep/metrics-table.ts';
import { advanced, beginning, type RunProgress } from './keep/progress.ts';
import { adapted, rateFactor } from './learn/adaptive-rate.ts';
import type { Learner, LearningBuffer, UpdateSettings, UpdateStatistics } from './learn/learner.ts';
import { learnerOptions } from './learn/learner-options.ts';
import { estimate, normalise } from './learn/learning-buffer.ts';
import { checkPolicy } from './learn/learning-checks.ts';
import type { PolicyDivergence } from './learn/policy-divergence.ts';
import type { RewardNormaliser } from './learn/reward-normaliser.ts';
import { checkpointInterval, updateSettings } from './learn/schedules.ts';
import { STREAMS } from './numbers/streams.ts';
import type { OpenPolicy, SentPolicy } from './policy/acting-policy.ts';
import { actingModel } from './policy/actor.ts';
import { PolicyAverage, policyOf } from './policy/policy-average.ts';
import type { InitialCheckpoint } from './surroundings.ts';
import type { LearningOptions, TrainHooks, TrainResult } from './train-options.ts';

/** Observations kept in a checkpoint for proving the exported file. */
const SAMPLE_ROWS = 2048;

/** What a training consists of. */
export interface TrainingParts {
  readonly learner: Learner;
  /** Measures how far its updates go. */
  readonly divergence: PolicyDivergence;
  readonly collector: Collector;
  /** Opens a policy to be looked at. */
  readonly openPolicy: OpenPolicy;
  readonly curriculum: Curriculum;
  readonly rewardNormaliser: RewardNormaliser | undefined;
  readonly keeper: Keeper;
  /** What it goes on from, */
  readonly saved: Checkpoint | undefined;
  /** or what it took over from another run to begin with. */
  readonly initial: InitialCheckpoint | undefined;
}

export class Training {
  readonly #options: LearningOptions;
  readonly #hooks: TrainHooks;
  readonly #learner: Learner;
  readonly #divergence: PolicyDivergence;
  readonly #collector: Collector;
  readonly #curriculum: Curriculum;
  readonly #rewardNormaliser: RewardNormaliser | undefined;
  readonly #openPolicy: OpenPolicy;
  readonly #keeper: Keeper;
  readonly #judge: HeldOutJudge;
  #progress: RunProgress;
  /** Those that hold now: each phase changes some. */
  #present: BehaviorSettings;
  /** Observations that were met, [up to SAMPLE_ROWS, observationSize]. */
  #sample: Float32Array;
  #average: PolicyAverage | undefined;
  /** The latest policy as it is sent, where that has been made: tracing it takes as long as a minibatch. */
  #sent: SentPolicy | undefined;
  /** Whether an evaluation was left in the middle, for the training is to stop. */
  #hasLeft = false;
  /** The latest checkpoint of this stretch. */
  #checkpoint: { readonly path: string; readonly step: number } | undefined;

  constructor(options: LearningOptions, hooks: TrainHooks, { saved, initial, ...parts }: TrainingParts) {
    this.#options = options;
    this.#hooks = hooks;
    this.#learner = parts.learner;
    this.#divergence = parts.divergence;
    this.#collector = parts.collector;
    this.#curriculum = parts.curriculum;
    this.#rewardNormaliser = parts.rewardNormaliser;
    this.#openPolicy = parts.openPolicy;
    this.#keeper = parts.keeper;
    this.#progress = saved?.progress ?? beginning(options, initial);
    this.#present = settingsAt(this.#settings, this.#progress.step);
    this.#sample = (saved ?? initial?.checkpoint)?.sample ?? new Float32Array(0);
    this.#average = this.#isAveraged ? new PolicyAverage(this.#learner.network, saved?.average) : undefined;
    const sent: JudgeParts['sent'] = (policy) => this.#sentOf(policy);
    const { collector, keeper } = parts;
    this.#judge = new HeldOutJudge(options, hooks, { collector, keeper, sent }, saved !== undefined);
  }

  /** @param finished the checkpoint, where nothing more is learnt and nothing about it has changed: it stays as it is. */
  async run(finished: string | undefined): Promise<Omit<TrainResult, 'engine'>> {
    const { step, first, stopped: before } = this.#progress;
    if (finished !== undefined) this.#checkpoint = { path: finished, step };
    if (staysStopped(this.#settings.gaitsmith, before))
      this.#hooks.info(`This run has stopped at step ${step}: ${before.why}.`);
    // What a run begins with is the first to beat.
    if (this.#isEvaluated && this.#hasMoreToLearn && step === 0 && !first) await this.#evaluate();
    if (this.#progress.isEvaluationDue) {
      const heldOut = await this.#evaluate();
      if (!this.#hasLeft) this.#stopWhereItIsTime(heldOut);
    }
    while (this.#hasMoreToLearn && !this.#hooks.signal.aborted) {
      if (!(await this.#iterate())) break;
    }
    const path = await this.#finish();
    const heldOut = this.#judge.outcome(this.#progress);
    const interrupted = this.#hasMoreToLearn || this.#hasLeft;
    return { checkpoint: path, progress: this.#progress, interrupted, heldOut };
  }

  /** @returns whether it is whole: a live world may be left while it still collects, and an evaluation before it ends. */
  async #iterate(): Promise<boolean> {
    const began = performance.now();
    const rollout = await this.#dumping(this.#collector.collect(this.#request(), this.#hooks.signal));
    if (!rollout) return false;
    const collected = performance.now();
    await this.#endStagger();
    const { step } = this.#progress;
    const after = advanced(this.#progress, rollout);

    const buffer = await this.#normaliseAndEstimate(rollout);
    // As in ML-Agents, schedules are where the decisions that are learnt from have brought them.
    const settings = updateSettings(this.#present, after.step, rateFactor(this.#present, this.#progress));
    const { losses, divergence } = await this.#update(buffer, settings, rollout);
    const clock = { began, collected, learnt: performance.now() };
    this.#progress = { ...after, ...adapted(this.#present, this.#progress, divergence) };

    this.#record(rollout, buffer, settings, losses, divergence, clock);
    await this.#beginLessons(rollout);
    const isDue = passed(this.#settings.gaitsmith.evaluation_interval, step, this.#progress.step);
    const heldOut = isDue ? await this.#evaluate() : undefined;
    if (this.#hasLeft) return false; // what follows from it, follows when it is made up for
    this.#stopWhereItIsTime(heldOut);
    await this.#beginPhases(step);
    if (passed(checkpointInterval(this.#settings), step, this.#progress.step)) await this.#save();
    return true;
  }

  /** What begins after the first buffer is as long as the settings say. */
  async #endStagger(): Promise<void> {
    const isStaggered = this.#settings.gaitsmith.stagger_episodes && this.#progress.iteration === 0;
    if (isStaggered) await this.#collector.setParameters(this.#curriculum.values(), false);
  }

  async #normaliseAndEstimate(rollout: Rollout): Promise<LearningBuffer> {
    const { behavior } = this.#options;
    const normalisers = { observations: this.#learner.normaliser, rewards: this.#rewardNormaliser };
    const normalised = normalise(rollout, normalisers, this.#present, behavior);
    return this.#dumping(estimate(this.#learner, rollout, normalised, this.#present, behavior));
  }

  async #update(buffer: LearningBuffer, settings: UpdateSettings, rollout: Rollout) {
    const order = new RandomStream(this.#options.seed, STREAMS.minibatches, this.#progress.iteration);
    const before = mapValues(this.#learner.parameters, (values) => values.slice());
    const losses = await this.#dumping(this.#learner.update(buffer, settings, order));
    this.#sent = this.#policy();
    await this.#dumping(checkPolicy(this.#openPolicy, this.#sent, this.#learner, rollout.observations));
    this.#average?.add(this.#learner.parameters, this.#present.gaitsmith.average_updates!);
    // Of the states that were met; their mirror images come after them.
    const met = buffer.observations.subarray(0, rollout.observations.length);
    return { losses, divergence: await this.#divergence.of(before, this.#learner.parameters, met) };
  }

  #record(
    rollout: Rollout,
    buffer: LearningBuffer,
    settings: UpdateSettings,
    losses: UpdateStatistics,
    divergence: number,
    clock: Parameters<typeof metricsOf>[0]['clock'],
  ): void {
    const { network } = this.#learner;
    this.#sample = sampleOf(rollout.observations, this.#sample, network.observationSize);
    const metrics = metricsOf({
      progress: this.#progress,
      rollout,
      bodyNames: this.#options.behavior.bodyNames ?? [],
      lessons: this.#curriculum.lessons(),
      settings,
      losses,
      divergence,
      rewardScale: this.#rewardNormaliser?.deviation,
      buffer: { returns: buffer.returns, values: buffer.values! },
      logDeviation: this.#learner.parameters['actor.logDeviation']!,
      clock,
    });
    const line = this.#keeper.records.add(metrics, rollout.episodes);
    this.#hooks.iteration(metrics, this.#settings.max_steps);
    const { parameters } = policyOf(this.#latest);
    this.#hooks.learnt?.({ network, parameters, normaliser: this.#learner.normaliser });
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
  async #evaluate(isLast = false): Promise<HeldOut | undefined> {
    const { isEvaluationDue: _, ...progress } = this.#progress;
    const evaluated = await this.#dumping(this.#judge.evaluate({ ...this.#state, progress }, isLast));
    this.#hasLeft = evaluated === undefined;
    // The one at the end is of no checkpoint that a run goes on from, and step 0 is known by itself.
    if (evaluated) this.#progress = evaluated.progress;
    else if (!isLast && progress.step > 0) this.#progress = { ...progress, isEvaluationDue: true };
    return evaluated?.heldOut;
  }

  /** @param heldOut the evaluation that has just been made, where there was one. */
  #stopWhereItIsTime(heldOut: HeldOut | undefined): void {
    const { step, evaluationsSinceBest = 0, recent = NO_EPISODES } = this.#progress;
    const reason = stopped(this.#settings.gaitsmith, { step, heldOut, evaluationsSinceBest, recent });
    if (!reason) return;
    this.#progress = { ...this.#progress, stopped: reason };
    this.#hooks.info(`Stopping at step ${step}: ${reason.why}.`);
  }

  async #save(): Promise<string> {
    const { step } = this.#progress;
    const { summary } = this.#keeper.records;
    const whole = { ...this.#state, snapshots: await this.#collector.snapshots(), summary };
    this.#checkpoint = { path: await this.#keeper.save(whole), step };
    return this.#checkpoint.path;
  }

  /** @returns the path of the last checkpoint. */
  async #finish(): Promise<string> {
    const { step } = this.#progress;
    const path = this.#checkpoint?.step === step ? this.#checkpoint.path : await this.#save();
    // What was learnt since the last evaluation may be the best. After the checkpoint: a run that goes on knows nothing of it.
    const isDone = !this.#hasMoreToLearn && this.#settings.max_steps > 0;
    if (this.#isEvaluated && isDone) {
      if (!this.#keeper.records.isEvaluated(step) && !this.#hasLeft) await this.#evaluate(true);
      if (!this.#hasLeft) this.#hasLeft = !(await this.#dumping(this.#judge.scoreWinner()));
    }
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
      throw this.#keeper.told(error, { network, progress: this.#progress, learner: this.#learner });
    });
  }

  #request(): CollectRequest {
    const { iteration } = this.#progress;
    this.#sent ??= this.#policy();
    return { ...this.#sent, iteration, rows: this.#present.hyperparameters.buffer_size };
  }

  /** The latest, or the average in its place. */
  #policy({ parameters } = this.#latest): SentPolicy {
    return this.#sentOf({ parameters, normaliser: this.#learner.normaliser });
  }

  #sentOf({ parameters, normaliser }: Pick<Checkpoint, 'parameters' | 'normaliser'>): SentPolicy {
    const { network } = this.#learner;
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
  get #state(): Settled {
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
    const { step, stopped: before } = this.#progress;
    return step < this.#settings.max_steps && !staysStopped(this.#settings.gaitsmith, before);
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

function mapValues<From, To>(values: Readonly<Record<string, From>>, change: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]));
}
