/** Unity's axes are left-handed and three.js's right-handed: z is turned round on the way, and walkers get a place each. */
import type { Quaternion, Vector3 } from 'three';
import type { Vector } from '../../simulation/inputs.ts';

/** Where a walker's world is drawn, metres, in three.js's axes. */
export interface Place {
  readonly x: number;
  readonly z: number;
}

export function positionOf(poses: Float32Array, at: number, { x, z }: Place, into: Vector3): Vector3 {
  return into.set(poses[at + 4]! + x, poses[at + 5]!, z - poses[at + 6]!);
}

export function rotationOf(poses: Float32Array, at: number, into: Quaternion): Quaternion {
  return into.set(-poses[at]!, -poses[at + 1]!, poses[at + 2]!, poses[at + 3]!);
}

/** A point of the picture in a walker's own world. */
export function toUnity({ x, y, z }: Vector3, place: Place): Vector {
  return [x - place.x, y, place.z - z];
}

/** A direction of the picture in Unity's axes. */
export function directionToUnity({ x, y, z }: Vector3): Vector {
  return [x, y, -z];
}

export function fromUnity([x, y, z]: Vector, place: Place, into: Vector3): Vector3 {
  return into.set(x + place.x, y, place.z - z);
}

/** Metres between neighbours as large as the Walker. */
const spacing = 2.6;

/** A place for each walker: those of a policy in a square, and the second policy's square beside the first's. */
export function placesOf(policies: number, walkers: number, size = 1): Place[] {
  const edge = Math.ceil(Math.sqrt(walkers));
  const width = policies * edge;
  return Array.from({ length: policies * walkers }, (_, which) => {
    const [policy, number] = [Math.floor(which / walkers), which % walkers];
    const column = policy * edge + (number % edge);
    const row = Math.floor(number / edge);
    return { x: (column - (width - 1) / 2) * spacing * size, z: (row - (edge - 1) / 2) * spacing * size };
  });
}
