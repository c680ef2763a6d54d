import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { UserError } from '../../../../base/failure/user-error.ts';
import { findExecutable } from '../../../../envs/unity/launch/executable.ts';
import { commandLine } from '../../../../envs/unity/launch/player.ts';
import { Players, type PlayersOptions } from '../../../../envs/unity/launch/players.ts';
import { Restarts } from '../../../../envs/unity/launch/restart-limits.ts';
import { compiled } from '../../../compiled/loader.ts';
import { closeWorlds, openWorld } from '../../../envs/unity/open-world.ts';
import { because } from '../../../skipping.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'players-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, mode = 0o755): string {
  writeFileSync(join(folder, name), '');
  chmodSync(join(folder, name), mode);
  return join(folder, name);
}

describe('the program of a player', () => {
  it('is found with and without its ending', () => {
    const game = file('Game.x86_64');
    for (const name of ['Game', 'Game.x86_64', 'Game.exe', 'Game.x86']) {
      expect(findExecutable(join(folder, name), 'linux')).toBe(game);
    }
    const bare = file('Bare');
    expect(findExecutable(bare, 'linux')).toBe(bare);
  });

  it('is found where other systems have it', () => {
    const windows = file('Game.exe');
    expect(findExecutable(join(folder, 'Game'), 'win32')).toBe(windows);
  });

  it('is told of with the nearest name where there is none', () => {
    file('Walker.x86_64');
    expect(() => findExecutable(join(folder, 'Wlaker.x86_64'), 'linux')).toThrow(
      /--env: there is no such player; got ".*Wlaker.x86_64"; expected .*Walker.x86_64/,
    );
  });

  it.skipIf(because(process.platform === 'win32', 'Windows has no such permission'))(
    'has to be one that may be run',
    () => {
      const game = file('Game.x86_64', 0o644);
      expect(() => findExecutable(game)).toThrow(/may not be run.*chmod \+x/);
    },
  );
});

describe('the words for a player', () => {
  const settings = { port: 5006, args: ['--level', '3'], logFolder: '/logs', name: 'Player-1' };

  it("are ML-Agents' own, in its order", () => {
    expect(commandLine({ ...settings, hasWindow: false }).join(' ')).toBe(
      '-nographics -batchmode --mlagents-port 5006 -logFile /logs/Player-1.log --level 3',
    );
    expect(commandLine({ ...settings, hasWindow: true })[0]).toBe('--mlagents-port');
  });

  it.each(['my.log', '-'])('name no log where the user did: %s', (log) => {
    expect(commandLine({ ...settings, hasWindow: true, args: ['-LogFile', log] }).join(' ')).toBe(
      `--mlagents-port 5006 -LogFile ${log}`,
    );
  });
});

describe('restarts', () => {
  it('are limited within a period and in all', () => {
    const restarts = new Restarts({ lifetime: 3, rate: 1, period: 60 });
    expect(restarts.take(0)).toBeUndefined();
    expect(restarts.take(59)).toMatch(/restarts_rate_limit_n: 1/);
    expect(restarts.take(61)).toBeUndefined();
    expect(restarts.take(200)).toBeUndefined();
    expect(restarts.take(400)).toBe('max_lifetime_restarts: 3');
  });

  it('may be without limit, and there may be none', () => {
    const free = new Restarts({ lifetime: -1, rate: -1, period: 60 });
    for (let time = 0; time < 100; time++) expect(free.take(time)).toBeUndefined();
    expect(new Restarts({ lifetime: 0, rate: -1, period: 60 }).take(0)).toBe('max_lifetime_restarts: 0');
  });
});

