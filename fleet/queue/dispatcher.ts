/**
 * Jobs handed out through a queue in a Redis. Who hands them out keeps the records and files until the results are there: so the
 * Redis may lose all it has in the middle, and gets it again.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../base/failure/user-error.ts';
import { type RunningActor, startActor } from '../actor.ts';
import { checkedRecord, checkedResult, failedFor, MOST_ATTEMPTS, namedFiles } from '../checked.ts';
import type { Dispatcher, DispatchOptions } from '../dispatcher.ts';
import type { Files, JobProgress, JobResult } from '../job.ts';
import type { KindName } from '../jobs.ts';
import { queueAddress } from './address.ts';
import { Cloakroom } from './cloakroom.ts';
import { BELL, isGivenUp, keysOf, RUNS } from './keys.ts';
import { failureMessage, GIVEN_UP, jobId, MOST, toldMessage } from './messages.ts';
import { RedisConnection } from './redis.ts';
import { parsedJson, Refused, sealedJson } from './sealed.ts';
import { actorsIn } from './status.ts';

/** How often it looks whether something is over that it was not told of, and how often it lets its run live on, ms. */
const LOOK = 1000;
const LIVE_ON = 60_000;
/** For so long a Redis that is gone is waited for, and one that answers with an error, ms. */
const PATIENCE = 60_000;
const TROUBLE = 10_000;
/** After so long without any actor this machine does the jobs itself, ms. */
const ALONE = 10_000;

export interface QueueOptions {
  /** redis://HOST:6379. */
  readonly url: string;
  /** What the run is called: all it has in the Redis begins so. Asked for again under the same name, what is done already is there. */
  readonly run: string;
  /** `fleetVersion()`: actors of another one do not take its jobs. */
  readonly version: string;
  readonly warn: (message: string) => void;
  /** Jobs that this machine does at once while there is no actor; 0: it waits for one. Default: one a core. */
  readonly ownProcesses?: number | undefined;
  /** An actor counts as lost when it was silent for so long. Default 15 s. */
  readonly lockMilliseconds?: number | undefined;
}

export interface QueueDispatcher extends Dispatcher {
  /** Lets all of the run live on for a day; happens by itself now and then. */
  renew(): Promise<void>;
  /** Takes what a job came to out of the Redis: whoever asked has it. The files that its record names stay, for others may name them. */
  forget(kind: KindName, record: unknown): Promise<void>;
  /** Gives up what is under way, and takes all of the run out of the Redis. */
  clear(): Promise<void>;
}

interface Outstanding {
  readonly kind: KindName;
  readonly record: unknown;
  readonly files: Files;
  readonly waiting: Set<Waiting>;
}

interface Waiting {
  readonly progress: (progress: JobProgress) => void;
  readonly resolve: (result: JobResult<unknown>) => void;
  readonly reject: (error: unknown) => void;
}

/** @throws UserError where the Redis does not answer, or the run can't be called that. */
export async function queueDispatcher(options: QueueOptions): Promise<QueueDispatcher> {
  const keys = keysOf(options.run);
  const redis = await RedisConnection.open(queueAddress(options.url));
  try {
    const dispatcher = new OverQueue(options, keys, redis);
    await dispatcher.begin();
    return dispatcher;
  } catch (error) {
    redis.close();
    throw error;
  }
}

class OverQueue implements QueueDispatcher {
  readonly #options: QueueOptions;
  readonly #keys;
  readonly #redis;
  readonly #cloakroom;
  readonly #jobs;
  readonly #outstanding = new Map<string, Outstanding>();
  readonly #closing = new AbortController();
  #looking: Promise<void> | undefined;
  #own: RunningActor | undefined;
  #slots = 1;
  #heard = performance.now();
  #livedOn = 0;
  #since = performance.now();
  readonly #warned = new Set<string>();
  /** Jobs that are being given up. */
  readonly #leaving = new Set<Promise<void>>();

  constructor(options: QueueOptions, keys: ReturnType<typeof keysOf>, redis: RedisConnection) {
    this.#options = options;
    this.#keys = keys;
    this.#redis = redis;
    this.#cloakroom = new Cloakroom(redis, keys);
    this.#jobs = redis.jobs(keys.jobs);
  }

  async begin(): Promise<void> {
    await this.#redis.listen(this.#keys.told, (text) => this.#hear(text));
    await this.#liveOn();
    await this.#lookForActors();
    this.#looking = this.#lookNowAndThen();
  }

  slots(): number {
    return this.#slots;
  }

