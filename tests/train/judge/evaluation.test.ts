/** Held-out evaluations: fixed, apart from training, and the best policy kept. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256OfFile } from '../../../base/files/hash.ts';
import { parseConfiguration } from '../../../train/configuration/read.ts';
import { readCheckpoint } from '../../../train/keep/checkpoint.ts';
import { bestCheckpointPath, listCheckpoints } from '../../../train/keep/checkpoint-files.ts';
import { writeBestCheckpoint } from '../../../train/keep/checkpoint-folder.ts';
import type { EvaluationMetrics } from '../../../train/keep/metrics.ts';
import type { TrainOptions } from '../../../train/train-options.ts';
import { behavior } from '../fixtures/pointing-environment.ts';
import { trainPointer } from '../fixtures/train-pointer.ts';
import { eventFilesIn, shownEvents } from '../keep/tensorboard/read-events.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'evaluation-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Changes extends Partial<TrainOptions> {
  readonly name: string;
  readonly gaitsmith?: string;
  readonly learningRate?: string;
  readonly more?: string;
  readonly stopAfter?: number;
  readonly stopInEvaluation?: number;
  readonly maxSteps?: number;
}

/** 260 decisions an iteration: evaluations at the beginning and at 520, 1040 and 1560. */
async function run(changes: Changes) {
  const {
    name,
    gaitsmith = 'evaluation_interval: 500',
    learningRate = '0.003',
    more = '',
    stopAfter,
    ...rest
  } = changes;
  const { maxSteps = 1560, ...options } = rest;
  const text = `
behaviors:
  Pointer:
    hyperparameters: { batch_size: 64, buffer_size: 260, learning_rate: ${learningRate}, learning_rate_schedule: constant, num_epoch: 4 }
    network_settings: { normalize: true, hidden_units: 16, num_layers: 1 }
    reward_signals: { extrinsic: { gamma: 0.5 } }
    max_steps: ${maxSteps}
    checkpoint_interval: 400
    keep_checkpoints: 2
    ${more}
    gaitsmith: { ${gaitsmith} }`;
  const configuration = parseConfiguration(text, 'pointer.yaml', 'Pointer');
  const result = await trainPointer({ configuration, folder, name, stopAfter, ...options });
  return { ...result, best: bestCheckpointPath(join(folder, name)) };
}

