/** A training of the embedded Walker that is only looked at: it leaves nothing behind. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { behavior, environmentUrl } from '../envs/walker/behavior.ts';
import type { Configuration } from '../train/configuration/read.ts';
import type { EvaluationMetrics, IterationMetrics } from '../train/metrics.ts';
import { train } from '../train/train.ts';

export interface ShortTraining {
  /** From nothing learnt, whatever its init_path says. */
  readonly configuration: Configuration;
  /** Instead of the configuration's. */
  readonly maxSteps: number;
  readonly seed: number;
  readonly agents: number;
  readonly workers: number;
  /** After each iteration. */
  readonly iteration: (metrics: IterationMetrics) => void;
  readonly signal?: AbortSignal;
}

/** @returns its held-out evaluations. */
export async function shortTraining({
  configuration,
  maxSteps,
  iteration,
  signal,
  ...options
}: ShortTraining): Promise<EvaluationMetrics[]> {
  const folder = mkdtempSync(join(tmpdir(), 'gaitsmith-bench-'));
  const metricsPath = join(folder, 'metrics.jsonl');
  const settings = { ...configuration.behavior, max_steps: maxSteps, init_path: null };
  try {
    await train(
      {
        ...options,
        configuration: { ...configuration, behavior: settings },
        environment: environmentUrl,
        behavior,
        checkpointFolder: folder,
        metricsPath,
        resume: false,
      },
      { info: () => {}, warn: () => {}, iteration, signal: signal ?? new AbortController().signal },
    );
    const lines = readFileSync(metricsPath, 'utf8').split('\n').filter(Boolean);
    const told = lines.map((line): IterationMetrics | EvaluationMetrics => JSON.parse(line));
    return told.filter((line) => 'evaluation' in line);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
