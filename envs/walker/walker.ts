/**
 * One walker: starts an episode, acts on decisions, tells what it sees and what it earned.
 *
 * An episode depends on the random stream and the parameters it is started with and on its actions, on nothing else. This
 * file and what it imports run in a browser as well as in Node: PhysX is handed in.
 */
import { RandomStream } from '../../base/random/stream.ts';
import { actionSize, Muscles } from './action.ts';
import { observationLayout, planObservation, speedError, type WalkerState, writeObservation } from './observation.ts';
import { addNoise, noiseScaleOf } from './observation-noise.ts';
import type { WalkerParameters } from './parameters.ts';
import { type PhysicsSettings, unityPhysics } from './physics-settings.ts';
import type { PhysX } from './physx-types.ts';
import { fallReward, lookReward, speedReward, targetReward } from './reward.ts';
import { bodyIndex, type Rig, type Vector } from './rig.ts';
import { poseSize, World, type WorldConditions } from './world.ts';

/** Physics steps from one decision to the next. */
export const stepsPerDecision = 5;

/** The target's middle is placed around (0, 1, 1) and at this height, whence it falls. */
const targetPlace = { x: 0, y: 1, z: 1 };

/** m/s. Motors at their strongest, thrown from end to end, made no body faster than 21 m/s in 8,000 decisions. */
const impossibleSpeed = 200;

/** Purposes of the streams that an episode has beside its own; each is named by where that one begins. */
const purposes = { masses: 1, pushes: 2, noise: 3 };

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
  readonly #settings: PhysicsSettings;
  /** Of the present episode. */
  #parameters: WalkerParameters;
  readonly #muscles: Muscles;
  readonly #plan: ReturnType<typeof planObservation>;
  readonly #state: WalkerState & { targetSpeed: number };
  readonly #head: number;
  /** Farther than this from the middle, metres, it has left the world: twice as far as its walls. */
  readonly #reach: number;
  readonly #noiseScales: Float32Array;
  #stream: RandomStream | undefined;
  /** Where the episode's stream began: the first part of its other streams' names. */
  #origin: readonly number[] = [];
  #distanceAlongGoal = 0;
  /** Physics steps from a decision until it acts. */
  #latency = 0;
  /** The last decision, where it waits for the next one before it acts. */
  readonly #waiting = new Float32Array(actionSize);
  #isWaiting = false;
  #pushes: RandomStream | undefined;
  /** Physics steps at which the next push comes. */
  #nextPush = Number.POSITIVE_INFINITY;

  constructor(physx: PhysX, rig: Rig, parameters: WalkerParameters, settings: PhysicsSettings = unityPhysics) {
    const { gravity, friction } = parameters;
    this.world = new World(physx, rig, { ...settings, gravity, friction });
    this.#rig = rig;
    this.#settings = settings;
    this.#parameters = parameters;
    this.#muscles = new Muscles(rig, this.world.motorBodies());
    const layout = observationLayout(rig);
    this.#plan = planObservation(layout);
    this.#noiseScales = noiseScaleOf(
      layout,
      rig.bodies.map(({ name }) => name),
    );
    this.#head = bodyIndex(rig, 'head');
    this.#reach = settings.groundEdge;
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

  /**
   * Starts an episode: everything that is drawn in it comes from `stream`, in an order that never changes, or from streams
   * that are named by it.
   *
   * @param parameters of this episode; where they are left out, those of the one before.
   */
  start(stream: RandomStream, parameters = this.#parameters): void {
    const { target_speed_min, target_speed_max } = parameters;
    this.#parameters = parameters;
    this.#origin = stream.save();
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
    this.world.start({ yaw, target, conditions: this.#drawConditions() });
    this.#startRandomisation();
    this.#updateGoal();
    this.#updateMeanVelocity();
  }

  /** Acts on the 39 numbers at `actions[at]` until the next decision is due or the episode is over. */
  decide(actions: Float32Array, at: number): Outcome {
    this.reward = 0;
    if (this.#latency === stepsPerDecision) this.#actLate(actions, at);
    for (let step = 0; step < stepsPerDecision; step++) {
      if (step === this.#latency) this.#muscles.apply(this.world, actions, at);
      if (this.physicsSteps >= this.#nextPush) this.#push();
      const outcome = this.#stepPhysics();
      if (outcome !== 'goes on') return outcome;
    }
    return this.#finish('goes on');
  }

  /** Writes the observation at `into[at]`; asked twice, it is the same to the last bit of its noise. */
  observe(into: Float32Array, at: number): void {
    writeObservation(this.#plan, this.#state, into, at);
    const level = this.#parameters.observation_noise;
    if (level === 0) return;
    addNoise(level, this.#noiseScales, this.#streamFor(purposes.noise, this.physicsSteps), into, at);
  }

  /** Frees the world. No call may follow. */
  close(): void {
    this.world.close();
  }

  #drawConditions(): WorldConditions {
    const { gravity, friction, mass_scale, mass_jitter, drive_strength_scale: driveScale } = this.#parameters;
    const random = this.#streamFor(purposes.masses);
    const masses = this.#rig.bodies.map(({ mass }) => mass * mass_scale * (1 + mass_jitter * random.uniform(-1, 1)));
    return { gravity, friction, masses, driveScale };
  }

  /** Sets up what happens to the walker in the course of the episode. */
  #startRandomisation(): void {
    const { action_latency, push_speed, push_interval } = this.#parameters;
    this.#latency = Math.round(action_latency * stepsPerDecision);
    this.#isWaiting = false;
    if (this.#latency > 0) this.#muscles.release(this.world);
    this.#pushes = push_speed > 0 ? this.#streamFor(purposes.pushes) : undefined;
    const first = this.#pushes?.uniform(0, push_interval) ?? Number.POSITIVE_INFINITY;
    this.#nextPush = first / this.#settings.step;
  }

  /** A stream of this episode's that draws nothing from the one it was started with. */
  #streamFor(purpose: number, moment = 0): RandomStream {
    return new RandomStream(...this.#origin, purpose, moment);
  }

  /** With a latency of a whole decision the last one acts now, and this one waits. */
  #actLate(actions: Float32Array, at: number): void {
    if (this.#isWaiting) this.#muscles.apply(this.world, this.#waiting, 0);
    for (let action = 0; action < actionSize; action++) this.#waiting[action] = actions[at + action]!;
    this.#isWaiting = true;
  }

  #push(): void {
    const { push_speed, push_interval } = this.#parameters;
    const direction = this.#pushes!.uniform(0, 2 * Math.PI);
    this.world.push(push_speed * Math.sin(direction), push_speed * Math.cos(direction));
    this.#nextPush += push_interval / this.#settings.step;
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
    const earned = speed * lookReward(world.poses, this.#head * poseSize, goal);
    if (!Number.isFinite(earned)) return 'blew up'; // in a pose, before it shows in a velocity
    this.reward += earned;
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

  /** Whether every number is one, and the walker not far outside its walls. */
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
