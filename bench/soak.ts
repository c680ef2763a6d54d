/**
 * Does the simulator hold for millions of decisions? Walkers of random actions and walkers of a trained policy take turns, and in between
 * limp ragdolls fall through the air, whose energy no step may raise.
 *
 * Every number of every observation is looked at. What is counted is told after each turn, so that a run may be stopped anywhere.
 */
import { setImmediate } from 'node:timers/promises';
import { RandomStream } from '../base/random/stream.ts';
import { actionSize } from '../envs/walker/action.ts';
import { WalkerWorld } from '../envs/walker/batched-world.ts';
import { behavior } from '../envs/walker/behavior.ts';
import { defaultWorld, type WorldName } from '../envs/walker/dialects.ts';
import { openWorlds } from '../envs/walker/open-worlds.ts';
import { walkerScene } from '../envs/walker/rig-scene.ts';
import { WalkerEnvironment } from '../envs/walker/walker-environment.ts';
import { openWalkerPolicy, readPolicy } from '../evaluate/walker-policy.ts';
import { loadKernel } from '../physics/kernel.ts';
import { conjugate, turned, type Vector } from '../physics/rotation.ts';
import type { Scene } from '../physics/scene.ts';
import { Simulator } from '../physics/simulator.ts';
import { gravity, startRagdoll } from './random-ragdolls.ts';

export interface SoakOptions {
  /** Decisions of both kinds together. */
  readonly decisions: number;
  /** Path of an ONNX policy; without it all actions are random. */
  readonly policy?: string | undefined;
  /** Default 0. */
  readonly seed?: number;
  /** Default unity. */
  readonly world?: WorldName;
  /** Told after each turn. */
  readonly onTurn?: (report: SoakReport) => void;
  /** Once aborted, it ends and tells of what it did. */
  readonly signal?: AbortSignal;
}

export interface SoakReport {
  readonly random: Played;
  readonly trained: Played;
  readonly energy: Energy;
  readonly memory: Memory;
}

/** What came of the decisions of one kind. */
interface Played {
  decisions: number;
  episodes: number;
  /** Episodes that were cut off because the physics blew up. */
  blow_ups: number;
  /** Steps of a group of walkers in whose observations, final ones included, some number was not finite. */
  not_finite: number;
  /** Contacts for which a walker had no room, so that they were solved but not remembered, */
  not_remembered: number;
  /** and the episodes with such a contact. */
  episodes_not_remembered: number;
}

/** Of limp ragdolls in the air. */
interface Energy {
  steps: number;
  /** Steps after which there was more of it than before, */
  grown: number;
  /** and by how much at most, as a share of what there was. */
  most: number;
}

interface Memory {
  /** MB, of the whole process and of JavaScript's heap. */
  readonly resident: number;
  readonly heap: number;
}

const walkers = 16;
/** Of one kind, before the other has its turn. */
const decisionsOfTurn = 50_000;
const limpRagdolls = 16;
const limpSteps = 150;

/** What decides in a group of walkers. */
type Decide = (observations: Float32Array) => Promise<Float32Array>;

export async function soak(options: SoakOptions): Promise<SoakReport> {
  const { decisions, policy: path, seed = 0, world = defaultWorld, onTurn, signal } = options;
  const policy = path === undefined ? undefined : await openWalkerPolicy(readPolicy(path), path, false);
  const random = new RandomStream(seed, walkers);
  const actions = new Float32Array(walkers * actionSize);
  const noise = Array.from({ length: walkers }, (_, walker) => new RandomStream(seed, walker, 1));
  const groups = [
    await Group.open(world, seed, async () => {
      for (let at = 0; at < actions.length; at++) actions[at] = random.uniform(-1, 1);
      return actions;
    }),
    ...(policy ? [await Group.open(world, seed + 1, (seen) => policy.act(seen, noise))] : []),
  ];
  const limp = new LimpRagdolls(await loadKernel(), seed);
  const nobody: Played = newlyPlayed();
  const report = (): SoakReport => ({
    random: { ...groups[0]!.played },
    trained: { ...(groups[1]?.played ?? nobody) },
    energy: { ...limp.energy },
    memory: memoryNow(),
  });
  const done = () => groups.reduce((sum, { played }) => sum + played.decisions, 0);
  for (let turn = 0; done() < decisions && !signal?.aborted; turn++) {
    const group = groups[turn % groups.length]!;
    const until = group.played.decisions + Math.min(decisionsOfTurn, decisions - done());
    while (group.played.decisions < until && !signal?.aborted) {
      for (let step = 0; step < 64 && group.played.decisions < until; step++) await group.step();
      // Nothing above waits for anything: signals are heard of here.
      await setImmediate();
    }
    limp.fall();
    onTurn?.(report());
  }
  for (const group of groups) await group.close();
  await policy?.close();
  return report();
}

/** Walkers that decide together, and what came of it. */
class Group {
  readonly played = newlyPlayed();
  readonly #environment: WalkerEnvironment;
  readonly #decide: Decide;
  #observations: Float32Array;

  private constructor(environment: WalkerEnvironment, decide: Decide, observations: Float32Array) {
    this.#environment = environment;
    this.#decide = decide;
    this.#observations = observations;
  }

