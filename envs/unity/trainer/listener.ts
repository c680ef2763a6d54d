/**
 * One port, and the one Unity that is trained through it at a time: the last that introduced itself.
 *
 * Whatever goes wrong with a connection ends its session and nothing else: the port goes on listening.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../../base/failure/user-error.ts';
import { type ExchangeHandler, type ExchangeServer, serveExchanges } from '../protocol/grpc.ts';
import { STATUS, type UnityMessageProto } from '../protocol/messages.ts';
import { decodeMessage, encodeMessage } from '../protocol/wire.ts';
import { GOODBYE, type Reply, Session, type SessionWorld } from './session.ts';

export interface ListenerWorld extends SessionWorld {
  /** A session is over, for this reason. */
  ended(reason: SessionEnd): void;
}

/** Milliseconds. */
const MOMENT = 1_000;

/** How a session came to its end. */
export type SessionEnd = 'stopped' | 'lost' | 'refused' | 'replaced' | 'closed';

export class Listener {
  readonly #world: ListenerWorld;
  #server: ExchangeServer | undefined;
  #current: { readonly session: Session; readonly connection: object } | undefined;
  #isClosing = false;
  /** A Unity that is to stop and does not know it yet; `told` aborts when it has been told so, or has gone. */
  #unaware: { readonly connection: object; readonly told: AbortController } | undefined;

  private constructor(world: ListenerWorld) {
    this.#world = world;
  }

  /** @throws UserError where the port is taken or the host is none of this machine's. */
  static async open(hosts: readonly string[], port: number, world: ListenerWorld): Promise<Listener> {
    const listener = new Listener(world);
    try {
      listener.#server = await serveExchanges({ hosts, port }, () => listener.#accept());
    } catch (error) {
      throw listeningProblem(error as NodeJS.ErrnoException, hosts, port);
    }
    return listener;
  }

  get port(): number {
    return this.#server!.port;
  }

  get session(): Session | undefined {
    return this.#current?.session;
  }

  /** Tells Unity to stop at what it says next, or at once where it waits for an answer; no other one is taken. */
  dismiss(): void {
    this.#isClosing = true;
    if (!this.#current) return;
    const { session, connection } = this.#current;
    if (!session.isAnswering) this.#unaware = { connection, told: new AbortController() };
    this.#end('closed');
  }

  /** Ends every connection; a Unity that doesn't know yet gets a moment to say something and to be told. */
  async close(): Promise<void> {
    this.dismiss();
    if (this.#unaware) await sleep(MOMENT, undefined, { signal: this.#unaware.told.signal }).catch(() => {});
    await this.#server!.close();
  }

  #accept(): ExchangeHandler {
    const connection = {};
    return {
      exchange: async (bytes) => {
        try {
          this.#tell(connection);
          return encodeMessage(await this.#answer(connection, decoded(bytes)));
        } catch (error) {
          const told = toldWithPort(error, this.port);
          this.#world.error(told);
          if (this.#isCurrent(connection)) this.#end('refused');
          throw told;
        }
      },
      lost: () => {
        this.#tell(connection);
        if (this.#isCurrent(connection)) this.#end('lost');
      },
    };
  }

  async #answer(connection: object, message: UnityMessageProto): Promise<Reply> {
    if (message.header?.status !== STATUS.ok) {
      if (!message.header) throw new UserError({ what: 'a message without a header' });
      if (this.#isCurrent(connection)) this.#end('stopped');
      return GOODBYE;
    }
    const introduction = message.unity_output?.rl_initialization_output;
    if (introduction?.communication_version && !this.#isClosing) {
      if (this.#current) this.#end('replaced');
      const session = new Session(this.#world, introduction, `Unity on port ${this.port}`);
      this.#current = { session, connection };
      return session.introduction();
    }
    if (!this.#isCurrent(connection)) return GOODBYE;
    const { session } = this.#current!;
    if (session.isOver) this.#end('refused');
    return session.answer(message);
  }

  #tell(connection: object): void {
    if (this.#unaware?.connection === connection) this.#unaware.told.abort();
  }

  #isCurrent(connection: object): boolean {
    return this.#current?.connection === connection;
  }

  #end(reason: SessionEnd): void {
    if (!this.#current) return;
    const { session } = this.#current;
    this.#current = undefined;
    session.end();
    this.#world.ended(reason);
  }
}

function decoded(bytes: Uint8Array): UnityMessageProto {
  try {
    return decodeMessage(bytes);
  } catch (error) {
    const value = (error as Error).message;
    throw new UserError({ what: 'a message that is none of ML-Agents', value }, { cause: error });
  }
}

function toldWithPort(error: unknown, port: number): Error {
  if (!(error instanceof UserError) || error.problem.where) return error as Error;
  return new UserError({ ...error.problem, where: `Unity on port ${port}` }, { cause: error });
}

/**
 * Finds out whether a port can be listened at, and gives it back.
 *
 * @throws UserError as `Listener.open`.
 */
export async function checkPort(hosts: readonly string[], port: number): Promise<void> {
  try {
    const server = await serveExchanges({ hosts, port }, () => ({
      exchange: async () => encodeMessage(GOODBYE),
      lost() {},
    }));
    await server.close();
  } catch (error) {
    throw listeningProblem(error as NodeJS.ErrnoException, hosts, port);
  }
}

function listeningProblem(error: NodeJS.ErrnoException, hosts: readonly string[], port: number): Error {
  switch (error.code) {
    case 'EADDRINUSE':
      return new UserError({
        what: 'this port is in use by another program, maybe by another training',
        where: '--port',
        value: port,
        mend: 'end that one, or take another port here and in Unity: Project Settings > ML-Agents > Editor Training Port',
      });
    case 'EACCES':
      return new UserError({
        what: 'this port is not for everybody',
        where: '--port',
        value: port,
        expected: 'above 1023',
      });
    case 'ERR_SOCKET_BAD_PORT':
      return new UserError({ what: 'there is no such port', where: '--port', value: port, expected: '1 to 65535' });
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new UserError({ what: 'this machine has no such address', where: '--host', value: hosts[0] });
    default:
      return error;
  }
}
