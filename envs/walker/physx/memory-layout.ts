/**
 * Where this build of PhysX keeps what a walker reads and writes in every decision.
 *
 * PhysX has a call for each of these numbers, but a decision makes two hundred such calls, through code and data that the last
 * physics step has pushed out of the caches. The places here are those of physx-js-webidl 2.7.3. `findMemoryLayout` believes
 * none of them before it has seen, in a small scene of its own, that each holds what the call says; with a build that keeps
 * things elsewhere it returns undefined, and the world goes by calls: slower, with the same numbers.
 */
import { MemoryViews, pointerOf } from './memory.ts';
import type { MemoryLayout, PhysX, PhysXTypes } from './physx-types.ts';

function expectedLayout({ PxD6DriveEnum }: PhysX['px']): MemoryLayout {
  return {
    massPose: 80,
    massInBody: 112,
    velocity: 144,
    angularVelocity: 160,
    wakeCounter: 220,
    constraintInScene: 92,
    solvedCopy: 16,
    driveTarget: 372,
    forceLimits: new Map([
      [Number(PxD6DriveEnum.eSWING), 332],
      [Number(PxD6DriveEnum.eTWIST), 348],
      [Number(PxD6DriveEnum.eSLERP), 364],
    ]),
  };
}

/** The layout of this PhysX; undefined where something is not where it is expected. */
export function findMemoryLayout(physx: PhysX): MemoryLayout | undefined {
  const layout = expectedLayout(physx.px);
  const trial = new Trial(physx, layout);
  const found = trial.findsBodies() && trial.findsJoint();
  trial.free();
  return found ? layout : undefined;
}

/** Where in memory the copy of a joint lies that is solved, bytes; holds as long as both its bodies stay in the scene. */
export function solvedCopyOf(constraint: number, layout: MemoryLayout, words: Uint32Array): number {
  const inScene = words[(constraint + layout.constraintInScene) >>> 2]!;
  return words[(inScene + layout.solvedCopy) >>> 2]!;
}

/** Two bodies without shapes and a joint between them, to see where PhysX keeps what it is told. */
class Trial {
  readonly #physx: PhysX;
  readonly #layout: MemoryLayout;
  readonly #views: MemoryViews;
  readonly #scene: PhysXTypes.PxScene;
  readonly #bodies: readonly PhysXTypes.PxRigidDynamic[];
  readonly #joint: PhysXTypes.PxD6Joint;
  /** What PhysX wanted as arguments. */
  readonly #arguments: object[] = [];

