/** What is kept and told of a training as it goes: its metrics, the log, and TensorBoard's events. */
import type { Episode } from '../../envs/env.ts';
import type { Evaluation } from '../../evaluate/score.ts';
import type { Configuration } from '../configuration/read.ts';
import type { Checkpoint } from './checkpoint-tensors.ts';
import type { EvaluationMetrics } from './metrics.ts';
import type { IterationMetrics } from './metrics-table.ts';
import { addedUp, meansOf, PeriodicSummary, type SummaryState, summaryLine } from './summary.ts';
import type { Value } from './tensorboard/event.ts';
import { settingsText, taggedEvaluation, taggedLessons, taggedNumbers, taggedValues } from './tensorboard-tags.ts';

/** Where records go. */
export interface RecordPlaces {
  readonly metrics: {
    append(metrics: IterationMetrics | EvaluationMetrics): void;
    /** Steps that there is an evaluation of. */
    readonly evaluated: ReadonlySet<number>;
  };
  /** TensorBoard's. */
  readonly events?: { add(step: number, values: readonly Value[]): void } | undefined;
}

export class Records {
  readonly #configuration: Configuration;
  readonly #metrics: RecordPlaces['metrics'];
  readonly #events: RecordPlaces['events'];
  readonly #summary: PeriodicSummary;
  readonly #began = performance.now();
  /** What clocks said since the last summary of this stretch. */
  #clock: SummaryState['numbers'] = {};

  /** @param saved what the run goes on from: what is told of later steps is told again. */
  constructor(configuration: Configuration, saved: Checkpoint | undefined, { metrics, events }: RecordPlaces) {
    const { behavior, environmentParameters, seed } = configuration;
    const step = saved?.progress.step ?? 0;
    this.#configuration = configuration;
    this.#metrics = metrics;
    this.#events = events;
    this.#summary = new PeriodicSummary(behavior.summary_freq, step, saved?.summary);
    const settings = settingsText({ ...behavior, environment_parameters: environmentParameters, seed });
    this.#events?.add(saved ? step + 1 : 0, [{ tag: 'Hyperparameters', value: settings }]);
  }

  /** Goes into the checkpoint. */
  get summary(): SummaryState {
    return this.#summary.state;
  }

  /** @returns the line for the log, where it is time for one. */
  add(metrics: IterationMetrics, episodes: readonly Episode[]): string | undefined {
    const { behaviorName, behavior } = this.#configuration;
    this.#metrics.append(metrics);
    const { exact, clock } = taggedNumbers(metrics);
    this.#clock = addedUp(this.#clock, clock);
    const gathered = this.#summary.add(episodes, exact, metrics.step, metrics.statistics);
    if (!gathered) return undefined;
    const period = { ...gathered, means: { ...gathered.means, ...meansOf(this.#clock) } };
    this.#clock = {};
    const { strength } = behavior.reward_signals.extrinsic;
    this.#events?.add(period.step, [...taggedValues(period, strength), ...taggedLessons(metrics.lessons)]);
    return summaryLine(behaviorName, period, (performance.now() - this.#began) / 1000);
  }

  isEvaluated(step: number): boolean {
    return this.#metrics.evaluated.has(step);
  }

  /** @param isLast whether the run ends with it, in between two that its interval asks for. */
  addEvaluation(step: number, evaluation: Evaluation, isLast: boolean): void {
    this.#metrics.append({ step, evaluation, ...(isLast ? { last: true } : {}) });
    this.#events?.add(step, taggedEvaluation(evaluation));
  }
}
