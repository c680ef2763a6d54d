/**
 * How fast is the Walker's environment on one thread, where does the time of a decision go, and does it stay that way? Random
 * actions. (What its physics alone takes, beside PhysX: simulator.ts.)
 *
 * A run of a million decisions is as good a question as one of five thousand: memory is looked at ten times on the way, and
 * every number of every observation is.
 */
import { setImmediate } from 'node:timers/promises';
import { RandomStream } from '../base/random/stream.ts';
import { openForThread } from '../compile/onnxruntime.ts';
import { actionSize } from '../envs/walker/action.ts';
import { WalkerWorld } from '../envs/walker/batched-world.ts';
import { behavior } from '../envs/walker/behavior.ts';
import { defaultWorld, type WorldName } from '../envs/walker/dialects.ts';
import { openWorlds } from '../envs/walker/open-worlds.ts';
import { WalkerEnvironment } from '../envs/walker/walker-environment.ts';
import { GROUP_SIZE } from '../train/collect/deciding.ts';
import { AgentGroup } from '../train/collect/rollout.ts';
import { whileActing } from '../train/policy/acting-policy.ts';
import { untrained } from './sim-scaling.ts';

export interface SimOptions {
  /** Decisions to measure, after a warm-up; default 5000. */
  readonly decisions?: number;
  /** Walkers in the group; default 16. */
  readonly agents?: number;
  /** Default 0. */
  readonly seed?: number;
  /** The world to measure; default unity. */
  readonly world?: WorldName;
  /** Told a hundred times how many decisions are done. */
  readonly onProgress?: (done: number) => void;
  /** Once aborted, it ends and tells of what it did. */
  readonly signal?: AbortSignal;
}

export interface SimReport {
  readonly world: WorldName;
  readonly agents: number;
  readonly decisions: number;
  readonly episodes: number;
  /** On one thread, starts of episodes and observations included. */
  readonly decisions_per_second: number;
  /** Share of the time spent in physics steps. */
  readonly simulating_share: number;
  /** Microseconds of a decision in physics steps. */
  readonly simulating_us: number;
  /** Microseconds of a decision outside of them: what follows, together. */
  readonly environment_us: number;
  /** Microseconds of a decision spent in starting episodes. */
  readonly starts_us: number;
  /** Microseconds of a decision spent elsewhere: motors, rewards, observations. */
  readonly elsewhere_us: number;
  /** Microseconds one start of an episode takes. */
  readonly start_us: number;
  /** Episodes that were cut off because the physics blew up. */
  readonly blow_ups: number;
  /** Steps of a group of walkers in whose observations, final ones included, some number was not finite. */
  readonly not_finite: number;
  /** Contacts for which a walker had no room, so that they were solved but not remembered; the simulator's worlds only. */
  readonly not_remembered: number;
  /** Episodes with such a contact. */
  readonly episodes_not_remembered: number;
  /** Before the first decision that counts, and after each tenth of them. */
  readonly memory: readonly MemoryAt[];
}

interface MemoryAt {
  readonly decisions: number;
  /** Of the whole process, MB. */
  readonly resident_mb: number;
  /** JavaScript's own, MB. */
  readonly heap_mb: number;
}

const SAMPLES = 200;

/** Until WebAssembly and what surrounds it have been compiled for speed. */
const warmUp = 4000;

/** Measures the Walker environment on this thread. */
export async function sim(options: SimOptions = {}): Promise<SimReport> {
  const { decisions = 5000, agents = 16, seed = 0, world = defaultWorld, onProgress, signal } = options;
  const time: Times = { all: 0, simulating: 0, starts: 0 };
  const environment = await timed(world, agents, seed, time);
  const overflow = countOverflow(environment);
  const random = new RandomStream(seed, agents);
  const actions = new Float32Array(agents * actionSize);
  let counts = { made: 0, episodes: 0, blowUps: 0, notFinite: 0 };

  /** Lets all agents decide together, again and again, until `count` decisions are made. */
  const decide = async (count: number) => {
    for (; counts.made < count; counts.made += agents) {
      for (let at = 0; at < actions.length; at++) actions[at] = random.uniform(-1, 1);
      const asked = performance.now();
      const { observations, finalObservations, episodes } = await environment.step(actions);
      time.all += performance.now() - asked;
      counts.episodes += episodes.length;
      for (const { details } of episodes) counts.blowUps += details['blowUps']!;
      if (!areFinite(observations) || !areFinite(finalObservations)) counts.notFinite += 1;
    }
  };

  await environment.reset();
  await decide(warmUp);
  counts = { made: 0, episodes: 0, blowUps: 0, notFinite: 0 };
  Object.assign(time, { all: 0, simulating: 0, starts: 0 });
  Object.assign(overflow, { contacts: 0, episodes: 0 });
  const memory = [memoryNow(0)];
  for (let hundredth = 1; hundredth <= 100 && !signal?.aborted; hundredth++) {
    await decide((decisions * hundredth) / 100);
    if (hundredth % 10 === 0) memory.push(memoryNow(counts.made));
    onProgress?.(counts.made);
    // Nothing above waits for anything: signals are heard of here.
    await setImmediate();
  }
  await environment.close();

  const { made, episodes, blowUps, notFinite } = counts;
  const { all, simulating, starts } = time;
  const perDecision = (milliseconds: number) => (1000 * milliseconds) / made;
  return {
    world,
    agents,
    decisions: made,
    episodes,
    decisions_per_second: (1000 * made) / all,
    simulating_share: simulating / all,
    simulating_us: perDecision(simulating),
    environment_us: perDecision(all - simulating),
    starts_us: perDecision(starts),
    elsewhere_us: perDecision(all - simulating - starts),
    start_us: (1000 * starts) / Math.max(1, episodes),
    blow_ups: blowUps,
    not_finite: notFinite,
    not_remembered: overflow.contacts,
    episodes_not_remembered: overflow.episodes,
    memory,
  };
}

