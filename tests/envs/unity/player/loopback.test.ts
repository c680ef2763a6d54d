/** Both halves of the wire together, as a user runs them: a training that launches the player that `npm run build` makes. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildExecutable } from '../../../../envs/unity/player/player-executable.ts';
import { behavior } from '../../../../envs/walker/behavior.ts';
import { environmentUrl } from '../../../../envs/walker/environment-url.ts';
import { parseConfiguration } from '../../../../train/configuration/read.ts';
import { latestCheckpoint } from '../../../../train/keep/checkpoint-folder.ts';
import { train } from '../../../../train/train.ts';
import { compiled } from '../../../compiled/loader.ts';
import { because } from '../../../skipping.ts';

const root = join(import.meta.dirname, '../../../..');

const settings = `
behaviors:
  Walker:
    hyperparameters: { batch_size: 64, buffer_size: 128, num_epoch: 2 }
    network_settings: { normalize: true, hidden_units: 16, num_layers: 2 }
    max_steps: 256
environment_parameters: { gravity: 9.81, target_speed_max: 3.3 }
`;

describe.skipIf(because(process.platform === 'win32', 'Windows has no executable scripts'))('loopback', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'loopback-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('the same seed gives the same weights over the wire as without it', async () => {
    const agents = 8;
    const { env } = buildExecutable(folder, join(root, 'pipeline/gaitsmith.ts'));
    const playerWords = ['--num-agents', `${agents}`, '--workers', '1'].map((word) => `'${word}'`);
    const config = join(folder, 'settings.yaml');
    writeFileSync(config, `${settings}env_settings: { seed: 3, env_args: [${playerWords}] }\n`);
    const script = join(root, 'pipeline/gaitsmith.ts');
    const flags = ['--config', config, '--env', env, '--port', '0', '--runs-dir', folder, '--run-id', 'wire'];
    const words = ['--import', compiled, script, 'train', ...flags, '--json'];
    const overTheWire = await execa(process.execPath, words, { cwd: root, reject: false });
    expect({ exitCode: overTheWire.exitCode, stderr: overTheWire.stderr }).toMatchObject({ exitCode: 0 });
    expect(readFileSync(join(folder, 'wire/logs/Player-0.log'), 'utf8')).toMatch(/the trainer ended the session/);

    const checkpointFolder = join(folder, 'embedded');
    await train(
      {
        configuration: parseConfiguration(settings, 'settings.yaml', 'Walker'),
        environment: { kind: 'embedded', module: environmentUrl },
        behavior,
        seed: 3,
        agents,
        workers: 1,
        checkpointFolder,
        metricsPath: join(folder, 'embedded.jsonl'),
        resume: false,
      },
      { info() {}, warn() {}, iteration() {}, signal: new AbortController().signal },
    );

    const weights = (path: string) => latestCheckpoint(path, () => {}).checkpoint;
    const [wire, embedded] = [weights(join(folder, 'wire/checkpoints')), weights(checkpointFolder)];
    expect(wire.progress.step).toBe(256);
    expect(embedded.progress.step).toBe(256);
    expect(wire.parameters).toEqual(embedded.parameters);
    expect(wire.optimiser).toEqual(embedded.optimiser);
    expect(wire.normaliser).toEqual(embedded.normaliser);
    expect(wire.progress.episodes).toBe(embedded.progress.episodes);
  }, 240_000);
});