  async dispatch<Name extends KindName>(
    kind: Name,
    record: unknown,
    { files: given, onProgress = () => {}, signal }: DispatchOptions = {},
  ) {
    signal?.throwIfAborted();
    const checked = checkedRecord(kind, record);
    const files = namedFiles(kind, checked, given);
    const size = Buffer.byteLength(JSON.stringify(checked));
    if (size > MOST.record) {
      throw new UserError({
        what: 'the record of this job is too large',
        value: size,
        expected: `up to ${MOST.record} bytes`,
      });
    }
    const id = jobId(this.#options.version, kind, checked);
    const result = await new Promise<JobResult<unknown>>((resolve, reject) => {
      const job = this.#outstanding.get(id) ?? { kind, record: checked, files, waiting: new Set() };
      const one: Waiting = { progress: onProgress, resolve, reject };
      const isNew = job.waiting.size === 0;
      job.waiting.add(one);
      if (isNew) {
        this.#outstanding.set(id, job);
        this.#begin(id, job).catch((error) => this.#settle(id, (each) => each.reject(error)));
      }
      const giveUp = () => {
        const leaving = this.#giveUp(id, one, signal!.reason).finally(() => this.#leaving.delete(leaving));
        this.#leaving.add(leaving);
      };
      signal?.addEventListener('abort', giveUp, { once: true });
    });
    return checkedResult(kind, result) as never;
  }

  async forget(kind: KindName, record: unknown): Promise<void> {
    const id = jobId(this.#options.version, kind, checkedRecord(kind, record));
    await this.#redis.remove(await this.#redis.keys(this.#keys.job(id)));
  }

  renew(): Promise<void> {
    return this.#liveOn();
  }

  async clear(): Promise<void> {
    await this.#giveUpAll();
    await this.#redis.removeMember(RUNS, this.#options.run);
    // That a job was given up, whoever does it has yet to see.
    const keys = await this.#redis.keys(this.#keys.prefix);
    await this.#redis.remove(keys.filter((key) => !isGivenUp(key)));
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#giveUpAll();
    await this.#own?.stop();
    await this.#looking;
    await this.#jobs.close();
    this.#redis.close();
  }

  async #giveUpAll(): Promise<void> {
    for (const [id, { waiting }] of this.#outstanding) {
      for (const one of waiting) await this.#giveUp(id, one, new Error('closed'));
    }
    await Promise.all(this.#leaving);
  }

  /** Puts a job there that somebody has just asked for. */
  async #begin(id: string, job: Outstanding): Promise<void> {
    await this.#redis.remove([this.#keys.givenUp(id)]);
    if (await this.#taken(id, job)) return;
    // One that failed in an earlier attempt at the same run is tried afresh.
    const before = await this.#jobs.state(id);
    if (before === 'failed' || before === 'completed') await this.#jobs.remove(id);
    await this.#place(id, job);
  }

  /** Its files first: who takes it finds them there. */
  async #place(id: string, { kind, record, files }: Outstanding): Promise<void> {
    await this.#beKnown();
    await this.#cloakroom.putFiles(files);
    await this.#jobs.add(id, { kind, record }, MOST_ATTEMPTS);
    await this.#redis.tell(BELL, '');
  }

  /** Settles it where its result is there. */
  async #taken(id: string, job: Outstanding): Promise<boolean> {
    let result: JobResult<unknown> | undefined;
    try {
      result = await this.#cloakroom.result(id);
      if (!result) return false;
      result = checkedResult(job.kind, result);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.#warnOnce(`${error.message}: it is done again`);
      await this.#redis.remove([this.#keys.result(id)]);
      await this.#jobs.remove(id);
      return false;
    }
    const settled = result;
    this.#settle(id, (each) => each.resolve(settled));
    return true;
  }

