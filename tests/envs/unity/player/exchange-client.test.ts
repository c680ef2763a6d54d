import { createServer } from 'node:net';
import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ExchangeClient } from '../../../../envs/unity/player/exchange-client.ts';
import { EXCHANGE_PATH } from '../../../../envs/unity/protocol/messages.ts';

/** Replies with what it gets, turned round; to a single byte with that as an error's code. */
function answer(call: ServerUnaryCall<Buffer, Buffer>, reply: sendUnaryData<Buffer>): void {
  if (call.request.length === 1) reply({ code: call.request[0]!, details: 'größer, 100 %' });
  else reply(null, Buffer.from(call.request).reverse());
}

describe("a call on Node's own HTTP/2", () => {
  let server: Server;
  let client: ExchangeClient;
  beforeAll(async () => {
    server = new Server({ 'grpc.max_receive_message_length': -1 });
    const same = (bytes: Buffer) => bytes;
    const serializers = {
      requestSerialize: same,
      requestDeserialize: same,
      responseSerialize: same,
      responseDeserialize: same,
    };
    const method = { path: EXCHANGE_PATH, requestStream: false, responseStream: false, ...serializers } as const;
    server.addService({ exchange: method }, { exchange: answer });
    const port = await new Promise<number>((resolve, reject) =>
      server.bindAsync('localhost:0', ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      ),
    );
    client = new ExchangeClient(port);
  });
  afterAll(() => {
    client.close();
    server.forceShutdown();
  });

  it.each([0, 2, 16_379, 16_380, 70_000, 9_000_000])('takes %d bytes there and back', async (size) => {
    const message = Buffer.alloc(size);
    for (let at = 0; at < size; at += 97) message[at] = at % 251;
    const reply = await client.exchange(message);
    expect(Buffer.from(message).reverse().equals(reply)).toBe(true);
  });

  it("tells the other side's errors by their code and words", async () => {
    await expect(client.exchange(Uint8Array.of(8))).rejects.toMatchObject({ code: 8, message: 'größer, 100 %' });
    await expect(client.exchange(Uint8Array.of(3))).rejects.toMatchObject({ code: 3 });
  });

  it('goes on after an error', async () => {
    await expect(client.exchange(Uint8Array.of(5))).rejects.toMatchObject({ code: 5 });
    expect([...(await client.exchange(Uint8Array.of(1, 2, 3)))]).toEqual([3, 2, 1]);
  });

  it('is unavailable where nobody listens, where something else listens, and once the connection is closed', async () => {
    const deaf = createServer((socket) => socket.resume().end('who is there?\n'));
    await new Promise<void>((resolve) => deaf.listen(0, 'localhost', resolve));
    const { port } = deaf.address() as { port: number };
    const one = new ExchangeClient(port);
    await expect(one.exchange(Uint8Array.of(1, 2))).rejects.toMatchObject({ code: 14 });
    await expect(one.exchange(Uint8Array.of(1, 2))).rejects.toMatchObject({ code: 14 });
    deaf.close();
    const other = new ExchangeClient(port);
    await expect(other.exchange(Uint8Array.of(1, 2))).rejects.toMatchObject({
      code: 14,
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });
});
