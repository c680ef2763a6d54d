/**
 * How a walker walks, measured after every physics step of an episode: the work of its joints, which feet are on the ground,
 * how it sways, how far its speed is off, and how fast it is once it has turned to its target.
 *
 * A `MeteredWorld` stands between a walker and its world and hands on all that playing takes. What it measures changes nothing.
 */
import { type BodyView, originOf } from '../envs/walker/body-view.ts';
import { walkerDialects } from '../envs/walker/dialects.ts';
import { type PhysicsSettings, unityPhysics } from '../envs/walker/physics-settings.ts';
import { bodyIndex, type Vector, walkerRig } from '../envs/walker/rig.ts';
import { type Ragdoll, ragdollOf } from '../envs/walker/scene-of-rig.ts';
import type { Task } from '../envs/walker/task.ts';
import { stockTask } from '../envs/walker/walker.ts';
import type { World, WorldStart } from '../envs/walker/world.ts';
import { type MassFrame, massFrame } from '../physics/mass-frame.ts';
import { conjugate, product, type Quaternion, turned } from '../physics/rotation.ts';

/** Sums over the physics steps of an episode. */
export interface Gait {
  /**
   * What the joints have put in at least, J: all rises of the walker's mechanical energy (of motion, of turning, and of
   * height), for nothing else lifts it; Winter's measure (1979). What one joint puts in while another one takes it out within
   * a step is not seen.
   */
  readonly work: number;
  /** Steps with the left foot alone on the ground, the right one alone, both, none. */
  readonly contact: Readonly<Record<Foothold, number>>;
  /** Of the squares of the hips' speed across the direction to the target, (m/s)^2. */
  readonly sideways: number;
  /** Of the distances of the mean velocity from what is wanted, m/s. */
  readonly speedError: number;
  /**
   * Steps more than `turningSeconds` after the start and after each new target, and the sum of the mean velocity along the way
   * over them, m/s: what it walks like where it need neither set off nor turn round.
   */
  readonly underWay: { readonly steps: number; readonly speed: number };
}

/** In which a walker sets off, or turns to a new target that may lie behind it. */
export const turningSeconds = 3;

export const footholds = ['left', 'right', 'both', 'none'] as const;
export type Foothold = (typeof footholds)[number];

/** Whose gait is measured. */
export interface Figure {
  /** kg, of each body. */
  readonly masses: readonly number[];
  /** Principal axes in each body, and moments about them for each kilogram. */
  readonly frames: readonly MassFrame[];
  /** m/s2. */
  readonly gravity: number;
  /** Seconds of a physics step. */
  readonly step: number;
  /** The body whose way is looked at, and those whose mean velocity is. */
  readonly middle: number;
  readonly averaged: Int32Array;
  /** Undefined where it has not two. */
  readonly feet: { readonly left: number; readonly right: number } | undefined;
}

export function figureOf(
  ragdoll: Ragdoll,
  settings: PhysicsSettings,
  { masses, frame, averaged }: Task,
  feet?: Figure['feet'],
): Figure {
  const { bodies } = ragdoll.sceneIn(walkerDialects.unity, settings, {});
  const frames = bodies.slice(0, masses.length).map(({ shapes }) => massFrame(shapes));
  const { gravity, step } = settings;
  return { masses, frames, gravity, step, middle: frame.body, averaged, feet };
}

export const walkerFigure: Figure = figureOf(ragdollOf(walkerRig), unityPhysics, stockTask, {
  left: bodyIndex(walkerRig, 'footL'),
  right: bodyIndex(walkerRig, 'footR'),
});

/** A walker's world, and what is measured in it; `gait` is of the episode that it is in. */
export class MeteredWorld implements World {
  readonly #world: World;
  readonly #figure: Figure;
  #masses: readonly number[];
  #gravity: number;
  #targetSpeed = 0;
  /** After the last step, J. */
  #energy = 0;
  #work = 0;
  #contact: Record<Foothold, number> = { left: 0, right: 0, both: 0, none: 0 };
  #sideways = 0;
  #speedError = 0;
  #underWay = { steps: 0, speed: 0 };
  /** Physics steps since the target came to where it is. */
  #stepsToTarget = 0;

  constructor(world: World, figure: Figure = walkerFigure) {
    this.#world = world;
    this.#figure = figure;
    this.#masses = figure.masses;
    this.#gravity = figure.gravity;
  }

  /** They move where an episode is solved otherwise than the one before. */
  get bodies(): BodyView {
    return this.#world.bodies;
  }

