import { afterAll, expect, it } from 'vitest';
import { RandomStream } from '../../../../base/random/stream.ts';
import { behavior } from '../../../../envs/walker/behavior.ts';
import { poseSize } from '../../../../envs/walker/body-view.ts';
import { drawParameters } from '../../../../envs/walker/parameters.ts';
import { unityPhysics } from '../../../../envs/walker/physics-settings.ts';
import { loadPhysX } from '../../../../envs/walker/physx/physx.ts';
import { driveOffsets, PhysXWorld } from '../../../../envs/walker/physx/world.ts';
import { physxWorlds } from '../../../../envs/walker/physx/worlds.ts';
import { walkerRig } from '../../../../envs/walker/rig.ts';
import { Walker } from '../../../../envs/walker/walker.ts';
import { WalkerEnvironment } from '../../../../envs/walker/walker-environment.ts';

const physx = await loadPhysX();
const open: { close(): void }[] = [];
afterAll(() => {
  for (const each of open) each.close();
});

function newWorld(): PhysXWorld {
  return new PhysXWorld(physx, walkerRig, unityPhysics);
}

it('motors take their springs and force limits where this build of PhysX keeps them', () => {
  const drive = new physx.px.PxD6JointDrive(1, 2, 345, false) as unknown as { ptr: number };
  const floats = new Float32Array(physx.memory.buffer);
  const { stiffness, damping, forceLimit } = driveOffsets;
  expect([stiffness, damping, forceLimit].map((offset) => floats[(drive.ptr + offset) >> 2])).toEqual([1, 2, 345]);
  physx.px.destroy(drive);
});

it('an episode that blows up in a pose, before any velocity tells, is cut off and earns no NaN', async () => {
  const worlds = physxWorlds(physx, walkerRig, 1, unityPhysics);
  open.push(worlds);
  const environment = new WalkerEnvironment(worlds, { seed: 1, firstAgent: 0, agents: 1, parameters: {} });
  await environment.reset();
  const { world } = environment.walkers[0]!;
  const read = world.readPose.bind(world);
  world.readPose = (body) => {
    read(body);
    world.poses.fill(Number.NaN, body * poseSize, (body + 1) * poseSize);
  };
  const { truncated, rewards, episodes } = await environment.step(new Float32Array(behavior.actionSize));
  expect(truncated[0]).toBe(1);
  expect(rewards[0]).toBe(0);
  expect(episodes[0]).toMatchObject({ reward: 0, details: { blowUps: 1 } });
});

it('masses carry the inertia along', () => {
  const inertiaOf = (parameters: Record<string, number>) => {
    const world = newWorld();
    open.push(world);
    const walker = new Walker(world, walkerRig, drawParameters(parameters, 0));
    walker.start(new RandomStream(1));
    return world.body(3).getMassSpaceInertiaTensor().x;
  };
  expect(inertiaOf({ mass_scale: 3 })).toBeCloseTo(3 * inertiaOf({}), 5);
});

it('no memory is left behind by episodes, or by walkers that are gone', () => {
  const bytes = () => physx.memory.buffer.byteLength;
  const kept = newWorld();
  open.push(kept);
  const walker = new Walker(kept, walkerRig, drawParameters({}, 0));
  const play = (episodes: number) => {
    for (let episode = 0; episode < episodes; episode++) {
      walker.start(new RandomStream(episode));
      kept.simulate();
    }
  };
  const makeAndClose = (walkers: number) => {
    for (let made = 0; made < walkers; made++) {
      const world = newWorld();
      new Walker(world, walkerRig, drawParameters({}, 0)).start(new RandomStream(made));
      world.simulate();
      world.close();
    }
  };
  makeAndClose(50);
  play(500);
  const before = bytes();
  play(5000);
  makeAndClose(400);
  expect(bytes()).toBe(before);
});
