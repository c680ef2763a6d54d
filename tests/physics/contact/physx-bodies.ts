/** PhysX 5.6's contacts: bodies in a scene of their own, stepped one by one, every contact point reported. */
import { MemoryViews, pointerOf } from '../../../envs/walker/physx/memory.ts';
import type { PhysX, PhysXTypes } from '../../../envs/walker/physx/physx-types.ts';
import {
  type Body,
  type Contact,
  contactOffset,
  inOrder,
  type Meeting,
  type Motion,
  motionSize,
  type Rotation,
  type Shape,
  timeStep,
  type Vector,
} from './bodies.ts';

export interface PhysXSettings {
  /** Default [0, -9.81, 0]. */
  readonly gravity?: Vector;
  /** Default 0.6. */
  readonly friction?: number;
}

const mostPoints = 64;

export class PhysXBodies {
  readonly #physx: PhysX;
  readonly #bodies: readonly Body[];
  readonly #scene: PhysXTypes.PxScene;
  readonly #actors: readonly PhysXTypes.PxRigidActor[];
  readonly #bodyOfShape = new Map<number, number>();
  readonly #buffer: PhysXTypes.PxArray_PxContactPairPoint;
  readonly #views: MemoryViews;
  #meetings: Meeting[] = [];

  constructor(physx: PhysX, bodies: readonly Body[], settings: PhysXSettings = {}) {
    const { px, top, physics } = physx;
    this.#physx = physx;
    this.#bodies = bodies;
    this.#views = new MemoryViews(physx.memory);
    this.#buffer = new px.PxArray_PxContactPairPoint(mostPoints);

    const events = new px.PxSimulationEventCallbackImpl();
    const ignore = () => {};
    Object.assign(events, { onConstraintBreak: ignore, onWake: ignore, onSleep: ignore, onTrigger: ignore });
    physx.contactReports.listen(events as unknown as { readonly ptr: number }, (pairs, count) =>
      this.#hear(pairs, count),
    );
    const description = new px.PxSceneDesc(new px.PxTolerancesScale());
    description.gravity = new px.PxVec3(...(settings.gravity ?? ([0, -9.81, 0] as const)));
    description.cpuDispatcher = physx.dispatcher;
    description.simulationEventCallback = events as unknown as PhysXTypes.PxSimulationEventCallback;
    description.flags.raise(px.PxSceneFlagEnum.eENABLE_ENHANCED_DETERMINISM);
    description.filterShader = top.DefaultFilterShader();
    this.#scene = physics.createScene(description);

    const friction = settings.friction ?? 0.6;
    const material = physics.createMaterial(friction, friction, 0);
    this.#actors = bodies.map((body, index) => this.#actor(body, index, material));
    for (const actor of this.#actors) this.#scene.addActor(actor);
  }

  #actor(body: Body, index: number, material: PhysXTypes.PxMaterial): PhysXTypes.PxRigidActor {
    const { px, physics, massProperties, support } = this.#physx;
    const pose = new px.PxTransform(px.PxIDENTITYEnum.PxIdentity);
    [pose.p.x, pose.p.y, pose.p.z] = body.position;
    [pose.q.x, pose.q.y, pose.q.z, pose.q.w] = body.rotation;
    const shape = physics.createShape(geometryOf(px, body.shape), material, true);
    shape.setContactOffset(contactOffset);
    const data = new px.PxFilterData();
    const { PxPairFlagEnum: flag } = px;
    data.word0 = data.word1 = 1;
    data.word2 = [
      flag.eNOTIFY_TOUCH_FOUND,
      flag.eNOTIFY_TOUCH_PERSISTS,
      flag.eNOTIFY_TOUCH_LOST,
      flag.eNOTIFY_CONTACT_POINTS,
    ].reduce((bits, value) => bits | Number(value), 0);
    shape.setSimulationFilterData(data);
    const actor = body.fixed ? physics.createRigidStatic(pose) : physics.createRigidDynamic(pose);
    actor.attachShape(shape);
    this.#bodyOfShape.set(pointerOf(support.PxActor_getShape(actor, 0)), index);
    if (!body.fixed) {
      const dynamic = actor as PhysXTypes.PxRigidDynamic;
      massProperties.setMassAndUpdateInertia(dynamic, 1);
      dynamic.setRigidBodyFlag(px.PxRigidBodyFlagEnum.eENABLE_SPECULATIVE_CCD, true);
      dynamic.setSleepThreshold(0);
      dynamic.setSolverIterationCounts(12, 12);
      if (body.velocity) dynamic.setLinearVelocity(new px.PxVec3(...body.velocity));
      if (body.spin) dynamic.setAngularVelocity(new px.PxVec3(...body.spin));
    }
    return actor;
  }

