/**
 * One Unity, from Play to Stop: what it says, message by message, and what it is answered.
 *
 * Unity waits for every answer, with no deadline. An answer that holds `rl_input` goes on; one with another status than 200
 * makes Unity stop, and so does an error.
 */
import { UserError } from '../../../base/failure/user-error.ts';
import type { BehaviorSpec, Sensor } from '../../env.ts';
import {
  type AgentInfoProto,
  type BrainParametersProto,
  COMMAND,
  type Sent,
  STATUS,
  type UnityMessageProto,
  type UnityOutputProto,
  type UnityRLInitializationOutputProto,
  type UnityRLInputProto,
} from '../protocol/messages.ts';
import { decodeSideChannels, encodeSideChannels, type SideChannelMessage } from '../protocol/side-channels.ts';
import { type AgentInfo, readAgentInfo } from './agent-info.ts';
import { readBehavior, readKey } from './behavior.ts';
import type { UnityEnvironment } from './environment.ts';
import { instructions, introduction, versionProblem } from './greeting.ts';
import { UnfitUnity, unlessUnfit } from './unfit-unity.ts';

/** Those that a session knows of. */
export interface SessionWorld {
  readonly seed: number;
  readonly areas: number;
  /** What a Unity that has just connected is told. */
  firstMessages(): readonly SideChannelMessage[];
  /** What it is to be told since then, and was not told yet. */
  newMessages(): readonly SideChannelMessage[];
  /** @throws UserError where the behaviour is not to be trained, or is no longer what it was. */
  environmentOf(behavior: BehaviorSpec): UnityEnvironment;
  measured(message: Extract<SideChannelMessage, { kind: 'statistic' }>): void;
  info(message: string): void;
  warn(message: string): void;
  /** A message was refused, or all of Unity: an `UnfitUnity`. What is no UserError is a bug of ours. */
  error(error: Error): void;
}

export type Reply = Sent<UnityMessageProto>;

/** The end of a session, as Unity understands it. */
export const GOODBYE: Reply = { header: { status: STATUS.end } };

interface Member {
  readonly environment: UnityEnvironment;
  readonly sensors: readonly Sensor[];
}

type State = 'introduced' | 'refused' | 'running' | 'over';

export class Session {
  readonly #world: SessionWorld;
  /** By the key that the wire has for them. */
  readonly #members = new Map<string, Member>();
  readonly #announced = new Map<string, BrainParametersProto>();
  readonly #warned = new Set<string>();
  #state: State;
  #isAnswering = false;
  #decisions = 0;
  #lastReply = performance.now();

  /** A Unity that speaks another version is introduced all the same, and told to stop at what it says next. */
  constructor(world: SessionWorld, unity: UnityRLInitializationOutputProto, where: string) {
    this.#world = world;
    const problem = versionProblem(unity, where);
    this.#state = problem ? 'refused' : 'introduced';
    if (problem) world.error(new UnfitUnity(problem.problem));
    else {
      const { package_version, communication_version } = unity;
      world.info(
        `Connected to Unity environment with package version ${package_version} and communication version ${communication_version}`,
      );
    }
  }

  get isOver(): boolean {
    return this.#state === 'over' || this.#state === 'refused';
  }

  /** Decisions that its agents asked for. */
  get decisions(): number {
    return this.#decisions;
  }

  /** Whether Unity waits for an answer. */
  get isAnswering(): boolean {
    return this.#isAnswering;
  }

  /** Milliseconds since Unity was last answered; 0 while it waits for an answer. */
  get silentFor(): number {
    return this.#isAnswering ? 0 : performance.now() - this.#lastReply;
  }

