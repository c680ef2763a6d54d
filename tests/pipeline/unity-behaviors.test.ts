/** The behaviours of a live Unity, each trained by itself; here in worlds that need no Unity. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runFolder } from '../../pipeline/run-folder.ts';
import { UnityBehaviors } from '../../pipeline/stages/unity-behaviors.ts';
import { readUnityConfiguration } from '../../train/configuration/read.ts';
import { behavior, createEnvironment } from '../train/fixtures/pointing-environment.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'behaviors-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

interface How {
  readonly start?: string;
  readonly resume?: boolean;
  readonly learningRate?: number;
}

/** Trains these behaviours for one update. @returns what was said. */
async function learn(runId: string, names: readonly string[], how: How = {}): Promise<string[]> {
  const { start, resume = false, learningRate = 0.0003 } = how;
  const config = join(folder, 'settings.yaml');
  writeFileSync(
    config,
    `default_settings:
  hyperparameters: { batch_size: 32, buffer_size: 64, num_epoch: 1, learning_rate: ${learningRate} }
  network_settings: { hidden_units: 4, num_layers: 1 }
  summary_freq: 64
  max_steps: 64
`,
  );
  const said: string[] = [];
  const say = (message: string) => said.push(message);
  const behaviors = new UnityBehaviors(
    {
      player: undefined,
      configuration: readUnityConfiguration(config),
      file: config,
      engine: { backend: 'onnx', device: 'cpu' },
      resume,
      setAside() {},
      start: start === undefined ? undefined : join(folder, start),
    },
    {
      run: runFolder(runId, folder),
      logger: { info: say, warn: say, error: say },
      progress: { update() {}, end() {} },
      signal: new AbortController().signal,
      force: false,
      last: undefined,
    },
  );
  await behaviors.check();
  for (const name of names) {
    const environment = await createEnvironment({ seed: 1, firstAgent: 0, agents: 4, parameters: {} });
    behaviors.meet({ ...behavior, name }, [environment]);
  }
  await behaviors.settled();
  expect(behaviors.failure).toBeUndefined();
  return said.filter((line) => /^Initializing|from nothing/.test(line));
}

it('each behaviour starts from its own part of the run that is named, and one that is not in it from nothing', async () => {
  await learn('first', ['Runner', 'Odd/Name']);
  const checkpoint = (...path: string[]) => join(folder, 'first', ...path, 'checkpoints/step-000000064.safetensors');
  expect(await learn('second', ['Odd/Name', 'Keeper', 'Runner'], { start: 'first' })).toEqual(
    expect.arrayContaining([
      `Keeper starts from nothing learnt: ${join(folder, 'first')} knows no such behaviour.`,
      `Initializing from ${checkpoint('Odd-Name')}.`,
      `Initializing from ${checkpoint()}.`,
    ]),
  );
  // The only one may have another name than what it starts from.
  expect(await learn('third', ['Renamed'], { start: 'first' })).toEqual([`Initializing from ${checkpoint()}.`]);
  await expect(learn('fourth', ['Runner'], { start: 'nowhere' })).rejects.toThrow(/there is nothing to start from/);
});

it('each behaviour has its own events for TensorBoard, in its own run folder', async () => {
  await learn('run', ['Runner', 'Keeper']);
  for (const path of ['run', 'run/Keeper']) {
    const events = readdirSync(join(folder, path)).filter((name) => name.startsWith('events.out.tfevents'));
    expect(events).toHaveLength(1);
    expect(readFileSync(join(folder, path, events[0]!), 'latin1')).toContain('Environment/Cumulative Reward');
  }
});

it('other settings for a behaviour that has had all its decisions are refused, before Unity is waited for', async () => {
  await learn('run', ['Runner']);
  const config = join(folder, 'run/config.yaml');
  const before = readFileSync(config, 'utf8');
  await expect(learn('run', [], { resume: true, learningRate: 0.1 })).rejects.toThrow(
    /nothing would be learnt by them/,
  );
  expect(readFileSync(config, 'utf8')).toBe(before);
  await learn('run', ['Runner'], { resume: true });
  expect(readFileSync(config, 'utf8')).toBe(before);
});
