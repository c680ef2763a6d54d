/**
 * What many machines would come to, from constants measured on one: a simulation of whole trainings that actors take from a queue,
 * and the arithmetic of one training on many machines. Pure.
 *
 * A job's way: its actor gets what it begins with, computes, keeps where it stands now and then, and puts the result; whoever handed it
 * out gets that. All of it passes through one Redis, which serves one after the other; a round of a sweep begins when the one before
 * is whole.
 */

/** A server that is asked for one thing after the other: the Redis, or the process that hands jobs out. */
export interface Server {
  readonly bytesPerSecond: number;
  /** Of a request, whatever its size. */
  readonly secondsPerRequest: number;
}

/** A job as the queue sees it. */
export interface Job {
  /** Of a core. */
  readonly seconds: number;
  /** What it begins with, what is kept each time, and what comes of it, in bytes. */
  readonly begins: number;
  readonly kept: number;
  readonly result: number;
  /** How often where it stands is kept. */
  readonly keeps: number;
}

/** How long so many jobs took with so many actors. */
export interface Point {
  readonly actors: number;
  readonly jobs: number;
  readonly seconds: number;
}

export interface Fleet {
  /** Jobs at once: cores. */
  readonly cores: number;
  readonly redis: Server;
  /** Each actor's own part of a request, beside the Redis': its network, and what it copies. */
  readonly link: Server;
  /** Who handed the jobs out and takes their results. */
  readonly dispatcher: Server;
  /** From an actor taking a job to its first computation: a process, its modules, its worlds. */
  readonly startSeconds: number;
}

export interface Simulated {
  readonly seconds: number;
  /** Shares of that time. */
  readonly coresBusy: number;
  readonly redisBusy: number;
  readonly dispatcherBusy: number;
}

/** One after the other, in the order in which they ask. */
class Line {
  readonly #server: Server;
  #free = 0;
  busy = 0;

  constructor(server: Server) {
    this.#server = server;
  }

  /** @returns when it is served. */
  serve(at: number, bytes: number): number {
    const { bytesPerSecond, secondsPerRequest } = this.#server;
    const takes = secondsPerRequest + bytes / bytesPerSecond;
    this.#free = Math.max(at, this.#free) + takes;
    this.busy += takes;
    return this.#free;
  }
}

/** What a job does next, and when it can. */
interface Step {
  readonly at: number;
  readonly job: Job;
  /** Keeps that are still to come; the result comes at 0, and -1 is it at the dispatcher. */
  readonly left: number;
}

/** @param rounds jobs of each round; a round begins when the one before is whole. */
export function simulated(rounds: readonly (readonly Job[])[], fleet: Fleet): Simulated {
  const [redis, dispatcher] = [new Line(fleet.redis), new Line(fleet.dispatcher)];
  let [now, computed] = [0, 0];
  for (const jobs of rounds) {
    const steps = new Heap<Step>(({ at }) => at);
    const waiting = jobs.slice(fleet.cores);
    /** @returns when an actor has got or put so many bytes. */
    const pass = (at: number, bytes: number): number =>
      redis.serve(at, bytes) + fleet.link.secondsPerRequest + bytes / fleet.link.bytesPerSecond;
    const begin = (at: number, job: Job): void => {
      const there = pass(at, job.begins) + fleet.startSeconds;
      computed += job.seconds;
      steps.push({ at: there + job.seconds / (job.keeps + 1), job, left: job.keeps });
    };
    for (const job of jobs.slice(0, fleet.cores)) begin(now, job);
    for (let step = steps.pop(); step; step = steps.pop()) {
      const { at, job, left } = step;
      if (left > 0) {
        const kept = pass(at, job.kept);
        steps.push({ at: kept + job.seconds / (job.keeps + 1), job, left: left - 1 });
      } else if (left === 0) {
        const put = pass(at, job.result);
        // Who hands jobs out gets the result through the same Redis.
        steps.push({ at: redis.serve(put, job.result), job, left: -1 });
        const next = waiting.shift();
        if (next) begin(put, next);
      } else now = Math.max(now, dispatcher.serve(at, job.result));
    }
  }
  return {
    seconds: now,
    coresBusy: computed / (fleet.cores * now),
    redisBusy: redis.busy / now,
    dispatcherBusy: dispatcher.busy / now,
  };
}

/** The least first. */
class Heap<Item> {
  readonly #items: Item[] = [];
  readonly #key: (item: Item) => number;

  constructor(key: (item: Item) => number) {
    this.#key = key;
  }

  push(item: Item): void {
    const items = this.#items;
    let at = items.push(item) - 1;
    for (; at > 0; at = (at - 1) >> 1) {
      const above = (at - 1) >> 1;
      if (this.#key(items[above]!) <= this.#key(item)) break;
      items[at] = items[above]!;
      items[above] = item;
    }
  }

  pop(): Item | undefined {
    const items = this.#items;
    const first = items[0];
    const last = items.pop();
    if (first === undefined || last === undefined || items.length === 0) return first;
    items[0] = last;
    for (let at = 0; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      let least = at;
      if (left < items.length && this.#key(items[left]!) < this.#key(items[least]!)) least = left;
      if (right < items.length && this.#key(items[right]!) < this.#key(items[least]!)) least = right;
      if (least === at) return first;
      [items[at], items[least]] = [items[least]!, items[at]!];
      at = least;
    }
  }
}

/** What one training spends on a decision, and what travels for it. */
export interface OneTraining {
  /** Seconds of a core a decision: collecting it, and learning from it (all epochs). */
  readonly collecting: number;
  readonly learning: number;
  /** Decisions of a buffer, minibatches of an update, bytes of a decision's row and of all weights. */
  readonly buffer: number;
  readonly minibatches: number;
  readonly rowBytes: number;
  readonly weightBytes: number;
}

/**
 * Decisions a second of one training whose roll-outs are on so many cores and whose learner is on one machine: a buffer is collected
 * by all, its rows come through the Redis, and the update follows. @param learnerCores that compute the update's gradients.
 */
export function withRemoteRollouts(
  { collecting, learning, buffer, rowBytes, weightBytes }: OneTraining,
  cores: number,
  learnerCores: number,
  redis: Server,
): number {
  const moved = buffer * rowBytes + cores * weightBytes;
  // Each request goes in and comes out again.
  const traffic = 2 * (moved / redis.bytesPerSecond + cores * redis.secondsPerRequest);
  return buffer / ((buffer * collecting) / cores + (buffer * learning) / learnerCores + traffic);
}

/**
 * The same with the gradients of each minibatch shared out among machines and added in a fixed order: every machine sends its
 * gradient and gets the sum, at every minibatch.
 */
export function withSharedGradients(
  { collecting, learning, buffer, minibatches, rowBytes, weightBytes }: OneTraining,
  cores: number,
  redis: Server,
): number {
  const rows = 2 * ((buffer * rowBytes) / redis.bytesPerSecond + cores * redis.secondsPerRequest);
  const gradients = 2 * minibatches * cores * (weightBytes / redis.bytesPerSecond + redis.secondsPerRequest);
  return buffer / ((buffer * (collecting + learning)) / cores + rows + gradients);
}
