/**
 * The one file that knows ioredis and BullMQ: bytes under keys that expire, what is told on channels, and jobs that are handed out
 * under a lock and handed out again when it runs out.
 */
import { type Job, Queue, UnrecoverableError, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { UserError } from '../../base/failure/user-error.ts';
import type { QueueAddress } from './address.ts';
import { EXPIRY } from './messages.ts';
import { Refused } from './sealed.ts';

/** A job is handed out again so often after actors were lost: they come and go, but what takes down each should end. */
const MOST_LOSSES = 1000;
/** A key that ends within so many seconds was meant to: of what lasts, the most that is left between two renewals is far more. */
const SHORT_LIVED = 3600;
/** BullMQ's name of the queue under its prefix. */
const QUEUE = 'jobs';

/** Sets a state where it is further than what is there: a late actor must not set it back. "AT\n" stands before the bytes. */
const ADVANCE = `
local before = redis.call('GETRANGE', KEYS[1], 0, 15)
local at = tonumber(string.match(before, '^(%d+)\\n'))
if at and at >= tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1] .. '\\n' .. ARGV[2], 'EX', ARGV[3])
return 1`;

export class RedisConnection {
  readonly address: QueueAddress;
  readonly #redis: Redis;
  /** Another connection: one that listens can do nothing else. */
  #listening: Redis | undefined;

  private constructor(address: QueueAddress, redis: Redis) {
    this.address = address;
    this.#redis = redis;
  }

  /** @throws UserError where none answers, or it refuses the password. Later it is waited for. */
  static async open(address: QueueAddress): Promise<RedisConnection> {
    let isOpen = false;
    let why: unknown;
    const redis = new Redis(address.url, {
      lazyConnect: true,
      maxRetriesPerRequest: null, // as BullMQ wants it
      connectTimeout: 10_000,
      retryStrategy: (times) => (isOpen ? Math.min(100 * times, 2000) : null),
    });
    redis.on('error', (error) => {
      why = error;
    });
    try {
      await redis.connect();
      await redis.ping();
      isOpen = true;
    } catch (error) {
      redis.disconnect();
      throw toldAsQueueProblem(why ?? error, address);
    }
    return new RedisConnection(address, redis);
  }

  /** Whether it can be reached now. */
  get isReady(): boolean {
    return this.#redis.status === 'ready';
  }

  /** @throws Refused where it is larger: it is not even fetched. */
  async get(key: string, mostBytes: number): Promise<Buffer | undefined> {
    const length = await this.#do(() => this.#redis.strlen(key));
    if (length === 0) return undefined;
    if (length > mostBytes) throw new Refused(`${key} has ${length} bytes, and ${mostBytes} are allowed`);
    return (await this.#do(() => this.#redis.getBuffer(key))) ?? undefined;
  }

  async set(key: string, bytes: Uint8Array | string, seconds = EXPIRY): Promise<void> {
    await this.#do(() => this.#redis.set(key, Buffer.from(bytes), 'EX', seconds));
  }

  /** @returns whether it was the first: what is there stays. */
  async setFirst(key: string, bytes: Uint8Array): Promise<boolean> {
    return (await this.#do(() => this.#redis.set(key, Buffer.from(bytes), 'EX', EXPIRY, 'NX'))) === 'OK';
  }

  /** @returns whether it is further than what was there. */
  async advance(key: string, at: number, bytes: Uint8Array): Promise<boolean> {
    return (await this.#do(() => this.#redis.eval(ADVANCE, 1, key, at, Buffer.from(bytes), EXPIRY))) === 1;
  }

  async exist(keys: readonly string[]): Promise<boolean[]> {
    if (keys.length === 0) return [];
    const found = await this.#do(() => keys.reduce((all, key) => all.exists(key), this.#redis.pipeline()).exec());
    return found!.map(([, count]) => count === 1);
  }

  async remove(keys: readonly string[]): Promise<void> {
    if (keys.length > 0) await this.#do(() => this.#redis.unlink(...keys));
  }

  /** All keys that begin so. */
  async keys(prefix: string): Promise<string[]> {
    const pattern = `${prefix.replaceAll(/[\\*?[\]]/g, '\\$&')}*`;
    const found: string[] = [];
    let cursor = '0';
    do {
      const [next, keys] = await this.#do(() => this.#redis.scan(cursor, 'MATCH', pattern, 'COUNT', 1000));
      found.push(...keys);
      cursor = next;
    } while (cursor !== '0');
    return [...new Set(found)];
  }

  /**
   * Lets all keys that begin so live on for a while; but for those that are to end soon, and mean something by it. BullMQ's locks are such keys, and
   * the mark that somebody has looked for lost jobs a moment ago: while it stands nobody looks.
   */
  async renew(prefix: string): Promise<void> {
    const keys = await this.keys(prefix);
    const left = await this.#do(() => keys.reduce((all, key) => all.ttl(key), this.#redis.pipeline()).exec());
    const lasting = keys.filter((_, index) => {
      const seconds = Number(left![index]![1]);
      return seconds === -1 || seconds > SHORT_LIVED;
    });
    await this.#do(() => lasting.reduce((all, key) => all.expire(key, EXPIRY), this.#redis.pipeline()).exec());
  }

  /** Members of a sorted set, with what they are sorted by. */
  async members(key: string): Promise<ReadonlyMap<string, number>> {
    const flat = await this.#do(() => this.#redis.zrange(key, '-inf', '+inf', 'BYSCORE', 'WITHSCORES'));
    return new Map(flat.flatMap((name, at) => (at % 2 === 0 ? [[name, Number(flat[at + 1])] as const] : [])));
  }

  async addMember(key: string, name: string, score: number): Promise<void> {
    await this.#do(() => this.#redis.multi().zadd(key, score, name).expire(key, EXPIRY).exec());
  }

  async removeMember(key: string, name: string): Promise<void> {
    await this.#do(() => this.#redis.zrem(key, name));
  }

  async tell(channel: string, text: string): Promise<void> {
    await this.#do(() => this.#redis.publish(channel, text));
  }

  /** Hears what is told on a channel from now on. What is told while the connection is down is lost. */
  async listen(channel: string, hear: (text: string) => void): Promise<void> {
    this.#listening ??= this.#redis.duplicate({ lazyConnect: false }).on('error', () => {});
    this.#listening.on('message', (from, text) => {
      if (from === channel) hear(text);
    });
    await this.#do(() => this.#listening!.subscribe(channel));
  }

  /** Bytes that it holds and may hold (0: as many as there are), and what it does when it is full. */
  async memory(): Promise<{ readonly used: number; readonly most: number; readonly policy: string }> {
    const info = await this.#do(() => this.#redis.info('memory'));
    const told = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? '';
    return { used: Number(told('used_memory')), most: Number(told('maxmemory')), policy: told('maxmemory_policy') };
  }

  /** Bytes that have gone over its wire since it began, both ways and with whomever. */
  async wire(): Promise<number> {
    const info = await this.#do(() => this.#redis.info('stats'));
    const told = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
    return told('total_net_input_bytes') + told('total_net_output_bytes');
  }

  jobs(prefix: string): JobQueue {
    return new JobQueue(this.#redis, prefix, this.address);
  }

  taker(prefix: string, lockMilliseconds: number): JobTaker {
    return new JobTaker(this.#redis, prefix, this.address, lockMilliseconds);
  }

  close(): void {
    this.#listening?.disconnect();
    this.#redis.disconnect();
  }

  #do<Result>(work: () => Promise<Result>): Promise<Result> {
    return told(work, this.address);
  }
}

/** The jobs of a run, as who hands them out sees them. */
export class JobQueue {
  readonly #queue: Queue;
  readonly #redis: Redis;
  readonly #address: QueueAddress;

  constructor(connection: Redis, prefix: string, address: QueueAddress) {
    this.#address = address;
    // Who only looks writes nothing.
    this.#queue = new Queue(QUEUE, { connection, prefix, skipVersionCheck: true, skipMetasUpdate: true });
    this.#redis = connection;
    this.#queue.on('error', () => {}); // whoever asked for something is told
  }

  /** One that is there already stays as it is. @param attempts after which it counts as failed. */
  async add(id: string, data: object, attempts: number): Promise<void> {
    const options = {
      jobId: id,
      attempts,
      backoff: { type: 'fixed', delay: 1000 },
      removeOnComplete: true, // its result lies elsewhere
      removeOnFail: false,
    };
    await told(() => this.#queue.add('job', data, options), this.#address);
    await told(() => letExpire(this.#redis, this.#queue, id), this.#address);
  }

  /** Where it is; undefined where it is not in the queue. */
  async state(id: string): Promise<'failed' | 'completed' | 'active' | 'waiting' | undefined> {
    const state = await told(() => this.#queue.getJobState(id), this.#address);
    if (state === 'unknown') return undefined;
    return state === 'failed' || state === 'completed' || state === 'active' ? state : 'waiting';
  }

  /** Why it has failed, as whoever took it said. */
  async whyFailed(id: string): Promise<string> {
    const job = await told(() => this.#queue.getJob(id), this.#address);
    return job?.failedReason ?? '';
  }

  /** @returns false where somebody is at it. */
  async remove(id: string): Promise<boolean> {
    return (await told(() => this.#queue.remove(id), this.#address)) === 1;
  }

  async counts(): Promise<Readonly<Record<'waiting' | 'active' | 'failed', number>>> {
    const {
      waiting = 0,
      delayed = 0,
      active = 0,
      failed = 0,
    } = await told(() => this.#queue.getJobCounts('waiting', 'delayed', 'active', 'failed'), this.#address);
    return { waiting: waiting + delayed, active, failed };
  }

  close(): Promise<void> {
    return this.#queue.close().catch(() => {});
  }
}

/** The jobs of a run, as who takes them sees them. */
export class JobTaker {
  readonly #worker: Worker;
  readonly #redis: Redis;
  readonly #address: QueueAddress;
  readonly #lock: number;

  constructor(connection: Redis, prefix: string, address: QueueAddress, lockMilliseconds: number) {
    this.#address = address;
    this.#redis = connection;
    this.#lock = lockMilliseconds;
    this.#worker = new Worker(QUEUE, null, {
      connection,
      prefix,
      autorun: false,
      skipVersionCheck: true,
      lockDuration: lockMilliseconds,
      stalledInterval: Math.ceil(lockMilliseconds / 3),
      maxStalledCount: MOST_LOSSES,
    });
    this.#worker.on('error', () => {}); // whoever asked for something is told
    void this.#worker.startStalledCheckTimer().catch(() => {});
  }

  /** The next job, under a lock; undefined where there is none. @param token names who takes it. */
  async take(token: string): Promise<TakenJob | undefined> {
    const job = await told(() => this.#worker.getNextJob(token, { block: false }), this.#address);
    const letEnd = () => told(() => letExpire(this.#redis, this.#worker, job!.id!), this.#address);
    return job && new TakenJob(job, token, this.#lock, this.#address, letEnd);
  }

  /**
   * Looking for lost jobs makes BullMQ's `meta` where there is none, without an end: so after a run that was cleared meanwhile it would stay.
   * Where the run lives on, BullMQ makes it anew.
   */
  async close(): Promise<void> {
    await this.#worker.close(true).catch(() => {});
    await this.#redis.unlink(this.#worker.keys.meta!).catch(() => {});
  }
}

export class TakenJob {
  readonly id: string;
  /** As it came. */
  readonly data: unknown;
  readonly #job: Job;
  readonly #token: string;
  readonly #lock: number;
  readonly #address: QueueAddress;
  readonly #letExpire: () => Promise<void>;

  constructor(
    job: Job,
    token: string,
    lockMilliseconds: number,
    address: QueueAddress,
    letExpire: () => Promise<void>,
  ) {
    this.id = job.id!;
    this.data = job.data;
    this.#job = job;
    this.#token = token;
    this.#lock = lockMilliseconds;
    this.#address = address;
    this.#letExpire = letExpire;
  }

  /** @returns whether it is still this one's: another may have it by now, or nobody any more. */
  async renew(): Promise<boolean> {
    return (await told(() => this.#job.extendLock(this.#token, this.#lock), this.#address)) === 1;
  }

  /** For another to take it at once. Where it is this one's no more, nothing happens. */
  async giveBack(): Promise<void> {
    await this.#end(() => this.#job.moveToWait(this.#token));
  }

  /** Where it is this one's no more, nothing happens. */
  async done(): Promise<void> {
    await this.#end(() => this.#job.moveToCompleted(null, this.#token, false));
  }

  /** @param isFinal whether another attempt would fail alike. */
  async failed(reason: string, isFinal: boolean): Promise<void> {
    const error = isFinal ? new UnrecoverableError(reason) : new Error(reason);
    await this.#end(() => this.#job.moveToFailed(error, this.#token, false));
  }

  /** Takes it out of the queue. @param reason as `failed` has it, for whoever asks in between. */
  async drop(reason: string): Promise<void> {
    await this.failed(reason, true);
    await this.#end(() => this.#job.remove());
  }

  async #end(how: () => Promise<unknown>): Promise<void> {
    await told(how, this.#address).catch(unlessFull);
    await this.#letExpire();
  }
}

/** BullMQ's own keys have no end: whoever makes one sees to it, for nobody else may come by any more. @param id of the job that was touched. */
async function letExpire(redis: Redis, queue: Queue | Worker, id: string): Promise<void> {
  const all = [...Object.values(queue.keys), queue.toKey(id)];
  const left = await all.reduce((pipeline, key) => pipeline.ttl(key), redis.pipeline()).exec();
  const endless = all.filter((_, index) => left![index]![1] === -1);
  await endless.reduce((pipeline, key) => pipeline.expire(key, EXPIRY), redis.pipeline()).exec();
}

function unlessFull(error: unknown): void {
  if (error instanceof UserError) throw error;
}

async function told<Result>(work: () => Promise<Result>, address: QueueAddress): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw toldAsQueueProblem(error, address);
  }
}

/** What Redis and the network say, in words of ours; the address without its password. */
const PROBLEMS: readonly { readonly said: RegExp; readonly what: string; readonly mend: string }[] = [
  {
    said: /WRONGPASS|NOAUTH|invalid password|without any password configured/i,
    what: 'the Redis there refuses the user or the password',
    mend: 'give both in the address: redis://USER:PASSWORD@HOST:6379 (USER may be left out, the colon not)',
  },
  {
    said: /\bNOPERM\b/,
    what: 'this user of the Redis may not do what the queue needs',
    mend: 'give it the keys gaitsmith:* and the channels gaitsmith:*, with all commands but the dangerous ones, and INFO',
  },
  {
    said: /\bOOM\b|maxmemory/,
    what: 'the Redis there is full',
    mend: "give it more memory (maxmemory), or clear what is not needed: 'queue status', 'queue clear RUN'",
  },
  { said: /\bMISCONF\b/, what: 'the Redis there can no longer write to its disk', mend: 'give it room on its disk' },
  { said: /\bREADONLY\b/, what: 'the Redis there is a copy that nobody may write to', mend: 'name the one it copies' },
  {
    said: /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|ECONNRESET|Connection is closed/,
    what: 'no Redis answers there',
    mend: 'start one (redis-server), or name another with --queue redis://HOST:6379',
  },
  {
    said: /certificate|CERT_|SSL|TLS/i,
    what: 'no safe connection with that Redis comes about',
    mend: "let NODE_EXTRA_CA_CERTS name the file of its authority's certificate, or write redis:// where it speaks no TLS",
  },
];

function toldAsQueueProblem(error: unknown, { shown }: QueueAddress): unknown {
  if (error instanceof UserError || !(error instanceof Error)) return error;
  const { code = '' } = error as NodeJS.ErrnoException;
  const found = PROBLEMS.find(({ said }) => said.test(`${code} ${error.message}`));
  return found ? new UserError({ what: found.what, where: shown, mend: found.mend }, { cause: error }) : error;
}
