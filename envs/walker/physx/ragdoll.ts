/**
 * Makes PhysX actors and joints out of a rig: colliders, masses, joint frames, limits and motors.
 *
 * A joint is a D6 joint: actor 0 is the body that owns it, actor 1 the body it is connected to, and the pose of frame 1 in
 * frame 0 is what limits and motors are about. With this order a positive knee angle bends the knee backwards.
 */

import type { PhysicsSettings } from '../physics-settings.ts';
import { type Collider, isLocked, type Rig, type RigJoint, type Vector } from '../rig.ts';
import { degrees, identity, type Quaternion } from '../rotation.ts';
import { alongAxis, halfHeightOf, jointRotation } from '../scene-of-rig.ts';
import { pointerOf } from './memory.ts';
import type { PhysX, PhysXTypes } from './physx-types.ts';
import { kind, type Materials, writeFilterData } from './scene.ts';

/** A motor as PhysX knows it. */
export interface Motor {
  /** Index of the body whose joint it turns. */
  readonly body: number;
  readonly joint: PhysXTypes.PxD6Joint;
  /** The PxD6DriveEnum values that carry it: slerp alone, or twist and swing. */
  readonly drives: readonly number[];
}

/** Makes actors and joints; keeps the few objects in which PhysX wants its arguments. */
export class RagdollMaker {
  readonly #physx: PhysX;
  readonly #settings: PhysicsSettings;
  readonly #materials: Materials;
  readonly #filterData: PhysXTypes.PxFilterData;
  readonly #firstPose: PhysXTypes.PxTransform;
  readonly #secondPose: PhysXTypes.PxTransform;

  constructor(physx: PhysX, settings: PhysicsSettings, materials: Materials) {
    const { px } = physx;
    this.#physx = physx;
    this.#settings = settings;
    this.#materials = materials;
    this.#filterData = new px.PxFilterData();
    this.#firstPose = new px.PxTransform(px.PxIDENTITYEnum.PxIdentity);
    this.#secondPose = new px.PxTransform(px.PxIDENTITYEnum.PxIdentity);
  }

  /** A static body. */
  fixture(collider: Collider, position: Vector, what: number): PhysXTypes.PxRigidStatic {
    const actor = this.#physx.physics.createRigidStatic(posed(this.#firstPose, position, identity));
    this.#attach(actor, collider, what);
    return actor;
  }

