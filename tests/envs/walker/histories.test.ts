import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../../base/random/stream.ts';
import type { Environment } from '../../../envs/env.ts';
import { createEnvironment, WalkerEnvironment } from '../../../envs/walker/environment.ts';
import { loadPhysX } from '../../../envs/walker/physx.ts';

const options = { seed: 3, firstAgent: 4, agents: 3, parameters: {} };

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

describe('the history of an episode', () => {
  it('brings a new world to exactly where the old one is, and on from there', async () => {
    const old = await createEnvironment(options);
    await old.reset();
    const random = new RandomStream(9);
    const [last] = (await steps(old, random, 60)).slice(-1);
    const histories = old.histories!();
    expect(histories.some(({ episode }) => episode > 0)).toBe(true);
    expect(histories.some(({ actions: done }) => done.length > 0)).toBe(true);

    const renewed = await createEnvironment({ ...options, histories });
    expect((await renewed.reset()).slice()).toEqual(last!.observations);
    expect(renewed.histories!()).toEqual(histories);

    const goingOn = await steps(old, new RandomStream(10), 40);
    expect(await steps(renewed, new RandomStream(10), 40)).toEqual(goingOn);
    await old.close();
    await renewed.close();
  });

  it('does so from the first decision on, after every one, and in a group of another size', async () => {
    const old = await createEnvironment(options);
    let seen = (await old.reset()).slice();
    const random = new RandomStream(10);
    for (let decision = 0; decision < 24; decision++) {
      const histories = old.histories!();
      const agent = decision % options.agents;
      const alone = await createEnvironment({
        ...options,
        firstAgent: options.firstAgent + agent,
        agents: 1,
        histories: [histories[agent]!],
      });
      const row = seen.subarray(agent * 243, (agent + 1) * 243);
      expect((await alone.reset()).slice()).toEqual(row.slice());
      const all = actions(random);
      seen = (await old.step(all)).observations.slice();
      const { observations } = await alone.step(all.slice(agent * 39, (agent + 1) * 39));
      expect(observations).toEqual(seen.slice(agent * 243, (agent + 1) * 243));
      await alone.close();
    }
    await old.close();
  });

  it('is that of the next episode where one has just blown up', async () => {
    const physx = await loadPhysX();
    const old = new WalkerEnvironment(physx, options);
    await old.reset();
    const random = new RandomStream(11);
    await steps(old, random, 3);
    const notANumber = new physx.px.PxVec3(Number.NaN, 0, 0);
    old.walkers[1]!.world.body(0).setLinearVelocity(notANumber, true);
    physx.px.destroy(notANumber);
    const [burst] = await steps(old, random, 1);
    expect(burst!.episodes[0]!.details['blowUps']).toBe(1);
    const [last] = (await steps(old, random, 2)).slice(-1);
    const renewed = await createEnvironment({ ...options, histories: old.histories() });
    expect((await renewed.reset()).slice()).toEqual(last!.observations);
    await old.close();
    await renewed.close();
  });
});
