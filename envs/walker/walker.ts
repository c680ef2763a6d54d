/**
 * One walker: starts an episode, acts on decisions, tells what it sees and what it earned.
 *
 * An episode depends on the random stream it is started with and on its actions, on nothing else. This file and what it
 * imports run in a browser as well as in Node: PhysX is handed in.
 */
import type { RandomStream } from '../../random/stream.ts';
import { Muscles } from './action.ts';
import { observationLayout, planObservation, speedError, type WalkerState, writeObservation } from './observation.ts';
import type { WalkerParameters } from './parameters.ts';
import { type PhysicsSettings, unityPhysics } from './physics-settings.ts';
import type { PhysX } from './physx.ts';
import { fallReward, lookReward, speedReward, targetReward } from './reward.ts';
import { bodyIndex, type Rig, type Vector } from './rig.ts';
import { poseSize, World } from './world.ts';

/** Physics steps from one decision to the next. */
export const stepsPerDecision = 5;

/** The target's middle is placed around (0, 1, 1) and at this height, whence it falls. */
const targetPlace = { x: 0, y: 1, z: 1 };

/** m/s. Motors at their strongest, thrown from end to end, made no body faster than 21 m/s in 8,000 decisions. */
const impossibleSpeed = 200;

/** How an episode stands after a decision. */
export type Outcome = 'goes on' | 'fell' | 'cut off' | 'blew up';

export class Walker {
  /** Reward since the last decision. */
  reward = 0;
  /** Index of the body whose touch of the ground ended the episode, or -1. */
  fallenBody = -1;
  physicsSteps = 0;
  targetsTouched = 0;
  /** Mean over the episode of the mean velocity along the goal, m/s. */
  get meanSpeed(): number {
    return this.physicsSteps === 0 ? 0 : this.#distanceAlongGoal / this.physicsSteps;
  }
  get targetSpeed(): number {
    return this.#state.targetSpeed;
  }

  readonly world: World;
  readonly #rig: Rig;
  readonly #parameters: WalkerParameters;
  readonly #muscles: Muscles;
  readonly #plan: ReturnType<typeof planObservation>;
  readonly #state: WalkerState & { targetSpeed: number };
  readonly #head: number;
  /** Farther than this from the middle, metres, it has left the world. */
  readonly #reach: number;
  #stream: RandomStream | undefined;
  #distanceAlongGoal = 0;

