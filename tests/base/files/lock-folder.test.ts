import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { UserError } from '../../../base/failure/user-error.ts';
import { lockFolder } from '../../../base/files/lock-folder.ts';
import { beginOf, identityOf, stillRuns } from '../../../base/files/process-identity.ts';
import { compiled } from '../../compiled/loader.ts';
import { because } from '../../skipping.ts';

const options = { purpose: 'npm run train', elsewhere: 'name another run' };

function lockPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'gaitsmith-lock-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'runs', 'one', 'run.lock');
}

/** A lock as another process would have written it. */
function writeLock(path: string, content: Record<string, unknown>): void {
  lockFolder(path, options).release(); // makes the folder
  const since = '2026-01-02T03:04:05.000Z';
  writeFileSync(path, JSON.stringify({ token: 'theirs', host: hostname(), since, purpose: 'npm run x', ...content }));
}

/** The id of a process that has ended. */
function deadPid(): number {
  return spawnSync(process.execPath, ['-e', '']).pid;
}

test('a lock makes its folder, says who holds it, and is gone when it is given back', () => {
  const path = lockPath();
  const lock = lockFolder(path, options);
  expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({
    token: lock.token,
    purpose: 'npm run train',
    holders: [{ pid: process.pid }],
  });
  lock.release();
  expect(readdirSync(dirname(path))).toEqual([]);
});

test('a folder in use is told with the process, what it does, since when, and what can be done', () => {
  const path = lockPath();
  const lock = lockFolder(path, options);
  const { since } = JSON.parse(readFileSync(path, 'utf8'));
  expect(() => lockFolder(path, options)).toThrow(
    new UserError({
      what: `this folder is in use by process ${process.pid} (npm run train, since ${since})`,
      where: dirname(path),
      mend: `wait for it, stop it (Ctrl-C there, or "kill -INT ${process.pid}"), or name another run`,
    }),
  );
  lock.release();
});

test('the lock of a process that has ended is taken over', () => {
  const path = lockPath();
  writeLock(path, { holders: [{ pid: deadPid(), began: '1' }] });
  const lock = lockFolder(path, options);
  expect(JSON.parse(readFileSync(path, 'utf8')).token).toBe(lock.token);
  expect(readdirSync(dirname(path))).toEqual(['run.lock']);
  lock.release();
});

test('a process id that was given out again does not keep a lock alive', () => {
  const path = lockPath();
  writeLock(path, { holders: [{ pid: process.pid, began: 'long ago' }] });
  lockFolder(path, options).release();
});

test.each([
  ['win32', 'powershell.exe', /\(Get-Process -Id 7\)\.StartTime/],
  ['darwin', 'ps', /lstart= -p 7$/],
])('on %s %s is asked when a process began, by itself and through no shell', (platform, program, words) => {
  const asked: string[] = [];
  const ask = (...all: [string, readonly string[]]) => {
    asked.push(all.flat().join(' '));
    return ' 133763328000000000\r\n';
  };
  expect(beginOf(7, platform, ask)).toBe('133763328000000000');
  expect(asked).toEqual([expect.stringMatching(words)]);
  expect(asked[0]!.startsWith(`${program} `)).toBe(true);
});

test.each(['win32', 'darwin'])('on %s nobody knows when a process began where that can not be asked', (platform) => {
  const missing = () => {
    throw Object.assign(new Error('ENOENT'), { code: 'ENOENT' });
  };
  expect(beginOf(7, platform, missing)).toBeNull();
  expect(beginOf(7, platform, () => '')).toBeNull();
});

const psTells = spawnSync('ps', ['-o', 'lstart=', '-p', String(process.pid)]).status === 0;
test.skipIf(because(!psTells, 'there is no ps here that tells when a process began'))(
  'on macOS a process is known again from a shell of another time zone',
  () => {
    const { platform } = process;
    Object.defineProperty(process, 'platform', { value: 'darwin' });
    onTestFinished(() => void Object.defineProperty(process, 'platform', { value: platform }));
    onTestFinished(() => void vi.unstubAllEnvs());
    vi.stubEnv('TZ', 'Asia/Tokyo');
    const seen = identityOf(process.pid);
    vi.stubEnv('TZ', 'America/New_York');
    expect(seen.began).toBeTruthy();
    expect(stillRuns(seen)).toBe(true);
  },
);

