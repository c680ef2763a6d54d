import { afterEach, describe, expect, it } from 'vitest';
import { RandomStream } from '../../../base/random/stream.ts';
import { behavior } from '../../../envs/walker/behavior.ts';
import { checkParameters } from '../../../envs/walker/parameters.ts';
import { closeAll, newEnvironment, positionOf, targetOf } from './in-worlds.ts';

afterEach(closeAll);

/** What two walkers earn and see in some decisions, and the details of the first episodes that end. */
async function play(parameters: Record<string, number>, decisions = 40, interrupt = false) {
  const options = { seed: 5, firstAgent: 0, agents: 2, parameters };
  let environment = newEnvironment('unity', options);
  await environment.reset();
  const random = new RandomStream(1);
  const rewards: number[] = [];
  const seen: number[] = [];
  const details: Readonly<Record<string, number>>[] = [];
  for (let decision = 0; decision < decisions; decision++) {
    const actions = Float32Array.from({ length: 2 * behavior.actionSize }, () => random.uniform(-1, 1));
    const step = await environment.step(actions);
    rewards.push(...step.rewards);
    seen.push(...step.observations.slice(0, 8));
    details.push(...step.episodes.map((episode) => ({ ...episode.details, reward: episode.reward })));
    if (interrupt && decision === Math.floor(decisions / 3)) {
      const snapshots = environment.snapshots();
      environment = newEnvironment('unity', { ...options, snapshots });
      await environment.reset();
    }
  }
  return { rewards, seen, details };
}

const weights = { reward_upright: 0.5, reward_smooth: 0.3, reward_work: 0.1, reward_lift: 0.2, reward_symmetry: 0.1 };

describe('reward terms of the Walker', () => {
  it('change what is earned and nothing else, and without weights nothing tells of them', async () => {
    const [plain, shaped] = [await play({}), await play(weights)];
    expect(shaped.seen).toEqual(plain.seen);
    expect(shaped.rewards).not.toEqual(plain.rewards);
    expect(Object.keys(plain.details[0]!).filter((name) => name.startsWith('reward '))).toEqual([]);
  });

  it('add up with the task to the reward of the episode, but for the fall', async () => {
    const [plain, shaped] = [await play({}), await play(weights)];
    const { reward, physicsSteps, ...told } = shaped.details[0]!;
    const earned = Object.entries(told).filter(([name]) => name.startsWith('reward '));
    expect(earned.map(([name]) => name).sort()).toEqual(
      ['reward task', ...Object.keys(weights).map((name) => name.replace('_', ' '))].sort(),
    );
    expect(told['reward upright']).toBeGreaterThan(0);
    expect(told['reward smooth']).toBeLessThan(0);
    // The last decision, which the fall made -1 of, may have earned a little before it.
    const all = earned.reduce((sum, [, value]) => sum + value * physicsSteps!, 0);
    expect(Math.abs(all - 1 - reward!)).toBeLessThan(5 * 1.7);
    expect(plain.details[0]!['reward']).toBeLessThan(reward!);
  });

  it('go on exactly in an episode that was kept and taken up again', async () => {
    expect(await play(weights, 30, true)).toEqual(await play(weights, 30));
  });
});

describe('ground that is not flat', () => {
  it('goes on exactly in an episode that was kept and taken up again', async () => {
    const slope = { terrain_slope: 10 };
    expect(await play(slope, 30, true)).toEqual(await play(slope, 30));
  });

  it('leaves the start as it is, and holds the target where it is up', async () => {
    const [flat, steps] = ['terrain_seed', 'terrain_step'].map((name) =>
      newEnvironment('unity', { seed: 5, firstAgent: 0, agents: 8, parameters: { [name]: 0.3 } }),
    );
    for (const environment of [flat!, steps!]) {
      await environment.reset();
      for (let step = 0; step < 20; step++) await environment.step(new Float32Array(8 * behavior.actionSize));
    }
    expect(positionOf(steps!.walkers[0]!, 'hips')[1]).toBeCloseTo(positionOf(flat!.walkers[0]!, 'hips')[1], 1);
    const heights = steps!.walkers.map((walker) => targetOf(walker));
    const high = heights.filter(([x]) => Math.abs(x) > 2);
    expect(high.length).toBeGreaterThan(3);
    for (const [x, y] of high) {
      const step = Math.floor((Math.abs(x) - 1) / 0.6) + 1;
      expect(y - 0.125 - 0.125).toBeGreaterThan(0.3 * (step - 1) - 0.05);
    }
  });

  it('is of one kind, and not had in PhysX itself', () => {
    expect(() => checkParameters({ terrain_slope: 3, terrain_step: 0.1 })).toThrow(/one kind|of slopes/);
    expect(() => checkParameters({ terrain_slope: 3 }, 'physx')).toThrow(/flat ground alone/);
    expect(() => checkParameters({ terrain_slope: 31 })).toThrow(/out of its range/);
    expect(() => checkParameters({ terrain_slop: 3 })).toThrow(/terrain_slope/);
  });
});
