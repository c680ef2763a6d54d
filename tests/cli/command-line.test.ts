import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lockFolder } from '../../base/files/lock-folder.ts';
import { parseArguments } from '../../cli/parse-options.ts';
import { commandTable } from '../../pipeline/command-table.ts';
import { stageCommand } from '../../pipeline/stage-command.ts';
import { stages } from '../../pipeline/stages.ts';
import { compiledScript } from '../compiled/loader.ts';
import { jsonOf } from '../json-output.ts';
import { fakeEntries } from '../pipeline/fixtures/stages.ts';
import { place, runToEnd, underTsx } from '../pipeline/fixtures/start.ts';

/** The real command line, with the real stages. */
const gaitsmith = { file: process.execPath, args: [compiledScript('pipeline/gaitsmith.ts')] };

/** Of the command line with the fake stages. */
const lastLine = (stdout: string) => jsonOf(stdout, commandTable(fakeEntries));

describe.concurrent('--help', () => {
  test('of nothing lists the commands', async () => {
    const { code, stdout } = await runToEnd([], { entry: gaitsmith });
    expect(code).toBe(0);
    for (const name of ['pipeline', 'train', 'export', 'validate', 'deploy'])
      expect(stdout).toContain(`npm run ${name}`);
  });

  test.each(stages)('of $name tells its flags', async ({ name, load }) => {
    const parsed = parseArguments(stageCommand(await load()), ['--help']);
    const { help } = parsed as { help: string };
    expect(help).toContain(`Usage: npm run ${name} -- [options]`);
    for (const flag of ['--run-id', '--runs-dir', '--force', '--help']) expect(help).toContain(flag);
  });

  test('tells what the command needs and what it costs', async () => {
    const { stdout } = await runToEnd(['validate', '--help'], { entry: gaitsmith });
    expect(stdout).toContain('Needs a run that was exported; for --web a Chromium; downloads nothing.');
    expect(stdout).toMatch(/At least \d+ MB of memory and \d+ s of a processor\./);
    expect(stdout).toContain('npm install -D --ignore-scripts onnxruntime-node');
  });

  test("of the pipeline has every stage's flags", async () => {
    const { code, stdout } = await runToEnd(['pipeline', '--help', '--json'], { entry: gaitsmith });
    expect(code).toBe(0);
    const { ok, help } = await jsonOf(stdout);
    expect(ok).toBe(true);
    for (const flag of ['--from', '--only', '--force', '--max-steps', '--tolerance', '--unity-project']) {
      expect(help).toContain(flag);
    }
  });
});

describe.concurrent('a command', () => {
  test('tells a person on stdout what it did, and a program as JSON with everything else on stderr', async () => {
    const at = place();
    const { code, stdout, stderr } = await runToEnd(['train', ...at.flags, '--json']);
    expect(code).toBe(0);
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
    expect(await lastLine(stdout)).toMatchObject({
      ok: true,
      command: 'train',
      run: { id: 'one' },
      stage: { name: 'train', status: 'done', details: { step: 3 } },
    });
    expect(stderr).toContain('train: done in');
    expect(stderr).not.toContain('\u001b'); // no colour, no live line: it is no terminal
  });

  test('works the same under tsx, the way users start it: its stages are started with the same loader', async () => {
    const at = place();
    const { code, stdout } = await runToEnd(['pipeline', ...at.flags, '--only', 'train', '--json'], {
      entry: underTsx(),
    });
    expect(code).toBe(0);
    expect(await lastLine(stdout)).toMatchObject({ ok: true, stages: [{ stage: 'train', result: 'done' }] });
  });

  test('tells a program as JSON why it failed', async () => {
    const at = place();
    const { code, stdout, stderr } = await runToEnd(['export', '--run-id', 'one', '--runs-dir', at.runsDir, '--json']);
    expect(code).toBe(1);
    expect(await lastLine(stdout)).toMatchObject({ ok: false, command: 'export', error: { what: expect.any(String) } });
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(existsSync(at.run.path)).toBe(false);
  });

  test('answers an unknown flag with the nearest one, on one line', async () => {
    const { code, stdout, stderr } = await runToEnd(['pipeline', '--run-di', 'one']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toBe(
      'error: npm run pipeline: unknown flag; got "--run-di"; expected --run-id. To mend it: see npm run pipeline -- --help\n',
    );
  });

  test('tells its version', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(await runToEnd(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n` });
  });

  test('says nothing with --quiet where all is well, not in its stages either; what goes wrong is told', async () => {
    const at = place();
    const well = await runToEnd(['pipeline', ...at.flags, '--quiet']);
    expect(well).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect((await runToEnd(['export', '--quiet', '--run-id', 'none'])).stderr).toMatch(/^error: .*no such run/);
  });

  test('answers an unknown command with the nearest one', async () => {
    const { code, stdout } = await runToEnd(['exprot', '--json']);
    expect(code).toBe(2);
    expect(await lastLine(stdout)).toMatchObject({ ok: false, error: { value: 'exprot', expected: 'export' } });
  });

  test('shows the stack of a bug of ours, and the pipeline how to go on', async () => {
    const at = place();
    const { code, stdout, stderr } = await runToEnd(['pipeline', ...at.flags, '--opinion', 'bug', '--json']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/TypeError: x is not a function\n +at /);
    expect(stderr).toContain('this is a bug of Gaitsmith');
    expect(stderr).toMatch(/^error: validate failed: x is not a function$/m);
    expect(stderr).toMatch(/^to go on: npm run pipeline -- --run-id one .*--opinion bug$/m);
    expect(await lastLine(stdout)).toMatchObject({
      ok: false,
      stages: [{ result: 'done' }, { result: 'done' }, { stage: 'validate', result: 'failed' }],
      error: { message: 'validate failed: x is not a function' },
    });
  });

  test.each(['wrong-input', 'bad'])('does not say to go on by what would fail again: %s', async (opinion) => {
    const at = place();
    const whole = await runToEnd(['pipeline', ...at.flags, '--opinion', opinion]);
    const alone = await runToEnd(['validate', ...at.flags.filter((_flag, index) => index < 4), '--opinion', opinion]);
    for (const { code, stderr } of [whole, alone]) {
      expect(code).toBe(1);
      expect(stderr).toMatch(/the policy is odd|differs by 0\.5/);
      expect(stderr).not.toContain('to go on');
    }
  });

  test('in a run folder that another process works in says so in one line and changes nothing', async () => {
    const at = place();
    mkdirSync(at.run.path);
    writeFileSync(join(at.run.path, 'trace.txt'), 'nothing yet\n');
    const lock = lockFolder(at.run.lock, { purpose: 'npm run train', elsewhere: '' });
    const [alone, whole] = await Promise.all([
      runToEnd(['train', ...at.flags]),
      runToEnd(['pipeline', ...at.flags, '--json']),
    ]);
    lock.release();
    for (const { code, stderr } of [alone, whole]) {
      expect(code).toBe(1);
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
      expect(stderr).toContain(`in use by process ${process.pid} (npm run train, since `);
      expect(stderr).toContain('name another run with --run-id');
    }
    expect(at.trace()).toEqual(['nothing yet']);
    expect(existsSync(at.run.manifest)).toBe(false);
  });
});
