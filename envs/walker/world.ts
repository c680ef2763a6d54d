/**
 * What a walker needs of the world that it lives in, whoever simulates it.
 *
 * `batched-world.ts` has many walkers in the simulator of physics/, four to a vector; `physx/world.ts` gives each a scene of
 * PhysX's own.
 */
import type { BodyView } from './body-view.ts';
import type { WorldName } from './dialects.ts';
import type { PlaceValues } from './place.ts';
import type { Vector } from './rig.ts';

/** One walker's piece of a world: ground, walls, target, and the ragdoll with its motors. */
export interface World {
  /** Where they are in this episode: the next one's may be elsewhere. */
  readonly bodies: BodyView;
  /** Starts anew: the ragdoll in its start pose, turned about the root, and everything at rest, whatever was there before. */
  start(start: WorldStart): void;
  /** Turns a motor towards a rotation, x y z w at `rotations[at]`: the pose of the other body's frame in its own. */
  setMotorTarget(motor: number, rotations: Float32Array, at: number): void;
  /** Sets a motor's strength, N m, which the drive scale multiplies. */
  setMotorStrength(motor: number, strength: number): void;
  /** Changes the velocity of every body of the ragdoll by (x, 0, z) m/s. */
  push(x: number, z: number): void;
  /** Puts the target elsewhere; its rotation and velocity stay, as when Unity sets a position. */
  moveTarget(position: Vector): void;
  /** Whether the ragdoll has come to touch the target in the last physics step. */
  targetTouched(): boolean;
  /** Whether any body may have come to touch the ground, or ceased to, in the last physics step. */
  groundMayHaveChanged(): boolean;
  /** One physics step of this walker's alone; several step together by `Worlds.simulate`. */
  simulate(): void;
  /** Brings `bodies` up to date as far as a reward needs it: velocities, and the poses of root, head and target. */
  readForReward(): void;
  /** Brings all of `bodies` up to date. */
  read(): void;
  /** All that it keeps, for `restore`; absent where that can't be had, and an episode must be played again. */
  save?(): Uint8Array;
  /** @param place how it was solved there, and on which ground. */
  restore?(state: Uint8Array, place?: PlaceValues): void;
}

/** The worlds of some walkers, stepped together. */
export interface Worlds<Each extends World = World> {
  /** One of `worldNames`. */
  readonly name: WorldName;
  readonly each: readonly Each[];
  /** One physics step of every walker; of those that are over it may be left out. @param isOver 1 where it is, [walkers]. */
  simulate(isOver: Uint8Array): void;
  /** Frees everything. No call may follow. */
  close(): void;
}

export interface WorldStart {
  /** How far the ragdoll is turned about y, radians. */
  readonly yaw: number;
  /** Centre of the target cube, metres. */
  readonly target: Vector;
  /** Default: Unity's. */
  readonly conditions?: WorldConditions | undefined;
  /** How it is solved and which ground it has, where that is not as usual. */
  readonly place?: PlaceValues | undefined;
}

/** What may differ from one start to the next. */
export interface WorldConditions {
  /** m/s2, downwards. */
  readonly gravity: number;
  /** Static and dynamic, of bodies and ground. */
  readonly friction: number;
  /** kg, of each body of the rig. */
  readonly masses: readonly number[];
  /** Times the rig's spring, damper and strengths of every motor. */
  readonly driveScale: number;
}

/** A cube that falls: metres, kg, 1/s. */
export interface Target {
  readonly edge: number;
  readonly mass: number;
  readonly linearDamping: number;
  readonly angularDamping: number;
}

/** The Walker's. Its dampings are Unity's defaults for a rigid body. */
export const target: Target = { edge: 0.25, mass: 1, linearDamping: 0, angularDamping: 0.05 };

/** The walls around the ground, metres. */
export const wall = { height: 10, thickness: 1 };
