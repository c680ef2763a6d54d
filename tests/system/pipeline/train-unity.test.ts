/** `npm run train` with a live Unity, as a user runs it; Unity is played by a small script over the real protocol. */

import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { checkOptions, type Given } from '../../../cli/parse-options.ts';
import { runFolder } from '../../../pipeline/run-folder.ts';
import trainStage from '../../../pipeline/stages/train.ts';
import { trainInUnity } from '../../../pipeline/stages/train-unity.ts';
import { readUnityConfiguration } from '../../../train/configuration/read.ts';
import { compiled } from '../../compiled/loader.ts';
import { playPointing } from '../../envs/unity/pointing-unity.ts';
import { jsonOf } from '../../json-output.ts';
import { because } from '../../skipping.ts';

const root = join(import.meta.dirname, '../../..');
const noPlayers = because(process.platform === 'win32', 'the player of this test is a shell script');

const settings = (maxSteps: number, more = '') => `
default_settings:
  hyperparameters: { batch_size: 64, buffer_size: 512, num_epoch: 1 }
  network_settings: { normalize: true, hidden_units: 8, num_layers: 1 }
  max_steps: ${maxSteps}
  summary_freq: 1000
env_settings: { seed: 5 ${more} }
`;

describe('training in a live Unity', () => {
  let folder: string;
  const running: { kill(signal: 'SIGKILL'): unknown }[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gaitsmith-unity-'));
  });
  afterEach(() => {
    for (const process of running.splice(0)) process.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  function start(config: string, ...flags: string[]) {
    const file = `settings-${running.length}.yaml`;
    writeFileSync(join(folder, file), config);
    const words = [join(root, 'pipeline/gaitsmith.ts'), 'train', '--json', '--config', file, ...flags];
    const child = execa(process.execPath, ['--import', compiled, ...words], { cwd: folder, reject: false });
    running.push(child);
    const said = { stderr: '' };
    child.stderr.on('data', (text) => {
      said.stderr += text;
    });
    const heard = async (pattern: RegExp) => {
      await vi.waitUntil(() => pattern.test(said.stderr), { timeout: 50_000, interval: 20 });
      return pattern.exec(said.stderr)!;
    };
    const ended = child.then(async ({ exitCode, stdout }) => ({
      exitCode,
      stderr: said.stderr,
      result: stdout.trim() === '' ? null : await jsonOf(stdout),
    }));
    return { child, heard, ended };
  }
  /** A built player of the pointing world. @returns what stands behind --env for it. */
  function pointingPlayer(): string {
    const player = join(folder, 'Game.x86_64');
    const script = join(root, 'tests/envs/unity/pointing-player.ts');
    writeFileSync(player, `#!/bin/sh\nexec "${process.execPath}" --import "${compiled}" "${script}" "$@"\n`);
    chmodSync(player, 0o755);
    return join(folder, 'Game');
  }
  const port = async ({ heard }: ReturnType<typeof start>) => Number((await heard(/Listening on port (\d+)/))[1]);
  const checkpoints = (...path: string[]) => readdirSync(join(folder, 'runs/walker', ...path, 'checkpoints'));

  it('leaves no run behind where its port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const taken = String((server.address() as AddressInfo).port);
    const { exitCode, stderr } = await start(settings(1500), '--env', 'unity', '--port', taken).ended;
    server.close();
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/this port is in use by another program/);
    expect(existsSync(join(folder, 'runs'))).toBe(false);
  });

  it('goes on over Stop and Play, and tells Unity when it is done', async () => {
    const lesson = '{ name: near, value: 0.1, completion_criteria: { behavior: Pointer, measure: progress } }';
    const lessons = `environment_parameters: { reach: { curriculum: [${lesson}, { name: far, value: 0.8 }] } }\n`;
    const training = start(settings(1500) + lessons, '--env', 'unity', '--port', '0');
    const at = await port(training);
    expect(await playPointing(at, { agents: 20, stopAfter: 30 })).toBe(30);
    await training.heard(/Unity left play mode.*\nListening on port/);
    await playPointing(at, { agents: 20 });
    const { exitCode, result, stderr } = await training.ended;
    expect({ exitCode, ok: result.ok }).toEqual({ exitCode: 0, ok: true });
    expect(checkpoints()).toEqual(['step-000001560.safetensors']);
    expect(stderr).toContain('Connected new brain: Pointer?team=0');
    expect(stderr).toContain("Parameter 'reach' is in lesson 'far' and has value 'Float: value=0.8'.");
    expect(readFileSync(join(folder, 'runs/walker/config.yaml'), 'utf8')).toMatch(/engine_settings:\n +time_scale: 20/);
  });

  it('is saved by Ctrl-C while Unity is in the middle of it, and goes on from there', async () => {
    const training = start(settings(100_000), '--env', 'unity', '--port', '0');
    const playing = playPointing(await port(training), {
      agents: 20,
      exchanged(count) {
        if (count === 30) training.child.kill('SIGINT');
      },
    });
    await playing;
    const { exitCode, stderr } = await training.ended;
    expect(exitCode).toBe(130);
    expect(stderr).toMatch(/to go on: .*npm run train -- .*--env unity.*--resume/);
    expect(checkpoints()).toEqual(['step-000000520.safetensors']);

    const elsewhere = await start(settings(600), '--env', 'unity', '--resume', '--initialize-from', 'other').ended;
    expect(elsewhere.stderr).toMatch(/did not start from there but from scratch/);

    // The file alone could be that of a run whose --max-steps was forgotten.
    const shorter = await start(settings(600), '--env', 'unity', '--resume').ended;
    expect(shorter.stderr).toMatch(/on its way to 100000 decisions.*--max-steps 600 where it is to end there/);
    const words = ['--env', 'unity', '--port', '0', '--resume', '--max-steps', '600'];
    const resumed = start(settings(600), ...words);
    await playPointing(await port(resumed), { agents: 20 });
    expect((await resumed.ended).exitCode).toBe(0);
    expect(checkpoints()).toEqual(['step-000000520.safetensors', 'step-000001040.safetensors']);
  });

  it('trains each behaviour by itself, in a run folder of its own', async () => {
    const training = start(settings(1000), '--env', 'unity', '--port', '0');
    const others = [{ key: 'Odd/Name?team=0', actionSize: 2 }];
    await playPointing(await port(training), { agents: 4, others });
    const { exitCode, result, stderr } = await training.ended;
    expect(exitCode).toBe(0);
    expect(result.stage.details.behaviors.map(({ behavior }: { behavior: string }) => behavior)).toEqual([
      'Pointer',
      'Odd/Name',
    ]);
    expect(checkpoints()).toEqual(checkpoints('Odd-Name'));
    expect(stderr).toContain(`npm run export -- --run-id Odd-Name --runs-dir ${join('runs', 'walker')}`);
    const exported = await execa(
      process.execPath,
      [
        '--import',
        compiled,
        join(root, 'pipeline/gaitsmith.ts'),
        'export',
        '--run-id',
        'Odd-Name',
        '--runs-dir',
        'runs/walker',
      ],
      { cwd: folder },
    );
    expect(exported.exitCode).toBe(0);
  });

  it('refuses at once what can not go well', async () => {
    const { exitCode, stderr } = await start(settings(1000), '--env', 'nowhere/Game').ended;
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/--env: there is no such player; got "nowhere\/Game"/),
    });
    expect(existsSync(join(folder, 'runs'))).toBe(false);

    const config = join(folder, 'game.yaml');
    const refused = (text: string, given: Given) => {
      writeFileSync(config, text);
      const options = checkOptions(trainStage.options, { config, ...given });
      return expect(
        Promise.resolve(trainStage.check!(options)).then(() => trainStage.inputs(options, runFolder('one'))),
      );
    };
    await refused(settings(1000, ', env_path: nowhere/Game'), {}).rejects.toThrow(/there is no such player/);
    await refused(settings(1000), { env: 'unity', agents: '3' }).rejects.toThrow(
      /--agents: .*the embedded world alone/,
    );
    await refused(`${settings(1000)}\nengine_settings: { time_scale: 3 }`, { env: 'walker' }).rejects.toThrow(
      /game\.yaml:\d+ \(engine_settings\.time_scale\): .*not for the embedded world.*--env unity/,
    );
  });

  it('gives the port back where its players can not be started', async () => {
    const port = await portTaken(0);
    const [player, config] = [join(folder, 'Game.x86_64'), join(folder, 'settings.yaml')];
    writeFileSync(player, '#!/bin/sh\n');
    chmodSync(player, 0o755);
    writeFileSync(config, settings(1000));
    const run = runFolder('walker', folder);
    mkdirSync(run.path);
    writeFileSync(run.logs, 'where the logs of players would have to go');
    const quiet = { info() {}, warn() {}, error() {} };
    const training = trainInUnity(
      {
        player,
        configuration: readUnityConfiguration(config),
        file: config,
        port,
        engine: { backend: 'onnx', device: 'cpu' },
        resume: false,
        setAside() {},
      },
      {
        run,
        logger: quiet,
        progress: { update() {}, end() {} },
        signal: new AbortController().signal,
        force: false,
        last: undefined,
      },
    );
    await expect(training).rejects.toThrow(/EEXIST.*logs/);
    expect(await portTaken(port)).toBe(port);
  });

  it.skipIf(noPlayers)('ends at once where no restart of a player would change that it is refused', async () => {
    const config = settings(1000, ', max_lifetime_restarts: -1, restarts_rate_limit_n: -1').replace(
      'default_settings:',
      'behaviors:\n Other:',
    );
    const { exitCode, stderr, result } = await start(config, '--env', pointingPlayer(), '--port', '0').ended;
    expect(exitCode).toBe(1);
    expect(stderr).not.toContain('Restarting');
    expect(result.error.message).toMatch(
      /^settings-0\.yaml:2 \(behaviors\): the behaviour "Pointer" has no settings; got \["Other"\]; expected a block "Pointer:"/,
    );
    expect(existsSync(join(folder, 'runs/walker/logs/Player-0.log'))).toBe(true);
  });

  it.skipIf(noPlayers)(
    'starts players, each with its port and its log, and leaves none behind where it is killed',
    async () => {
      const config = settings(100_000, ', num_envs: 2, env_args: [--first, --second 2]');
      const training = start(config, '--env', pointingPlayer(), '--port', '0');
      const logs = join(folder, 'runs/walker/logs');
      const metrics = join(folder, 'runs/walker/metrics.jsonl');
      await vi.waitUntil(() => existsSync(metrics) && readFileSync(metrics, 'utf8') !== '', { timeout: 50_000 });
      const pids = ['Player-0.log', 'Player-1.log'].map((name) => {
        const words = `-nographics -batchmode --mlagents-port \\d+ -logFile ${join(logs, name)} --first --second 2`;
        expect(readFileSync(join(logs, name), 'utf8')).toMatch(new RegExp(words));
        return Number(/pid (\d+)/.exec(readFileSync(join(logs, name), 'utf8'))![1]);
      });
      expect(pids.map(runs)).toEqual([true, true]);
      training.child.kill('SIGKILL');
      await vi.waitUntil(() => !pids.some(runs), { timeout: 50_000 });
    },
  );
});

/** Listens there for a moment. @returns the port; for 0 one that is free. */
async function portTaken(port: number): Promise<number> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  const taken = (server.address() as AddressInfo).port;
  server.close();
  await once(server, 'close');
  return taken;
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
