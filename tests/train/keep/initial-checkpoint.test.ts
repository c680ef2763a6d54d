import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openEngine } from '../../../compile/index.ts';
import type { Checkpoint } from '../../../train/keep/checkpoint.ts';
import { writeCheckpoint } from '../../../train/keep/checkpoint-folder.ts';
import { initialCheckpoint } from '../../../train/keep/initial-checkpoint.ts';
import { takenOver, valueFactor } from '../../../train/keep/taken-over.ts';
import { Learner } from '../../../train/learn/learner.ts';
import { RewardNormaliser } from '../../../train/learn/reward-normaliser.ts';
import { Normaliser } from '../../../train/policy/normaliser.ts';
import { initialParameters, type Network } from '../../../train/policy/policy.ts';

const network: Network = { observationSize: 5, actionSize: 2, hiddenUnits: 4, layers: 1 };

/** A learner's state, told from others by its seed and step. */
function learntBy(shape: Network, seed: number): Pick<Checkpoint, 'parameters' | 'optimiser' | 'normaliser'> {
  const normaliser = new Normaliser(5);
  normaliser.update(Float32Array.from({ length: 50 }, (_, at) => Math.sin(at + seed)));
  const [parameters, first, second] = [0, 1, 2].map((part) => initialParameters(shape, 10 * seed + part)) as [
    Checkpoint['parameters'],
    Checkpoint['parameters'],
    Checkpoint['parameters'],
  ];
  return { parameters, optimiser: { first, second, counts: { actor: seed, critic: seed + 1 } }, normaliser };
}

function checkpointOf(shape: Network, step: number): Checkpoint {
  return {
    progress: {
      seed: 1,
      agents: 2,
      step,
      iteration: 3,
      episodes: 4,
      recent: { rewards: [0.25, 0.75], ended: 'all' },
    },
    network: shape,
    behaviorName: 'Pointer',
    ...learntBy(shape, 7),
    sample: new Float32Array(5),
  };
}

