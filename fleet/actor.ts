/**
 * An actor: takes jobs of all runs in a queue, does each in a process of its own, and brings the results back. It may come and go at any time,
 * and be killed in the middle: its jobs are handed out again.
 */
import { randomUUID } from 'node:crypto';
import { availableParallelism, hostname } from 'node:os';
import { UserError } from '../base/failure/user-error.ts';
import { checkedRecord } from './checked.ts';
import type { Files, JobProgress } from './job.ts';
import { jobKinds, type KindName } from './jobs.ts';
import { WorkerProcess } from './processes/worker-process.ts';
import { queueAddress } from './queue/address.ts';
import { Cloakroom } from './queue/cloakroom.ts';
import { ACTORS, BELL, keysOf, RUNS, type RunKeys } from './queue/keys.ts';
import { type ActorMessage, GIVEN_UP, jobId, jobMessage, MOST, metaMessage } from './queue/messages.ts';
import { type JobTaker, RedisConnection, type TakenJob } from './queue/redis.ts';
import { parsedJson, Refused, unsealedJson } from './queue/sealed.ts';

/** How often it looks for a job that nobody rang for, and says that it is there, ms; what it says counts for three times as long. */
const LOOK = 1000;
const SAY = 5000;
/** Progress is told at most so often, ms. */
const TELL = 1000;
/** A job whose run is gone from the Redis is gone on with for so long: a Redis that lost its data gets it again. */
const RUN_GONE = 60_000;

export interface ActorOptions {
  readonly url: string;
  /** `fleetVersion()`. */
  readonly version: string;
  /** Jobs done at once. Default: one a core. */
  readonly processes?: number | undefined;
  /** Takes jobs of this run alone. */
  readonly only?: string | undefined;
  /** Told in a line what happens. */
  readonly say: (line: string) => void;
  /** Told of each process what it does, whenever that changes, and how many jobs are done. */
  readonly doing?: (doing: readonly string[], done: number) => void;
}

export interface RunningActor {
  readonly name: string;
  /** Jobs so far. */
  counts(): { readonly done: number; readonly failed: number };
  /** Takes no more jobs, gives those under way back, and ends. */
  stop(): Promise<void>;
}

/** @throws UserError where the Redis does not answer. */
export async function startActor(options: ActorOptions): Promise<RunningActor> {
  const redis = await RedisConnection.open(queueAddress(options.url));
  try {
    const actor = new Actor(options, redis);
    await actor.begin();
    return actor;
  } catch (error) {
    redis.close();
    throw error;
  }
}

/** A run whose jobs it may take. */
interface KnownRun {
  readonly name: string;
  readonly keys: RunKeys;
  readonly cloakroom: Cloakroom;
  readonly taker: JobTaker;
  readonly lockMilliseconds: number;
}

class Actor implements RunningActor {
  readonly name = `${hostname()}:${process.pid}`;
  readonly #id = randomUUID();
  readonly #options: ActorOptions;
  readonly #redis: RedisConnection;
  readonly #runs = new Map<string, KnownRun>();
  readonly #refused = new Set<string>();
  readonly #doing: string[];
  readonly #processes: WorkerProcess[];
  readonly #stopping = new AbortController();
  #done = 0;
  #failed = 0;
  /** What it said last of the queue. */
  #trouble = '';
  #turn = 0;
  #looked: Promise<void> | undefined;
  #lookedAt = Number.NEGATIVE_INFINITY;
  /** Those that wait for the bell. */
  readonly #sleeping = new Set<() => void>();
  #working: Promise<unknown> = Promise.resolve();

  constructor(options: ActorOptions, redis: RedisConnection) {
    const { processes = availableParallelism() } = options;
    this.#options = options;
    this.#redis = redis;
    this.#processes = Array.from({ length: processes }, () => new WorkerProcess());
    this.#doing = this.#processes.map(() => 'waits');
  }

