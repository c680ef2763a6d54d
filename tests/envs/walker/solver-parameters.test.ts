/** How a world solves, as environment parameters: what they do, whom they hold for, and how they are drawn. */
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../../base/random/stream.ts';
import type { EmbeddedEnvironment, Episode, ParameterValues, Sampler } from '../../../envs/env.ts';
import type { BatchedWorlds } from '../../../envs/walker/batched-world.ts';
import { walkerDialects } from '../../../envs/walker/dialects.ts';
import { createEnvironment } from '../../../envs/walker/environment.ts';
import { checkParameters } from '../../../envs/walker/parameters.ts';
import { solverParameters } from '../../../envs/walker/solver-parameters.ts';
import { WalkerEnvironment } from '../../../envs/walker/walker-environment.ts';
import { closeAll, newEnvironment, worldsOf } from './in-worlds.ts';
import { play } from './playing.ts';

afterEach(closeAll);

const between = (min_value: number, max_value: number): Sampler => ({
  sampler_type: 'uniform',
  sampler_parameters: { seed: -1, min_value, max_value },
});

/** In stretches of 25 decisions: two or three episodes of random actions. */
const mixed: ParameterValues = {
  solver_dialect: between(0, 1),
  solver_order: between(0, 50),
  solver_gap: between(0.7, 1),
  solver_stretch: 25,
};
const solverNames = Object.keys(mixed).filter((name) => name in solverParameters);

function actionsOf(agents: number, random: RandomStream): Float32Array {
  return Float32Array.from({ length: agents * 39 }, () => random.uniform(-1, 1));
}

async function episodesOf(environment: EmbeddedEnvironment, decisions: number): Promise<Episode[]> {
  const episodes: Episode[] = [];
  const random = new RandomStream(5);
  for (let decision = 0; decision < decisions; decision++) {
    episodes.push(...(await environment.step(actionsOf(environment.agents, random))).episodes);
  }
  return episodes;
}

describe('the solver as a parameter', () => {
  const few = { firstAgent: 0, agents: 2, decisions: 60 };
  let usual: string[];
  beforeAll(async () => {
    usual = await play(few);
  });

  it("is that of the other world, to the last bit, where the other one's dialect is asked for", async () => {
    const physx5 = await play({ ...few, world: 'physx5' });
    expect(physx5).not.toEqual(usual);
    expect(await play({ ...few, parameters: { solver_dialect: 1 } })).toEqual(physx5);
    expect(await play({ ...few, world: 'physx5', parameters: { solver_dialect: 0 } })).toEqual(usual);
  });

  it.each(Object.entries(solverParameters))(
    '%s changes nothing as it is, and something otherwise',
    async (name, row) => {
      // Feet and ground are boxes: that round shapes are of another material shows only now and then.
      const among = name === 'solver_friction_least' ? { firstAgent: 0, agents: 12, decisions: 100 } : few;
      const beside = name === 'solver_friction_least' ? { solver_friction_flat: 10 } : {};
      const now = row.of(walkerDialects.unity);
      const other = name.endsWith('iterations') ? 4 : now === row.high ? row.low : row.high;
      const before = await play({ ...among, parameters: beside });
      expect(await play({ ...among, parameters: { ...beside, [name]: now } })).toEqual(before);
      expect(await play({ ...among, parameters: { ...beside, [name]: other } })).not.toEqual(before);
    },
  );

  it('of whole numbers is rounded, and told of an episode as it was', async () => {
    const environment = newEnvironment('unity', {
      seed: 1,
      firstAgent: 0,
      agents: 1,
      parameters: { solver_position_iterations: 7.6, solver_gap: 0.93 },
    });
    await environment.reset();
    const [{ details }] = (await episodesOf(environment, 40)) as [Episode];
    expect([details['solver_position_iterations'], details['solver_gap']]).toEqual([8, 0.93]);
  });
});