describe('init_path', () => {
  let folder: string;
  const warnings: string[] = [];
  const warn = (message: string) => void warnings.push(message);
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'initial-'));
    warnings.length = 0;
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('names a checkpoint, a folder of them, or a run, of which the latest counts', () => {
    const checkpoints = join(folder, 'checkpoints');
    mkdirSync(checkpoints);
    const first = writeCheckpoint(checkpoints, checkpointOf(network, 10));
    const second = writeCheckpoint(checkpoints, checkpointOf(network, 20));
    expect(initialCheckpoint(first, warn).checkpoint.progress.step).toBe(10);
    expect(initialCheckpoint(checkpoints, warn).path).toBe(second);
    expect(initialCheckpoint(folder, warn).path).toBe(second);
  });

  it('that leads nowhere, or to what is no checkpoint, is refused with what was expected', () => {
    expect(() => initialCheckpoint(join(folder, 'no-run'), warn)).toThrow(/init_path.*nothing to start from.*no-run/);
    const torch = join(folder, 'checkpoint.pt');
    writeFileSync(torch, 'PK');
    expect(() => initialCheckpoint(torch, warn)).toThrow(/PyTorch.*checkpoint\.pt.*safetensors/);
  });

  it('that leads to a run without a checkpoint that is whole asks for another one, not for this run to begin afresh', () => {
    const another = /\. To mend it: name another run or checkpoint to start from$/;
    mkdirSync(join(folder, 'checkpoints'));
    expect(() => initialCheckpoint(folder, warn)).toThrow(another);
    writeFileSync(join(folder, 'checkpoints/step-000000007.safetensors'), 'PK');
    expect(() => initialCheckpoint(folder, warn)).toThrow(another);
  });

  it('gives a network of the same shape everything but the steps', () => {
    const taken = takenOver(network, learntBy(network, 2), { path: 'p', checkpoint: checkpointOf(network, 10) }, warn);
    expect(taken).toEqual(learntBy(network, 7));
    expect(warnings).toEqual([]);
  });

  it('gives no normaliser where one of the two networks sees observations as they are, and says so', () => {
    const raw = { ...network, rawObservations: true };
    for (const [mine, theirs] of [
      [raw, network],
      [network, raw],
    ] as const) {
      const fresh = learntBy(mine, 2);
      const taken = takenOver(mine, fresh, { path: 'p', checkpoint: checkpointOf(theirs, 10) }, warn);
      expect(taken.normaliser).toEqual(fresh.normaliser);
      expect(taken.parameters).toEqual(learntBy(theirs, 7).parameters);
    }
    expect(warnings).toEqual([
      'The networks see observations as they are; those of p saw them normalised.',
      'The networks see observations normalised; those of p saw them as they are.',
    ]);
  });

  it('leaves an actor or critic of another shape as it was, and says so', () => {
    // ML-Agents loads module by module, too.
    const fresh = learntBy(network, 2);
    const checkpoint = checkpointOf({ ...network, actionSize: 3 }, 10);
    const taken = takenOver(network, fresh, { path: 'p', checkpoint }, warn);
    expect(taken.parameters['actor.mean.weight']).toEqual(fresh.parameters['actor.mean.weight']);
    expect(taken.parameters['critic.hidden0.weight']).toEqual(checkpoint.parameters['critic.hidden0.weight']);
    expect(taken.optimiser.counts).toEqual({ actor: 2, critic: 8 });
    expect(warnings).toEqual(['The actor of p has another shape; this one starts afresh.']);
  });

  it('leaves the moments of a body that both share with the count of their steps', () => {
    const shared = { ...network, sharedBody: true };
    const fresh = learntBy(shared, 2);
    const checkpoint = checkpointOf({ ...shared, actionSize: 3 }, 10);
    const taken = takenOver(shared, fresh, { path: 'p', checkpoint }, warn);
    expect(taken.parameters['shared.hidden0.weight']).toEqual(checkpoint.parameters['shared.hidden0.weight']);
    expect(taken.optimiser.second['shared.hidden0.weight']).toEqual(fresh.optimiser.second['shared.hidden0.weight']);
    expect(taken.optimiser.second['critic.value.weight']).toEqual(checkpoint.optimiser.second['critic.value.weight']);
  });

  it('tells a critic that foretold normalised rewards what they are worth in a run that takes them as they come', async () => {
    const rewardNormaliser = new RewardNormaliser([0, 0]);
    const rewards = Float32Array.from({ length: 40 }, (_, at) => 3 * Math.sin(at));
    const ends = { terminated: new Uint8Array(40), truncated: new Uint8Array(40) };
    rewardNormaliser.normalise({ agents: 2, decisions: 20, rewards, ...ends }, 0.9);
    const checkpoint = { ...checkpointOf(network, 10), rewardNormaliser };
    expect(valueFactor(checkpoint, true)).toBe(1);
    expect(valueFactor(checkpointOf(network, 10), false)).toBe(1);
    const factor = valueFactor(checkpoint, false);
    expect(factor).toBe(rewardNormaliser.deviation);

    const { optimiser } = takenOver(network, learntBy(network, 2), { path: 'p', checkpoint }, warn, factor);
    const growth = (of: 'first' | 'second', name: string) =>
      optimiser[of][name]![0]! / checkpoint.optimiser[of][name]![0]!;
    expect(growth('first', 'critic.value.weight')).toBeCloseTo(factor, 4);
    expect(growth('first', 'critic.hidden0.weight')).toBeCloseTo(factor ** 2, 4);
    expect(growth('second', 'critic.value.weight')).toBeCloseTo(factor ** 2, 4);
    expect(growth('second', 'critic.hidden0.weight')).toBeCloseTo(factor ** 4, 4);
    expect(growth('second', 'actor.hidden0.weight')).toBe(1);

    const observations = Float32Array.from({ length: 15 }, (_, at) => Math.cos(at));
    const valuesWith = async (given: number) => {
      const learner = await Learner.create(network, 3, 1, await openEngine());
      learner.restore(takenOver(network, learner, { path: 'p', checkpoint }, warn, given));
      const { values } = await learner.evaluate(observations);
      const { parameters } = learner;
      await learner.release();
      return { values, parameters };
    };
    const [before, after] = [await valuesWith(1), await valuesWith(factor)];
    expect(after.parameters['actor.mean.weight']).toEqual(before.parameters['actor.mean.weight']);
    after.values.forEach((value, row) => {
      expect(value).toBeCloseTo(factor * before.values[row]!, 4);
    });
  });

  it('is refused where nothing fits, be it for the shape or for what follows a layer, with the settings that differ', () => {
    for (const [other, got, expected] of [
      [{ hiddenUnits: 8 }, 'hidden_units 4', 'hidden_units 8'],
      [{ hiddenUnits: 8, layers: 2 }, 'hidden_units 4, num_layers 1', 'hidden_units 8, num_layers 2'],
      [{ layerNorm: true }, 'layer_norm false', 'layer_norm true'],
      [{ activation: 'tanh' }, 'activation swish', 'activation tanh'],
      [{ sharedBody: true }, 'shared_critic false', 'shared_critic true'],
    ] as const) {
      const checkpoint = checkpointOf({ ...network, ...other }, 10);
      expect(() => takenOver(network, learntBy(network, 2), { path: 'p', checkpoint }, warn)).toThrow(
        new RegExp(`^p: neither the actor.*; got "${got}"; expected ${expected}\\. .*--from-scratch$`),
      );
    }
  });
});
