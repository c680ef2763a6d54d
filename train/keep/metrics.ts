/** metrics.jsonl: one JSON object a line, one for each iteration and one for each held-out evaluation. */
import { existsSync, readFileSync } from 'node:fs';
import { appendDurably } from '../../base/files/append-durably.ts';
import { toldAsDiskProblem, writeAtomically } from '../../base/files/write-atomically.ts';
import type { Evaluation } from '../../evaluate/score.ts';
import type { Rollout } from '../collect/rollout.ts';
import { aggregated, type Statistics } from '../collect/statistics.ts';
import type { UpdateSettings, UpdateStatistics } from '../learn/learner.ts';
import type { RunProgress } from './progress.ts';
import { countBlowUps, momentsOf } from './summary.ts';

/** What one iteration looked like, its update included, in the field's words: docs/runs.md. */
export interface IterationMetrics extends Omit<UpdateStatistics, 'divergence' | 'lastDivergence'>, UpdateSettings {
  readonly iteration: number;
  /** Decisions of all agents since the run began. */
  readonly step: number;
  readonly episodes: number;
  /** Of the episodes that ended in this iteration; null where none did. */
  readonly reward: number | null;
  readonly rewardStd: number | null;
  /** In decisions. */
  readonly episodeLength: number | null;
  /** Number of the lesson, from 0, that each environment parameter was in. */
  readonly lessons: Readonly<Record<string, number>>;
  /** Episodes that were cut off because the physics blew up. */
  readonly blowUps: number;
  /** Kullback-Leibler divergence of the policy that is learnt from the one that collected, over the update's minibatches, */
  readonly kl: number;
  /** and over the last that the actor saw, as many as an epoch has. */
  readonly klLastEpoch: number;
  /** Mean of what the critic expects of the states that were met. */
  readonly valueEstimate: number;
  /** Mean standard deviation of the action distribution, before the division by 3. */
  readonly actionStd: number;
  /** What rewards were divided by, where they are normalised: `valueEstimate` and `valueLoss` are of such rewards. */
  readonly rewardScale?: number;
  /** What the world measured, by names of its own; in the file the number that each came to. */
  readonly statistics?: Statistics;
  readonly seconds: {
    readonly physics: number;
    readonly inference: number;
    readonly learning: number;
    readonly all: number;
  };
}

/** What is known of an iteration that is over. */
export interface Iterated {
  /** As it stands now. */
  readonly progress: RunProgress;
  readonly rollout: Rollout;
  readonly lessons: IterationMetrics['lessons'];
  readonly settings: UpdateSettings;
  readonly losses: UpdateStatistics;
  /** What rewards were divided by; undefined where they are not normalised. */
  readonly rewardScale: number | undefined;
  /** The critic's, of the states that were met. */
  readonly values: Float32Array;
  /** Of the policy as it is now, [actionSize]. */
  readonly logDeviation: Float32Array;
  /** Milliseconds of one clock: when the iteration began, had collected, and had learnt. */
  readonly clock: Readonly<Record<'began' | 'collected' | 'learnt', number>>;
}

export function metricsOf(iterated: Iterated): IterationMetrics {
  const { progress, rollout, lessons, settings, rewardScale, values, logDeviation, clock } = iterated;
  const { divergence, lastDivergence, ...losses } = iterated.losses;
  const { episodes, statistics } = rollout;
  const rewards = momentsOf(episodes.map(({ reward }) => reward));
  return {
    iteration: progress.iteration,
    step: progress.step,
    episodes: episodes.length,
    reward: rewards?.mean ?? null,
    rewardStd: rewards?.deviation ?? null,
    episodeLength: momentsOf(episodes.map(({ decisions }) => decisions))?.mean ?? null,
    blowUps: countBlowUps(episodes),
    lessons,
    ...losses,
    kl: divergence,
    klLastEpoch: lastDivergence,
    ...settings,
    valueEstimate: values.reduce((sum, value) => sum + value, 0) / values.length,
    actionStd: logDeviation.reduce((sum, value) => sum + Math.exp(value), 0) / logDeviation.length,
    ...(rewardScale === undefined ? {} : { rewardScale }),
    ...(statistics ? { statistics } : {}),
    seconds: split(rollout.seconds, clock),
  };
}

/** Seconds of an iteration: collecting is parted as the workers' own clocks say. */
function split(workers: Rollout['seconds'], { began, collected, learnt }: Iterated['clock']) {
  const collecting = (collected - began) / 1000;
  const worldShare = workers.world / (workers.world + workers.policy);
  return {
    physics: collecting * worldShare,
    inference: collecting * (1 - worldShare),
    learning: (learnt - collected) / 1000,
    all: (learnt - began) / 1000,
  };
}

/** The policy after so many decisions, judged apart from training. */
export interface EvaluationMetrics {
  readonly step: number;
  readonly evaluation: Evaluation;
  /** Where the run ended with it, between two that its interval asks for: a run that goes on drops it. */
  readonly last?: true;
}

/** Appends to the file of a run; what a resumed run does again replaces what was there. */
export class MetricsFile {
  /** Steps that the file has an evaluation of. */
  readonly evaluated = new Set<number>();
  readonly #path: string;

  /**
   * @param step lines past this step belong to iterations that are about to be done again: they are dropped. Undefined: a
   *   new run, which keeps none.
   */
  constructor(path: string, step: number | undefined) {
    this.#path = path;
    const lines = readWhole(path).split('\n').filter(Boolean);
    const kept = lines.filter((line) => {
      const metrics = parsed(line);
      const isKept = step !== undefined && metrics !== undefined && metrics.step <= step && !('last' in metrics);
      if (isKept) this.#note(metrics);
      return isKept;
    });
    writeAtomically(path, kept.map((line) => `${line}\n`).join(''));
  }

  append(metrics: IterationMetrics | EvaluationMetrics): void {
    this.#note(metrics);
    const measured = 'statistics' in metrics ? { statistics: aggregated(metrics.statistics ?? {}) } : {};
    appendDurably(this.#path, `${JSON.stringify({ ...metrics, ...measured })}\n`);
  }

  #note(metrics: IterationMetrics | EvaluationMetrics): void {
    if ('evaluation' in metrics) this.evaluated.add(metrics.step);
  }
}

/** Undefined for a line that was cut off. */
function parsed(line: string): IterationMetrics | EvaluationMetrics | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Empty where there is no such file. */
function readWhole(path: string): string {
  if (!existsSync(path)) return '';
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw toldAsDiskProblem(error, path);
  }
}
