/**
 * One walker's life in the page: one episode after the other, with people's hands in between. It lies where it fell for a while, and
 * settings hold in the middle of an episode too.
 */
import { RandomStream } from '../../base/random/stream.ts';
import { Agent } from '../../envs/walker/agent.ts';
import type { WalkerWorld } from '../../envs/walker/batched-world.ts';
import { drawParametersOf } from '../../envs/walker/parameters.ts';
import { place, shelve } from './hands.ts';
import { targetFromWalls } from './inputs.ts';
import { latencyInSteps, parametersOf, type Settings, secondsPerDecision } from './settings.ts';
import { rowsOf, type Who } from './who.ts';

/** Purposes of an episode's streams. The first two are those of `WalkerEnvironment`. */
const purpose = { episode: 0x3a1, parameters: 0x3a2, noise: 0xf1d };

/** How a walker stands. */
export interface Standing {
  /** Falls since the simulation began. */
  readonly falls: number;
  /** The body whose touch of the ground was its last fall, -1 before any. */
  readonly fallenBody: number;
  readonly isDown: boolean;
  /** Of the episode under way. */
  readonly reward: number;
  /** Physics steps of the episode under way. */
  readonly steps: number;
  readonly targets: number;
}

export class Life {
  readonly world: WalkerWorld;
  /** Whether its episode ends with the decision under way. */
  isDue = false;
  /** Reward of its last decision. */
  lastReward = 0;
  readonly #who: Who;
  readonly #boxBody: number;
  readonly #walker: Agent<WalkerWorld>;
  readonly #seed: number;
  readonly #number: number;
  #episode = -1;
  #noise: RandomStream;
  #falls = 0;
  #fallenBody = -1;
  /** Decisions since it fell; -1 while it stands. */
  #lying = -1;
  #isDown = false;
  #reward = 0;
  #boxFlies = false;

  constructor(world: WalkerWorld, seed: number, number: number, who: Who) {
    const { task, settings } = who;
    this.#who = who;
    this.#boxBody = rowsOf(who) - 1;
    this.world = world;
    this.#seed = seed;
    this.#number = number;
    this.#walker = new Agent(world, task, drawParametersOf(task.parameters, {}, seed), settings);
    this.#noise = new RandomStream(seed);
  }

  get standing(): Standing {
    return {
      falls: this.#falls,
      fallenBody: this.#fallenBody,
      isDown: this.#isDown,
      reward: this.#reward,
      steps: this.#walker.physicsSteps,
      targets: this.#walker.targetsTouched,
    };
  }

  /** Along the goal now, m/s. */
  get speed(): number {
    return this.#walker.speedNow;
  }

  /** What each term of its reward came to in the episode, a mean per physics step. */
  get terms(): Readonly<Record<string, number>> {
    return this.#walker.told;
  }

  startNext(settings: Settings): void {
    this.#episode += 1;
    const [seed, agent, episode] = [this.#seed, this.#number, this.#episode];
    const parameters = drawParametersOf(
      this.#who.task.parameters,
      parametersOf(settings),
      seed,
      agent,
      episode,
      purpose.parameters,
    );
    this.#walker.start(new RandomStream(seed, agent, episode, purpose.episode), parameters);
    this.#noise = new RandomStream(seed, agent, episode, purpose.noise);
    this.#lying = -1;
    this.#isDown = false;
    this.#reward = 0;
    this.#boxFlies = false;
    this.isDue = false;
    const { simulator, lane } = this.world.lane;
    shelve(simulator, lane, this.#boxBody);
  }

  observe(into: Float32Array, at: number): void {
    this.#walker.observe(into, at);
  }

  fillNoise(into: Float32Array, at: number): void {
    for (let action = 0; action < this.#who.task.behavior.actionSize; action++)
      into[at + action] = this.#noise.normal();
  }

  begin(actions: Float32Array, at: number): void {
    this.#walker.begin(actions, at);
  }

  beforeStep(): void {
    const { lane } = this.world;
    if (!this.#boxFlies) shelve(lane.simulator, lane.lane, this.#boxBody);
    this.#walker.beforeStep();
  }

  /** One that has fallen goes on moving, and earns nothing any more. */
  afterStep(): void {
    if (!this.#walker.afterStep()) this.#isDown = true;
  }

  /** After a decision: counts, and starts the next episode where that is due. */
  settle(settings: Settings): void {
    const outcome = this.#walker.end();
    const fellNow = this.#isDown && this.#lying < 0;
    this.lastReward = this.#isDown && !fellNow ? 0 : this.#walker.reward;
    this.#reward += this.lastReward;
    if (this.#isDown) this.#lying += 1;
    if (fellNow && outcome === 'fell') {
      this.#falls += 1;
      this.#fallenBody = this.#walker.fallenBody;
    }
    const isRested = this.#lying >= Math.round(settings.lying / secondsPerDecision(this.#who));
    if (this.isDue || outcome === 'blew up' || (this.#isDown && isRested)) this.startNext(settings);
  }

  /** Settings hold in the middle of an episode too. */
  heed(settings: Settings): void {
    const { simulator, lane } = this.world.lane;
    simulator.setGravity(lane, [0, -settings.gravity, 0]);
    simulator.setFrictionScale(lane, settings.friction / this.#who.settings.friction);
    simulator.setDriveScale(lane, settings.motors);
    this.#walker.change({
      targetSpeed: settings.targetSpeed,
      latency: latencyInSteps(settings, this.#who.task.stepsPerDecision),
    });
  }

  placeTarget(x: number, z: number): void {
    const { simulator, lane } = this.world.lane;
    const { settings, looks } = this.#who;
    const farthest = settings.groundEdge / 2 - targetFromWalls;
    const within = (value: number) => Math.min(Math.max(value, -farthest), farthest);
    this.world.moveTarget([within(x), settings.groundHeight + looks.target / 2, within(z)]);
    simulator.setVelocity(lane, this.#boxBody - 1, [0, 0, 0], [0, 0, 0]);
  }

  throwBox(from: readonly [number, number, number], velocity: readonly [number, number, number]): void {
    const { simulator, lane } = this.world.lane;
    this.#boxFlies = true;
    place(simulator, lane, this.#boxBody, from, velocity);
  }
}
