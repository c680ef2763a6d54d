/** A walker as it stands at the beginning, before any simulation is there. */
import { poseSize } from '../../../envs/walker/body-view.ts';
import { unityPhysics } from '../../../envs/walker/physics-settings.ts';
import { walkerRig } from '../../../envs/walker/rig.ts';
import { target } from '../../../envs/walker/world.ts';
import { shelfHeight } from '../../simulation/hands.ts';

/** [bodies + target + box, 7]. */
export function startingPoses(): Float32Array {
  const places = [
    ...walkerRig.bodies.map(({ start }) => start),
    [0, unityPhysics.groundHeight + target.edge / 2, 3] as const,
    [0, 2 * shelfHeight, 0] as const,
  ];
  const poses = new Float32Array(places.length * poseSize);
  places.forEach((place, row) => {
    poses.set([0, 0, 0, 1, ...place], row * poseSize);
  });
  return poses;
}
