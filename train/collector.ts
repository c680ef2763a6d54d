/**
 * Collects experience in worker threads. Agents live in groups of a fixed size and groups are dealt out to the workers:
 * since a group always decides as one batch, the numbers are the same for any number of workers.
 */
import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import type { Episode, EpisodeHistory, ParameterValues } from '../envs/env.ts';
import { type Problem, UserError } from '../failure/user-error.ts';
import { startWorker } from '../threads/start-worker.ts';
import type { Trial } from './evaluation.ts';
import { type Finding, NotFiniteError } from './not-finite.ts';
import { mergeRollouts, type Rollout } from './rollout.ts';

/** Agents that decide as one batch. Part of what a run's numbers depend on, so it is no setting. */
export const GROUP_SIZE = 8;

export interface CollectorOptions {
  /** URL of an `EnvironmentModule`. */
  readonly environment: string;
  readonly agents: number;
  readonly workers: number;
  readonly seed: number;
  readonly parameters: ParameterValues;
  /** Where each agent goes on, as `Collector.histories` told; absent in a new run. */
  readonly histories?: readonly EpisodeHistory[] | undefined;
}

interface Group {
  readonly firstAgent: number;
  readonly agents: number;
  readonly histories?: readonly EpisodeHistory[];
}

export interface CollectorWorkerData {
  readonly environment: string;
  readonly groups: readonly Group[];
  readonly seed: number;
  readonly parameters: ParameterValues;
}

/** A policy on its way to a worker. */
export interface SentPolicy {
  /** ONNX: `observations` [batch, observationSize], raw, to `means` [batch, actionSize]. */
  readonly model: Uint8Array;
  readonly logDeviation: Float32Array; // [actionSize]
  /** Act on the means, without noise. */
  readonly deterministic: boolean;
}

export interface CollectRequest extends SentPolicy {
  readonly iteration: number;
  /** Decisions of all agents, of which each makes the same share. */
  readonly rows: number;
}

export interface WorkerCollectRequest extends Omit<CollectRequest, 'rows'> {
  /** Of each agent. */
  readonly decisions: number;
}

export type CollectorRequest =
  | ({ readonly kind: 'collect' } & WorkerCollectRequest)
  | ({ readonly kind: 'try'; readonly trial: Trial } & SentPolicy)
  | { readonly kind: 'histories' }
  | { readonly kind: 'parameters'; readonly parameters: ParameterValues; readonly reset: boolean }
  | { readonly kind: 'close' };

export type CollectorReply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'collected'; readonly parts: Rollout[] }
  | { readonly kind: 'tried'; readonly episodes: readonly Episode[] }
  | { readonly kind: 'histories'; readonly histories: EpisodeHistory[] | undefined }
  | { readonly kind: 'parameters' }
  | {
      readonly kind: 'failed';
      readonly error: unknown;
      readonly problem?: Problem | undefined;
      readonly finding?: Finding | undefined;
    };

export class Collector {
  readonly #workers: readonly Worker[];
  readonly #agents: number;

  private constructor(workers: readonly Worker[], agents: number) {
    this.#workers = workers;
    this.#agents = agents;
  }

  /** Starts the workers and their worlds. */
  static async start(options: CollectorOptions): Promise<Collector> {
    const { environment, seed, parameters } = options;
    const shares = dealOut(options);
    const started = shares.map((groups) =>
      startWorker(new URL('./collector-worker.ts', import.meta.url), {
        environment,
        groups,
        seed,
        parameters,
      } satisfies CollectorWorkerData),
    );
    const collector = new Collector(started, options.agents);
    try {
      await Promise.all(started.map((worker) => answer(worker)));
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
      this.#workers.map((worker) => {
        worker.postMessage({ kind: 'collect', ...policy, decisions } satisfies CollectorRequest);
        return answer(worker);
      }),
    );
    return mergeRollouts(replies.flatMap((reply) => (reply.kind === 'collected' ? reply.parts : [])));
  }

  /**
   * Plays episodes in worlds of their own, each trial in the next worker that is free; those that experience is collected
   * in stand still meanwhile.
   *
   * @returns the episodes of each trial.
   */
  async evaluate(policy: SentPolicy, trials: readonly Trial[]): Promise<(readonly Episode[])[]> {
    const episodes: (readonly Episode[])[] = [];
    const waiting = trials.entries();
    await Promise.all(
      this.#workers.map(async (worker) => {
        for (const [index, trial] of waiting) {
          worker.postMessage({ kind: 'try', trial, ...policy } satisfies CollectorRequest);
          const reply = await answer(worker);
          if (reply.kind === 'tried') episodes[index] = reply.episodes;
        }
      }),
    );
    return episodes;
  }

  /** What a new collector needs to go on from here, in the order of the agents; undefined where the world can't repeat. */
  async histories(): Promise<EpisodeHistory[] | undefined> {
    const replies = await Promise.all(
      this.#workers.map((worker) => {
        worker.postMessage({ kind: 'histories' } satisfies CollectorRequest);
        return answer(worker);
      }),
    );
    const parts = replies.map((reply) => (reply.kind === 'histories' ? reply.histories : undefined));
    return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
  }

  /**
   * Gives other parameters to the episodes that start from now on; those under way keep theirs.
   *
   * @param reset whether those under way are dropped and every agent starts one at once.
   */
  async setParameters(parameters: ParameterValues, reset: boolean): Promise<void> {
    await Promise.all(
      this.#workers.map((worker) => {
        worker.postMessage({ kind: 'parameters', parameters, reset } satisfies CollectorRequest);
        return answer(worker);
      }),
    );
  }

  /** Ends the worlds and the workers. */
  async close(): Promise<void> {
    await Promise.all(
      this.#workers.map(async (worker) => {
        const exited = once(worker, 'exit');
        worker.postMessage({ kind: 'close' } satisfies CollectorRequest);
        await exited;
      }),
    );
  }

  /** Ends the workers wherever they are. */
  async abandon(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}

/** Groups in the order of their agents, in even and contiguous shares, so that merged shares are in order too. */
function dealOut({ agents, workers, histories }: CollectorOptions): Group[][] {
  const groups = Array.from({ length: Math.ceil(agents / GROUP_SIZE) }, (_, group): Group => {
    const firstAgent = group * GROUP_SIZE;
    const end = Math.min(firstAgent + GROUP_SIZE, agents);
    return {
      firstAgent,
      agents: end - firstAgent,
      ...(histories ? { histories: histories.slice(firstAgent, end) } : {}),
    };
  });
  const shares = Math.min(workers, groups.length);
  return Array.from({ length: shares }, (_, share) =>
    groups.slice(Math.floor((share * groups.length) / shares), Math.floor(((share + 1) * groups.length) / shares)),
  );
}

/** The worker's next reply; rejects where it fails or ends instead. */
function answer(worker: Worker): Promise<CollectorReply> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      act();
    };
    const onMessage = (reply: CollectorReply) =>
      settle(() => (reply.kind === 'failed' ? reject(thrown(reply)) : resolve(reply)));
    const onError = (error: Error) => settle(() => reject(error));
    const onExit = (code: number) => settle(() => reject(new Error(`a roll-out worker ended with code ${code}`)));
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
  });
}

function thrown({ error, problem, finding }: Extract<CollectorReply, { kind: 'failed' }>): unknown {
  if (finding) return new NotFiniteError(finding);
  return problem ? new UserError(problem) : error;
}