describe('solvers that are drawn', () => {
  it('are one for four agents in a stretch, others for their neighbours and in the next stretch', async () => {
    const environment = newEnvironment('unity', { seed: 1, firstAgent: 0, agents: 8, parameters: mixed });
    await environment.reset();
    const episodes = await episodesOf(environment, 100);
    const drawn = (of: (episode: Episode) => boolean) =>
      new Set(episodes.filter(of).map(({ details }) => solverNames.map((name) => details[name]).join(' ')));
    const four = drawn(({ agent }) => agent < 4);
    const neighbours = drawn(({ agent }) => agent >= 4);
    // Four stretches; an episode that began in the last is not over yet, or is.
    expect([3, 4]).toContain(four.size);
    expect([3, 4]).toContain(neighbours.size);
    expect(new Set([...four, ...neighbours]).size).toBe(four.size + neighbours.size);
    const dialects = new Set(episodes.map(({ details }) => details['solver_dialect']));
    expect([...dialects].sort()).toEqual([0, 1]);
  });

  it('make the same bytes of an agent in whichever group it lives', async () => {
    const all = await play({ firstAgent: 0, agents: 8, decisions: 80, parameters: mixed });
    expect(await play({ firstAgent: 3, agents: 3, decisions: 80, parameters: mixed })).toEqual(all.slice(3, 6));
    expect(await play({ firstAgent: 6, agents: 1, decisions: 80, parameters: mixed })).toEqual(all.slice(6, 7));
    expect(await play({ firstAgent: 0, agents: 8, decisions: 80 })).not.toEqual(all);
  });

  it('go on from a snapshot in the middle of a stretch, and over its end, to the last bit', async () => {
    const options = { seed: 3, firstAgent: 2, agents: 4, parameters: mixed };
    const old = newEnvironment('unity', options);
    await old.reset();
    const random = new RandomStream(9);
    for (let decision = 0; decision < 40; decision++) await old.step(actionsOf(4, random));
    const renewed = newEnvironment('unity', { ...options, snapshots: old.snapshots() });
    await renewed.reset();
    const other = new RandomStream(10);
    const goingOn = new RandomStream(10);
    for (let decision = 0; decision < 60; decision++) {
      const { observations, rewards, episodes } = await old.step(actionsOf(4, goingOn));
      const again = await renewed.step(actionsOf(4, other));
      expect([again.observations, again.rewards, again.episodes]).toEqual([observations, rewards, episodes]);
    }
  });

  it('of a lesson hold for the episodes that begin in it, while those under way end as they began', async () => {
    const played = async (changed: boolean) => {
      const environment = newEnvironment('unity', { seed: 3, firstAgent: 0, agents: 4, parameters: {} });
      await environment.reset();
      const random = new RandomStream(9);
      await environment.step(actionsOf(4, random));
      if (changed) environment.setParameters({ solver_dialect: 1, solver_order: 7 });
      const episodes: Episode[] = [];
      for (let decision = 0; decision < 60; decision++)
        episodes.push(...(await environment.step(actionsOf(4, random))).episodes);
      return episodes;
    };
    const [usual, changed] = [await played(false), await played(true)];
    const rewards = (episodes: readonly Episode[], first: boolean) =>
      episodes.filter(({ episode }) => (episode === 0) === first).map(({ reward }) => reward);
    expect(rewards(changed, true)).toEqual(rewards(usual, true));
    expect(rewards(changed, false)).not.toEqual(rewards(usual, false));
  });

  it('are drawn by each episode that was begun by itself', async () => {
    const environment = newEnvironment('unity', { seed: 1, firstAgent: 0, agents: 4, parameters: {} });
    for (let row = 0; row < 4; row++) environment.begin(row, { agent: 9 + row, episode: 2, parameters: mixed });
    const episodes = await episodesOf(environment, 60);
    const gaps = new Set(episodes.map(({ details }) => details['solver_gap']));
    expect(gaps.size).toBe(episodes.length);
    const alone = newEnvironment('unity', { seed: 1, firstAgent: 7, agents: 1, parameters: {} });
    alone.begin(0, { agent: 11, episode: 2, parameters: mixed });
    const [{ details }] = (await episodesOf(alone, 60)) as [Episode];
    expect(episodes.find(({ agent }) => agent === 11)!.details['solver_gap']).toBe(details['solver_gap']);
  });

  it('take no more simulators than are lived in', async () => {
    const worlds = worldsOf('unity', 4) as BatchedWorlds;
    const environment = new WalkerEnvironment(worlds, { seed: 1, firstAgent: 0, agents: 4, parameters: mixed });
    await environment.reset();
    await episodesOf(environment, 300);
    expect(worlds.simulators).toBeLessThanOrEqual(1 + 4);
  });
});

describe('a solver', () => {
  it('of the world physx is refused by the name of what was set, in a first lesson and in a later one', async () => {
    const options = { seed: 1, firstAgent: 0, agents: 1, world: 'physx', parameters: { solver_gap: 0.9 } };
    await expect(createEnvironment(options)).rejects.toThrow(/environment_parameters.solver_gap.*physx5/s);
    const environment = newEnvironment('physx', { ...options, parameters: {} });
    expect(() => environment.setParameters({ solver_play: 1 })).toThrow(/solver_play/);
  });

  it('that there is none of is refused, with the names of those there are', () => {
    expect(() => checkParameters({ solver_iterations: 4 })).toThrow(
      /no such environment parameter.*solver_position_iterations/s,
    );
    expect(() => checkParameters({ solver_time_step: 0.01 })).toThrow(/no such environment parameter/);
  });

  it('beyond its range is refused, and so is a stretch that differs from agent to agent', () => {
    expect(() => checkParameters({ solver_gap: 1.2 })).toThrow(/solver_gap.*0.1 to 1/);
    expect(() => checkParameters({ solver_play: between(0, 20) })).toThrow(/solver_play.*0 to 10/);
    expect(() => checkParameters({ solver_stretch: between(10, 20) })).toThrow(/solver_stretch.*expected a number/);
  });
});
