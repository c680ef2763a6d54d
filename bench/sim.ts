/**
 * How fast is the world on one thread, where does the time of a decision go, and does it stay that way? Random actions.
 *
 * A run of a million decisions is as good a question as one of five thousand: memory is looked at ten times on the way, and
 * every number of every observation is.
 */
import { setImmediate } from 'node:timers/promises';
import { RandomStream } from '../base/random/stream.ts';
import { actionSize } from '../envs/walker/action.ts';
import { behavior } from '../envs/walker/behavior.ts';
import { WalkerEnvironment } from '../envs/walker/environment.ts';
import { loadPhysX } from '../envs/walker/physx.ts';

export interface SimOptions {
  /** Decisions to measure, after a warm-up; default 5000. */
  readonly decisions?: number;
  /** Walkers in the group; default 16. */
  readonly agents?: number;
  /** Default 0. */
  readonly seed?: number;
  /** Told a hundred times how many decisions are done. */
  readonly onProgress?: (done: number) => void;
  /** Once aborted, it ends and tells of what it did. */
  readonly signal?: AbortSignal;
}

export interface SimReport {
  readonly agents: number;
  readonly decisions: number;
  readonly episodes: number;
  /** On one thread, starts of episodes and observations included. */
  readonly decisions_per_second: number;
  /** Share of the time spent inside PhysX's simulate and fetchResults. */
  readonly physx_share: number;
  /** Microseconds of a decision inside simulate and fetchResults. */
  readonly physx_us: number;
  /** Microseconds of a decision outside of them: what follows, together. */
  readonly outside_physx_us: number;
  /** Microseconds of a decision spent in starting episodes. */
  readonly starts_us: number;
  /** Microseconds of a decision spent elsewhere: motors, reading state, rewards, observations. */
  readonly elsewhere_us: number;
  /** Microseconds one start of an episode takes; its first physics step, in which PhysX makes its caches, is not in it. */
  readonly start_us: number;
  /** Whether bodies and motors are read and set straight in PhysX's memory, and not by calls. */
  readonly by_memory: boolean;
  /** Episodes that were cut off because the physics blew up. */
  readonly blow_ups: number;
  /** Steps of a group of walkers in whose observations, final ones included, some number was not finite. */
  readonly not_finite: number;
  /** Before the first decision that counts, and after each tenth of them. */
  readonly memory: readonly MemoryAt[];
}

interface MemoryAt {
  readonly decisions: number;
  /** Of the whole process, MB. */
  readonly resident_mb: number;
  /** PhysX's memory, MB. */
  readonly wasm_mb: number;
  /** JavaScript's own, MB. */
  readonly heap_mb: number;
}

/** Until PhysX's WebAssembly and what surrounds it have been compiled for speed. */
const warmUp = 4000;

