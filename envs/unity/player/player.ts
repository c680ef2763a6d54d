/**
 * A Unity player without Unity: agents of an embedded world that any ML-Agents trainer can train over the wire.
 *
 * It goes through a session as Unity does: two greetings, then message after message what the agents see and earned,
 * until either side ends it. The academy's clock is the agents' decisions: one whose episode ends waits, its next episode
 * not begun, for the next decision of those that it decides with. So each agent lives through the very episodes that it
 * would have without a wire.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { BehaviorSpec } from '../../env.ts';
import { COMMAND, STATUS, type UnityRLInputProto } from '../protocol/messages.ts';
import { decodeSideChannels, type SideChannelMessage } from '../protocol/side-channels.ts';
import { encodeMessage } from '../protocol/wire.ts';
import { Account } from './account.ts';
import { type AgentNumbers, STANDING } from './agent-numbers.ts';
import type { Worlds } from './agent-worlds.ts';
import type { Ending } from './ending.ts';
import { readInstructions, readIntroduction, readiness, takeActions } from './messages.ts';
import { type AgentNews, NewsWriter } from './news-writer.ts';
import { type ParameterRanges, type ParameterValues, ReceivedParameters } from './parameters.ts';
import { SessionEnd, TrainerLine, type TrainerPlace } from './trainer-line.ts';
import { dealTurns } from './turns.ts';
import { openWorlds } from './world-threads.ts';

/** The world that a player is made of. */
export interface PlayerWorld {
  /** URL of an `EnvironmentModule`. */
  readonly environment: string;
  /** Which of its worlds; default its first. */
  readonly world?: string | undefined;
  readonly behavior: BehaviorSpec;
  /** What `environment_parameters` may set in it. */
  readonly parameters: ParameterRanges;
  /** Physics steps from one decision to the next. */
  readonly stepsPerDecision: number;
  /** Of a physics step. */
  readonly seconds: number;
}

export interface PlayerOptions {
  readonly world: PlayerWorld;
  readonly trainer: TrainerPlace;
  readonly agents: number;
  /** Threads that the agents' worlds are dealt out to; it changes the speed and nothing else. */
  readonly workers: number;
  /**
   * Whether an agent's end is told of as soon as Unity would, in a message without decisions, unless it falls together with
   * the next decision; else always together with it, as in a Unity scene whose agents decide in every step.
   */
  readonly endsApart: boolean;
  /** 1: all agents decide together. More: in turns, so that some can move while others wait; not with `endsApart`. */
  readonly turns: number;
  /** Whether time passes no faster than the trainer's time scale says. */
  readonly realTime: boolean;
}

export interface PlayerHooks {
  info(message: string): void;
  warn(message: string): void;
  /** After each exchange. */
  exchanged(account: Account): void;
  /** Once aborted, the session ends. */
  readonly signal: AbortSignal;
}

export interface PlayerReport {
  readonly ending: Ending;
  readonly account: Account;
}

/**
 * Plays one session, from the first greeting to its end.
 *
 * @throws UserError where the trainer can't be reached, refuses the session or breaks the protocol, or where the world can't
 *   be as the trainer wants it.
 */
export async function play(options: PlayerOptions, hooks: PlayerHooks): Promise<PlayerReport> {
  const { world, agents, workers, turns } = options;
  const account = new Account(agents);
  let worlds: Worlds | undefined;
  let session: Session | undefined;
  let line: TrainerLine | undefined;
  try {
    const dialled = await TrainerLine.dial(options.trainer, hooks);
    line = dialled.line;
    const { seed, package_version } = readIntroduction(dialled.reply);
    hooks.info(`Connected to a trainer of version ${package_version} on port ${options.trainer.port}, seed ${seed}.`);
    const first = readInstructions(await line.exchange(encodeMessage(readiness)));

    const opened = await openWorlds({ ...world, seed, agents, workers, turns });
    worlds = opened.worlds;
    session = new Session({ options, hooks, line, worlds, numbers: opened.numbers, account });
    // The command of this reply has no effect: Unity listens for commands only from here on.
    session.listen(first);
    return await session.play();
  } catch (error) {
    if (!(error instanceof SessionEnd)) throw error;
    hooks.info(`The session is over: ${error.message}.`);
    return { ending: error.ending, account };
  } finally {
    await line?.sayGoodbye();
    line?.close();
    await session?.standStill();
    await worlds?.close();
  }
}

