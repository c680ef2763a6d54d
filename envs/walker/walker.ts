/**
 * One walker: starts an episode, acts on decisions, tells what it sees and what it earned.
 *
 * An episode depends on the random stream and the parameters it is started with and on its actions, on nothing else. This
 * file and what it imports run in a browser as well as in Node: its world is handed in.
 *
 * Order of things, as Unity has it: physics steps, touches are heard of (a touched target moves), the goal frame is turned to
 * the target and moved to the hips, the state is rewarded, and if a decision is due it is observed.
 */

import { cosine, sine } from '../../base/exact-functions.ts';
import { type RandomState, RandomStream } from '../../base/random/stream.ts';
import { RewardTerms, weightsOf } from '../reward-terms/reward-terms.ts';
import { type Terrain, terrainOf } from '../terrain.ts';
import { actionSize, Muscles } from './action.ts';
import { type BodyView, originOf, type Point } from './body-view.ts';
import { NumberReader } from './episode-state.ts';
import { observationLayout, planObservation, speedError, type WalkerState, writeObservation } from './observation.ts';
import { addNoise, noiseScaleOf } from './observation-noise.ts';
import type { WalkerParameters } from './parameters.ts';
import { type PhysicsSettings, unityPhysics } from './physics-settings.ts';
import { placeValuesOf } from './place.ts';
import { fallReward, lookReward, speedReward, targetReward } from './reward.ts';
import { bodyIndex, type Rig, type Vector } from './rig.ts';
import { termBodiesOf } from './term-bodies.ts';
import type { World, WorldConditions, Worlds } from './world.ts';

/** Physics steps from one decision to the next. */
export const stepsPerDecision = 5;

/** The target's middle is placed around (0, 1, 1) and at this height, whence it falls. */
export const targetPlace = { x: 0, y: 1, z: 1 };

/** m/s. Motors at their strongest, thrown from end to end, made no body faster than 21 m/s in 8,000 decisions. */
const impossibleSpeed = 200;

/** Purposes of the streams that an episode has beside its own; each is named by where that one begins. */
const purposes = { masses: 1, pushes: 2, noise: 3 };

/** How an episode stands after a decision. */
export type Outcome = 'goes on' | 'fell' | 'cut off' | 'blew up';

export class Walker<In extends World = World> {
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

  readonly world: In;
  readonly #rig: Rig;
  readonly #settings: PhysicsSettings;
  /** Of the present episode. */
  #parameters: WalkerParameters;
  readonly #muscles: Muscles;
  readonly #plan: ReturnType<typeof planObservation>;
  readonly #state: Omit<WalkerState, 'bodies'> & { bodies: BodyView; targetSpeed: number };
  readonly #head: number;
  readonly #mayNotTouchGround: Int32Array;
  /** Farther than this from the middle, metres, it has left the world: twice as far as its walls. */
  readonly #reach: number;
  readonly #noiseScales: Float32Array;
  /** What is earned beside the task's own reward, where it has weights. */
  readonly #terms: RewardTerms;
  /** The task's own reward in this episode. */
  #ownReward = 0;
  #terrain: Terrain;
  #masses: readonly number[];
  #stream: RandomStream | undefined;
  /** Where the episode's stream began: the first part of its other streams' names. */
  #origin: readonly number[] = [];
  #distanceAlongGoal = 0;
  #outcome: Outcome = 'goes on';
  /** Physics steps from a decision until it acts. */
  #latency = 0;
  /** The decision under way: its numbers begin at `actions[at]`. */
  #actions: Float32Array = new Float32Array(actionSize);
  #actionsAt = 0;
  /** Physics steps since it was made. */
  #step = 0;
  /** The last decision, where it waits for the next one before it acts. */
  readonly #waiting = new Float32Array(actionSize);
  #isWaiting = false;
  #pushes: RandomStream | undefined;
  /** Physics steps at which the next push comes. */
  #nextPush = Number.POSITIVE_INFINITY;

