/** The stage `train` in the embedded world: what it starts from, goes on from and refuses, and what it writes when. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sha256OfFile } from '../../../base/files/hash.ts';
import { checkOptions, type Given } from '../../../cli/parse-options.ts';
import type { ProgressState } from '../../../cli/progress.ts';
import { runFolder } from '../../../pipeline/run-folder.ts';
import exportStage from '../../../pipeline/stages/export.ts';
import trainStage from '../../../pipeline/stages/train.ts';
import { readCheckpoint } from '../../../train/keep/checkpoint.ts';
import { bestCheckpointPath, checkpointPath } from '../../../train/keep/checkpoint-files.ts';
import { writeBestCheckpoint } from '../../../train/keep/checkpoint-folder.ts';

/** Two updates. */
const settings = (learningRate = 0.001, gaitsmith = '', more = '') => `
behaviors:
  Walker:
    hyperparameters: { batch_size: 32, buffer_size: 64, num_epoch: 1, learning_rate: ${learningRate} }
    network_settings: { normalize: true, hidden_units: 8, num_layers: 1 }
    max_steps: 128
    gaitsmith: { agents: 8, ${gaitsmith} }
env_settings: { seed: 4 }
${more}`;

let folder: string;
const messages: string[] = [];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'train-stage-'));
});
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => {
  writeFileSync(file('a.yaml'), settings());
});
afterEach(() => {
  messages.length = 0;
});
const file = (name: string) => join(folder, name);

function contextOf(id: string, force = false) {
  const say = (message: string) => void messages.push(message);
  return {
    run: runFolder(id, join(folder, 'runs')),
    logger: { info: say, warn: say, error: say, note: say },
    progress: { update() {}, end() {} },
    signal: new AbortController().signal,
    force,
    last: undefined,
  };
}

function train(id: string, given: Given, force = false) {
  const options = checkOptions(trainStage.options, { workers: '1', ...given });
  return trainStage.run(options, contextOf(id, force));
}
const details = async (result: ReturnType<typeof train>) => (await result).details as Record<string, unknown>;

it('shows on the live line how far a held-out evaluation is, with what the line told before', async () => {
  writeFileSync(file('judged.yaml'), settings(0.001, 'evaluation_interval: 64, evaluation_episodes: 10'));
  const options = checkOptions(trainStage.options, { config: file('judged.yaml'), fromScratch: true, workers: '1' });
  const shown: ProgressState[] = [];
  const update = (state: ProgressState) => void shown.push(state);
  await trainStage.run(options, { ...contextOf('judged'), progress: { update, end() {} } });
  const evaluating = shown.filter(({ fields }) => fields?.['evaluating'] !== undefined);
  expect(evaluating[0]).toMatchObject({ done: 0, total: 128, fields: { evaluating: '0 / 10 episodes' } });
  expect(evaluating.at(-1)).toMatchObject({ done: 128, fields: { reward: expect.any(String) } });
  expect(shown.at(-1)!.fields).not.toHaveProperty('evaluating');
});

