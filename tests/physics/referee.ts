/** The same scene in PhysX 5.6: what the simulator is compared with. */
import type { PhysX, PhysXTypes } from '../../envs/walker/physx/physx-types.ts';
import { bodyOrWorld } from '../../envs/walker/physx/ragdoll.ts';
import { isRange } from '../../physics/check-scene.ts';
import type { SolverSettings } from '../../physics/dialects.ts';
import type { Quaternion, Vector } from '../../physics/rotation.ts';
import { allLocked, type Drive, type Joint, type Scene, type Shape, type Spring } from '../../physics/scene.ts';

export class Referee {
  readonly bodies: PhysXTypes.PxRigidDynamic[] = [];
  readonly joints: PhysXTypes.PxD6Joint[] = [];
  readonly scene: PhysXTypes.PxScene;
  readonly #physx: PhysX;
  readonly #settings: SolverSettings;
  readonly #pose: PhysXTypes.PxTransform;
  readonly #other: PhysXTypes.PxTransform;
  readonly #entering: readonly number[];
  readonly #fixtures: PhysXTypes.PxRigidStatic[] = [];

  /** @param entering indices of bodies in the order in which they enter the scene; default the scene's. */
  constructor(
    physx: PhysX,
    scene: Scene,
    settings: SolverSettings,
    gravity: Vector,
    entering: readonly number[] = scene.bodies.map((_, body) => body),
  ) {
    const { px, top, physics, dispatcher } = physx;
    this.#physx = physx;
    this.#settings = settings;
    this.#pose = new px.PxTransform(px.PxIDENTITYEnum.PxIdentity);
    this.#other = new px.PxTransform(px.PxIDENTITYEnum.PxIdentity);
    this.#entering = entering;
    const description = new px.PxSceneDesc(new px.PxTolerancesScale());
    description.gravity = new px.PxVec3(...gravity);
    description.cpuDispatcher = dispatcher;
    description.filterShader = top.DefaultFilterShader();
    description.bounceThresholdVelocity = 2;
    description.flags.raise(px.PxSceneFlagEnum.eENABLE_ENHANCED_DETERMINISM);
    if (settings.frictionAlways) description.flags.raise(px.PxSceneFlagEnum.eENABLE_FRICTION_EVERY_ITERATION);
    this.scene = physics.createScene(description);

    for (const shape of scene.fixtures) {
      const actor = physics.createRigidStatic(posed(this.#pose, [0, 0, 0], [0, 0, 0, 1]));
      this.#attach(actor, shape);
      this.#fixtures.push(actor);
    }
    for (const { mass, linearDamping, angularDamping, shapes } of scene.bodies) {
      const actor = physics.createRigidDynamic(posed(this.#pose, [0, 0, 0], [0, 0, 0, 1]));
      for (const shape of shapes) this.#attach(actor, shape);
      physx.massProperties.setMassAndUpdateInertia(actor, mass);
      actor.setLinearDamping(linearDamping);
      actor.setAngularDamping(angularDamping);
      actor.setSolverIterationCounts(settings.positionIterations, settings.velocityIterations);
      actor.setMaxAngularVelocity(settings.maxSpin);
      actor.setMaxDepenetrationVelocity(settings.maxDepenetration);
      actor.setSleepThreshold(0);
      actor.setRigidBodyFlag(px.PxRigidBodyFlagEnum.eENABLE_SPECULATIVE_CCD, settings.speculative);
      this.bodies.push(actor);
    }
    for (const joint of scene.joints) this.joints.push(this.#join(joint));
  }

  /** Lets everything enter the scene, where `setPose` has put it. */
  start(): void {
    for (const actor of this.#fixtures) this.scene.addActor(actor);
    for (const body of this.#entering) {
      this.scene.addActor(this.bodies[body]!);
      this.bodies[body]!.wakeUp();
    }
  }

  step(count = 1): void {
    for (let i = 0; i < count; i++) {
      this.scene.simulate(this.#settings.timeStep);
      this.scene.fetchResults(true);
    }
  }

  setPose(body: number, position: Vector, rotation: Quaternion): void {
    this.bodies[body]!.setGlobalPose(posed(this.#pose, position, rotation));
  }

  setVelocity(body: number, velocity: Vector, spin: Vector): void {
    const { px } = this.#physx;
    this.bodies[body]!.setLinearVelocity(new px.PxVec3(...velocity));
    this.bodies[body]!.setAngularVelocity(new px.PxVec3(...spin));
  }

  setDrive(joint: number, drive: Drive, target: Quaternion, strength: number): void {
    const made = this.joints[joint]!;
    this.#drive(made, drive, strength);
    made.setDrivePosition(posed(this.#pose, [0, 0, 0], target));
  }

  #drive(made: PhysXTypes.PxD6Joint, drive: Drive, strength: number): void {
    const { px } = this.#physx;
    const springs: readonly (readonly ['eSLERP' | 'eTWIST' | 'eSWING', Spring | undefined])[] =
      drive.kind === 'slerp'
        ? [['eSLERP', drive]]
        : [
            ['eTWIST', drive.twist],
            ['eSWING', drive.swing],
          ];
    for (const [which, spring] of springs) {
      if (!spring) continue;
      const { stiffness, damping } = spring;
      made.setDrive(px.PxD6DriveEnum[which], new px.PxD6JointDrive(stiffness, damping, strength, false));
    }
  }

  pose(body: number): { position: Vector; rotation: Quaternion } {
    const { p, q } = this.bodies[body]!.getGlobalPose();
    return { position: [p.x, p.y, p.z], rotation: [q.x, q.y, q.z, q.w] };
  }

  velocity(body: number): Vector {
    const { x, y, z } = this.bodies[body]!.getLinearVelocity();
    return [x, y, z];
  }

  spin(body: number): Vector {
    const { x, y, z } = this.bodies[body]!.getAngularVelocity();
    return [x, y, z];
  }

  close(): void {
    for (const joint of this.joints) joint.release();
    for (const actor of [...this.bodies, ...this.#fixtures]) actor.release();
    this.scene.release();
  }

  #join({ body, connectedTo, frame, connectedFrame, ...joint }: Joint) {
    const { twist, swing1, swing2, swingShape, limitSprings, drive, massScale = [1, 1] } = joint;
    const { linear = allLocked, linearLimit = 0 } = joint;
    const { px, physics, top } = this.#physx;
    const made = top.D6JointCreate(
      physics,
      this.bodies[body]!,
      posed(this.#pose, frame.anchor, frame.rotation),
      bodyOrWorld(this.bodies[connectedTo]),
      posed(this.#other, connectedFrame.anchor, connectedFrame.rotation),
    );
    const axes = [
      ['eTWIST', twist],
      ['eSWING1', swing1],
      ['eSWING2', swing2],
    ] as const;
    for (const [axis, motion] of axes) {
      const { eLIMITED, eLOCKED, eFREE } = px.PxD6MotionEnum;
      made.setMotion(px.PxD6AxisEnum[axis], isRange(motion) ? eLIMITED : motion === 'locked' ? eLOCKED : eFREE);
    }
    const motions = { locked: 'eLOCKED', limited: 'eLIMITED', free: 'eFREE' } as const;
    (['eX', 'eY', 'eZ'] as const).forEach((axis, at) => {
      made.setMotion(px.PxD6AxisEnum[axis], px.PxD6MotionEnum[motions[linear[at]!]]);
    });
    const springy = <Limit extends PhysXTypes.PxJointLimitParameters>(limit: Limit, spring: Spring | undefined) =>
      Object.assign(limit, spring);
    if (isRange(twist)) made.setTwistLimit(springy(new px.PxJointAngularLimitPair(...twist), limitSprings?.twist));
    if (linear.includes('limited')) {
      const hard = new px.PxSpring(0, 0);
      made.setDistanceLimit(springy(new px.PxJointLinearLimit(linearLimit, hard), limitSprings?.linear));
    }
    const [first, second] = [swing1, swing2].map((motion) => (isRange(motion) ? motion : ([0, 0] as const)));
    if (isRange(swing1) || isRange(swing2)) {
      // A cone needs two angles, even where one of them belongs to a locked axis and is never looked at.
      const spring = limitSprings?.swing;
      if (swingShape === 'cone') {
        made.setSwingLimit(springy(new px.PxJointLimitCone(first![1] || 1, second![1] || 1), spring));
      } else {
        made.setPyramidSwingLimit(springy(new px.PxJointLimitPyramid(...first!, ...second!), spring));
      }
    }
    made.setAngularDriveConfig(px.PxD6AngularDriveConfigEnum.eLEGACY);
    made.setConstraintFlag(px.PxConstraintFlagEnum.eDRIVE_LIMITS_ARE_FORCES, true);
    made.setConstraintFlag(px.PxConstraintFlagEnum.eIMPROVED_SLERP, this.#settings.improvedSlerp);
    const [own, connected] = massScale;
    made.setInvMassScale0(own);
    made.setInvInertiaScale0(own);
    made.setInvMassScale1(connected);
    made.setInvInertiaScale1(connected);
    if (drive) this.#drive(made, drive, 0);
    return made;
  }

  #attach(actor: PhysXTypes.PxRigidActor, shape: Shape): void {
    const { px, physics } = this.#physx;
    const { frictionCombine } = this.#settings;
    const material = physics.createMaterial(shape.friction, shape.friction, 0);
    const { eMIN, eAVERAGE } = px.PxCombineModeEnum;
    material.setFrictionCombineMode(frictionCombine === 'minimum' ? eMIN : eAVERAGE);
    const made = physics.createShape(this.#geometry(shape), material, true);
    made.setLocalPose(posed(this.#other, shape.position, shape.rotation));
    made.setContactOffset(shape.contactOffset);
    const data = new px.PxFilterData();
    data.word0 = 1 << shape.category;
    data.word1 = shape.collidesWith;
    made.setSimulationFilterData(data);
    actor.attachShape(made);
    made.release();
  }

  #geometry(shape: Shape) {
    const { px } = this.#physx;
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
}

function posed(transform: PhysXTypes.PxTransform, position: Vector, rotation: Quaternion): PhysXTypes.PxTransform {
  [transform.p.x, transform.p.y, transform.p.z] = position;
  [transform.q.x, transform.q.y, transform.q.z, transform.q.w] = rotation;
  return transform;
}
