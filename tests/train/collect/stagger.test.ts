/** Staggered first episodes: cut off at moments of their own, those after them where all are. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256OfFile } from '../../../base/files/hash.ts';
import { behavior as walker } from '../../../envs/walker/behavior.ts';
import { environmentUrl } from '../../../envs/walker/environment-url.ts';
import { decodeState } from '../../../envs/walker/episode-state.ts';
import { checkParameters } from '../../../envs/walker/parameters.ts';
import { staggered } from '../../../train/collect/stagger.ts';
import { parseConfiguration } from '../../../train/configuration/read.ts';
import { readCheckpoint } from '../../../train/keep/checkpoint.ts';
import { behavior as pointer } from '../fixtures/pointing-environment.ts';
import { trainPointer } from '../fixtures/train-pointer.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'stagger-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Eight walkers, 4 decisions of each an iteration: too few to fall in. Their episodes last 20. */
function run(name: string, more: { stopAfter?: number; resume?: boolean; gaitsmith?: string } = {}) {
  const { gaitsmith = 'stagger_episodes: true', ...options } = more;
  const configuration = parseConfiguration(
    `
behaviors:
  Walker:
    hyperparameters: { batch_size: 16, buffer_size: 32, num_epoch: 1 }
    network_settings: { normalize: true, hidden_units: 8, num_layers: 1 }
    max_steps: 64
    gaitsmith: { ${gaitsmith} }
environment_parameters: { max_steps: 100 }`,
    'walker.yaml',
    'Walker',
  );
  const environment = { kind: 'embedded', module: environmentUrl } as const;
  return trainPointer({ configuration, folder, name, environment, behavior: walker, agents: 8, ...options });
}

/** After how many physics steps the running episode of each agent is cut off. */
const limitsIn = (checkpoint: string) =>
  readCheckpoint(checkpoint).snapshots!.map(({ state }) => decodeState(state).told.parameters['max_steps']!);

describe('staggered first episodes', () => {
  it('end at moments of their own, no later than they would, and those after the first buffer where all do', async () => {
    const { checkpoint, iterations } = await run('first', { stopAfter: 1 });
    const limits = limitsIn(checkpoint);
    expect(new Set(limits).size).toBeGreaterThan(5);
    for (const limit of limits) expect(limit >= 5 && limit <= 100).toBe(true);
    const without = await run('without', { stopAfter: 1, gaitsmith: '' });
    expect(new Set(limitsIn(without.checkpoint))).toEqual(new Set([100]));
    expect(iterations[0]!.step).toBe(32);
    const { checkpoint: later } = await run('whole');
    const ended = readCheckpoint(later).snapshots!.filter(({ episode }) => episode > 1);
    for (const { state } of ended) expect(decodeState(state).told.parameters['max_steps']).toBe(100);
  });

  it('are the same in a run that was stopped after the first buffer, or before it', async () => {
    const { checkpoint } = await run('at-once');
    for (const stopAfter of [1]) {
      await run(`parts-${stopAfter}`, { stopAfter });
      const parts = await run(`parts-${stopAfter}`, { resume: true });
      expect(sha256OfFile(parts.checkpoint)).toBe(sha256OfFile(checkpoint));
    }
  });

  it('draw from what the configuration has for their length, else from the default', () => {
    const of = (parameters: Parameters<typeof staggered>[1]) => staggered(walker, parameters)['max_steps'];
    const drawn = (max_value: number) => ({
      sampler_type: 'uniform',
      sampler_parameters: { seed: -1, min_value: 5, max_value },
    });
    expect(of({ max_steps: 300 })).toEqual(drawn(300));
    expect(of({ friction: 1 })).toEqual(drawn(5000));
    expect(() => checkParameters(staggered(walker, { friction: 1 }))).not.toThrow();
  });

  it('are refused in a world whose episodes nothing cuts off', () => {
    expect(() => staggered(pointer, {})).toThrow(/gaitsmith\.stagger_episodes: .*"Pointer".*expected false/);
  });
});
