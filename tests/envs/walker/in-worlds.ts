/** Walkers in any of the worlds, made without waiting. */
import type { EnvironmentOptions } from '../../../envs/env.ts';
import { BatchedWorlds, type WalkerWorld } from '../../../envs/walker/batched-world.ts';
import { poseSize, posesOf } from '../../../envs/walker/body-view.ts';
import { type WorldName, walkerDialects } from '../../../envs/walker/dialects.ts';
import { drawParameters } from '../../../envs/walker/parameters.ts';
import { type PhysicsSettings, unityPhysics } from '../../../envs/walker/physics-settings.ts';
import { loadPhysX } from '../../../envs/walker/physx/physx.ts';
import { PhysXWorld } from '../../../envs/walker/physx/world.ts';
import { physxWorlds } from '../../../envs/walker/physx/worlds.ts';
import { bodyIndex, type Rig, walkerRig } from '../../../envs/walker/rig.ts';
import { Walker } from '../../../envs/walker/walker.ts';
import { WalkerEnvironment } from '../../../envs/walker/walker-environment.ts';
import type { World, Worlds } from '../../../envs/walker/world.ts';
import { loadKernel } from '../../../physics/kernel.ts';

const [physx, kernel] = await Promise.all([loadPhysX(), loadKernel()]);
const open: { close(): unknown }[] = [];

/** To be called after each test. */
export async function closeAll(): Promise<void> {
  for (const each of open.splice(0)) await each.close();
}

export function worldsOf(
  name: WorldName,
  count: number,
  rig: Rig = walkerRig,
  settings: PhysicsSettings = unityPhysics,
): Worlds {
  if (name === 'physx') return physxWorlds(physx, rig, count, settings);
  return new BatchedWorlds(kernel, rig, count, walkerDialects[name], settings);
}

/** A walker by itself, not started. */
export function newWalker(name: WorldName, parameters: Record<string, number> = {}, rig: Rig = walkerRig): Walker {
  const worlds = worldsOf(name, 1, rig);
  open.push(worlds);
  return new Walker(worlds.each[0]!, rig, drawParameters(parameters, 0));
}

/** Not reset. */
export function newEnvironment(name: WorldName, options: EnvironmentOptions, rig: Rig = walkerRig): WalkerEnvironment {
  const environment = new WalkerEnvironment(worldsOf(name, options.agents, rig), options, rig);
  open.push(environment);
  return environment;
}

export function positionOf({ world }: Walker, body: string): [number, number, number] {
  const at = bodyIndex(walkerRig, body) * poseSize + 4;
  return [...posesOf(world.bodies).slice(at, at + 3)] as [number, number, number];
}

export function targetOf({ world }: Walker): [number, number, number] {
  return [...posesOf(world.bodies).slice(-3)] as [number, number, number];
}

/** Velocities of the bodies' centres of mass, [bodies, 3]. */
export function velocitiesOf({ bodies: { floats, velocity, part } }: World): number[] {
  return walkerRig.bodies.flatMap((_, body) =>
    [0, 1, 2].map((axis) => floats[velocity.first + body * velocity.body + axis * part]!),
  );
}

/** Adds to a body's velocity, m/s. */
export function kick(world: World, body: number, [x, y, z]: readonly [number, number, number]): void {
  if (world instanceof PhysXWorld) {
    const now = world.body(body).getLinearVelocity();
    const velocity = new physx.px.PxVec3(now.x + x, now.y + y, now.z + z);
    world.body(body).setLinearVelocity(velocity, true);
    physx.px.destroy(velocity);
    return;
  }
  const { floats, velocity, part } = world.bodies;
  [x, y, z].forEach((change, axis) => {
    floats[velocity.first + body * velocity.body + axis * part]! += change;
  });
}

/** The mass of every body, kg. */
export function massesOf(world: World): number[] {
  return walkerRig.bodies.map((_, body) => {
    if (world instanceof PhysXWorld) return world.body(body).getMass();
    const { simulator, lane } = (world as WalkerWorld).lane;
    return 1 / simulator.floats[simulator.bodyIndex(lane, body, 'INVERSE_MASS')]!;
  });
}
