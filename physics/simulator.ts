/**
 * Many copies of one scene, four to a group, stepped together: all state is plain memory.
 *
 * A lane is one copy. What it does depends on nothing but its own state: not on its neighbours in the vector, not on its
 * group, not on how many there are. A step is `findContacts`, rows, iterations, integration (kernel/step.ts).
 */
import { UserError } from '../base/failure/user-error.ts';
import { checkScene } from './check-scene.ts';
import { dialects, type SolverSettings } from './dialects.ts';
import { type Kernel, startKernel } from './kernel.ts';
import { conjugate, type Pose, product, type Quaternion, sum, turned, type Vector } from './rotation.ts';
import { type Scene, theWorld } from './scene.ts';
import { type Model, makeModel, makePlan, type Plan, writeTables } from './tables.ts';

/** Lanes of a group. */
export const lanesPerGroup = 4;

/** Where a body's numbers begin in a group's memory, v128 from the body's start: kernel/layout.ts. */
export type BodyField =
  | 'POSITION'
  | 'ROTATION'
  | 'VELOCITY'
  | 'SPIN'
  | 'INVERSE_MASS'
  | 'ROOT_INVERSE_INERTIA'
  | 'TOUCHING';

/** Where a lane's own numbers lie. */
export type LaneField =
  | 'GRAVITY'
  | 'FRICTION_SCALE'
  | 'DRIVE_SCALE'
  | 'HAPPENED'
  | 'OVERFLOW'
  | 'WORLD_POSITION'
  | 'WORLD_ROTATION';

export interface SimulatorOptions {
  /** Copies of the scene; rounded up to a whole number of groups. */
  readonly lanes: number;
  /** Default: those of the `unity` dialect. */
  readonly settings?: SolverSettings;
  /** m/s2; default 0, -9.81, 0. */
  readonly gravity?: Vector;
  /** For messages. */
  readonly where?: string;
}

export class Simulator {
  readonly lanes: number;
  readonly groups: number;
  readonly bodyCount: number;
  readonly jointCount: number;
  /** Whether some joint holds on to the world. */
  readonly hangs: boolean;
  /** All memory as numbers; it never grows. */
  readonly floats: Float32Array;
  readonly words: Uint32Array;
  readonly bytes: Uint8Array;
  readonly memory: WebAssembly.Memory;
  readonly plan: Plan;
  readonly layout: Kernel['layout'];

  readonly #kernel: Kernel;
  readonly #model: Model;
  readonly #gravity: Vector;
  #clearWords: Uint32Array | undefined;

