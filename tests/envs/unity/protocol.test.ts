import { describe, expect, it } from 'vitest';
import { LOOPBACK, serveExchanges } from '../../../envs/unity/protocol/grpc.ts';
import {
  ALL_CAPABILITIES,
  COMMAND,
  COMMUNICATION_VERSION,
  type Sent,
  STATUS,
  type UnityMessageProto,
} from '../../../envs/unity/protocol/messages.ts';
import {
  AGGREGATION,
  decodeSideChannels,
  encodeSideChannels,
  type SideChannelMessage,
} from '../../../envs/unity/protocol/side-channels.ts';
import { decodeMessage, encodeMessage } from '../../../envs/unity/protocol/wire.ts';
import { dialTrainer } from './dial-trainer.ts';

const header = { status: STATUS.ok };

/** Bytes that ML-Agents' own definitions gave. */
const vectors: readonly { readonly name: string; readonly hex: string; readonly message: Sent<UnityMessageProto> }[] = [
  { name: "Unity's second request", hex: '0a0308c801', message: { header } },
  { name: 'a goodbye', hex: '0a03089003', message: { header: { status: STATUS.end } } },
  {
    name: 'a reset',
    hex: '0a0308c8011a040a022001',
    message: { header, unity_input: { rl_input: { command: COMMAND.reset } } },
  },
  {
    name: 'a step without actions, whose empty part is there',
    hex: '0a0308c8011a020a00',
    message: { header, unity_input: { rl_input: {} } },
  },
  {
    name: 'the first request',
    hex: '0a0308c801123212300a1041636164656d7953696e676c65746f6e1205312e352e303a05332e302e30420e0801100118012001280130013801',
    message: {
      header,
      unity_output: {
        rl_initialization_output: {
          name: 'AcademySingleton',
          communication_version: COMMUNICATION_VERSION,
          package_version: '3.0.0',
          capabilities: ALL_CAPABILITIES,
        },
      },
    },
  },
  {
    name: 'the first reply',
    hex: '0a0308c8011a24122208011205312e352e301a05312e312e30220e08011001180120012801300138012801',
    message: {
      header,
      unity_input: {
        rl_initialization_input: {
          seed: 1,
          communication_version: COMMUNICATION_VERSION,
          package_version: '1.1.0',
          capabilities: ALL_CAPABILITIES,
          num_areas: 1,
        },
      },
    },
  },
  {
    name: 'one agent and what its behaviour is like',
    hex: '0a0308c80112550a3f123d0a08413f7465616d3d3012310a2f3d0000003f50036a260a0102220a0a080000803f000000c03201014212566563746f7253656e736f725f73697a653212122a103a08413f7465616d3d3040014a020802',
    message: {
      header,
      unity_output: {
        rl_output: {
          agentInfos: {
            'A?team=0': {
              value: [
                {
                  id: 3,
                  reward: 0.5,
                  observations: [
                    {
                      shape: [2],
                      dimension_properties: [1],
                      float_data: { data: Float32Array.of(1, -2) },
                      name: 'VectorSensor_size2',
                    },
                  ],
                },
              ],
            },
          },
        },
        rl_initialization_output: {
          brain_parameters: [{ brain_name: 'A?team=0', is_training: true, action_spec: { num_continuous_actions: 2 } }],
        },
      },
    },
  },
  {
    name: 'one action, in the old field and in the new one',
    hex: '0a0308c8011a260a240a220a08413f7465616d3d3012160a140a080000803e000080bf32080000803e000080bf',
    message: {
      header,
      unity_input: {
        rl_input: {
          agent_actions: {
            'A?team=0': {
              value: [{ vector_actions_deprecated: [0.25, -1], continuous_actions: Float32Array.of(0.25, -1) }],
            },
          },
        },
      },
    },
  },
];

