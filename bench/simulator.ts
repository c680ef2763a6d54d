/**
 * How fast is the simulator of physics/, and how much faster than PhysX? Both play the same kind of walkers (random actions,
 * self-collision, target cube, walls) in turns within one run, so that what else the machine does falls on both.
 */

import { RandomStream } from '../base/random/stream.ts';
import { unityPhysics } from '../envs/walker/physics-settings.ts';
import { loadPhysX } from '../envs/walker/physx/physx.ts';
import { PhysXWorld } from '../envs/walker/physx/world.ts';
import { motorBodies, walkerRig } from '../envs/walker/rig.ts';
import { walkerScene } from '../envs/walker/rig-scene.ts';
import { loadKernel } from '../physics/kernel.ts';
import { Simulator } from '../physics/simulator.ts';
import { gravity, RandomWalker, randomTarget } from './random-ragdolls.ts';

export interface SimulatorReport {
  /** Microseconds of a decision (five physics steps of one walker) inside PhysX: median of all rounds. */
  readonly physx_us: number;
  /** The same inside the simulator. */
  readonly ours_us: number;
  /** Median over median. */
  readonly ratio: number;
  /** The tenth part of rounds that were fastest: what a quiet machine would show more often. */
  readonly physx_fast_us: number;
  readonly ours_fast_us: number;
  readonly fast_ratio: number;
  /** Memory of one walker in the simulator. */
  readonly kb_per_walker: number;
  readonly ours_walkers: number;
  readonly ours_decisions: number;
  /** Steps an episode lasted on average under random actions: one number that tells whether both play the same game. */
  readonly physx_steps_per_episode: number;
  readonly ours_steps_per_episode: number;
}

export interface SimulatorBenchOptions {
  /** Decisions of the simulator to measure. */
  readonly decisions?: number;
  readonly walkers?: number;
  readonly seed?: number;
  readonly signal?: AbortSignal;
}

const stepsPerDecision = 5;
/** PhysX takes its time: fewer walkers a round. */
const worldCount = 4;
/** Until both have been compiled for speed. */
const warmUpRounds = 50;

/** Plays both in turns. */
export async function simulatorBesidePhysX(options: SimulatorBenchOptions = {}): Promise<SimulatorReport> {
  const { decisions = 5000, walkers: wanted = 16, seed = 0, signal } = options;
  const [physx, module] = await Promise.all([loadPhysX(), loadKernel()]);
  const scene = walkerScene({ cubeAndWalls: true });
  const simulator = new Simulator(module, scene, { lanes: wanted, gravity });
  const walkers = Array.from(
    { length: simulator.lanes },
    (_, lane) => new RandomWalker(simulator, scene, lane, seed + lane),
  );
  const worlds = Array.from(
    { length: worldCount },
    (_, index) => new PhysXWalker(new PhysXWorld(physx, walkerRig, unityPhysics), seed + index),
  );

  const ours: number[] = [];
  const theirs: number[] = [];
  const rounds = Math.max(10, Math.ceil(decisions / simulator.lanes));
  for (let round = 0; round < warmUpRounds + rounds && !signal?.aborted; round++) {
    for (const walker of walkers) walker.act();
    let began = performance.now();
    // A group goes through all of a decision while it is in the cache.
    for (let group = 0; group < simulator.groups; group++) {
      for (let step = 0; step < stepsPerDecision; step++) simulator.step(group, 1);
    }
    const mine = performance.now() - began;
    for (const walker of walkers) walker.end();

    for (const world of worlds) world.act();
    began = performance.now();
    for (const world of worlds) world.decide();
    const other = performance.now() - began;
    for (const world of worlds) world.end();
    if (round < warmUpRounds) continue;
    ours.push((1000 * mine) / simulator.lanes);
    theirs.push((1000 * other) / worldCount);
  }
  for (const world of worlds) world.close();
  const played = (warmUpRounds + ours.length) * stepsPerDecision;
  const [oursMedian, oursFast] = [quantile(ours, 0.5), quantile(ours, 0.1)];
  const [theirsMedian, theirsFast] = [quantile(theirs, 0.5), quantile(theirs, 0.1)];
  return {
    physx_us: theirsMedian,
    ours_us: oursMedian,
    ratio: theirsMedian / oursMedian,
    physx_fast_us: theirsFast,
    ours_fast_us: oursFast,
    fast_ratio: theirsFast / oursFast,
    kb_per_walker: simulator.bytesPerLane / 1000,
    ours_walkers: simulator.lanes,
    ours_decisions: ours.length * simulator.lanes,
    physx_steps_per_episode: (played * worldCount) / sum(worlds.map(({ episodes }) => episodes)),
    ours_steps_per_episode: (played * simulator.lanes) / sum(walkers.map(({ episodes }) => episodes)),
  };
}

/** A walker of PhysX's world under random actions. */
class PhysXWalker {
  episodes = 0;
  readonly #world: PhysXWorld;
  readonly #random: RandomStream;
  readonly #motors: readonly number[];

  constructor(world: PhysXWorld, seed: number) {
    this.#world = world;
    this.#random = new RandomStream(seed, 1);
    this.#motors = motorBodies(walkerRig);
    this.#start();
  }

  act(): void {
    this.#motors.forEach((body, motor) => {
      this.#world.setMotorTarget(motor, Float32Array.from(randomTarget(this.#random, body)), 0);
      this.#world.setMotorStrength(motor, this.#random.uniform(0, 20_000));
    });
  }

  decide(): void {
    for (let step = 0; step < stepsPerDecision; step++) this.#world.simulate();
  }

  end(): void {
    const fallen = walkerRig.bodies.some(
      ({ mayTouchGround }, body) => !mayTouchGround && this.#world.groundContacts[body],
    );
    if (fallen) this.#start();
  }

  close(): void {
    this.#world.close();
  }

  #start(): void {
    this.episodes++;
    const angle = this.#random.uniform(-Math.PI, Math.PI);
    this.#world.start({ yaw: angle, target: [2 * Math.cos(angle), 1, 2 * Math.sin(angle)] });
  }
}

function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** The report as text. */
export function printSimulator(report: SimulatorReport): string {
  const row = (name: string, physx: number, ours: number) => {
    return `    ${name.padEnd(22)} PhysX ${physx.toFixed(0).padStart(6)}   simulator ${ours.toFixed(1).padStart(6)}   ${(physx / ours).toFixed(1)} times`;
  };
  return [
    `The simulator of physics/ beside PhysX, in turns, one thread, random actions, self-collision, cube and walls: ${report.ours_decisions} decisions`,
    '  microseconds a decision',
    row('median', report.physx_us, report.ours_us),
    row('fastest tenth', report.physx_fast_us, report.ours_fast_us),
    `  steps an episode lasts: PhysX ${report.physx_steps_per_episode.toFixed(1)}, simulator ${report.ours_steps_per_episode.toFixed(1)}`,
    `  ${report.kb_per_walker.toFixed(2)} kB for each walker`,
  ].join('\n');
}