const evaluationsOf = (name: string): EvaluationMetrics[] =>
  readFileSync(join(folder, `${name}.jsonl`), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
    .filter((line) => 'evaluation' in line);

describe('a held-out evaluation', () => {
  /** The run that the others are compared with, or start from. */
  let whole: Awaited<ReturnType<typeof run>>;
  beforeAll(async () => {
    whole = await run({ name: 'whole' });
  });

  it('changes nothing of the training, and is the same for any number of workers', async () => {
    const without = await run({ name: 'without', gaitsmith: '' });
    const two = await run({ name: 'two', workers: 2 });
    const learnt = (path: string) => {
      const { progress, ...state } = readCheckpoint(path);
      const { first, best, latest, evaluationsSinceBest, ...counters } = progress;
      return { ...state, counters };
    };
    expect(learnt(whole.checkpoint)).toEqual(learnt(without.checkpoint));
    expect(whole.progress.step).toBe(1560);
    expect(existsSync(without.best)).toBe(false);
    expect(sha256OfFile(two.checkpoint)).toBe(sha256OfFile(whole.checkpoint));
    expect(sha256OfFile(two.best)).toBe(sha256OfFile(whole.best));
    expect(evaluationsOf('two')).toEqual(evaluationsOf('whole'));
  });

  it('is told in metrics, events and the log, and its best policy is kept beside those that are pruned', () => {
    const { told, best, progress, heldOut } = whole;
    const evaluations = evaluationsOf('whole');
    expect(evaluations.map(({ step }) => step)).toEqual([0, 520, 1040, 1560]);
    for (const { evaluation } of evaluations) {
      expect(evaluation.episodes).toBe(40);
      expect(evaluation.conditions.map(({ name, episodes }) => [name, episodes])).toEqual([
        ['of one length', 20],
        ['of many lengths', 20],
      ]);
      expect(evaluation.conditions[0]!.episodeLength).toBe(3);
      expect(evaluation.conditions[1]!.episodeLength).toBeGreaterThan(8);
      expect(evaluation.reward).toBeCloseTo(
        (evaluation.conditions[0]!.reward + evaluation.conditions[1]!.reward) / 2,
        10,
      );
    }
    const top = evaluations.reduce((a, b) => (b.evaluation.reward > a.evaluation.reward ? b : a));
    const { step, reward, rewardInterval } = { step: top.step, ...top.evaluation };
    expect(progress.best).toMatchObject({ step, reward, rewardInterval });
    expect(progress.first).toMatchObject({ step: 0, reward: evaluations[0]!.evaluation.reward });
    for (const { returns } of [progress.first!, progress.best!]) expect(returns).toHaveLength(40);
    expect(readCheckpoint(best).progress).toMatchObject({ step, best: progress.best });
    expect(heldOut!.first).toEqual(progress.first);
    expect(readCheckpoint(best).snapshots).toBeUndefined();
    expect(listCheckpoints(join(folder, 'whole'))).toHaveLength(2);
    expect(
      told.filter((line) => /^Evaluation at step \d+: reward .* falls in \d+ % of 40 episodes/.test(line)),
    ).toHaveLength(4);
    const events = shownEvents(eventFilesIn(join(folder, 'whole-events'))).filter(
      ({ values }) => 'Evaluation/Cumulative Reward' in values,
    );
    expect(events.map(({ step: at }) => at)).toEqual([0, 520, 1040, 1560]);
    events.forEach(({ values }, index) => {
      expect(values['Evaluation/Cumulative Reward']).toBeCloseTo(evaluations[index]!.evaluation.reward, 4);
      expect(Object.keys(values)).toContain('Evaluation/Cumulative Reward, of many lengths');
    });
  });

  it('tells how far it is while it is played, for the live line', () => {
    // On a busy machine one may be told twice.
    const evaluating = whole.evaluating.filter(([done], i, all) => done !== all[i - 1]?.[0]);
    expect(evaluating[0]).toEqual([0, 40]);
    expect(evaluating.every(([done, total]) => done >= 0 && done <= total)).toBe(true);
    // At 0, 520, 1040 and 1560 decisions, and the winner on fresh episodes.
    expect(evaluating.filter(([done, total]) => done === total)).toHaveLength(5);
    expect(evaluating.filter(([done]) => done === 0)).toHaveLength(5);
  });

  it('has its winner play episodes that it was not chosen by, whose score is kept with it', () => {
    const { best, told, heldOut, progress } = whole;
    const { fresh, ...judged } = readCheckpoint(best).progress.best!;
    expect(judged).toEqual(progress.best);
    expect(fresh).toMatchObject({ episodes: 40 });
    expect(fresh!.reward).not.toBe(judged.reward);
    // The same policy, other episodes: as far apart as chance has it.
    const chance = Math.hypot(fresh!.rewardInterval, judged.rewardInterval);
    expect(Math.abs(fresh!.reward - judged.reward)).toBeLessThan(3 * chance);
    expect(heldOut!.best).toEqual({ ...judged, fresh });
    expect(told.at(-1)).toMatch(/^The best policy, of step \d+, on 40 fresh episodes: reward -?[\d.]+ \+- [\d.]+\.$/);
  });

  it('is repeated exactly by a run that was stopped and resumed', async () => {
    await run({ name: 'parts', stopAfter: 3 });
    const { checkpoint, best } = await run({ name: 'parts', resume: true });
    expect(sha256OfFile(checkpoint)).toBe(sha256OfFile(whole.checkpoint));
    expect(sha256OfFile(best)).toBe(sha256OfFile(whole.best));
    expect(evaluationsOf('parts')).toEqual(evaluationsOf('whole'));
  });

  it.each([
    ['of what the run begins with', 0, 0],
    ['in the middle', 2, 1040],
    ['of what it ends with', 3, 1560],
    ['of the winner', 4, 1560],
  ])(
    '%s is left where the run is stopped, and made up for by the one that goes on',
    async (_which, evaluation, step) => {
      const name = `left-${evaluation}`;
      const left = await run({ name, stopInEvaluation: evaluation });
      expect(left).toMatchObject({ interrupted: true, progress: { step } });
      expect(left.evaluating.at(-1)).toEqual([0, 40]);
      const { checkpoint, best, interrupted } = await run({ name, resume: true });
      expect(interrupted).toBe(false);
      expect(sha256OfFile(checkpoint)).toBe(sha256OfFile(whole.checkpoint));
      expect(sha256OfFile(best)).toBe(sha256OfFile(whole.best));
      expect(evaluationsOf(name)).toEqual(evaluationsOf('whole'));
    },
  );

  it('keeps what a run took over from another one while nothing is better', async () => {
    // Steps this large undo whatever was learnt.
    const next = await run({ name: 'next', more: `init_path: ${whole.checkpoint}`, learningRate: '3.0' });
    expect(evaluationsOf('next').map(({ step }) => step)).toEqual([0, 520, 1040, 1560]);
    expect(next.progress.best!.step).toBe(0);
    expect(readCheckpoint(next.best).parameters).toEqual(readCheckpoint(whole.checkpoint).parameters);
    expect(readCheckpoint(next.best).sample.length).toBeGreaterThan(0);
    expect(evaluationsOf('next')[0]!.evaluation).toEqual(evaluationsOf('whole').at(-1)!.evaluation);
    expect(next.heldOut!.best.step).toBe(0);
  });

  it('judges what a run that started from another one took over even where it was stopped before it learnt', async () => {
    const start = { more: `init_path: ${whole.checkpoint}`, maxSteps: 0 };
    await run({ name: 'as-it-is', ...start });
    expect(evaluationsOf('as-it-is')).toEqual([]);
    await run({ name: 'as-it-is', ...start, maxSteps: 520, resume: true });
    expect(evaluationsOf('as-it-is').map(({ step }) => step)).toEqual([0, 520]);
  });

  it('comes also at the end, where the last one was before it, and a run that goes on knows nothing of that', async () => {
    await run({ name: 'short', maxSteps: 1300 });
    expect(evaluationsOf('short')).toMatchObject([
      { step: 0 },
      { step: 520 },
      { step: 1040 },
      { step: 1300, last: true },
    ]);
    const again = await run({ name: 'short', maxSteps: 1300, resume: true });
    expect(evaluationsOf('short')).toHaveLength(4);
    expect(again.progress.best!.step).toBe(readCheckpoint(again.best).progress.step);
    const { checkpoint } = await run({ name: 'short', resume: true });
    expect(evaluationsOf('short')).toEqual(evaluationsOf('whole'));
    expect(readCheckpoint(checkpoint)).toEqual(readCheckpoint(whole.checkpoint));
  });

  it('does not give up the best that is kept for one that did worse, though the run that goes on has not heard of it', async () => {
    const { best } = await run({ name: 'kept', maxSteps: 1300 });
    const last = readCheckpoint(best);
    const { returns } = last.progress.best!;
    const kept = { ...last.progress.best!, reward: 1e6, returns: returns!.map(() => 1e6) };
    writeBestCheckpoint(join(folder, 'kept'), { ...last, progress: { ...last.progress, best: kept } });
    const { progress, told } = await run({ name: 'kept', resume: true });
    expect(readCheckpoint(best).progress.best!.reward).toBe(1e6);
    expect(progress.best!.reward).toBeLessThan(1e6);
    expect(told.join()).toContain('Evaluation at step 1560');
    expect(told.join()).not.toContain('the best so far');
  });

  it('of an earlier attempt is not told of a new run', async () => {
    await run({ name: 'anew', more: `init_path: ${whole.checkpoint}`, maxSteps: 0 });
    writeFileSync(join(folder, 'anew.jsonl'), `${JSON.stringify({ step: 0, evaluation: { reward: 5 } })}\n`);
    rmSync(join(folder, 'anew'), { recursive: true });
    await run({ name: 'anew', maxSteps: 260, gaitsmith: '' });
    expect(evaluationsOf('anew')).toEqual([]);
  });

  it('is refused, before anything runs, in a world that has no conditions for it', async () => {
    const { evaluationConditions, ...bare } = behavior;
    expect(evaluationConditions).toHaveLength(2);
    await expect(run({ name: 'bare', behavior: bare })).rejects.toThrow(/evaluation_interval: .*Pointer.*expected 0/);
    expect(existsSync(join(folder, 'bare.jsonl'))).toBe(false);
  });
});
