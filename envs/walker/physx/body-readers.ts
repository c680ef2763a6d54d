/**
 * Two ways to read what bodies do, with the same numbers: straight from memory where its layout is known, else by PhysX's
 * calls. Neither makes objects.
 */
import { poseSize } from '../body-view.ts';
import type { MemoryViews } from './memory.ts';
import type { MemoryLayout, PhysX } from './physx-types.ts';

export interface BodyReader {
  /** To be called after each time that bodies were given other masses, and before anything is read. */
  prepare(): void;
  /** Writes the pose of a body at `into[at]`. */
  readPose(body: number, into: Float32Array, at: number): void;
  /** Writes velocities of the first bodies' centres of mass, as many as fit into `into`, [bodies, 3], m/s. */
  readVelocities(into: Float32Array): void;
  /** The same in rad/s. */
  readAngularVelocities(into: Float32Array): void;
}

/** @param pointers places in memory of the bodies. */
export function bodyReader(physx: PhysX, views: MemoryViews, pointers: Uint32Array): BodyReader {
  const called = new CalledBodies(physx, views, pointers);
  return physx.layout ? new MappedBodies(physx.layout, views, pointers, called) : called;
}

class CalledBodies implements BodyReader {
  readonly #views: MemoryViews;
  readonly #pointers: Uint32Array;
  readonly #call: { readonly [Name in 'pose' | 'velocity' | 'angularVelocity']: (body: number) => number };

  constructor(physx: PhysX, views: MemoryViews, pointers: Uint32Array) {
    this.#views = views;
    this.#pointers = pointers;
    this.#call = {
      pose: physx.native('PxRigidActor', 'getGlobalPose', 0),
      velocity: physx.native('PxRigidBody', 'getLinearVelocity', 0),
      angularVelocity: physx.native('PxRigidBody', 'getAngularVelocity', 0),
    };
  }

  prepare(): void {}

  readPose(body: number, into: Float32Array, at: number): void {
    this.#copy(this.#call.pose(this.#pointers[body]!), poseSize, into, at);
  }

  readVelocities(into: Float32Array): void {
    for (let at = 0; at < into.length; at += 3) this.#copy(this.#call.velocity(this.#pointers[at / 3]!), 3, into, at);
  }

  readAngularVelocities(into: Float32Array): void {
    for (let at = 0; at < into.length; at += 3) {
      this.#copy(this.#call.angularVelocity(this.#pointers[at / 3]!), 3, into, at);
    }
  }

  #copy(pointer: number, count: number, into: Float32Array, at: number): void {
    const { floats } = this.#views.current();
    const word = pointer >>> 2;
    for (let part = 0; part < count; part++) into[at + part] = floats[word + part]!;
  }
}

class MappedBodies implements BodyReader {
  readonly #layout: MemoryLayout;
  readonly #views: MemoryViews;
  readonly #pointers: Uint32Array;
  readonly #called: CalledBodies;
  /** Indices into the view of floats; a pose's is 0 where the centre of mass is not the body's origin. */
  readonly #poses: Uint32Array;
  readonly #velocities: Uint32Array;
  readonly #angularVelocities: Uint32Array;

  constructor(layout: MemoryLayout, views: MemoryViews, pointers: Uint32Array, called: CalledBodies) {
    this.#layout = layout;
    this.#views = views;
    this.#pointers = pointers;
    this.#called = called;
    this.#poses = new Uint32Array(pointers.length);
    this.#velocities = pointers.map((pointer) => (pointer + layout.velocity) >>> 2);
    this.#angularVelocities = pointers.map((pointer) => (pointer + layout.angularVelocity) >>> 2);
  }

  prepare(): void {
    const { massPose } = this.#layout;
    this.#pointers.forEach((pointer, body) => {
      this.#poses[body] = this.#isCentred(pointer) ? (pointer + massPose) >>> 2 : 0;
    });
  }

  readPose(body: number, into: Float32Array, at: number): void {
    const from = this.#poses[body]!;
    if (from === 0) {
      this.#called.readPose(body, into, at);
      return;
    }
    const { floats } = this.#views.current();
    for (let part = 0; part < poseSize; part++) into[at + part] = floats[from + part]!;
  }

  readVelocities(into: Float32Array): void {
    this.#readVectors(this.#velocities, into);
  }

  readAngularVelocities(into: Float32Array): void {
    this.#readVectors(this.#angularVelocities, into);
  }

  #readVectors(places: Uint32Array, into: Float32Array): void {
    const { floats } = this.#views.current();
    for (let body = 0, at = 0; at < into.length; body++, at += 3) {
      const from = places[body]!;
      into[at] = floats[from]!;
      into[at + 1] = floats[from + 1]!;
      into[at + 2] = floats[from + 2]!;
    }
  }

  /** Whether the body's centre of mass lies, and is turned, as the body itself. */
  #isCentred(pointer: number): boolean {
    const { floats } = this.#views.current();
    const at = (pointer + this.#layout.massInBody) >>> 2;
    for (let part = 0; part < poseSize; part++) if (floats[at + part] !== (part === 3 ? 1 : 0)) return false;
    return true;
  }
}
