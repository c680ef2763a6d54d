/** metrics.jsonl: one JSON object a line, one for each iteration and one for each held-out evaluation. */
import { existsSync, readFileSync } from 'node:fs';
import { appendDurably } from '../../base/files/append-durably.ts';
import { toldAsDiskProblem, writeAtomically } from '../../base/files/write-atomically.ts';
import type { Evaluation } from '../../evaluate/score.ts';
import { aggregated } from '../collect/statistics.ts';
import type { IterationMetrics } from './metrics-table.ts';

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
