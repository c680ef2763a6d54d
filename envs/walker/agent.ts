/**
 * One agent, the Walker or another ragdoll: starts an episode, acts on decisions, tells what it sees and what it earned.
 * What it is about, its observations, actions and reward, is its task.
 *
 * An episode depends on the random stream and the parameters it is started with and on its actions, on nothing else. This
 * file and what it imports run in a browser as well as in Node: its world is handed in.
 *
 * Order of things, as Unity has it: physics steps, touches are heard of (a touched target moves), the goal frame is turned to
 * the target and moved to its body, the state is rewarded, and if a decision is due it is observed.
 */

import { cosine, sine } from '../../base/exact-functions.ts';
import { type RandomState, RandomStream } from '../../base/random/stream.ts';
import { RewardTerms, weightsOf } from '../reward-terms/reward-terms.ts';
import { type Terrain, terrainOf } from '../terrain.ts';
import type { Muscles } from './action.ts';
import { areSound, averageVelocity, bodyOnGround } from './bodies-now.ts';
import { originOf, type Point } from './body-view.ts';
import { NumberReader } from './episode-state.ts';
import { planObservation, writeObservation } from './observation.ts';
import { addNoise } from './observation-noise.ts';
import type { WalkerParameters } from './parameters.ts';
import type { PhysicsSettings } from './physics-settings.ts';
import { placeValuesOf } from './place.ts';
import type { Vector } from './rig.ts';
import { drawPlace, straightestPlace } from './target-places.ts';
import type { Reward, RewardedState, Task } from './task.ts';
import type { World, WorldConditions } from './world.ts';

/** Purposes of the streams that an episode has beside its own; each is named by where that one begins. */
const purposes = { masses: 1, pushes: 2, noise: 3 };

/** An object some of whose fields may be set. */
type Writable<Of, Keys extends keyof Of> = Omit<Of, Keys> & { -readonly [Key in Keys]: Of[Key] };

/** How an episode stands after a decision. */
export type Outcome = 'goes on' | 'fell' | 'cut off' | 'blew up';

export class Agent<In extends World = World> {
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
  /** The mean velocity of its bodies along the goal now, m/s. */
  get speedNow(): number {
    const { goal, meanVelocity } = this.#state;
    return meanVelocity.x * goal.x + meanVelocity.z * goal.z;
  }
  get targetSpeed(): number {
    return this.#state.targetSpeed;
  }

  readonly world: In;
  readonly task: Task;
  readonly #reward: Reward;
  /** What is earned beside the task's own reward, where it has weights; and what that one came to in the episode. */
  readonly #terms: RewardTerms;
  #ofTask = 0;
  #terrain: Terrain;
  readonly #settings: PhysicsSettings;
  /** Of the present episode. */
  #parameters: WalkerParameters;
  readonly #muscles: Muscles;
  readonly #plan: ReturnType<typeof planObservation>;
  readonly #state: Writable<RewardedState, 'bodies' | 'targetSpeed' | 'physicsSteps' | 'decisionSteps'>;
  /** What is observed: the state itself, or where the frame lags, the state in the frame of a step ago. */
  readonly #seen: Writable<RewardedState, 'bodies' | 'targetSpeed'>;
  /** Farther than this from the middle, metres, it has left the world: twice as far as its walls. */
  readonly #reach: number;
  #stream: RandomStream | undefined;
  /** Where the episode's stream began: the first part of its other streams' names. */
  #origin: readonly number[] = [];
  #distanceAlongGoal = 0;
  /** Of the body whose fall below it ends the episode, metres. */
  #startHeight = 0;
  #outcome: Outcome = 'goes on';
  /** Physics steps from a decision until it acts. */
  #latency = 0;
  /** The decision under way: its numbers begin at `actions[at]`. */
  #actions: Float32Array;
  #actionsAt = 0;
  /** Physics steps since it was made. */
  #step = 0;
  /** The last decision, where it waits for the next one before it acts. */
  readonly #waiting: Float32Array;
  #isWaiting = false;
  #pushes: RandomStream | undefined;
  /** Physics steps at which the next push comes. */
  #nextPush = Number.POSITIVE_INFINITY;