  /** A body that falls, its mass spread over its collider. */
  body(
    collider: Collider,
    what: number,
    mass: number,
    damping: { readonly linearDamping: number; readonly angularDamping: number },
  ): PhysXTypes.PxRigidDynamic {
    const { px, physics } = this.#physx;
    const settings = this.#settings;
    const actor = physics.createRigidDynamic(posed(this.#firstPose, origin, identity));
    this.#attach(actor, collider, what);
    this.setMass(actor, mass);
    actor.setLinearDamping(damping.linearDamping);
    actor.setAngularDamping(damping.angularDamping);
    actor.setSolverIterationCounts(settings.positionIterations, settings.velocityIterations);
    actor.setMaxAngularVelocity(settings.maxAngularVelocity);
    actor.setMaxDepenetrationVelocity(settings.maxDepenetrationVelocity);
    actor.setSleepThreshold(settings.sleepThreshold);
    actor.setRigidBodyFlag(px.PxRigidBodyFlagEnum.eENABLE_SPECULATIVE_CCD, true);
    return actor;
  }

  /** Sets the mass of a body, spread over its collider. */
  setMass(actor: PhysXTypes.PxRigidDynamic, mass: number): void {
    this.#physx.massProperties.setMassAndUpdateInertia(actor, mass);
  }

  /** The bodies of a rig, wherever. */
  bodies(rig: Rig): PhysXTypes.PxRigidDynamic[] {
    return rig.bodies.map(({ collider, mass }) => this.body(collider, kind.body, mass, rig));
  }

  /** The joints of a rig between its bodies; motors come back without strength. */
  joints(rig: Rig, actors: readonly PhysXTypes.PxRigidDynamic[]): { joints: PhysXTypes.PxD6Joint[]; motors: Motor[] } {
    const joints: PhysXTypes.PxD6Joint[] = [];
    const motors: Motor[] = [];
    rig.bodies.forEach(({ joint, start }, body) => {
      if (!joint) return;
      const rotation = jointRotation(joint);
      // In the start pose no body is turned against another, so the two frames differ by where the bodies are alone.
      const otherAnchor = difference(sum(start, joint.anchor), rig.bodies[joint.connectedTo]!.start);
      const made = this.#physx.top.D6JointCreate(
        this.#physx.physics,
        actors[body]!,
        posed(this.#firstPose, joint.anchor, rotation),
        actors[joint.connectedTo]!,
        posed(this.#secondPose, otherAnchor, rotation),
      );
      joints.push(made);
      const locked = this.#limit(made, joint);
      if (joint.driven) motors.push({ body, joint: made, drives: this.#motorise(made, locked) });
    });
    return { joints, motors };
  }

  /** Place in memory of an actor's only shape, as contact reports name it. */
  shapeOf(actor: PhysXTypes.PxRigidActor): number {
    return pointerOf(this.#physx.support.PxActor_getShape(actor, 0));
  }

  free(): void {
    for (const made of [this.#filterData, this.#firstPose, this.#secondPose]) this.#physx.px.destroy(made);
  }

  #attach(actor: PhysXTypes.PxRigidActor, collider: Collider, what: number): void {
    const { px, physics } = this.#physx;
    const { geometry, centre, rotation } = geometryOf(px, collider);
    const { flat, round } = this.#materials;
    const shape = physics.createShape(geometry, collider.shape === 'box' ? flat : round, true);
    shape.setLocalPose(posed(this.#secondPose, centre, rotation));
    shape.setContactOffset(this.#settings.contactOffset);
    // Nothing asks this scene what a ray hits, and keeping that answerable costs time in every step.
    shape.setFlag(px.PxShapeFlagEnum.eSCENE_QUERY_SHAPE, false);
    writeFilterData(px, what, this.#filterData);
    shape.setSimulationFilterData(this.#filterData);
    actor.attachShape(shape);
    // The actor holds it now.
    shape.release();
    px.destroy(geometry);
  }

  /** Sets which axes move and how far; returns whether any is truly locked. */
  #limit(made: PhysXTypes.PxD6Joint, joint: RigJoint): boolean {
    const { px } = this.#physx;
    const { PxD6AxisEnum, PxD6MotionEnum } = px;
    // Axes that Unity locks give way a little under load there, and its motors act on them too: see docs/fidelity.md.
    const play = joint.driven ? this.#settings.lockedAxisPlay : 0;
    const limits = joint.limits.map((limit) => (isLocked(limit) ? [-play, play] : limit)) as typeof joint.limits &
      object;
    const [twist, swing1, swing2] = limits;
    const motion = (range: typeof twist) => (isLocked(range) ? PxD6MotionEnum.eLOCKED : PxD6MotionEnum.eLIMITED);
    made.setMotion(PxD6AxisEnum.eTWIST, motion(twist));
    made.setMotion(PxD6AxisEnum.eSWING1, motion(swing1));
    made.setMotion(PxD6AxisEnum.eSWING2, motion(swing2));
    if (!isLocked(twist)) {
      const limit = new px.PxJointAngularLimitPair(twist[0] * degrees, twist[1] * degrees);
      made.setTwistLimit(limit);
      px.destroy(limit);
    }
    const [, unitySwing1, unitySwing2] = joint.limits;
    if (!isLocked(unitySwing1) && !isLocked(unitySwing2)) {
      // What Unity makes of two swing limits.
      const limit = new px.PxJointLimitCone(unitySwing1[1] * degrees, unitySwing2[1] * degrees);
      made.setSwingLimit(limit);
      px.destroy(limit);
    } else if (!isLocked(swing1) || !isLocked(swing2)) {
      const limit = new px.PxJointLimitPyramid(
        swing1[0] * degrees,
        swing1[1] * degrees,
        swing2[0] * degrees,
        swing2[1] * degrees,
      );
      made.setPyramidSwingLimit(limit);
      px.destroy(limit);
    }
    return limits.some(isLocked);
  }

  /** Chooses the drives that act as Unity's slerp drive; PhysX's own does nothing while an axis is locked. */
  #motorise(made: PhysXTypes.PxD6Joint, locked: boolean): number[] {
    const { PxD6DriveEnum, PxD6AngularDriveConfigEnum, PxConstraintFlagEnum } = this.#physx.px;
    made.setAngularDriveConfig(PxD6AngularDriveConfigEnum.eLEGACY);
    made.setConstraintFlag(PxConstraintFlagEnum.eDRIVE_LIMITS_ARE_FORCES, true);
    // Solves a slerp drive's three rows for what they do to one another, rather than one after the other.
    made.setConstraintFlag(PxConstraintFlagEnum.eIMPROVED_SLERP, true);
    return (locked ? [PxD6DriveEnum.eTWIST, PxD6DriveEnum.eSWING] : [PxD6DriveEnum.eSLERP]).map(Number);
  }
}

const origin: Vector = [0, 0, 0];

function geometryOf(px: PhysX['px'], collider: Collider) {
  switch (collider.shape) {
    case 'sphere':
      return { geometry: new px.PxSphereGeometry(collider.radius), centre: origin, rotation: identity };
    case 'capsule': {
      const geometry = new px.PxCapsuleGeometry(collider.radius, halfHeightOf(collider));
      return { geometry, centre: origin, rotation: alongAxis[collider.along] };
    }
    case 'box': {
      const [x, y, z] = collider.size;
      return { geometry: new px.PxBoxGeometry(x / 2, y / 2, z / 2), centre: collider.center, rotation: identity };
    }
  }
}

/** The same PxTransform with other numbers in it. */
function posed(transform: PhysXTypes.PxTransform, position: Vector, rotation: Quaternion): PhysXTypes.PxTransform {
  const { p, q } = transform;
  [p.x, p.y, p.z] = position;
  [q.x, q.y, q.z, q.w] = rotation;
  return transform;
}

function sum(a: Vector, b: Vector): Vector {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
}

function difference(a: Vector, b: Vector): Vector {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}
