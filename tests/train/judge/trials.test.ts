/** Which held-out episodes a policy plays, and how. */
import { describe, expect, it } from 'vitest';
import type { Episode, ParameterValue } from '../../../envs/env.ts';
import { byCondition, FRESH_AGENTS, playHeldOut, trialsOf } from '../../../train/judge/trials.ts';
import { createEnvironment } from '../fixtures/pointing-environment.ts';

const conditions = [
  { name: 'a', parameters: { speed: 1 } },
  { name: 'b', parameters: { speed: 2 } },
];

describe('the trials of an evaluation', () => {
  it('are as many episodes as were asked for, spread evenly, four of an agent', () => {
    const trials = trialsOf(conditions, { speed: 9, gravity: 3 }, 11);
    expect(trials.map(({ condition, agent, episode }) => [condition, agent, episode])).toEqual([
      [0, 0, 0],
      [0, 0, 1],
      [0, 0, 2],
      [0, 0, 3],
      [0, 1, 0],
      [0, 1, 1],
      [1, 2, 0],
      [1, 2, 1],
      [1, 2, 2],
      [1, 2, 3],
      [1, 3, 0],
      [1, 3, 1],
    ]);
    expect(trials[6]!.parameters).toEqual({ speed: 2, gravity: 3 });
  });

  it('are played in the last lesson of a curriculum, where that is a number, and not as a sampler draws', () => {
    const drawn = {
      sampler_type: 'uniform',
      sampler_parameters: { seed: 0, min_value: 1, max_value: 2 },
    } as const;
    const lessons = (last: ParameterValue) => ({
      curriculum: [
        { name: 'first', value: 30 },
        { name: 'last', value: last },
      ],
    });
    const trials = trialsOf(conditions, { turn: lessons(60), speed: lessons(9), push: lessons(drawn), mass: drawn }, 1);
    expect(trials[0]!.parameters).toEqual({ turn: 60, speed: 1 });
  });

  it('are two of each condition at least', () => {
    expect(trialsOf(conditions, {}, 1).map(({ condition }) => condition)).toEqual([0, 0, 1, 1]);
  });

  it('are gathered by condition', () => {
    const trials = trialsOf(conditions, {}, 10);
    const episodes = trials.map(({ agent, episode }) => ({ agent, episode }) as Episode);
    const gathered = byCondition(conditions, trials, episodes);
    expect(gathered.map(({ name, episodes }) => [name, ...episodes.map(({ agent }) => agent)])).toEqual([
      ['a', 0, 0, 0, 0, 1],
      ['b', 2, 2, 2, 2, 3],
    ]);
  });
});

describe('a held-out episode', () => {
  it('of the episodes that no policy is chosen by is none of the others', () => {
    const agentsOf = (first?: number) => trialsOf(conditions, {}, 40, first).map(({ agent }) => agent);
    const [chosen, fresh] = [agentsOf(), agentsOf(FRESH_AGENTS)];
    expect(fresh).toHaveLength(chosen.length);
    for (const agent of fresh) expect(chosen).not.toContain(agent);
  });

  it('is not made of actions that are no numbers', async () => {
    const means = { data: Float32Array.from({ length: 16 }, (_, at) => (at === 5 ? Number.NaN : 0)) };
    const silent = { run: async () => ({ means }) };
    const trials = [0, 1, 2].map((episode) => ({ condition: 0, parameters: {}, agent: 2, episode }));
    const judged = (logDeviation: number) =>
      playHeldOut(
        { createEnvironment },
        { session: silent as never, logDeviation: Float32Array.of(0, logDeviation), deterministic: false },
        trials,
        () => {},
      );
    await expect(judged(0)).rejects.toMatchObject({
      finding: { tensor: "the policy's means", place: 'in held-out episode 3 of agent 3' },
    });
    await expect(judged(100)).rejects.toThrow("the deviation of the policy's actions is Infinity");
  });
});