  static async open(world: WorldName, seed: number, decide: Decide): Promise<Group> {
    const worlds = await openWorlds(world, walkers);
    const environment = new WalkerEnvironment(worlds, { seed, firstAgent: 0, agents: walkers, parameters: {} });
    const group = new Group(environment, decide, await environment.reset());
    group.#countOverflow();
    return group;
  }

  async step(): Promise<void> {
    const { played } = this;
    const actions = await this.#decide(this.#observations);
    const { observations, finalObservations, episodes } = await this.#environment.step(actions);
    this.#observations = observations;
    played.decisions += walkers;
    played.episodes += episodes.length;
    for (const { details } of episodes) played.blow_ups += details['blowUps']!;
    if (!areFinite(observations) || !areFinite(finalObservations)) played.not_finite += 1;
  }

  close(): Promise<void> {
    return this.#environment.close();
  }

  /** Adds up what the lanes had to leave out, each time before an episode's start clears its count. */
  #countOverflow(): void {
    for (const walker of this.#environment.walkers) {
      const { world } = walker;
      if (!(world instanceof WalkerWorld)) continue;
      const start = walker.start.bind(walker);
      walker.start = (...given: Parameters<typeof start>) => {
        const count = world.lane.simulator.overflow(world.lane.lane);
        this.played.not_remembered += count;
        if (count > 0) this.played.episodes_not_remembered += 1;
        start(...given);
      };
    }
  }
}

/** Ragdolls that nothing drives, in the air, from random velocities. */
class LimpRagdolls {
  readonly energy: Energy = { steps: 0, grown: 0, most: 0 };
  readonly #scene: Scene = walkerScene({ ground: false });
  readonly #simulator: Simulator;
  readonly #random: RandomStream;

  constructor(module: WebAssembly.Module, seed: number) {
    this.#simulator = new Simulator(module, this.#scene, { lanes: limpRagdolls, gravity });
    this.#random = new RandomStream(seed, limpRagdolls, 1);
  }

  fall(): void {
    const lanes = Array.from({ length: limpRagdolls }, (_, lane) => lane);
    for (const lane of lanes) this.#start(lane);
    let before = lanes.map((lane) => this.#energyOf(lane));
    for (let step = 0; step < limpSteps; step++) {
      this.#simulator.step();
      const after = lanes.map((lane) => this.#energyOf(lane));
      for (const lane of lanes) {
        const growth = (after[lane]! - before[lane]!) / Math.abs(before[lane]!);
        this.energy.steps += 1;
        if (!(growth > 0)) continue;
        this.energy.grown += 1;
        this.energy.most = Math.max(this.energy.most, growth);
      }
      before = after;
    }
  }

  #start(lane: number): void {
    const random = this.#random;
    startRagdoll(this.#simulator, lane, random.uniform(-3, 3));
    const draw = (most: number): Vector => [
      random.uniform(-most, most),
      random.uniform(-most, most),
      random.uniform(-most, most),
    ];
    for (let body = 0; body < this.#scene.bodies.length; body++)
      this.#simulator.setVelocity(lane, body, draw(1), draw(2));
  }

  /** Kinetic and potential, J; the potential one from 100 m below, so that it stays above 0. */
  #energyOf(lane: number): number {
    const simulator = this.#simulator;
    let energy = 0;
    this.#scene.bodies.forEach(({ mass }, body) => {
      const { position, rotation } = simulator.pose(lane, body);
      energy += 0.5 * mass * simulator.velocity(lane, body).reduce((sum, part) => sum + part * part, 0);
      energy -= mass * gravity[1] * (position[1] + 100);
      const at = simulator.bodyIndex(lane, body, 'ROOT_INVERSE_INERTIA');
      turned(conjugate(rotation), simulator.spin(lane, body)).forEach((about, axis) => {
        energy += (0.5 * about * about) / simulator.floats[at + 4 * axis]! ** 2;
      });
    });
    return energy;
  }
}

function newlyPlayed(): Played {
  return { decisions: 0, episodes: 0, blow_ups: 0, not_finite: 0, not_remembered: 0, episodes_not_remembered: 0 };
}

function areFinite(numbers: Float32Array): boolean {
  let sum = 0;
  for (let at = 0; at < numbers.length; at++) sum += numbers[at]!;
  return Number.isFinite(sum);
}

function memoryNow(): Memory {
  const { rss, heapUsed } = process.memoryUsage();
  const inMegabytes = (bytes: number) => Math.round(bytes / 1e5) / 10;
  return { resident: inMegabytes(rss), heap: inMegabytes(heapUsed) };
}

/** A report in a line for each kind. */
export function printSoak({ random, trained, energy, memory }: SoakReport): string {
  const told = (name: string, played: Played) =>
    `${name}: ${played.decisions} decisions, ${played.episodes} episodes, ${played.blow_ups} blew up, ` +
    `${played.not_finite} steps with NaN or infinity, ${played.not_remembered} contacts not remembered in ${played.episodes_not_remembered} episodes`;
  return [
    told(`${behavior.name}, random actions`, random),
    told(`${behavior.name}, trained`, trained),
    `limp in the air: energy grew in ${energy.grown} of ${energy.steps} steps, by at most ${energy.most.toExponential(1)} of it`,
    `memory, MB: ${memory.resident} resident, ${memory.heap} JavaScript`,
  ].join('\n');
}
