/**
 * gRPC's unary call, the one that a player makes over and over, on Node's own HTTP/2.
 *
 * A call is a POST whose body is one byte for "not compressed", four for the length (big endian) and the message; the reply
 * is the same, and what came of it stands in the trailers (https://github.com/grpc/grpc, doc/PROTOCOL-HTTP2.md). That is
 * little enough to do without a library, whose processor time the walkers can walk in.
 */
import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2';
import { EXCHANGE_PATH } from '../protocol/messages.ts';

/** Why a call came to nothing. */
export class CallError extends Error {
  /** gRPC's status code. */
  readonly code: number;
  /** Whether the other side had said (GOAWAY) that it takes no more calls: it did not just vanish. */
  readonly isDismissed: boolean;

  constructor(code: number, details: string, isDismissed = false) {
    super(details);
    this.name = 'CallError';
    this.code = code;
    this.isDismissed = isDismissed;
  }
}

/** Of gRPC's status codes, those that a player makes a difference between. */
export const GRPC = {
  ok: 0,
  cancelled: 1,
  unknown: 2,
  resourceExhausted: 8,
  unimplemented: 12,
  unavailable: 14,
} as const;

const FRAME_HEADER = 5;

export class ExchangeClient {
  readonly #session: ClientHttp2Session;
  #isDismissed = false;
  #meets: 'nobody' | 'a stranger' | 'a server' = 'nobody';

  /** Connects at once; that it could not is told by the first exchange. */
  constructor(port: number) {
    this.#session = connect(`http://localhost:${port}`);
    this.#session.on('error', () => {}); // told by the streams that it ends
    this.#session.on('goaway', () => {
      this.#isDismissed = true;
    });
    this.#session.on('connect', () => {
      this.#meets = 'a stranger';
    });
    this.#session.on('remoteSettings', () => {
      this.#meets = 'a server';
    });
  }

  /** Who was found at the port so far: a stranger takes the connection and doesn't speak HTTP/2, as every server of gRPC does. */
  get meets(): 'nobody' | 'a stranger' | 'a server' {
    return this.#meets;
  }

  /** @throws CallError */
  exchange(message: Uint8Array): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const stream = this.#request();
      const parts: Buffer[] = [];
      let broken = 'Connection dropped';
      let status: { readonly code: number; readonly details: string } | undefined;
      const read = (headers: Record<string, unknown>) => {
        const http = Number(headers[constants.HTTP2_HEADER_STATUS] ?? constants.HTTP_STATUS_OK);
        if (http !== constants.HTTP_STATUS_OK) status = { code: GRPC.unimplemented, details: `HTTP status ${http}` };
        if (headers['grpc-status'] === undefined) return;
        status = { code: Number(headers['grpc-status']), details: unescaped(String(headers['grpc-message'] ?? '')) };
      };
      stream.on('response', read);
      stream.on('trailers', read);
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('error', ({ message }) => {
        broken = message;
      });
      const settle = () => {
        const { code, details } = status ?? { code: GRPC.unavailable, details: broken };
        if (code === GRPC.ok) resolve(Buffer.concat(parts).subarray(FRAME_HEADER));
        else reject(new CallError(code, details, this.#isDismissed));
      };
      // All that there is to know: that the stream closes as well is not waited for.
      stream.on('end', () => {
        if (status) settle();
      });
      stream.on('close', settle);
      send(stream, message);
    });
  }

  /** @throws CallError where the other side has closed the connection. */
  #request(): ClientHttp2Stream {
    try {
      return this.#session.request({
        [constants.HTTP2_HEADER_METHOD]: 'POST',
        [constants.HTTP2_HEADER_PATH]: EXCHANGE_PATH,
        'content-type': 'application/grpc',
        te: 'trailers',
      });
    } catch (error) {
      throw new CallError(GRPC.unavailable, (error as Error).message, this.#isDismissed);
    }
  }

  close(): void {
    this.#session.destroy();
  }
}

function send(stream: ClientHttp2Stream, message: Uint8Array): void {
  const frame = Buffer.allocUnsafe(FRAME_HEADER + message.length);
  frame[0] = 0;
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, FRAME_HEADER);
  stream.end(frame);
}

/** gRPC writes what is no printable ASCII as %XX; a text that somebody forgot to write so is taken as it is. */
function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
