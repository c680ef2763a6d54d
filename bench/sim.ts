/**
 * How fast is the world on one thread, where does the time of a decision go, and does it stay that way? Random actions, in
 * the batched simulator and in PhysX by turns, so that both meet the same machine.
 *
 * A run of a million decisions is as good a question as one of five thousand: memory is looked at ten times on the way, and
 * every number of every observation is.
 */
import { setImmediate } from 'node:timers/promises';
import { RandomStream } from '../base/random/stream.ts';
import { actionSize } from '../envs/walker/action.ts';
import { BatchedWorlds } from '../envs/walker/batched-world.ts';
import { behavior } from '../envs/walker/behavior.ts';
import { defaultWorld, type WorldName } from '../envs/walker/dialects.ts';
import { WalkerEnvironment } from '../envs/walker/environment.ts';
import { openWorlds } from '../envs/walker/open-worlds.ts';

export interface SimOptions {
  /** Decisions to measure, after a warm-up; default 5000. */
  readonly decisions?: number;
  /** Walkers in the group; default 16. */
  readonly agents?: number;
  /** Default 0. */
  readonly seed?: number;
  /** The world to measure; default unity. */
  readonly world?: WorldName;
  /** The one that it is compared with, which plays a fifth of the decisions (PhysX takes long); default physx. */
  readonly referee?: WorldName;
  /** Told a hundred times how many decisions are done. */
  readonly onProgress?: (done: number) => void;
  /** Once aborted, it ends and tells of what it did. */
  readonly signal?: AbortSignal;
}

export interface SimReport extends WorldReport {
  readonly world: WorldName;
  readonly agents: number;
  /** Microseconds of a decision in physics steps: of the referee, */
  readonly physx_us: number;
  /** of the world, */
  readonly ours_us: number;
  /** and how many of the one the other is. */
  readonly ratio: number;
  /** Bytes of a walker's state in the simulator, kB; null in PhysX. */
  readonly kb_per_walker: number | null;
  readonly referee: WorldReport & { readonly world: WorldName };
  /** Before the first decision that counts, and after each tenth of them. */
  readonly memory: readonly MemoryAt[];
}

interface WorldReport {
  readonly decisions: number;
  readonly episodes: number;
  /** On one thread, starts of episodes and observations included. */
  readonly decisions_per_second: number;
  /** Share of the time spent in physics steps. */
  readonly simulating_share: number;
  /** Microseconds of a decision in physics steps, mean and median of a hundred stretches. */
  readonly simulating_us: number;
  readonly simulating_median_us: number;
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
}

interface MemoryAt {
  readonly decisions: number;
  /** Of the whole process, MB. */
  readonly resident_mb: number;
  /** JavaScript's own, MB. */
  readonly heap_mb: number;
}

/** Until WebAssembly and what surrounds it have been compiled for speed. */
const warmUp = 4000;

/** Of so many decisions the referee plays one. */
const refereesShare = 5;

/** Measures the Walker environment on this thread. */
export async function sim(options: SimOptions = {}): Promise<SimReport> {
  const { decisions = 5000, agents = 16, seed = 0, world = defaultWorld, referee = 'physx' } = options;
  const { onProgress, signal } = options;
  const ours = await Stretch.open(world, agents, seed);
  const other = await Stretch.open(referee, agents, seed);
  await ours.decide(warmUp);
  await other.decide(warmUp / refereesShare);
  ours.forget();
  other.forget();
  const memory = [memoryNow(0)];
  for (let hundredth = 1; hundredth <= 100 && !signal?.aborted; hundredth++) {
    const wanted = (decisions * hundredth) / 100;
    await ours.decide(wanted - ours.made);
    await other.decide(wanted / refereesShare - other.made);
    if (hundredth % 10 === 0) memory.push(memoryNow(ours.made));
    onProgress?.(ours.made);
    // Nothing above waits for anything: signals are heard of here.
    await setImmediate();
  }
  const [own, others] = [ours.report(), other.report()];
  const { bytesPerWalker } = ours;
  await ours.close();
  await other.close();
  return {
    world,
    agents,
    physx_us: others.simulating_median_us,
    ours_us: own.simulating_median_us,
    ratio: others.simulating_median_us / own.simulating_median_us,
    kb_per_walker: bytesPerWalker === undefined ? null : bytesPerWalker / 1000,
    ...own,
    referee: { world: referee, ...others },
    memory,
  };
}

/** Milliseconds. */
interface StretchTime {
  all: number;
  simulating: number;
  starts: number;
}