  async begin(): Promise<void> {
    await this.#redis.listen(BELL, () => this.#wake());
    await this.#sayHello();
    const timer = setInterval(() => void this.#sayHello().catch(() => {}), SAY);
    const slots = this.#processes.map((process, slot) => this.#work(process, slot));
    this.#working = Promise.all(slots).finally(() => clearInterval(timer));
  }

  counts() {
    return { done: this.#done, failed: this.#failed };
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wake();
    for (const process of this.#processes) process.end();
    await Promise.race([this.#working, new Promise((end) => setTimeout(end, 3000))]);
    await this.#redis.remove([`${ACTORS}${this.#id}`]).catch(() => {});
    for (const { taker } of this.#runs.values()) void taker.close();
    this.#redis.close();
  }

  async #work(process: WorkerProcess, slot: number): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        const found = await this.#next();
        if (!found) await this.#rest();
        else await this.#answer(process, slot, ...found);
      } catch (error) {
        if (signal.aborted) return;
        // The queue is in trouble: it is waited for.
        const trouble = messageOf(error);
        if (trouble !== this.#trouble) this.#options.say(`the queue: ${trouble}`);
        this.#trouble = trouble;
        await this.#rest();
      }
      this.#tellDoing(slot, 'waits');
    }
  }

  /** The next job of any run, the runs in turn. */
  async #next(): Promise<[KnownRun, TakenJob] | undefined> {
    await this.#lookForRuns();
    const runs = [...this.#runs.values()];
    for (const [index] of runs.entries()) {
      const run = runs[(index + this.#turn) % runs.length]!;
      const job = await run.taker.take(randomUUID());
      if (!job) continue;
      this.#turn += 1;
      return [run, job];
    }
    return undefined;
  }

  /** Which runs there are; all processes together look but now and then. */
  #lookForRuns(): Promise<void> {
    if (performance.now() - this.#lookedAt < LOOK / 2) return this.#looked ?? Promise.resolve();
    this.#lookedAt = performance.now();
    this.#looked = this.#readRuns();
    return this.#looked;
  }

  async #readRuns(): Promise<void> {
    const named = [...(await this.#redis.members(RUNS)).keys()];
    const wanted = named.filter((name) => this.#options.only === undefined || name === this.#options.only);
    for (const [name, { taker }] of this.#runs) {
      if (wanted.includes(name)) continue;
      this.#runs.delete(name);
      void taker.close();
    }
    for (const name of wanted) {
      try {
        await this.#know(name);
      } catch (error) {
        if (!(error instanceof Refused) && !(error instanceof UserError)) throw error;
        if (error instanceof UserError && error.problem.where === this.#redis.address.shown) throw error;
        this.#refuse(name, messageOf(error));
      }
    }
  }

  async #know(name: string): Promise<void> {
    const keys = keysOf(name);
    const bytes = await this.#redis.get(keys.meta, MOST.told);
    if (!bytes) return;
    const { version, lockMilliseconds } = unsealedJson(`run ${name}`, bytes, metaMessage);
    const known = this.#runs.get(name);
    if (version !== this.#options.version) {
      this.#runs.delete(name);
      void known?.taker.close();
      this.#refuse(name, `it wants version ${version}, and this actor is ${this.#options.version}`);
      return;
    }
    if (known?.lockMilliseconds === lockMilliseconds) return;
    void known?.taker.close();
    const taker = this.#redis.taker(keys.jobs, lockMilliseconds);
    this.#runs.set(name, { name, keys, cloakroom: new Cloakroom(this.#redis, keys), taker, lockMilliseconds });
  }

  #refuse(name: string, why: string): void {
    if (!this.#refused.has(`${name} ${why}`)) this.#options.say(`leaves run ${name} alone: ${why}`);
    this.#refused.add(`${name} ${why}`);
  }

  /** Does a job and says what came of it. */
  async #answer(process: WorkerProcess, slot: number, run: KnownRun, job: TakenJob): Promise<void> {
    const began = performance.now();
    let kind: KindName | 'job' = 'job';
    let last: JobProgress | undefined;
    const renewing = this.#renewing(run, job, () => process.end());
    try {
      const { record, files, ...message } = await this.#opened(run, job);
      kind = message.kind;
      this.#tellDoing(slot, `${run.name}: ${kind}`);
      const kept = await this.#keptOf(run, job);
      const watch = {
        progress: this.#progress(run, job, slot, kind, (progress) => {
          last = progress;
        }),
        keep: (at: number, files: Files) => run.cloakroom.putState(job.id, at, files),
      };
      const result = await process.do({ kind, record, files, kept }, watch);
      await persistently(() => run.cloakroom.putResult(job.id, result), this.#stopping.signal);
      await job.done();
      await this.#redis.tell(run.keys.told, JSON.stringify({ job: job.id }));
      this.#done += 1;
      const seconds = (performance.now() - began) / 1000;
      const rate = last ? `, ${(last.total / seconds).toFixed(last.total < 10 * seconds ? 2 : 0)} a second` : '';
      this.#options.say(`${run.name}: ${kind} done in ${seconds.toFixed(1)} s${rate}`);
    } catch (error) {
      if (this.#stopping.signal.aborted) return void (await job.giveBack());
      if (renewing.isGivenUp()) return void (await job.drop(GIVEN_UP));
      this.#failed += 1;
      this.#options.say(`${run.name}: ${kind} failed: ${messageOf(error).split('\n', 1)[0]}`);
      await job.failed(failureText(error), error instanceof UserError);
    } finally {
      renewing.stop();
    }
  }

  /** @throws Refused where it is not what its name says, or a file is missing or damaged; UserError where it is no record of its kind. */
  async #opened({ cloakroom }: KnownRun, { id, data }: TakenJob) {
    const text = JSON.stringify(data) ?? '';
    if (text.length > MOST.record) throw new Refused(`a job has ${text.length} bytes, and ${MOST.record} are allowed`);
    const { kind, record: given } = parsedJson('job', text, jobMessage);
    if (jobId(this.#options.version, kind, given) !== id) throw new Refused(`the record of job ${id} is another one's`);
    const record = checkedRecord(kind, given);
    const filesOf = jobKinds[kind].filesOf as (record: unknown) => readonly string[];
    return { kind, record, files: await cloakroom.files(filesOf(record)) };
  }

  /** What was kept of it. What is damaged is as good as nothing. */
  async #keptOf({ name, keys, cloakroom }: KnownRun, { id }: TakenJob): Promise<Files | undefined> {
    try {
      return await cloakroom.state(id);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.#options.say(`${name}: begins anew, for ${error.message}`);
      await this.#redis.remove([keys.state(id)]);
      return undefined;
    }
  }

  #progress(
    { name, keys }: KnownRun,
    { id }: TakenJob,
    slot: number,
    kind: KindName,
    note: (progress: JobProgress) => void,
  ) {
    let told = Number.NEGATIVE_INFINITY;
    return (progress: JobProgress) => {
      note(progress);
      if (performance.now() - told < TELL) return;
      told = performance.now();
      this.#tellDoing(slot, `${name}: ${kind} ${progress.done} / ${progress.total}`);
      void this.#redis.tell(keys.told, JSON.stringify({ job: id, progress })).catch(() => {});
    };
  }

  /** Keeps the lock of a job while it is done, and ends it where nobody waits for it any more. */
  #renewing({ lockMilliseconds, keys }: KnownRun, job: TakenJob, end: () => void) {
    let isGivenUp = false;
    let goneSince: number | undefined;
    const look = async () => {
      await job.renew().catch(() => false);
      const [given, meta] = await this.#redis.exist([keys.givenUp(job.id), keys.meta]);
      goneSince = meta ? undefined : (goneSince ?? performance.now());
      if (!given && (goneSince === undefined || performance.now() - goneSince < RUN_GONE)) return;
      isGivenUp = true;
      end();
    };
    const timer = setInterval(() => void look().catch(() => {}), lockMilliseconds / 3);
    return { stop: () => clearInterval(timer), isGivenUp: () => isGivenUp };
  }

  #tellDoing(slot: number, what: string): void {
    this.#doing[slot] = what;
    this.#options.doing?.(this.#doing, this.#done);
  }

  async #sayHello(): Promise<void> {
    const message: ActorMessage = {
      name: this.name,
      version: this.#options.version,
      processes: this.#processes.length,
      doing: this.#doing,
      done: this.#done,
      failed: this.#failed,
    };
    await this.#redis.set(`${ACTORS}${this.#id}`, JSON.stringify(message), Math.ceil((3 * SAY) / 1000));
  }

  #rest(): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#sleeping.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, LOOK);
      this.#sleeping.add(wake);
    });
  }

  #wake(): void {
    this.#lookedAt = Number.NEGATIVE_INFINITY;
    for (const wake of this.#sleeping) wake();
  }
}

/** A result has taken long: a Redis that is full for a moment is no reason to drop it. */
async function persistently<Result>(work: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof UserError) || attempt === 10 || signal.aborted) throw error;
      await new Promise((resolve) => setTimeout(resolve, 1000 * attempt));
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function failureText(error: unknown): string {
  const problem = error instanceof UserError ? { problem: error.problem } : {};
  return JSON.stringify({ message: messageOf(error).slice(0, 16_000), ...problem });
}
