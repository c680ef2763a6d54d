import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256OfFile } from '../../base/files/hash.ts';
import { parseConfiguration } from '../../train/configuration/read.ts';
import { readCheckpoint } from '../../train/keep/checkpoint.ts';
import { listCheckpoints } from '../../train/keep/checkpoint-files.ts';
import type { IterationMetrics } from '../../train/keep/metrics-table.ts';
import { train } from '../../train/train.ts';
import type { TrainResult } from '../../train/train-options.ts';
import { behavior, stateOf } from './fixtures/pointing-environment.ts';

const environment = pathToFileURL(join(import.meta.dirname, 'fixtures/pointing-environment.ts')).href;

/** A lesson that ends after so many episodes, whatever they earned. */
const lesson = (name: string, value: string, more = '') =>
  `      - { name: ${name}, value: ${value}, completion_criteria: { behavior: Pointer, threshold: -1000, min_lesson_length: 60${more} } }`;
const sampled = '{ sampler_type: uniform, sampler_parameters: { min_value: 0.2, max_value: 0.6 } }';

const lessons = `
environment_parameters:
  reach:
    curriculum:
${lesson('near', '0.1', ', require_reset: true')}
${lesson('anywhere', sampled)}
      - { name: far, value: 0.8 }
  other: { sampler_type: gaussian, sampler_parameters: {} }`;

function configuration(environmentParameters: string) {
  const text = `
behaviors:
  Pointer:
    hyperparameters: { batch_size: 64, buffer_size: 512, learning_rate: 0.003, num_epoch: 1 }
    network_settings: { normalize: true, hidden_units: 8, num_layers: 1 }
    max_steps: 2000
    checkpoint_interval: 512
    keep_checkpoints: 20
    summary_freq: 100000
${environmentParameters}`;
  return parseConfiguration(text, 'pointer.yaml', 'Pointer');
}

describe('training with lessons and samplers', () => {
  let folder: string;
  let whole: TrainResult & { told: string[] };

  async function run(name: string, options: { parameters?: string; resume?: boolean; workers?: number } = {}) {
    const { parameters = lessons, resume = false, workers = 2 } = options;
    const told: string[] = [];
    const result = await train(
      {
        configuration: configuration(parameters),
        environment: { kind: 'embedded', module: environment },
        behavior,
        seed: 5,
        agents: 20,
        workers,
        checkpointFolder: join(folder, name),
        metricsPath: join(folder, `${name}.jsonl`),
        resume,
      },
      {
        info: (message) => told.push(message),
        warn: (message) => told.push(message),
        iteration: () => {},
        signal: new AbortController().signal,
      },
    );
    return { ...result, told };
  }

  const measured = (name: string) =>
    readFileSync(join(folder, `${name}.jsonl`), 'utf8')
      .trim()
      .split('\n')
      .map((line): IterationMetrics => ({ ...JSON.parse(line), seconds: 0, decisionsPerSecond: 0 }));
  /** The checkpoint after so many iterations, of 520 decisions each. */
  const checkpointAfter = (iterations: number) =>
    listCheckpoints(join(folder, 'whole')).find((path) => readCheckpoint(path).progress.iteration === iterations)!;
  /** A run that was stopped after so many iterations. */
  function stopped(name: string, iterations: number): void {
    const checkpoint = checkpointAfter(iterations);
    cpSync(checkpoint, join(folder, name, basename(checkpoint)));
    cpSync(join(folder, 'whole.jsonl'), join(folder, `${name}.jsonl`));
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'randomised-'));
    whole = await run('whole');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('says where each parameter stands, and each lesson that begins', () => {
    expect(whole.told).toEqual([
      "Parameter 'reach' is in lesson 'near' and has value 'Float: value=0.1'.",
      "Parameter 'other' is in lesson 'other' and has value 'Gaussian sampler: mean=1.0, stddev=1.0'.",
      "Parameter 'reach' is in lesson 'anywhere' and has value 'Uniform sampler: min=0.2, max=0.6'.",
      "Parameter 'reach' is in lesson 'far' and has value 'Float: value=0.8'.",
    ]);
  });

  it('records with each iteration which lesson it was collected in', () => {
    expect(measured('whole').map((metrics) => metrics.lessons)).toEqual(
      [0, 1, 2, 2].map((reach) => ({ reach, other: 0 })),
    );
  });

  it('starts every episode anew with a lesson that asks for it, each with a value of its own', () => {
    const states = readCheckpoint(checkpointAfter(1)).snapshots!.map((snapshot) => stateOf(snapshot));
    const reaches = states.map(({ reach }) => reach!);
    expect(states.every(({ actions }) => actions.length === 0)).toBe(true);
    expect(new Set(reaches).size).toBe(20);
    expect(Math.min(...reaches)).toBeGreaterThan(0.2);
    expect(Math.max(...reaches)).toBeLessThan(0.6);
  });

  it('lets episodes under way keep their values in a lesson that does not', () => {
    const reaches = (iterations: number) =>
      readCheckpoint(checkpointAfter(iterations)).snapshots!.map((snapshot) => stateOf(snapshot).reach!);
    expect(Math.max(...reaches(2))).toBeLessThan(0.6);
    expect(new Set(reaches(3))).toEqual(new Set([0.8]));
  });

  it.each([
    [1, 1],
    [2, 3],
  ])(
    'that was stopped after iteration %i and resumed by %i workers ends with the same bytes',
    async (iterations, workers) => {
      const name = `stopped-${iterations}`;
      stopped(name, iterations);
      const { checkpoint } = await run(name, { resume: true, workers });
      expect(sha256OfFile(checkpoint)).toBe(sha256OfFile(whole.checkpoint));
      const all = (run: string) => listCheckpoints(join(folder, run)).map((path) => sha256OfFile(path));
      // The latest first: those before it was stopped are not there.
      expect(all(name)).toEqual(all('whole').slice(0, all(name).length));
      expect(all(name)).toHaveLength(5 - iterations);
      expect(measured(name)).toEqual(measured('whole'));
    },
  );

  it('keeps in a checkpoint which episodes began in the lesson before: that of each agent, until it ends', () => {
    const { snapshots, curriculum } = readCheckpoint(checkpointAfter(2));
    expect(curriculum!.begunBefore).toEqual(
      Object.fromEntries(snapshots!.map(({ episode }, agent) => [agent, episode])),
    );
    expect(readCheckpoint(checkpointAfter(3)).curriculum!.begunBefore).toBeUndefined();
  });

  it('does not go on where the lesson it is in is gone', async () => {
    stopped('shortened', 2);
    const shorter = `environment_parameters:\n  reach:\n    curriculum:\n${lesson('near', '0.1')}\n      - { name: far, value: 1 }`;
    await expect(run('shortened', { parameters: shorter, resume: true })).rejects.toThrow(/lesson .*no longer has/);
  });
});