  constructor(physx: PhysX, layout: MemoryLayout) {
    const { px, top, physics, dispatcher } = physx;
    this.#physx = physx;
    this.#layout = layout;
    this.#views = new MemoryViews(physx.memory);
    const description = this.#argument(new px.PxSceneDesc(this.#argument(new px.PxTolerancesScale())));
    description.cpuDispatcher = dispatcher;
    description.filterShader = top.DefaultFilterShader();
    this.#scene = physics.createScene(description);

    const pose = this.#argument(new px.PxTransform(px.PxIDENTITYEnum.PxIdentity));
    this.#bodies = [1, 2].map((factor) => {
      const body = physics.createRigidDynamic(pose);
      body.setAngularDamping(0);
      body.setLinearVelocity(this.#vector(factor, 3 * factor, 5 * factor));
      body.setAngularVelocity(this.#vector(0.1 * factor, 0.3 * factor, 0.5 * factor));
      return body;
    });
    pose.p.y = 0.25;
    this.#bodies[1]!.setCMassLocalPose(pose);

    this.#joint = top.D6JointCreate(physics, this.#bodies[0]!, pose, this.#bodies[1]!, pose);
    this.#joint.setAngularDriveConfig(px.PxD6AngularDriveConfigEnum.eLEGACY);
    for (const axis of ['eX', 'eY', 'eZ', 'eTWIST', 'eSWING1', 'eSWING2'] as const) {
      this.#joint.setMotion(px.PxD6AxisEnum[axis], px.PxD6MotionEnum.eFREE);
    }
    for (const drive of layout.forceLimits.keys()) {
      const limited = this.#argument(new px.PxD6JointDrive(1, 0, 10 + drive, false));
      this.#joint.setDrive(drive as unknown as PhysXTypes.PxD6DriveEnum, limited);
    }
    [pose.q.x, pose.q.y, pose.q.z, pose.q.w] = [0.5, 0.5, 0.5, 0.5];
    this.#joint.setDrivePosition(pose);
    for (const body of this.#bodies) this.#scene.addActor(body);
    this.#step();
  }

  /** Whether poses, velocities and wake counters are what PhysX says, and the centre of mass where it was put. */
  findsBodies(): boolean {
    const { massPose, massInBody, velocity, angularVelocity, wakeCounter } = this.#layout;
    const [first, second] = this.#bodies as [PhysXTypes.PxRigidDynamic, PhysXTypes.PxRigidDynamic];
    const agrees = this.#bodies.every((body) => {
      const at = pointerOf(body);
      return (
        this.#holds(at + velocity, this.#read(pointerOf(body.getLinearVelocity()), 3)) &&
        this.#holds(at + angularVelocity, this.#read(pointerOf(body.getAngularVelocity()), 3)) &&
        this.#holds(at + wakeCounter, [body.getWakeCounter()])
      );
    });
    if (!agrees) return false;
    const origin = [0, 0, 0, 1, 0, 0, 0];
    if (!this.#holds(pointerOf(first) + massInBody, origin)) return false;
    if (!this.#holds(pointerOf(second) + massInBody, [0, 0, 0, 1, 0, 0.25, 0])) return false;
    if (!this.#holds(pointerOf(first) + massPose, this.#read(pointerOf(first.getGlobalPose()), 7))) return false;
    this.#write(pointerOf(first) + wakeCounter, [0.125]);
    return first.getWakeCounter() === 0.125;
  }

  /** Whether drives are where they are expected, nothing overwrites what is written there, and it is what gets solved. */
  findsJoint(): boolean {
    const { driveTarget, forceLimits } = this.#layout;
    const constraint = pointerOf(this.#joint.getConstraint());
    const copy = solvedCopyOf(constraint, this.#layout, this.#views.current().words);
    const limits = [...forceLimits];
    if (!this.#holds(copy + driveTarget, [0.5, 0.5, 0.5, 0.5])) return false;
    if (!limits.every(([drive, at]) => this.#holds(copy + at, [10 + drive]))) return false;

    this.#write(copy + driveTarget, [0.5, -0.5, 0.5, 0.5]);
    const turnsWith = (limit: number) => {
      for (const [, at] of limits) this.#write(copy + at, [limit]);
      const before = this.#read(pointerOf(this.#bodies[0]!.getAngularVelocity()), 3);
      this.#step();
      return this.#read(pointerOf(this.#bodies[0]!.getAngularVelocity()), 3).some((now, axis) => now !== before[axis]);
    };
    // A joint so turned is far from where its drive wants it.
    if (turnsWith(0) || !turnsWith(10)) return false;
    return (
      this.#holds(copy + driveTarget, [0.5, -0.5, 0.5, 0.5]) && limits.every(([, at]) => this.#holds(copy + at, [10]))
    );
  }

  free(): void {
    this.#joint.release();
    for (const body of this.#bodies) body.release();
    this.#scene.release();
    for (const made of this.#arguments) this.#physx.px.destroy(made);
  }

  #step(): void {
    this.#scene.simulate(0.01);
    this.#scene.fetchResults(true);
  }

  #argument<Made extends object>(made: Made): Made {
    this.#arguments.push(made);
    return made;
  }

  #vector(x: number, y: number, z: number): PhysXTypes.PxVec3 {
    return this.#argument(new this.#physx.px.PxVec3(x, y, z));
  }

  #read(at: number, count: number): number[] {
    return [...this.#views.current().floats.subarray(at >>> 2, (at >>> 2) + count)];
  }

  #holds(at: number, numbers: readonly number[]): boolean {
    const held = this.#read(at, numbers.length);
    return at % 4 === 0 && numbers.every((number, index) => held[index] === number);
  }

  #write(at: number, numbers: readonly number[]): void {
    this.#views.current().floats.set(numbers, at >>> 2);
  }
}
