/** Runs that end before max_steps, by their rules. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256OfFile } from '../../../base/files/hash.ts';
import { parseConfiguration } from '../../../train/configuration/read.ts';
import { type Standing, staysStopped, stopped } from '../../../train/judge/stopping.ts';
import { bestCheckpointPath } from '../../../train/keep/checkpoint-files.ts';
import { trainPointer } from '../fixtures/train-pointer.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'stopping-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const configured = (gaitsmith: string, learningRate = '0.003', maxSteps = 5200) =>
  parseConfiguration(
    `
behaviors:
  Pointer:
    hyperparameters: { batch_size: 64, buffer_size: 260, learning_rate: ${learningRate}, learning_rate_schedule: constant }
    network_settings: { normalize: true, hidden_units: 16, num_layers: 1 }
    max_steps: ${maxSteps}
    checkpoint_interval: 700
    gaitsmith: { ${gaitsmith} }`,
    'pointer.yaml',
    'Pointer',
  );

interface Changes {
  readonly learningRate?: string;
  readonly maxSteps?: number;
  readonly stopAfter?: number;
  readonly resume?: boolean;
}

/** 260 decisions an iteration. */
const run = (name: string, gaitsmith: string, { learningRate, maxSteps, ...more }: Changes = {}) =>
  trainPointer({ configuration: configured(gaitsmith, learningRate, maxSteps), folder, name, ...more });

describe('a run', () => {
  const plateau = 'evaluation_interval: 500, stop_on_plateau: { evaluations: 2 }';

  it('that gets no better ends on the plateau, says so in a line, and with the same bytes where it was cut off before', async () => {
    // Steps this large undo whatever was there.
    const options = { learningRate: '3.0' };
    const whole = await run('whole', plateau, options);
    expect(whole.progress.step).toBe(1040);
    expect(whole.interrupted).toBe(false);
    expect(whole.told.filter((line) => line.startsWith('Stopping'))).toEqual([
      'Stopping at step 1040: no policy was better than the best in 2 evaluations (stop_on_plateau).',
    ]);
    await run('parts', plateau, { ...options, stopAfter: 3 });
    const parts = await run('parts', plateau, { ...options, resume: true });
    expect(sha256OfFile(parts.checkpoint)).toBe(sha256OfFile(whole.checkpoint));
    const best = (name: string) => sha256OfFile(bestCheckpointPath(join(folder, name)));
    expect(best('parts')).toBe(best('whole'));
  });

  it('that has stopped stays so by the same rules, and goes on by others', async () => {
    const options = { learningRate: '3.0', maxSteps: 1560 };
    const { checkpoint } = await run('again', plateau, options);
    const before = sha256OfFile(checkpoint);
    const again = await run('again', plateau, { ...options, resume: true });
    expect(again.iterations).toHaveLength(0);
    expect(again.told.join()).toContain('This run has stopped at step 1040');
    expect(sha256OfFile(again.checkpoint)).toBe(before);
    const on = await run('again', 'evaluation_interval: 500', { ...options, resume: true });
    expect(on.progress.step).toBe(1560);
    expect(on.progress.stopped).toBeUndefined();
  });

  it('ends at the first evaluation that comes to the reward', async () => {
    const { progress, told } = await run('score', 'evaluation_interval: 500, stop_at_reward: -100');
    expect(progress.step).toBe(520);
    expect(told.join()).toMatch(
      /Stopping at step 520: the held-out reward, -?[\d.]+, has come to stop_at_reward, -100\./,
    );
  });

  it('without evaluations ends where the mean of its last 100 episodes comes to it', async () => {
    const { progress, told, iterations } = await run('recent', 'stop_at_reward: -100');
    expect(progress.recent).toMatchObject({ ended: 'all' });
    expect(progress.episodes).toBeGreaterThanOrEqual(100);
    expect(progress.episodes - iterations.at(-1)!.episodes).toBeLessThan(100);
    expect(told.join()).toContain('the mean reward of the last 100 episodes');
  });
});

describe('the rules', () => {
  const heldOut = { step: 900, reward: 12, rewardInterval: 1 };
  const standing: Standing = { step: 900, heldOut, evaluationsSinceBest: 3, recent: { rewards: [], ended: 'all' } };
  const rules = (gaitsmith: string) => configured(gaitsmith).behavior.gaitsmith;

  it('stop nothing where there are none', () => {
    expect(stopped(rules('evaluation_interval: 500'), standing)).toBeUndefined();
  });

  it('look at a plateau at evaluations alone, and not before their step', () => {
    const late = rules('evaluation_interval: 500, stop_on_plateau: { evaluations: 3, from_step: 1000 }');
    expect(stopped(late, standing)).toBeUndefined();
    expect(stopped(late, { ...standing, step: 1000 })).toBeDefined();
    expect(stopped(late, { ...standing, step: 1000, heldOut: undefined })).toBeUndefined();
    expect(stopped(late, { ...standing, step: 1000, evaluationsSinceBest: 2 })).toBeUndefined();
  });

  it('take no mean of few episodes for a score', () => {
    const score = rules('stop_at_reward: 1');
    const rewards = Array.from({ length: 99 }, () => 5);
    expect(stopped(score, { ...standing, recent: { rewards, ended: 'all' } })).toBeUndefined();
    expect(stopped(score, { ...standing, recent: { rewards: [...rewards, 5], ended: 'all' } })).toBeDefined();
    expect(stopped(score, { ...standing, recent: { rewards: [...rewards, 5], ended: [0] } })).toBeUndefined();
  });

  it('hold a run that has stopped by them, after it was written down too', () => {
    const score = rules('evaluation_interval: 500, stop_at_reward: 10');
    const written = JSON.parse(JSON.stringify(stopped(score, standing)));
    expect(staysStopped(score, written)).toBe(true);
    expect(staysStopped(rules('evaluation_interval: 500, stop_at_reward: 11'), written)).toBe(false);
    expect(staysStopped(score, undefined)).toBe(false);
  });

  it('by a plateau are refused without evaluations, with the line', () => {
    expect(() => configured('stop_on_plateau: { evaluations: 3 }')).toThrow(
      /pointer\.yaml:\d+ .*stop_on_plateau goes by held-out evaluations/,
    );
  });
});
