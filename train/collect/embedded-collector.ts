/**
 * Collects experience in threads: of Node (worker-threads.ts), or a page's workers. The agents are dealt out to the workers one by one, so that all have the same to do,
 * and live there in groups that decide as one batch. What comes of an agent doesn't depend on its group (deciding.ts), so the
 * numbers are the same for any number of workers.
 */
import { type Problem, UserError } from '../../base/failure/user-error.ts';
import type { Thread } from '../../base/threads/thread.ts';
import type { Episode, EpisodeSnapshot, ParameterValues } from '../../envs/env.ts';
import type { Trial } from '../judge/trials.ts';
import { type Finding, NotFiniteError } from '../numbers/not-finite.ts';
import type { SentPolicy } from '../policy/acting-policy.ts';
import type { Collector, CollectRequest } from './collecting.ts';
import { GROUP_SIZE } from './deciding.ts';
import { mergeRollouts, type Rollout } from './rollout.ts';
import { type SharedCounter, sharedCounter } from './shared-counter.ts';

export interface EmbeddedOptions {
  /** Which of its worlds; default its first. */
  readonly world?: string | undefined;
  readonly agents: number;
  readonly workers: number;
  readonly seed: number;
  readonly parameters: ParameterValues;
  /** Where each agent goes on, as `snapshots` told; absent in a new run. */
  readonly snapshots?: readonly EpisodeSnapshot[] | undefined;
}

interface Group {
  readonly firstAgent: number;
  readonly agents: number;
  readonly snapshots?: readonly EpisodeSnapshot[];
}

/** What a thread makes its worlds from. */
export interface CollectorWorkerData {
  readonly world: string | undefined;
  readonly groups: readonly Group[];
  readonly seed: number;
  readonly parameters: ParameterValues;
}

/** Starts a thread in which a `CollectorHost` makes these worlds and answers. */
export type StartCollector = (data: CollectorWorkerData) => Thread<CollectorRequest, CollectorReply>;

export interface WorkerCollectRequest extends Omit<CollectRequest, 'rows'> {
  /** Of each agent. */
  readonly decisions: number;
}

export type CollectorRequest =
  | ({ readonly kind: 'collect' } & WorkerCollectRequest)
  | ({
      readonly kind: 'try';
      readonly trials: readonly Trial[];
      /** Trials that were taken so far, and those that have ended. */
      readonly next: SharedCounter;
      readonly ended: SharedCounter;
    } & SentPolicy)
  | { readonly kind: 'snapshots' }
  | { readonly kind: 'parameters'; readonly parameters: ParameterValues; readonly reset: boolean }
  | { readonly kind: 'close' };

export type CollectorReply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'collected'; readonly parts: Rollout[] }
  | { readonly kind: 'tried'; readonly played: readonly PlayedTrial[] }
  | { readonly kind: 'snapshots'; readonly snapshots: EpisodeSnapshot[] | undefined }
  | { readonly kind: 'parameters' }
  | { readonly kind: 'closed' }
  | {
      readonly kind: 'failed';
      readonly error: unknown;
      readonly problem?: Problem | undefined;
      readonly finding?: Finding | undefined;
    };

/** The episode of a trial, and the trial's place among all. */
export interface PlayedTrial {
  readonly place: number;
  readonly episode: Episode;
}

/** How often an evaluation under way tells how far it is. */
const MILLISECONDS_BETWEEN_TELLINGS = 200;

export class EmbeddedCollector implements Collector {
  readonly #workers: readonly RollOutWorker[];
  readonly #agents: number;

  private constructor(workers: readonly RollOutWorker[], agents: number) {
    this.#workers = workers;
    this.#agents = agents;
  }

  /** Starts the workers and their worlds. */
  static async start(options: EmbeddedOptions, start: StartCollector): Promise<EmbeddedCollector> {
    const { world, seed, parameters } = options;
    const shares = dealOut(options);
    const started = shares.map((groups) => new RollOutWorker(start({ world, groups, seed, parameters })));
    const collector = new EmbeddedCollector(started, options.agents);
    try {
      await Promise.all(started.map((worker) => worker.answer()));
    } catch (error) {
      await collector.abandon();
      throw error;
    }
    return collector;
  }

