/**
 * The line to the trainer: one request at a time, as Unity has it, and an end that both sides hear of.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { commandText } from '../../../base/command-text.ts';
import { UserError } from '../../../base/failure/user-error.ts';
import { STATUS, type UnityMessageProto } from '../protocol/messages.ts';
import { decodeMessage, encodeMessage } from '../protocol/wire.ts';
import type { Ending } from './ending.ts';
import { CallError, ExchangeClient, GRPC } from './exchange-client.ts';
import { goodbye, introduction } from './messages.ts';

/** Thrown where a session ends. */
export class SessionEnd extends Error {
  readonly ending: Ending;

  constructor(ending: Ending, details = '') {
    super(details ? `${ending}: ${details}` : ending);
    this.name = 'SessionEnd';
    this.ending = ending;
  }
}

export interface LineHooks {
  info(message: string): void;
  /** Once aborted, the session ends. */
  readonly signal: AbortSignal;
}

export interface TrainerPlace {
  readonly port: number;
  /** Seconds until it is given up, for a player whose trainer must have been there before it; else it waits for ever. */
  readonly patience?: number | undefined;
}

const SECONDS_BETWEEN_TRIES = 0.5;
/** A trainer says at once that it speaks HTTP/2; who hasn't by then never will. */
const SECONDS_UNTIL_STRANGE = 5;
/** One that is just closing may look like a stranger once. */
const MEETINGS_UNTIL_STRANGE = 3;
/** Waiting this long is worth a second line. */
const SECONDS_UNTIL_HINT = 30;
/** What a trainer gets that has a reply to finish, and again to hear the goodbye. */
const SECONDS_FOR_GOODBYE = 2;

export class TrainerLine {
  readonly #connection: ExchangeClient;
  readonly #signal: AbortSignal;
  /** The reply under way. */
  #reply: Promise<unknown> = Promise.resolve();
  #isOver = false;

  private constructor(connection: ExchangeClient, signal: AbortSignal) {
    this.#connection = connection;
    this.#signal = signal;
  }

  /**
   * Connects, and tries again until someone listens (which Unity doesn't), then says who is here.
   *
   * @returns the line and the first reply.
   * @throws SessionEnd where it is interrupted; UserError where its patience ends, or where somebody else listens there.
   */
  static async dial(
    { port, patience = Number.POSITIVE_INFINITY }: TrainerPlace,
    { info, signal }: LineHooks,
  ): Promise<{ line: TrainerLine; reply: UnityMessageProto }> {
    const began = performance.now();
    const waited = () => (performance.now() - began) / 1000;
    let told = 0;
    let strangers = 0;
    for (;;) {
      const client = new ExchangeClient(port);
      const line = new TrainerLine(client, signal);
      const silence = setTimeout(() => client.meets === 'a stranger' && client.close(), 1000 * SECONDS_UNTIL_STRANGE);
      try {
        return { line, reply: await line.exchange(encodeMessage(introduction)) };
      } catch (error) {
        line.close();
        const { cause } = error as Error;
        if (cause instanceof CallError && cause.code === GRPC.unimplemented) {
          throw strangerThere(port, cause.message, error);
        }
        // One that is just closing may be followed by another one.
        if (!(error instanceof SessionEnd) || error.ending === 'interrupted') throw error;
        strangers = client.meets === 'a stranger' ? strangers + 1 : 0;
        if (strangers === MEETINGS_UNTIL_STRANGE) throw strangerThere(port, 'it does not speak gRPC', error);
        if (waited() > patience) throw nobodyThere(port, patience, error);
      } finally {
        clearTimeout(silence);
      }
      if (told === 0) info(`Waiting for a trainer on port ${port}.`);
      if (told === 1 && waited() > SECONDS_UNTIL_HINT) info(`Still nobody listens on port ${port}; ${HINT}`);
      if (told === 0 || (told === 1 && waited() > SECONDS_UNTIL_HINT)) told += 1;
      await sleep(1000 * SECONDS_BETWEEN_TRIES, undefined, { signal }).catch(() => {
        throw new SessionEnd('interrupted');
      });
    }
  }

  /**
   * @throws SessionEnd where it is interrupted, or the trainer goes away; UserError where it can't take the message, or
   *   answers in another language.
   */
  async exchange(message: Uint8Array): Promise<UnityMessageProto> {
    const reply = this.#connection.exchange(message);
    this.#reply = reply;
    const bytes = await unlessAborted(reply, this.#signal).catch((error) => {
      if (error instanceof SessionEnd) throw error;
      this.#isOver = true;
      throw toldAsEnd(error);
    });
    try {
      const message = decodeMessage(bytes);
      if (message.header?.status !== STATUS.ok) this.#isOver = true;
      return message;
    } catch (error) {
      throw new UserError(
        { what: "the trainer's reply is no message of ML-Agents", value: (error as Error).message },
        { cause: error },
      );
    }
  }

  /** Tells the trainer that this side ends the session, and does not wait long for its answer. */
  async sayGoodbye(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    await within(SECONDS_FOR_GOODBYE, this.#reply);
    await within(SECONDS_FOR_GOODBYE, this.#connection.exchange(encodeMessage(goodbye)));
  }

  close(): void {
    this.#isOver = true;
    this.#connection.close();
  }
}

const HINT = `start one with "${commandText('train', '--env unity')}" or "mlagents-learn CONFIG" (both without a player to launch), or name its port with --mlagents-port`;

function nobodyThere(port: number, patience: number, cause: SessionEnd): UserError {
  return new UserError(
    {
      what: `no trainer answered within ${patience} s`,
      where: '--mlagents-port',
      value: port,
      mend: 'start the trainer first, or leave --mlagents-port out to wait for one on port 5004',
    },
    { cause },
  );
}

function strangerThere(port: number, value: string, cause: unknown): UserError {
  return new UserError(
    {
      what: `something listens on port ${port}, and it is no trainer of ML-Agents`,
      where: '--mlagents-port',
      value,
      mend: `end that program, or give the trainer another port: "${commandText('train', '--env unity --port N')}", and here --mlagents-port N`,
    },
    { cause },
  );
}

/**
 * As Unity takes gRPC's errors: whatever they are, the session is over. Those that the user can mend are told as such.
 *
 * A trainer that closes its server has ended the session, answered or not: mlagents-learn does so right behind its last
 * answer, which then doesn't always get out (GOAWAY with code 2, "Cancelling all calls").
 */
function toldAsEnd(error: unknown): unknown {
  if (!(error instanceof CallError)) return error;
  const { code, message: details, isDismissed } = error;
  switch (code) {
    case GRPC.unavailable:
    case GRPC.cancelled:
    // What grpcio makes of Ctrl-C in mlagents-learn.
    case GRPC.unknown:
      return isDismissed
        ? new SessionEnd('the trainer ended the session', 'it closed the connection')
        : new SessionEnd('the trainer is gone', details);
    case GRPC.resourceExhausted:
      return new UserError(
        { what: 'the trainer takes no message as large as this', value: details, mend: 'use fewer --num-agents' },
        { cause: error },
      );
    default:
      return new UserError({ what: 'the trainer refused a message', value: details }, { cause: error });
  }
}

function unlessAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(new SessionEnd('interrupted'));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** Until it is settled, either way, or the time is up. */
async function within(seconds: number, work: Promise<unknown>): Promise<void> {
  const timeIsUp = new AbortController();
  await Promise.race([
    work.catch(() => {}),
    sleep(1000 * seconds, undefined, { signal: timeIsUp.signal }).catch(() => {}),
  ]);
  timeIsUp.abort();
}
