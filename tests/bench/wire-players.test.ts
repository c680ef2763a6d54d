import { expect, it } from 'vitest';
import { openPlayers } from '../../bench/wire-players.ts';

const one = { players: 1, workers: 1, turns: 1 };

it('the wire bench ends with the reason where a player dies, and tells what memory it kept before', async () => {
  const { environments, children, whilePlaying, memory, close } = await openPlayers({ ...one, walkers: 1 }, 1);
  const working = whilePlaying(async () => {
    await environments[0]!.reset();
    const { held, kept } = await memory(0);
    expect(kept).toBeGreaterThan(10);
    expect(held).toBeGreaterThan(kept);
    children[0]!.kill('SIGKILL');
    await environments[0]!.step(new Float32Array(39)); // which nobody ever answers
  });
  await expect(working).rejects.toMatchObject({
    problem: { where: 'player 0', what: 'a player ended before the bench was done: killed by SIGKILL' },
  });
  expect(await close()).toEqual([undefined]);
});

it('the wire bench does not begin where a player can not, and says why', async () => {
  await expect(openPlayers({ ...one, walkers: 0 }, 1)).rejects.toThrow(
    /^player 0: a player ended before the bench was done: exit code 2; got "error: --num-agents: this value is not allowed/,
  );
});
