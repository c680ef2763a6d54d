import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { compiledScript } from '../../compiled/loader.ts';
import { writeSweep } from '../../sweep/pointer-sweep.ts';
import { temporaryFolder } from '../../temporary-folders.ts';

const folder = temporaryFolder('sweeping-');
const path = writeSweep(folder, {
  kind: 'pbt',
  members: 3,
  generations: 2,
  exploit: 0.34,
  decisions: 2080,
  settings: { 'hyperparameters.learning_rate': { log_uniform: [1e-5, 3e-2] } },
});

function sweeping(out: string, processes: number) {
  return execa(
    process.execPath,
    [compiledScript('tests/sweep/fixtures/sweeping.ts'), path, join(folder, out), String(processes)],
    {
      reject: false,
      stderr: 'inherit',
    },
  );
}

/** What each leg came to, by its folder: hashes of its checkpoints among it. */
function results(out: string): Record<string, unknown> {
  const legs = join(folder, out, 'legs');
  return Object.fromEntries(
    readdirSync(legs)
      .sort()
      .map((name) => [name, JSON.parse(readFileSync(join(legs, name, 'result.json'), 'utf8'))]),
  );
}

/** A process and all that it has started. */
function tree(pid: number): number[] {
  // Its exit code is 1 where nobody matches.
  const { stdout } = spawnSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' });
  return [pid, ...stdout.split('\n').map(Number).filter(Boolean)];
}

describe('a sweep in processes', () => {
  it('comes to the same checkpoints with one and with three, and after SIGKILL of all of it in the middle of a leg', async () => {
    const one = await sweeping('one', 1);
    const three = await sweeping('three', 3);
    expect(one.exitCode).toBe(0);
    expect(three.stdout).toBe(one.stdout);
    expect(results('three')).toEqual(results('one'));

    let kills = 0;
    let end = sweeping('killed', 2);
    for (; kills < 3; kills++) {
      const running = end;
      // Once a leg of it has a checkpoint beside those it began with, and no result.
      const isUnderWay = () => {
        const legs = join(folder, 'killed', 'legs');
        if (!existsSync(legs)) return false;
        return readdirSync(legs).some((name) => {
          const leg = join(legs, name);
          const kept = existsSync(join(leg, 'checkpoints')) ? readdirSync(join(leg, 'checkpoints')).length : 0;
          return kept > 2 && !existsSync(join(leg, 'result.json'));
        });
      };
      while (!isUnderWay() && running.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 5));
      if (running.exitCode !== null) break;
      for (const pid of tree(running.pid!)) {
        try {
          process.kill(pid, 'SIGKILL');
        } catch {
          // It was gone already.
        }
      }
      await running;
      end = sweeping('killed', 2);
    }
    const killed = await end;
    expect(kills).toBeGreaterThan(0);
    expect(killed.stdout).toBe(one.stdout);
    expect(results('killed')).toEqual(results('one'));
  });
});
