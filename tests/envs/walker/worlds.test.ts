import { afterEach, describe, expect, it } from 'vitest';
import { RandomStream } from '../../../base/random/stream.ts';
import type { BatchedWorlds, WalkerWorld } from '../../../envs/walker/batched-world.ts';
import { behavior } from '../../../envs/walker/behavior.ts';
import { walkerDialects, worldNamed, worldNames } from '../../../envs/walker/dialects.ts';
import { observationNames } from '../../../envs/walker/observation.ts';
import { openWorlds } from '../../../envs/walker/open-worlds.ts';
import { unityPhysics } from '../../../envs/walker/physics-settings.ts';
import { walkerRig } from '../../../envs/walker/rig.ts';
import { sceneOfRig } from '../../../envs/walker/scene-of-rig.ts';
import { closeAll, kick, newEnvironment, newWalker, positionOf, targetOf, worldsOf } from './in-worlds.ts';

afterEach(closeAll);

const names = observationNames(walkerRig);

describe.each(worldNames)('in the world %s', (world) => {
  it('the target falls to the ground and lies there', () => {
    const walker = newWalker(world);
    walker.world.start({ yaw: 0, target: [5, 1, 5] });
    for (let step = 0; step < 150; step++) walker.world.simulate();
    walker.world.read();
    const [x, y, z] = targetOf(walker);
    // Half of its edge above the ground, a little less by what contacts allow.
    expect(y).toBeCloseTo(unityPhysics.groundHeight + 0.125, 2);
    expect([x, z]).toEqual([expect.closeTo(5, 1), expect.closeTo(5, 1)]);
  });

  it('walls keep a walker in that is thrown at one', () => {
    const walker = newWalker(world, { gravity: 0 });
    walker.start(new RandomStream(1));
    for (let body = 0; body < walkerRig.bodies.length; body++) kick(walker.world, body, [0, 0, 8]);
    let farthest = 0;
    for (let step = 0; step < 200; step++) {
      walker.world.simulate();
      walker.world.read();
      farthest = Math.max(farthest, positionOf(walker, 'hips')[2]);
    }
    expect(farthest).toBeGreaterThan(10);
    expect(farthest).toBeLessThan(unityPhysics.groundEdge / 2 + 0.1);
  });

  it('a target that is pushed by a hand counts once, however long they touch', () => {
    const walker = newWalker(world, { gravity: 0, target_radius: 0 });
    walker.start(new RandomStream(4));
    const hand = positionOf(walker, 'handL');
    walker.world.moveTarget([hand[0], hand[1] + 0.05, hand[2]]);
    walker.decide(new Float32Array(behavior.actionSize), 0);
    expect(walker.targetsTouched).toBe(1);
  });

  it('the goal frame turns by where it was a physics step before, as in Unity', () => {
    const walker = newWalker(world, { gravity: 0, max_steps: 1e6 });
    walker.start(new RandomStream(2));
    const [tx, , tz] = targetOf(walker);
    const [hx, , hz] = positionOf(walker, 'hips');
    const away = Math.hypot(tx - hx, tz - hz);
    // Across the direction to the target.
    const across = [(tz - hz) / away, 0, -(tx - hx) / away] as const;
    const speed = 3;
    for (let body = 0; body < walkerRig.bodies.length; body++) {
      kick(walker.world, body, [across[0] * speed, 0, across[2] * speed]);
    }
    walker.decide(new Float32Array(behavior.actionSize).fill(-1), 0);
    const seen = new Float32Array(behavior.observationSize);
    walker.observe(seen, 0);
    // Turned after each step by how it was seen from the last place, and looked at from this one.
    expect(seen[names.indexOf('target position x')]).toBeCloseTo(-speed * unityPhysics.step, 3);
  });
});

