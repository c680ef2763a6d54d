/** The real stages, all of them, as a user runs them: on a budget of a few seconds, into a copy of the example project. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { sha256OfFile } from '../../../base/files/hash.ts';
import { compiled } from '../../compiled/loader.ts';
import { copyExampleProject } from '../../example-project.ts';
import { jsonOf } from '../../json-output.ts';

const root = join(import.meta.dirname, '../../..');
const asset = 'Assets/Gaitsmith/Walker/Walker.onnx';

const settings = `
behaviors:
  Walker:
    hyperparameters: { batch_size: 256, buffer_size: 1024, num_epoch: 1 }
    network_settings: { normalize: true, hidden_units: 32, num_layers: 2 }
    max_steps: 2048
env_settings: { seed: 1 }
`;

describe('the whole way', { timeout: 300_000 }, () => {
  let folder: string;
  let project: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'gaitsmith-'));
    project = join(folder, 'unity');
    copyExampleProject(project);
    writeFileSync(join(folder, 'settings.yaml'), settings);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const run = join('runs', 'walker');
  function start(command: string, flags: readonly string[], loader = compiled) {
    const words = [join(root, 'pipeline/gaitsmith.ts'), command, '--json', '--runs-dir', 'runs', ...flags];
    return execa(process.execPath, ['--import', loader, ...words], { cwd: folder, reject: false });
  }
  async function ended(running: ReturnType<typeof start>) {
    const { exitCode, stdout, stderr } = await running;
    return { exitCode, stderr, result: await jsonOf(stdout) };
  }
  const gaitsmith = (command: string, ...flags: string[]) => ended(start(command, flags));
  const training = ['--config', 'settings.yaml', '--agents', '16'];
  const whole = () => ['--unity-project', project, ...training];
  const pipeline = (...flags: string[]) => gaitsmith('pipeline', ...whole(), '--workers', '1', ...flags);
  const errorLines = (stderr: string) => stderr.split('\n').filter((line) => line.includes('error:'));

  it('goes from nothing to a validated policy in the Unity project, under tsx, as users start it', async () => {
    const { exitCode, stderr, result } = await ended(start('pipeline', whole(), import.meta.resolve('tsx')));
    expect(stderr).toMatch(/train.*done[\s\S]*export.*done[\s\S]*validate.*done[\s\S]*deploy.*done/);
    expect({ exitCode, ok: result.ok }).toEqual({ exitCode: 0, ok: true });
    expect(sha256OfFile(join(project, asset))).toBe(sha256OfFile(join(folder, run, 'policy.onnx')));
    const guid = /guid: ([0-9a-f]{32})/.exec(readFileSync(join(project, `${asset}.meta`), 'utf8'))![1]!;
    expect(readFileSync(join(project, 'Assets/Gaitsmith/Walker/Walker.prefab'), 'utf8')).toContain(guid);
    expect(
      readFileSync(join(folder, run, 'metrics.jsonl'), 'utf8')
        .trim()
        .split('\n'),
    ).toHaveLength(2);
    expect(JSON.parse(readFileSync(join(folder, run, 'validation.json'), 'utf8')).rows.episodes).toBeGreaterThanOrEqual(
      1000,
    );
  });

  it('then has nothing left to do', async () => {
    const before = sha256OfFile(join(folder, run, 'run.json'));
    const { exitCode, stderr } = await pipeline();
    expect(exitCode).toBe(0);
    expect(stderr.match(/up to date|unchanged|skipped/g)?.length).toBeGreaterThanOrEqual(4);
    expect(sha256OfFile(join(folder, run, 'run.json'))).toBe(before);
  });

  it('goes on training where it was, when asked for more steps', async () => {
    const { exitCode } = await pipeline('--max-steps', '3072');
    expect(exitCode).toBe(0);
    const steps = readdirSync(join(folder, run, 'checkpoints'));
    expect(steps).toEqual(['step-000002048.safetensors', 'step-000003072.safetensors']);
    expect(sha256OfFile(join(project, asset))).toBe(sha256OfFile(join(folder, run, 'policy.onnx')));
  });

  it('saves where Ctrl-C stops it, says how to go on, and goes on from there', async () => {
    const stopped = join(folder, 'runs/stopped');
    const flags = [...whole(), '--workers', '1', '--run-id', 'stopped'];
    const running = start('pipeline', [...flags, '--max-steps', '1000000']);
    onTestFinished(() => void running.kill('SIGKILL')); // its stage then stops by itself
    const metrics = join(stopped, 'metrics.jsonl');
    await vi.waitUntil(() => existsSync(metrics) && readFileSync(metrics, 'utf8') !== '', {
      timeout: 200_000,
      interval: 50,
    });
    running.kill('SIGINT');
    const { exitCode, stderr } = await running;
    expect(exitCode).toBe(130);
    expect(stderr).toMatch(/to go on: .*npm run pipeline -- .*--run-id stopped/);
    const steps = 1024 * readFileSync(metrics, 'utf8').trim().split('\n').length;
    const checkpoint = `step-${String(steps).padStart(9, '0')}.safetensors`;
    expect(readdirSync(join(stopped, 'checkpoints'))).toEqual([checkpoint]);

    const resumed = await gaitsmith('pipeline', ...flags, '--max-steps', String(steps + 1));
    expect(resumed.exitCode).toBe(0);
    expect(resumed.stderr).toContain(`Resuming from ${join('runs/stopped/checkpoints', checkpoint)}`);
  });

  it('does not deploy a file that was changed after it was validated', async () => {
    const policy = join(folder, run, 'policy.onnx');
    const whole = readFileSync(policy);
    const deployed = sha256OfFile(join(project, asset));
    truncateSync(policy, whole.length - 1);
    const { exitCode, stderr } = await gaitsmith('deploy', '--unity-project', project);
    expect(exitCode).toBe(1);
    expect(errorLines(stderr)).toEqual([expect.stringMatching(/not the one that was validated.*npm run validate/)]);
    expect(sha256OfFile(join(project, asset))).toBe(deployed);
    writeFileSync(policy, whole);
  });

  it('says in one line that a policy is no ONNX file', async () => {
    const policy = join(folder, run, 'policy.onnx');
    const whole = readFileSync(policy);
    writeFileSync(policy, 'version https://git-lfs.github.com/spec/v1\n');
    const { exitCode, stderr, result } = await gaitsmith('validate');
    expect({ exitCode, ok: result.ok }).toEqual({ exitCode: 1, ok: false });
    expect(errorLines(stderr)).toEqual([expect.stringContaining('policy.onnx')]);
    writeFileSync(policy, whole);
  });

  it('says in one line that a folder is no Unity project, and writes nothing there', async () => {
    const nowhere = join(folder, 'nowhere');
    const { exitCode, stderr } = await gaitsmith('deploy', '--unity-project', nowhere);
    expect(exitCode).toBe(1);
    expect(errorLines(stderr)).toHaveLength(1);
    expect(existsSync(nowhere)).toBe(false);
  });

  it('says in one line which run may be meant where there is none of that name', async () => {
    const { exitCode, stderr } = await gaitsmith('export', '--run-id', `${basename(run)}x`);
    expect(exitCode).toBe(1);
    const told = new RegExp(`there is no such run to work on; expected ${basename(run)}\\. To mend it: name another`);
    expect(errorLines(stderr)).toEqual([expect.stringMatching(told)]);
    expect(existsSync(join(folder, `${run}x`))).toBe(false);
  });
});
