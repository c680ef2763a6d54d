/** metrics.jsonl: one JSON object a line, one for each iteration and one for each held-out evaluation. */
import { existsSync, readFileSync } from 'node:fs';
import { appendDurably } from '../files/append-durably.ts';
import { writeAtomically } from '../files/write-atomically.ts';
import type { Evaluation } from './evaluation.ts';

/** What one iteration looked like. */
export interface IterationMetrics {
  readonly iteration: number;
  /** Decisions of all agents since the run began. */
  readonly step: number;
  readonly episodes: number;
  /** Of the episodes that ended in this iteration; null where none did. */
  readonly reward: number | null;
  readonly rewardDeviation: number | null;
  /** In decisions. */
  readonly episodeLength: number | null;
  /** Episodes that were cut off because the physics blew up. */
  readonly blowUps: number;
  /** Mean of what the critic expects of the states that were met. */
  readonly valueEstimate: number;
  readonly policyLoss: number;
  readonly absolutePolicyLoss: number;
  readonly valueLoss: number;
  readonly entropy: number;
  readonly divergence: number;
  /** In the last epoch that the actor learnt in. */
  readonly lastDivergence: number;
  /** Minibatches that the actor learnt from. */
  readonly actorMinibatches: number;
  /** Told where the settings ask for it. */
  readonly mirrorLoss?: number;
  readonly gradientNorm?: number;
  /** Mean deviation of the action distribution. */
  readonly sigma: number;
  readonly learningRate: number;
  /** Where it is not the same. */
  readonly criticLearningRate?: number;
  readonly epsilon: number;
  readonly beta: number;
  readonly epochs: number;
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
}

/** Appends to the file of a run; what a resumed run does again replaces what was there. */
export class MetricsFile {
  readonly #path: string;

  /** @param step lines past this step belong to iterations that are about to be done again: they are dropped. */
  constructor(path: string, step: number) {
    this.#path = path;
    const kept = existsSync(path) ? readLines(path).filter((line) => stepOf(line) <= step) : [];
    writeAtomically(path, kept.map((line) => `${line}\n`).join(''));
  }

  append(metrics: IterationMetrics | EvaluationMetrics): void {
    appendDurably(this.#path, `${JSON.stringify(metrics)}\n`);
  }
}

function readLines(path: string): string[] {
  return readFileSync(path, 'utf8').split('\n').filter(Boolean);
}

/** The step of a line; a line that was cut off counts as past every step. */
function stepOf(line: string): number {
  try {
    return (JSON.parse(line) as IterationMetrics | EvaluationMetrics).step;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