  /**
   * @param module from `loadKernel` or `compileKernelModule`.
   * @throws UserError where the scene can't be simulated.
   */
  constructor(module: WebAssembly.Module, scene: Scene, options: SimulatorOptions) {
    const { lanes, settings = dialects.unity, gravity = [0, -9.81, 0], where } = options;
    checkScene(scene, where);
    this.groups = Math.ceil(lanes / lanesPerGroup);
    this.lanes = this.groups * lanesPerGroup;
    this.bodyCount = scene.bodies.length;
    this.jointCount = scene.joints.length;
    this.hangs = scene.joints.some(({ connectedTo }) => connectedTo === theWorld);
    this.#model = makeModel(scene, settings);
    this.#gravity = gravity;
    const sizes = startKernel(module, new WebAssembly.Memory({ initial: 1 }));
    this.plan = makePlan(this.#model, sizes, this.groups);
    this.memory = new WebAssembly.Memory({ initial: Math.ceil(this.plan.end / 65536) });
    this.#kernel = startKernel(module, this.memory);
    this.layout = this.#kernel.layout;
    this.floats = new Float32Array(this.memory.buffer);
    this.words = new Uint32Array(this.memory.buffer);
    this.bytes = new Uint8Array(this.memory.buffer);
    writeTables(this.#model, this.plan, this.#kernel, this.memory.buffer);
    this.#kernel.configure(this.plan.configuration, this.plan.contactScratch);
    for (let lane = 0; lane < this.lanes; lane++) this.clear(lane);
  }

  /** Bytes that a lane takes: its state, and what contacts keep from step to step. */
  get bytesPerLane(): number {
    return this.plan.groupBytes / lanesPerGroup + this.plan.contactLaneBytes;
  }

  /** One physics step of `groups` groups from `first` on. Default: all. */
  step(first = 0, groups = this.groups - first): void {
    this.#kernel.step(first, groups);
  }

  /**
   * Index in `floats` and `words` of a field's first number of a body in a lane; component i of a vector lies 4 i further
   * on, as four lanes lie side by side.
   */
  bodyIndex(lane: number, body: number, field: BodyField): number {
    const { HEADER, BODY_BYTES } = this.layout;
    return this.#inGroup(lane, HEADER * 16 + body * BODY_BYTES + this.layout[field]);
  }

  /** Index in `floats` of a joint's target (x y z w, 4 apart) or strength in a lane. */
  jointIndex(lane: number, joint: number, field: 'TARGET' | 'STRENGTH'): number {
    const { HEADER, BODY_BYTES, JOINT_BYTES } = this.layout;
    return this.#inGroup(lane, HEADER * 16 + this.bodyCount * BODY_BYTES + joint * JOINT_BYTES + this.layout[field]);
  }

  /** Index in `floats` and `words` of a parameter of a lane. */
  laneIndex(lane: number, field: LaneField): number {
    return this.#inGroup(lane, this.layout[field]);
  }

  #inGroup(lane: number, offset: number): number {
    const group = Math.floor(lane / lanesPerGroup);
    return (this.plan.firstGroup + group * this.plan.groupBytes + offset) / 4 + (lane % lanesPerGroup);
  }

  /** A lane as new: bodies at the origin and at rest, the scene's masses, no contacts, drives without strength. */
  clear(lane: number): void {
    const start = this.#inGroup(lane, 0);
    this.#clearWords ??= this.#wordsOfNew(lane, start);
    const clear = this.#clearWords;
    for (let word = 0; word < clear.length; word++) this.words[start + word * lanesPerGroup] = clear[word]!;
    this.forgetContacts(lane);
  }

  /** The words of a lane as new, made in one: episodes start often, and these are the same for all. */
  #wordsOfNew(lane: number, start: number): Uint32Array {
    const { floats } = this;
    const words = this.plan.groupBytes / 4 / lanesPerGroup;
    for (let word = 0; word < words; word++) floats[start + word * lanesPerGroup] = 0;
    this.setGravity(lane, this.#gravity);
    this.setFrictionScale(lane, 1);
    this.setDriveScale(lane, 1);
    this.#model.scene.bodies.forEach(({ mass }, body) => {
      this.setMass(lane, body, mass);
      this.setPose(lane, body, [0, 0, 0], [0, 0, 0, 1]);
    });
    if (this.hangs) this.setWorldPose(lane, [0, 0, 0], [0, 0, 0, 1]);
    for (let joint = 0; joint < this.jointCount; joint++) floats[this.jointIndex(lane, joint, 'TARGET') + 12] = 1;
    return Uint32Array.from({ length: words }, (_, word) => this.words[start + word * lanesPerGroup]!);
  }

  /** What contacts keep from step to step is dropped: for a lane that starts anew. */
  forgetContacts(lane: number): void {
    this.#kernel.clearLane(lane);
  }

  /**
   * A body's mass in one lane, kg, spread over its shapes.
   *
   * @throws UserError where it is no mass.
   */
  setMass(lane: number, body: number, mass: number): void {
    const { floats } = this;
    if (!(Number.isFinite(mass) && mass > 0)) {
      const { name } = this.#model.scene.bodies[body]!;
      throw new UserError({ where: `mass of ${name}`, what: 'out of range', value: mass, expected: 'above 0 kg' });
    }
    floats[this.bodyIndex(lane, body, 'INVERSE_MASS')] = 1 / mass;
    const at = this.bodyIndex(lane, body, 'ROOT_INVERSE_INERTIA');
    this.#model.massFrames[body]!.momentsPerMass.forEach((moment, axis) => {
      floats[at + 4 * axis] = Math.sqrt(1 / (moment * mass));
    });
  }

  /** m/s2, of one lane. */
  setGravity(lane: number, gravity: Vector): void {
    gravity.forEach((part, axis) => {
      this.#setParameter(lane, 'GRAVITY', part, 'gravity', Number.isFinite(part), 'finite numbers, m/s2', axis);
    });
  }

  /** Times the friction of all shapes of one lane. */
  setFrictionScale(lane: number, scale: number): void {
    this.#setParameter(lane, 'FRICTION_SCALE', scale, 'friction scale', scale >= 0 && scale < 1e3, '0 to 1000');
  }

  /** Times stiffness, damping and strength of all drives of one lane. */
  setDriveScale(lane: number, scale: number): void {
    this.#setParameter(lane, 'DRIVE_SCALE', scale, 'drive scale', scale >= 0 && scale < 1e3, '0 to 1000');
  }

  #setParameter(
    lane: number,
    field: 'GRAVITY' | 'FRICTION_SCALE' | 'DRIVE_SCALE',
    value: number,
    name: string,
    valid: boolean,
    expected: string,
    axis = 0,
  ): void {
    if (!valid) throw new UserError({ where: `${name} of lane ${lane}`, what: 'out of range', value, expected });
    this.floats[this.laneIndex(lane, field) + 4 * axis] = value;
  }

  /** Where a body's mass is, in the body: what its pose in memory is about. */
  massFrame(body: number): Pose {
    return this.#model.massFrames[body]!.pose;
  }

  /** Changes a body's velocity by (x, y, z) m/s: a push. */
  push(lane: number, body: number, [x, y, z]: Vector): void {
    const at = this.bodyIndex(lane, body, 'VELOCITY');
    this.floats[at]! += x;
    this.floats[at + 4]! += y;
    this.floats[at + 8]! += z;
  }

  /** Bit c: what a body touches in a lane, by category, in the poses that the last step began with. */
  touching(lane: number, body: number): number {
    return this.words[this.bodyIndex(lane, body, 'TOUCHING')]!;
  }

  /** Bit c: whether a touch of category c began or ended in the last step of a lane. */
  happened(lane: number): number {
    return this.words[this.laneIndex(lane, 'HAPPENED')]!;
  }

  /** Contacts that a lane has had to leave out since it was cleared, as its room was full. */
  overflow(lane: number): number {
    return this.words[this.laneIndex(lane, 'OVERFLOW')]!;
  }

  /** Puts a body's origin somewhere; its velocity stays. */
  setPose(lane: number, body: number, position: Vector, rotation: Quaternion): void {
    const { floats } = this;
    const { pose } = this.#model.massFrames[body]!;
    const centre = sum(position, turned(rotation, pose.position));
    const turn = product(rotation, pose.rotation);
    const at = this.bodyIndex(lane, body, 'POSITION');
    for (let part = 0; part < 3; part++) floats[at + 4 * part] = centre[part]!;
    const to = this.bodyIndex(lane, body, 'ROTATION');
    for (let part = 0; part < 4; part++) floats[to + 4 * part] = turn[part]!;
  }

  /** Where the world stands that joints to it hold on to: their connected frames are told in it. Default: at the origin. */
  setWorldPose(lane: number, position: Vector, rotation: Quaternion): void {
    const { floats } = this;
    const at = this.laneIndex(lane, 'WORLD_POSITION');
    for (let part = 0; part < 3; part++) floats[at + 4 * part] = position[part]!;
    const to = this.laneIndex(lane, 'WORLD_ROTATION');
    for (let part = 0; part < 4; part++) floats[to + 4 * part] = rotation[part]!;
  }

  /** A body's origin and rotation, in double precision from the state's single. */
  pose(lane: number, body: number): { position: Vector; rotation: Quaternion } {
    const { pose } = this.#model.massFrames[body]!;
    const centre = this.#vector(this.bodyIndex(lane, body, 'POSITION'));
    const at = this.bodyIndex(lane, body, 'ROTATION');
    const turn: Quaternion = [...this.#vector(at), this.floats[at + 12]!];
    const rotation = product(turn, conjugate(pose.rotation));
    const [x, y, z] = turned(rotation, pose.position);
    return { position: [centre[0] - x, centre[1] - y, centre[2] - z], rotation };
  }

  /** Velocity of a body's centre of mass, m/s. */
  velocity(lane: number, body: number): Vector {
    return this.#vector(this.bodyIndex(lane, body, 'VELOCITY'));
  }

  /** rad/s. */
  spin(lane: number, body: number): Vector {
    return this.#vector(this.bodyIndex(lane, body, 'SPIN'));
  }

  setVelocity(lane: number, body: number, velocity: Vector, spin: Vector): void {
    const at = this.bodyIndex(lane, body, 'VELOCITY');
    const to = this.bodyIndex(lane, body, 'SPIN');
    for (let part = 0; part < 3; part++) {
      this.floats[at + 4 * part] = velocity[part]!;
      this.floats[to + 4 * part] = spin[part]!;
    }
  }

  /** A joint's drive: the pose of the second frame in the first that it turns to, and its greatest torque, N m. */
  setDrive(lane: number, joint: number, target: Quaternion, strength: number): void {
    const at = this.jointIndex(lane, joint, 'TARGET');
    for (let part = 0; part < 4; part++) this.floats[at + 4 * part] = target[part]!;
    this.floats[this.jointIndex(lane, joint, 'STRENGTH')] = strength;
  }

  #vector(at: number): Vector {
    const { floats } = this;
    return [floats[at]!, floats[at + 4]!, floats[at + 8]!];
  }

  /** A lane's whole state, `bytesPerLane` bytes: restoring it goes on with the same bits. */
  snapshot(lane: number, into = new Uint8Array(this.bytesPerLane)): Uint8Array {
    const words = this.plan.groupBytes / 4 / lanesPerGroup;
    const start = this.#inGroup(lane, 0);
    const view = new DataView(into.buffer, into.byteOffset, into.byteLength);
    for (let word = 0; word < words; word++) view.setUint32(4 * word, this.words[start + word * lanesPerGroup]!, true);
    into.set(this.#contactsOf(lane), 4 * words);
    return into;
  }

  /** Puts a snapshot into a lane, of this simulator or of another of the same scene. */
  restore(lane: number, from: Uint8Array): void {
    const words = this.plan.groupBytes / 4 / lanesPerGroup;
    const start = this.#inGroup(lane, 0);
    const view = new DataView(from.buffer, from.byteOffset, from.byteLength);
    for (let word = 0; word < words; word++) this.words[start + word * lanesPerGroup] = view.getUint32(4 * word, true);
    this.#contactsOf(lane).set(from.subarray(4 * words));
  }

  #contactsOf(lane: number): Uint8Array {
    const { contactMemory, contactLaneBytes } = this.plan;
    return this.bytes.subarray(contactMemory + lane * contactLaneBytes, contactMemory + (lane + 1) * contactLaneBytes);
  }
}