describe('messages', () => {
  it.each(vectors)('writes $name as ML-Agents does', ({ hex, message }) => {
    expect(hexOf(encodeMessage(message))).toBe(hex);
  });

  it('leaves out what is given as its default', () => {
    const rl_input = { command: COMMAND.step, agent_actions: {}, side_channel: new Uint8Array(0) };
    expect(hexOf(encodeMessage({ header: { ...header, message: '' }, unity_input: { rl_input } }))).toBe(
      '0a0308c8011a020a00',
    );
  });

  it.each(vectors)('reads $name, and writes it again as it was', ({ hex, message }) => {
    const read = decodeMessage(Buffer.from(hex, 'hex'));
    expect(hexOf(encodeMessage(read))).toBe(hex);
    expect(plain(read)).toMatchObject(plain(message) as object);
  });

  it('gives every scalar and list of a message, and null for a message that was not sent', () => {
    const { unity_output } = decodeMessage(Buffer.from(vectors[6]!.hex, 'hex'));
    const info = unity_output!.rl_output!.agentInfos['A?team=0']!.value[0]!;
    expect(info).toMatchObject({ id: 3, reward: 0.5 });
    expect([info.done, info.max_step_reached, info.group_id, info.action_mask]).toEqual([false, false, 0, []]);
    expect(info.observations[0]!.float_data!.data).toEqual(Float32Array.of(1, -2));
    expect(unity_output!.rl_output!.side_channel).toEqual(new Uint8Array(0));
    expect(decodeMessage(encodeMessage({ header })).unity_output).toBeNull();
  });

  it('reads floats that were written one by one, as proto3 allows', () => {
    const one = Buffer.from('0d0000803f' + '0d000000c0', 'hex');
    const observation = Buffer.concat([Buffer.from([0x22, one.length]), one]);
    const info = Buffer.concat([Buffer.from([0x6a, observation.length]), observation]);
    const list = Buffer.concat([Buffer.from([0x0a, info.length]), info]);
    const entry = Buffer.concat([Buffer.from('0a0141', 'hex'), Buffer.from([0x12, list.length]), list]);
    const output = Buffer.concat([Buffer.from([0x12, entry.length]), entry]);
    const unityOutput = Buffer.concat([Buffer.from([0x0a, output.length]), output]);
    const read = decodeMessage(Buffer.concat([Buffer.from([0x12, unityOutput.length]), unityOutput]));
    const { float_data } = read.unity_output!.rl_output!.agentInfos['A']!.value[0]!.observations[0]!;
    expect(float_data!.data).toEqual(Float32Array.of(1, -2));
  });

  it('refuses bytes that are cut off anywhere', () => {
    const whole = Buffer.from(vectors[6]!.hex, 'hex');
    for (const end of [3, 8, 30, 50, 60, whole.length - 1]) {
      expect(() => decodeMessage(whole.subarray(0, end)), `${end} bytes`).toThrow(RangeError);
    }
  });
});

describe('side channels', () => {
  const engine = '2c3451e97e4fea11b238784f4387d1f7';
  const parameters = '1e894c530f81ea11a9d0822485860400';
  const statistics = 'b7f7d8a1c8cef950b78bd3e165a78520';
  const rows: readonly { readonly hex: string; readonly message: SideChannelMessage }[] = [
    { hex: `${engine}08000000020000000000a041`, message: { kind: 'timeScale', scale: 20 } },
    { hex: `${engine}0c000000000000005400000054000000`, message: { kind: 'screenResolution', width: 84, height: 84 } },
    { hex: `${engine}080000000100000005000000`, message: { kind: 'qualityLevel', level: 5 } },
    { hex: `${engine}0800000003000000ffffffff`, message: { kind: 'targetFrameRate', rate: -1 } },
    { hex: `${engine}08000000040000003c000000`, message: { kind: 'captureFrameRate', rate: 60 } },
    {
      hex: `${parameters}10000000040000006d6173730000000000002040`,
      message: { kind: 'parameter', name: 'mass', value: 2.5 },
    },
    {
      hex: `${parameters}1c000000040000006d61737301000000070000000000000000 00003f00002041`.replaceAll(' ', ''),
      message: { kind: 'uniformParameter', name: 'mass', seed: 7, minimum: 0.5, maximum: 10 },
    },
    {
      hex: `${parameters}1c000000040000006d6173730100000007000000010000000000003f00002041`,
      message: { kind: 'gaussianParameter', name: 'mass', seed: 7, mean: 0.5, deviation: 10 },
    },
    {
      hex: `${parameters}28000000040000006d617373010000000700000002000000040000000000803f000000400000404000008040`,
      message: { kind: 'multiRangeParameter', name: 'mass', seed: 7, intervals: [1, 2, 3, 4] },
    },
    {
      hex: `${statistics}14000000080000004d794d65747269630000803f00000000`,
      message: { kind: 'statistic', name: 'MyMetric', value: 1, aggregation: AGGREGATION.average },
    },
    {
      hex: 'd0f7cc607e4fea11b238784f4387d1f7090000000100000061000000bf',
      message: { kind: 'floatProperty', name: 'a', value: -0.5 },
    },
    {
      hex: '0403020106050807090a0b0c0d0e0f1002000000abcd',
      message: { kind: 'raw', channel: '01020304-0506-0708-090a-0b0c0d0e0f10', payload: Buffer.from('abcd', 'hex') },
    },
  ];

  it.each(rows)('writes and reads $message.kind', ({ hex, message }) => {
    expect(hexOf(encodeSideChannels([message]))).toBe(hex);
    expect(decodeSideChannels(Buffer.from(hex, 'hex'))).toEqual([message]);
  });

  it('keeps the order of many messages in one', () => {
    const messages = rows.map(({ message }) => message);
    expect(decodeSideChannels(encodeSideChannels(messages))).toEqual(messages);
  });

  it('wraps what training is like into a google.protobuf.Any', () => {
    const message = { behavior_name: 'A', trainer_type: 'ppo', num_network_layers: 2 };
    const bytes = encodeSideChannels([{ kind: 'analytics', name: 'TrainingBehaviorInitialized', message }]);
    const url = 'type.googleapis.com/communicator_objects.TrainingBehaviorInitialized';
    const any = `0a${url.length.toString(16)}${hexOf(Buffer.from(url))}120a0a0141120370706f5002`;
    const length = (any.length / 2).toString(16);
    expect(hexOf(bytes)).toBe(`a9a464b66fd85f5a95cbe8353a7e8356${length}000000${any}`);
    expect(decodeSideChannels(bytes)).toEqual([{ kind: 'analytics', name: 'TrainingBehaviorInitialized', message }]);
  });

  it('counts what a shorter message leaves out as zeros, and takes fields that it does not know', () => {
    const shorter = Buffer.from(`${engine}0400000002000000`, 'hex');
    expect(decodeSideChannels(shorter)).toEqual([{ kind: 'timeScale', scale: 0 }]);
    const longer = Buffer.from(`${engine}0c000000020000000000a04101000000`, 'hex');
    expect(decodeSideChannels(longer)).toEqual([{ kind: 'timeScale', scale: 20 }]);
  });

  it('hands on raw what a known channel says in a way that is not known', () => {
    const [message] = decodeSideChannels(Buffer.from(`${engine}0400000009000000`, 'hex'));
    expect(message).toMatchObject({ kind: 'raw', channel: 'e951342c-4f7e-11ea-b238-784f4387d1f7' });
  });

  it('refuses a message that reaches past the end, and a length below zero', () => {
    for (const hex of [`${engine}0800000002000000`, `${engine}ffffffff`, engine.slice(0, 20)]) {
      expect(() => decodeSideChannels(Buffer.from(hex, 'hex')), hex).toThrow(/reaches past the end/);
    }
  });
});

