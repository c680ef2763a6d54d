/**
 * One ragdoll's world in PhysX: ground, walls, target cube and the ragdoll with its motors, in a scene of its own. It is made
 * from the same description as the simulator's, that of its dialect of PhysX 5.
 *
 * A body that is merely teleported to its start brings traces along (contact and friction caches, the order of pairs and
 * islands), and the episode would differ in its last bits from the same one in a new scene. So `start` takes every actor
 * out of the scene, last in first out, and puts all back: the scene is then as empty as a new one, down to the order in
 * which it hands out its numbers, at a fraction of the cost of making it (docs/fidelity.md).
 *
 * State is read straight from WebAssembly memory into typed arrays; nothing here allocates in a step.
 */
import { difference, product, sum } from '../../../physics/rotation.ts';
import { type JointFrame, theWorld } from '../../../physics/scene.ts';
import { type BodyView, poseSize } from '../body-view.ts';
import { walkerDialects } from '../dialects.ts';
import type { PhysicsSettings } from '../physics-settings.ts';
import type { Rig, Vector } from '../rig.ts';
import { identity, type Quaternion, turned, yaw } from '../rotation.ts';
import { category, type Ragdoll, ragdollOf } from '../scene-of-rig.ts';
import type { World, WorldConditions, WorldStart } from '../world.ts';
import { type BodyReader, bodyReader } from './body-readers.ts';
import { MemoryViews, pointerOf } from './memory.ts';
import type { MemoryLayout, PhysX, PhysXTypes } from './physx-types.ts';
import { type Motor, RagdollMaker } from './ragdoll.ts';
import { makeSceneParts, type SceneParts } from './scene.ts';
import { SolvedMotors } from './solved-motors.ts';

/** Byte offsets in a PxD6JointDrive; tests/envs/walker/physx/world.test.ts checks them. */
export const driveOffsets = { stiffness: 0, damping: 4, forceLimit: 8 } as const;

const groundBit = 1;

/** Whose a shape is, of those of which touches are told. */
interface Owner {
  readonly body: number;
  /** Whether the target counts as touched by it. */
  readonly touchesTarget: boolean;
}

export class PhysXWorld implements World {
  /** [bodies + 1, 7]: rotation x y z w and position x y z in Unity's axes; the last row is the target's. */
  readonly poses: Float32Array;
  /** Velocities of the bodies' centres of mass, m/s, [bodies, 3]. */
  readonly velocities: Float32Array;
  /** rad/s, [bodies, 3]. */
  readonly angularVelocities: Float32Array;
  /** 1 while a body touches the ground, [bodies + 1]; of the target it is not told. */
  readonly groundContacts: Uint32Array;
  /** With how many pairs of shapes it does. */
  readonly #groundTouches: Int32Array;
  /** The same numbers. */
  readonly bodies: BodyView;
  /** Whether the target has been touched since the last `start` or `moveTarget`. */
  #targetTouched = false;

  readonly #physx: PhysX;
  readonly #ragdoll: Ragdoll;
  readonly #settings: PhysicsSettings;
  readonly #parts: SceneParts;
  readonly #maker: RagdollMaker;
  readonly #call: ReturnType<typeof nativeCalls>;
  /** Argument of setDrive. */
  readonly #drive: PhysXTypes.PxD6JointDrive;
  /** Argument of setDrivePosition and setGlobalPose. */
  readonly #pose: PhysXTypes.PxTransform;
  /** Argument of setLinearVelocity and setAngularVelocity. */
  readonly #rest: PhysXTypes.PxVec3;
  /** Another, and of setGravity. */
  readonly #vector: PhysXTypes.PxVec3;