  /** Lets every agent decide equally often under one policy. */
  async collect({ rows, ...policy }: CollectRequest): Promise<Rollout> {
    const decisions = Math.ceil(rows / this.#agents);
    const replies = await Promise.all(
      this.#workers.map((worker) => worker.ask({ kind: 'collect', ...policy, decisions })),
    );
    return mergeRollouts(replies.flatMap((reply) => (reply.kind === 'collected' ? reply.parts : [])));
  }

  /** Each trial is played by the next worker that has a row free. */
  async evaluate(
    policy: SentPolicy,
    trials: readonly Trial[],
    told: (done: number) => void,
    signal: AbortSignal,
  ): Promise<readonly Episode[] | undefined> {
    const episodes: Episode[] = [];
    const [next, ended] = [sharedCounter(), sharedCounter()];
    const telling = setInterval(() => told(Atomics.load(ended, 0)), MILLISECONDS_BETWEEN_TELLINGS);
    told(0);
    const leave = () => Atomics.store(next, 0, trials.length);
    signal.addEventListener('abort', leave);
    if (signal.aborted) leave();
    const replies = await Promise.all(
      this.#workers.map((worker) => worker.ask({ kind: 'try', trials, next, ended, ...policy })),
    ).finally(() => {
      clearInterval(telling);
      signal.removeEventListener('abort', leave);
    });
    for (const reply of replies) {
      if (reply.kind !== 'tried') continue;
      for (const { place, episode } of reply.played) episodes[place] = episode;
    }
    if (trials.some((_, place) => episodes[place] === undefined)) return undefined;
    told(trials.length);
    return episodes;
  }

  async snapshots(): Promise<EpisodeSnapshot[] | undefined> {
    const replies = await Promise.all(this.#workers.map((worker) => worker.ask({ kind: 'snapshots' })));
    const parts = replies.map((reply) => (reply.kind === 'snapshots' ? reply.snapshots : undefined));
    return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
  }

  async setParameters(parameters: ParameterValues, reset: boolean): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.ask({ kind: 'parameters', parameters, reset })));
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.close()));
  }

  async abandon(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}

/** Agents in even and contiguous shares, so that merged shares are in order, and the groups of each share. */
function dealOut({ agents, workers, snapshots }: EmbeddedOptions): Group[][] {
  const shares = Math.min(workers, agents);
  const startOf = (share: number) => Math.floor((share * agents) / shares);
  return Array.from({ length: shares }, (_, share) => {
    const groups: Group[] = [];
    const end = startOf(share + 1);
    for (let firstAgent = startOf(share); firstAgent < end; firstAgent += GROUP_SIZE) {
      const next = Math.min(firstAgent + GROUP_SIZE, end);
      const own = snapshots ? { snapshots: snapshots.slice(firstAgent, next) } : {};
      groups.push({ firstAgent, agents: next - firstAgent, ...own });
    }
    return groups;
  });
}

/** A thread, asked one thing at a time. Where it ends unasked, also in between, the next answer is that it has. */
class RollOutWorker {
  readonly #thread: Thread<CollectorRequest, CollectorReply>;
  #ended: { readonly error: unknown } | undefined;
  /** Replies that nobody has waited for yet; the first one says that it is ready. */
  readonly #replies: CollectorReply[] = [];
  #waiting: (() => void) | undefined;

  constructor(thread: Thread<CollectorRequest, CollectorReply>) {
    this.#thread = thread;
    thread.listen({
      reply: (reply) => {
        this.#replies.push(reply);
        this.#waiting?.();
      },
      ended: (error) => {
        this.#ended ??= { error };
        this.#waiting?.();
      },
    });
  }

  /** Its reply; rejects where it fails or ends instead. */
  ask(request: CollectorRequest): Promise<CollectorReply> {
    this.#thread.post(request);
    return this.answer();
  }

  /** The next reply, asked for or not. */
  async answer(): Promise<CollectorReply> {
    if (this.#replies.length === 0 && !this.#ended) {
      await new Promise<void>((heard) => {
        this.#waiting = heard;
      });
      this.#waiting = undefined;
    }
    const reply = this.#replies.shift();
    if (!reply) throw this.#ended!.error;
    if (reply.kind === 'failed') throw thrown(reply);
    return reply;
  }

  async close(): Promise<void> {
    if (this.#ended) return;
    await this.ask({ kind: 'close' });
    await this.#thread.end();
  }

  async terminate(): Promise<void> {
    await this.#thread.end();
  }
}

function thrown({ error, problem, finding }: Extract<CollectorReply, { kind: 'failed' }>): unknown {
  if (finding) return new NotFiniteError(finding);
  return problem ? new UserError(problem) : error;
}