describe('a run that goes on', () => {
  beforeAll(async () => {
    writeFileSync(file('a.yaml'), settings());
    await train('done', { config: file('a.yaml'), fromScratch: true });
  });
  const onDisk = () => readFileSync(contextOf('done').run.config, 'utf8');

  it('does so by the file that it was trained by, where no other is named', async () => {
    const resumed = train('done', { resume: true, maxSteps: '192' });
    expect(await details(resumed)).toMatchObject({ steps: 192 });
    expect(readCheckpoint(checkpointPath(contextOf('done').run.checkpoints, 192)).network.hiddenUnits).toBe(8);
  });

  it('has the inputs of that file, so a pipeline that is told of none finds it up to date', async () => {
    const inputs = (given: Given) => trainStage.inputs(checkOptions(trainStage.options, given), contextOf('done').run);
    const own = await inputs({ config: file('a.yaml'), fromScratch: true });
    expect(await inputs({ resume: true, fromScratch: true })).toEqual(own);
    expect(await inputs({ fromScratch: true })).not.toEqual(own);
  });

  it('has other inputs by a setting of the command line, which a run that has had all its decisions refuses', async () => {
    const inputs = (given: Given) => trainStage.inputs(checkOptions(trainStage.options, given), contextOf('done').run);
    const from = { config: file('a.yaml'), fromScratch: true } as const;
    const changed = await inputs({ ...from, set: 'hyperparameters.beta=0.25\nmax_steps=64' });
    expect(changed.settings).toMatchObject({
      configuration: { behavior: { max_steps: 64, hyperparameters: { beta: 0.25 } } },
    });
    expect(await inputs({ ...from, set: 'max_steps=128' })).toEqual(await inputs(from));
    await expect(train('done', { ...from, resume: true, set: 'hyperparameters.beta=0.25' })).rejects.toThrow(
      /settings have changed/,
    );
  });

  it('is not taken for done where the flag is gone that gave it more decisions than its file', async () => {
    const stop = new AbortController();
    const options = checkOptions(trainStage.options, {
      ...{ config: file('a.yaml'), fromScratch: true, workers: '1', maxSteps: '100000' },
    });
    const said = { update: ({ done }: { done: number }) => done >= 192 && stop.abort(), end() {} };
    const stopped = await trainStage.run(options, {
      ...contextOf('long'),
      progress: said as never,
      signal: stop.signal,
    });
    expect(stopped.ended).toBe('interrupted');
    await expect(train('long', { resume: true })).rejects.toThrow(
      /on its way to 100000 decisions, and the settings alone give it 128.*--max-steps 100000, or say --max-steps 192/,
    );
    expect(await details(train('long', { resume: true, maxSteps: '192' }))).toMatchObject({ steps: 192 });
  });

  it('has had all its decisions, so other settings are refused and not written down as if it had learnt by them', async () => {
    const before = onDisk();
    writeFileSync(file('b.yaml'), settings(0.01));
    await expect(train('done', { resume: true, config: file('b.yaml') })).rejects.toThrow(
      /settings have changed, and nothing would be learnt.*--max-steps.*--force.*--run-id/,
    );
    expect(onDisk()).toBe(before);
    await train('done', { resume: true, config: file('a.yaml') });
    expect(onDisk()).toContain('learning_rate: 0.001');
  });

  it('stays as it is, to the byte, where nothing more is to be learnt and no settings have changed', async () => {
    const { run } = contextOf('whole');
    await train('whole', { config: file('a.yaml'), fromScratch: true, maxSteps: '192' });
    const hashes = () =>
      [run.config, checkpointPath(run.checkpoints, 192), run.metrics].map((path) => sha256OfFile(path));
    const before = hashes();
    // As `npm run pipeline -- --from export` would ask: with the file's own 128.
    const { outputs } = await train('whole', { config: file('a.yaml'), resume: true });
    expect(outputs['checkpoint']).toBe(checkpointPath(run.checkpoints, 192));
    expect(hashes()).toEqual(before);
  });

  it('is not cut short where the flag is gone that gave it more decisions than its file, long before its end', async () => {
    const { run } = contextOf('short');
    const stop = new AbortController();
    const options = checkOptions(trainStage.options, {
      ...{ config: file('a.yaml'), fromScratch: true, workers: '1', maxSteps: '100000' },
    });
    await trainStage.run(options, {
      ...contextOf('short'),
      progress: { update: () => stop.abort(), end() {} },
      signal: stop.signal,
    });
    const before = sha256OfFile(run.config);
    await expect(train('short', { resume: true })).rejects.toThrow(
      /on its way to 100000 decisions, and the settings alone give it 128; got 64.*or say --max-steps 128/,
    );
    expect(sha256OfFile(run.config)).toBe(before);
  });

  it('is not begun anew by accident, and keeps its config.yaml where that is refused', async () => {
    const before = onDisk();
    writeFileSync(file('b.yaml'), settings(0.01));
    await expect(train('done', { config: file('b.yaml'), fromScratch: true })).rejects.toThrow(
      /already has checkpoints/,
    );
    const wide = settings().replace('hidden_units: 8', 'hidden_units: 9');
    writeFileSync(file('b.yaml'), wide);
    await expect(train('done', { config: file('b.yaml'), resume: true, maxSteps: '256' })).rejects.toThrow(
      /made with other settings: network_settings\.hidden_units 8, and now it is network_settings\.hidden_units 9/,
    );
    expect(onDisk()).toBe(before);
  });

  it('did not start from what is named now, and says so', async () => {
    const refused = expect(train('done', { resume: true, initializeFrom: 'other' })).rejects;
    await refused.toThrow(/did not start from there but from scratch.*"other".*--force/);
    await expect(train('done', { resume: true, shipped: folder })).rejects.toThrow(/but from scratch/);
    const next = await train('next', { config: file('a.yaml'), initializeFrom: 'done' });
    expect(next.summary).toContain('from');
    await train('next', { initializeFrom: 'done', resume: true });
    await expect(train('next', { fromScratch: true, resume: true })).rejects.toThrow(
      /did not start from scratch but from .*done/,
    );
  });
});

it('a run that only hands on what it starts from does so again where that is another one by now', async () => {
  const start = (id: string) => join(folder, 'runs', id);
  writeFileSync(file('b.yaml'), settings(0.01));
  await train('older', { config: file('a.yaml'), fromScratch: true });
  const asItIs = { config: file('a.yaml'), initializeFrom: 'older', maxSteps: '0' };
  await train('handed', asItIs);
  const inputs = async () => {
    const options = checkOptions(trainStage.options, { ...asItIs, resume: true });
    return (await trainStage.inputs(options, contextOf('handed').run)).files;
  };
  expect(await inputs()).toEqual({ start: checkpointPath(join(start('older'), 'checkpoints'), 128) });
  const handed = () => readCheckpoint(checkpointPath(contextOf('handed').run.checkpoints, 0));
  const first = handed();
  await train('handed', { ...asItIs, resume: true });
  expect(handed()).toEqual(first);

  rmSync(start('older'), { recursive: true });
  await train('older', { config: file('b.yaml'), fromScratch: true });
  await train('handed', { ...asItIs, resume: true });
  expect(handed().parameters).toEqual(readCheckpoint((await inputs())['start']!).parameters);
  expect(handed().parameters).not.toEqual(first.parameters);
  expect(messages.join()).toContain('the earlier checkpoints are kept in');
});

