/**
 * Worker threads that play episodes, each some at once. A thread takes the number of the next episode from a counter that all
 * share, so none waits for another; which thread plays which changes no byte of what comes of it.
 */
import { availableParallelism } from 'node:os';
import type { Worker } from 'node:worker_threads';
import { type Problem, UserError } from '../base/failure/user-error.ts';
import { startWorker } from '../base/threads/start-worker.ts';
import type { EpisodePlan } from './episodes.ts';
import { LANES, type MeteredEpisode, type PlayedEpisode } from './play.ts';
import type { PolicyFile } from './policy-file.ts';

export interface PlayRequest {
  readonly policy: PolicyFile;
  /** Its mean actions instead of sampled ones. */
  readonly deterministic: boolean;
  readonly world: string;
  /** Path of the character's file that plays; default: the Walker. */
  readonly character?: string | undefined;
  readonly plan: EpisodePlan;
  /** Numbers of the episodes, from .. to, the last not among them. */
  readonly from: number;
  readonly to: number;
  /** Whether episodes tell how they were walked, */
  readonly gait?: boolean;
  /** and what was observed in them. */
  readonly observed?: boolean;
}

/** What comes of a request's episodes: with the gait where that is asked for. */
export type EpisodeOf<Request extends PlayRequest> = Request extends { readonly gait: true }
  ? MeteredEpisode
  : PlayedEpisode;

/** What a thread is sent: what to play, with what all threads share; or that it is to end. */
export type PlayMessage =
  | { readonly kind: 'play'; readonly request: PlayRequest; readonly shared: Int32Array }
  | { readonly kind: 'close' };

/** What threads share: the number of the next episode, and 1 where all are to stop in the middle. */
export const SHARED = { next: 0, stop: 1 };

export type PlayReply =
  | { readonly kind: 'played'; readonly episode: PlayedEpisode }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly error: unknown; readonly problem?: Problem | undefined };

export interface PlayWatch {
  /** Told how many have ended so far. */
  readonly progress?: (done: number, total: number) => void;
  /** Ends it in the middle, with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

export class Players {
  readonly #workers: Worker[] = [];
  readonly #most: number;

  /** @param workers threads at most; default: one a core. */
  constructor(workers: number = availableParallelism()) {
    this.#most = workers;
  }

  /**
   * @returns the episodes in their order.
   * @throws UserError where the file is no policy of the Walker.
   */
  async play<Request extends PlayRequest>(
    request: Request,
    { progress, signal }: PlayWatch = {},
  ): Promise<EpisodeOf<Request>[]> {
    const { from, to } = request;
    signal?.throwIfAborted();
    const shared = new Int32Array(new SharedArrayBuffer(8));
    shared[SHARED.next] = from;
    const stop = () => void Atomics.store(shared, SHARED.stop, 1);
    const played: EpisodeOf<Request>[] = [];
    let done = 0;
    const ended = (episode: PlayedEpisode) => {
      played[episode.episode - from] = episode as EpisodeOf<Request>;
      done += 1;
      progress?.(done, to - from);
    };
    const count = Math.min(this.#most, Math.max(1, Math.ceil((to - from) / LANES)));
    while (this.#workers.length < count) {
      this.#workers.push(startWorker(new URL('./player-worker.ts', import.meta.url), undefined));
    }
    signal?.addEventListener('abort', stop, { once: true });
    const asked = this.#workers.slice(0, count).map((worker) => ask(worker, { kind: 'play', request, shared }, ended));
    for (const each of asked) each.catch(stop);
    // All have to come to rest: a thread that is ended while onnxruntime computes takes the process with it.
    const outcomes = await Promise.allSettled(asked);
    signal?.removeEventListener('abort', stop);
    signal?.throwIfAborted();
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    return played;
  }

  async close(): Promise<void> {
    const workers = this.#workers.splice(0);
    const running = workers.filter(({ threadId }) => threadId !== -1);
    const ended = running.map((worker) => new Promise((end) => worker.once('exit', end)));
    for (const worker of running) worker.postMessage({ kind: 'close' } satisfies PlayMessage);
    await Promise.all(ended);
  }
}

/** Opens the players, and closes them again whatever comes of the work. */
export async function withPlayers<Result>(
  workers: number | undefined,
  work: (players: Players) => Promise<Result>,
): Promise<Result> {
  const players = new Players(workers);
  try {
    return await work(players);
  } finally {
    await players.close();
  }
}

function ask(worker: Worker, message: PlayMessage, ended: (episode: PlayedEpisode) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (outcome: () => void) => {
      worker.off('message', hear).off('error', fail).off('exit', exit);
      outcome();
    };
    const fail = (error: unknown) => settle(() => reject(error));
    const exit = (code: number) => fail(new Error(`a thread that plays ended with code ${code}`));
    const hear = (reply: PlayReply) => {
      if (reply.kind === 'played') ended(reply.episode);
      else if (reply.kind === 'done') settle(resolve);
      // An error loses its class on the way: what it is made of is sent.
      else fail(reply.problem ? new UserError(reply.problem) : reply.error);
    };
    worker.on('message', hear).once('error', fail).once('exit', exit);
    worker.postMessage(message);
  });
}
