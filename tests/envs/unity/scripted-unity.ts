/** A Unity that says what a test tells it to, over a real connection, whether it is right or wrong. */
import {
  type AgentInfoProto,
  ALL_CAPABILITIES,
  COMMUNICATION_VERSION,
  type Sent,
  STATUS,
  type UnityMessageProto,
  type UnityRLOutputProto,
} from '../../../envs/unity/protocol/messages.ts';
import { decodeSideChannels, type SideChannelMessage } from '../../../envs/unity/protocol/side-channels.ts';
import { dialTrainer, type TrainerConnection } from './dial-trainer.ts';

/** What an agent says: an observation, or several, one for each sensor. */
export interface Says {
  readonly id: number;
  readonly sees: readonly number[] | readonly (readonly number[])[];
  readonly earned?: number;
  readonly groupEarned?: number;
  /** Its episode is over. */
  readonly ended?: 'terminated' | 'truncated';
  /** Its last sensor tells what it is to achieve. */
  readonly hasGoal?: boolean;
}

export interface Behavior {
  /** `A?team=0`. */
  readonly key: string;
  readonly actionSize?: number;
  readonly branches?: readonly number[];
}

const header = { status: STATUS.ok };

export class ScriptedUnity {
  readonly connection: TrainerConnection;
  /** What the trainer said in its second reply. */
  instructions: SideChannelMessage[] = [];
  seed = Number.NaN;
  readonly #behaviors: readonly Behavior[];
  readonly #announced = new Set<string>();

  private constructor(port: number, behaviors: readonly Behavior[]) {
    this.connection = dialTrainer(`localhost:${port}`);
    this.#behaviors = behaviors;
  }

  /** Has said nothing yet. */
  static dial(port: number, ...behaviors: readonly Behavior[]): ScriptedUnity {
    return new ScriptedUnity(port, behaviors);
  }

  /** Is through with the greetings. */
  static async play(port: number, ...behaviors: readonly Behavior[]): Promise<ScriptedUnity> {
    const unity = ScriptedUnity.dial(port, ...behaviors);
    await unity.introduce();
    await unity.getReady();
    return unity;
  }

  introduce(communication_version = COMMUNICATION_VERSION): Promise<UnityMessageProto> {
    this.#announced.clear();
    return this.connection
      .exchange({
        header,
        unity_output: {
          rl_initialization_output: {
            name: 'AcademySingleton',
            communication_version,
            package_version: '3.0.0',
            capabilities: ALL_CAPABILITIES,
          },
        },
      })
      .then((reply) => {
        this.seed = reply.unity_input?.rl_initialization_input?.seed ?? Number.NaN;
        return reply;
      });
  }

  async getReady(): Promise<UnityMessageProto> {
    const reply = await this.connection.exchange({ header });
    this.instructions = decodeSideChannels(reply.unity_input?.rl_input?.side_channel ?? new Uint8Array(0));
    return reply;
  }

  /** The message in which these agents say this; behaviours that are new in it are told of. */
  message(says: Readonly<Record<string, readonly Says[]>>, side_channel?: Uint8Array): Sent<UnityMessageProto> {
    const isNew = ({ key }: Behavior) => (says[key]?.length ?? 0) > 0 && !this.#announced.has(key);
    const announced = this.#behaviors.filter(isNew);
    for (const { key } of announced) this.#announced.add(key);
    const agentInfos: Record<string, { value: Sent<AgentInfoProto>[] }> = {};
    for (const [key, agents] of Object.entries(says)) agentInfos[key] = { value: agents.map(infoOf) };
    const rl_output: Sent<UnityRLOutputProto> = { agentInfos, side_channel };
    if (announced.length === 0) return { header, unity_output: { rl_output } };
    const brain_parameters = announced.map(({ key, actionSize = 1, branches = [] }) => ({
      brain_name: key,
      is_training: true,
      action_spec: {
        num_continuous_actions: actionSize,
        num_discrete_actions: branches.length,
        discrete_branch_sizes: branches,
      },
    }));
    return { header, unity_output: { rl_output, rl_initialization_output: { brain_parameters } } };
  }

  /** Lets these agents say this, and gives the reply. */
  tell(says: Readonly<Record<string, readonly Says[]>>, side_channel?: Uint8Array): Promise<UnityMessageProto> {
    return this.connection.exchange(this.message(says, side_channel));
  }

  /** Leaves play mode, as Unity does. */
  async stop(): Promise<UnityMessageProto> {
    const reply = await this.connection.exchange({ header: { status: STATUS.end } });
    this.connection.close();
    return reply;
  }
}

/** What came through side channels in a reply. */
export function messagesIn(reply: UnityMessageProto): SideChannelMessage[] {
  return decodeSideChannels(reply.unity_input!.rl_input!.side_channel);
}

/** The actions in a reply, by behaviour, agent by agent. */
export function actionsIn(reply: UnityMessageProto): Record<string, number[][]> {
  const actions = Object.entries(reply.unity_input!.rl_input!.agent_actions);
  return Object.fromEntries(
    actions.map(([key, list]) => [key, list!.value.map(({ continuous_actions }) => Array.from(continuous_actions))]),
  );
}

function infoOf({ id, sees, earned = 0, groupEarned = 0, ended, hasGoal }: Says): Sent<AgentInfoProto> {
  const sensors = (typeof sees[0] === 'number' ? [sees] : sees) as readonly (readonly number[])[];
  return {
    id,
    reward: earned,
    group_reward: groupEarned,
    done: ended !== undefined,
    max_step_reached: ended === 'truncated',
    observations: sensors.map((values, index) => ({
      shape: [values.length],
      dimension_properties: [1],
      float_data: { data: Float32Array.from(values) },
      name: `Sensor${index}`,
      ...(hasGoal && index === sensors.length - 1 ? { observation_type: 1 } : {}),
    })),
  };
}
