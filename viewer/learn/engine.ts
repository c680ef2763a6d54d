/** Training in a page, as the page has it: begin, stop, go on; and what is kept for the next visit. */
import type { Problem } from '../../base/failure/user-error.ts';
import type { RaceOutcome } from '../../compile/raced-graph.ts';
import { type Point, pointOf } from './curves.ts';
import { forget, type KeptTraining, keep, readKept } from './kept.ts';
import type { Computes, EngineFiles, FromTrainer, LearnRequest, LearntPolicy, ToTrainer } from './messages.ts';

export type { LearntPolicy } from './messages.ts';

export type LearnState =
  /** Nothing has been learnt, or it has been forgotten. */
  | 'nothing'
  /** Loads, traces, starts workers. */
  | 'starting'
  | 'learning'
  /** Finishes the iteration under way. */
  | 'stopping'
  /** There is something to go on from. */
  | 'stopped'
  /** It has had all its decisions. */
  | 'finished';

export interface LearnEvents {
  /** Something of `state`, `points`, `policy` is another now. */
  changed(): void;
  policy(policy: LearntPolicy): void;
  /** SHA-256 of the first roll-out: of the same seed and settings the same in Node. */
  firstRollout(sha256: string): void;
  info(message: string): void;
  problem(problem: Problem): void;
}

/** Seed and settings of a training; the others change its speed alone. */
export type LearnStart = Omit<LearnRequest, 'checkpoint'>;

export class LearnEngine {
  state: LearnState = 'nothing';
  /** Of each iteration. */
  points: Point[] = [];
  policy: LearntPolicy | undefined;
  /** What computes each graph of the update, since it was begun or gone on with; empty where no GPU was asked for. */
  readonly outcomes = new Map<number, RaceOutcome>();
  readonly #released = new Set<number>();
  readonly #files: EngineFiles;
  readonly #events: Partial<LearnEvents>;
  #trainer: Worker | undefined;
  #started: LearnStart | undefined;
  #kept: KeptTraining | undefined;
  #maxSteps = Number.POSITIVE_INFINITY;
  /** What is being written. */
  #writing: Promise<void> = Promise.resolve();

  constructor(files: EngineFiles, events: Partial<LearnEvents>) {
    this.#files = files;
    this.#events = events;
  }

  /** Finds what an earlier visit has kept, and shows its policy. */
  async open(): Promise<void> {
    const kept = await readKept();
    if (!kept || this.state !== 'nothing') return;
    this.#kept = kept;
    this.#started = { seed: kept.seed, settings: kept.settings };
    this.points = [...kept.points];
    this.#maxSteps = kept.maxSteps;
    if (kept.policy) this.#show(kept.policy);
    this.#become(kept.step >= kept.maxSteps ? 'finished' : 'stopped');
  }

  /** Begins from nothing; what was kept before is kept until there is a checkpoint in its place. */
  start(request: LearnStart): void {
    this.#kept = undefined;
    this.points = [];
    this.policy = undefined;
    this.#begin(request);
  }

  /** Finishes the iteration under way, keeps all, and frees the workers. */
  stop(): void {
    if (this.state !== 'learning' && this.state !== 'starting') return;
    this.#trainer?.postMessage({ kind: 'stop' } satisfies ToTrainer);
    this.#become('stopping');
  }

  /** Goes on from where it was stopped; to the same bytes as without a stop, where the processor computes. */
  goOn(computes: Computes = 'cpu'): void {
    if (!this.#started || !this.#kept) return;
    this.points = [...this.#kept.points];
    this.#begin({ ...this.#started, computes }, this.#kept.checkpoint);
  }

  /** Ends whatever is under way, and leaves nothing of it. */
  async forget(): Promise<void> {
    this.#end();
    await this.#writing;
    this.#kept = undefined;
    this.#started = undefined;
    this.points = [];
    this.policy = undefined;
    await forget().catch(() => {});
    this.#become('nothing');
  }

  /** The last checkpoint, which Node can go on from too: a file of Gaitsmith's (safetensors). */
  get checkpoint(): Uint8Array | undefined {
    return this.#kept?.checkpoint;
  }

  /** Resolves once what was told until now is in the browser's database. */
  kept(): Promise<void> {
    return this.#writing;
  }

  #begin(request: LearnStart, checkpoint?: Uint8Array): void {
    this.#end();
    this.#started = request;
    this.outcomes.clear();
    this.#released.clear();
    const trainer = new Worker(new URL('./trainer-worker.ts', import.meta.url), { type: 'module' });
    this.#trainer = trainer;
    trainer.addEventListener('message', ({ data }: MessageEvent<FromTrainer>) => {
      if (this.#trainer === trainer) this.#hear(data);
    });
    trainer.addEventListener('error', ({ message }) => {
      if (this.#trainer === trainer) this.#fail({ what: `the training's worker did not start: ${message}` });
    });
    const start: ToTrainer = { kind: 'start', request: { ...request, checkpoint }, files: this.#files };
    trainer.postMessage(start);
    this.#become('starting');
  }

  #hear(news: FromTrainer): void {
    switch (news.kind) {
      case 'info':
      case 'warn':
        this.#events.info?.(news.message);
        break;
      case 'learning':
        if (this.state === 'starting') this.#become('learning');
        break;
      case 'computes':
        this.#take(news.outcome);
        this.#events.changed?.();
        break;
      case 'first roll-out':
        this.#events.firstRollout?.(news.sha256);
        break;
      case 'iteration':
        this.points.push(pointOf(news.metrics, this.points.at(-1)));
        this.#maxSteps = news.maxSteps;
        this.#events.changed?.();
        break;
      case 'policy':
        this.#show(news.policy);
        break;
      case 'checkpoint':
        this.#keep(news.bytes, news.step);
        break;
      case 'ended':
        this.#end();
        this.#become(news.interrupted ? 'stopped' : 'finished');
        break;
      case 'failed':
        this.#fail(news.problem);
        break;
    }
  }

  /** Those of graphs that are no more stand until there are others: what computed last is told of a training that is over. */
  #take(outcome: RaceOutcome): void {
    const { graph, device } = outcome;
    if (!device) {
      this.#released.add(graph);
      return;
    }
    for (const released of this.#released) this.outcomes.delete(released);
    this.#released.clear();
    this.outcomes.set(graph, outcome);
  }

  #show(policy: LearntPolicy): void {
    this.policy = policy;
    this.#events.policy?.(policy);
    this.#events.changed?.();
  }

  #keep(checkpoint: Uint8Array, step: number): void {
    const { seed, settings } = this.#started!;
    const { policy } = this;
    const kept = { seed, settings, checkpoint, step, maxSteps: this.#maxSteps, policy, points: [...this.points] };
    this.#kept = kept;
    this.#writing = this.#writing
      .then(() => keep(kept))
      .catch((error: unknown) => {
        const told = error instanceof Error ? error.message : String(error);
        this.#events.info?.(`This browser keeps nothing (${told}): after a reload the training begins anew.`);
      });
  }

  #fail(problem: Problem): void {
    this.#end();
    this.#events.problem?.(problem);
    this.#become(this.#kept ? 'stopped' : 'nothing');
  }

  /** A worker's own workers end with it. */
  #end(): void {
    this.#trainer?.terminate();
    this.#trainer = undefined;
  }

  #become(state: LearnState): void {
    this.state = state;
    this.#events.changed?.();
  }
}
