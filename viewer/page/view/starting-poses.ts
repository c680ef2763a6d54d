/** Somebody as they stand at the beginning, before any simulation is there. */
import { poseSize } from '../../../envs/walker/body-view.ts';
import { identity } from '../../../envs/walker/rotation.ts';
import { shelfHeight } from '../../simulation/hands.ts';
import type { Who } from '../../simulation/who.ts';

/** [bodies + target + box, 7]. */
export function startingPoses({ ragdoll, looks, settings }: Who): Float32Array {
  const rows = [
    ...ragdoll.bodies.map(({ start, rotation }) => [...rotation, ...start]),
    [...identity, 0, settings.groundHeight + looks.target / 2, 3 * looks.size],
    [...identity, 0, 2 * shelfHeight, 0],
  ];
  const poses = new Float32Array(rows.length * poseSize);
  rows.forEach((pose, row) => {
    poses.set(pose, row * poseSize);
  });
  return poses;
}
