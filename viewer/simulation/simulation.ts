/**
 * Walkers that live: `envs/walker` and `physics/` as they are, stepped one physics step at a time, with people's hands in between.
 *
 * It runs in a worker of the page and in Node alike. The same setup, policies and inputs at the same steps give the same bytes. Left alone,
 * a walker lives through the episodes that `WalkerEnvironment` has for the same seed.
 */
import { BatchedWorlds } from '../../envs/walker/batched-world.ts';
import { posesOf } from '../../envs/walker/body-view.ts';
import { walkerDialects } from '../../envs/walker/dialects.ts';
import type { LaneWorld } from '../../envs/walker/lane-world.ts';
import { box, type Grip, pull } from './hands.ts';
import { checkInput, type Input } from './inputs.ts';
import { Life, type Standing } from './life.ts';
import { Parting, type PartingTimes } from './parting.ts';
import type { Setup } from './replay.ts';
import { RunningHash } from './running-hash.ts';
import type { Settings } from './settings.ts';
import { rowsOf, type Who, walkerWho } from './who.ts';

/** Rows of a batch, filled up: how a row is multiplied may depend on how many there are, and each walker is to be the same among any others. */
const rowsOfBatch = 8;

/** What decides: an opened policy. */
export interface Actor {
  /** @param observations [8, observations]. @param noise [8, actions] of a normal distribution; absent for mean actions. @returns [8, actions]. */
  act(observations: Float32Array, noise: Float32Array | undefined): Promise<Float32Array>;
}

export class Simulation {
  readonly setup: Setup;
  readonly who: Who;
  /** Physics steps that were made. */
  steps = 0;
  readonly #actors: readonly Actor[];
  readonly #worlds: BatchedWorlds;
  readonly #lives: readonly Life[];
  readonly #inputs: [number, Input][] = [];
  readonly #hash = new RunningHash();
  readonly #parting: Parting | undefined;
  readonly #nobody: Uint8Array;
  #settings: Settings;
  #grip: (Grip & { readonly walker: number }) | undefined;
  #actions: Float32Array;
  #observations: Float32Array;
  /** Physics steps since the last decision. */
  #phase = 0;

