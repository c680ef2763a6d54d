/**
 * What poses tell: where the hips are, where the target is, how fast one came nearer to the other.
 *
 * Poses are as the world keeps them, [bodies + 1, 7]: rotation x y z w and position x y z; first the root (a walker's hips), last the target.
 */
import { poseSize } from '../envs/walker/body-view.ts';
import { distanceBetween, type Place } from './points.ts';

export function hipsOf(pose: Float32Array): Place {
  return placeAt(pose, 0);
}

/** Metres. */
export function rootHeightOf(pose: Float32Array): number {
  return pose[5]!;
}

/** From the hips to the target, of length one. */
export function goalOf(pose: Float32Array): Place {
  const [hips, target] = [hipsOf(pose), placeAt(pose, pose.length - poseSize)];
  const [x, z] = between(hips, target);
  const distance = distanceBetween(hips, target);
  return distance > 0 ? [x / distance, z / distance] : [0, 1];
}

/** Metres towards the target, which may be put elsewhere on the way. */
export function progressOver(poses: readonly Float32Array[]): number {
  return poses.slice(1).reduce((sum, pose, index) => {
    const before = poses[index]!;
    const [x, z] = between(hipsOf(before), hipsOf(pose));
    const [goalX, goalZ] = goalOf(before);
    return sum + x * goalX + z * goalZ;
  }, 0);
}

/** Radians about y (up) from z (forward): where the hips go from first to last; towards the target where they stay. */
export function headingOf(poses: readonly Float32Array[]): number {
  const [first, last] = [poses[0]!, poses.at(-1)!];
  const goesSomewhere = distanceBetween(hipsOf(first), hipsOf(last)) > 0.5;
  const [x, z] = goesSomewhere ? between(hipsOf(first), hipsOf(last)) : goalOf(first);
  return Math.atan2(x, z);
}

function placeAt(pose: Float32Array, at: number): Place {
  return [pose[at + 4]!, pose[at + 6]!];
}

function between([x, z]: Place, [toX, toZ]: Place): Place {
  return [toX - x, toZ - z];
}
