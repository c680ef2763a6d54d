/**
 * A walker in a lane of the simulator: all that is read and written here is the simulator's memory as it is.
 */

import { difference, type Pose, product } from '../../physics/rotation.ts';
import { lanesPerGroup, type Simulator } from '../../physics/simulator.ts';
import type { BodyView, Field } from './body-view.ts';
import type { PhysicsSettings } from './physics-settings.ts';
import type { Vector } from './rig.ts';
import { identity, turned, yaw } from './rotation.ts';
import { category, type Ragdoll } from './scene-of-rig.ts';
import { TurnedView } from './turned-view.ts';
import type { World, WorldConditions, WorldStart } from './world.ts';

const groundBit = 1 << category.ground;

export class LaneWorld implements World {
  readonly bodies: BodyView;
  /** The simulator's own numbers. */
  readonly #raw: BodyView;
  /** What `bodies` is where a mass lies askew in its body. */
  readonly #turned: TurnedView | undefined;
  readonly simulator: Simulator;
  readonly lane: number;
  readonly #ragdoll: Ragdoll;
  readonly #standard: WorldConditions;
  readonly #settings: PhysicsSettings;
  /** Index in the simulator's numbers of each motor's target, x y z w four apart, and of its strength. */
  readonly #targets: Int32Array;
  readonly #strengths: Int32Array;
  /** Index of the strength of each joint that no action moves, and what it is. */
  readonly #passive: readonly { readonly at: number; readonly strength: number }[];
  /** Index of the words that say what the target touches, and what touches began and ended. */
  readonly #targetTouching: number;
  readonly #happened: number;
  #touchedTarget = false;

