/**
 * What does the wire cost? The same walkers, collected from twice under one policy: embedded in worker threads, and as a Unity
 * player of their own process over gRPC. Round by round in turn, so that both meet the same machine.
 *
 * And does it hold? A soak: exchange after exchange, the memory on both sides, and every reward that was sent against every
 * reward that arrived.
 */
import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { RandomStream } from '../base/random/stream.ts';
import { behavior } from '../envs/walker/behavior.ts';
import { environmentUrl } from '../envs/walker/environment-url.ts';
import type { CollectRequest } from '../train/collect/collecting.ts';
import { EmbeddedCollector } from '../train/collect/embedded-collector.ts';
import { LiveCollector } from '../train/collect/live-collector.ts';
import type { Rollout } from '../train/collect/rollout.ts';
import { collectorThreads } from '../train/collect/worker-threads.ts';
import { actingModel } from '../train/policy/actor.ts';
import { Normaliser } from '../train/policy/normaliser.ts';
import { initialParameters } from '../train/policy/policy.ts';
import { keptMemory } from './kept-memory.ts';
import { type Arrangement, openPlayers } from './wire-players.ts';

export interface WireOptions extends Arrangement {
  readonly walkers: number;
  /** Rounds of each kind, after one to warm up. */
  readonly rounds: number;
  /** Decisions of a round. */
  readonly decisions: number;
  /** Threads of the embedded world. */
  readonly cores: number;
}

export interface WireReport extends Arrangement {
  readonly walkers: number;
  /** Decisions a second while collecting; of the rounds, the middle one. */
  readonly embedded_per_second: number;
  readonly wire_per_second: number;
  readonly embedded_rounds: readonly number[];
  readonly wire_rounds: readonly number[];
  /**
   * Microseconds of processor time that a decision took, which hardly depends on what else the machine does; the middle one
   * of the rounds. The player's is known on Linux alone.
   */
  readonly embedded_cpu: number;
  readonly wire_trainer_cpu: number;
  readonly wire_players_cpu: number | null;
}

/** What a round came to. */
interface Round {
  readonly perSecond: number;
  readonly cpu: number;
  readonly childrensCpu: number | null;
}

const seed = 1;
const never = new AbortController().signal;

/** @param told called after each round. */
export async function wire(options: WireOptions, told: (rounds: number) => void): Promise<WireReport> {
  const { walkers, rounds, decisions, cores, players, workers, turns } = options;
  const embedded = await EmbeddedCollector.start(
    {
      agents: walkers,
      workers: cores,
      seed,
      parameters: {},
    },
    collectorThreads(environmentUrl),
  );
  const unity = await openPlayers(options, seed).catch(async (error) => {
    await embedded.abandon();
    throw error;
  });
  const live = new LiveCollector(unity.environments, seed);
  const request = requestOf(decisions);
  const measured: { readonly embedded: Round[]; readonly wire: Round[] } = { embedded: [], wire: [] };
  try {
    await unity.whilePlaying(async () => {
      for (let round = 0; round <= rounds; round++) {
        const own = await roundOf(() => embedded.collect({ ...request, iteration: round }));
        const wire = await roundOf(() => live.collect({ ...request, iteration: round }, never), unity.children);
        told(round);
        if (round === 0) continue;
        measured.embedded.push(own);
        measured.wire.push(wire);
      }
    });
  } finally {
    await embedded.abandon();
    await unity.close();
  }
  const speeds = (of: readonly Round[]) => of.map(({ perSecond }) => perSecond);
  const childrensCpu = measured.wire.map((round) => round.childrensCpu);
  return {
    walkers,
    embedded_per_second: middle(speeds(measured.embedded)),
    wire_per_second: middle(speeds(measured.wire)),
    players,
    workers,
    turns,
    embedded_rounds: speeds(measured.embedded),
    wire_rounds: speeds(measured.wire),
    embedded_cpu: middle(measured.embedded.map(({ cpu }) => cpu)),
    wire_trainer_cpu: middle(measured.wire.map(({ cpu }) => cpu)),
    wire_players_cpu: childrensCpu.every((cpu) => cpu !== null) ? middle(childrensCpu) : null,
  };
}

