/** Walkers, or other ragdolls, in PhysX, each in a scene of its own: the referee of the batched simulator. */
import type { PhysicsSettings } from '../physics-settings.ts';
import type { Rig } from '../rig.ts';
import type { Ragdoll } from '../scene-of-rig.ts';
import type { Worlds } from '../world.ts';
import type { PhysX } from './physx-types.ts';
import { PhysXWorld } from './world.ts';

export function physxWorlds(
  physx: PhysX,
  rig: Rig | Ragdoll,
  count: number,
  settings: PhysicsSettings,
): Worlds<PhysXWorld> {
  const each = Array.from({ length: count }, () => new PhysXWorld(physx, rig, settings));
  return {
    name: 'physx',
    each,
    simulate(isOver) {
      for (let walker = 0; walker < count; walker++) if (!isOver[walker]) each[walker]!.simulate();
    },
    close() {
      for (const world of each) world.close();
    },
  };
}