describe('gRPC', () => {
  it('answers on both loopback addresses, with a message of 9 MB', async () => {
    const seen: number[] = [];
    const server = await serveExchanges({ hosts: LOOPBACK, port: 0 }, () => ({
      async exchange(bytes) {
        seen.push(bytes.length);
        return encodeMessage({ header });
      },
      lost() {},
    }));
    for (const host of ['127.0.0.1', '[::1]', 'localhost']) {
      const connection = dialTrainer(`${host}:${server.port}`);
      const data = new Float32Array(2.4e6);
      const value = [{ observations: [{ shape: [data.length], float_data: { data } }] }];
      const reply = await connection.exchange({
        header,
        unity_output: { rl_output: { agentInfos: { 'A?team=0': { value } } } },
      });
      expect(reply.header!.status).toBe(STATUS.ok);
      connection.close();
    }
    await server.close();
    expect(seen.every((length) => length > 9e6)).toBe(true);
    expect(seen).toHaveLength(3);
  });

  it('hands what the answer throws to the other side, and tells when a connection is gone', async () => {
    let gone = () => {};
    const lost = new Promise<void>((resolve) => (gone = resolve));
    const server = await serveExchanges({ hosts: LOOPBACK, port: 0 }, () => ({
      exchange: () => Promise.reject(new Error('no such thing')),
      lost: () => gone(),
    }));
    const connection = dialTrainer(`localhost:${server.port}`);
    await expect(connection.exchange({ header })).rejects.toThrow(/no such thing/);
    connection.close();
    await lost;
    await server.close();
  });

  it('refuses a port that is taken', async () => {
    const accept = () => ({ exchange: async (bytes: Uint8Array) => bytes, lost() {} });
    const server = await serveExchanges({ hosts: LOOPBACK, port: 0 }, accept);
    await expect(serveExchanges({ hosts: LOOPBACK, port: server.port }, accept)).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
    await server.close();
  });
});

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** Only what a message itself holds, without protobufjs's classes. */
function plain(message: unknown): unknown {
  if (typeof message !== 'object' || message === null) return message;
  if (Array.isArray(message) || ArrayBuffer.isView(message)) return Array.from(message as unknown[], plain);
  return Object.fromEntries(Object.entries(message).map(([name, value]) => [name, plain(value)]));
}
