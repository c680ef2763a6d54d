import { describe, expect, it } from 'vitest';
import type { EnvironmentOptions } from '../../../../envs/env.ts';
import { shareNumbers, viewNumbers } from '../../../../envs/unity/player/agent-numbers.ts';
import { AgentWorlds } from '../../../../envs/unity/player/agent-worlds.ts';
import { dealTurns } from '../../../../envs/unity/player/turns.ts';
import { openWorlds } from '../../../../envs/unity/player/world-threads.ts';
import * as pointing from '../../../train/fixtures/pointing-environment.ts';
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

describe('the agents of a thread', () => {
  it('who decide in one turn live in one world, so that they are simulated together', async () => {
    const made: number[] = [];
    const module = {
      ...pointing,
      createEnvironment(options: EnvironmentOptions) {
        made.push(options.agents);
        return pointing.createEnvironment(options);
      },
    };
    const numbers = viewNumbers(shareNumbers(30, pointing.behavior));
    const turnOf = dealTurns(30, 2);
    const worlds = new AgentWorlds({
      module,
      seed: 1,
      numbers,
      firstAgent: 4,
      agents: 20,
      stepsPerDecision: 5,
      turnOf,
    });
    const agents = Array.from({ length: 20 }, (_, index) => 4 + index);
    await worlds.begin(agents.map((agent) => ({ agent, episode: 0, parameters: {} })));
    await worlds.begin(agents.map((agent) => ({ agent, episode: 1, parameters: {} })));
    // Agents 4-7 and 16-23 decide in the first turn, 8-15 in the second.
    expect(made).toEqual([12, 8]);
    await worlds.step(1);
    const moved = agents.filter((agent) => numbers.rewards[agent] !== 0);
    expect(moved).toEqual([8, 9, 10, 11, 12, 13, 14, 15]);
    await worlds.close();
  });
});
