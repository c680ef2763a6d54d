/** Opens the worlds of some walkers, or other ragdolls, in Node, by name. PhysX is loaded only where it is asked for. */
import { loadKernel } from '../../physics/kernel.ts';
import { BatchedWorlds } from './batched-world.ts';
import { walkerDialects, worldNamed } from './dialects.ts';
import { type PhysicsSettings, unityPhysics } from './physics-settings.ts';
import { type Rig, walkerRig } from './rig.ts';
import type { Ragdoll } from './scene-of-rig.ts';
import type { Worlds } from './world.ts';

/**
 * @param name one of `worldNames`; default `unity`.
 * @throws UserError where there is no world of that name.
 */
export async function openWorlds(
  name: string | undefined,
  count: number,
  rig: Rig | Ragdoll = walkerRig,
  settings: PhysicsSettings = unityPhysics,
): Promise<Worlds> {
  const world = worldNamed(name);
  if (world === 'physx') {
    const [{ loadPhysX }, { physxWorlds }] = await Promise.all([
      import('./physx/physx.ts'),
      import('./physx/worlds.ts'),
    ]);
    return physxWorlds(await loadPhysX(), rig, count, settings);
  }
  return new BatchedWorlds(await loadKernel(), rig, count, walkerDialects[world], settings);
}