  readonly #scene: PhysXTypes.PxScene;
  readonly #fixtures: readonly PhysXTypes.PxRigidStatic[];
  /** The rig's, then the target. */
  readonly #bodies: readonly PhysXTypes.PxRigidDynamic[];
  /** The same in the order in which they join the scene, which is the order in which PhysX solves their joints. */
  readonly #inOrder: readonly PhysXTypes.PxRigidDynamic[];
  readonly #joints: readonly PhysXTypes.PxD6Joint[];
  /** Joints to the world, and the frames that they hold on to where nothing is turned. */
  readonly #hanging: readonly { readonly joint: PhysXTypes.PxD6Joint; readonly frame: JointFrame }[];
  readonly #motors: readonly Motor[];
  /** Joints that no action moves, or whose strength none sets. */
  readonly #passive: readonly { readonly motor: Motor; readonly strength: number }[];
  /** Places in memory of the bodies, then of the target. */
  readonly #pointers: Uint32Array;
  readonly #ownerOfShape = new Map<number, Owner>();
  #targetShape = 0;
  #populated = false;
  readonly #views: MemoryViews;
  readonly #reader: BodyReader;
  /** Motors by memory, where its layout is known. */
  readonly #solved: SolvedMotors | undefined;
  /** Whether there has been a physics step since `start`. */
  #hasMoved = false;
  readonly #madeWith: WorldConditions;
  #conditions: WorldConditions;

  constructor(physx: PhysX, rig: Rig | Ragdoll, settings: PhysicsSettings) {
    const { px } = physx;
    const ragdoll = 'sceneIn' in rig ? rig : ragdollOf(rig);
    const dialect = { ...walkerDialects.physx5, play: settings.lockedAxisPlay };
    const scene = ragdoll.sceneIn(dialect, settings, {});
    const bodies = ragdoll.bodies.length;
    const spins = (bodies + 1) * (poseSize + 3);
    const touching = spins + (bodies + 1) * 3;
    const floats = new Float32Array(touching + bodies + 1);
    const words = new Uint32Array(floats.buffer);
    this.poses = floats.subarray(0, (bodies + 1) * poseSize);
    this.velocities = floats.subarray(this.poses.length, this.poses.length + bodies * 3);
    this.angularVelocities = floats.subarray(spins, spins + bodies * 3);
    this.groundContacts = words.subarray(touching);
    this.bodies = {
      floats,
      words,
      part: 1,
      rotation: { first: 0, body: poseSize },
      position: { first: 4, body: poseSize },
      velocity: { first: this.poses.length, body: 3 },
      spin: { first: spins, body: 3 },
      touching: { first: touching, body: 1 },
      groundBit,
      centres: new Float64Array((bodies + 1) * 3),
    };
    this.#groundTouches = new Int32Array(bodies + 1);
    this.#pointers = new Uint32Array(bodies + 1);
    this.#physx = physx;
    this.#ragdoll = ragdoll;
    this.#settings = settings;
    this.#parts = makeSceneParts(physx, settings, (pairs, count) => this.#onContact(pairs, count));
    this.#maker = new RagdollMaker(physx, settings, this.#parts.materials);
    this.#call = nativeCalls(physx);
    this.#drive = new px.PxD6JointDrive(0, 0, 0, false);
    this.#pose = new px.PxTransform(px.PxIDENTITYEnum.PxIdentity);
    this.#rest = new px.PxVec3(0, 0, 0);
    this.#vector = new px.PxVec3(0, 0, 0);
    const { gravity, friction } = settings;
    this.#madeWith = { gravity, friction, masses: ragdoll.bodies.map(({ mass }) => mass), driveScale: 1 };
    this.#conditions = this.#madeWith;
    this.#views = new MemoryViews(physx.memory);

    const maker = this.#maker;
    this.#scene = physx.physics.createScene(this.#parts.description);
    this.#fixtures = scene.fixtures.map((shape) => maker.fixture(shape));
    // The last is the target.
    this.#bodies = scene.bodies.map((body) => maker.body(body));
    this.#inOrder = scene.bodyOrder.map((body) => this.#bodies[body]!);
    const joints = scene.joints.map((joint) => maker.joint(joint, this.#bodies));
    this.#joints = joints.map(({ joint }) => joint);
    this.#hanging = scene.joints.flatMap(({ connectedTo, connectedFrame: frame }, index) =>
      connectedTo === theWorld ? [{ joint: this.#joints[index]!, frame }] : [],
    );
    this.#motors = ragdoll.motors.map((joint) => joints[joint]!.motor!);
    this.#passive = ragdoll.passive.map(({ joint, strength }) => ({ motor: joints[joint]!.motor!, strength }));
    this.#bodies.forEach((actor, body) => {
      this.#pointers[body] = pointerOf(actor);
      maker.shapesOf(actor).forEach((shape, which) => {
        const kind = 1 << scene.bodies[body]!.shapes[which]!.category;
        if (kind === 1 << category.target) this.#targetShape = shape;
        else this.#ownerOfShape.set(shape, { body, touchesTarget: (kind & ragdoll.touchesTarget) !== 0 });
      });
    });
    this.#reader = bodyReader(physx, this.#views, this.#pointers);
    this.#solved = this.#solvedMotors(physx.layout);
  }

  /** Starts anew: the ragdoll in its start pose, turned about the root, and everything at rest. */
  start({ yaw: angle, target, conditions }: WorldStart): void {
    this.#empty();
    this.#prepare(conditions ?? this.#madeWith);
    const turn = yaw(angle);
    const root = this.#ragdoll.bodies[0]!.start;
    this.#ragdoll.bodies.forEach(({ start, rotation }, body) => {
      const [x, y, z] = turned(turn, [start[0] - root[0], start[1] - root[1], start[2] - root[2]]);
      const whole = rotation === identity ? turn : product(turn, rotation);
      this.#place(body, [root[0] + x, root[1] + y, root[2] + z], whole);
    });
    this.#place(this.#ragdoll.bodies.length, target, identity);
    // They are told in the start pose, so what they hold on to turns with it.
    for (const { joint, frame } of this.#hanging) {
      const position = sum(root, turned(turn, difference(frame.anchor, root)));
      this.#maker.holdTo(joint, { position, rotation: product(turn, frame.rotation) });
    }

