/**
 * A Unity player without Unity: agents of an embedded world that any ML-Agents trainer can train over the wire.
 *
 * It goes through a session as Unity does: two greetings, then message after message what the agents see and earned,
 * until either side ends it. The academy's clock is the agents' decisions: all of them decide together, and one whose
 * episode ends waits, its next episode not begun, for the others' next decision. So each agent lives through the very
 * episodes that it would have without a wire.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { BehaviorSpec } from '../../env.ts';
import { COMMAND, STATUS, type UnityRLInputProto } from '../protocol/messages.ts';
import { decodeSideChannels, type SideChannelMessage } from '../protocol/side-channels.ts';
import { Account } from './account.ts';
import { type AgentNumbers, STANDING } from './agent-numbers.ts';
import type { Worlds } from './agent-worlds.ts';
import { newsMessage, readInstructions, readIntroduction, readiness, takeActions } from './messages.ts';
import { type ParameterRanges, type ParameterValues, ReceivedParameters } from './parameters.ts';
import { type Ending, SessionEnd, TrainerLine, type TrainerPlace } from './trainer-line.ts';
import { openWorlds } from './world-threads.ts';

/** The world that a player is made of. */
export interface PlayerWorld {
  /** URL of an `EnvironmentModule`. */
  readonly environment: string;
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
  const { world, agents, workers } = options;
  const account = new Account(agents);
  let worlds: Worlds | undefined;
  let line: TrainerLine | undefined;
  try {
    const dialled = await TrainerLine.dial(options.trainer, hooks);
    line = dialled.line;
    const { seed, package_version } = readIntroduction(dialled.reply);
    hooks.info(`Connected to a trainer of version ${package_version} on port ${options.trainer.port}, seed ${seed}.`);
    const first = readInstructions(await line.exchange(readiness));

    const opened = await openWorlds({ ...world, seed, agents, workers });
    worlds = opened.worlds;
    const session = new Session({ options, hooks, line, worlds, numbers: opened.numbers, account });
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
    await worlds?.close();
  }
}

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
  readonly #everybody: readonly number[];
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
    this.#everybody = Array.from({ length: agents }, (_, agent) => agent);
    this.#episodes = new Int32Array(agents).fill(-1);
    this.#values = Array.from({ length: agents });
  }

  /** Exchange after exchange; ends by a SessionEnd that is thrown. */
  async play(): Promise<never> {
    await this.#beginAll();
    let ended: readonly number[] = [];
    for (;;) {
      await this.#waitForDecision();
      let isReset = await this.#tell(ended, this.#everybody);
      if (!isReset) {
        await this.#worlds.step();
        ended = this.#everybody.filter((agent) => this.#numbers.standings[agent] !== STANDING.goesOn);
        await this.#beginNext(ended);
        if (this.#options.endsApart) ({ isReset, left: ended } = await this.#tellEnds(ended));
      }
      if (isReset) {
        // What a decision under way would have brought later on, and the ends that were not told yet, never happened.
        ended = [];
        await this.#beginAll();
      }
    }
  }

  /** Side channels first, then the command, as in Unity. @returns whether all agents are to begin anew. */
  listen({ side_channel, command }: UnityRLInputProto): boolean {
    // Where none was sent, protobufjs has an empty list in its place, and no bytes.
    for (const message of decodeSideChannels(Uint8Array.from(side_channel))) this.#obey(message);
    return command === COMMAND.reset;
  }

  /** The ends that come before the next decision, each when the physics had come so far. */
  async #tellEnds(ended: readonly number[]): Promise<{ isReset: boolean; left: readonly number[] }> {
    const { stepsPerDecision } = this.#options.world;
    let left = ended;
    for (let step = 1; step < stepsPerDecision; step++) {
      const now = left.filter((agent) => this.#numbers.endingSteps[agent] === step);
      if (now.length === 0) continue;
      left = left.filter((agent) => !now.includes(agent));
      if (await this.#tell(now, [])) return { isReset: true, left: [] };
    }
    return { isReset: false, left };
  }

  /** One exchange. @returns whether all agents are to begin anew. */
  async #tell(ended: readonly number[], deciding: readonly number[]): Promise<boolean> {
    const { behavior } = this.#options.world;
    const news = { ended, deciding, isFirst: this.#account.exchanges === 0 };
    const reply = await this.#line.exchange(newsMessage(news, behavior, this.#numbers));
    this.#account.enter(ended, deciding, this.#numbers);
    this.#hooks.exchanged(this.#account);
    if (reply.header?.status !== STATUS.ok) throw new SessionEnd('the trainer ended the session');
    const instructions = readInstructions(reply);
    const isReset = this.listen(instructions);
    if (instructions.command === COMMAND.quit) throw new SessionEnd('the trainer said quit');
    if (!isReset) takeActions(instructions.agent_actions, deciding, behavior, this.#numbers);
    return isReset;
  }

  /** Every agent in a new episode, with the parameters as they stand now. */
  async #beginAll(): Promise<void> {
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
