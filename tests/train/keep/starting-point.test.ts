import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Checkpoint } from '../../../train/keep/checkpoint.ts';
import { writeCheckpoint } from '../../../train/keep/checkpoint-folder.ts';
import { startingPoint } from '../../../train/keep/starting-point.ts';
import { Normaliser } from '../../../train/policy/normaliser.ts';
import { initialParameters, type Network } from '../../../train/policy/policy.ts';

const folder = mkdtempSync(join(tmpdir(), 'starting-'));
afterAll(() => rmSync(folder, { recursive: true }));

const network: Network = { observationSize: 5, actionSize: 2, hiddenUnits: 4, layers: 1 };
const checkpoint: Checkpoint = {
  progress: {
    seed: 1,
    agents: 2,
    step: 100,
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
  normaliser: new Normaliser(5),
  snapshots: [],
  sample: new Float32Array(5),
};
writeCheckpoint(folder, checkpoint);

const run = {
  checkpointFolder: folder,
  resume: true,
  seed: 1,
  agents: 2,
  behavior: { name: 'Walker', observationSize: 5, actionSize: 2 },
};
const hooks = { info() {}, warn() {} };

describe('a run that is resumed', () => {
  it('goes on where its settings are the same', () => {
    expect(startingPoint(run, network, hooks)?.checkpoint.progress.step).toBe(100);
    expect(startingPoint(run, { ...network, activation: 'swish', layerNorm: false }, hooks)).toBeDefined();
  });

  it.each<[string, object, Partial<Network>, string]>([
    ['units', {}, { hiddenUnits: 8 }, 'network_settings.hidden_units 4, and now it is network_settings.hidden_units 8'],
    [
      'units and layers',
      {},
      { hiddenUnits: 8, layers: 2 },
      'hidden_units 4, network_settings.num_layers 1, and now it is network_settings.hidden_units 8, network_settings.num_layers 2',
    ],
    ['activation', {}, { activation: 'tanh' }, 'gaitsmith.activation swish, and now it is gaitsmith.activation tanh'],
    ['normaliser', {}, { rawObservations: true }, 'network_settings.normalize true, and now it is'],
    ['seed', { seed: 9 }, {}, 'seed (--seed) 1, and now it is seed (--seed) 9'],
    ['agents', { agents: 16 }, {}, 'agents (--agents) 2, and now it is agents (--agents) 16'],
    [
      'behaviour',
      { behavior: { ...run.behavior, name: 'Crawler' } },
      {},
      'behaviour Walker, and now it is behaviour Crawler',
    ],
    [
      'sensors',
      {
        behavior: {
          ...run.behavior,
          sensors: [
            { name: 'a', size: 3 },
            { name: 'b', size: 2 },
          ],
        },
      },
      {},
      'sizes of its sensors all in one, and now it is sizes of its sensors 3 + 2',
    ],
  ])('by other settings is told which, by their own names: %s', (_what, changes, changed, told) => {
    const resume = () => startingPoint({ ...run, ...changes }, { ...network, ...changed }, hooks);
    expect(resume).toThrow(expect.objectContaining({ name: 'UserError' }));
    expect(resume).toThrow(told);
    expect(resume).toThrow(/^[^{}"[\]]*$/);
  });
});