/** One world, its walkers acting at random, on a stopwatch. */
class Stretch {
  readonly #environment: WalkerEnvironment;
  readonly #random: RandomStream;
  readonly #actions: Float32Array;
  readonly bytesPerWalker: number | undefined;
  readonly #time: StretchTime;
  #episodes = 0;
  #blowUps = 0;
  #notFinite = 0;
  /** Microseconds of a decision in physics steps, of each stretch. */
  #stretches: number[] = [];
  made = 0;

  private constructor(environment: WalkerEnvironment, time: StretchTime, bytesPerWalker: number | undefined) {
    this.#environment = environment;
    this.#random = new RandomStream(environment.agents);
    this.#actions = new Float32Array(environment.agents * actionSize);
    this.#time = time;
    this.bytesPerWalker = bytesPerWalker;
  }

  static async open(world: WorldName, agents: number, seed: number): Promise<Stretch> {
    const worlds = await openWorlds(world, agents);
    const time = { all: 0, simulating: 0, starts: 0 };
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
    await environment.reset();
    return new Stretch(environment, time, worlds instanceof BatchedWorlds ? worlds.simulator.bytesPerLane : undefined);
  }

  /** Lets all agents decide together, again and again, until so many decisions more are made. */
  async decide(count: number): Promise<void> {
    const actions = this.#actions;
    const time = this.#time;
    const before = { simulating: time.simulating, made: this.made };
    for (const end = this.made + count; this.made < end; this.made += this.#environment.agents) {
      for (let at = 0; at < actions.length; at++) actions[at] = this.#random.uniform(-1, 1);
      const asked = performance.now();
      const { observations, finalObservations, episodes } = await this.#environment.step(actions);
      time.all += performance.now() - asked;
      this.#episodes += episodes.length;
      for (const { details } of episodes) this.#blowUps += details['blowUps']!;
      if (!areFinite(observations) || !areFinite(finalObservations)) this.#notFinite += 1;
    }
    if (this.made === before.made) return;
    this.#stretches.push((1000 * (time.simulating - before.simulating)) / (this.made - before.made));
  }

  /** Forgets what was measured so far. */
  forget(): void {
    this.made = this.#episodes = this.#blowUps = this.#notFinite = 0;
    this.#stretches = [];
    Object.assign(this.#time, { all: 0, simulating: 0, starts: 0 });
  }

  report(): WorldReport {
    const { all, simulating, starts } = this.#time;
    const perDecision = (milliseconds: number) => (1000 * milliseconds) / this.made;
    return {
      decisions: this.made,
      episodes: this.#episodes,
      decisions_per_second: (1000 * this.made) / all,
      simulating_share: simulating / all,
      simulating_us: perDecision(simulating),
      simulating_median_us: this.#stretches.toSorted((a, b) => a - b)[this.#stretches.length >> 1]!,
      environment_us: perDecision(all - simulating),
      starts_us: perDecision(starts),
      elsewhere_us: perDecision(all - simulating - starts),
      start_us: (1000 * starts) / Math.max(1, this.#episodes),
      blow_ups: this.#blowUps,
      not_finite: this.#notFinite,
    };
  }

  close(): Promise<void> {
    return this.#environment.close();
  }
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
  const { world, referee, agents, memory } = report;
  return [
    `${behavior.name}, one thread, ${agents} walkers, random actions, the two worlds by turns:`,
    ...table([report, referee]),
    `  physics: ${referee.world} ${report.physx_us.toFixed(0)} us, ${world} ${report.ours_us.toFixed(1)} us (medians): ${report.ratio.toFixed(1)} times`,
    ...(report.kb_per_walker === null
      ? []
      : [`  ${report.kb_per_walker.toFixed(2)} kB for each walker in the simulator`]),
    `  episodes that blew up: ${report.blow_ups}; steps of a group in which an observation was NaN or infinite: ${report.not_finite}`,
    '  memory, MB, after decisions: resident, JavaScript',
    ...memory.map((at) => `    ${String(at.decisions).padStart(10)}: ${at.resident_mb}, ${at.heap_mb}`),
  ].join('\n');
}

function table(reports: readonly (WorldReport & { readonly world: WorldName })[]): string[] {
  return reports.map(
    (report) =>
      `  ${report.world.padEnd(7)} ${report.decisions} decisions, ${report.episodes} episodes: ${Math.round(report.decisions_per_second)} a second; ` +
      `us a decision: physics ${report.simulating_us.toFixed(1)} (${(100 * report.simulating_share).toFixed(0)} %), ` +
      `starts ${report.starts_us.toFixed(1)} (${report.start_us.toFixed(0)} each), elsewhere ${report.elsewhere_us.toFixed(1)}`,
  );
}
