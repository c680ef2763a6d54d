/** metrics.jsonl: one JSON object a line, one for each iteration and one for each held-out evaluation. */
import { existsSync, readFileSync } from 'node:fs';
import { appendDurably } from '../../base/files/append-durably.ts';
import { writeAtomically } from '../../base/files/write-atomically.ts';
import type { Evaluation } from '../../evaluate/score.ts';
import { numbersOf, type Statistics } from '../collect/statistics.ts';
import type { UpdateSettings, UpdateStatistics } from '../learn/learner.ts';

/** What one iteration looked like, its update included. */
export interface IterationMetrics extends UpdateStatistics, UpdateSettings {
  readonly iteration: number;
  /** Decisions of all agents since the run began. */
  readonly step: number;
  readonly episodes: number;
  /** Of the episodes that ended in this iteration; null where none did. */
  readonly reward: number | null;
  readonly rewardDeviation: number | null;
  /** In decisions. */
  readonly episodeLength: number | null;
  /** Number of the lesson, from 0, that each environment parameter was in. */
  readonly lessons: Readonly<Record<string, number>>;
  /** Episodes that were cut off because the physics blew up. */
  readonly blowUps: number;
  /** Mean of what the critic expects of the states that were met. */
  readonly valueEstimate: number;
  /** Mean deviation of the action distribution. */
  readonly sigma: number;
  /** What the world measured, by names of its own; in the file the number that each came to. */
  readonly statistics?: Statistics;
  readonly seconds: {
    readonly physics: number;
    readonly inference: number;
    readonly learning: number;
    readonly all: number;
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
    const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : [];
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
    const measured = 'statistics' in metrics ? { statistics: numbersOf(metrics.statistics ?? {}) } : {};
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
