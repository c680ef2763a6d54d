/**
 * Graphs that several threads compute side by side. A call goes to a thread that is free, or waits for one, and is computed
 * there in a session with one thread of onnxruntime. So what a call comes to depends on nothing but what it is given, however
 * many threads there are: with more than one thread on an operator, onnxruntime adds in another order.
 *
 * That takes threads (of Node, or a page's workers), because onnxruntime computes where it is called: two calls at once of one
 * thread would come one after the other.
 */
import type { Answer, Thread } from '../base/threads/thread.ts';
import type { OpenGraph } from './compiled-function.ts';
import type { DenseTensor, Session } from './onnxruntime.ts';

type Tensors = Readonly<Record<string, DenseTensor>>;
type Computed = Extract<ThreadReply, { readonly results: Tensors }>;

export type ThreadRequest =
  /** With the model where the thread has not computed the graph before; `into` is where outputs go. */
  | {
      readonly kind: 'run';
      readonly graph: number;
      readonly model?: Uint8Array;
      readonly feeds: Tensors;
      readonly into?: Tensors;
    }
  | { readonly kind: 'release'; readonly graph: number };

/** With the memory that the feeds came in, where the call said where outputs go. */
export type ThreadReply =
  | { readonly results: Tensors; readonly spare: readonly ArrayBuffer[] }
  | { readonly error: unknown };

/** Starts a thread; see `SessionThreads`. */
export type StartThread = () => Thread<ThreadRequest, ThreadReply>;

/** Starts a thread when a call finds none free, and ends all of them with the last graph. */
export class SessionThreads {
  readonly #most: number;
  readonly #start: StartThread;
  #threads: SessionThread[] = [];
  #free: SessionThread[] = [];
  /** Calls that wait for a thread. */
  readonly #waiting: ((thread: SessionThread) => void)[] = [];
  readonly #models = new Map<number, Uint8Array>();
  #graphs = 0;

  /**
   * @param most threads, at least 1.
   * @param start starts one, in which a `SessionHost` answers.
   */
  constructor(most: number, start: StartThread) {
    this.#most = most;
    this.#start = start;
  }

  /** A graph whose `feeds` are copied once there is a thread for them. */
  open(model: Uint8Array): OpenGraph {
    const graph = this.#graphs++;
    this.#models.set(graph, model);
    return {
      use: { device: 'cpu' },
      run: (feeds, into) => this.#run(graph, feeds, into),
      release: () => this.#release(graph),
    };
  }