  /** @param actors as many as the setup has policies. @param kernel of physics/. @param who is simulated; default the Walker. */
  constructor(kernel: WebAssembly.Module, actors: readonly Actor[], setup: Setup, who: Who = walkerWho) {
    this.setup = setup;
    this.who = who;
    this.#actors = actors;
    this.#settings = setup.settings;
    const count = actors.length * setup.walkers;
    const { ragdoll, settings } = who;
    const { observationSize, actionSize } = who.task.behavior;
    this.#worlds = new BatchedWorlds(kernel, ragdoll, count, walkerDialects.unity, settings, { box });
    this.#lives = this.#worlds.each.map((world, which) => new Life(world, setup.seed, which % setup.walkers, who));
    this.#nobody = new Uint8Array(count);
    // Each policy has rows of its own, in whole batches.
    const rows = actors.length * batchesOf(setup.walkers) * rowsOfBatch;
    this.#observations = new Float32Array(rows * observationSize);
    this.#actions = new Float32Array(rows * actionSize);
    this.#parting = actors.length === 2 ? new Parting(ragdoll.bodies.length) : undefined;
    for (const life of this.#lives) life.startNext(this.#settings);
  }

  /** All walkers: those of the first policy, then those of the second. */
  get walkers(): number {
    return this.#lives.length;
  }

  get settings(): Settings {
    return this.#settings;
  }

  /** Whether the last step ended a decision, so that there is something new to read. */
  get isDecided(): boolean {
    return this.#phase === 0;
  }

  /** Takes effect with the next step. @throws UserError where it is no input. */
  apply(input: Input): void {
    checkInput(input, this.who.settingsTable);
    this.#inputs.push([this.steps, input]);
    this.#do(input);
  }

  /** One physics step of everybody; where a decision is due, it is made first. */
  async step(): Promise<void> {
    const { task, settings } = this.who;
    const { actionSize } = task.behavior;
    if (this.#phase === 0) {
      await this.#decide();
      this.#lives.forEach((life, which) => {
        life.begin(this.#actions, this.#rowOf(which) * actionSize);
      });
    }
    const grip = this.#grip;
    if (grip) {
      const { lane } = this.#lives[grip.walker]!.world;
      pull(lane.simulator, lane.lane, grip, settings.step);
    }
    for (const life of this.#lives) life.beforeStep();
    this.#worlds.simulate(this.#nobody);
    for (const life of this.#lives) life.afterStep();
    this.steps += 1;
    this.#phase = (this.#phase + 1) % task.stepsPerDecision;
    this.#take();
    if (this.#phase === 0) for (const life of this.#lives) life.settle(this.#settings);
  }

  /** A copy of all poses, [walkers, bodies + target + box, 7]. */
  poses(): Float32Array {
    const all = this.#lives.map(({ world }) => posesOf(world.bodies));
    const poses = new Float32Array(all.length * all[0]!.length);
    all.forEach((each, which) => {
      poses.set(each, which * each.length);
    });
    return poses;
  }

  /** Where a walker is simulated. */
  laneOf(which: number): LaneWorld {
    return this.#lives[which]!.world.lane;
  }

  standing(which: number): Standing {
    return this.#lives[which]!.standing;
  }

  /**
   * What a walker saw and did at its last decision, and the reward of the one before; its speed along the goal now, m/s; and what each
   * term of its reward came to in the episode, a mean per physics step.
   */
  decided(which: number): {
    readonly observations: Float32Array;
    readonly actions: Float32Array;
    readonly reward: number;
    readonly speed: number;
    readonly terms: Readonly<Record<string, number>>;
  } {
    const row = this.#rowOf(which);
    const { observationSize, actionSize } = this.who.task.behavior;
    const { lastReward, speed, terms } = this.#lives[which]!;
    return {
      observations: this.#observations.slice(row * observationSize, (row + 1) * observationSize),
      actions: this.#actions.slice(row * actionSize, (row + 1) * actionSize),
      reward: lastReward,
      speed,
      terms,
    };
  }

  /** Where the walker is held: the held point, and where it is pulled to. */
  get grip(): (Grip & { readonly walker: number }) | undefined {
    return this.#grip;
  }

  /** When the two policies parted; undefined where there is one. */
  get parting(): PartingTimes | undefined {
    return this.#parting?.times;
  }

  get hash(): string {
    return this.#hash.hex;
  }

  get inputs(): readonly (readonly [step: number, input: Input])[] {
    return this.#inputs;
  }

  #rowOf(which: number): number {
    const { walkers } = this.setup;
    return Math.floor(which / walkers) * batchesOf(walkers) * rowsOfBatch + (which % walkers);
  }

  async #decide(): Promise<void> {
    const { observationSize, actionSize } = this.who.task.behavior;
    const isSampled = this.#settings.sampled === 1;
    const noise = isSampled ? new Float32Array(this.#actions.length) : undefined;
    this.#lives.forEach((life, which) => {
      life.observe(this.#observations, this.#rowOf(which) * observationSize);
      if (noise) life.fillNoise(noise, this.#rowOf(which) * actionSize);
    });
    const batches = batchesOf(this.setup.walkers);
    for (let batch = 0; batch < this.#actors.length * batches; batch++) {
      const first = batch * rowsOfBatch;
      const rows = (from: Float32Array, size: number) => from.subarray(first * size, (first + rowsOfBatch) * size);
      const actor = this.#actors[Math.floor(batch / batches)]!;
      const decided = await actor.act(rows(this.#observations, observationSize), noise && rows(noise, actionSize));
      this.#actions.set(decided, first * actionSize);
    }
  }

  #do(input: Input): void {
    switch (input.kind) {
      case 'set':
        this.#settings = { ...this.#settings, [input.name]: input.value };
        for (const life of this.#lives) life.heed(this.#settings);
        return;
      case 'target':
        for (const life of this.#lives) life.placeTarget(input.x, input.z);
        return;
      case 'grab':
        this.#grip = this.#lives[input.walker] && this.who.ragdoll.bodies[input.body] ? input : undefined;
        return;
      case 'drag':
        if (this.#grip) this.#grip = { ...this.#grip, to: input.to };
        return;
      case 'release':
        this.#grip = undefined;
        return;
      case 'push':
        this.#lives.forEach((life, which) => {
          if (input.walker === which || input.walker === -1) life.world.push(input.x, input.z);
        });
        return;
      case 'throw':
        this.#lives[input.walker]?.throwBox(input.from, input.velocity);
        return;
      case 'restart':
        // At the end of the decision under way, as every episode ends.
        for (const life of this.#lives) {
          if (this.#phase === 0) life.startNext(this.#settings);
          else life.isDue = true;
        }
        return;
    }
  }

  /** The state after a step goes into the hash, and is looked at for the moment in which two policies part. */
  #take(): void {
    const rows = rowsOf(this.who);
    for (const { world } of this.#lives) {
      const { words, part, position, rotation, velocity, spin } = world.bodies;
      for (let body = 0; body < rows; body++) {
        for (const [{ first, body: stride }, size] of [
          [position, 3],
          [rotation, 4],
          [velocity, 3],
          [spin, 3],
        ] as const)
          for (let axis = 0; axis < size; axis++) this.#hash.add(words[first + body * stride + axis * part]!);
      }
    }
    const { walkers } = this.setup;
    this.#parting?.look(
      this.steps * this.who.settings.step,
      this.#lives.slice(0, walkers).map(({ world }) => world.bodies),
      this.#lives.slice(walkers).map(({ world }) => world.bodies),
    );
  }
}

function batchesOf(walkers: number): number {
  return Math.ceil(walkers / rowsOfBatch);
}