const NOBODY: Promise<readonly number[]> = Promise.resolve([]);

interface SessionParts {
  readonly options: PlayerOptions;
  readonly hooks: PlayerHooks;
  readonly line: TrainerLine;
  readonly worlds: Worlds;
  readonly numbers: AgentNumbers;
  readonly account: Account;
}

class Session {
  readonly #options: PlayerOptions;
  readonly #hooks: PlayerHooks;
  readonly #line: TrainerLine;
  readonly #worlds: Worlds;
  readonly #numbers: AgentNumbers;
  readonly #account: Account;
  readonly #parameters: ReceivedParameters;
  readonly #writer: NewsWriter;
  readonly #everybody: readonly number[];
  /** Of each turn. */
  readonly #members: readonly (readonly number[])[];
  /** What each turn's agents are doing: it comes to those whose episode has ended by it. */
  readonly #moving: Promise<readonly number[]>[];
  /** Of the running episodes, [agents]. */
  readonly #episodes: Int32Array;
  readonly #values: (ParameterValues | undefined)[];
  readonly #unknownChannels = new Set<string>();
  #timeScale = 1;
  #lastDecision = Number.NEGATIVE_INFINITY;

  constructor({ options, hooks, line, worlds, numbers, account }: SessionParts) {
    const { agents, world } = options;
    this.#options = options;
    this.#hooks = hooks;
    this.#line = line;
    this.#worlds = worlds;
    this.#numbers = numbers;
    this.#account = account;
    this.#parameters = new ReceivedParameters(world.parameters, hooks.warn);
    const turnOf = dealTurns(agents, options.turns);
    this.#writer = new NewsWriter(world.behavior, numbers);
    this.#everybody = Array.from({ length: agents }, (_, agent) => agent);
    this.#members = Array.from({ length: options.turns }, (_, turn) =>
      this.#everybody.filter((agent) => turnOf(agent) === turn),
    ).filter((members) => members.length > 0);
    this.#moving = this.#members.map(() => NOBODY);
    this.#episodes = new Int32Array(agents).fill(-1);
    this.#values = Array.from({ length: agents });
  }

  /** Exchange after exchange; ends by a SessionEnd that is thrown. */
  async play(): Promise<never> {
    await this.#beginAll();
    for (let turn = 0; ; turn = (turn + 1) % this.#members.length) {
      const ended = await this.#moving[turn]!;
      if (turn === 0) await this.#waitForDecision();
      let isReset = await this.#tell({ ended, deciding: this.#members[turn]! });
      if (!isReset) {
        const moving = this.#move(turn);
        moving.catch(() => {}); // told where it is waited for
        this.#moving[turn] = moving;
        if (this.#options.endsApart) isReset = await this.#tellEnds(turn);
      }
      if (isReset) await this.#beginAll();
    }
  }

  /** Waits until nobody moves any more. */
  async standStill(): Promise<void> {
    await Promise.allSettled(this.#moving);
  }

  /** Side channels first, then the command, as in Unity. @returns whether all agents are to begin anew. */
  listen({ side_channel, command }: UnityRLInputProto): boolean {
    for (const message of decodeSideChannels(side_channel)) this.#obey(message);
    return command === COMMAND.reset;
  }

  /** Lets a turn's agents act. @returns those whose episode has ended; their next ones have begun. */
  async #move(turn: number): Promise<readonly number[]> {
    await this.#worlds.step(turn);
    const ended = this.#members[turn]!.filter((agent) => this.#numbers.standings[agent] !== STANDING.goesOn);
    await this.#beginNext(ended);
    return ended;
  }

  /** The ends that come before the next decision, each when the physics had come so far. @returns as `#tell`. */
  async #tellEnds(turn: number): Promise<boolean> {
    let left = await this.#moving[turn]!;
    for (let step = 1; step < this.#options.world.stepsPerDecision; step++) {
      const ended = left.filter((agent) => this.#numbers.endingSteps[agent] === step);
      if (ended.length === 0) continue;
      left = left.filter((agent) => !ended.includes(agent));
      this.#moving[turn] = Promise.resolve(left);
      if (await this.#tell({ ended, deciding: [] })) return true;
    }
    return false;
  }

  /** One exchange. @returns whether all agents are to begin anew. */
  async #tell({ ended, deciding }: Omit<AgentNews, 'isFirst'>): Promise<boolean> {
    const { behavior } = this.#options.world;
    const isFirst = this.#account.exchanges === 0;
    const reply = await this.#line.exchange(this.#writer.write({ ended, deciding, isFirst }));
    this.#account.enter(ended, deciding, this.#numbers);
    this.#hooks.exchanged(this.#account);
    if (reply.header?.status !== STATUS.ok) throw new SessionEnd('the trainer ended the session');
    const instructions = readInstructions(reply);
    const isReset = this.listen(instructions);
    if (instructions.command === COMMAND.quit) throw new SessionEnd('the trainer said quit');
    if (!isReset) takeActions(instructions.agent_actions, deciding, behavior, this.#numbers);
    return isReset;
  }

  /**
   * Every agent in a new episode, with the parameters as they stand now. What those that still moved would have come to, and
   * ends that were not told yet, never happened.
   */
  async #beginAll(): Promise<void> {
    await Promise.all(this.#moving);
    this.#moving.fill(NOBODY);
    this.#numbers.rewards.fill(0);
    this.#numbers.standings.fill(STANDING.goesOn);
    this.#account.reset();
    await this.#worlds.begin(
      this.#everybody.map((agent) => {
        const parameters = this.#parameters.draw();
        this.#values[agent] = parameters;
        return { agent, episode: ++this.#episodes[agent]!, parameters };
      }),
    );
  }

  /** The worlds have begun these agents' next episodes; those that get other parameters begin them once more with these. */
  async #beginNext(agents: readonly number[]): Promise<void> {
    const beginnings = [];
    for (const agent of agents) {
      const episode = ++this.#episodes[agent]!;
      const parameters = this.#parameters.draw();
      if (parameters === this.#values[agent]) continue;
      this.#values[agent] = parameters;
      beginnings.push({ agent, episode, parameters });
    }
    if (beginnings.length > 0) await this.#worlds.begin(beginnings);
  }

  #obey(message: SideChannelMessage): void {
    switch (message.kind) {
      case 'timeScale':
        // As in a built player; the Editor takes no more than 100.
        this.#timeScale = message.scale > 1 ? message.scale : 1;
        break;
      case 'parameter':
      case 'uniformParameter':
      case 'gaussianParameter':
      case 'multiRangeParameter':
        this.#parameters.receive(message);
        break;
      case 'raw':
        this.#warnOfChannel(message.channel);
        break;
      default: // about a screen, which is not here, or only to be known
    }
  }

  #warnOfChannel(channel: string): void {
    if (this.#unknownChannels.has(channel)) return;
    this.#unknownChannels.add(channel);
    this.#hooks.warn(`Unknown side channel ${channel}: what comes through it is dropped.`);
  }

  /** With real time, until as much of it has passed as the agents have lived through. */
  async #waitForDecision(): Promise<void> {
    if (!this.#options.realTime) return;
    const { stepsPerDecision, seconds } = this.#options.world;
    const due = this.#lastDecision + (1000 * stepsPerDecision * seconds) / this.#timeScale;
    const { signal } = this.#hooks;
    while (performance.now() < due && !signal.aborted) {
      await sleep(due - performance.now(), undefined, { signal }).catch(() => {});
    }
    this.#lastDecision = performance.now();
  }
}
