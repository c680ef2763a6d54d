import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256OfFile } from '../../base/files/hash.ts';
import type { Statistic } from '../../envs/env.ts';
import { behavior as walkerBehavior } from '../../envs/walker/behavior.ts';
import { parseConfiguration } from '../../train/configuration/read.ts';
import { recentReward } from '../../train/judge/recent-episodes.ts';
import { type Checkpoint, readCheckpoint } from '../../train/keep/checkpoint.ts';
import { recordsInFiles } from '../../train/keep/folder-keeper.ts';
import type { IterationMetrics } from '../../train/keep/metrics-table.ts';
import type { Records } from '../../train/keep/records.ts';
import type { TrainOptions } from '../../train/train-options.ts';
import { trainPointer } from './fixtures/train-pointer.ts';
import { eventFilesIn, type ReadHistogram, readEvents, shownEvents } from './keep/tensorboard/read-events.ts';

function configuration(maxSteps: number, ...more: string[]) {
  const text = `
behaviors:
  Pointer:
    hyperparameters: { batch_size: 64, buffer_size: 512, learning_rate: 0.003, num_epoch: 4, beta: 0.0001 }
    network_settings: { normalize: true, hidden_units: 16, num_layers: 2 }
    reward_signals: { extrinsic: { gamma: 0.5 } }
    max_steps: ${maxSteps}
    checkpoint_interval: 1024
    summary_freq: 1000
${more.join('\n')}`;
  return parseConfiguration(text, 'pointer.yaml', 'Pointer');
}

