/**
 * Measured points for the simulation: a real redis-server, and actors that only pretend. They get and put the bytes of real jobs, and
 * sleep where they would compute, so many of them fit onto one machine.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { UserError } from '../../base/failure/user-error.ts';
import type { Job, Point, Server } from './simulate.ts';

/** Starts a Redis on a free port of loopback, and ends it afterwards. @throws UserError where there is no redis-server. */
export async function withRedis<Result>(work: (port: number) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'gaitsmith-redis-'));
  const port = await freePort();
  const server = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder], {
    stdio: 'ignore',
  });
  try {
    await running(server, port);
    return await work(port);
  } finally {
    server.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * What a request takes: of the Redis, by what it comes to with eight clients at once; and of each client beside that, by what one comes
 * to alone.
 */
export async function throughputOf(
  port: number,
  bytes: number,
  requests = 64,
): Promise<{ redis: Server; link: Server }> {
  const [large, small] = [Buffer.alloc(bytes, 7), Buffer.alloc(64)];
  const of = async (clients: number): Promise<Server> => {
    const secondsPerRequest = await secondsOf(port, clients, small, 10 * requests);
    return {
      secondsPerRequest,
      bytesPerSecond: bytes / ((await secondsOf(port, clients, large, requests)) - secondsPerRequest),
    };
  };
  const [redis, alone] = [await of(8), await of(1)];
  const beside = Math.max(1e-12, 1 / alone.bytesPerSecond - 1 / redis.bytesPerSecond);
  const secondsPerRequest = Math.max(0, alone.secondsPerRequest - redis.secondsPerRequest);
  return { redis, link: { bytesPerSecond: 1 / beside, secondsPerRequest } };
}

/** A request, by turns out and in, with so many clients that each wait for their own. */
async function secondsOf(port: number, count: number, blob: Buffer, requests: number): Promise<number> {
  const clients = Array.from({ length: count }, () => new Redis(port));
  try {
    await Promise.all(clients.map((client) => client.set('blob', blob)));
    const began = performance.now();
    await Promise.all(
      clients.map(async (client, index) => {
        for (let at = index; at < requests; at += count) {
          if (at % 2 === 0) await client.set(`to-${index}`, blob);
          else await client.getBuffer('blob');
        }
      }),
    );
    return (performance.now() - began) / 1000 / requests;
  } finally {
    for (const client of clients) client.disconnect();
  }
}

/** So many jobs by so many actors: how long it takes until all results are with whoever handed them out. */
export async function pretended(port: number, actors: number, jobs: number, job: Job): Promise<Point> {
  const clients = Array.from({ length: actors + 1 }, () => new Redis(port));
  const [dispatcher, ...own] = clients;
  const blob = (bytes: number) => Buffer.alloc(bytes, 3);
  const [kept, result] = [blob(job.kept), blob(job.result)];
  try {
    await dispatcher!.set('begins', blob(job.begins));
    const taken: Promise<unknown>[] = [];
    let left = jobs;
    const began = performance.now();
    await Promise.all(
      own.map(async (client, actor) => {
        while (left-- > 0) {
          await client.getBuffer('begins');
          for (let keep = 0; keep <= job.keeps; keep++) {
            await sleep((1000 * job.seconds) / (job.keeps + 1));
            if (keep < job.keeps) await client.set(`kept-${actor}`, kept);
          }
          await client.set(`result-${actor}`, result);
          taken.push(dispatcher!.getBuffer(`result-${actor}`));
        }
      }),
    );
    await Promise.all(taken);
    return { actors, jobs, seconds: (performance.now() - began) / 1000 };
  } finally {
    for (const client of clients) client.disconnect();
  }
}

async function running(server: ChildProcess, port: number): Promise<void> {
  const failed = new Promise<never>((_, reject) => {
    server.once('error', (error) => {
      const mend = 'install it: apt-get install redis-server';
      reject(new UserError({ what: 'redis-server can not be started', value: error.message, mend }, { cause: error }));
    });
  });
  const client = new Redis(port, { retryStrategy: () => 50, maxRetriesPerRequest: null });
  client.on('error', () => {}); // not yet there
  try {
    await Promise.race([client.ping(), failed]);
  } finally {
    client.disconnect();
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