describe('walkers that share a vector', () => {
  it('never feel that a neighbour blew up, at whatever lane, however many agents there are', async () => {
    const play = async (agents: number, burst: number | undefined) => {
      const environment = newEnvironment('unity', { seed: 3, firstAgent: 0, agents, parameters: {} });
      await environment.reset();
      const random = Array.from({ length: agents }, (_, agent) => new RandomStream(agent));
      const seen: Float32Array[][] = Array.from({ length: agents }, () => []);
      for (let decision = 0; decision < 25; decision++) {
        if (burst !== undefined && decision % 3 === 1) kick(environment.walkers[burst]!.world, 5, [Number.NaN, 0, 0]);
        const actions = Float32Array.from({ length: agents * 39 }, (_, at) =>
          random[Math.floor(at / 39)]!.uniform(-1, 1),
        );
        const { observations } = await environment.step(actions);
        for (let agent = 0; agent < agents; agent++)
          seen[agent]!.push(observations.slice(agent * 243, (agent + 1) * 243));
      }
      return seen;
    };
    const untroubled = await play(7, undefined);
    const troubled = await play(7, 2);
    expect(troubled[2]).not.toEqual(untroubled[2]);
    for (const agent of [0, 1, 3, 4, 5, 6]) expect(troubled[agent]).toEqual(untroubled[agent]);
    expect((await play(1, undefined))[0]).toEqual(untroubled[0]);
    expect(await play(5, undefined)).toEqual(untroubled.slice(0, 5));
  });

  it('in lanes that nobody lives in hang still for good', () => {
    const worlds = worldsOf('unity', 5) as BatchedWorlds;
    const { simulator } = worlds;
    for (const each of worlds.each) each.start({ yaw: 0, target: [5, 1, 5] });
    const spare = [5, 6, 7];
    const before = spare.map((lane) => simulator.pose(lane, 0));
    for (let step = 0; step < 1000; step++) worlds.simulate(new Uint8Array(5));
    spare.forEach((lane, which) => {
      const { position, rotation } = simulator.pose(lane, 0);
      position.forEach((at, axis) => {
        expect(at).toBeCloseTo(before[which]!.position[axis]!, 1);
      });
      expect(Math.abs(rotation[3])).toBeGreaterThan(0.999);
    });
  });
});

describe('a world', () => {
  it('that does not exist is refused with those that do', async () => {
    expect(() => worldNamed('pyhsx')).toThrow(
      /no such world.*"pyhsx"; expected one of unity, physx5, physx.*write physx/s,
    );
    await expect(openWorlds('mujoco', 1)).rejects.toThrow(/mujoco/);
  });

  it('is unity where none is named', async () => {
    const worlds = await openWorlds(undefined, 2);
    expect(worlds.name).toBe('unity');
    expect(worlds.each).toHaveLength(2);
    worlds.close();
  });

  it('of the simulator keeps a walker in less than 10 kB', () => {
    const [world] = worldsOf('unity', 1).each as WalkerWorld[];
    expect(world!.save().length).toBeLessThan(10_000);
  });
});

describe("a rig's scene", () => {
  const scenes = Object.fromEntries(
    Object.entries(walkerDialects).map(([name, dialect]) => [name, sceneOfRig(walkerRig, dialect, unityPhysics)]),
  );

  it('locks what Unity locks, and gives it two degrees of play in the dialect of PhysX 5', () => {
    const shin = (name: string) => scenes[name]!.joints.find((joint) => joint.name === 'shinL')!;
    expect([shin('unity').swing1, shin('unity').swing2]).toEqual(['locked', 'locked']);
    const play = [expect.closeTo(-Math.PI / 90, 10), expect.closeTo(Math.PI / 90, 10)];
    expect([shin('physx5').swing1, shin('physx5').swing2]).toEqual([play, play]);
    const wrist = scenes['physx5']!.joints.find((joint) => joint.name === 'handL')!;
    expect([wrist.twist, wrist.swing1, wrist.swing2, wrist.drive]).toEqual(['locked', 'locked', 'locked', undefined]);
  });

  it('is solved root first in Unity and leaves first in PhysX 5', () => {
    const order = (name: string) => scenes[name]!.jointOrder.map((joint) => scenes[name]!.joints[joint]!.name);
    expect(order('unity').slice(0, 3)).toEqual(['spine', 'chest', 'head']);
    expect(order('unity').indexOf('thighR')).toBeLessThan(order('unity').indexOf('thighL'));
    expect(order('physx5').slice(-1)).toEqual(['thighL']);
    expect(order('physx5')[0]).toBe('head');
  });

  it('has the target as its last body, ground and four walls', () => {
    const { bodies, fixtures } = scenes['unity']!;
    expect(bodies.map(({ name }) => name)).toEqual([...walkerRig.bodies.map(({ name }) => name), 'target']);
    expect(fixtures).toHaveLength(5);
  });
});
