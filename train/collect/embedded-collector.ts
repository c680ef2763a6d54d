/**
 * Collects experience in worker threads. The agents are dealt out to the workers one by one, so that all have the same to do,
 * and live there in groups that decide as one batch. What comes of an agent doesn't depend on its group (deciding.ts), so the
 * numbers are the same for any number of workers.
 */
import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { type Problem, UserError } from '../../base/failure/user-error.ts';
import { startWorker } from '../../base/threads/start-worker.ts';
import type { Episode, EpisodeSnapshot, ParameterValues } from '../../envs/env.ts';
import type { Trial } from '../judge/trials.ts';
import { type Finding, NotFiniteError } from '../numbers/not-finite.ts';
import type { SentPolicy } from '../policy/acting-policy.ts';
import type { Collector, CollectRequest } from './collecting.ts';
import { GROUP_SIZE } from './deciding.ts';
import { mergeRollouts, type Rollout } from './rollout.ts';
import { type SharedCounter, sharedCounter } from './shared-counter.ts';

export interface EmbeddedOptions {
  /** URL of an `EnvironmentModule`. */
  readonly environment: string;
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

export interface CollectorWorkerData {
  readonly environment: string;
  readonly world: string | undefined;
  readonly groups: readonly Group[];
  readonly seed: number;
  readonly parameters: ParameterValues;
}

export interface WorkerCollectRequest extends Omit<CollectRequest, 'rows'> {
  /** Of each agent. */
  readonly decisions: number;
}

export type CollectorRequest =
  | ({ readonly kind: 'collect' } & WorkerCollectRequest)
  | ({ readonly kind: 'try'; readonly trials: readonly Trial[]; readonly next: SharedCounter } & SentPolicy)
  | { readonly kind: 'snapshots' }
  | { readonly kind: 'parameters'; readonly parameters: ParameterValues; readonly reset: boolean }
  | { readonly kind: 'close' };

export type CollectorReply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'collected'; readonly parts: Rollout[] }
  | { readonly kind: 'tried'; readonly played: readonly PlayedTrial[] }
  | { readonly kind: 'snapshots'; readonly snapshots: EpisodeSnapshot[] | undefined }
  | { readonly kind: 'parameters' }
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

export class EmbeddedCollector implements Collector {
  readonly #workers: readonly RollOutWorker[];
  readonly #agents: number;

  private constructor(workers: readonly RollOutWorker[], agents: number) {
    this.#workers = workers;
    this.#agents = agents;
  }

  /** Starts the workers and their worlds. */
  static async start(options: EmbeddedOptions): Promise<EmbeddedCollector> {
    const { environment, world, seed, parameters } = options;
    const shares = dealOut(options);
    const started = shares.map((groups) => new RollOutWorker({ environment, world, groups, seed, parameters }));
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
  async evaluate(policy: SentPolicy, trials: readonly Trial[]): Promise<readonly Episode[]> {
    const episodes: Episode[] = [];
    const next = sharedCounter();
    const replies = await Promise.all(
      this.#workers.map((worker) => worker.ask({ kind: 'try', trials, next, ...policy })),
    );
    for (const reply of replies) {
      if (reply.kind !== 'tried') continue;
      for (const { place, episode } of reply.played) episodes[place] = episode;
    }
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

/** A worker thread, asked one thing at a time. Where it ends unasked, also in between, the next answer is that it has. */
class RollOutWorker {
  readonly #worker: Worker;
  #ended: { readonly error: unknown } | undefined;

  constructor(data: CollectorWorkerData) {
    this.#worker = startWorker(new URL('./collector-worker.ts', import.meta.url), data);
    this.#worker.once('error', (error) => this.#end(error));
    this.#worker.once('exit', (code) => this.#end(new Error(`a roll-out worker ended with code ${code}`)));
  }

  #end(error: unknown): void {
    this.#ended ??= { error };
  }

  /** Its reply; rejects where it fails or ends instead. */
  ask(request: CollectorRequest): Promise<CollectorReply> {
    this.#worker.postMessage(request);
    return this.answer();
  }

  /** The next reply, asked for or not: the first one says that it is ready. */
  answer(): Promise<CollectorReply> {
    return new Promise((resolve, reject) => {
      const settle = (act: () => void) => {
        this.#worker.off('message', onMessage).off('error', onEnd).off('exit', onEnd);
        act();
      };
      const onMessage = (reply: CollectorReply) =>
        settle(() => (reply.kind === 'failed' ? reject(thrown(reply)) : resolve(reply)));
      const onEnd = () => settle(() => reject(this.#ended!.error));
      this.#worker.on('message', onMessage).on('error', onEnd).on('exit', onEnd);
      if (this.#ended) onEnd();
    });
  }

  async close(): Promise<void> {
    if (this.#ended) return;
    const exited = once(this.#worker, 'exit');
    this.#worker.postMessage({ kind: 'close' } satisfies CollectorRequest);
    await exited;
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }
}

function thrown({ error, problem, finding }: Extract<CollectorReply, { kind: 'failed' }>): unknown {
  if (finding) return new NotFiniteError(finding);
  return problem ? new UserError(problem) : error;
}