  get gait(): Gait {
    return {
      work: this.#work,
      contact: { ...this.#contact },
      sideways: this.#sideways,
      speedError: this.#speedError,
      underWay: { ...this.#underWay },
    };
  }

  /** m/s, of the episode that has just begun. */
  set targetSpeed(speed: number) {
    this.#targetSpeed = speed;
  }

  start(start: WorldStart): void {
    this.#world.start(start);
    this.#world.read();
    this.#masses = start.conditions?.masses ?? this.#figure.masses;
    this.#gravity = start.conditions?.gravity ?? this.#figure.gravity;
    this.#work = this.#sideways = this.#speedError = 0;
    this.#contact = { left: 0, right: 0, both: 0, none: 0 };
    this.#underWay = { steps: 0, speed: 0 };
    this.#stepsToTarget = 0;
    this.#energy = this.#energyNow();
  }

  /** What a push gives is no work of the joints. */
  push(x: number, z: number): void {
    const { velocity, floats, part } = this.bodies;
    for (let body = 0; body < this.#masses.length; body++) {
      const at = velocity.first + body * velocity.body;
      const mass = this.#masses[body]!;
      this.#energy += mass * (floats[at]! * x + floats[at + 2 * part]! * z + (x * x + z * z) / 2);
    }
    this.#world.push(x, z);
  }

  setMotorTarget(motor: number, rotations: Float32Array, at: number): void {
    this.#world.setMotorTarget(motor, rotations, at);
  }
  setMotorStrength(motor: number, strength: number): void {
    this.#world.setMotorStrength(motor, strength);
  }
  moveTarget(position: Vector): void {
    this.#stepsToTarget = 0;
    this.#world.moveTarget(position);
  }
  targetTouched(): boolean {
    return this.#world.targetTouched();
  }
  groundMayHaveChanged(): boolean {
    return this.#world.groundMayHaveChanged();
  }
  simulate(): void {
    this.#world.simulate();
  }
  read(): void {
    this.#world.read();
  }

  /** The first thing that a walker asks for after a physics step. */
  readForReward(): void {
    this.#world.readForReward();
    this.#world.read();
    this.#contact[this.#foothold()] += 1;
    this.#measureSpeed();
    const energy = this.#energyNow();
    this.#work += Math.max(0, energy - this.#energy);
    this.#energy = energy;
  }

  /** Of motion, of turning and of height, J. */
  #energyNow(): number {
    const { floats, part, position, velocity, spin } = this.bodies;
    let sum = 0;
    for (let body = 0; body < this.#masses.length; body++) {
      const { pose, momentsPerMass: moments } = this.#figure.frames[body]!;
      const v = velocity.first + body * velocity.body;
      const w = spin.first + body * spin.body;
      const axes = product(this.#rotationOf(body), pose.rotation);
      const own = turned(conjugate(axes), [floats[w]!, floats[w + part]!, floats[w + 2 * part]!]);
      let squares = square(floats[v]!) + square(floats[v + part]!) + square(floats[v + 2 * part]!);
      for (let axis = 0; axis < 3; axis++) squares += moments[axis]! * square(own[axis]!);
      const height = floats[position.first + body * position.body + part]!;
      sum += this.#masses[body]! * (squares / 2 + this.#gravity * height);
    }
    return sum;
  }

  #rotationOf(body: number): Quaternion {
    const { floats, part, rotation } = this.bodies;
    const at = rotation.first + body * rotation.body;
    return [floats[at]!, floats[at + part]!, floats[at + 2 * part]!, floats[at + 3 * part]!];
  }

  #foothold(): Foothold {
    const { feet } = this.#figure;
    if (!feet) return 'none';
    const [left, right] = [this.#isOnGround(feet.left), this.#isOnGround(feet.right)];
    if (left) return right ? 'both' : 'left';
    return right ? 'right' : 'none';
  }

  #isOnGround(body: number): boolean {
    const { words, touching, groundBit } = this.bodies;
    return (words[touching.first + body * touching.body]! & groundBit) !== 0;
  }

  /** Hips across the direction to the target, and the mean velocity against the wanted one, as the reward has it. */
  #measureSpeed(): void {
    const { floats, part, velocity } = this.bodies;
    const { middle, averaged } = this.#figure;
    const bodies = averaged.length;
    originOf(this.bodies, middle, hips);
    originOf(this.bodies, this.#masses.length, target);
    const [toX, toZ] = [target.x - hips.x, target.z - hips.z];
    const distance = Math.sqrt(toX * toX + toZ * toZ);
    if (!(distance > 1e-6)) return;
    const at = velocity.first + middle * velocity.body;
    const across = (floats[at]! * toZ - floats[at + 2 * part]! * toX) / distance;
    this.#sideways += across * across;
    let [x, y, z] = [0, 0, 0];
    for (const body of averaged) {
      const from = velocity.first + body * velocity.body;
      x += floats[from]!;
      y += floats[from + part]!;
      z += floats[from + 2 * part]!;
    }
    this.#stepsToTarget += 1;
    if (this.#stepsToTarget * this.#figure.step > turningSeconds) {
      this.#underWay.steps += 1;
      this.#underWay.speed += (x * toX + z * toZ) / distance / bodies;
    }
    const errorX = (this.#targetSpeed * toX) / distance - x / bodies;
    const errorZ = (this.#targetSpeed * toZ) / distance - z / bodies;
    this.#speedError += Math.sqrt(errorX * errorX + (y / bodies) * (y / bodies) + errorZ * errorZ);
  }
}

/** To be written over. */
const hips = { x: 0, y: 0, z: 0 };
const target = { x: 0, y: 0, z: 0 };

function square(value: number): number {
  return value * value;
}
