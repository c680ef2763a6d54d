import { afterEach, describe, expect, it } from 'vitest';
import { behavior } from '../../../envs/walker/behavior.ts';
import { type WorldName, worldNames } from '../../../envs/walker/dialects.ts';
import { observationNames } from '../../../envs/walker/observation.ts';
import { largeWalkerRig, walkerRig } from '../../../envs/walker/rig.ts';
import { closeAll, newEnvironment } from './in-worlds.ts';

afterEach(closeAll);

describe('the larger Walker of older ML-Agents releases', () => {
  it('is seen and moved by the same numbers as the present one', () => {
    expect(observationNames(largeWalkerRig)).toEqual(observationNames(walkerRig));
    expect(largeWalkerRig.bodies.map(({ joint }) => joint?.limits)).toEqual(
      walkerRig.bodies.map(({ joint }) => joint?.limits),
    );
    expect(largeWalkerRig.bodies.map(({ mass }) => mass)).toEqual(walkerRig.bodies.map(({ mass }) => mass));
  });

  it.each(worldNames)(
    'lands on its feet in the world %s and falls in time, with no number out of bounds',
    async (world: WorldName) => {
      const options = { seed: 0, firstAgent: 0, agents: 2, parameters: {} };
      const environment = newEnvironment(world, options, largeWalkerRig);
      await environment.reset();
      const feet = ['footL', 'footR'].map((name) => largeWalkerRig.bodies.findIndex((body) => body.name === name));
      const landed = new Set<number>();
      const fallen: number[] = [];
      for (let decision = 0; decision < 80; decision++) {
        const { observations, episodes } = await environment.step(new Float32Array(2 * behavior.actionSize).fill(-1));
        expect(observations.every(Number.isFinite)).toBe(true);
        const { words, touching, groundBit } = environment.walkers[0]!.world.bodies;
        for (const foot of feet) if (words[touching.first + foot * touching.body]! & groundBit) landed.add(foot);
        for (const { details } of episodes) fallen.push(details['fallenBody']!);
      }
      expect([...landed].sort()).toEqual(feet.toSorted());
      expect(fallen.length).toBeGreaterThan(0);
      expect(fallen).not.toContain(-1);
    },
  );
});