describe('training', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'training-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function run(
    changes: Partial<TrainOptions> & { maxSteps?: number; more?: string; name?: string; stopAfter?: number },
  ) {
    const { maxSteps = 1024, more = '', name = 'run', stopAfter, ...options } = changes;
    return trainPointer({ configuration: configuration(maxSteps, more), folder, name, stopAfter, ...options });
  }

  it('learns a task that can be learnt', async () => {
    const { progress, iterations } = await run({ maxSteps: 20_000 });
    const perDecision = ({ reward, episodeLength }: IterationMetrics) => reward! / episodeLength!;
    expect(perDecision(iterations[0]!)).toBeLessThan(0.5);
    expect(perDecision(iterations.at(-1)!)).toBeGreaterThan(0.8);
    expect(recentReward(progress.recent!)!.mean).toBeGreaterThan(iterations[0]!.reward!);
  });

  it('gives the same bytes and metrics for any number of workers', async () => {
    const hashes = [];
    const told = [];
    for (const workers of [1, 2, 3, 5, 8]) {
      const { checkpoint, iterations } = await run({ workers, name: `w${workers}` });
      hashes.push(sha256OfFile(checkpoint));
      told.push(iterations.map((metrics) => ({ ...metrics, seconds: 0, decisionsPerSecond: 0 })));
    }
    expect(new Set(hashes).size).toBe(1);
    for (const metrics of told) expect(metrics).toEqual(told[0]);
  });

  it('gives other numbers for another seed', async () => {
    const one = readCheckpoint((await run({ maxSteps: 1, name: 'one' })).checkpoint);
    const other = readCheckpoint((await run({ maxSteps: 1, name: 'other', seed: 6 })).checkpoint);
    expect(other.sample).not.toEqual(one.sample);
    // What is seen first depends on the world alone; what is learnt from it, on weights, noise and minibatches.
    expect(other.parameters['actor.hidden0.weight']).not.toEqual(one.parameters['actor.hidden0.weight']);
  });

  it('learns from a buffer by the schedules as they are after it was collected, as ML-Agents does', async () => {
    const { iterations } = await run({ maxSteps: 1040 });
    expect(iterations.map(({ step, learningRate }) => [step, learningRate])).toEqual([
      [520, expect.closeTo(0.003 / 2, 8)],
      [1040, 1e-10],
    ]);
  });

  it('that was stopped and resumed ends with the very bytes, metrics and events of one that was not', async () => {
    const settings = configuration(2500);
    settings.behavior.summary_freq = 1500; // so that it is stopped in the middle of what a summary sums up
    const whole = await run({ configuration: settings, name: 'whole' });
    const first = await run({ configuration: settings, workers: 2, name: 'parts', stopAfter: 2 });
    expect(first.interrupted).toBe(true);
    expect(first.progress.step).toBe(1040);
    const second = await run({ configuration: settings, name: 'parts', resume: true });
    expect(second.interrupted).toBe(false);
    expect(sha256OfFile(second.checkpoint)).toBe(sha256OfFile(whole.checkpoint));
    const measured = (name: string) =>
      readFileSync(join(folder, `${name}.jsonl`), 'utf8')
        .trim()
        .split('\n')
        .map((line) => ({ ...JSON.parse(line), seconds: 0, decisionsPerSecond: 0 }));
    expect(measured('parts')).toEqual(measured('whole'));
    const events = (name: string) => {
      const shown = shownEvents(eventFilesIn(join(folder, `${name}-events`)));
      return shown
        .filter(({ values }) => !('Hyperparameters/text_summary' in values))
        .map(({ step, values }) => ({ step, values: { ...values, 'Gaitsmith/Decisions per Second': 0 } }));
    };
    expect(events('parts')).toEqual(events('whole'));
    expect(events('parts').map(({ step }) => step)).toEqual([1500]);
    expect(eventFilesIn(join(folder, 'parts-events'))).toHaveLength(2);
  });

  it('with a floor under what observations are divided by ends with the same bytes, stopped or not; its checkpoint knows', async () => {
    const floor = '    gaitsmith: { min_observation_deviation: 0.9 }';
    const whole = await run({ maxSteps: 2048, name: 'whole', more: floor });
    await run({ maxSteps: 2048, name: 'parts', more: floor, stopAfter: 2 });
    const parts = await run({ maxSteps: 2048, name: 'parts', more: floor, resume: true });
    expect(sha256OfFile(parts.checkpoint)).toBe(sha256OfFile(whole.checkpoint));
    const { normaliser, parameters } = readCheckpoint(whole.checkpoint);
    expect(normaliser.leastDeviation).toBe(0.9);
    expect(Math.min(...normaliser.moments().deviation)).toBeCloseTo(0.9, 6);

    const none = await run({ maxSteps: 2048, name: 'none' });
    expect(readCheckpoint(none.checkpoint).parameters).not.toEqual(parameters);
    const said = await run({
      maxSteps: 2048,
      name: 'said',
      more: '    gaitsmith: { min_observation_deviation: null }',
    });
    expect(sha256OfFile(said.checkpoint)).toBe(sha256OfFile(none.checkpoint));
    // What a new run divides by is its own matter.
    const on = await run({ maxSteps: 512, name: 'on', more: `    init_path: ${whole.checkpoint}` });
    expect(readCheckpoint(on.checkpoint).normaliser.leastDeviation).toBe(0);
  });

  it('goes back to the checkpoint before a damaged latest one, says so, and ends with the same bytes', async () => {
    const settings = configuration(2500);
    const { checkpoint: latest } = await run({ configuration: settings });
    const bytes = readFileSync(latest);
    const flipped = Buffer.from(bytes);
    flipped[bytes.length >> 1]! ^= 1;
    for (const damaged of [bytes.subarray(0, -100), flipped, Buffer.alloc(0)]) {
      writeFileSync(latest, damaged);
      const { told, iterations, checkpoint } = await run({ configuration: settings, resume: true });
      expect(told[0]).toMatch(/step-000002600\.safetensors: .*; going back to the checkpoint before it$/);
      expect(told[1]).toMatch(/^Resuming from .*step-000002080\.safetensors, step 2080\.$/);
      expect(iterations).toHaveLength(1);
      expect(checkpoint).toBe(latest);
      expect(readFileSync(latest).equals(bytes)).toBe(true);
    }
  });

  it("tells TensorBoard by ML-Agents' tags what the metrics say", async () => {
    const { iterations } = await run({ maxSteps: 1100 });
    const [version, text, summary, ...more] = readEvents(eventFilesIn(join(folder, 'run-events'))[0]!);
    expect(version!.fileVersion).toBe('brain.Event:2');
    expect(text!.values['Hyperparameters/text_summary']).toContain(
      '\ttrainer_type:\tppo\n\thyperparameters:\t\n\t  batch_size:\t64\n',
    );
    expect(more).toEqual([]);
    expect(summary!.step).toBe(1000); // the multiple of summary_freq that the second iteration passed
    expect(Math.abs(summary!.wallTime - Date.now() / 1000)).toBeLessThan(3600);
    const two = iterations.slice(0, 2);
    const episodes = two[0]!.episodes + two[1]!.episodes;
    const mean = (of: (metrics: IterationMetrics) => number) => (of(two[0]!) + of(two[1]!)) / 2;
    const overEpisodes = (of: (metrics: IterationMetrics) => number) =>
      (of(two[0]!) * two[0]!.episodes + of(two[1]!) * two[1]!.episodes) / episodes;
    const expected = {
      'Environment/Cumulative Reward': overEpisodes(({ reward }) => reward!),
      // ML-Agents leaves the last step of an episode out of its length.
      'Environment/Episode Length': overEpisodes(({ episodeLength }) => episodeLength!) - 1,
      'Losses/Policy Loss': mean(({ absolutePolicyLoss }) => absolutePolicyLoss),
      'Losses/Value Loss': mean(({ valueLoss }) => valueLoss),
      'Policy/Beta': mean(({ beta }) => beta),
      'Policy/Entropy': mean(({ entropy }) => entropy),
      'Policy/Epsilon': mean(({ epsilon }) => epsilon),
      'Policy/Extrinsic Reward': overEpisodes(({ reward }) => reward!),
      'Policy/Extrinsic Value Estimate': mean(({ valueEstimate }) => valueEstimate),
      'Policy/Learning Rate': mean(({ learningRate }) => learningRate),
    };
    for (const [tag, value] of Object.entries(expected)) expect(summary!.values[tag], tag).toBeCloseTo(value, 4);
    const histogram = summary!.values['Environment/Cumulative Reward_hist'] as ReadHistogram;
    expect(histogram.num).toBe(episodes);
    expect(histogram.sum / episodes).toBeCloseTo(expected['Environment/Cumulative Reward'], 4);
    const own = Object.keys(summary!.values).filter((tag) => !(tag in expected) && !tag.endsWith('_hist'));
    expect(own.sort()).toEqual([
      'Gaitsmith/Action Std',
      'Gaitsmith/Blow-ups',
      'Gaitsmith/Clip Fraction',
      'Gaitsmith/Decisions per Second',
      'Gaitsmith/Explained Variance',
      'Gaitsmith/Gradient Norm, actor',
      'Gaitsmith/Gradient Norm, critic',
      'Gaitsmith/KL',
      'Gaitsmith/KL, analytic',
      'Gaitsmith/KL, last epoch',
    ]);
    expect(summary!.values['Gaitsmith/Clip Fraction']).toBeCloseTo(
      mean(({ clipFraction }) => clipFraction!),
      4,
    );
    const clock = (of: (metrics: IterationMetrics) => number) => of(two[0]!) + of(two[1]!);
    expect(summary!.values['Gaitsmith/Decisions per Second']).toBeCloseTo(
      1040 / clock(({ seconds }) => seconds.all),
      -1,
    );
    expect(two[0]!.absolutePolicyLoss).toBeGreaterThanOrEqual(Math.abs(two[0]!.policyLoss));
  });

  it('tells values and their loss in the unit of the rewards, whatever those were divided by', async () => {
    const more = '    gaitsmith: { normalize_rewards: true }';
    const { iterations, checkpoint } = await run({ maxSteps: 520, more });
    const [{ rewardScale, valueEstimate, valueLoss, explainedVariance }] = iterations as [IterationMetrics];
    expect(rewardScale).toBe(readCheckpoint(checkpoint).rewardNormaliser!.deviation);
    // Of the same seed, the same first roll-out and the same critic, which foretells numbers of rewards as it meets them.
    const [plain] = (await run({ maxSteps: 520, name: 'plain' })).iterations;
    expect(valueEstimate / rewardScale!).toBeCloseTo(plain!.valueEstimate, 6);
    expect(valueLoss / rewardScale! ** 2).not.toBeCloseTo(plain!.valueLoss, 2);
    expect(explainedVariance).toBeLessThan(1);
    expect(plain!.rewardScale).toBeUndefined();
  });

  it('tells TensorBoard which lesson each parameter is in', async () => {
    const measure = 'completion_criteria: { behavior: Pointer, measure: progress, threshold: 0.5 }';
    const lessons = `curriculum: [{ name: near, value: 0.5, ${measure} }, { name: far, value: 1 }]`;
    await run({ maxSteps: 2080, more: `environment_parameters: { reach: { ${lessons} }, variety: 5 }` });
    const events = readEvents(eventFilesIn(join(folder, 'run-events'))[0]!);
    const told = events.filter(({ values }) => 'Environment/Lesson Number/reach' in values);
    expect(told.map(({ step, values }) => [step, values['Environment/Lesson Number/reach']])).toEqual([
      [1000, 0],
      [2000, 1],
    ]);
    expect(told[0]!.values['Environment/Lesson Number/variety']).toBe(0);
  });

  it('keeps observations for proving the policy from buffers before, where one has few', async () => {
    const { checkpoint } = await run({ maxSteps: 1560 });
    expect(readCheckpoint(checkpoint).sample).toHaveLength(1560 * 3);
  });

  it('tells TensorBoard what the world measured over a summary period, by its own names and in its own way, --resume or not', async () => {
    const [iteration] = (await run({ maxSteps: 260 })).iterations;
    const options = {
      configuration: configuration(1024),
      metricsPath: join(folder, 'm.jsonl'),
      eventsFolder: join(folder, 'm'),
    };
    const add = (records: Records, step: number, statistics: IterationMetrics['statistics']) =>
      records.add({ ...iteration!, step, ...(statistics ? { statistics } : {}) }, []);
    const of = (aggregation: Statistic['aggregation'], ...values: number[]): Statistic => ({
      aggregation,
      sum: values.reduce((sum, value) => sum + value, 0),
      count: values.length,
      latest: values.at(-1)!,
    });
    const records = recordsInFiles(options, undefined);
    add(records, 400, {
      Height: of('mean', 1, 1, 1),
      Jumps: of('sum', 2, 3),
      Level: of('latest', 8, 9),
      Rare: of('mean', 5),
    });
    const summary = JSON.parse(JSON.stringify(records.summary));
    const resumed = recordsInFiles(options, { progress: { step: 400 }, summary } as Checkpoint);
    add(resumed, 800, { Height: of('mean', 5), Jumps: of('sum', 4), Level: of('latest', 7) });
    add(resumed, 1200, { Height: of('mean', 3) });
    add(resumed, 2100, {});

    const told = eventFilesIn(join(folder, 'm')).flatMap((path) => readEvents(path));
    const measured = told.filter(({ values }) => 'Policy/Beta' in values || 'Height' in values);
    expect(measured.map(({ step }) => step)).toEqual([1000, 2000]);
    expect(measured[0]!.values).toMatchObject({ Height: Math.fround(11 / 5), Jumps: 9, Level: 7, Rare: 5 });
    expect(measured[1]!.values).not.toHaveProperty('Height');
    const lines = readFileSync(join(folder, 'm.jsonl'), 'utf8').trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).statistics)).toEqual([
      { Height: 1, Jumps: 5, Level: 9, Rare: 5 },
      { Height: 5, Jumps: 4, Level: 7 },
      { Height: 3 },
      {},
    ]);
  });

  it('counts and tells what blew up, and learns from sound numbers alone', async () => {
    const walker = parseConfiguration(
      `
behaviors:
  Walker:
    hyperparameters: { batch_size: 32, buffer_size: 64, num_epoch: 1 }
    network_settings: { normalize: true, hidden_units: 8, num_layers: 1 }
    max_steps: 128
    summary_freq: 128`,
      'walker.yaml',
      'Walker',
    );
    const { checkpoint, iterations, told } = await run({
      configuration: walker,
      environment: {
        kind: 'embedded',
        module: pathToFileURL(join(import.meta.dirname, 'fixtures/bursting-walker.ts')).href,
      },
      behavior: walkerBehavior,
      agents: 4,
    });
    // 16 decisions of each agent an iteration, in one group of agents: the first bursts at its 8th and 16th.
    expect(iterations.map(({ blowUps }) => blowUps)).toEqual([2, 2]);
    const lines = readFileSync(join(folder, 'run.jsonl'), 'utf8').trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).blowUps)).toEqual([2, 2]);
    expect(told.filter((line) => line.includes('cut off because physics blew up: 4.'))).toHaveLength(1);
    const { sample, parameters } = readCheckpoint(checkpoint);
    for (const numbers of [sample, ...Object.values(parameters)]) expect(numbers.every(Number.isFinite)).toBe(true);
  });

  it('keeps a checkpoint each interval, and no more than it should', async () => {
    const settings = configuration(6000);
    settings.behavior.keep_checkpoints = 3;
    await run({ configuration: settings });
    expect(readdirSync(join(folder, 'run'))).toEqual([
      'step-000004160.safetensors',
      'step-000005200.safetensors',
      'step-000006240.safetensors',
    ]);
  });

  it("says a line in ML-Agents' words each summary period", async () => {
    const { told } = await run({ maxSteps: 3000 });
    expect(told).toHaveLength(3);
    expect(told[0]).toMatch(
      /^Pointer\. Step: 1000\. Time Elapsed: [\d.]+ s\. Mean Reward: -?[\d.]+\. Std of Reward: [\d.]+\. Training\.$/,
    );
  });

  it('does not touch the checkpoints of an earlier run unless told how', async () => {
    const { checkpoint } = await run({});
    const before = sha256OfFile(checkpoint);
    await expect(run({})).rejects.toThrow(/already has checkpoints.*--resume.*--force/);
    expect(sha256OfFile(checkpoint)).toBe(before);
  });

  it('of no steps is refused where there is nothing to start from', async () => {
    await expect(run({ maxSteps: 0 })).rejects.toThrow(/max_steps: nothing to train for and nothing to start from/);
  });

  it('does not resume where there is nothing, or something else', async () => {
    await expect(run({ resume: true })).rejects.toThrow(/no checkpoint.*npm run train/);
    await run({});
    await expect(run({ resume: true, seed: 6 })).rejects.toThrow(
      /other settings: seed \(--seed\) 5, and now it is seed \(--seed\) 6/,
    );
    await expect(run({ resume: true, agents: 8 })).rejects.toThrow(
      /agents \(--agents\) 20, and now it is agents \(--agents\) 8/,
    );
    const wider = configuration(1024);
    wider.behavior.network_settings.hidden_units = 32;
    await expect(run({ resume: true, configuration: wider })).rejects.toThrow(
      /hidden_units 16, and now it is network_settings\.hidden_units 32/,
    );
  });

  it('passes on what a world says is wrong, and leaves no checkpoint', async () => {
    const broken = configuration(1024, 'environment_parameters: { broken: 1 }');
    await expect(run({ configuration: broken })).rejects.toThrow(
      expect.objectContaining({ name: 'UserError', message: expect.stringContaining('the world is broken') }),
    );
    expect(existsSync(join(folder, 'run'))).toBe(false);
  });
});