test.runIf(process.platform === 'linux')('a process that has ended but was not asked about holds nothing', async () => {
  // A shell whose child ends while the shell, replaced by a sleep, never asks: a zombie.
  const parent = spawn('sh', ['-c', 'sleep 0.5 & echo $!; exec sleep 30'], { stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => void parent.kill('SIGKILL'));
  const pid = await new Promise<number>((resolve) => parent.stdout.once('data', (data) => resolve(Number(data))));
  const { began } = identityOf(pid);
  await expect.poll(() => readFileSync(`/proc/${pid}/stat`, 'utf8'), { timeout: 10_000 }).toContain(') Z ');
  const path = lockPath();
  writeLock(path, { holders: [{ pid, began }] });
  lockFolder(path, options).release();
});

test('a lock of another machine is never taken over, and the file to delete is named', () => {
  const path = lockPath();
  writeLock(path, { host: 'elsewhere', holders: [{ pid: deadPid(), began: '1' }] });
  expect(() => lockFolder(path, options)).toThrow(/in use by process \d+ on elsewhere .*delete .*run\.lock/);
  expect(existsSync(path)).toBe(true);
});

test('a half-written lock counts as held while it is fresh, and as left over when it is old', () => {
  const path = lockPath();
  writeLock(path, {});
  writeFileSync(path, '{"tok');
  expect(() => lockFolder(path, options)).toThrow('just being taken into use');
  const aMinuteAgo = new Date(Date.now() - 60_000);
  utimesSync(path, aMinuteAgo, aMinuteAgo);
  lockFolder(path, options).release();
});

test('who has the token joins, and the folder stays locked until the last one is gone', async () => {
  const path = lockPath();
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 30_000)']);
  onTestFinished(() => void child.kill('SIGKILL'));
  // As if the child had taken it and handed the token to this process.
  writeLock(path, { token: 'shared', holders: [identityOf(child.pid!)] });
  const lock = lockFolder(path, { ...options, token: 'shared' });
  expect(lock.joined).toBe(true);
  expect(JSON.parse(readFileSync(path, 'utf8')).holders).toHaveLength(2);
  lock.release();
  expect(JSON.parse(readFileSync(path, 'utf8')).holders).toEqual([identityOf(child.pid!)]);
  expect(() => lockFolder(path, options)).toThrow(`in use by process ${child.pid}`);
  expect(() => lockFolder(path, { ...options, token: 'guessed' })).toThrow('in use');
});

test('of many processes that find the same stale lock, one gets it', async () => {
  const path = lockPath();
  writeLock(path, { holders: [{ pid: deadPid(), began: '1' }] });
  const script = `
    const { lockFolder } = await import(${JSON.stringify(import.meta.resolve('../../../base/files/lock-folder.ts'))});
    process.stdin.once('data', () => {
      try {
        lockFolder(${JSON.stringify(path)}, { purpose: 'race', elsewhere: '' });
        process.stdout.write('got it');
        setTimeout(() => process.exit(), 1000); // longer than the others need to try
      } catch (error) {
        process.stdout.write(error.message.includes('use by') ? 'in use' : String(error.stack));
        process.exit();
      }
    });
    process.stdout.write('ready ');`;
  const args = ['--import', compiled, '--input-type=module', '-e', script];
  const racers = Array.from({ length: 3 }, () => {
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    let said = '';
    const ready = new Promise<void>((resolve) => {
      child.stdout.on('data', (data) => {
        said += data;
        resolve();
      });
    });
    const ended = new Promise<string>((resolve) => child.on('close', () => resolve(said)));
    return { child, ready, ended };
  });
  await Promise.all(racers.map(({ ready }) => ready));
  for (const { child } of racers) child.stdin.write('go');
  const outcomes = (await Promise.all(racers.map(({ ended }) => ended))).sort();
  expect(outcomes).toEqual(['ready got it', 'ready in use', 'ready in use']);
});

test('a folder that can not be made is one clear error', () => {
  const path = lockPath();
  writeLock(path, {});
  expect(() => lockFolder(join(path, 'deeper', 'run.lock'), options)).toThrow(
    'a part of this path is a file, not a folder',
  );
});

test.each(['run.lock', 'run.lock.takeover'])('a folder in place of the lock is told as that: %s', (name) => {
  const path = lockPath();
  mkdirSync(join(dirname(path), name), { recursive: true });
  const old = new Date(Date.now() - 60_000);
  utimesSync(join(dirname(path), name), old, old);
  expect(() => lockFolder(path, options)).toThrow(expect.objectContaining({ name: 'UserError' }));
  expect(() => lockFolder(path, options)).toThrow(/there is a folder where the lock .* is to be.*remove or rename it/);
});

test.each([
  'null',
  '[]',
  '5',
  '{"token":"t","holders":[null]}',
  '{"token":"t","holders":[5],"host":"h","since":"s","purpose":"p"}',
  '{"token":"t","holders":[{"pid":"12"}],"host":"h","since":"s","purpose":"p"}',
  'in use',
])('an old file that is no lock is taken over: %s', (content) => {
  const path = lockPath();
  lockFolder(path, options).release(); // makes the folder
  writeFileSync(path, content);
  expect(() => lockFolder(path, options)).toThrow(/just being taken into use/);
  const old = new Date(Date.now() - 60_000);
  utimesSync(path, old, old);
  lockFolder(path, options).release();
  expect(existsSync(path)).toBe(false);
});
