/**
 * The trainer's end of the wire in this process, and walkers as Unity players in processes of their own: for the benches of
 * the wire, which end with the reason where a player dies instead of waiting for it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { UserError } from '../base/failure/user-error.ts';
import { LOOPBACK } from '../envs/unity/protocol/grpc.ts';
import type { UnityEnvironment } from '../envs/unity/trainer/environment.ts';
import { UnityWorld } from '../envs/unity/trainer/world.ts';
import type { KeptMemory } from './kept-memory.ts';

/** How the walkers are parted over the wire. */
export interface Arrangement {
  /** Processes, each with its share of the walkers. */
  readonly players: number;
  /** Threads of each player. */
  readonly workers: number;
  /** Turns that a player's walkers decide in. */
  readonly turns: number;
}

export interface OpenPlayers {
  /** One for each player. */
  readonly environments: readonly UnityEnvironment[];
  readonly children: readonly ChildProcess[];
  /** @throws UserError where a player ends before the work is done, which would then wait for ever. */
  whilePlaying(work: () => Promise<void>): Promise<void>;
  /** What memory a player keeps. */
  memory(player: number): Promise<KeptMemory>;
  /** Ends the players. @returns the object that each of them says at its end; undefined where it died. */
  close(): Promise<(object | undefined)[]>;
}

/** Milliseconds that players get to end by themselves. */
const TO_END = 5_000;

/** @throws UserError where a player can't begin. */
export async function openPlayers(
  { walkers, ...arrangement }: Arrangement & { readonly walkers: number },
  seed: number,
): Promise<OpenPlayers> {
  let meet: (environments: readonly UnityEnvironment[]) => void = () => {};
  let refuse: (error: Error) => void = () => {};
  const met = new Promise<readonly UnityEnvironment[]>((resolve, reject) => {
    meet = resolve;
    refuse = reject;
  });
  const world = await UnityWorld.open({
    hosts: LOOPBACK,
    ports: Array.from({ length: arrangement.players }, () => 0),
    seed,
    areas: 1,
    engine: { time_scale: 20, target_frame_rate: -1, capture_frame_rate: 60 },
    parameters: {},
    onBehavior: (_behavior, environments) => meet(environments),
    hooks: { info() {}, warn() {}, refused: (_unity, error) => refuse(error), ended() {} },
  });
  const players = world.ports.map((port, index) => start(port, index, walkers, arrangement));
  const gone = Promise.race(players.map(({ ended }) => ended)).then(({ player, how, lastWords }) => {
    const what = `a player ended before the bench was done: ${how}`;
    throw new UserError({ what, where: `player ${player}`, value: lastWords });
  });
  gone.catch(() => {}); // told where something waits for the players
  const close = async () => {
    world.dismiss();
    const late = setTimeout(() => {
      for (const { child } of players) child.kill('SIGKILL');
    }, TO_END);
    const ends = await Promise.all(players.map(({ ended }) => ended));
    clearTimeout(late);
    await world.close();
    return ends.map(({ said }) => said);
  };
  try {
    const environments = await Promise.race([met, gone]);
    return {
      environments,
      children: players.map(({ child }) => child),
      whilePlaying: (work) => Promise.race([work(), gone]),
      async memory(player) {
        const { child } = players[player]!;
        child.send('memory');
        const [memory] = (await once(child, 'message')) as [KeptMemory];
        return memory;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

interface PlayerEnd {
  readonly player: number;
  /** "exit code 3", "killed by SIGSEGV". */
  readonly how: string;
  /** The last line that was meant for people. */
  readonly lastWords: string | undefined;
  /** The object that a command ends its output with. */
  readonly said: object | undefined;
}

function start(port: number, player: number, walkers: number, { players, workers, turns }: Arrangement) {
  const own = Math.floor(((player + 1) * walkers) / players) - Math.floor((player * walkers) / players);
  const script = join(import.meta.dirname, '../pipeline/gaitsmith.ts');
  const loaded = ['--import', 'tsx', '--import', new URL('./telling-memory.ts', import.meta.url).href];
  const words = ['--mlagents-port', port, '--num-agents', own, '--workers', workers, '--turns', turns, '--json'];
  const child = spawn(process.execPath, [...loaded, script, 'serve-env', ...words.map(String)], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  return { child, ended: endOf(child, player) };
}

async function endOf(child: ChildProcess, player: number): Promise<PlayerEnd> {
  const lastLines = [child.stdout!, child.stderr!].map(lastLine);
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  const [json, lastWords] = await Promise.all(lastLines);
  const how = signal ? `killed by ${signal}` : `exit code ${code}`;
  return { player, how, lastWords, said: code === 0 ? (JSON.parse(json!) as object) : undefined };
}

/** Undefined where nothing was said. */
async function lastLine(stream: NodeJS.ReadableStream): Promise<string | undefined> {
  let line: string | undefined;
  let rest = '';
  stream.setEncoding('utf8');
  for await (const part of stream) {
    const lines = (rest + part).split('\n');
    rest = lines.pop()!;
    line = lines.findLast((each) => each.trim() !== '') ?? line;
  }
  return rest.trim() === '' ? line : rest;
}
