/** The policy that is averaged over updates: what it is the mean of, and where it stands in for the latest one. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConfiguration } from '../../../train/configuration/read.ts';
import { encodeCheckpoint, readCheckpoint } from '../../../train/keep/checkpoint.ts';
import { checkpointPath } from '../../../train/keep/checkpoint-files.ts';
import type { EvaluationMetrics } from '../../../train/keep/metrics.ts';
import { type Network, parametersOf } from '../../../train/policy/policy.ts';
import { PolicyAverage, policyOf } from '../../../train/policy/policy-average.ts';
import { trainPointer } from '../fixtures/train-pointer.ts';

describe('an average of policies', () => {
  const network: Network = { observationSize: 1, actionSize: 1, hiddenUnits: 1, layers: 0 };
  const policyWith = (value: number) => ({
    'actor.mean.weight': Float32Array.of(value),
    'actor.mean.bias': Float32Array.of(-value),
    'actor.logDeviation': Float32Array.of(value),
    'critic.value.weight': Float32Array.of(value),
  });

  it('is the mean of all updates while they are few, then the older ones fade', () => {
    const average = new PolicyAverage(network);
    const means = [2, 4, 9, 1].map((value) => {
      average.add(policyWith(value), 3);
      return average.state!.parameters['actor.mean.weight']![0];
    });
    // (5 x 2 + 1) / 3 at last.
    expect(means).toEqual([2, 3, 5, expect.closeTo(11 / 3, 6)]);
  });

  it('is of what the actor decides by, not of its noise, and not of the critic', () => {
    const average = new PolicyAverage(network);
    average.add(policyWith(2), 9);
    average.add(policyWith(4), 9);
    const latest = policyWith(4);
    expect(policyOf({ parameters: latest, average: average.state }).parameters).toEqual({
      ...latest,
      'actor.mean.weight': Float32Array.of(3),
      'actor.mean.bias': Float32Array.of(-3),
    });
    expect(latest).toEqual(policyWith(4));
  });

  it('is none before the first update', () => {
    const parameters = policyWith(1);
    const { state } = new PolicyAverage(network);
    expect(policyOf({ parameters, average: state }).parameters).toBe(parameters);
  });
});

describe('a training that averages', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'average-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** 240 decisions an update, each followed by a checkpoint. */
  async function run(name: string, gaitsmith: string, more = '') {
    const text = `
behaviors:
  Pointer:
    hyperparameters: { batch_size: 60, buffer_size: 240, learning_rate: 0.01 }
    network_settings: { normalize: true, hidden_units: 8, num_layers: 1 }
    max_steps: 720
    checkpoint_interval: 240
    ${more}
    gaitsmith: { ${gaitsmith} }`;
    const configuration = parseConfiguration(text, 'pointer.yaml', 'Pointer');
    const { checkpoint } = await trainPointer({ configuration, folder, name, agents: 12 });
    const at = (step: number) => readCheckpoint(checkpointPath(join(folder, name), step));
    return { checkpoint, at };
  }

  const evaluationsOf = (name: string) =>
    readFileSync(join(folder, `${name}.jsonl`), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .filter((line): line is EvaluationMetrics => 'evaluation' in line);

  it('learns as one that does not, and has the mean beside it', async () => {
    const averaging = await run('averaging', 'average_updates: 5');
    const plain = await run('plain', '');
    const updates = [240, 480, 720].map((step) => averaging.at(step).parameters);
    expect(updates).toEqual([240, 480, 720].map((step) => plain.at(step).parameters));
    const { average, network } = averaging.at(720);
    expect(average!.updates).toBe(3);
    expect(Object.keys(average!.parameters)).toHaveLength(parametersOf(network, 'actor').length - 1);
    for (const [name, values] of Object.entries(average!.parameters)) {
      values.forEach((value, at) => {
        expect(value).toBeCloseTo(updates.reduce((sum, each) => sum + each[name]![at]!, 0) / 3, 6);
      });
    }
  });

  it('begins with the phase that asks for it, and ends with one that takes it back', async () => {
    const later = await run('later', 'phases: [{ from_step: 240, average_updates: 5 }]');
    expect([240, 480, 720].map((step) => later.at(step).average?.updates)).toEqual([undefined, 1, 2]);
    const ended = await run('ended', 'average_updates: 5, phases: [{ from_step: 480, average_updates: null }]');
    expect([240, 480, 720].map((step) => ended.at(step).average?.updates)).toEqual([1, undefined, undefined]);
  });

  it('judges the mean, keeps it as the best, and is what another run starts from', async () => {
    const judged = await run('judged', 'average_updates: 5, evaluation_interval: 720, evaluation_episodes: 20');
    const next = await run(
      'next',
      'evaluation_interval: 720, evaluation_episodes: 20',
      `init_path: ${judged.checkpoint}`,
    );
    const [taken] = evaluationsOf('next');
    expect(taken).toMatchObject({ step: 0, evaluation: evaluationsOf('judged').at(-1)!.evaluation });
    expect(next.at(720).average).toBeUndefined();

    // The latest by itself does otherwise.
    const latest = join(folder, 'latest.safetensors');
    writeFileSync(latest, encodeCheckpoint({ ...judged.at(720), average: undefined }));
    await run('from-latest', 'evaluation_interval: 720, evaluation_episodes: 20', `init_path: ${latest}`);
    expect(evaluationsOf('from-latest')[0]!.evaluation).not.toEqual(taken!.evaluation);
  });
});
