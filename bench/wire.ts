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
  const measured = { embedded: [] as number[], wire: [] as number[] };
  try {
    for (let round = 0; round <= rounds; round++) {
      const speeds = {
        embedded: await speedOf(() => embedded.collect({ ...request, iteration: round })),
        wire: await speedOf(() => live.collect({ ...request, iteration: round }, never)),
      };
      told(round);
      if (round === 0) continue;
      measured.embedded.push(speeds.embedded);
      measured.wire.push(speeds.wire);
    }
  } finally {
    await embedded.abandon();
    await unity.close();
  }
  return {
    walkers,
    embedded_per_second: middle(measured.embedded),
    wire_per_second: middle(measured.wire),
    players,
    workers,
    turns,
    embedded_rounds: measured.embedded,
    wire_rounds: measured.wire,
  };
}

export interface SoakReport {
  readonly walkers: number;
  readonly exchanges: number;
  readonly episodes: number;
  readonly exchanges_per_second: number;
  /** At even intervals; megabytes in use on both sides. The player's is known on Linux alone. */
  readonly memory: readonly {
    readonly exchanges: number;
    readonly trainer_mb: number;
    readonly player_mb: number | null;
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
  await environment.reset();
  const began = performance.now();
  for (let exchange = 1; exchange <= exchanges; exchange++) {
    const actions = Float32Array.from({ length: walkers * behavior.actionSize }, () => random.uniform(-1, 1));
    const step = await environment.step(actions);
    for (let agent = 0; agent < walkers; agent++) received[agent]! += step.rewards[agent]!;
    episodes += step.episodes.length;
    if (exchange % interval === 0) {
      memory.push({ exchanges: exchange, trainer_mb: ownMegabytes(), player_mb: megabytesOf(player!.pid!) });
      told(exchange);
    }
  }
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
  const gone = Promise.race(children.map((child) => once(child, 'exit')));
  const environments = await Promise.race([met, gone.then(() => undefined)]);
  if (!environments) throw new Error('a player ended before it connected');
  return {
    environments,
    children,
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

async function speedOf(collect: () => Promise<Rollout | undefined>): Promise<number> {
  const began = performance.now();
  const { agents, decisions } = (await collect())!;
  return Math.round((1000 * agents * decisions) / (performance.now() - began));
}

function middle(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return Math.round((sorted[Math.floor((sorted.length - 1) / 2)]! + sorted[Math.ceil((sorted.length - 1) / 2)]!) / 2);
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}

function ownMegabytes(): number {
  return Math.round(process.memoryUsage().rss / 2 ** 20);
}

function megabytesOf(pid: number): number | null {
  const path = `/proc/${pid}/status`;
  const kilobytes = existsSync(path) ? /VmRSS:\s+(\d+)/.exec(readFileSync(path, 'utf8'))?.[1] : undefined;
  return kilobytes === undefined ? null : Math.round(Number(kilobytes) / 1024);
}