describe.skipIf(because(process.platform === 'win32', 'the player of this test is a shell script'))('a player', () => {
  const running: Players[] = [];
  afterEach(async () => {
    for (const players of running.splice(0)) await players.close();
    await closeWorlds();
  });

  async function start(words: string, changes: Partial<PlayersOptions> = {}) {
    const script = join(import.meta.dirname, '../../../envs/unity/pointing-player.ts');
    const executable = file('Game.x86_64');
    const command = `exec "${process.execPath}" --import "${compiled}" "${script}" "$@" ${words}`;
    writeFileSync(executable, `#!/bin/sh\n${command}\n`);
    const unity = await openWorld();
    const warned: string[] = [];
    const failed: UserError[] = [];
    const players = new Players({
      player: { executable, args: [], logFolder: folder },
      ports: unity.world.ports,
      hasWindow: () => false,
      limits: { lifetime: 1, rate: -1, period: 60 },
      timeout: 60,
      silence: (player) => unity.world.session(player)?.silentFor,
      warn: (message) => warned.push(message),
      fail: (error) => failed.push(error),
      ...changes,
    });
    running.push(players);
    return { ...unity, players, warned, failed };
  }
  const pidIn = (name: string) => Number(/pid (\d+)/.exec(readFileSync(join(folder, name), 'utf8'))![1]);
  const until = (condition: () => boolean) => vi.waitUntil(condition, { timeout: 50_000 });

  it('that dies is started again, as often as it may; then it is told why it died', async () => {
    const { warned, failed, met, said } = await start('--die-after 3');
    await until(() => failed.length > 0);
    expect(warned[0]).toMatch(/^Restarting player 0, which ended: exit code 3; the last lines of .*Player-0\.log:/);
    expect(warned[0]).toMatch(/\n {4}Something went badly wrong here\.$/);
    expect(failed).toHaveLength(1);
    expect(failed[0]!.message).toMatch(
      /player 0 .*: .*may not be started again; got "exit code 3".*max_lifetime_restarts: 1/,
    );
    expect(failed[0]!.message).toContain('Player-0-restart-1.log');
    // What was decided in both lives has come to something, but for the last of each.
    expect(met.get('Pointer')!.echo.lived).toHaveLength(2 * 3 * 8);
    expect(said.filter((line) => line === 'ended 0: lost')).toHaveLength(2);
  });

  it('that prints its log is quoted from what it printed', async () => {
    writeFileSync(join(folder, 'Player-0.log'), 'of an earlier training\n');
    const { failed, warned } = await start('--die-after 1', {
      player: { executable: join(folder, 'Game.x86_64'), args: ['-logFile', '-'], logFolder: folder },
      limits: { lifetime: 0, rate: -1, period: 60 },
    });
    await until(() => failed.length > 0);
    expect(warned).toEqual([
      expect.stringMatching(/^player 0 ended: exit code 3; the last lines of .*Player-0-output\.log:\n {4}pid/),
    ]);
    expect(warned[0]).toMatch(/\n {4}Something went badly wrong here\.$/);
  });

  it('that can not even be started is told of', async () => {
    const { failed } = await start('', {
      player: { executable: file('Text.x86_64', 0o755), args: [], logFolder: folder },
      limits: { lifetime: 0, rate: 0, period: 60 },
    });
    writeFileSync(join(folder, 'Text.x86_64'), '');
    await until(() => failed.length > 0);
    expect(failed[0]!.message).toMatch(/may not be started again/);
  });

  it('that says nothing any more is ended', async () => {
    // A second of silence counts as half a minute.
    const silence = () => 30 * (unity?.world.session(0)?.silentFor ?? 0);
    const limits = { lifetime: 0, rate: -1, period: 60 };
    const unity: Awaited<ReturnType<typeof start>> = await start('--hang-after 2', { silence, limits });
    await until(() => unity.failed.length > 0);
    expect(unity.failed[0]!.problem.value).toBe('it said nothing for 60 s (timeout_wait)');
    expect(unity.met.get('Pointer')!.echo.lived).toHaveLength(2 * 8);
    expect(runs(pidIn('Player-0.log'))).toBe(false);
  });

  it('that ends when it may is not started again, however long the rest takes', async () => {
    const { players, warned } = await start('--die-after 3', { limits: { lifetime: -1, rate: -1, period: 60 } });
    players.dismiss();
    await until(() => existsSync(join(folder, 'Player-0.log')));
    await until(() => readFileSync(join(folder, 'Player-0.log'), 'utf8').includes('badly wrong'));
    await until(() => !runs(pidIn('Player-0.log')));
    await players.close();
    expect(warned).toEqual([]);
    expect(readdirSync(folder).filter((name) => name.includes('restart'))).toEqual([]);
  });

  it('that stays when it is told to go is ended', async () => {
    const { players, world, met } = await start('--stay');
    await until(() => (met.get('Pointer')?.echo.lived.length ?? 0) > 0);
    world.dismiss();
    await players.close();
    expect(runs(pidIn('Player-0.log'))).toBe(false);
  });
});

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