  #settle(id: string, tell: (one: Waiting) => void): void {
    const job = this.#outstanding.get(id);
    this.#outstanding.delete(id);
    for (const one of job?.waiting ?? []) tell(one);
  }

  async #giveUp(id: string, one: Waiting, reason: unknown): Promise<void> {
    const job = this.#outstanding.get(id);
    if (!job?.waiting.delete(one)) return;
    one.reject(reason);
    if (job.waiting.size > 0) return;
    this.#outstanding.delete(id);
    try {
      if (!this.#redis.isReady) return;
      if (await this.#jobs.remove(id)) return;
      // Somebody is at it, and looks for this now and then.
      await this.#redis.set(this.#keys.givenUp(id), '1', 3600);
    } catch {
      // It expires.
    }
  }

  /** What actors tell is checked like all else; what is none of ours is passed over. */
  #hear(text: string): void {
    if (text.length > MOST.told) return;
    try {
      const { job: id, progress } = parsedJson('message', text, toldMessage);
      const job = this.#outstanding.get(id);
      if (!job) return;
      if (progress) for (const each of job.waiting) each.progress(progress);
      else void this.#taken(id, job).catch(() => {}); // looked for again
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
    }
  }

  async #lookNowAndThen(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      await sleep(LOOK);
      if (signal.aborted) return;
      const looking = new AbortController();
      const late = sleep(PATIENCE, 'late', { signal: looking.signal }).catch(() => 'closed');
      const looked = this.#look().then(
        () => 'looked',
        (error: unknown) => error,
      );
      const outcome = await Promise.race([looked, late]);
      looking.abort();
      if (outcome === 'looked') this.#heard = performance.now();
      else if (outcome === 'late') this.#failAll(this.#silence());
      // It may pass: one that is full for a moment, or starts and reads its data.
      else if (performance.now() - this.#heard > TROUBLE) this.#failAll(outcome);
    }
  }

  /** Jobs whose result is there, that failed, or that the Redis has lost; and whether anybody takes them. */
  async #look(): Promise<void> {
    const isRenewed = performance.now() - this.#livedOn < LIVE_ON || this.#outstanding.size === 0;
    if (!isRenewed) await this.#liveOn();
    if (this.#outstanding.size > 0) await this.#beKnown();
    // Whether it can be written to: actors that can't could not even tell.
    if (this.#outstanding.size > 0) await this.#redis.set(this.#keys.alive, '1', 60);
    const jobs = [...this.#outstanding];
    const isDone = await this.#redis.exist(jobs.map(([id]) => this.#keys.result(id)));
    for (const [index, [id, job]] of jobs.entries()) {
      if (!this.#outstanding.has(id)) continue;
      if (isDone[index] && (await this.#taken(id, job))) continue;
      const state = await this.#jobs.state(id);
      if (state === 'failed') await this.#failed(id, job);
      else if (state === undefined && !(await this.#taken(id, job))) await this.#place(id, job);
    }
    if (this.#outstanding.size === 0) this.#since = performance.now();
    else await this.#lookForActors();
  }

  async #failed(id: string, job: Outstanding): Promise<void> {
    const text = await this.#jobs.whyFailed(id);
    await this.#jobs.remove(id);
    // Somebody has just left off with it, for it had been given up before it was asked for again.
    if (text === GIVEN_UP) return this.#place(id, job);
    const error = errorOf(job.kind, text);
    this.#settle(id, (each) => each.reject(error));
  }

  async #lookForActors(): Promise<void> {
    const actors = await actorsIn(this.#redis);
    const same = actors.filter(({ version }) => version === this.#options.version);
    this.#slots = Math.max(
      1,
      same.reduce((sum, { processes }) => sum + processes, 0),
    );
    for (const { name, version } of actors) {
      if (version === this.#options.version) continue;
      this.#warnOnce(
        `the actor ${name} is another version (${version}; here it is ${this.#options.version}): it takes none of these jobs`,
      );
    }
    if (same.length > 0 || this.#own || performance.now() - this.#since < ALONE) return;
    const { url, run, version, ownProcesses: processes } = this.#options;
    if (processes === 0) {
      this.#warnOnce('no actor is there yet; start one with the command "actor --queue ..." on any machine');
      return;
    }
    this.#warnOnce('no actor is there: this machine does the jobs itself');
    this.#own = await startActor({ url, version, processes, only: run, say: () => {} });
  }

  /** A Redis that has lost its data, or the run that was cleared, does not know it any more. */
  async #beKnown(): Promise<void> {
    const [isKnown] = await this.#redis.exist([this.#keys.meta]);
    if (!isKnown) await this.#liveOn();
  }

  async #liveOn(): Promise<void> {
    const { run, version, lockMilliseconds = 15_000 } = this.#options;
    await this.#redis.renew(this.#keys.prefix);
    await this.#redis.set(this.#keys.meta, sealedJson(`run ${run}`, { version, lockMilliseconds }));
    await this.#redis.addMember(RUNS, run, Date.now());
    this.#livedOn = performance.now();
  }

  #failAll(error: unknown): void {
    for (const id of [...this.#outstanding.keys()]) this.#settle(id, (each) => each.reject(error));
  }

  #silence(): UserError {
    return new UserError({
      what: `the Redis has not answered for ${PATIENCE / 1000} s`,
      where: this.#redis.address.shown,
      mend: 'see whether it runs, then give the same command again: what is done stays done',
    });
  }

  #warnOnce(message: string): void {
    if (!this.#warned.has(message)) this.#options.warn(message);
    this.#warned.add(message);
  }
}

/** What a job failed with, as it is thrown here. */
function errorOf(kind: KindName, text: string): Error {
  try {
    const { message, problem } = parsedJson('reason', text, failureMessage);
    return problem ? new UserError(problem) : failedFor(kind, new Error(message));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return failedFor(kind, new Error(text.slice(0, 1000)));
  }
}
