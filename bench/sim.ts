/**
 * How fast is the world? One thread, random actions: decisions a second, and where the time of a decision goes.
 */
import { actionSize } from '../envs/walker/action.ts';
import { behavior } from '../envs/walker/behavior.ts';
import { WalkerEnvironment } from '../envs/walker/environment.ts';
import { loadPhysX } from '../envs/walker/physx.ts';
import { RandomStream } from '../random/stream.ts';

export interface SimOptions {
  /** Decisions to measure, after a tenth as many to warm up; default 5000. */
  readonly decisions?: number;
  /** Walkers in the group; default 16. */
  readonly agents?: number;
  /** Default 0. */
  readonly seed?: number;
}

export interface SimReport {
  readonly agents: number;
  readonly decisions: number;
  readonly episodes: number;
  /** On one thread, resets and observations included. */
  readonly decisions_per_second: number;
  /** Share of the time spent inside PhysX's simulate and fetchResults. */
  readonly physics_share: number;
  /** Microseconds of a decision inside simulate and fetchResults. */
  readonly physics_us: number;
  /** Microseconds of a decision spent in starting episodes. */
  readonly starts_us: number;
  /** Microseconds of a decision spent elsewhere: motors, reading state, rewards, observations. */
  readonly elsewhere_us: number;
  /** Microseconds one start of an episode takes; its first physics step, in which PhysX makes its caches, is not in it. */
  readonly start_us: number;
}

/** Measures the Walker environment on this thread. */
export async function sim(options: SimOptions = {}): Promise<SimReport> {
  const { decisions = 5000, agents = 16, seed = 0 } = options;
  const environment = new WalkerEnvironment(await loadPhysX(), { seed, firstAgent: 0, agents, parameters: {} });
  const stopwatch = { physics: 0, starts: 0, episodes: 0 };
  for (const walker of environment.walkers) {
    const { world } = walker;
    const simulate = world.simulate.bind(world);
    world.simulate = () => {
      const began = performance.now();
      simulate();
      stopwatch.physics += performance.now() - began;
    };
    const start = walker.start.bind(walker);
    walker.start = (stream) => {
      const began = performance.now();
      start(stream);
      stopwatch.starts += performance.now() - began;
      stopwatch.episodes += 1;
    };
  }

  const random = new RandomStream(seed, agents);
  const actions = new Float32Array(agents * actionSize);
  const decide = async (count: number) => {
    for (let made = 0; made < count; made += agents) {
      for (let at = 0; at < actions.length; at++) actions[at] = random.uniform(-1, 1);
      await environment.step(actions);
    }
  };
  await environment.reset();
  await decide(decisions / 10);
  Object.assign(stopwatch, { physics: 0, starts: 0, episodes: 0 });
  const began = performance.now();
  await decide(decisions);
  const all = performance.now() - began;
  await environment.close();

  const made = Math.ceil(decisions / agents) * agents;
  const { physics, starts, episodes } = stopwatch;
  return {
    agents,
    decisions: made,
    episodes,
    decisions_per_second: (1000 * made) / all,
    physics_share: physics / all,
    physics_us: (1000 * physics) / made,
    starts_us: (1000 * starts) / made,
    elsewhere_us: (1000 * (all - physics - starts)) / made,
    start_us: (1000 * starts) / Math.max(1, episodes),
  };
}

/** The report as text. */
export function printSim(report: SimReport): string {
  const { agents, decisions, episodes } = report;
  return [
    `${behavior.name}, one thread, ${agents} walkers, random actions: ${decisions} decisions, ${episodes} episodes`,
    `${Math.round(report.decisions_per_second)} decisions a second, ${Math.round(report.physics_share * 100)} % of the time inside PhysX`,
    `microseconds a decision: PhysX ${report.physics_us.toFixed(0)}, starting episodes ${report.starts_us.toFixed(1)}, elsewhere ${report.elsewhere_us.toFixed(1)}`,
    `microseconds to start an episode: ${report.start_us.toFixed(0)}`,
  ].join('\n');
}
