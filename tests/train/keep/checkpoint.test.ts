import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeTensorFile } from '../../../base/files/safetensors.ts';
import { type Checkpoint, readCheckpoint } from '../../../train/keep/checkpoint.ts';
import { pruneCheckpoints } from '../../../train/keep/checkpoint-files.ts';
import { latestCheckpoint, writeCheckpoint } from '../../../train/keep/checkpoint-folder.ts';
import { RewardNormaliser } from '../../../train/learn/reward-normaliser.ts';
import { Normaliser } from '../../../train/policy/normaliser.ts';
import { initialParameters, type Network } from '../../../train/policy/policy.ts';

type Values = Record<string, Float32Array>;

const network = { observationSize: 5, actionSize: 2, hiddenUnits: 4, layers: 1 };

function checkpointAt(step: number): Checkpoint {
  const normaliser = new Normaliser(5);
  normaliser.update(Float32Array.from({ length: 50 }, (_, at) => Math.sin(at)));
  return {
    progress: {
      seed: 1,
      agents: 2,
      step,
      iteration: 3,
      episodes: 4,
      recent: { rewards: [0.25, 0.75], ended: 'all' },
    },
    network,
    behaviorName: 'Walker',
    parameters: initialParameters(network, 1),
    optimiser: {
      first: initialParameters(network, 2),
      second: initialParameters(network, 3),
      counts: { actor: 17, critic: 19 },
    },
    normaliser,
    snapshots: [
      { episode: 4, state: Uint8Array.of(1, 2, 255, 0) },
      { episode: 0, state: new Uint8Array() },
    ],
    curriculum: { parameters: { friction: { lesson: 2, smoothed: 1 / 3 } }, rewards: [1, -0.1, 2 / 3] },
    sample: Float32Array.from({ length: 15 }, (_, at) => at),
    summary: {
      rewards: [0.1, -1e300],
      lengths: [3, 4],
      blowUps: 1,
      numbers: { 'Losses/Value Loss': { sum: 1 / 3, weight: 2 } },
      statistics: { Height: { aggregation: 'mean', sum: 0.1, count: 3, latest: 1 / 3 } },
    },
  };
}

describe('a checkpoint', () => {
  let folder: string;
  const warnings: string[] = [];
  const warn = (message: string) => void warnings.push(message);
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'checkpoint-'));
    warnings.length = 0;
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('comes back bit for bit', () => {
    const checkpoint = checkpointAt(100);
    expect(readCheckpoint(writeCheckpoint(folder, checkpoint))).toEqual(checkpoint);
  });

  it('comes back bit for bit with what it knows of rewards, in a network of another kind', () => {
    const rewardNormaliser = new RewardNormaliser([0, 0]);
    const ends = { terminated: new Uint8Array(4), truncated: new Uint8Array(4) };
    rewardNormaliser.normalise({ agents: 2, decisions: 2, rewards: Float32Array.of(0.1, -0.3, 2, 5), ...ends }, 0.9);
    const other: Network = { ...network, sharedBody: true, layerNorm: true, activation: 'none' };
    const [parameters, first, second] = [1, 2, 3].map((seed) => initialParameters(other, seed)) as [
      Values,
      Values,
      Values,
    ];
    const checkpoint = {
      ...checkpointAt(100),
      network: other,
      parameters,
      optimiser: { first, second, counts: { actor: 1, critic: 1 } },
      rewardNormaliser,
      average: { updates: 3, parameters: { 'actor.mean.weight': parameters['actor.mean.weight']! } },
      sensors: [
        { name: 'one', size: 2 },
        { name: 'other', size: 3 },
      ],
    };
    expect(readCheckpoint(writeCheckpoint(folder, checkpoint))).toEqual(checkpoint);
  });

  it('is the latest where it has the most steps', () => {
    for (const step of [900, 1000, 20]) writeCheckpoint(folder, checkpointAt(step));
    expect(latestCheckpoint(folder, warn).checkpoint.progress.step).toBe(1000);
  });

  it('leaves no other file behind', () => {
    writeCheckpoint(folder, checkpointAt(7));
    expect(readdirSync(folder)).toEqual(['step-000000007.safetensors']);
  });

  it('is passed over for the one before it, with a warning, where it is truncated', () => {
    writeCheckpoint(folder, checkpointAt(1));
    const latest = writeCheckpoint(folder, checkpointAt(2));
    truncateSync(latest, readFileSync(latest).length - 10);
    expect(latestCheckpoint(folder, warn).checkpoint.progress.step).toBe(1);
    expect(warnings.join()).toContain(latest);
  });

  it.each([0, 3, 9, 100, 600])('is recognised as damaged where byte %i from its end was changed', (fromEnd) => {
    const path = writeCheckpoint(folder, checkpointAt(1));
    const bytes = readFileSync(path);
    const at = bytes.length - 1 - fromEnd;
    bytes[at] = bytes[at]! ^ 1;
    writeFileSync(path, bytes);
    expect(() => readCheckpoint(path)).toThrow(/damaged.*expected a whole file that Gaitsmith has written/);
  });

  it('of another kind is refused with what was expected, and what to do', () => {
    const path = join(folder, 'dump.safetensors');
    writeTensorFile(path, { metadata: { format: 'gaitsmith-dump-1' }, tensors: {} });
    expect(() => readCheckpoint(path)).toThrow(
      /no checkpoint of this version; got "gaitsmith-dump-1"; expected gaitsmith-checkpoint-1\. To mend it: name a checkpoint/,
    );
    for (const [text, problem] of [
      ['PK', 'or a truncated one'],
      [`\x02${'\0'.repeat(7)}no JSON`, 'its header is no JSON'],
    ] as const) {
      writeFileSync(path, text);
      expect(() => readCheckpoint(path)).toThrow(`${problem}; expected a whole file that Gaitsmith has written`);
    }
  });

  it.each([0, 4, 8, 40])('is refused in one line where only %i bytes of it are there', (length) => {
    const path = writeCheckpoint(folder, checkpointAt(1));
    truncateSync(path, length);
    expect(() => readCheckpoint(path)).toThrow(expect.objectContaining({ name: 'UserError' }));
    expect(() => latestCheckpoint(folder, warn)).toThrow(/none of the 1 checkpoints is whole.*--force/);
  });

  it('that is missing says how to make one', () => {
    expect(() => latestCheckpoint(join(folder, 'none'), warn)).toThrow(
      /no checkpoint.*train this run first.*or name another one with --run-id/,
    );
  });

  it('is deleted when it is older than those to keep', () => {
    for (const step of [1, 2, 3, 4]) writeCheckpoint(folder, checkpointAt(step));
    pruneCheckpoints(folder, 2, 4);
    expect(readdirSync(folder)).toEqual(['step-000000003.safetensors', 'step-000000004.safetensors']);
  });

  it('that the run has not come to again, being damaged, is not kept instead of a sound one', () => {
    for (const step of [1, 2, 3]) writeCheckpoint(folder, checkpointAt(step));
    truncateSync(join(folder, 'step-000000003.safetensors'), 40);
    pruneCheckpoints(folder, 1, 2);
    expect(latestCheckpoint(folder, warn).path).toBe(join(folder, 'step-000000002.safetensors'));
  });

  it('is looked for in a folder, and told where that is something else', () => {
    const file = join(folder, 'checkpoints');
    writeFileSync(file, 'x');
    expect(() => latestCheckpoint(file, warn)).toThrow(/a folder of checkpoints was expected here; got "a file"/);
  });
});