  async #run(graph: number, feeds: Tensors, into?: Tensors): Promise<Record<string, DenseTensor>> {
    const thread = await this.#freeThread();
    try {
      return await thread.run(graph, this.#models.get(graph)!, feeds, into);
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
    const thread = new SessionThread(this.#start());
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
  readonly #thread: Thread<ThreadRequest, ThreadReply>;
  readonly #open = new Set<number>();
  readonly #asked: { resolve(reply: Computed): void; reject(error: unknown): void }[] = [];
  readonly #memory = new RecycledMemory();
  #ended: { readonly error: unknown } | undefined;
  /** Settles with the answer to what was asked last, whatever it is. */
  #latest: Promise<unknown> = Promise.resolve();

  constructor(thread: Thread<ThreadRequest, ThreadReply>) {
    this.#thread = thread;
    thread.listen({
      reply: (reply) => {
        const { resolve, reject } = this.#asked.shift()!;
        if ('error' in reply) reject(reply.error);
        else resolve(reply);
        // Only what is waited for keeps the process running.
        if (this.#asked.length === 0) thread.hold(false);
      },
      ended: (error) => this.#fail(error),
    });
  }

  async run(graph: number, model: Uint8Array, feeds: Tensors, into?: Tensors): Promise<Record<string, DenseTensor>> {
    // Copied by itself, for a view would be sent with all that lies around it; then handed over. What says where its outputs go
    // is called again and again with as much: its memory goes to and fro instead of being had from the system each time.
    const memory = into ? this.#memory : undefined;
    const sent = {
      feeds: mapped(feeds, ({ data, ...rest }) => ({ ...rest, data: memory?.copyOf(data) ?? data.slice() })),
      ...(into ? { into: mapped(into, ({ data, ...rest }) => ({ ...rest, data: this.#memory.like(data) })) } : {}),
    };
    const request = { kind: 'run', graph, ...sent, ...(this.#open.has(graph) ? {} : { model }) } as const;
    const { results, spare } = await this.#ask(request, [...buffersOf(sent.feeds), ...buffersOf(sent.into ?? {})]);
    this.#open.add(graph);
    if (!into) return results;
    this.#memory.takeBack(spare);
    return mapped(results, (result, name) => {
      const target = into[name];
      if (!target) return result;
      (target.data as Float32Array).set(result.data as Float32Array);
      this.#memory.takeBack([result.data.buffer as ArrayBuffer]);
      return target;
    });
  }

  async release(graph: number): Promise<void> {
    this.#memory.forget();
    if (this.#open.delete(graph)) await this.#ask({ kind: 'release', graph });
  }

  /** Once it has answered: another graph's release may be under way. */
  async end(): Promise<void> {
    await this.#latest;
    await this.#thread.end();
  }

  #ask(request: ThreadRequest, handedOver: readonly ArrayBuffer[] = []): Promise<Computed> {
    const answer = new Promise<Computed>((resolve, reject) => {
      if (this.#ended) {
        reject(this.#ended.error);
        return;
      }
      this.#asked.push({ resolve, reject });
      this.#thread.hold(true);
      this.#thread.post(request, handedOver);
    });
    this.#latest = answer.catch(() => {});
    return answer;
  }

  #fail(error: unknown): void {
    this.#ended ??= { error };
    for (const { reject } of this.#asked.splice(0)) reject(this.#ended.error);
  }
}

/** Memory that comes back from a thread, by its size. */
class RecycledMemory {
  readonly #spare = new Map<number, ArrayBuffer[]>();

  /** An array of the same kind and length, with whatever was there before. */
  like<Data extends DenseTensor['data']>(data: Data): Data {
    const buffer = this.#spare.get(data.byteLength)?.pop() ?? new ArrayBuffer(data.byteLength);
    return new (data.constructor as new (buffer: ArrayBuffer) => Data)(buffer);
  }

  copyOf<Data extends DenseTensor['data']>(data: Data): Data {
    const copy = this.like(data);
    (copy as Float32Array).set(data as Float32Array);
    return copy;
  }

  /** Leaves what is spare to the system. */
  forget(): void {
    this.#spare.clear();
  }

  takeBack(buffers: readonly ArrayBuffer[]): void {
    for (const buffer of buffers) {
      const { byteLength } = buffer;
      const spare = this.#spare.get(byteLength);
      if (spare) spare.push(buffer);
      else this.#spare.set(byteLength, [buffer]);
    }
  }
}

function mapped(
  tensors: Tensors,
  change: (tensor: DenseTensor, name: string) => DenseTensor,
): Record<string, DenseTensor> {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, change(tensor, name)]));
}

/** What numbers lie in, to be handed over. */
function buffersOf(tensors: Tensors): ArrayBuffer[] {
  return [...new Set(Object.values(tensors).map(({ data }) => data.buffer as ArrayBuffer))];
}

/** A session as threads compute by it, whichever onnxruntime it is of. */
export type ThreadSession = Pick<Session, 'run' | 'release'>;

/** The other end: answers calls in the thread that they are computed in, one after the other. */
export class SessionHost {
  readonly #open: (model: Uint8Array) => Promise<ThreadSession>;
  readonly #sessions = new Map<number, ThreadSession>();
  #last: Promise<unknown> = Promise.resolve();

  /** @param open a session with one thread of onnxruntime. */
  constructor(open: (model: Uint8Array) => Promise<ThreadSession>) {
    this.#open = open;
  }

  answer(request: ThreadRequest): Promise<Answer<ThreadReply>> {
    const answered = this.#last.then(() => this.#answer(request));
    this.#last = answered;
    return answered;
  }

  async #answer(request: ThreadRequest): Promise<Answer<ThreadReply>> {
    try {
      const results = await this.#respond(request);
      const spare = request.kind === 'run' && request.into ? buffersOf(request.feeds) : [];
      return { reply: { results, spare }, handedOver: [...buffersOf(results), ...spare] };
    } catch (error) {
      return { reply: { error }, handedOver: [] };
    }
  }

  async #respond(request: ThreadRequest): ReturnType<Session['run']> {
    const { graph } = request;
    if (request.kind === 'run') {
      if (request.model) this.#sessions.set(graph, await this.#open(request.model));
      return this.#sessions.get(graph)!.run(request.feeds, undefined, request.into);
    }
    await this.#sessions.get(graph)?.release();
    this.#sessions.delete(graph);
    return {};
  }
}
