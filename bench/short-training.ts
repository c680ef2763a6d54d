/** A training of the embedded Walker that is only looked at: it leaves nothing behind. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { behavior, environmentUrl } from '../envs/walker/behavior.ts';
import type { Configuration } from '../train/configuration/read.ts';
import type { IterationMetrics } from '../train/metrics.ts';
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

export async function shortTraining({ configuration, maxSteps, iteration, signal, ...options }: ShortTraining) {
  const folder = mkdtempSync(join(tmpdir(), 'gaitsmith-bench-'));
  const settings = { ...configuration.behavior, max_steps: maxSteps, init_path: null };
  try {
    await train(
      {
        ...options,
        configuration: { ...configuration, behavior: settings },
        environment: environmentUrl,
        behavior,
        checkpointFolder: folder,
        metricsPath: join(folder, 'metrics.jsonl'),
        resume: false,
      },
      { info: () => {}, warn: () => {}, iteration, signal: signal ?? new AbortController().signal },
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
