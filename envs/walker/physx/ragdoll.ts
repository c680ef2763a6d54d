/**
 * Makes PhysX actors and joints out of what a scene of the simulator says: shapes, masses, joint frames, limits and motors.
 *
 * A joint is a D6 joint: actor 0 is the body that owns it, actor 1 the body it is connected to, and the pose of frame 1 in
 * frame 0 is what limits and motors are about. With this order a positive knee angle bends the knee backwards.
 */

import { isRange } from '../../../physics/check-scene.ts';
import { type Pose, type Quaternion, unturned, type Vector } from '../../../physics/rotation.ts';
import {
  type AxisMotion,
  allLocked,
  type Body,
  type Drive,
  type Joint,
  type Shape,
  theWorld,
} from '../../../physics/scene.ts';
import type { PhysicsSettings } from '../physics-settings.ts';
import { pointerOf } from './memory.ts';
import type { PhysX, PhysXTypes } from './physx-types.ts';
import { type Materials, writeFilterData } from './scene.ts';

/** What a joint is turned by, as PhysX knows it. */
export interface Motor {
  readonly joint: PhysXTypes.PxD6Joint;
  /** Indices of the joint's two bodies; of one to the world its own twice. */
  readonly bodies: readonly [own: number, connected: number];
  /** What carries it: slerp alone, or twist and swing. */
  readonly parts: readonly DrivePart[];
}

export interface DrivePart {
  /** A PxD6DriveEnum value. */
  readonly drive: number;
  /** N m/rad and N m s/rad. */
  readonly stiffness: number;
  readonly damping: number;
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

  /** A static body of one shape. */
  fixture(shape: Shape): PhysXTypes.PxRigidStatic {
    const { position, rotation } = shape;
    const actor = this.#physx.physics.createRigidStatic(posed(this.#firstPose, position, rotation));
    this.#attach(actor, { ...shape, position: origin, rotation: unturned });
    return actor;
  }