/** Measures the Walker environment on this thread. */
export async function sim(options: SimOptions = {}): Promise<SimReport> {
  const { decisions = 5000, agents = 16, seed = 0, onProgress, signal } = options;
  const physx = await loadPhysX();
  const environment = new WalkerEnvironment(physx, { seed, firstAgent: 0, agents, parameters: {} });
  const stopwatch = timed(environment);
  const random = new RandomStream(seed, agents);
  const actions = new Float32Array(agents * actionSize);

  /** Lets all agents decide together, again and again, until `count` decisions are made. */
  const decide = async (count: number) => {
    let made = 0;
    for (; made < count; made += agents) {
      for (let at = 0; at < actions.length; at++) actions[at] = random.uniform(-1, 1);
      const asked = performance.now();
      const { observations, finalObservations, episodes } = await environment.step(actions);
      stopwatch.all += performance.now() - asked;
      stopwatch.episodes += episodes.length;
      for (const { details } of episodes) stopwatch.blowUps += details['blowUps']!;
      if (!areFinite(observations) || !areFinite(finalObservations)) stopwatch.notFinite += 1;
    }
    return made;
  };

  await environment.reset();
  await decide(warmUp);
  Object.assign(stopwatch, noCounts());
  const memory = [memoryNow(physx.memory, 0)];
  let made = 0;
  for (let hundredth = 1; hundredth <= 100 && !signal?.aborted; hundredth++) {
    made += await decide(Math.ceil((decisions * hundredth) / 100) - made);
    if (hundredth % 10 === 0) memory.push(memoryNow(physx.memory, made));
    onProgress?.(made);
    // Nothing above waits for anything: signals are heard of here.
    await setImmediate();
  }
  await environment.close();

  const { all, physics, starts, episodes, blowUps, notFinite } = stopwatch;
  const perDecision = (milliseconds: number) => (1000 * milliseconds) / made;
  return {
    agents,
    decisions: made,
    episodes,
    decisions_per_second: (1000 * made) / all,
    physx_share: physics / all,
    physx_us: perDecision(physics),
    outside_physx_us: perDecision(all - physics),
    starts_us: perDecision(starts),
    elsewhere_us: perDecision(all - physics - starts),
    start_us: (1000 * starts) / Math.max(1, episodes),
    by_memory: physx.layout !== undefined,
    blow_ups: blowUps,
    not_finite: notFinite,
    memory,
  };
}

/** Milliseconds, and what else is counted. */
function noCounts() {
  return { all: 0, physics: 0, starts: 0, episodes: 0, blowUps: 0, notFinite: 0 };
}

/** A stopwatch that an environment's walkers run on, but for `all`. */
function timed(environment: WalkerEnvironment) {
  const stopwatch = noCounts();
  for (const walker of environment.walkers) {
    const { world } = walker;
    const simulate = world.simulate.bind(world);
    world.simulate = () => {
      const began = performance.now();
      simulate();
      stopwatch.physics += performance.now() - began;
    };
    const start = walker.start.bind(walker);
    walker.start = (...given: Parameters<typeof start>) => {
      const began = performance.now();
      start(...given);
      stopwatch.starts += performance.now() - began;
    };
  }
  return stopwatch;
}

function areFinite(numbers: Float32Array): boolean {
  let sum = 0;
  for (let at = 0; at < numbers.length; at++) sum += numbers[at]!;
  return Number.isFinite(sum);
}

function memoryNow(wasm: WebAssembly.Memory, decisions: number): MemoryAt {
  const { rss, heapUsed } = process.memoryUsage();
  return {
    decisions,
    resident_mb: inMegabytes(rss),
    wasm_mb: inMegabytes(wasm.buffer.byteLength),
    heap_mb: inMegabytes(heapUsed),
  };
}

function inMegabytes(bytes: number): number {
  return Math.round(bytes / 1e5) / 10;
}

/** The report as text. */
export function printSim(report: SimReport): string {
  const { agents, decisions, episodes, memory } = report;
  return [
    `${behavior.name}, one thread, ${agents} walkers, random actions: ${decisions} decisions, ${episodes} episodes`,
    `  ${Math.round(report.decisions_per_second)} decisions a second, ${(100 * report.physx_share).toFixed(1)} % of the time inside PhysX`,
    `  microseconds a decision: PhysX ${report.physx_us.toFixed(0)}, all else ${report.outside_physx_us.toFixed(1)} (starting episodes ${report.starts_us.toFixed(1)}, at ${report.start_us.toFixed(0)} each; elsewhere ${report.elsewhere_us.toFixed(1)})`,
    `  bodies and motors: ${report.by_memory ? "straight in PhysX's memory" : "by PhysX's calls; its memory is laid out in an unknown way"}`,
    `  episodes that blew up: ${report.blow_ups}; steps of a group in which an observation was NaN or infinite: ${report.not_finite}`,
    '  memory, MB, after decisions: resident, WebAssembly, JavaScript',
    ...memory.map((at) => `    ${String(at.decisions).padStart(10)}: ${at.resident_mb}, ${at.wasm_mb}, ${at.heap_mb}`),
  ].join('\n');
}
