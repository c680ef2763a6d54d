/** Which held-out episodes a policy plays, and how. */
import { describe, expect, it } from 'vitest';
import type { Episode } from '../../../envs/env.ts';
import { byCondition, FRESH_AGENTS, playTrial, trialsOf } from '../../../train/judge/trials.ts';
import { createEnvironment } from '../fixtures/pointing-environment.ts';

const conditions = [
  { name: 'a', parameters: { speed: 1 } },
  { name: 'b', parameters: { speed: 2 } },
];

describe('the trials of an evaluation', () => {
  it('have as many episodes as were asked for, spread evenly, a few each', () => {
    const trials = trialsOf(conditions, { speed: 9, gravity: 3, mass: { sampler_type: 'uniform' } }, 19);
    expect(trials.map(({ condition, agent, episodes }) => [condition, agent, episodes])).toEqual([
      [0, 0, 4],
      [0, 1, 4],
      [0, 2, 2],
      [1, 3, 4],
      [1, 4, 4],
      [1, 5, 2],
    ]);
    expect(trials[3]!.parameters).toEqual({ speed: 2, gravity: 3 });
  });

  it('have two episodes of each condition at least', () => {
    expect(trialsOf(conditions, {}, 1).map(({ episodes }) => episodes)).toEqual([2, 2]);
  });

  it('are gathered by condition', () => {
    const trials = trialsOf(conditions, {}, 12);
    const episodes = trials.map(({ agent }) => [{ agent } as Episode, { agent } as Episode]);
    const gathered = byCondition(conditions, trials, episodes);
    expect(gathered.map(({ name, episodes }) => [name, ...episodes.map(({ agent }) => agent)])).toEqual([
      ['a', 0, 0, 1, 1],
      ['b', 2, 2, 3, 3],
    ]);
  });
});

describe('a trial', () => {
  it('of the episodes that no policy is chosen by is none of the others', () => {
    const agentsOf = (first?: number) => trialsOf(conditions, {}, 40, first).map(({ agent }) => agent);
    const [chosen, fresh] = [agentsOf(), agentsOf(FRESH_AGENTS)];
    expect(fresh).toHaveLength(chosen.length);
    for (const agent of fresh) expect(chosen).not.toContain(agent);
  });

  it('is not made of actions that are no numbers', async () => {
    const silent = { run: async () => ({ means: { data: Float32Array.of(0, Number.NaN) } }) };
    const trial = { condition: 0, parameters: {}, agent: 2, episodes: 1 };
    const judged = (logDeviation: number) =>
      playTrial(
        { createEnvironment },
        { session: silent as never, logDeviation: Float32Array.of(0, logDeviation), deterministic: false },
        trial,
      );
    await expect(judged(0)).rejects.toThrow("the policy's means is NaN");
    await expect(judged(100)).rejects.toThrow("the deviation of the policy's actions is Infinity");
  });
});
