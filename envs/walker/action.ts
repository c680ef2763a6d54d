/**
 * The 39 actions: which number turns which joint about which axis, and which number sets whose strength.
 *
 * The two tables are WalkerAgent.OnActionReceived of ML-Agents, in its order (the right foot stands before the left one).
 */
import type { NumberReader } from './episode-state.ts';
import { bodyIndex, motorBodies, type Rig } from './rig.ts';
import { writeEuler } from './rotation.ts';
import type { World } from './world.ts';

/** Rotations first: a joint, and the axes that have an action. An axis without one is held at 0. */
const rotationActions: readonly (readonly [body: string, axes: string])[] = [
  ['chest', 'xyz'],
  ['spine', 'xyz'],
  ['thighL', 'xy'],
  ['thighR', 'xy'],
  ['shinL', 'x'],
  ['shinR', 'x'],
  ['footR', 'xyz'],
  ['footL', 'xyz'],
  ['armL', 'xy'],
  ['armR', 'xy'],
  ['forearmL', 'x'],
  ['forearmR', 'x'],
  ['head', 'xy'],
];

/** Then one strength for each joint. */
const strengthActions: readonly string[] = [
  'chest',
  'spine',
  'head',
  'thighL',
  'shinL',
  'footL',
  'thighR',
  'shinR',
  'footR',
  'armL',
  'forearmL',
  'armR',
  'forearmR',
];

/** Names of all actions in their order: "chest rotation x", ..., "forearmR strength". */
export function actionNames(): string[] {
  return [
    ...rotationActions.flatMap(([body, axes]) => [...axes].map((axis) => `${body} rotation ${axis}`)),
    ...strengthActions.map((body) => `${body} strength`),
  ];
}

export const actionSize = actionNames().length;

/** One joint's share of the actions. */
export interface JointActions {
  readonly motor: number;
  /** Index of the body that owns it. */
  readonly body: number;
  /** Where its strength stands in `Muscles.strengths`. */
  readonly slot: number;
  /** N m. */
  readonly maxStrength: number;
  /** Action of each axis, -1 where there is none. */
  readonly rotation: readonly [x: number, y: number, z: number];
  readonly low: readonly [x: number, y: number, z: number];
  readonly high: readonly [x: number, y: number, z: number];
  /** -1: its strength is none of the actions. */
  readonly strength: number;
}

/** Turns actions into motor targets and strengths of one world. */
export class Muscles {
  /** Strength now in force over the greatest one, [slots]; 0 where there is no motor or no action has come yet. */
  readonly strengths: Float32Array;
  readonly #joints: readonly JointActions[];
  /** The actions in force; NaN, which equals nothing, before the first. */
  readonly #inForce: Float32Array;
  readonly #rotation = new Float32Array(4);

  /** @param slots how many strengths are told. @param actions how many there are. */
  constructor(joints: readonly JointActions[], slots: number, actions: number) {
    this.strengths = new Float32Array(slots);
    this.#joints = joints;
    this.#inForce = new Float32Array(actions);
    this.reset();
  }

  /** Before the first action of an episode. (In Unity the last episode's strengths stay; here episodes share nothing.) */
  reset(): void {
    this.strengths.fill(0);
    this.#inForce.fill(Number.NaN);
  }

  /** Lets go of every motor, which else keep what they were last told, in this episode or the one before. */
  release(world: World): void {
    for (const { motor } of this.#joints) {
      this.#rotation.set([0, 0, 0, 1]);
      world.setMotorTarget(motor, this.#rotation, 0);
      world.setMotorStrength(motor, 0);
    }
  }

  /**
   * Applies the actions at `actions[at]`; numbers beyond [-1, 1] count as the nearer end. The world hears of changes alone.
   *
   * An action a maps to lerp(low, high, (a + 1) / 2) degrees; a strength s to (s + 1) / 2 of the greatest.
   */
  apply(world: World, actions: Float32Array, at: number): void {
    const inForce = this.#inForce;
    for (let which = 0; which < this.#joints.length; which++) {
      const { motor, slot, maxStrength, rotation, low, high, strength } = this.#joints[which]!;
      if (
        this.#changed(rotation[0], actions, at) ||
        this.#changed(rotation[1], actions, at) ||
        this.#changed(rotation[2], actions, at)
      ) {
        writeEuler(
          rotation[0] < 0 ? 0 : angle(actions[at + rotation[0]]!, low[0], high[0]),
          rotation[1] < 0 ? 0 : angle(actions[at + rotation[1]]!, low[1], high[1]),
          rotation[2] < 0 ? 0 : angle(actions[at + rotation[2]]!, low[2], high[2]),
          this.#rotation,
          0,
        );
        world.setMotorTarget(motor, this.#rotation, 0);
      }
      if (this.#changed(strength, actions, at)) {
        const fraction = fractionOf(actions[at + strength]!);
        this.strengths[slot] = fraction;
        world.setMotorStrength(motor, fraction * maxStrength);
      }
    }
    for (let action = 0; action < inForce.length; action++) inForce[action] = actions[at + action]!;
  }

  /** For `restore`: strengths, then the actions in force. */
  save(): number[] {
    return [...this.strengths, ...this.#inForce];
  }

  restore(from: NumberReader): void {
    this.strengths.set(from.many(this.strengths.length));
    this.#inForce.set(from.many(this.#inForce.length));
  }

  #changed(action: number, actions: Float32Array, at: number): boolean {
    return action >= 0 && actions[at + action] !== this.#inForce[action];
  }
}

/** [-1, 1] to [0, 1]. */
function fractionOf(action: number): number {
  return Math.min(Math.max((action + 1) / 2, 0), 1);
}

function angle(action: number, low: number, high: number): number {
  return low + (high - low) * fractionOf(action);
}

/** What each of the Walker's joints has for actions, in the order of the table. Angles in degrees. */
export function jointActions(rig: Rig): JointActions[] {
  const motors = motorBodies(rig);
  let next = 0;
  const firstStrength = rotationActions.reduce((sum, [, axes]) => sum + axes.length, 0);
  return rotationActions.map(([name, axes]) => {
    const body = bodyIndex(rig, name);
    const limits = rig.bodies[body]!.joint!.limits;
    const rotation: [number, number, number] = [-1, -1, -1];
    for (const axis of axes) rotation['xyz'.indexOf(axis)] = next++;
    return {
      motor: motors.indexOf(body),
      body,
      slot: body,
      maxStrength: rig.drive.maxStrength,
      rotation,
      low: [limits[0][0], limits[1][0], limits[2][0]],
      high: [limits[0][1], limits[1][1], limits[2][1]],
      strength: firstStrength + strengthActions.indexOf(name),
    };
  });
}