it('a run that ended before its first checkpoint has nothing to resume from, and its best does not pass for the next one', async () => {
  const { run } = contextOf('early');
  writeFileSync(file('judged.yaml'), settings(0.001, 'evaluation_interval: 64, evaluation_episodes: 5'));
  await train('from', { config: file('a.yaml'), fromScratch: true });
  await train('early', { config: file('judged.yaml'), initializeFrom: 'from' });
  rmSync(checkpointPath(run.checkpoints, 128));
  expect(existsSync(bestCheckpointPath(run.checkpoints))).toBe(true);
  const options = checkOptions(trainStage.options, {});
  expect(trainStage.resume!.possible(options, run, undefined)).toBe(false);

  await train('early', { config: file('a.yaml'), fromScratch: true });
  expect(readdirSync(run.checkpoints)).toEqual(['step-000000128.safetensors']);
  expect(readdirSync(run.path).filter((name) => name.startsWith('checkpoints-before-'))).toHaveLength(1);
  expect(messages.join()).toContain('the earlier checkpoints are kept in');
  expect(trainStage.resume!.possible(options, run, undefined)).toBe(true);
});

it('an exported policy says by which settings it was trained, though the run went on by others that did it no good', async () => {
  const { run } = contextOf('two');
  const judged = 'evaluation_interval: 64, evaluation_episodes: 5';
  writeFileSync(file('first.yaml'), settings(0.001, judged));
  await train('two', { config: file('first.yaml'), fromScratch: true });
  const first = sha256OfFile(run.config);
  const best = bestCheckpointPath(run.checkpoints);
  // Nothing that comes can be better.
  const { progress, ...judgedBest } = readCheckpoint(best);
  writeBestCheckpoint(run.checkpoints, {
    ...judgedBest,
    progress: { ...progress, best: { ...progress.best!, reward: 1e6 } },
  });
  const before = sha256OfFile(best);
  writeFileSync(file('second.yaml'), settings(0.002, judged));
  await train('two', { config: file('second.yaml'), resume: true, maxSteps: '192' });
  expect(sha256OfFile(best)).toBe(before);
  expect(sha256OfFile(run.config)).not.toBe(first);

  const { details } = await exportStage.run(checkOptions(exportStage.options, {}), contextOf('two'));
  expect((details as { metadata: object }).metadata).toMatchObject({
    'gaitsmith.config': first,
    'gaitsmith.score': expect.stringMatching(/^-?[\d.]+ \+- [\d.]+$/),
  });
});

it('a start that a flag names stands above the one in the file', async () => {
  const walker = file('a-walker');
  await train('shipped', { config: file('a.yaml'), fromScratch: true });
  mkdirSync(walker);
  copyFileSync(checkpointPath(contextOf('shipped').run.checkpoints, 128), join(walker, 'checkpoint.safetensors'));
  writeFileSync(file('named.yaml'), settings().replace('max_steps', 'init_path: nowhere\n    max_steps'));
  const result = await train('named', { config: file('named.yaml'), shipped: walker });
  expect(result.summary).toContain('a-walker');
});

it('two starts are one too many', async () => {
  const options = checkOptions(trainStage.options, { initializeFrom: 'one', shipped: 'other' });
  await expect((async () => trainStage.check!(options))()).rejects.toThrow(/--initialize-from and --shipped: only one/);
});

it.each([
  ['a port, where there is no Unity', { numEnvs: '2' }, /--num-envs.*Unity alone.*--env unity/],
  ['walkers, where they are those of a scene', { env: 'unity', agents: '4' }, /--agents.*embedded world alone/],
  ['workers, where Unity sets the pace', { env: 'unity', workers: '2' }, /--workers.*embedded world alone/],
])('refuses %s', async (_what, given, told) => {
  const options = checkOptions(trainStage.options, given as Given);
  await expect((async () => trainStage.check!(options))()).rejects.toThrow(told);
});

it('refuses lessons that together leave no target speed, before anything runs', async () => {
  const lessons = (first: number, then: number) =>
    `curriculum: [{ name: a, value: ${first}, completion_criteria: { behavior: Walker } }, { name: b, value: ${then} }]`;
  const parameters = `environment_parameters: { target_speed_min: 3, target_speed_max: { ${lessons(5, 2)} } }`;
  writeFileSync(file('crossed.yaml'), settings(0.001, '', parameters));
  await expect(train('crossed', { config: file('crossed.yaml'), fromScratch: true })).rejects.toThrow(
    /smallest target speed is above the greatest.*got 3.*which is 2/,
  );
  expect(existsSync(contextOf('crossed').run.path)).toBe(false);
});