  /** Poses and velocities as they are, of all bodies. */
  motions(): Motion[] {
    return this.#actors.map((actor, index) => {
      const { p, q } = actor.getGlobalPose();
      const motion = new Float32Array(motionSize);
      motion.set([q.x, q.y, q.z, q.w, p.x, p.y, p.z]);
      if (!this.#bodies[index]!.fixed) {
        const dynamic = actor as PhysXTypes.PxRigidDynamic;
        const { x, y, z } = dynamic.getLinearVelocity();
        motion.set([x, y, z], 7);
        const spin = dynamic.getAngularVelocity();
        motion.set([spin.x, spin.y, spin.z], 10);
      }
      return motion;
    });
  }

  /** One step; returns the contacts that it found before anything moved. */
  step(): Meeting[] {
    this.#meetings = [];
    this.#scene.simulate(timeStep);
    this.#scene.fetchResults(true);
    return this.#meetings.sort((a, b) => a.first - b.first || a.second - b.second);
  }

  /** Sets a body's motion, which stays what it is until the next step. */
  place(index: number, position: Vector, rotation: Rotation, velocity: Vector, spin: Vector): void {
    const { px } = this.#physx;
    const pose = new px.PxTransform(px.PxIDENTITYEnum.PxIdentity);
    [pose.p.x, pose.p.y, pose.p.z] = position;
    [pose.q.x, pose.q.y, pose.q.z, pose.q.w] = rotation;
    const actor = this.#actors[index] as PhysXTypes.PxRigidDynamic;
    actor.setGlobalPose(pose);
    actor.setLinearVelocity(new px.PxVec3(...velocity));
    actor.setAngularVelocity(new px.PxVec3(...spin));
    px.destroy(pose);
  }

  close(): void {
    for (const actor of this.#actors) actor.release();
    this.#scene.release();
  }

  #hear(pairs: number, count: number): void {
    const { px } = this.#physx;
    const helpers = px as unknown as { wrapPointer<T>(pointer: number, of: new () => T): T };
    const first = helpers.wrapPointer(pairs, px.PxContactPair);
    for (let index = 0; index < count; index++) {
      const pair = px.NativeArrayHelpers.prototype.getContactPairAt(first, index);
      const words = this.#views.current().words;
      const at = pointerOf(pair) >> 2;
      const a = this.#bodyOfShape.get(words[at]!);
      const b = this.#bodyOfShape.get(words[at + 1]!);
      // A pair that is gone names shapes that are gone.
      if (a === undefined || b === undefined || pair.contactCount === 0) continue;
      const points = pair.extractContacts(this.#buffer.begin(), mostPoints);
      const contacts: Contact[] = [];
      const [firstBody, secondBody] = inOrder(this.#bodies, a, b);
      const sign = firstBody === a ? 1 : -1;
      for (let which = 0; which < points; which++) {
        const { normal, position, separation } = this.#buffer.get(which);
        contacts.push({
          normal: [sign * normal.x, sign * normal.y, sign * normal.z],
          point: [position.x, position.y, position.z],
          separation,
        });
      }
      this.#meetings.push({ first: firstBody, second: secondBody, contacts });
    }
  }
}

function geometryOf(px: PhysX['px'], shape: Shape): PhysXTypes.PxGeometry {
  switch (shape.kind) {
    case 'ball':
      return new px.PxSphereGeometry(shape.radius);
    case 'capsule':
      return new px.PxCapsuleGeometry(shape.radius, shape.halfHeight);
    case 'box':
      return new px.PxBoxGeometry(...shape.halfExtents);
    case 'plane':
      return new px.PxPlaneGeometry();
  }
}