  constructor(
    simulator: Simulator,
    lane: number,
    ragdoll: Ragdoll,
    settings: PhysicsSettings,
    frames: readonly Pose[],
  ) {
    this.simulator = simulator;
    this.lane = lane;
    this.#ragdoll = ragdoll;
    this.#settings = settings;
    const { gravity, friction } = settings;
    this.#standard = { gravity, friction, masses: ragdoll.bodies.map(({ mass }) => mass), driveScale: 1 };
    const { floats, words } = simulator;
    const field = (name: Parameters<Simulator['bodyIndex']>[2]): Field => {
      const first = simulator.bodyIndex(lane, 0, name);
      return { first, body: simulator.bodyIndex(lane, 1, name) - first };
    };
    this.#raw = {
      floats,
      words,
      part: lanesPerGroup,
      position: field('POSITION'),
      rotation: field('ROTATION'),
      velocity: field('VELOCITY'),
      spin: field('SPIN'),
      touching: field('TOUCHING'),
      groundBit,
      centres: Float64Array.from(frames.flatMap(({ position }) => [...position])),
    };
    const turns = frames.map(({ rotation }) => rotation);
    // Exactly unturned: what `massFrame` has for every shape that lies along its body's axes.
    const isAskew = turns.some(([x, y, z]) => x !== 0 || y !== 0 || z !== 0);
    this.#turned = isAskew ? new TurnedView(this.#raw, turns) : undefined;
    this.bodies = this.#turned ?? this.#raw;
    const { motors } = ragdoll;
    this.#targets = Int32Array.from(motors, (joint) => simulator.jointIndex(lane, joint, 'TARGET'));
    this.#strengths = Int32Array.from(motors, (joint) => simulator.jointIndex(lane, joint, 'STRENGTH'));
    this.#passive = ragdoll.passive.map(({ joint, strength }) => {
      return { at: simulator.jointIndex(lane, joint, 'STRENGTH'), strength };
    });
    this.#targetTouching = simulator.bodyIndex(lane, ragdoll.bodies.length, 'TOUCHING');
    this.#happened = simulator.laneIndex(lane, 'HAPPENED');
  }

  start({ yaw: angle, target, conditions = this.#standard }: WorldStart): void {
    const { simulator, lane } = this;
    simulator.clear(lane);
    this.#set(conditions);
    const turn = yaw(angle);
    const root = this.#ragdoll.bodies[0]!.start;
    this.#ragdoll.bodies.forEach(({ start, rotation }, body) => {
      const [x, y, z] = turned(turn, [start[0] - root[0], start[1] - root[1], start[2] - root[2]]);
      const whole = rotation === identity ? turn : product(turn, rotation);
      simulator.setPose(lane, body, [root[0] + x, root[1] + y, root[2] + z], whole);
    });
    // Joints to the world are told in the start pose, so what they hold on to turns with it.
    if (simulator.hangs) simulator.setWorldPose(lane, difference(root, turned(turn, root)), turn);
    for (const { at, strength } of this.#passive) simulator.floats[at] = strength;
    simulator.setPose(lane, this.#ragdoll.bodies.length, target, identity);
    this.#touchedTarget = false;
    this.#turned?.update();
  }

  /** For a lane that nobody lives in. */
  hang(): void {
    this.start({ yaw: 0, target: [0, 2000, 0], conditions: { ...this.#standard, gravity: 0 } });
    const { floats, position } = this.#raw;
    for (let body = 0; body < this.#ragdoll.bodies.length; body++)
      floats[position.first + body * position.body + 4]! += 1000;
    if (this.simulator.hangs) floats[this.simulator.laneIndex(this.lane, 'WORLD_POSITION') + 4]! += 1000;
  }

  setMotorTarget(motor: number, rotations: Float32Array, at: number): void {
    const { floats } = this.#raw;
    const to = this.#targets[motor]!;
    floats[to] = rotations[at]!;
    floats[to + 4] = rotations[at + 1]!;
    floats[to + 8] = rotations[at + 2]!;
    floats[to + 12] = rotations[at + 3]!;
  }

  setMotorStrength(motor: number, strength: number): void {
    this.#raw.floats[this.#strengths[motor]!] = strength;
  }

  push(x: number, z: number): void {
    const { floats, velocity, part } = this.#raw;
    for (let body = 0; body < this.#ragdoll.bodies.length; body++) {
      const at = velocity.first + body * velocity.body;
      floats[at]! += x;
      floats[at + 2 * part]! += z;
    }
  }

  moveTarget([x, y, z]: Vector): void {
    const { floats, position, part } = this.#raw;
    const at = position.first + this.#ragdoll.bodies.length * position.body;
    floats[at] = x;
    floats[at + part] = y;
    floats[at + 2 * part] = z;
    this.#turned?.update();
  }

  targetTouched(): boolean {
    const touches = (this.#raw.words[this.#targetTouching]! & this.#ragdoll.touchesTarget) !== 0;
    const began = touches && !this.#touchedTarget;
    this.#touchedTarget = touches;
    return began;
  }

  groundMayHaveChanged(): boolean {
    return (this.#raw.words[this.#happened]! & groundBit) !== 0;
  }

  /** Of this walker's group of four. */
  simulate(): void {
    this.simulator.step(Math.floor(this.lane / lanesPerGroup), 1);
  }

  readForReward(): void {
    this.#turned?.update();
  }

  read(): void {
    this.#turned?.update();
  }

  /** The lane, then whether the target was being touched. */
  save(): Uint8Array {
    const { bytesPerLane } = this.simulator;
    const state = new Uint8Array(bytesPerLane + 1);
    this.simulator.snapshot(this.lane, state.subarray(0, bytesPerLane));
    state[bytesPerLane] = this.#touchedTarget ? 1 : 0;
    return state;
  }

  restore(state: Uint8Array): void {
    const { bytesPerLane } = this.simulator;
    this.simulator.restore(this.lane, state.subarray(0, bytesPerLane));
    this.#touchedTarget = state[bytesPerLane] === 1;
    this.#turned?.update();
  }

  #set({ gravity, friction, masses, driveScale }: WorldConditions): void {
    const { simulator, lane } = this;
    const { floats } = simulator;
    floats[simulator.laneIndex(lane, 'GRAVITY') + lanesPerGroup] = -gravity;
    floats[simulator.laneIndex(lane, 'GRAVITY')] = 0;
    floats[simulator.laneIndex(lane, 'GRAVITY') + 2 * lanesPerGroup] = 0;
    floats[simulator.laneIndex(lane, 'FRICTION_SCALE')] = friction / this.#settings.friction;
    floats[simulator.laneIndex(lane, 'DRIVE_SCALE')] = driveScale;
    masses.forEach((mass, body) => {
      simulator.setMass(lane, body, mass);
    });
  }
}
