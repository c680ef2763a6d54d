/**
 * Deals the agents' worlds out to threads. What the agents see and earn does not depend on how many there are: no world
 * knows of another.
 */
import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { type Problem, UserError } from '../../../base/failure/user-error.ts';
import { startWorker } from '../../../base/threads/start-worker.ts';
import type { BehaviorSpec, EnvironmentModule } from '../../env.ts';
import { type AgentNumbers, type SharedNumbers, shareNumbers, viewNumbers } from './agent-numbers.ts';
import { AgentWorlds, type Beginning, type Worlds } from './agent-worlds.ts';
import { dealTurns } from './turns.ts';

export interface WorldsOptions {
  /** URL of an `EnvironmentModule`. */
  readonly environment: string;
  /** Which of its worlds; default its first. */
  readonly world?: string | undefined;
  readonly behavior: BehaviorSpec;
  readonly seed: number;
  readonly agents: number;
  /** Threads; one means this one. */
  readonly workers: number;
  /** Physics steps from one decision to the next. */
  readonly stepsPerDecision: number;
  readonly turns: number;
}

export interface WorldWorkerData extends Omit<WorldsOptions, 'behavior' | 'workers'> {
  readonly shared: SharedNumbers;
  /** The agents of the thread: so many, from this one on. */
  readonly firstAgent: number;
  readonly own: number;
}

export type WorldRequest =
  | { readonly kind: 'begin'; readonly beginnings: readonly Beginning[] }
  | { readonly kind: 'step'; readonly turn: number }
  | { readonly kind: 'close' };

export type WorldReply =
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly error: unknown; readonly problem: Problem | undefined };

export async function openWorlds(options: WorldsOptions): Promise<{ worlds: Worlds; numbers: AgentNumbers }> {
  const { environment, world, behavior, seed, agents, stepsPerDecision, turns } = options;
  const shared = shareNumbers(agents, behavior);
  const numbers = viewNumbers(shared);
  const workers = Math.min(options.workers, agents);
  if (workers === 1) {
    const module = (await import(environment)) as EnvironmentModule;
    const turnOf = dealTurns(agents, turns);
    const worlds = new AgentWorlds({ module, world, seed, numbers, firstAgent: 0, agents, stepsPerDecision, turnOf });
    return { numbers, worlds };
  }
  const shares = Array.from({ length: workers }, (_, share) => {
    const firstAgent = Math.floor((share * agents) / workers);
    const end = Math.floor(((share + 1) * agents) / workers);
    const common = { environment, world, seed, stepsPerDecision, turns, agents };
    return new Share({ ...common, shared, firstAgent, own: end - firstAgent });
  });
  return { numbers, worlds: new SharedWorlds(shares) };
}

class SharedWorlds implements Worlds {
  readonly #shares: readonly Share[];

  constructor(shares: readonly Share[]) {
    this.#shares = shares;
  }

  async begin(beginnings: readonly Beginning[]): Promise<void> {
    await Promise.all(
      this.#shares.map(async (share) => {
        const own = beginnings.filter(({ agent }) => share.has(agent));
        if (own.length > 0) await share.ask({ kind: 'begin', beginnings: own });
      }),
    );
  }

  async step(turn: number): Promise<void> {
    await Promise.all(this.#shares.map((share) => share.ask({ kind: 'step', turn })));
  }

  async close(): Promise<void> {
    await allOf(this.#shares.map((share) => share.close()));
  }
}

/** Waits for all, also where one fails. @throws what the first failed by. */
async function allOf(work: readonly Promise<void>[]): Promise<void> {
  await Promise.allSettled(work);
  await Promise.all(work);
}

/** One thread and the agents that live in it. */
class Share {
  readonly #data: WorldWorkerData;
  readonly #worker: Worker;
  /** Of what the thread was asked and has not answered yet, in that order. */
  readonly #asked: { resolve(): void; reject(reason: unknown): void }[] = [];
  /** Why the thread is of no use any more. */
  #broken: Error | undefined;

  constructor(data: WorldWorkerData) {
    this.#data = data;
    this.#worker = startWorker(new URL('./world-worker.ts', import.meta.url), data);
    this.#worker.on('message', (reply: WorldReply) => {
      const asked = this.#asked.shift();
      if (reply.kind === 'done') asked?.resolve();
      else asked?.reject(reply.problem ? new UserError(reply.problem) : reply.error);
    });
    this.#worker.on('error', (error) => this.#break(error as Error));
    this.#worker.on('exit', (code) => this.#break(new Error(`a thread of walkers ended with code ${code}`)));
  }

  has(agent: number): boolean {
    const { firstAgent, own } = this.#data;
    return agent >= firstAgent && agent < firstAgent + own;
  }

  ask(request: WorldRequest): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#broken) return reject(this.#broken);
      this.#asked.push({ resolve, reject });
      this.#worker.postMessage(request);
    });
  }

  /** Waits until the thread has ended. @throws what a world's own end failed by. */
  async close(): Promise<void> {
    if (this.#broken) return;
    const exited = once(this.#worker, 'exit');
    const closed = this.ask({ kind: 'close' });
    await Promise.allSettled([closed, exited]);
    await closed;
  }

  #break(error: Error): void {
    this.#broken ??= error;
    for (const { reject } of this.#asked.splice(0)) reject(this.#broken);
  }
}
