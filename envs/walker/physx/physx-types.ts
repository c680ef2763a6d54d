/**
 * PhysX as envs/walker is handed it: the package's wrappers, the instance's bare functions, and its memory.
 */
import type PhysXModule from 'physx-js-webidl';
import type { ContactReports } from './contact-reports.ts';

/** The package's types: `PhysXTypes.PxScene` and so on. */
export type { default as PhysXTypes } from 'physx-js-webidl';

/** The package's classes and enums. Its static functions sit on prototypes: `PxTopLevelFunctions.prototype.…`. */
export type Px = typeof PhysXModule;

/** A bare function of the WebAssembly instance: pointers and numbers in, a pointer or a number out. */
export type NativeFunction = (...values: number[]) => number;

/** PhysX, loaded: one per thread, shared by every scene in it. */
export interface PhysX {
  readonly px: Px;
  /** The package's static functions, typed as such. */
  readonly top: Pick<typeof PhysXModule.PxTopLevelFunctions, keyof typeof PhysXModule.PxTopLevelFunctions>;
  readonly massProperties: Pick<typeof PhysXModule.PxRigidBodyExt, keyof typeof PhysXModule.PxRigidBodyExt>;
  readonly support: Pick<typeof PhysXModule.SupportFunctions, keyof typeof PhysXModule.SupportFunctions>;
  readonly physics: PhysXModule.PxPhysics;
  readonly dispatcher: PhysXModule.PxDefaultCpuDispatcher;
  /** Grows while objects are made, and has another buffer then: typed views of the one before have length 0. */
  readonly memory: WebAssembly.Memory;
  /** Where things lie in it; undefined where this build keeps them elsewhere, and all goes by calls. */
  readonly layout: MemoryLayout | undefined;
  readonly contactReports: ContactReports;
  /**
   * A bare function by its class, name and number of arguments.
   *
   * @throws Error where this build of the package has no such function.
   */
  native(className: string, method: string, argumentCount: number): NativeFunction;
}

/** Where a build of PhysX keeps what a walker reads and writes in every decision: byte offsets. */
export interface MemoryLayout {
  /** In a PxRigidDynamic: pose of the centre of mass in the world, rotation x y z w and position x y z. */
  readonly massPose: number;
  /** Pose of the centre of mass in the body: where this is the identity, `massPose` is the body's own. */
  readonly massInBody: number;
  readonly velocity: number;
  readonly angularVelocity: number;
  readonly wakeCounter: number;
  /** In the PxConstraint of a joint: pointer to its part in the scene, while it is in one. */
  readonly constraintInScene: number;
  /** In that: pointer to the copy of the joint that is solved. A call that changes the joint has it copied anew. */
  readonly solvedCopy: number;
  /** In that: the rotation that drives aim at, x y z w. */
  readonly driveTarget: number;
  /** In that: the force limit of each drive, by PxD6DriveEnum. */
  readonly forceLimits: ReadonlyMap<number, number>;
}
