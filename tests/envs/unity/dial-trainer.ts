/** Unity's end of gRPC, with the library that is not ours. */
import { Client, credentials } from '@grpc/grpc-js';
import { EXCHANGE_PATH, type Sent, type UnityMessageProto } from '../../../envs/unity/protocol/messages.ts';
import { decodeMessage, encodeMessage } from '../../../envs/unity/protocol/wire.ts';

const BYTES = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export interface TrainerConnection {
  /** @throws Error with gRPC's `code` where the trainer is not there, went away, or refused. */
  exchange(message: Sent<UnityMessageProto>): Promise<UnityMessageProto>;
  /** The same with bytes as they are. */
  exchangeBytes(bytes: Uint8Array): Promise<Uint8Array>;
  close(): void;
}

/** Connects at the first exchange. @param target `localhost:5004`. */
export function dialTrainer(target: string): TrainerConnection {
  const client = new Client(target, credentials.createInsecure(), {
    'grpc.max_receive_message_length': -1,
    'grpc.enable_http_proxy': 0, // the trainer is on this machine
    'grpc.use_local_subchannel_pool': 1, // one connection each, as Unity's processes have
  });
  const exchangeBytes = (bytes: Uint8Array) =>
    new Promise<Uint8Array>((resolve, reject) => {
      client.makeUnaryRequest(EXCHANGE_PATH, BYTES, BYTES, bytes, (error, reply) =>
        error ? reject(error) : resolve(reply!),
      );
    });
  return {
    exchangeBytes,
    exchange: async (message) => decodeMessage(await exchangeBytes(encodeMessage(message))),
    close: () => client.close(),
  };
}
