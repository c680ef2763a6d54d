/**
 * Motors set straight in the memory that PhysX solves, without a call: what `setDrivePosition` and `setDrive` do to a joint
 * in a scene, to the last bit.
 *
 * PhysX copies a joint that a call has changed over this memory when it next simulates. So calls and this don't mix within
 * one physics step: `World` calls until an episode's first step is done, and goes by this from then on.
 */
import { type MemoryViews, pointerOf } from './memory.ts';
import { solvedCopyOf } from './memory-layout.ts';
import type { MemoryLayout, NativeFunction, PhysX } from './physx-types.ts';
import type { Motor } from './ragdoll.ts';

/** One motor; indices into the view of floats, set anew in each episode. */
interface SolvedMotor {
  /** Place of its joint's PxConstraint, bytes. */
  readonly constraint: number;
  readonly drives: readonly number[];
  readonly limits: Uint32Array;
  target: number;
}

export class SolvedMotors {
  readonly #layout: MemoryLayout;
  readonly #views: MemoryViews;
  readonly #motors: readonly SolvedMotor[];
  /** Places of the two bodies of each motor's joint, bytes, [motors, 2]. */
  readonly #bodies: Uint32Array;
  readonly #wakeCounter: number;
  readonly #wakeUp: NativeFunction;

  /**
   * @param bodies places of the two bodies of each motor's joint, bytes, [motors, 2].
   * @param wakeCounter seconds for which a body stays awake at least once it has been woken.
   */
  constructor(
    physx: PhysX,
    layout: MemoryLayout,
    views: MemoryViews,
    motors: readonly Motor[],
    bodies: Uint32Array,
    wakeCounter: number,
  ) {
    this.#layout = layout;
    this.#views = views;
    this.#motors = motors.map(({ joint, parts }) => {
      return {
        constraint: pointerOf(joint.getConstraint()),
        drives: parts.map(({ drive }) => drive),
        limits: new Uint32Array(parts.length),
        target: 0,
      };
    });
    this.#bodies = bodies;
    this.#wakeCounter = wakeCounter;
    this.#wakeUp = physx.native('PxRigidDynamic', 'wakeUp', 0);
  }

  /** To be called each time that the bodies have come into the scene, which makes the copies of their joints. */
  connect(): void {
    const { driveTarget, forceLimits } = this.#layout;
    const { words } = this.#views.current();
    for (const motor of this.#motors) {
      const copy = solvedCopyOf(motor.constraint, this.#layout, words);
      motor.target = (copy + driveTarget) >>> 2;
      motor.drives.forEach((drive, which) => {
        motor.limits[which] = (copy + forceLimits.get(drive)!) >>> 2;
      });
    }
  }

  /** Turns a motor towards a rotation, x y z w at `rotations[at]`, and keeps its two bodies awake. */
  setTarget(motor: number, rotations: Float32Array, at: number): void {
    const { floats } = this.#views.current();
    const { target } = this.#motors[motor]!;
    const x = rotations[at]!;
    const y = rotations[at + 1]!;
    const z = rotations[at + 2]!;
    const w = rotations[at + 3]!;
    const scale = inverseLength(x, y, z, w);
    floats[target] = x * scale;
    floats[target + 1] = y * scale;
    floats[target + 2] = z * scale;
    floats[target + 3] = w * scale;
    this.#keepAwake(this.#bodies[2 * motor]!);
    this.#keepAwake(this.#bodies[2 * motor + 1]!);
  }

  /** Sets a motor's strength, N m. */
  setStrength(motor: number, strength: number): void {
    const { floats } = this.#views.current();
    const { limits } = this.#motors[motor]!;
    for (let which = 0; which < limits.length; which++) floats[limits[which]!] = strength;
  }

  #keepAwake(body: number): void {
    const { floats } = this.#views.current();
    const counter = (body + this.#layout.wakeCounter) >>> 2;
    // A body that sleeps must be woken by a call, which its island and its contacts hear of.
    if (floats[counter]! > 0) floats[counter] = this.#wakeCounter;
    else this.#wakeUp(body);
  }
}

/** 1 / length of a quaternion, rounded after each operation as PhysX does in single precision. */
function inverseLength(x: number, y: number, z: number, w: number): number {
  const round = Math.fround;
  const squares = round(round(round(round(x * x) + round(y * y)) + round(z * z)) + round(w * w));
  return round(1 / round(Math.sqrt(squares)));
}
