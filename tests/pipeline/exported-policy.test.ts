/** Which checkpoint becomes the policy, what its file tells of where it comes from, and what it is judged by. */
import { mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256OfFile } from '../../base/files/hash.ts';
import { RandomStream } from '../../base/random/stream.ts';
import { checkOptions, type Given } from '../../cli/parse-options.ts';
import { decodeModel } from '../../onnx/decode.ts';
import { printModel } from '../../onnx/print.ts';
import { type RunFolder, runFolder } from '../../pipeline/run-folder.ts';
import { runStage } from '../../pipeline/run-stage.ts';
import type { Stage } from '../../pipeline/stage.ts';
import exportStage from '../../pipeline/stages/export.ts';
import validateStage from '../../pipeline/stages/validate.ts';
import type { Checkpoint } from '../../train/keep/checkpoint.ts';
import { writeBestCheckpoint, writeCheckpoint } from '../../train/keep/checkpoint-folder.ts';
import { Normaliser } from '../../train/policy/normaliser.ts';
import { initialParameters } from '../../train/policy/policy.ts';
import { fakeTerminal } from '../cli/fake-terminal.ts';

const network = { observationSize: 243, actionSize: 39, hiddenUnits: 8, layers: 1 };
const best = { step: 5000, reward: 12.5, rewardInterval: 1.25 };

/** A checkpoint whose weights depend on its step. */
function checkpointAt(step: number): Checkpoint {
  const parameters = initialParameters(network, step);
  const random = new RandomStream(step);
  return {
    progress: {
      seed: 7,
      agents: 2,
      step,
      iteration: 3,
      episodes: 4,
      recent: { rewards: [0.25, 0.75], ended: 'all' },
      best,
    },
    network,
    behaviorName: 'Walker',
    parameters,
    optimiser: { first: parameters, second: parameters, counts: { actor: 3, critic: 3 } },
    normaliser: new Normaliser(243),
    sample: Float32Array.from({ length: 1000 * 243 }, () => random.normal()),
  };
}

let folder: string;
let run: RunFolder;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gaitsmith-'));
  run = runFolder('walk', folder);
  writeCheckpoint(run.checkpoints, checkpointAt(9000));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function stage(which: Stage<never>, given: Given = {}) {
  const { terminal, stdout, stderr } = fakeTerminal();
  const { record, error } = await runStage(which as unknown as Stage, {
    run,
    options: checkOptions(which.options, given),
    force: false,
    terminal,
    signal: new AbortController().signal,
    command: `npm run ${which.name}`,
  });
  return { record, error, told: stdout() + stderr() };
}
const exported = (given?: Given) => stage(exportStage as unknown as Stage<never>, given);
const validated = () => stage(validateStage as unknown as Stage<never>);
const metadata = () => decodeModel(readFileSync(run.policy)).metadata;

describe('the exported policy', () => {
  it('is the latest where the run was never evaluated', async () => {
    await exported();
    expect(metadata()['gaitsmith.steps']).toBe('9000');
    await expect(exported({ checkpoint: 'best' })).rejects.toThrow(/never evaluated.*evaluation_interval/);
  });

  it('is the best where it was, unless the latest is asked for', async () => {
    const path = writeBestCheckpoint(run.checkpoints, checkpointAt(5000));
    await exported();
    expect(metadata()).toMatchObject({ 'gaitsmith.steps': '5000', 'gaitsmith.checkpoint': sha256OfFile(path) });
    await exported({ checkpoint: 'latest' });
    expect(metadata()['gaitsmith.steps']).toBe('9000');
  });

  it('is the latest, with a warning, where the best is damaged and nobody insists on it', async () => {
    truncateSync(writeBestCheckpoint(run.checkpoints, checkpointAt(5000)), 100);
    const { told } = await exported();
    expect(told).toMatch(/warning: .*best\.safetensors: .*taking the latest instead/);
    expect(metadata()['gaitsmith.steps']).toBe('9000');
    await expect(exported({ checkpoint: 'best' })).rejects.toThrow(/best\.safetensors.*damaged|truncated/);
  });

  it('tells run, configuration, commit of the training, seed, steps and score, and printing it shows them', async () => {
    const origin = { configuration: 'c'.repeat(64), file: 'mine.yaml', commit: 'c0ffee-dirty' };
    writeBestCheckpoint(run.checkpoints, { ...checkpointAt(5000), origin });
    await exported();
    expect(metadata()).toMatchObject({
      'gaitsmith.run': 'walk',
      'gaitsmith.behavior': 'Walker',
      'gaitsmith.commit': 'c0ffee-dirty',
      'gaitsmith.config': 'c'.repeat(64),
      'gaitsmith.seed': '7',
      'gaitsmith.steps': '5000',
      'gaitsmith.reward': '0.500',
      'gaitsmith.score': '12.500 +- 1.250',
    });
    expect(printModel(decodeModel(readFileSync(run.policy)))).toContain('  gaitsmith.score: 12.500 +- 1.250\n');
    await exported({ checkpoint: 'latest' });
    expect(metadata()).not.toHaveProperty('gaitsmith.score'); // the latest was never judged
  });
});

describe('observations that never moved', () => {
  const seen = Float32Array.from({ length: 1000 * 243 }, (_, at) => (at % 243 < 5 ? 0.5 : Math.sin(at)));
  const stillAt = (leastDeviation: number) => {
    const checkpoint = checkpointAt(12_000);
    checkpoint.normaliser.update(seen);
    checkpoint.normaliser.leastDeviation = leastDeviation;
    writeCheckpoint(run.checkpoints, { ...checkpoint, sample: seen });
  };

  it('are told with their names and a setting that leaves them out', async () => {
    stillAt(0);
    const { told } = await exported();
    expect(told).toMatch(
      /warning: 5 of 243 observations never moved in training \(speed error, mean velocity x, .*min_observation_deviation/,
    );
    expect((await validated()).record.status).toBe('done');
  });

  it('lead nowhere in the file where the normaliser has a floor, which validation proves', async () => {
    stillAt(0.001);
    const { told } = await exported();
    expect(told).toMatch(/5 of 243 observations never moved .* the file does not listen to them/);
    expect(told).not.toContain('warning');
    const { data } = decodeModel(readFileSync(run.policy)).graph.initializers.get('actor.hidden0.weight')!;
    expect([...data.slice(0, 5 * network.hiddenUnits)]).toEqual(new Array(5 * network.hiddenUnits).fill(0));
    expect(data[5 * network.hiddenUnits]).not.toBe(0);
    expect((await validated()).record.status).toBe('done');
  });
});

describe('validation', () => {
  it('judges a policy by what it was exported from, and shows where it comes from', async () => {
    writeBestCheckpoint(run.checkpoints, checkpointAt(5000));
    await exported();
    const { record, told } = await validated();
    expect(record).toMatchObject({ status: 'done', details: { passed: true } });
    expect(told).toContain('gaitsmith.steps: 5000');
  });

  it('asks for another export where nothing was exported, or something else has taken the place of the checkpoint', async () => {
    await expect(validated()).rejects.toThrow(/no policy was exported here yet.*npm run export -- --run-id walk /);
    await exported();
    writeCheckpoint(run.checkpoints, { ...checkpointAt(9000), behaviorName: 'Runner' });
    await expect(validated()).rejects.toThrow(/step-000009000.*has changed.*npm run export -- /);
  });
});