  constructor(world: In, task: Task, parameters: WalkerParameters, settings: PhysicsSettings) {
    const { actionSize } = task.behavior;
    this.world = world;
    this.task = task;
    this.#settings = settings;
    this.#parameters = parameters;
    this.#muscles = task.muscles();
    this.#reward = task.reward();
    this.#terms = new RewardTerms(task.limbs, settings.step, actionSize);
    this.#terrain = terrainOf({}, settings.groundEdge);
    this.#plan = planObservation(task.layout);
    this.#reach = settings.groundEdge;
    this.#actions = new Float32Array(actionSize);
    this.#waiting = new Float32Array(actionSize);
    this.#state = {
      bodies: world.bodies,
      strengths: this.#muscles.strengths,
      targetSpeed: 0,
      goal: { x: 0, z: 1 },
      frameOrigin: { x: 0, y: 0, z: 0 },
      meanVelocity: { x: 0, y: 0, z: 0 },
      actions: new Float32Array(actionSize),
      previousActions: new Float32Array(actionSize),
      physicsSteps: 0,
      decisionSteps: 0,
    };
    this.#seen =
      task.frame.lag === 0 ? this.#state : { ...this.#state, goal: { x: 0, z: 1 }, frameOrigin: { x: 0, y: 0, z: 0 } };
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
    this.#prepare();
    const yaw = stream.uniform(0, 2 * Math.PI);
    const target = this.#drawPlace();
    this.#state.targetSpeed = stream.uniform(target_speed_min, target_speed_max);
    this.reward = 0;
    this.fallenBody = -1;
    this.physicsSteps = 0;
    this.targetsTouched = 0;
    this.#distanceAlongGoal = 0;
    this.#outcome = 'goes on';
    this.#state.actions.fill(0);
    this.#state.previousActions.fill(0);
    this.#state.physicsSteps = 0;
    this.#state.decisionSteps = 0;
    this.#muscles.reset();
    const conditions = this.#drawConditions();
    this.world.start({ yaw, target, conditions, place: placeValuesOf(parameters) });
    this.#state.bodies = this.world.bodies;
    this.#startRandomisation();
    originOf(this.world.bodies, this.task.frame.body, this.#state.frameOrigin);
    this.#startHeight = this.#fallHeight();
    this.#turnTarget(sine(yaw), cosine(yaw));
    this.#updateGoal();
    this.#startMoving();
    this.#letFrameLag();
    averageVelocity(this.world.bodies, this.task.averaged, this.#state.meanVelocity);
    this.#reward.restart?.();
    if (this.#terms.isActive) this.#terms.start(this.world.bodies, conditions.masses);
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

  /** Acts, alone, on the numbers at `actions[at]` until the next decision is due or the episode is over. */
  decide(actions: Float32Array, at: number): Outcome {
    this.begin(actions, at);
    for (let step = 0; step < this.task.stepsPerDecision; step++) {
      this.beforeStep();
      this.world.simulate();
      if (!this.afterStep()) break;
    }
    return this.end();
  }

  /** Takes the decision at `actions[at]`; it acts from `beforeStep` on, where these numbers are read. */
  begin(actions: Float32Array, at: number): void {
    this.reward = 0;
    this.#actions = actions;
    this.#actionsAt = at;
    this.#step = 0;
    const { actions: made, previousActions } = this.#state;
    previousActions.set(made);
    for (let action = 0; action < made.length; action++) made[action] = actions[at + action]!;
    if (this.#terms.isActive) this.#terms.decide(actions, at);
    if (this.#latency === this.task.stepsPerDecision) this.#actLate();
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
    this.#state.physicsSteps = this.physicsSteps;
    this.#state.decisionSteps = this.#step;
    world.readForReward();
    if (!averageVelocity(this.world.bodies, this.task.averaged, this.#state.meanVelocity)) return this.#ends('blew up');
    if (world.targetTouched()) {
      this.reward += this.task.target.reward;
      this.targetsTouched += 1;
      world.moveTarget(this.#drawTarget(this.#state.goal.x, this.#state.goal.z));
    }
    if (world.groundMayHaveChanged()) this.fallenBody = bodyOnGround(this.world.bodies, this.task.fall.bodies);
    if (this.fallenBody >= 0) {
      this.reward = this.task.fall.reward;
      return this.#ends('fell');
    }
    if (this.#frameLags) this.#letFrameLag();
    this.#updateGoal();
    if (!this.#earn()) return this.#ends('blew up'); // in a pose, before it shows in a velocity
    const { fallBelow } = this.task;
    if (fallBelow && this.#fallHeight() < this.#startHeight - fallBelow.metres) {
      this.fallenBody = fallBelow.body;
      return this.#ends('fell');
    }
    return this.physicsSteps < this.#parameters.max_steps || this.#ends('cut off');
  }

  get #frameLags(): boolean {
    return this.#seen !== this.#state;
  }

  /** What is seen from now on is told in the frame as it is now. */
  #letFrameLag(): void {
    const { goal, frameOrigin } = this.#state;
    Object.assign(this.#seen.goal, goal);
    Object.assign(this.#seen.frameOrigin, frameOrigin);
  }

  /** Height of the body that ends the episode by falling below where it started, metres; 0 where none does. */
  #fallHeight(): number {
    const { fallBelow } = this.task;
    if (!fallBelow) return 0;
    originOf(this.world.bodies, fallBelow.body, bodyNow);
    return bodyNow.y;
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
    this.#seen.bodies = this.#state.bodies;
    this.#seen.targetSpeed = this.#state.targetSpeed;
    writeObservation(this.#plan, this.#seen, into, at);
    const level = this.#parameters.observation_noise;
    if (level === 0) return;
    addNoise(level, this.task.noiseScales, this.#streamFor(purposes.noise, this.physicsSteps), into, at);
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
      ...this.#savedBeyondWalker(),
      ...(this.#terms.isActive ? [this.#ofTask, ...this.#terms.save()] : []),
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
    this.#waiting.set(from.many(this.#waiting.length));
    this.physicsSteps = from.next();
    this.targetsTouched = from.next();
    this.#distanceAlongGoal = from.next();
    this.#state.targetSpeed = from.next();
    [goal.x, goal.z] = [from.next(), from.next()];
    [frameOrigin.x, frameOrigin.y, frameOrigin.z] = [from.next(), from.next(), from.next()];
    [meanVelocity.x, meanVelocity.y, meanVelocity.z] = [from.next(), from.next(), from.next()];
    this.#muscles.restore(from);
    this.#restoreBeyondWalker(from);
    this.#prepare();
    if (!this.#terms.isActive) return;
    this.#ofTask = from.next();
    this.#terms.restore(() => from.next(), this.#drawConditions().masses);
  }

  /** What the Walker's task has none of, so that the bytes of its episodes stay as they were. */
  #savedBeyondWalker(): number[] {
    if (!this.#frameLags && !this.task.keepsMore) return [];
    const { goal, frameOrigin } = this.#seen;
    const { actions, previousActions } = this.#state;
    const frame = [goal.x, goal.z, frameOrigin.x, frameOrigin.y, frameOrigin.z];
    return [...frame, ...actions, ...previousActions, this.#startHeight, ...(this.#reward.save?.() ?? [])];
  }

  #restoreBeyondWalker(from: NumberReader): void {
    this.#state.physicsSteps = this.physicsSteps;
    this.#state.decisionSteps = 0;
    if (!this.#frameLags && !this.task.keepsMore) return;
    const { goal, frameOrigin } = this.#seen;
    [goal.x, goal.z] = [from.next(), from.next()];
    [frameOrigin.x, frameOrigin.y, frameOrigin.z] = [from.next(), from.next(), from.next()];
    this.#state.actions.set(from.many(this.#state.actions.length));
    this.#state.previousActions.set(from.many(this.#state.previousActions.length));
    this.#startHeight = from.next();
    this.#reward.restore?.(from);
  }

  /** What the reward has to tell of the episode, by name: a mean per physics step of each of its terms, and all that the terms with a weight added. */
  get told(): Readonly<Record<string, number>> {
    const own = this.#reward.told?.() ?? {};
    if (!this.#terms.isActive) return own;
    const mean = (earned: number) => earned / Math.max(this.physicsSteps, 1);
    const beside = Object.entries(this.#terms.earned);
    const terms = beside.map(([name, earned]) => [`reward ${name}`, mean(earned)]);
    const added = beside.reduce((sum, [, earned]) => sum + earned, 0);
    return { ...own, 'reward task': mean(this.#ofTask), ...Object.fromEntries(terms), addedReward: added };
  }

  /** Ground and reward of an episode that is to be played by its parameters. */
  #prepare(): void {
    const { groundEdge, groundHeight } = this.#settings;
    const { gravity } = this.#parameters;
    this.#ofTask = 0;
    this.#terrain = terrainOf(placeValuesOf(this.#parameters), groundEdge);
    const { heightAt } = this.#terrain;
    this.#terms.weigh(weightsOf(this.#parameters), gravity, (x, z) => groundHeight + heightAt(x, z));
  }

  #drawConditions(): WorldConditions {
    const { gravity, friction, mass_scale, mass_jitter, drive_strength_scale: driveScale } = this.#parameters;
    const random = this.#streamFor(purposes.masses);
    const masses = this.task.masses.map((mass) => mass * mass_scale * (1 + mass_jitter * random.uniform(-1, 1)));
    return { gravity, friction, masses, driveScale };
  }

  /** Sets up what happens to the walker in the course of the episode. */
  #startRandomisation(): void {
    const { action_latency, push_speed, push_interval } = this.#parameters;
    this.#latency = Math.round(action_latency * this.task.stepsPerDecision);
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
    for (let action = 0; action < this.#waiting.length; action++)
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
    const { goal, meanVelocity } = this.#state;
    const earned = this.#reward.compute(this.#state);
    if (!Number.isFinite(earned)) return false;
    this.reward += earned;
    if (this.#terms.isActive) {
      this.#ofTask += earned;
      this.world.read();
      this.reward += this.#terms.earn(this.#state.bodies, this.#state);
    }
    this.#distanceAlongGoal += meanVelocity.x * goal.x + meanVelocity.z * goal.z;
    return true;
  }

  /** At the start: brings the target before a ragdoll that looks in the level direction (x, z). */
  #turnTarget(x: number, z: number): void {
    if (this.#parameters.target_turn >= 180) return;
    this.world.moveTarget(this.#drawTarget(x, z));
    this.world.readForReward();
  }

  /** Gives every body `start_speed` of the target speed, towards the target. */
  #startMoving(): void {
    const { goal, targetSpeed } = this.#state;
    const speed = this.#parameters.start_speed * targetSpeed;
    if (speed === 0) return;
    this.world.push(speed * goal.x, speed * goal.z);
    this.world.readForReward();
  }

  #drawTarget(x: number, z: number): Vector {
    const { frameOrigin } = this.#state;
    return straightestPlace(() => this.#drawPlace(), frameOrigin, { x, z }, this.#parameters.target_turn);
  }

  #drawPlace(): Vector {
    const [x, y, z] = drawPlace(this.#stream!, this.task.target.center, this.#parameters.target_radius);
    return [x, y + this.#terrain.heightAt(x, z), z];
  }

  /**
   * Turns the goal frame's z to the target, as seen from where the frame is, and moves the frame to its body: Unity's
   * OrientationCubeController.UpdateOrientation, in this order.
   */
  #updateGoal(): void {
    const { bodies, goal, frameOrigin } = this.#state;
    originOf(bodies, this.task.masses.length, targetNow);
    const x = targetNow.x - frameOrigin.x;
    const z = targetNow.z - frameOrigin.z;
    const distance = Math.sqrt(x * x + z * z);
    originOf(bodies, this.task.frame.body, frameOrigin);
    // Right above the target no direction is the goal's: the last one stays.
    if (distance < 1e-6) return;
    goal.x = x / distance;
    goal.z = z / distance;
  }

  /** Whether all is number, and the walker not far outside its walls. */
  #isSound(): boolean {
    // Strengths are seen, and are what was decided: a policy that has come apart decides on NaN.
    if (!this.#muscles.strengths.every(Number.isFinite)) return false;
    return areSound(this.world.bodies, this.task.masses.length + 1, this.#reach);
  }
}

/** In place of a stream that there is none of. */
const noStream: RandomState = [0, 0, 0, 0];

/** To be written over. */
const bodyNow: Point = { x: 0, y: 0, z: 0 };
const targetNow: Point = { x: 0, y: 0, z: 0 };
