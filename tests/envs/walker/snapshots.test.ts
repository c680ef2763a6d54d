import { afterEach, describe, expect, it } from 'vitest';
import { RandomStream } from '../../../base/random/stream.ts';
import type { Environment } from '../../../envs/env.ts';
import { worldNames } from '../../../envs/walker/dialects.ts';
import { closeAll, kick, newEnvironment } from './in-worlds.ts';

const options = { seed: 3, firstAgent: 4, agents: 3, parameters: {} };
afterEach(closeAll);

/** Small actions, so that some episodes outlive others. */
function actions(random: RandomStream): Float32Array {
  return Float32Array.from({ length: options.agents * 39 }, () => random.uniform(-0.3, 0.3));
}

async function steps(environment: Environment, random: RandomStream, count: number) {
  const seen = [];
  for (let decision = 0; decision < count; decision++) {
    const { finalObservations, ...step } = await environment.step(actions(random));
    const rows = step.episodes.map(({ agent }) => (agent - options.firstAgent) * 243);
    // Rows of agents whose episode goes on mean nothing.
    const final = rows.map((row) => finalObservations.slice(row, row + 243));
    seen.push(structuredClone({ ...step, final }));
  }
  return seen;
}

describe.each(worldNames)('in the world %s a snapshot of an episode', (world) => {
  const make = (given: Partial<Parameters<typeof newEnvironment>[1]> = {}) =>
    newEnvironment(world, { ...options, ...given });

  it('brings a new world to exactly where the old one is, and on from there', async () => {
    const old = make();
    await old.reset();
    const [last] = (await steps(old, new RandomStream(9), 60)).slice(-1);
    const snapshots = old.snapshots();
    expect(snapshots.some(({ episode }) => episode > 0)).toBe(true);

    const renewed = make({ snapshots });
    expect(renewed.snapshots()).toEqual(snapshots);
    expect((await renewed.reset()).slice()).toEqual(last!.observations);
    expect(renewed.snapshots()).toEqual(snapshots);

    const goingOn = await steps(old, new RandomStream(10), 40);
    expect(await steps(renewed, new RandomStream(10), 40)).toEqual(goingOn);
  });

  it('does so from the first decision on, after every one, and in a group of another size', async () => {
    const old = make();
    let seen = (await old.reset()).slice();
    const random = new RandomStream(10);
    for (let decision = 0; decision < 24; decision++) {
      const agent = decision % options.agents;
      const alone = make({
        firstAgent: options.firstAgent + agent,
        agents: 1,
        snapshots: [old.snapshots()[agent]!],
      });
      const row = seen.subarray(agent * 243, (agent + 1) * 243);
      expect((await alone.reset()).slice()).toEqual(row.slice());
      const all = actions(random);
      seen = (await old.step(all)).observations.slice();
      const { observations } = await alone.step(all.slice(agent * 39, (agent + 1) * 39));
      expect(observations).toEqual(seen.slice(agent * 243, (agent + 1) * 243));
    }
  });

  it('is that of the next episode where one has just blown up', async () => {
    const old = make();
    await old.reset();
    const random = new RandomStream(11);
    await steps(old, random, 3);
    kick(old.walkers[1]!.world, 0, [Number.NaN, 0, 0]);
    const [burst] = await steps(old, random, 1);
    expect(burst!.episodes[0]!.details['blowUps']).toBe(1);
    const [last] = (await steps(old, random, 2)).slice(-1);
    const renewed = make({ snapshots: old.snapshots() });
    expect((await renewed.reset()).slice()).toEqual(last!.observations);
  });

  it('without a state begins the episode of that number anew', async () => {
    const old = make();
    await old.reset();
    await old.reset();
    const again = await old.reset();
    const snapshots = Array.from({ length: options.agents }, () => ({ episode: 2, state: new Uint8Array() }));
    expect((await make({ snapshots }).reset()).slice()).toEqual(again.slice());
  });

  it('is refused in another world', async () => {
    const old = make();
    await old.reset();
    const other = worldNames.find((name) => name !== world)!;
    const renewed = newEnvironment(other, { ...options, snapshots: old.snapshots() });
    await expect(renewed.reset()).rejects.toThrow(
      new RegExp(`begun in another world.*got "${other}"; expected ${world}`),
    );
  });
});
