import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { quoted } from '../../../base/command-text.ts';
import { commandTable } from '../../../pipeline/command-table.ts';
import { readManifest } from '../../../pipeline/manifest.ts';
import { jsonOf } from '../../json-output.ts';
import { fakeEntries } from '../../pipeline/fixtures/stages.ts';
import { launch, type Place, place, runToEnd, start } from '../../pipeline/fixtures/start.ts';
import { because } from '../../skipping.ts';

/** Long enough to be interrupted for sure. */
const endless = ['--steps', '100000', '--pause', '20'];

function savedStep(at: Place): number {
  return Number(readFileSync(join(at.run.checkpoints, 'step.txt'), 'utf8'));
}

// Signals are a thing of POSIX systems; on Windows the console does what the first test's process group does here.
describe.skipIf(because(process.platform === 'win32', 'Windows has no SIGINT to send')).concurrent('Ctrl-C', () => {
  test('on a terminal, where it reaches pipeline and stage alike: saved, recorded, and the next run goes on', async () => {
    const at = place();
    const { child, says, ended } = start(['pipeline', ...at.flags, ...endless], { detached: true });
    await says('training');
    process.kill(-child.pid!, 'SIGINT'); // the whole process group, as a terminal does
    const { code, stdout, stderr } = await ended;
    expect(code).toBe(130);
    expect(stderr).toContain('interrupted: finishing what is under way and saving');
    expect(stderr).toMatch(/to go on: npm run pipeline -- --run-id one .*--steps 100000/);
    expect(stdout).toMatch(/train +[\d.]+ s +interrupted/);
    expect(stdout).toMatch(/export +- +not run/);
    expect(readManifest(at.run).stages['train']!.status).toBe('interrupted');
    expect(existsSync(at.run.lock)).toBe(false);

    const saved = savedStep(at);
    const next = await runToEnd(['pipeline', ...at.flags, '--steps', String(saved + 1), '--only', 'train']);
    expect(next).toMatchObject({ code: 0 });
    expect(at.trace().at(-1)).toBe(`train from ${saved} resume`);
  });

  test('that only the pipeline is sent is passed on to its stage', async () => {
    const at = place();
    const { child, ended } = start(['pipeline', ...at.flags, ...endless, '--json']);
    await waitFor(() => at.trace().length > 0);
    child.kill('SIGINT');
    const { code, stdout } = await ended;
    expect(code).toBe(130);
    expect(await jsonOf(stdout, commandTable(fakeEntries))).toMatchObject({
      ok: false,
      interrupted: true,
      stages: [{ stage: 'train', result: 'interrupted' }, { result: 'not run' }, { result: 'not run' }],
    });
    expect(readManifest(at.run).stages['train']!.status).toBe('interrupted');
  });

  test('a second time ends at once a stage that will not listen', async () => {
    const at = place();
    const { child, says, ended } = start(['pipeline', ...at.flags, ...endless, '--deaf'], { detached: true });
    await says('training');
    process.kill(-child.pid!, 'SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(child.exitCode).toBeNull();
    process.kill(-child.pid!, 'SIGINT');
    expect((await ended).code).toBe(130);
    expect(readManifest(at.run).stages['train']).toMatchObject({ status: 'interrupted', reason: 'ended at once' });
    expect(existsSync(at.run.lock)).toBe(false);
  });

  test('at a stage by itself says how to go on with that stage', async () => {
    const at = place();
    const { child, says, ended } = start(['train', ...at.flags, ...endless]);
    await says('training');
    child.kill('SIGINT');
    child.kill('SIGINT'); // npm passes on what the terminal has sent already: not a second Ctrl-C
    const { code, stderr } = await ended;
    expect(code).toBe(130);
    expect(stderr).toMatch(/train was interrupted: \d+ steps/);
    expect(stderr).toMatch(/to go on: npm run train -- --run-id one .*--resume$/m);
  });

  test('SIGTERM counts as one', async () => {
    const at = place();
    const { child, says, ended } = start(['pipeline', ...at.flags, ...endless]);
    await says('training');
    child.kill('SIGTERM');
    expect((await ended).code).toBe(143);
    expect(readManifest(at.run).stages['train']!.status).toBe('interrupted');
  });

  test('of an npm that ended, or whose shell did, counts as one', async () => {
    const at = place();
    // As npm does: a shell, which hands on no signal, with the command under it.
    const typed = [launch.file, ...launch.args, 'train', ...at.flags, ...endless].map((word) => quoted(word)).join(' ');
    const shell = spawn('sh', ['-c', `${typed}; true`], {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, npm_lifecycle_event: 'train' },
    });
    await waitFor(() => at.trace().length > 0);
    shell.kill('SIGTERM');
    await waitFor(() => readManifest(at.run).stages['train']!.status === 'interrupted');
    await waitFor(() => !existsSync(at.run.lock));
  });

  test('is none where no npm stands above, whoever the parent is: nohup, a service', async () => {
    const at = place();
    const typed = [launch.file, ...launch.args, 'train', ...at.flags, ...endless].map((word) => quoted(word)).join(' ');
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('npm_')));
    spawn('sh', ['-c', `${typed} & echo $! > ${quoted(join(at.runsDir, 'pid'))}`], { stdio: 'ignore', env });
    await waitFor(() => at.trace().length > 0);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(readManifest(at.run).stages['train']!.status).toBe('running');
    process.kill(Number(readFileSync(join(at.runsDir, 'pid'), 'utf8')), 'SIGTERM');
    await waitFor(() => readManifest(at.run).stages['train']!.status === 'interrupted');
  });

  test('a pipeline that is killed takes nothing with it: its stage saves, and until then the folder stays locked', async () => {
    const at = place();
    const allowed = `${at.run.path}-may-save`;
    const { child, says, ended } = start(['pipeline', ...at.flags, ...endless, '--save-after', allowed]);
    await says('training');
    child.kill('SIGKILL');
    await waitFor(() => child.signalCode !== null);
    const other = await runToEnd(['export', '--run-id', 'one', '--runs-dir', at.runsDir]);
    expect(other.code).toBe(1);
    writeFileSync(allowed, '');
    await ended; // when the stage, which has the same stdout, has ended too
    expect(readManifest(at.run).stages['train']!.status).toBe('interrupted');
    expect(existsSync(at.run.lock)).toBe(false);
  });
});

async function waitFor(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}
