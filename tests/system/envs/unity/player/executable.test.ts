/** The player as trainers launch it: built, started from some other folder, with the words that ML-Agents starts games with. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Built, buildExecutable } from '../../../../../envs/unity/player/player-executable.ts';
import { behavior } from '../../../../../envs/walker/behavior.ts';
import { type Script, scriptedTrainer } from '../../../../envs/unity/player/scripted-trainer.ts';
import { jsonOf } from '../../../../json-output.ts';
import { because } from '../../../../skipping.ts';

const root = join(import.meta.dirname, '../../../../..');

// Not run on Windows, which knows no executable scripts; `npm run serve-env` does the same there.
describe.skipIf(because(process.platform === 'win32', 'Windows has no executable scripts'))('the executable', () => {
  let folder: string;
  let built: Built;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "gaitsmith's player "));
    built = buildExecutable(folder, join(root, 'pipeline/gaitsmith.ts'));
    // What would lead tsx astray if it were read.
    writeFileSync(join(folder, 'tsconfig.json'), '{ "compilerOptions": { "paths": { "*": ["./nowhere/*"] } } }');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const log = () => join(folder, 'run_logs', 'Player-0.log');
  async function launch(answer: Script['answer'], ...words: string[]) {
    const trainer = await scriptedTrainer({ behavior, answer });
    const unitys = ['-nographics', '-batchmode', '--mlagents-port', `${trainer.port}`, '-logFile', log()];
    const child = execa(built.executable, [...unitys, '--num-agents', '2', '--workers', '1', '--json', ...words], {
      cwd: folder,
      reject: false,
    });
    child.finally(() => trainer.close());
    return { child, trainer };
  }

  it('plays with as many walkers as it is told until the trainer ends it, and keeps a log', async () => {
    const numbers: number[] = [];
    const { child } = await launch(
      ({ number, deciding }) => {
        numbers.push(deciding.length);
        return number === 5 ? { status: 400 } : {};
      },
      '--some-flag-of-the-game',
      'its value',
      '--num-agnets',
      '7',
    );
    const { exitCode, stdout, stderr } = await child;
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    expect(numbers).toEqual([2, 2, 2, 2, 2, 2]);
    expect(await jsonOf(stdout)).toMatchObject({
      ok: true,
      ending: 'the trainer ended the session',
      exchanges: 6,
      decisions: 12,
    });
    const written = readFileSync(log(), 'utf8');
    expect(written).toMatch(/Connected to a trainer of version 1\.1\.0/);
    expect(written).toMatch(/--num-agnets; did you mean --num-agents\?/);
    expect(written).toMatch(/The session is over/);
  });

  it('says goodbye on Ctrl-C, which reaches it through the script; its log goes to stdout for -, as in Unity', async () => {
    const { child, trainer } = await launch(
      ({ number }) => {
        if (number === 3) child.kill('SIGINT');
        return {};
      },
      '-logFile',
      '-',
    );
    const { exitCode, stdout, stderr } = await child;
    expect({ exitCode, stderr }).toEqual({ exitCode: 130, stderr: '' });
    expect(stdout).toMatch(/^Connected to a trainer of version 1\.1\.0[\s\S]*^The session is over: interrupted/m);
    expect(existsSync(join(folder, '-'))).toBe(false);
    expect(await jsonOf(stdout)).toMatchObject({ ending: 'interrupted' });
    expect(trainer.requests.at(-1)!.toString('hex')).toBe('0a03089003');
  });

  it('ends with code 1 and one line where the trainer breaks the protocol', async () => {
    const { child } = await launch(() => ({ actions: [new Float32Array(3), new Float32Array(3)] }));
    const { exitCode, stderr } = await child;
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^error: agent_actions: the trainer breaks the protocol: an action of another size/m);
    expect(readFileSync(log(), 'utf8')).toMatch(/an action of another size/);
  });

  it('says what to do where its checkout is gone', async () => {
    const elsewhere = join(folder, 'elsewhere');
    const { executable } = buildExecutable(elsewhere, join(folder, 'no-checkout'));
    const { exitCode, stderr } = await execa(executable, [], { reject: false });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/is gone.*npm run build/);
  });

  it('lies where ML-Agents looks for it, on each kind of machine', () => {
    const places = ['linux', 'darwin'].map((platform) => {
      const { executable, env } = buildExecutable(
        join(folder, platform),
        join(root, 'pipeline/gaitsmith.ts'),
        platform,
      );
      expect(existsSync(executable)).toBe(true);
      return executable.slice(env.length);
    });
    expect(places).toEqual(['.x86_64', '.app/Contents/MacOS/GaitsmithWalker']);
  });
});
