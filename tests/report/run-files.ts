/** A run on the disk, with as much in it as a test says. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runFolder } from '../../pipeline/run-folder.ts';
import { reportedRun } from '../../pipeline/runs.ts';
import type { RunFiles } from '../../report/read-run.ts';

const made: string[] = [];

/** @param files by their names in the run's folder; what is no text is written as JSON. */
export function runWith(files: Readonly<Record<string, unknown>>, id = 'walk', runsDir = newFolder()): RunFiles {
  const run = runFolder(id, runsDir);
  mkdirSync(run.path, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    const path = join(run.path, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  }
  return reportedRun(run);
}

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'report-'));
  made.push(folder);
  return folder;
}

export function removeRuns(): void {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true });
}

/** Lines of metrics.jsonl: iterations of 1,000 decisions each, the reward of each as told. */
export function metricsOf(rewards: readonly (number | null)[], more: object = {}): string {
  const lines = rewards.map((reward, at) => ({
    iteration: at + 1,
    step: 1000 * (at + 1),
    reward,
    episodeLength: 10 + at,
    policyLoss: -0.001,
    valueLoss: 2,
    kl: 0.1,
    clipFraction: 0.1,
    actionStd: 0.5,
    learningRate: 3e-4,
    explainedVariance: 0.9,
    valueEstimate: 12,
    decisionsPerSecond: 500,
    seconds: { physics: 1, inference: 1, learning: 2, all: 5 },
    ...more,
  }));
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

const hash = 'a'.repeat(64);

/** A stage's record, as run.json has it. */
export function recordOf(more: object = {}): object {
  return {
    status: 'done',
    started: '2026-01-02T03:04:05.000Z',
    seconds: 12,
    pid: 1,
    command: 'npm run train',
    inputs: { files: {}, settings: null },
    outputs: { metrics: { path: 'metrics.jsonl', sha256: hash } },
    versions: { gaitsmith: '1.2.3', node: '20.0.0', platform: 'linux-x64', commit: 'c0ffee'.repeat(6), dirty: true },
    machine: { cpu: 'Some CPU', cores: 3, memoryGiB: 7 },
    summary: '3000 steps',
    ...more,
  };
}

export const evaluation = {
  policy: 'policy.onnx',
  sha256: hash,
  world: 'unity',
  episodes: 20,
  falls: 7,
  falls_share: 0.35,
  reward: 321,
  reward_ci95: 12,
  mean_speed: 1.25,
  fallen: { hips: 5, head: 2 },
  bands: [
    { speed: [0, 2], episodes: 10, falls: 2, falls_share: 0.2, reward: 500, mean_speed: 0.98, fallen: { hips: 2 } },
    {
      speed: [2, 4],
      episodes: 10,
      falls: 5,
      falls_share: 0.5,
      reward: 142,
      mean_speed: 1.43,
      fallen: { hips: 3, head: 2 },
    },
  ],
};