/** Milliseconds. */
interface Times {
  all: number;
  simulating: number;
  starts: number;
}

/**
 * Microseconds of a decision outside of physics steps, all of them, as in a roll-out: starts, observations, rewards, the
 * policy and the record, groups as large as in training. The median of many samples, and the tenth part that was fastest: what a quiet
 * machine would show more often.
 */
export async function outsidePhysics(
  world: WorldName,
  decisions: number,
): Promise<{ outside_us: number; outside_fast_us: number }> {
  const times: Times = { all: 0, simulating: 0, starts: 0 };
  const group = new AgentGroup(await timed(world, GROUP_SIZE, 1, times), 1, 0);
  const samples: number[] = [];
  await whileActing(openForThread, untrained(), async (policy) => {
    const each = Math.ceil(decisions / SAMPLES / GROUP_SIZE);
    await group.rollOut(policy, 0, Math.ceil(warmUp / GROUP_SIZE));
    for (let sample = 1; sample <= SAMPLES; sample++) {
      times.simulating = 0;
      const began = performance.now();
      await group.rollOut(policy, sample, each);
      samples.push((1000 * (performance.now() - began - times.simulating)) / (each * GROUP_SIZE));
    }
  });
  await group.close();
  samples.sort((a, b) => a - b);
  return { outside_us: samples[SAMPLES / 2]!, outside_fast_us: samples[SAMPLES / 10]! };
}

/** An environment whose physics and starts run on a stopwatch. */
async function timed(world: WorldName, agents: number, seed: number, time: Times): Promise<WalkerEnvironment> {
  const worlds = await openWorlds(world, agents);
  const simulate = worlds.simulate.bind(worlds);
  worlds.simulate = (isOver) => {
    const began = performance.now();
    simulate(isOver);
    time.simulating += performance.now() - began;
  };
  const environment = new WalkerEnvironment(worlds, { seed, firstAgent: 0, agents, parameters: {} });
  for (const walker of environment.walkers) {
    const start = walker.start.bind(walker);
    walker.start = (...given: Parameters<typeof start>) => {
      const began = performance.now();
      start(...given);
      time.starts += performance.now() - began;
    };
  }
  return environment;
}

/** Adds up what the lanes of the simulator had to leave out, each time before an episode's start clears its count. */
function countOverflow({ walkers }: WalkerEnvironment): { contacts: number; episodes: number } {
  const sum = { contacts: 0, episodes: 0 };
  for (const walker of walkers) {
    const { world } = walker;
    if (!(world instanceof WalkerWorld)) continue;
    const start = walker.start.bind(walker);
    walker.start = (...given: Parameters<typeof start>) => {
      const count = world.lane.simulator.overflow(world.lane.lane);
      sum.contacts += count;
      if (count > 0) sum.episodes += 1;
      start(...given);
    };
  }
  return sum;
}

function areFinite(numbers: Float32Array): boolean {
  let sum = 0;
  for (let at = 0; at < numbers.length; at++) sum += numbers[at]!;
  return Number.isFinite(sum);
}

function memoryNow(decisions: number): MemoryAt {
  const { rss, heapUsed } = process.memoryUsage();
  return { decisions, resident_mb: inMegabytes(rss), heap_mb: inMegabytes(heapUsed) };
}

function inMegabytes(bytes: number): number {
  return Math.round(bytes / 1e5) / 10;
}

/** The report as text. */
export function printSim(report: SimReport): string {
  const { world, agents, decisions, episodes, memory } = report;
  return [
    `${behavior.name} in the world ${world}, one thread, ${agents} walkers, random actions: ${decisions} decisions, ${episodes} episodes`,
    `  ${Math.round(report.decisions_per_second)} decisions a second, ${(100 * report.simulating_share).toFixed(1)} % of the time in physics steps`,
    `  microseconds a decision: physics ${report.simulating_us.toFixed(0)}, all else ${report.environment_us.toFixed(1)} (starting episodes ${report.starts_us.toFixed(1)}, at ${report.start_us.toFixed(0)} each; elsewhere ${report.elsewhere_us.toFixed(1)})`,
    `  episodes that blew up: ${report.blow_ups}; steps of a group in which an observation was NaN or infinite: ${report.not_finite}`,
    `  contacts that were not remembered, for want of room: ${report.not_remembered}, in ${report.episodes_not_remembered} episodes`,
    '  memory, MB, after decisions: resident, JavaScript',
    ...memory.map((at) => `    ${String(at.decisions).padStart(10)}: ${at.resident_mb}, ${at.heap_mb}`),
  ].join('\n');
}
