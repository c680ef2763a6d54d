/**
 * Graphs that several threads compute side by side. A call goes to a thread that is free, or waits for one, and is computed
 * there in a session with one thread of onnxruntime. So what a call comes to depends on nothing but what it is given, however
 * many threads there are: with more than one thread on an operator, onnxruntime adds in another order.
 *
 * That takes threads of Node, because onnxruntime-node computes where it is called: two calls at once of one thread would
 * come one after the other.
 */
import type { Worker } from 'node:worker_threads';
import { startWorker } from '../base/threads/start-worker.ts';
import type { DenseTensor } from './onnxruntime.ts';

type Tensors = Readonly<Record<string, DenseTensor>>;

export type ThreadRequest =
  /** With the model where the thread has not computed the graph before. */
  | { readonly kind: 'run'; readonly graph: number; readonly model?: Uint8Array; readonly feeds: Tensors }
  | { readonly kind: 'release'; readonly graph: number };

export type ThreadReply = { readonly results: Tensors } | { readonly error: unknown };

/** What a graph in several threads shares with a session of one's own. */
export interface ThreadedSession {
  readonly use: { readonly device: 'cpu' };
  /** Runs the graph; `feeds` are copied once there is a thread for them. */
  run(feeds: Tensors): Promise<Record<string, DenseTensor>>;
  /** Frees the native memory. No call may follow. */
  release(): Promise<void>;
}

/** Starts a thread when a call finds none free, and ends all of them with the last graph. */
export class SessionThreads {
  readonly #most: number;
  #threads: SessionThread[] = [];
  #free: SessionThread[] = [];
  /** Calls that wait for a thread. */
  readonly #waiting: ((thread: SessionThread) => void)[] = [];
  readonly #models = new Map<number, Uint8Array>();
  #graphs = 0;

  /** @param most threads, at least 1. */
  constructor(most: number) {
    this.#most = most;
  }

  open(model: Uint8Array): ThreadedSession {
    const graph = this.#graphs++;
    this.#models.set(graph, model);
    return {
      use: { device: 'cpu' },
      run: (feeds) => this.#run(graph, feeds),
      release: () => this.#release(graph),
    };
  }

  async #run(graph: number, feeds: Tensors): Promise<Record<string, DenseTensor>> {
    const thread = await this.#freeThread();
    try {
      return await thread.run(graph, this.#models.get(graph)!, feeds);
    } finally {
      const next = this.#waiting.shift();
      if (next) next(thread);
      else this.#free.push(thread);
    }
  }

  #freeThread(): SessionThread | Promise<SessionThread> {
    const free = this.#free.pop();
    if (free) return free;
    if (this.#threads.length === this.#most) return new Promise((take) => this.#waiting.push(take));
    const thread = new SessionThread();
    this.#threads.push(thread);
    return thread;
  }

  async #release(graph: number): Promise<void> {
    this.#models.delete(graph);
    const threads = this.#threads;
    if (this.#models.size > 0) {
      await Promise.all(threads.map((thread) => thread.release(graph)));
      return;
    }
    this.#threads = [];
    this.#free = [];
    await Promise.all(threads.map((thread) => thread.end()));
  }
}

/** One thread; it answers in the order in which it is asked. Where it ends unasked, all that is asked of it fails. */
class SessionThread {
  readonly #worker: Worker;
  readonly #open = new Set<number>();
  readonly #asked: { resolve(results: Record<string, DenseTensor>): void; reject(error: unknown): void }[] = [];
  #ended: { readonly error: unknown } | undefined;

  constructor() {
    this.#worker = startWorker(new URL('./session-thread.ts', import.meta.url), undefined);
    this.#worker.on('message', (reply: ThreadReply) => {
      const { resolve, reject } = this.#asked.shift()!;
      if ('error' in reply) reject(reply.error);
      else resolve(reply.results);
      // Only what is waited for keeps the process running.
      if (this.#asked.length === 0) this.#worker.unref();
    });
    this.#worker.once('error', (error) => this.#fail(error));
    this.#worker.once('exit', (code) => this.#fail(new Error(`a thread that computes ended with code ${code}`)));
  }

  async run(graph: number, model: Uint8Array, feeds: Tensors): Promise<Record<string, DenseTensor>> {
    // Copied by itself, for a view would be sent with all that lies around it; then handed over.
    const copies = copiesOf(feeds);
    const request = { kind: 'run', graph, feeds: copies, ...(this.#open.has(graph) ? {} : { model }) } as const;
    const results = await this.#ask(request, buffersOf(copies));
    this.#open.add(graph);
    return results;
  }

  async release(graph: number): Promise<void> {
    if (this.#open.delete(graph)) await this.#ask({ kind: 'release', graph });
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #ask(request: ThreadRequest, handedOver: readonly ArrayBuffer[] = []): Promise<Record<string, DenseTensor>> {
    return new Promise((resolve, reject) => {
      if (this.#ended) {
        reject(this.#ended.error);
        return;
      }
      this.#asked.push({ resolve, reject });
      this.#worker.ref();
      this.#worker.postMessage(request, handedOver);
    });
  }

  #fail(error: unknown): void {
    this.#ended ??= { error };
    for (const { reject } of this.#asked.splice(0)) reject(this.#ended.error);
  }
}

function copiesOf(tensors: Tensors): Record<string, DenseTensor> {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, each]) => [name, { ...each, data: each.data.slice() }]),
  );
}

/** What numbers lie in, to be handed over. */
export function buffersOf(tensors: Tensors): ArrayBuffer[] {
  return [...new Set(Object.values(tensors).map(({ data }) => data.buffer as ArrayBuffer))];
}
