/**
 * A trainer by script: it greets a player as ML-Agents' does, then answers each message as the test says. It serves by
 * grpc-js alone, with none of the project's own code behind the socket.
 */
import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData, status } from '@grpc/grpc-js';
import {
  type AgentInfoProto,
  ALL_CAPABILITIES,
  COMMAND,
  EXCHANGE_PATH,
  type Sent,
  type UnityMessageProto,
} from '../../../../envs/unity/protocol/messages.ts';
import { encodeSideChannels, type SideChannelMessage } from '../../../../envs/unity/protocol/side-channels.ts';
import { decodeMessage, encodeMessage } from '../../../../envs/unity/protocol/wire.ts';

/** What the trainer says to one message; left out: step on, with an action of zeros for each agent that asked. */
export interface Said {
  /** One for each agent that asked, in their order. */
  readonly actions?: readonly ArrayLike<number>[];
  readonly command?: keyof typeof COMMAND;
  readonly sideChannels?: readonly SideChannelMessage[];
  readonly status?: number;
  /** The whole reply, for what none of the above can say. */
  readonly message?: Sent<UnityMessageProto>;
  readonly bytes?: Uint8Array;
  /** An error in place of a reply. */
  readonly error?: { readonly code: number; readonly details: string };
}

export interface Heard {
  /** The how-manieth after the two greetings, from 0. */
  readonly number: number;
  readonly message: UnityMessageProto;
  readonly infos: readonly AgentInfoProto[];
  readonly ended: readonly AgentInfoProto[];
  readonly deciding: readonly AgentInfoProto[];
}

export interface Script {
  readonly behavior: { readonly name: string; readonly actionSize: number };
  readonly seed?: number;
  /** Replies to the two greetings. */
  readonly greeting?: Said;
  readonly first?: Said;
  /** Undefined: never answers. */
  answer(heard: Heard): Said | Promise<Said> | undefined;
}

export interface ScriptedTrainer {
  readonly port: number;
  /** All that was heard, byte for byte. */
  readonly requests: Buffer[];
  /** Ends all connections at once, replies under way or not. */
  close(): void;
}

const header = { status: 200 };

export async function scriptedTrainer(script: Script, port = 0): Promise<ScriptedTrainer> {
  const server = new Server({ 'grpc.max_receive_message_length': -1 });
  const requests: Buffer[] = [];
  let greeted = 0;
  const reply = async (request: Buffer): Promise<Said | undefined> => {
    requests.push(request);
    const message = decodeMessage(request);
    if (message.header!.status !== 200) return { message: { header: { status: 400 } } };
    if (message.unity_output?.rl_initialization_output?.communication_version) {
      greeted = requests.length;
      return script.greeting ?? { message: { header, unity_input: { rl_initialization_input: introduction(script) } } };
    }
    if (requests.length === greeted + 1) return script.first ?? { command: 'reset' };
    return script.answer(heard(message, requests.length - greeted - 2, script));
  };
  const bytes = (buffer: Buffer) => buffer;
  const [path, requestSerialize, requestDeserialize] = [EXCHANGE_PATH, bytes, bytes];
  const [responseSerialize, responseDeserialize] = [bytes, bytes];
  const serializers = { requestSerialize, requestDeserialize, responseSerialize, responseDeserialize };
  server.addService(
    { exchange: { path, requestStream: false, responseStream: false, ...serializers } },
    {
      async exchange(call: ServerUnaryCall<Buffer, Buffer>, send: sendUnaryData<Buffer>) {
        try {
          const said = await reply(call.request);
          if (said?.error) send(said.error);
          else if (said) send(null, Buffer.from(bytesOf(said, decodeMessage(call.request), script)));
        } catch (error) {
          send({ code: status.INTERNAL, details: `the script failed: ${(error as Error).message}` });
        }
      },
    },
  );
  const bound = await new Promise<number>((resolve, reject) =>
    server.bindAsync(`localhost:${port}`, ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  return { port: bound, requests, close: () => server.forceShutdown() };
}

function introduction({ seed = 1 }: Script) {
  return {
    seed,
    communication_version: '1.5.0',
    package_version: '1.1.0',
    capabilities: ALL_CAPABILITIES,
    num_areas: 1,
  };
}

function heard(message: UnityMessageProto, number: number, { behavior }: Script): Heard {
  const infos = message.unity_output!.rl_output!.agentInfos[`${behavior.name}?team=0`]!.value;
  const [ended, deciding] = [infos.filter(({ done }) => done), infos.filter(({ done }) => !done)];
  return { number, message, infos, ended, deciding };
}

function bytesOf(said: Said, request: UnityMessageProto, script: Script): Uint8Array {
  if (said.bytes) return said.bytes;
  if (said.message) return encodeMessage(said.message);
  const key = `${script.behavior.name}?team=0`;
  const infos = request.unity_output?.rl_output?.agentInfos[key]?.value ?? [];
  const actions =
    said.actions ?? infos.flatMap(({ done }) => (done ? [] : [new Float32Array(script.behavior.actionSize)]));
  const value = actions.map((action) => ({ vector_actions_deprecated: action, continuous_actions: action }));
  return encodeMessage({
    header: { status: said.status ?? 200 },
    unity_input: {
      rl_input: {
        agent_actions: value.length > 0 ? { [key]: { value } } : {},
        command: COMMAND[said.command ?? 'step'],
        side_channel: encodeSideChannels(said.sideChannels ?? []),
      },
    },
  });
}