export interface SoakReport {
  readonly walkers: number;
  readonly exchanges: number;
  readonly episodes: number;
  readonly exchanges_per_second: number;
  /** At even intervals; megabytes on both sides: resident, and what is kept after a collection of garbage. */
  readonly memory: readonly {
    readonly exchanges: number;
    readonly trainer_mb: number;
    readonly trainer_kept_mb: number;
    readonly player_mb: number;
    readonly player_kept_mb: number;
  }[];
  /** Over all walkers. */
  readonly reward_sent: number;
  readonly reward_received: number;
  /** Walkers for which the two differ in any bit. */
  readonly walkers_that_differ: number;
}

const LOOKS_AT_MEMORY = 20;

export async function soak(
  { walkers, exchanges }: { readonly walkers: number; readonly exchanges: number },
  told: (exchanges: number) => void,
): Promise<SoakReport> {
  const unity = await openPlayers({ walkers, players: 1, workers: 1, turns: 1 }, seed);
  const environment = unity.environments[0]!;
  const received = new Float64Array(walkers);
  const memory: SoakReport['memory'][number][] = [];
  const random = new RandomStream(seed, walkers);
  const interval = Math.ceil(exchanges / LOOKS_AT_MEMORY);
  let episodes = 0;
  const began = performance.now();
  let seconds = Number.NaN;
  let said: readonly (object | undefined)[] = [];
  try {
    await unity.whilePlaying(async () => {
      await environment.reset();
      for (let exchange = 1; exchange <= exchanges; exchange++) {
        const actions = Float32Array.from({ length: walkers * behavior.actionSize }, () => random.uniform(-1, 1));
        const step = await environment.step(actions);
        for (let agent = 0; agent < walkers; agent++) received[agent]! += step.rewards[agent]!;
        episodes += step.episodes.length;
        if (exchange % interval === 0) {
          const [trainer, player] = [keptMemory(), await unity.memory(0)];
          memory.push({
            exchanges: exchange,
            trainer_mb: trainer.held,
            trainer_kept_mb: trainer.kept,
            player_mb: player.held,
            player_kept_mb: player.kept,
          });
          told(exchange);
        }
      }
      seconds = (performance.now() - began) / 1000;
    });
  } finally {
    said = await unity.close();
  }
  const { rewards: sent } = said[0] as { rewards: number[] };
  return {
    walkers,
    exchanges,
    episodes,
    exchanges_per_second: exchanges / seconds,
    memory,
    reward_sent: sum(sent),
    reward_received: sum([...received]),
    walkers_that_differ: sent.filter((reward, agent) => reward !== received[agent]).length,
  };
}

/** A policy that has learnt nothing, of the size that config/walker.yaml has. */
function requestOf(rows: number): CollectRequest {
  const network = { ...behavior, hiddenUnits: 256, layers: 3 };
  const parameters = initialParameters(network, seed);
  const model = actingModel({ network, parameters, normaliser: new Normaliser(behavior.observationSize) });
  return { model, logDeviation: parameters['actor.logDeviation']!, deterministic: false, iteration: 0, rows };
}

async function roundOf(
  collect: () => Promise<Rollout | undefined>,
  children: readonly ChildProcess[] = [],
): Promise<Round> {
  const began = { time: performance.now(), own: process.cpuUsage(), children: cpuOf(children) };
  const { agents, decisions } = (await collect())!;
  const rows = agents * decisions;
  const { user, system } = process.cpuUsage(began.own);
  const childrens = cpuOf(children);
  return {
    perSecond: Math.round((1000 * rows) / (performance.now() - began.time)),
    cpu: (user + system) / rows,
    childrensCpu: childrens === null || began.children === null ? null : (childrens - began.children) / rows,
  };
}

/** Processor time of other processes, in microseconds; null where the system does not tell. */
function cpuOf(children: readonly ChildProcess[]): number | null {
  const each = children.map(({ pid }) => {
    const path = `/proc/${pid}/stat`;
    if (!existsSync(path)) return null;
    // After the name in parentheses: state, ten other fields, then user and system time in ticks of 10 ms.
    const fields = readFileSync(path, 'utf8').split(') ').at(-1)!.split(' ');
    return 10_000 * (Number(fields[11]) + Number(fields[12]));
  });
  return each.reduce((all, one) => (all === null || one === null ? null : all + one), 0);
}

function middle(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return Math.round((sorted[Math.floor((sorted.length - 1) / 2)]! + sorted[Math.ceil((sorted.length - 1) / 2)]!) / 2);
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
