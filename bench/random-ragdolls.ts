/** Walkers of the simulator that start, get random targets, and fall: what tests and benches of physics/ play. */

import { cosine, sine } from '../base/exact-functions.ts';
import { RandomStream } from '../base/random/stream.ts';
import { type Rig, walkerRig } from '../envs/walker/rig.ts';
import { writeEuler, yaw } from '../envs/walker/rotation.ts';
import { type Quaternion, turned } from '../physics/rotation.ts';
import type { Scene } from '../physics/scene.ts';
import type { Simulator } from '../physics/simulator.ts';

export const gravity = [0, -14.715, 0] as const;
export const still = [0, 0, 0] as const;

/** Puts a walker into the rig's pose, turned about y, at rest; a target cube, if there is one, somewhere above the ground. */
export function startRagdoll(simulator: Simulator, lane: number, angle: number, rig: Rig = walkerRig): void {
  const rotation = yaw(angle);
  const root = rig.bodies[0]!.start;
  rig.bodies.forEach(({ start }, body) => {
    const [x, y, z] = turned(rotation, [start[0] - root[0], start[1] - root[1], start[2] - root[2]]);
    simulator.setPose(lane, body, [root[0] + x, root[1] + y, root[2] + z], rotation);
    simulator.setVelocity(lane, body, still, still);
  });
  for (let body = rig.bodies.length; body < simulator.bodyCount; body++) {
    simulator.setPose(lane, body, [2 * cosine(angle), 1, 2 * sine(angle)], [0, 0, 0, 1]);
    simulator.setVelocity(lane, body, still, still);
  }
  simulator.forgetContacts(lane);
}

/** A random rotation within the limits of a body's joint, as Unity makes targets of three angles. */
export function randomTarget(random: RandomStream, body: number, rig: Rig = walkerRig): Quaternion {
  const angles = rig.bodies[body]!.joint!.limits.map(([low, high]) => random.uniform(low, high));
  const target = new Float32Array(4);
  writeEuler(angles[0]!, angles[1]!, angles[2]!, target, 0);
  return [target[0]!, target[1]!, target[2]!, target[3]!];
}

/** Drives every motor of a walker to a random target with a random strength. */
export function driveAtRandom(simulator: Simulator, scene: Scene, lane: number, random: RandomStream): void {
  scene.joints.forEach(({ drive, body }, joint) => {
    if (drive) simulator.setDrive(lane, joint, randomTarget(random, body), random.uniform(0, 20_000));
  });
}

/** One walker of random actions: its own stream, its own episodes, whatever lane it lives in. */
export class RandomWalker {
  readonly simulator: Simulator;
  readonly lane: number;
  readonly #scene: Scene;
  readonly #random: RandomStream;
  episodes = 0;

  constructor(simulator: Simulator, scene: Scene, lane: number, seed: number) {
    this.simulator = simulator;
    this.lane = lane;
    this.#scene = scene;
    this.#random = new RandomStream(seed, 0);
    this.#start();
  }

  /** Before a decision: new targets. */
  act(): void {
    driveAtRandom(this.simulator, this.#scene, this.lane, this.#random);
  }

  /** After a decision: an episode ends when a body touches the ground that may not. Returns which body did, or -1. */
  end(): number {
    const fallen = walkerRig.bodies.findIndex(({ mayTouchGround }, body) => {
      return !mayTouchGround && this.simulator.touching(this.lane, body) & 1;
    });
    if (fallen >= 0) this.#start();
    return fallen;
  }

  #start(): void {
    this.episodes++;
    startRagdoll(this.simulator, this.lane, this.#random.uniform(-Math.PI, Math.PI));
  }
}