  /** A body that falls, its mass spread over its shapes. */
  body({ shapes, mass, linearDamping, angularDamping, maxSpin, gravityShare = 1 }: Body): PhysXTypes.PxRigidDynamic {
    const { px, physics } = this.#physx;
    const settings = this.#settings;
    const actor = physics.createRigidDynamic(posed(this.#firstPose, origin, unturned));
    for (const shape of shapes) this.#attach(actor, shape);
    this.setMass(actor, mass);
    actor.setLinearDamping(linearDamping);
    actor.setAngularDamping(angularDamping);
    actor.setSolverIterationCounts(settings.positionIterations, settings.velocityIterations);
    actor.setMaxAngularVelocity(maxSpin ?? settings.maxAngularVelocity);
    actor.setMaxDepenetrationVelocity(settings.maxDepenetrationVelocity);
    actor.setSleepThreshold(settings.sleepThreshold);
    actor.setRigidBodyFlag(px.PxRigidBodyFlagEnum.eENABLE_SPECULATIVE_CCD, true);
    if (gravityShare === 0) actor.setActorFlag(px.PxActorFlagEnum.eDISABLE_GRAVITY, true);
    return actor;
  }

  /** Sets the mass of a body, spread over its shapes. */
  setMass(actor: PhysXTypes.PxRigidDynamic, mass: number): void {
    this.#physx.massProperties.setMassAndUpdateInertia(actor, mass);
  }

  /** A joint between bodies of the scene, or to the world, and what turns it, which has no strength yet. */
  joint(
    joint: Joint,
    actors: readonly PhysXTypes.PxRigidDynamic[],
  ): { joint: PhysXTypes.PxD6Joint; motor: Motor | undefined } {
    const { body, connectedTo, frame, connectedFrame, drive, collide = false, massScale = [1, 1] } = joint;
    const { px, top, physics } = this.#physx;
    const made = top.D6JointCreate(
      physics,
      actors[body]!,
      posed(this.#firstPose, frame.anchor, frame.rotation),
      bodyOrWorld(actors[connectedTo]),
      posed(this.#secondPose, connectedFrame.anchor, connectedFrame.rotation),
    );
    this.#limit(made, joint);
    if (collide) made.setConstraintFlag(px.PxConstraintFlagEnum.eCOLLISION_ENABLED, true);
    const [own, connected] = massScale;
    if (own !== 1 || connected !== 1) {
      made.setInvMassScale0(own);
      made.setInvInertiaScale0(own);
      made.setInvMassScale1(connected);
      made.setInvInertiaScale1(connected);
    }
    if (!drive) return { joint: made, motor: undefined };
    return {
      joint: made,
      motor: {
        joint: made,
        bodies: [body, connectedTo === theWorld ? body : connectedTo],
        parts: this.#motorise(made, joint, drive),
      },
    };
  }

  /** Moves what a joint to the world holds on to. */
  holdTo(made: PhysXTypes.PxD6Joint, { position, rotation }: Pose): void {
    made.setLocalPose(this.#physx.px.PxJointActorIndexEnum.eACTOR1, posed(this.#firstPose, position, rotation));
  }

  /** Places in memory of an actor's shapes, as contact reports name them. */
  shapesOf(actor: PhysXTypes.PxRigidActor): number[] {
    const { support } = this.#physx;
    return Array.from({ length: actor.getNbShapes() }, (_, shape) => pointerOf(support.PxActor_getShape(actor, shape)));
  }

  free(): void {
    for (const made of [this.#filterData, this.#firstPose, this.#secondPose]) this.#physx.px.destroy(made);
  }

  #attach(actor: PhysXTypes.PxRigidActor, shape: Shape): void {
    const { px, physics } = this.#physx;
    const geometry = geometryOf(px, shape);
    const made = physics.createShape(geometry, this.#materials.of(shape.friction), true);
    made.setLocalPose(posed(this.#secondPose, shape.position, shape.rotation));
    made.setContactOffset(shape.contactOffset);
    // Nothing asks this scene what a ray hits, and keeping that answerable costs time in every step.
    made.setFlag(px.PxShapeFlagEnum.eSCENE_QUERY_SHAPE, false);
    writeFilterData(px, shape, this.#filterData);
    made.setSimulationFilterData(this.#filterData);
    actor.attachShape(made);
    // The actor holds it now.
    made.release();
    px.destroy(geometry);
  }

  /** Sets which axes move and how far. */
  #limit(made: PhysXTypes.PxD6Joint, joint: Joint): void {
    const { px } = this.#physx;
    const { twist, swing1, swing2, swingShape, linear = allLocked, linearLimit = 0, limitSprings = {} } = joint;
    const { PxD6AxisEnum, PxD6MotionEnum } = px;
    const { eLIMITED, eLOCKED, eFREE } = PxD6MotionEnum;
    const motion = (axis: AxisMotion) => (isRange(axis) ? eLIMITED : axis === 'locked' ? eLOCKED : eFREE);
    made.setMotion(PxD6AxisEnum.eTWIST, motion(twist));
    made.setMotion(PxD6AxisEnum.eSWING1, motion(swing1));
    made.setMotion(PxD6AxisEnum.eSWING2, motion(swing2));
    const motions = { locked: eLOCKED, limited: eLIMITED, free: eFREE };
    [PxD6AxisEnum.eX, PxD6AxisEnum.eY, PxD6AxisEnum.eZ].forEach((axis, at) => {
      made.setMotion(axis, motions[linear[at]!]);
    });
    if (linear.includes('limited')) {
      const hard = new px.PxSpring(0, 0);
      const limit = Object.assign(
        new px.PxJointLinearLimit(Math.max(linearLimit, leastRadius), hard),
        limitSprings.linear,
      );
      made.setDistanceLimit(limit);
      for (const each of [limit, hard]) px.destroy(each);
    }
    if (isRange(twist)) {
      const limit = Object.assign(new px.PxJointAngularLimitPair(...twist), limitSprings.twist);
      made.setTwistLimit(limit);
      px.destroy(limit);
    }
    if (!isRange(swing1) && !isRange(swing2)) return;
    const [first, second] = [swing1, swing2].map((swing) => (isRange(swing) ? swing : ([0, 0] as const)));
    if (swingShape === 'cone') {
      // A cone needs two angles, even where one of them belongs to a locked axis and is never looked at.
      const limit = Object.assign(new px.PxJointLimitCone(first![1] || 1, second![1] || 1), limitSprings.swing);
      made.setSwingLimit(limit);
      px.destroy(limit);
    } else {
      const limit = Object.assign(new px.PxJointLimitPyramid(...first!, ...second!), limitSprings.swing);
      made.setPyramidSwingLimit(limit);
      px.destroy(limit);
    }
  }

  /** Chooses the drives that act as Unity's slerp drive; PhysX's own does nothing while an axis is locked. */
  #motorise(made: PhysXTypes.PxD6Joint, { twist, swing1, swing2 }: Joint, drive: Drive): DrivePart[] {
    const { PxD6DriveEnum, PxD6AngularDriveConfigEnum, PxConstraintFlagEnum } = this.#physx.px;
    made.setAngularDriveConfig(PxD6AngularDriveConfigEnum.eLEGACY);
    made.setConstraintFlag(PxConstraintFlagEnum.eDRIVE_LIMITS_ARE_FORCES, true);
    // Solves a slerp drive's three rows for what they do to one another, rather than one after the other.
    made.setConstraintFlag(PxConstraintFlagEnum.eIMPROVED_SLERP, true);
    const isLocked = [twist, swing1, swing2].includes('locked');
    const { eSLERP, eTWIST, eSWING } = PxD6DriveEnum;
    if (drive.kind === 'slerp' && !isLocked) return [{ drive: Number(eSLERP), ...drive }];
    const [about, across] = drive.kind === 'slerp' ? [drive, drive] : [drive.twist, drive.swing];
    return [
      ...(about ? [{ drive: Number(eTWIST), ...about }] : []),
      ...(across ? [{ drive: Number(eSWING), ...across }] : []),
    ];
  }
}

const origin: Vector = [0, 0, 0];

/** PhysX wants a radius above 0, metres; a soft limit may have none. */
const leastRadius = 1e-9;

/** PhysX takes no actor for the world; the package's types don't say so. */
export function bodyOrWorld(actor: PhysXTypes.PxRigidActor | undefined): PhysXTypes.PxRigidActor {
  return (actor ?? null) as PhysXTypes.PxRigidActor;
}

function geometryOf(px: PhysX['px'], shape: Shape) {
  switch (shape.kind) {
    case 'sphere':
      return new px.PxSphereGeometry(shape.radius);
    case 'capsule':
      return new px.PxCapsuleGeometry(shape.radius, shape.halfHeight);
    case 'box':
      return new px.PxBoxGeometry(...shape.halfExtents);
    case 'plane':
      return new px.PxPlaneGeometry();
  }
}

/** The same PxTransform with other numbers in it. */
function posed(transform: PhysXTypes.PxTransform, position: Vector, rotation: Quaternion): PhysXTypes.PxTransform {
  const { p, q } = transform;
  [p.x, p.y, p.z] = position;
  [q.x, q.y, q.z, q.w] = rotation;
  return transform;
}