  constructor(world: In, rig: Rig, parameters: WalkerParameters, settings: PhysicsSettings = unityPhysics) {
    this.world = world;
    this.#rig = rig;
    this.#settings = settings;
    this.#parameters = parameters;
    this.#muscles = new Muscles(rig);
    const layout = observationLayout(rig);
    this.#plan = planObservation(layout);
    this.#noiseScales = noiseScaleOf(
      layout,
      rig.bodies.map(({ name }) => name),
    );
    this.#head = bodyIndex(rig, 'head');
    this.#mayNotTouchGround = Int32Array.from(
      rig.bodies.flatMap(({ mayTouchGround }, body) => (mayTouchGround ? [] : [body])),
    );
    this.#reach = settings.groundEdge;
    this.#terms = new RewardTerms(termBodiesOf(rig, settings), settings.step, actionSize);
    this.#terrain = terrainOf({}, settings.groundEdge);
    this.#masses = rig.bodies.map(({ mass }) => mass);
    this.#state = {
      bodies: world.bodies,
      strengths: this.#muscles.strengths,
      targetSpeed: 0,
      goal: { x: 0, z: 1 },
      frameOrigin: { x: 0, y: 0, z: 0 },
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
    this.#prepare(parameters);
    const target = this.#drawTarget();
    this.#state.targetSpeed = stream.uniform(target_speed_min, target_speed_max);
    this.reward = 0;
    this.fallenBody = -1;
    this.physicsSteps = 0;
    this.targetsTouched = 0;
    this.#distanceAlongGoal = 0;
    this.#outcome = 'goes on';
    this.#muscles.reset();
    const conditions = this.#drawConditions();
    this.#masses = conditions.masses;
    this.world.start({ yaw, target, conditions, place: placeValuesOf(parameters) });
    this.#state.bodies = this.world.bodies;
    this.#startRandomisation();
    if (this.#terms.isActive) this.#terms.start(this.world.bodies, conditions.masses);
    originOf(this.world.bodies, 0, this.#state.frameOrigin);
    this.#updateGoal();
    this.#updateMeanVelocity();
  }

  /**
   * Changes an episode under way, for who watches it and has hands: m/s that it is to walk, and a latency in physics steps, which holds
   * from the next decision on. A latency of a whole decision holds that decision back, so the one before acts on.
   */
  change({ targetSpeed, latency }: { readonly targetSpeed?: number; readonly latency?: number }): void {
    if (targetSpeed !== undefined) this.#state.targetSpeed = targetSpeed;
    if (latency === undefined || latency === this.#latency) return;
    this.#latency = latency;
    this.#isWaiting = false;
  }

  /** Acts, alone, on the 39 numbers at `actions[at]` until the next decision is due or the episode is over. */
  decide(actions: Float32Array, at: number): Outcome {
    this.begin(actions, at);
    for (let step = 0; step < stepsPerDecision; step++) {
      this.beforeStep();
      this.world.simulate();
      if (!this.afterStep()) break;
    }
    return this.end();
  }

  /** Takes the decision at `actions[at]`; it acts from `beforeStep` on, where these numbers are read. */
  begin(actions: Float32Array, at: number): void {
    this.reward = 0;
    if (this.#terms.isActive) this.#terms.decide(actions, at);
    this.#actions = actions;
    this.#actionsAt = at;
    this.#step = 0;
    if (this.#latency === stepsPerDecision) this.#actLate();
  }

  /** Before each physics step. */
  beforeStep(): void {
    if (this.#step === this.#latency) this.#muscles.apply(this.world, this.#actions, this.#actionsAt);
    if (this.physicsSteps >= this.#nextPush) this.#push();
  }

  /** After each physics step: hears of touches, and earns. @returns whether the episode goes on. */
  afterStep(): boolean {
    const { world } = this;
    this.#step += 1;
    this.physicsSteps += 1;
    world.readForReward();
    if (!this.#updateMeanVelocity()) return this.#ends('blew up');
    if (world.targetTouched()) {
      this.reward += targetReward;
      this.targetsTouched += 1;
      world.moveTarget(this.#drawTarget());
    }
    if (world.groundMayHaveChanged()) this.fallenBody = this.#findFallenBody();
    if (this.fallenBody >= 0) {
      this.reward = fallReward;
      return this.#ends('fell');
    }
    this.#updateGoal();
    if (!this.#earn()) return this.#ends('blew up'); // in a pose, before it shows in a velocity
    return this.physicsSteps < this.#parameters.max_steps || this.#ends('cut off');
  }

  #ends(outcome: Outcome): false {
    this.#outcome = outcome;
    return false;
  }

  /** Ends the decision: how the episode stands. What is observed is up to date then. */
  end(): Outcome {
    if (this.#outcome === 'blew up') return this.#outcome;
    this.world.read();
    if (!this.#isSound()) this.#outcome = 'blew up';
    return this.#outcome;
  }

  /** Writes the observation at `into[at]`; asked twice, it is the same to the last bit of its noise. */
  observe(into: Float32Array, at: number): void {
    writeObservation(this.#plan, this.#state, into, at);
    const level = this.#parameters.observation_noise;
    if (level === 0) return;
    addNoise(level, this.#noiseScales, this.#streamFor(purposes.noise, this.physicsSteps), into, at);
  }

  /** Between two decisions, all that the episode is made of beside its parameters and what the world keeps; for `restore`. */
  save(): Float64Array {
    const { targetSpeed, goal, frameOrigin, meanVelocity } = this.#state;
    return Float64Array.of(
      ...this.#origin,
      ...this.#stream!.save(),
      ...(this.#pushes?.save() ?? noStream),
      this.#nextPush,
      this.#latency,
      this.#isWaiting ? 1 : 0,
      ...this.#waiting,
      ...[this.physicsSteps, this.targetsTouched, this.#distanceAlongGoal, targetSpeed],
      ...[goal.x, goal.z, frameOrigin.x, frameOrigin.y, frameOrigin.z],
      ...[meanVelocity.x, meanVelocity.y, meanVelocity.z],
      ...this.#muscles.save(),
      ...(this.#terms.isActive ? [this.#ownReward, ...this.#terms.save()] : []),
    );
  }

  /** Goes on where `save` was called, in a world that has been restored too. */
  restore(numbers: Float64Array, parameters: WalkerParameters): void {
    const from = new NumberReader(numbers);
    const stream = () => from.many(noStream.length) as RandomState;
    const { goal, frameOrigin, meanVelocity } = this.#state;
    this.#parameters = parameters;
    this.#state.bodies = this.world.bodies;
    this.#outcome = 'goes on';
    this.reward = 0;
    this.fallenBody = -1;
    this.#origin = stream();
    this.#stream = RandomStream.restored(stream());
    const pushes = stream();
    this.#pushes = parameters.push_speed > 0 ? RandomStream.restored(pushes) : undefined;
    this.#nextPush = from.next();
    this.#latency = from.next();
    this.#isWaiting = from.next() === 1;
    this.#waiting.set(from.many(actionSize));
    this.physicsSteps = from.next();
    this.targetsTouched = from.next();
    this.#distanceAlongGoal = from.next();
    this.#state.targetSpeed = from.next();
    [goal.x, goal.z] = [from.next(), from.next()];
    [frameOrigin.x, frameOrigin.y, frameOrigin.z] = [from.next(), from.next(), from.next()];
    [meanVelocity.x, meanVelocity.y, meanVelocity.z] = [from.next(), from.next(), from.next()];
    this.#muscles.restore(from);
    this.#prepare(parameters);
    this.#masses = this.#drawConditions().masses;
    if (!this.#terms.isActive) return;
    this.#ownReward = from.next();
    this.#terms.restore(() => from.next(), this.#masses);
  }

  /** What each reward term has earned in the episode, weighted, and the task's own reward; nothing where no term has a weight. */
  get earnedByTerm(): Readonly<Record<string, number>> {
    if (!this.#terms.isActive) return {};
    const terms = Object.entries(this.#terms.earned).map(([name, earned]) => [`earned_${name}`, earned]);
    return { earned_task: this.#ownReward, ...Object.fromEntries(terms) };
  }

  /** Ground and reward of an episode that is to be played with these. */
  #prepare(parameters: WalkerParameters): void {
    const { groundEdge, groundHeight } = this.#settings;
    this.#ownReward = 0;
    this.#terrain = terrainOf(placeValuesOf(parameters), groundEdge);
    const { heightAt } = this.#terrain;
    this.#terms.weigh(weightsOf(parameters), parameters.gravity, (x, z) => groundHeight + heightAt(x, z));
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
  #actLate(): void {
    if (this.#isWaiting) this.#muscles.apply(this.world, this.#waiting, 0);
    for (let action = 0; action < actionSize; action++)
      this.#waiting[action] = this.#actions[this.#actionsAt + action]!;
    this.#isWaiting = true;
  }

  #push(): void {
    const { push_speed, push_interval } = this.#parameters;
    const direction = this.#pushes!.uniform(0, 2 * Math.PI);
    this.world.push(push_speed * sine(direction), push_speed * cosine(direction));
    if (this.#terms.isActive) this.#terms.pushed(this.world.bodies);
    this.#nextPush += push_interval / this.#settings.step;
  }

  /** Rewards the present state; false where it is no state any more. */
  #earn(): boolean {
    const { goal, meanVelocity, targetSpeed, bodies } = this.#state;
    const speed = speedReward(speedError(this.#state), targetSpeed);
    const head = bodies.rotation.first + this.#head * bodies.rotation.body;
    const earned = speed * lookReward(bodies.floats, bodies.part, head, goal);
    if (!Number.isFinite(earned)) return false;
    this.reward += earned;
    if (this.#terms.isActive) {
      this.#ownReward += earned;
      this.world.read();
      this.reward += this.#terms.earn(bodies, this.#state);
    }
    this.#distanceAlongGoal += meanVelocity.x * goal.x + meanVelocity.z * goal.z;
    return true;
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
      const [atX, atZ] = [targetPlace.x + x * radius, targetPlace.z + z * radius];
      return [atX, targetPlace.y + this.#terrain.heightAt(atX, atZ), atZ];
    }
  }

  /**
   * Turns the goal frame's z to the target, as seen from where the frame is, and moves the frame to the hips: Unity's
   * OrientationCubeController.UpdateOrientation, in this order.
   */
  #updateGoal(): void {
    const { bodies, goal, frameOrigin } = this.#state;
    originOf(bodies, this.#rig.bodies.length, targetNow);
    const x = targetNow.x - frameOrigin.x;
    const z = targetNow.z - frameOrigin.z;
    const distance = Math.sqrt(x * x + z * z);
    originOf(bodies, 0, frameOrigin);
    // Right above the target no direction is the goal's: the last one stays.
    if (distance < 1e-6) return;
    goal.x = x / distance;
    goal.z = z / distance;
  }

  /** Averages the bodies' velocities; false where one is no velocity any more. */
  #updateMeanVelocity(): boolean {
    const { floats, part, velocity } = this.world.bodies;
    const count = this.#rig.bodies.length;
    let [x, y, z, fastest] = [0, 0, 0, 0];
    for (let body = 0, at = velocity.first; body < count; body++, at += velocity.body) {
      const vx = floats[at]!;
      const vy = floats[at + part]!;
      const vz = floats[at + 2 * part]!;
      x += vx;
      y += vy;
      z += vz;
      fastest = Math.max(fastest, vx * vx + vy * vy + vz * vz); // NaN stays
    }
    // Not `fastest > ...`: every comparison with NaN is false.
    if (!(fastest < impossibleSpeed * impossibleSpeed)) return false;
    const { meanVelocity } = this.#state;
    meanVelocity.x = x / count;
    meanVelocity.y = y / count;
    meanVelocity.z = z / count;
    return true;
  }

  #findFallenBody(): number {
    const { words, touching, groundBit } = this.world.bodies;
    const bodies = this.#mayNotTouchGround;
    for (let which = 0; which < bodies.length; which++) {
      if (words[touching.first + bodies[which]! * touching.body]! & groundBit) return bodies[which]!;
    }
    return -1;
  }

  /** Whether every number is one, and the walker not far outside its walls. */
  #isSound(): boolean {
    const { floats, part, position, rotation, spin } = this.world.bodies;
    let sum = 0;
    for (let body = 0; body <= this.#rig.bodies.length; body++) {
      const [p, q, w] = [
        position.first + body * position.body,
        rotation.first + body * rotation.body,
        spin.first + body * spin.body,
      ];
      for (let axis = 0; axis < 3; axis++)
        sum += floats[p + axis * part]! + floats[q + axis * part]! + floats[w + axis * part]!;
      sum += floats[q + 3 * part]!;
    }
    // Strengths are seen, and are what was decided: a policy that has come apart decides on NaN.
    const { strengths } = this.#muscles;
    for (let body = 0; body < strengths.length; body++) sum += strengths[body]!;
    const at = position.first;
    const [x, y, z] = [floats[at]!, floats[at + part]!, floats[at + 2 * part]!];
    const reach = this.#reach;
    return Number.isFinite(sum) && Math.abs(x) < reach && Math.abs(z) < reach && y > -1 && y < reach;
  }
}

/**
 * One decision of many walkers, physics step by physics step. One whose episode ends waits for the others, while its bodies
 * may go on moving: what it ended in is to be seen in `ended`.
 *
 * @param actions [walkers, actionSize].
 * @param isOver 1 where a walker takes no part, [walkers]; set where an episode ends.
 * @param ended told of each that takes part when its decision has ended, at once.
 */
export function decideTogether(
  worlds: Worlds,
  walkers: readonly Walker[],
  actions: Float32Array,
  isOver: Uint8Array,
  ended: (which: number, outcome: Outcome) => void,
): void {
  for (let which = 0; which < walkers.length; which++) {
    if (!isOver[which]) walkers[which]!.begin(actions, which * actionSize);
  }
  for (let step = 0; step < stepsPerDecision; step++) {
    for (let which = 0; which < walkers.length; which++) {
      if (!isOver[which]) walkers[which]!.beforeStep();
    }
    worlds.simulate(isOver);
    for (let which = 0; which < walkers.length; which++) {
      if (isOver[which] || walkers[which]!.afterStep()) continue;
      isOver[which] = 1;
      ended(which, walkers[which]!.end());
    }
  }
  for (let which = 0; which < walkers.length; which++) {
    if (!isOver[which]) ended(which, walkers[which]!.end());
  }
}

/** In place of a stream that there is none of. */
const noStream: RandomState = [0, 0, 0, 0];

/** To be written over. */
const targetNow: Point = { x: 0, y: 0, z: 0 };
