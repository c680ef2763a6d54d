import { describe, expect, it } from 'vitest';
import { openWorlds } from '../../../../envs/unity/player/world-threads.ts';
import { pointingWorld } from './playing.ts';

describe('the threads of a player', () => {
  it.each([1, 2, 4])(
    'end, and tell why, where a world can not be closed (%i of them)',
    async (workers) => {
      const { worlds } = await openWorlds({ ...pointingWorld, seed: 1, agents: 4, workers, turns: 1 });
      await worlds.begin(
        [0, 1, 2, 3].map((agent) => ({ agent, episode: 0, parameters: { unclosable: Number(agent === 1) } })),
      );
      await worlds.step(0);
      await expect(worlds.close()).rejects.toThrow('the world cannot be closed');
      // They are gone: what they are asked now, nobody answers for.
      if (workers > 1) await expect(worlds.step(0)).rejects.toThrow(/a thread of walkers ended with code 0/);
    },
    20_000,
  );
});