  constructor(physx: PhysX, rig: Rig, parameters: WalkerParameters, settings: PhysicsSettings = unityPhysics) {
    const { gravity, friction } = parameters;
    this.world = new World(physx, rig, { ...settings, gravity, friction });
    this.#rig = rig;
    this.#parameters = parameters;
    this.#muscles = new Muscles(rig, this.world.motorBodies());
    this.#plan = planObservation(observationLayout(rig));
    this.#head = bodyIndex(rig, 'head');
    this.#reach = settings.wallDistance;
    const { poses, velocities, angularVelocities, groundContacts } = this.world;
    this.#state = {
      poses,
      velocities,
      angularVelocities,
      groundContacts,
      strengths: this.#muscles.strengths,
      targetSpeed: 0,
      goal: { x: 0, z: 1 },
      meanVelocity: { x: 0, y: 0, z: 0 },
    };
  }

  /** Starts an episode: everything that is drawn in it comes from `stream`, in an order that never changes. */
  start(stream: RandomStream): void {
    const { target_speed_min, target_speed_max } = this.#parameters;
    this.#stream = stream;
    const yaw = stream.uniform(0, 2 * Math.PI);
    const target = this.#drawTarget();
    this.#state.targetSpeed = stream.uniform(target_speed_min, target_speed_max);
    this.reward = 0;
    this.fallenBody = -1;
    this.physicsSteps = 0;
    this.targetsTouched = 0;
    this.#distanceAlongGoal = 0;
    this.#muscles.reset();
    this.world.start({ yaw, target });
    this.#updateGoal();
    this.#updateMeanVelocity();
  }

  /** Acts on the 39 numbers at `actions[at]` until the next decision is due or the episode is over. */
  decide(actions: Float32Array, at: number): Outcome {
    this.reward = 0;
    this.#muscles.apply(this.world, actions, at);
    for (let step = 0; step < stepsPerDecision; step++) {
      const outcome = this.#stepPhysics();
      if (outcome !== 'goes on') return outcome;
    }
    return this.#finish('goes on');
  }

  /** Writes the observation at `into[at]`. */
  observe(into: Float32Array, at: number): void {
    writeObservation(this.#plan, this.#state, into, at);
  }

  /** Frees the world. No call may follow. */
  close(): void {
    this.world.close();
  }

  #stepPhysics(): Outcome {
    const { world } = this;
    world.simulate();
    this.physicsSteps += 1;
    world.readVelocities();
    world.readPose(0);
    world.readPose(this.#head);
    world.readPose(this.#rig.bodies.length);
    if (!this.#updateMeanVelocity()) return 'blew up';

    this.#updateGoal();
    const { goal, meanVelocity, targetSpeed } = this.#state;
    this.#distanceAlongGoal += meanVelocity.x * goal.x + meanVelocity.z * goal.z;
    const speed = speedReward(speedError(this.#state), targetSpeed);
    this.reward += speed * lookReward(world.poses, this.#head * poseSize, goal);
    if (world.targetTouched) {
      this.reward += targetReward;
      this.targetsTouched += 1;
      world.moveTarget(this.#drawTarget());
    }
    this.fallenBody = this.#fallenBody();
    if (this.fallenBody >= 0) {
      this.reward = fallReward;
      return this.#finish('fell');
    }
    return this.physicsSteps >= this.#parameters.max_steps ? this.#finish('cut off') : 'goes on';
  }

  /** Brings up to date what observations are made of. */
  #finish(outcome: Outcome): Outcome {
    this.world.read();
    if (!this.#isSound()) return 'blew up';
    this.#updateGoal();
    return outcome;
  }

  /** Around the start, uniform in a sphere, then all at one height. */
  #drawTarget(): Vector {
    const stream = this.#stream!;
    for (;;) {
      const x = stream.uniform(-1, 1);
      const y = stream.uniform(-1, 1);
      const z = stream.uniform(-1, 1);
      if (x * x + y * y + z * z > 1) continue;
      const radius = this.#parameters.target_radius;
      return [targetPlace.x + x * radius, targetPlace.y, targetPlace.z + z * radius];
    }
  }

  /** Turns the goal frame's z to the target. */
  #updateGoal(): void {
    const { poses, goal } = this.#state;
    const target = this.#rig.bodies.length * poseSize;
    const x = poses[target + 4]! - poses[4]!;
    const z = poses[target + 6]! - poses[6]!;
    const distance = Math.sqrt(x * x + z * z);
    // Right above the target no direction is the goal's: the last one stays.
    if (distance < 1e-6) return;
    goal.x = x / distance;
    goal.z = z / distance;
  }

  /** Averages the bodies' velocities; false where one is no velocity any more. */
  #updateMeanVelocity(): boolean {
    const { velocities } = this.world;
    let [x, y, z, fastest] = [0, 0, 0, 0];
    for (let at = 0; at < velocities.length; at += 3) {
      const vx = velocities[at]!;
      const vy = velocities[at + 1]!;
      const vz = velocities[at + 2]!;
      x += vx;
      y += vy;
      z += vz;
      fastest = Math.max(fastest, vx * vx + vy * vy + vz * vz);
    }
    // Not `fastest > ...`: every comparison with NaN is false.
    if (!(fastest < impossibleSpeed * impossibleSpeed)) return false;
    const { meanVelocity } = this.#state;
    const bodies = velocities.length / 3;
    meanVelocity.x = x / bodies;
    meanVelocity.y = y / bodies;
    meanVelocity.z = z / bodies;
    return true;
  }

  #fallenBody(): number {
    const { groundContacts } = this.world;
    for (let body = 0; body < groundContacts.length; body++) {
      if (groundContacts[body] === 1 && !this.#rig.bodies[body]!.mayTouchGround) return body;
    }
    return -1;
  }

  /** Whether every number is one, and the walker still within its walls. */
  #isSound(): boolean {
    const { poses, angularVelocities } = this.world;
    let sum = 0;
    for (let at = 0; at < poses.length; at++) sum += poses[at]!;
    for (let at = 0; at < angularVelocities.length; at++) sum += angularVelocities[at]!;
    // Strengths are seen, and are what was decided: a policy that has come apart decides on NaN.
    const { strengths } = this.#muscles;
    for (let body = 0; body < strengths.length; body++) sum += strengths[body]!;
    const [x, y, z] = [poses[4]!, poses[5]!, poses[6]!];
    const reach = this.#reach;
    return Number.isFinite(sum) && Math.abs(x) < reach && Math.abs(z) < reach && y > -1 && y < reach;
  }
}
