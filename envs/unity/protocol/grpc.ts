/**
 * gRPC, the trainer's end of the one method that there is. Nobody else knows @grpc/grpc-js.
 *
 * Messages go through as bytes, so that whoever answers also sees those that are no messages.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server as SocketServer } from 'node:net';
import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData, status } from '@grpc/grpc-js';
import { EXCHANGE_PATH } from './messages.ts';

/** What answers one connection of Unity's. */
export interface ExchangeHandler {
  /** What it throws, Unity gets as an error that ends its session; the message stands in Unity's console. */
  exchange(request: Uint8Array): Promise<Uint8Array>;
  /** The other side went away, with a request under way or between two. */
  lost(): void;
}

export interface ExchangeServer {
  readonly port: number;
  /** Lets replies that are ready go out, then ends every connection. */
  close(): Promise<void>;
}

/** Unity dials `localhost`, which is either of these. */
export const LOOPBACK = ['127.0.0.1', '::1'] as const;

const BYTES = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const METHOD = {
  path: EXCHANGE_PATH,
  requestStream: false,
  responseStream: false,
  requestSerialize: BYTES,
  requestDeserialize: BYTES,
  responseSerialize: BYTES,
  responseDeserialize: BYTES,
} as const;

/** gRPC's own limit of 4 MiB is too small for many agents. Replies are bound by Unity's, which has it. */
const RECEIVE_ANY_SIZE = { 'grpc.max_receive_message_length': -1 } as const;
/** Milliseconds that replies under way get when the server closes. */
const CLOSING_TIME = 1_000;

/**
 * Listens on every one of the hosts that this machine has.
 *
 * @param port 0 for any that is free.
 * @param accept makes what answers a new connection.
 * @throws the socket's error, with its `code`: EADDRINUSE, EADDRNOTAVAIL where it has none of the hosts, ...
 */
export async function serveExchanges(
  { hosts, port }: { readonly hosts: readonly string[]; readonly port: number },
  accept: () => ExchangeHandler,
): Promise<ExchangeServer> {
  const handlers = new Map<string, ExchangeHandler>();
  const server = new Server(RECEIVE_ANY_SIZE);
  const service = {
    Exchange(call: ServerUnaryCall<Buffer, Uint8Array>, reply: sendUnaryData<Uint8Array>) {
      const handler = handlers.get(call.getPeer());
      if (!handler) return reply({ code: status.UNAVAILABLE, details: 'the connection is closed' });
      let isAnswered = false;
      const answer: typeof reply = (error, value) => {
        isAnswered = true;
        reply(error, value);
      };
      // grpc-js calls every call cancelled once it is over.
      call.on('cancelled', () => {
        if (!isAnswered) handler.lost();
      });
      handler.exchange(call.request).then(
        (value) => answer(null, value),
        (error: Error) => answer({ code: status.INVALID_ARGUMENT, details: error.message }),
      );
    },
  };
  server.addService({ Exchange: METHOD }, service);

  // The sockets are ours, and so it is seen when one closes; grpc-js by itself tells it only during a call.
  const { injectConnection } = server.createConnectionInjector(ServerCredentials.createInsecure());
  const listening: SocketServer[] = [];
  for (const host of hosts) {
    const sockets = createServer({ noDelay: true }, (socket) => {
      const peer = `${socket.remoteAddress}:${socket.remotePort}`;
      const handler = accept();
      handlers.set(peer, handler);
      socket.on('close', () => {
        handlers.delete(peer);
        handler.lost();
      });
      injectConnection(socket);
    });
    try {
      sockets.listen({ host, port: listening.length === 0 ? port : portOf(listening[0]!), ipv6Only: true });
      await once(sockets, 'listening');
      listening.push(sockets);
    } catch (error) {
      // A machine without IPv6 has no ::1.
      if (isMissing(error) && host !== hosts.at(0)) continue;
      for (const other of listening) other.close();
      throw error;
    }
  }
  return {
    port: portOf(listening[0]!),
    async close() {
      for (const sockets of listening) sockets.close();
      const forced = setTimeout(() => server.forceShutdown(), CLOSING_TIME);
      await new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
      clearTimeout(forced);
    },
  };
}

function portOf(server: SocketServer): number {
  return (server.address() as AddressInfo).port;
}

function isMissing(error: unknown): boolean {
  return ['EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes((error as NodeJS.ErrnoException).code ?? '');
}
