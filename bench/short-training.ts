/** A training of the embedded Walker that is only looked at: it leaves nothing behind. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { behavior } from '../envs/walker/behavior.ts';
import { environmentUrl } from '../envs/walker/environment-url.ts';
import type { Configuration } from '../train/configuration/read.ts';
import type { EvaluationMetrics } from '../train/keep/metrics.ts';
import type { IterationMetrics } from '../train/keep/metrics-table.ts';
import { train } from '../train/train.ts';

export interface ShortTraining {
  /** From nothing learnt, whatever its init_path says. */
  readonly configuration: Configuration;
  /** Decisions after which it ends; schedules go by the configuration's `max_steps`, where that is more. */
  readonly maxSteps: number;
  readonly seed: number;
  readonly agents: number;
  readonly workers: number;
  /** That learn; default: as in training. */
  readonly threads?: number | undefined;
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
  threads,
  ...options
}: ShortTraining): Promise<EvaluationMetrics[]> {
  const folder = mkdtempSync(join(tmpdir(), 'gaitsmith-bench-'));
  const metricsPath = join(folder, 'metrics.jsonl');
  const { behavior: given } = configuration;
  const settings = { ...given, max_steps: Math.max(maxSteps, given.max_steps), init_path: null };
  try {
    await train(
      {
        ...options,
        ...(threads === undefined ? {} : { engine: { threads } }),
        configuration: { ...configuration, behavior: settings },
        environment: { kind: 'embedded', module: environmentUrl },
        behavior,
        until: maxSteps,
        checkpointFolder: folder,
        metricsPath,
        resume: false,
      },
      {
        info: () => {},
        warn: () => {},
        iteration,
        signal: signal ?? new AbortController().signal,
      },
    );
    const lines = readFileSync(metricsPath, 'utf8').split('\n').filter(Boolean);
    const told = lines.map((line): IterationMetrics | EvaluationMetrics => JSON.parse(line));
    return told.filter((line) => 'evaluation' in line);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