  introduction(): Reply {
    return introduction(this.#world.seed, this.#world.areas);
  }

  /**
   * @returns the answer, once everybody who asked has got an action.
   * @throws UserError for what Unity should not have said.
   */
  async answer({ unity_output }: UnityMessageProto): Promise<Reply> {
    if (this.#isAnswering) throw new UserError({ what: 'a message before the last one was answered' });
    if (this.isOver) return GOODBYE;
    if (this.#state === 'introduced') {
      this.#state = 'running';
      return instructions(this.#world.firstMessages());
    }
    this.#isAnswering = true;
    try {
      return await this.#answerRunning(unity_output);
    } finally {
      this.#isAnswering = false;
      this.#lastReply = performance.now();
    }
  }

  /** What was decided last comes to nothing; a message under way is answered with the end. */
  end(): void {
    this.#state = 'over';
    for (const { environment } of this.#members.values()) environment.sessionEnded(this);
  }

  async #answerRunning(output: UnityOutputProto | null): Promise<Reply> {
    this.#listen(output?.rl_output?.side_channel);
    for (const brain of output?.rl_initialization_output?.brain_parameters ?? []) {
      this.#announced.set(brain.brain_name, brain);
    }
    // All is read before anything is passed on: a message that is refused leaves nothing behind.
    const asking = this.#read(Object.entries(output?.rl_output?.agentInfos ?? {}));
    const answers = await Promise.all(
      [...asking].map(async ([environment, lists]) => {
        const answer = await environment.receive(
          this,
          lists.flatMap(({ infos }) => infos),
        );
        return typeof answer === 'object' ? sharedOut(answer, lists) : answer;
      }),
    );
    if (this.isOver || answers.includes(undefined)) return GOODBYE;
    const side_channel = encodeSideChannels(this.#world.newMessages());
    if (!answers.includes('reset')) {
      const actions = actionsOf(answers.flatMap((answer) => answer as readonly ActionList[]));
      return replyOf({ agent_actions: actions, command: COMMAND.step, side_channel });
    }
    for (const { environment } of this.#members.values()) environment.beganAnew(this);
    return replyOf({ command: COMMAND.reset, side_channel });
  }

  /** What the agents say, by the environment that they live in: the teams of a behaviour share one. */
  #read(lists: readonly (readonly [key: string, list: ListProto])[]): Map<UnityEnvironment, InfoList[]> {
    const asking = new Map<UnityEnvironment, InfoList[]>();
    for (const [key, list] of lists) {
      const value = list?.value ?? [];
      const member = value.length > 0 ? this.#memberOf(key, value[0]!) : undefined;
      if (!member) continue;
      const infos = value.map((info) => readAgentInfo(key, member.sensors, info));
      this.#decisions += infos.filter(({ done }) => !done).length;
      asking.set(member.environment, [...(asking.get(member.environment) ?? []), { key, infos }]);
    }
    return asking;
  }

  #memberOf(key: string, first: AgentInfoProto): Member | undefined {
    const known = this.#members.get(key);
    if (known) return known;
    const brain = this.#announced.get(key);
    if (!brain) {
      this.#warnOnce(`the agents of ${key} are left alone: Unity never said what they are like`);
      return undefined;
    }
    const { behavior, ...member } = unlessUnfit(`behaviour ${key}`, () => {
      const { behavior, sensors } = readBehavior(brain, first);
      return { behavior, sensors, environment: this.#world.environmentOf(behavior) };
    });
    this.#world.info(`Connected new brain: ${key}`);
    if (readKey(key).team !== 0) this.#warnOnce(`behaviour ${behavior.name} has several teams: they learn as one`);
    this.#members.set(key, member);
    return member;
  }

  #listen(bytes: Uint8Array = new Uint8Array(0)): void {
    for (const message of sideChannelMessages(bytes)) {
      if (message.kind !== 'statistic') {
        this.#warnOnce(
          `unknown side channel data received (${message.kind === 'raw' ? message.channel : message.kind})`,
        );
      } else if (Number.isFinite(message.value)) this.#world.measured(message);
      // It would make nothing of the whole period that it is summed up in.
      else this.#warnOnce(`the statistic ${JSON.stringify(message.name)} is no number at times, which is left out`);
    }
  }

  #warnOnce(message: string): void {
    if (this.#warned.has(message)) return;
    this.#warned.add(message);
    this.#world.warn(message);
  }
}

type ListProto = { readonly value: readonly AgentInfoProto[] } | null;

/** What the agents of one key are to do. */
interface ActionList {
  readonly key: string;
  readonly actions: readonly Float32Array[];
}

/** What the agents of one key say. */
interface InfoList {
  readonly key: string;
  readonly infos: readonly AgentInfo[];
}

function sideChannelMessages(bytes: Uint8Array): SideChannelMessage[] {
  try {
    return decodeSideChannels(bytes);
  } catch (error) {
    throw new UserError({ what: 'a side channel that is none', value: (error as Error).message }, { cause: error });
  }
}

/** The actions of an environment's agents, given back to the keys that asked for them. */
function sharedOut(actions: readonly Float32Array[], lists: readonly InfoList[]): readonly ActionList[] {
  let first = 0;
  return lists.map(({ key, infos }) => {
    const own = actions.slice(first, first + infos.filter(({ done }) => !done).length);
    first += own.length;
    return { key, actions: own };
  });
}

/** Actions go by place alone. Keys that nobody asked with are left out: Unity knows no empty ones. */
function actionsOf(answers: readonly ActionList[]) {
  const asked = answers.filter(({ actions }) => actions.length > 0);
  return Object.fromEntries(
    asked.map(({ key, actions }) => [
      key,
      // The old field and the new one: between them they reach every version of the package.
      { value: actions.map((action) => ({ vector_actions_deprecated: action, continuous_actions: action })) },
    ]),
  );
}

function replyOf(rl_input: Sent<UnityRLInputProto>): Reply {
  return { header: { status: STATUS.ok }, unity_input: { rl_input } };
}