    for (const actor of this.#fixtures) this.#scene.addActor(actor);
    for (const actor of this.#inOrder) {
      this.#scene.addActor(actor);
      actor.wakeUp();
    }
    this.#populated = true;
    this.#hasMoved = false;
    this.#solved?.connect();
    this.#reader.prepare();
    this.groundContacts.fill(0);
    this.#groundTouches.fill(0);
    this.#targetTouched = false;
    this.read();
  }

  /** Runs one physics step. Contacts are up to date afterwards, poses and velocities once they have been read. */
  simulate(): void {
    const scene = pointerOf(this.#scene);
    this.#call.simulate(scene, this.#settings.step);
    this.#call.fetchResults(scene, 1);
    this.#hasMoved = true;
  }

  /** Copies every pose and velocity out of PhysX. */
  read(): void {
    for (let body = 0; body < this.groundContacts.length; body++) this.readPose(body);
    this.#reader.readAngularVelocities(this.angularVelocities);
    this.readVelocities();
  }

  /** Copies one body's pose out of PhysX; the target is the one after the last body. */
  readPose(body: number): void {
    this.#reader.readPose(body, this.poses, body * poseSize);
  }

  /** Copies the velocities of the bodies' centres of mass out of PhysX. */
  readVelocities(): void {
    this.#reader.readVelocities(this.velocities);
  }

  readForReward(): void {
    this.readVelocities();
    for (let body = 0; body < this.groundContacts.length; body++) this.readPose(body);
  }

  targetTouched(): boolean {
    return this.#targetTouched;
  }

  groundMayHaveChanged(): boolean {
    return true;
  }

  /** Turns a motor towards a rotation, x y z w at `rotations[at]`: the pose of the other body's frame in its own. */
  setMotorTarget(motor: number, rotations: Float32Array, at: number): void {
    if (this.#solved && this.#hasMoved) {
      this.#solved.setTarget(motor, rotations, at);
      return;
    }
    const floats = this.#views.current().floats;
    const word = pointerOf(this.#pose) >> 2;
    for (let part = 0; part < 4; part++) floats[word + part] = rotations[at + part]!;
    for (let part = 4; part < poseSize; part++) floats[word + part] = 0;
    this.#call.setDrivePosition(pointerOf(this.#motors[motor]!.joint), pointerOf(this.#pose), 1);
  }

  /** Sets a motor's strength, N m, which the drive scale multiplies. */
  setMotorStrength(motor: number, strength: number): void {
    if (this.#solved && this.#hasMoved) {
      this.#solved.setStrength(motor, strength * this.#conditions.driveScale);
      return;
    }
    this.#setDrive(this.#motors[motor]!, strength);
  }

  /** Puts the target elsewhere; its rotation and velocity stay, as when Unity sets a position. */
  moveTarget([x, y, z]: Vector): void {
    const cube = this.#ragdoll.bodies.length;
    this.readPose(cube);
    const at = cube * poseSize;
    this.poses[at + 4] = x;
    this.poses[at + 5] = y;
    this.poses[at + 6] = z;
    const floats = this.#views.current().floats;
    const word = pointerOf(this.#pose) >> 2;
    for (let part = 0; part < poseSize; part++) floats[word + part] = this.poses[at + part]!;
    this.#call.setGlobalPose(this.#pointers[cube]!, pointerOf(this.#pose), 1);
    this.#targetTouched = false;
  }

  /** Changes the velocity of every body of the ragdoll by (x, 0, z) m/s. Velocities must have been read since the last step. */
  push(x: number, z: number): void {
    const { setLinearVelocity } = this.#call;
    const vector = pointerOf(this.#vector);
    for (let body = 0; body < this.#ragdoll.bodies.length; body++) {
      const at = body * 3;
      const floats = this.#views.current().floats;
      floats[vector >> 2] = this.velocities[at]! + x;
      floats[(vector >> 2) + 1] = this.velocities[at + 1]!;
      floats[(vector >> 2) + 2] = this.velocities[at + 2]! + z;
      setLinearVelocity(this.#pointers[body]!, vector, 1);
    }
  }

  /** A body as PhysX has it, for whoever wants to push it. */
  body(index: number): PhysXTypes.PxRigidDynamic {
    return this.#bodies[index]!;
  }

  /** Frees everything. No call may follow. */
  close(): void {
    this.#empty();
    for (const joint of this.#joints) joint.release();
    for (const actor of [...this.#bodies, ...this.#fixtures]) actor.release();
    this.#scene.release();
    this.#maker.free();
    this.#parts.free();
    for (const made of [this.#drive, this.#pose, this.#rest, this.#vector]) this.#physx.px.destroy(made);
  }

  /** Takes every actor out of the scene, the last that came first. */
  #empty(): void {
    if (!this.#populated) return;
    for (let which = this.#inOrder.length - 1; which >= 0; which--) {
      this.#scene.removeActor(this.#inOrder[which]!, false);
    }
    for (let which = this.#fixtures.length - 1; which >= 0; which--) {
      this.#scene.removeActor(this.#fixtures[which]!, false);
    }
    this.#populated = false;
  }

  /** Sets, while the scene is empty, what differs from the conditions before. */
  #prepare(conditions: WorldConditions): void {
    const { gravity, friction, masses } = this.#conditions;
    if (conditions.gravity !== gravity) {
      this.#vector.y = -conditions.gravity;
      this.#vector.x = this.#vector.z = 0;
      this.#scene.setGravity(this.#vector);
    }
    if (conditions.friction !== friction) this.#parts.materials.scale(conditions.friction / this.#settings.friction);
    conditions.masses.forEach((mass, body) => {
      if (mass !== masses[body]) this.#maker.setMass(this.#bodies[body]!, mass);
    });
    this.#conditions = conditions;
    for (const { motor, strength } of this.#passive) this.#setDrive(motor, strength);
  }

  /** By PhysX's calls. */
  #setDrive({ joint, parts }: Motor, strength: number): void {
    const { driveScale } = this.#conditions;
    const drive = pointerOf(this.#drive);
    const { stiffness, damping, forceLimit } = driveOffsets;
    for (let which = 0; which < parts.length; which++) {
      const part = parts[which]!;
      const { floats } = this.#views.current();
      floats[(drive + stiffness) >> 2] = part.stiffness * driveScale;
      floats[(drive + damping) >> 2] = part.damping * driveScale;
      floats[(drive + forceLimit) >> 2] = strength * driveScale;
      this.#call.setDrive(pointerOf(joint), part.drive, drive);
    }
  }

  /** Puts a body, not in the scene, somewhere and at rest. */
  #place(body: number, position: Vector, rotation: Quaternion): void {
    const { setGlobalPose, setLinearVelocity, setAngularVelocity } = this.#call;
    const pointer = this.#pointers[body]!;
    const floats = this.#views.current().floats;
    floats.set(rotation, pointerOf(this.#pose) >> 2);
    floats.set(position, (pointerOf(this.#pose) >> 2) + 4);
    setGlobalPose(pointer, pointerOf(this.#pose), 0);
    setLinearVelocity(pointer, pointerOf(this.#rest), 0);
    setAngularVelocity(pointer, pointerOf(this.#rest), 0);
  }

  /** Undefined where it isn't known where all that motors need lies in memory. */
  #solvedMotors(layout: MemoryLayout | undefined): SolvedMotors | undefined {
    if (!layout || !this.#motors.every(({ parts }) => parts.every(({ drive }) => layout.forceLimits.has(drive))))
      return;
    const bodies = this.#motors.flatMap(({ bodies }) => bodies);
    const pointers = Uint32Array.from(bodies, (body) => this.#pointers[body]!);
    const wakeCounter = this.#scene.getWakeCounterResetValue();
    return new SolvedMotors(this.#physx, layout, this.#views, this.#motors, pointers, wakeCounter);
  }

  /** Called by PhysX while results are fetched. */
  #onContact(pairs: number, count: number): void {
    const { contactPair, touchFound, removed } = this.#parts;
    const { size, firstShape, secondShape, flags, events } = contactPair;
    const { words, halfWords } = this.#views.current();
    for (let pair = pairs; pair < pairs + count * size; pair += size) {
      // A touch that ended because `start` emptied the scene is told of late, in the next episode.
      if (halfWords[(pair + flags) >> 1]! & removed) continue;
      const first = words[(pair + firstShape) >> 2]!;
      const second = words[(pair + secondShape) >> 2]!;
      const owner = this.#ownerOfShape.get(first) ?? this.#ownerOfShape.get(second);
      // The target has touched the ground.
      if (owner === undefined) continue;
      const { body, touchesTarget } = owner;
      if (first === this.#targetShape || second === this.#targetShape) {
        if (touchesTarget) this.#targetTouched = true;
        continue;
      }
      const began = (halfWords[(pair + events) >> 1]! & touchFound) !== 0;
      this.#groundTouches[body] = Math.max(this.#groundTouches[body]! + (began ? 1 : -1), 0);
      this.groundContacts[body] = this.#groundTouches[body]! > 0 ? 1 : 0;
    }
  }
}

/** The calls made in every step, without the package's wrappers. */
function nativeCalls(physx: PhysX) {
  return {
    simulate: physx.native('PxScene', 'simulate', 1),
    fetchResults: physx.native('PxScene', 'fetchResults', 1),
    setGlobalPose: physx.native('PxRigidActor', 'setGlobalPose', 2),
    setLinearVelocity: physx.native('PxRigidDynamic', 'setLinearVelocity', 2),
    setAngularVelocity: physx.native('PxRigidDynamic', 'setAngularVelocity', 2),
    setDrive: physx.native('PxD6Joint', 'setDrive', 2),
    setDrivePosition: physx.native('PxD6Joint', 'setDrivePosition', 2),
  };
}
