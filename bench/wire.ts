/**
 * What does the wire cost? The same walkers, collected from twice under one policy: embedded in worker threads, and as a Unity
 * player of their own process over gRPC. Round by round in turn, so that both meet the same machine.
 *
 * And does it hold? A soak: exchange after exchange, the memory on both sides, and every reward that was sent against every
 * reward that arrived.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LOOPBACK } from '../envs/unity/protocol/grpc.ts';
import type { UnityEnvironment } from '../envs/unity/trainer/environment.ts';
import { UnityWorld } from '../envs/unity/trainer/world.ts';
import { behavior, environmentUrl } from '../envs/walker/behavior.ts';
import { RandomStream } from '../random/stream.ts';
import { actingModel } from '../train/acting.ts';
import { Collector, type CollectRequest } from '../train/collector.ts';
import { LiveCollector } from '../train/live-collector.ts';
import { Normaliser } from '../train/normaliser.ts';
import { initialParameters } from '../train/policy.ts';
import type { Rollout } from '../train/rollout.ts';

/** How the walkers are parted over the wire. */
export interface Arrangement {
  /** Processes, each with its share of the walkers. */
  readonly players: number;
  /** Threads of each player. */
  readonly workers: number;
  /** Turns that a player's walkers decide in. */
  readonly turns: number;
}

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
  const embedded = await Collector.start({
    environment: environmentUrl,
    agents: walkers,
    workers: cores,
    seed,
    parameters: {},
  });
  const unity = await openUnity(options);
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
  /** At even intervals; megabytes on both sides. The player's are known on Linux alone. */
  readonly memory: readonly {
    readonly exchanges: number;
    /** Resident. */
    readonly trainer_mb: number;
    readonly player_mb: number | null;
    /** In use on JavaScript's heap. */
    readonly trainer_heap_mb: number;
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
  const unity = await openUnity({ walkers, players: 1, workers: 1, turns: 1 });
  const environment = unity.environments[0]!;
  const [player] = unity.children;
  const received = new Float64Array(walkers);
  const memory: SoakReport['memory'][number][] = [];
  const random = new RandomStream(seed, walkers);
  const interval = Math.ceil(exchanges / LOOKS_AT_MEMORY);
  let episodes = 0;
  const began = performance.now();
  await unity.whilePlaying(async () => {
    await environment.reset();
    for (let exchange = 1; exchange <= exchanges; exchange++) {
      const actions = Float32Array.from({ length: walkers * behavior.actionSize }, () => random.uniform(-1, 1));
      const step = await environment.step(actions);
      for (let agent = 0; agent < walkers; agent++) received[agent]! += step.rewards[agent]!;
      episodes += step.episodes.length;
      if (exchange % interval === 0) {
        memory.push({ exchanges: exchange, player_mb: megabytesOf(player!.pid!), ...ownMegabytes() });
        told(exchange);
      }
    }
  });
  const seconds = (performance.now() - began) / 1000;
  const [{ rewards: sent }] = (await unity.close()) as [{ rewards: number[] }];
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

interface OpenUnity {
  readonly environments: readonly UnityEnvironment[];
  readonly children: readonly ChildProcess[];
  /** @throws Error where a player ends before the work is done, which would then wait for ever. */
  whilePlaying(work: () => Promise<void>): Promise<void>;
  /** Ends the players. @returns what each of them says at its end. */
  close(): Promise<object[]>;
}

/** The trainer's side here, and the players as processes of their own. */
async function openUnity({ walkers, players, workers, turns }: Arrangement & { walkers: number }): Promise<OpenUnity> {
  let meet: (environments: readonly UnityEnvironment[]) => void = () => {};
  let refuse: (error: Error) => void = () => {};
  const met = new Promise<readonly UnityEnvironment[]>((resolve, reject) => {
    meet = resolve;
    refuse = reject;
  });
  const world = await UnityWorld.open({
    hosts: LOOPBACK,
    ports: Array.from({ length: players }, () => 0),
    seed,
    areas: 1,
    engine: { time_scale: 20, target_frame_rate: -1, capture_frame_rate: 60 },
    parameters: {},
    onBehavior: (_behavior, environments) => meet(environments),
    hooks: { info() {}, warn() {}, refused: (_unity, error) => refuse(error), ended() {} },
  });
  const script = join(import.meta.dirname, '../pipeline/serve-env.ts');
  const ends: Promise<object>[] = [];
  const children = world.ports.map((port, player) => {
    const own = Math.floor(((player + 1) * walkers) / players) - Math.floor((player * walkers) / players);
    const words = ['--mlagents-port', port, '--num-agents', own, '--workers', workers, '--turns', turns, '--json'];
    const child = spawn(process.execPath, ['--import', 'tsx', script, ...words.map(String)], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    ends.push(lastLine(child));
    return child;
  });
  const gone = Promise.race(children.map((child) => once(child, 'exit'))).then(([code]) => {
    throw new Error(`a player ended too early, with exit code ${code}`);
  });
  gone.catch(() => {}); // told where something waits for the players
  const environments = await Promise.race([met, gone]);
  return {
    environments,
    children,
    whilePlaying: (work) => Promise.race([work(), gone]),
    async close() {
      world.dismiss();
      const said = await Promise.all(ends);
      await world.close();
      return said;
    },
  };
}

/** The object that a command ends its output with. */
async function lastLine(child: ChildProcess): Promise<object> {
  let output = '';
  child.stdout!.setEncoding('utf8');
  for await (const part of child.stdout!) output += part;
  return JSON.parse(output.trim().split('\n').at(-1)!) as object;
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

function ownMegabytes() {
  const { rss, heapUsed } = process.memoryUsage();
  return { trainer_mb: Math.round(rss / 2 ** 20), trainer_heap_mb: Math.round(heapUsed / 2 ** 20) };
}

function megabytesOf(pid: number): number | null {
  const path = `/proc/${pid}/status`;
  const kilobytes = existsSync(path) ? /VmRSS:\s+(\d+)/.exec(readFileSync(path, 'utf8'))?.[1] : undefined;
  return kilobytes === undefined ? null : Math.round(Number(kilobytes) / 1024);
}
