/**
 * Hands in a simulated world: a spring that holds a body by a point, and a box that is thrown. What they do is made of operations that every
 * engine rounds alike, so that a replay has the same bytes anywhere.
 */

import { type Quaternion, turned } from '../../envs/walker/rotation.ts';
import type { Simulator } from '../../physics/simulator.ts';
import type { Vector } from './inputs.ts';

/** The spring: N/m, N s/m, and the most it pulls, N. The walker weighs 1,600 N in Unity's gravity, so it can be lifted. */
export const spring = { stiffness: 4000, damping: 300, strongest: 6000 };

/** The box to be thrown: metres, kg. */
export const box = { edge: 0.3, mass: 10 };

/** Where a box waits, far above everything. */
const shelf: Vector = [0, 2000, 0];
/** A box above this height is on its shelf, metres. */
export const shelfHeight = 1000;

export interface Grip {
  readonly body: number;
  /** In the body's coordinates, from its middle. */
  readonly at: Vector;
  /** In the world. */
  readonly to: Vector;
}

/** Where the held point is. */
export function gripPoint(simulator: Simulator, lane: number, { body, at }: Grip): Vector {
  const { position, rotation } = simulator.pose(lane, body);
  const [x, y, z] = turned(rotation, at);
  return [position[0] + x, position[1] + y, position[2] + z];
}

/**
 * One physics step of the spring: changes the body's velocity and spin.
 *
 * The spring is taken at the end of the step (soft constraint, E. Catto, "Soft Constraints", GDC 2011), with the body's own mass at that
 * point, so that a stiff one on a light hand does not shake.
 */
export function pull(simulator: Simulator, lane: number, grip: Grip, seconds: number): void {
  const { body, to } = grip;
  const held = gripPoint(simulator, lane, grip);
  const middle = simulator.bodyIndex(lane, body, 'POSITION');
  const arm = [0, 1, 2].map((axis) => held[axis]! - simulator.floats[middle + 4 * axis]!) as unknown as Vector;
  const velocity = simulator.velocity(lane, body);
  const spin = simulator.spin(lane, body);
  const { floats } = simulator;
  const inverseMass = floats[simulator.bodyIndex(lane, body, 'INVERSE_MASS')]!;
  const roots = simulator.bodyIndex(lane, body, 'ROOT_INVERSE_INERTIA');
  const inverseMoments = [0, 1, 2].map((axis) => floats[roots + 4 * axis]! * floats[roots + 4 * axis]!);
  const lightest = Math.max(...inverseMoments);
  const inverse = inverseMass + lightest * (arm[0] * arm[0] + arm[1] * arm[1] + arm[2] * arm[2]);
  const { stiffness, damping, strongest } = spring;
  const softness = 1 + seconds * inverse * (damping + seconds * stiffness);
  const turning = cross(spin, arm);
  const impulse = [0, 1, 2].map((axis) => {
    const speed = velocity[axis]! + turning[axis]!;
    const away = to[axis]! - held[axis]! - seconds * speed;
    return (seconds * (stiffness * away - damping * speed)) / softness;
  }) as unknown as [number, number, number];
  const size = Math.sqrt(impulse[0] * impulse[0] + impulse[1] * impulse[1] + impulse[2] * impulse[2]);
  const most = strongest * seconds;
  if (size > most) for (let axis = 0; axis < 3; axis++) impulse[axis]! *= most / size;
  // The moments are along the axes of the body's mass.
  const turn = massRotation(simulator, lane, body);
  const back: Quaternion = [-turn[0], -turn[1], -turn[2], turn[3]];
  const torque = turned(back, cross(arm, impulse));
  const spun = turned(turn, [
    torque[0] * inverseMoments[0]!,
    torque[1] * inverseMoments[1]!,
    torque[2] * inverseMoments[2]!,
  ]);
  simulator.setVelocity(
    lane,
    body,
    [
      velocity[0] + impulse[0] * inverseMass,
      velocity[1] + impulse[1] * inverseMass,
      velocity[2] + impulse[2] * inverseMass,
    ],
    [spin[0] + spun[0], spin[1] + spun[1], spin[2] + spun[2]],
  );
}

/** Puts the box on its shelf, at rest. It falls a little in a step, so it is put there before each. */
export function shelve(simulator: Simulator, lane: number, body: number): void {
  place(simulator, lane, body, shelf, [0, 0, 0]);
}

/** Lets the box fly, unturned. */
export function place(simulator: Simulator, lane: number, body: number, from: Vector, velocity: Vector): void {
  simulator.setPose(lane, body, from, [0, 0, 0, 1]);
  simulator.setVelocity(lane, body, velocity, [0, 0, 0]);
}

function massRotation(simulator: Simulator, lane: number, body: number): Quaternion {
  const at = simulator.bodyIndex(lane, body, 'ROTATION');
  const { floats } = simulator;
  return [floats[at]!, floats[at + 4]!, floats[at + 8]!, floats[at + 12]!];
}

function cross([ax, ay, az]: Vector, [bx, by, bz]: Vector): [number, number, number] {
  return [ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx];
}
