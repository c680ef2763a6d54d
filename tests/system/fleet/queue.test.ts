/** Jobs over a real Redis: the same bytes whoever does them, and whatever is killed, stopped, full or damaged meanwhile. */
import type { ChildProcess } from 'node:child_process';
import { Redis } from 'ioredis';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readPolicyFile } from '../../../evaluate/policy-file.ts';
import { type RunningActor, startActor } from '../../../fleet/actor.ts';
import type { Dispatcher } from '../../../fleet/dispatcher.ts';
import { localDispatcher } from '../../../fleet/local.ts';
import { playersOver } from '../../../fleet/players.ts';
import { type QueueOptions, queueDispatcher } from '../../../fleet/queue/dispatcher.ts';
import { queueStatus } from '../../../fleet/queue/status.ts';
import { fleetVersion } from '../../../fleet/version.ts';
import { because } from '../../skipping.ts';
import { removeTemporaryFolders } from '../../temporary-folders.ts';
import { hasRedis, RedisServer } from './redis-server.ts';
import { ended, standsAt, startActorProcess, trained, trainRecord, until } from './small-jobs.ts';

const MINUTES = 60_000;
const KILLS = Number(process.env['GAITSMITH_KILLS'] ?? 4);
/** Each is told by its number after the others have ended. */
const opened: { close(): unknown }[] = [];
const actors: ChildProcess[] = [];

describe.skipIf(because(!hasRedis, 'no redis-server on the PATH (apt-get install redis-server)'))('a queue', () => {
  let version: string;
  /** Of the training of seed 1, on this machine. */
  let expected: string;
  beforeAll(async () => {
    version = await fleetVersion();
    const local = localDispatcher(1);
    expected = await trained(local, trainRecord(1));
    await local.close();
  }, 5 * MINUTES);
  afterEach(async () => {
    await Promise.all(actors.splice(0).map((actor) => ended(actor, 'SIGKILL')));
    for (const each of opened.splice(0).reverse()) await each.close();
    removeTemporaryFolders();
  });

  async function redis(words: readonly string[] = [], password = ''): Promise<RedisServer> {
    const server = await RedisServer.start(words, password);
    opened.push({ close: () => server.stop('SIGKILL') });
    return server;
  }

  async function dispatcherAt(url: string, more: Partial<QueueOptions> = {}) {
    const options = { url, run: 'test', version, warn: () => {}, ownProcesses: 0, lockMilliseconds: 1500, ...more };
    const dispatcher = await queueDispatcher(options);
    opened.push(dispatcher);
    return dispatcher;
  }

  function actorAt(url: string): ReturnType<typeof startActorProcess> {
    const actor = startActorProcess(url);
    actors.push(actor);
    return actor;
  }

  /** In this process, for tests of what it tells. */
  async function tellingActor(url: string, own = version): Promise<RunningActor & { readonly told: string[] }> {
    const told: string[] = [];
    const actor = await startActor({ url, version: own, processes: 1, say: (line) => told.push(line) });
    opened.push({ close: () => actor.stop() });
    return Object.assign(actor, { told });
  }

  function clientOf(url: string): Redis {
    const client = new Redis(url);
    opened.push({ close: () => client.disconnect() });
    return client;
  }

  it.each([0, 1, 2, 4])(
    'comes to the same bytes with %i actors',
    async (count) => {
      const { url } = await redis();
      const dispatcher = await dispatcherAt(url, count === 0 ? { ownProcesses: 1 } : {});
      for (let each = 0; each < count; each++) actorAt(url);
      const seeds = count < 2 ? [1] : [1, 2];
      const hashes = await Promise.all(seeds.map((seed) => trained(dispatcher, trainRecord(seed))));
      expect(hashes[0]).toBe(expected);
      expect(new Set(hashes).size).toBe(seeds.length);
    },
    5 * MINUTES,
  );

  it(
    'plays episodes as they are played here, in whichever shares',
    async () => {
      const { url } = await redis();
      const dispatcher = await dispatcherAt(url);
      actorAt(url);
      const policy = readPolicyFile('models/walker/walker.onnx');
      const plan = { seed: 5, speeds: 'drawn', parameters: { max_steps: 60 } } as const;
      const request = {
        policy,
        plan,
        world: 'unity',
        deterministic: false,
        from: 0,
        to: 20,
        gait: true,
        observed: true,
      } as const;
      const { withPlayers } = await import('../../../evaluate/players.ts');
      const here = await withPlayers({ workers: 1 }, (players) => players.play(request));
      const there = playersOver({ slots: () => 1, dispatch: (...job) => dispatcher.dispatch(...job) }, async () => {});
      expect(await there.play(request)).toEqual(here);
    },
    5 * MINUTES,
  );

  const phases: readonly (readonly [when: string, isThere: (keys: readonly string[], at: number) => boolean])[] = [
    ['it has just taken the job', (keys) => keys.some((key) => key.endsWith(':lock'))],
    ['it has kept its first checkpoint', (_keys, at) => at >= 64],
    ['it is far', (_keys, at) => at >= 256],
    ['the result is there', (keys) => keys.some((key) => key.endsWith(':result'))],
  ];
  it.each(phases)(
    'survives an actor that is killed when %s',
    async (_when, isThere) => {
      const { url } = await redis();
      const client = clientOf(url);
      const dispatcher = await dispatcherAt(url);
      const first = actorAt(url);
      const training = trained(dispatcher, trainRecord(1));
      await until(async () => {
        return isThere(await client.keys('gaitsmith:*'), await standsAt(client));
      });
      await ended(first, 'SIGKILL');
      actorAt(url);
      expect(await training).toBe(expected);
    },
    5 * MINUTES,
  );

  it(
    'notices a lost actor, however often the run was let live on meanwhile',
    async () => {
      const { url } = await redis();
      const dispatcher = await dispatcherAt(url);
      const first = actorAt(url);
      let isUnderWay = false;
      const training = trained(dispatcher, trainRecord(1), {
        onProgress: () => {
          isUnderWay = true;
        },
      });
      const renewing = setInterval(() => void dispatcher.renew(), 50);
      try {
        await until(() => isUnderWay);
        await ended(first, 'SIGKILL');
        actorAt(url);
        expect(await training).toBe(expected);
      } finally {
        clearInterval(renewing);
      }
    },
    5 * MINUTES,
  );

  it.each([
    ['with its data', ['--appendonly', 'yes'], 'SIGTERM'],
    ['without its data', [], 'SIGKILL'],
  ] as const)(
    'survives a Redis that is started again %s',
    async (_what, words, signal) => {
      const server = await redis(words);
      const dispatcher = await dispatcherAt(server.url);
      const actor = actorAt(server.url);
      let isUnderWay = false;
      const training = trained(dispatcher, trainRecord(1), {
        onProgress: () => {
          isUnderWay = true;
        },
      });
      await until(() => isUnderWay);
      await server.stop(signal);
      await ended(actor, 'SIGKILL'); // so that what it did is not what counts
      await server.begin();
      actorAt(server.url);
      expect(await training).toBe(expected);
    },
    5 * MINUTES,
  );

  it(
    `comes to the same bytes after ${KILLS} kills at random in one training`,
    async () => {
      const { url } = await redis();
      const client = clientOf(url);
      const dispatcher = await dispatcherAt(url, { lockMilliseconds: 600 });
      const local = localDispatcher(1);
      opened.push(local);
      // Far longer than what actors come to before they are killed: three iterations each, and those of the moment that it takes.
      const record = trainRecord(7, 20 + 15 * KILLS);
      let isOver = false;
      const training = trained(dispatcher, record).finally(() => {
        isOver = true;
      });
      /** Decisions at which the training stands; by turns an actor is killed before it does anything, and after some iterations. */
      const at = () => standsAt(client);
      let kills = 0;
      let furthered = 0;
      for (; kills < KILLS && !isOver; kills++) {
        const before = await at();
        const iterations = kills % 4;
        const actor = actorAt(url);
        await until(() => isOver || actor.told.includes('waits for jobs'));
        await until(async () => isOver || (await at()) >= before + 64 * iterations);
        await new Promise((resolve) => setTimeout(resolve, 60 * Math.random()));
        if (isOver) break;
        await ended(actor, 'SIGKILL');
        if ((await at()) > before) furthered += 1;
      }
      const where = await at();
      expect({ kills, isOver }).toEqual({ kills: KILLS, isOver: false });
      expect(furthered).toBeGreaterThan(KILLS / 4);
      actorAt(url);
      expect(await training).toBe(await trained(local, record));
      console.log(`${kills} kills, ${furthered} of them after a checkpoint more, by ${where} decisions`);
    },
    (10 + KILLS) * MINUTES,
  );

  it(
    'has no jobs for an actor of another version, and both are told which',
    async () => {
      const { url } = await redis();
      const warnings: string[] = [];
      const other = await tellingActor(url, 'another version');
      const dispatcher = await dispatcherAt(url, { warn: (message) => warnings.push(message) });
      const training = dispatcher.dispatch('train', trainRecord(1)).catch((error: Error) => error.message);
      await until(() => other.told.length > 0 && warnings.length > 0);
      expect(other.told[0]).toContain(
        `leaves run test alone: it wants version ${version}, and this actor is another version`,
      );
      expect(warnings.join()).toContain(
        `the actor ${other.name} is another version (another version; here it is ${version})`,
      );
      expect(other.counts()).toEqual({ done: 0, failed: 0 });
      await dispatcher.close();
      expect(await training).toBe('closed');
    },
    MINUTES,
  );

  it(
    'refuses a wrong password, and never tells the right or the wrong one',
    async () => {
      const { url } = await redis([], 'right-secret');
      const wrong = startActorProcess(url.replace('right-secret', 'wrong-secret'), ['--json']);
      expect(await ended(wrong)).toBe(1);
      expect(wrong.told).toContain('refuses the user or the password');
      expect(wrong.told).toContain(':***@127.0.0.1');
      const without = startActorProcess(url.replace(':right-secret@', ''));
      expect(await ended(without)).toBe(1);
      const right = actorAt(url);
      await until(() => right.told.includes('waits for jobs'));
      const status = await queueStatus(url);
      expect((await status.read()).queue).not.toContain('secret');
      status.close();
      for (const { told } of [wrong, without, right]) expect(told).not.toContain('-secret');
    },
    MINUTES,
  );

  it('says so where no Redis answers', async () => {
    await expect(dispatcherAt('redis://127.0.0.1:1')).rejects.toThrow('redis://127.0.0.1:1: no Redis answers there');
  });

  it(
    'says so where the Redis is full',
    async () => {
      const { url } = await redis(['--maxmemory-policy', 'noeviction']);
      const dispatcher = await dispatcherAt(url);
      const client = clientOf(url);
      const caught = dispatcher.dispatch('train', trainRecord(1)).catch((error: Error) => error.message);
      await until(async () => (await client.keys('gaitsmith:{test}:queue:jobs:*')).length > 0);
      await client.config('SET', 'maxmemory', '1');
      expect(await caught).toContain('the Redis there is full');
      await expect(dispatcherAt(url, { run: 'other' })).rejects.toThrow('the Redis there is full');
    },
    MINUTES,
  );

  it(
    'tells what a job failed with the third time',
    async () => {
      const { url } = await redis();
      const client = clientOf(url);
      const dispatcher = await dispatcherAt(url);
      const policy = readPolicyFile('models/walker/walker.onnx');
      const players = playersOver(
        { slots: () => 1, dispatch: (...job) => dispatcher.dispatch(...job) },
        async () => {},
      );
      const plan = { seed: 0, speeds: 'grid', parameters: { max_steps: 20 } } as const;
      const playing = players.play({ policy, plan, world: 'unity', deterministic: true, from: 0, to: 1 });
      const caught = playing.catch((error: Error) => error.message);
      const found = async () => (await client.keys('gaitsmith:{test}:file:*'))[0];
      await until(async () => (await found()) !== undefined);
      // A byte of the policy, on its way.
      await client.setrange((await found())!, 1000, 'x');
      const actor = await tellingActor(url);
      expect(await caught).toMatch(
        /^a job "play" failed 3 times, at last with: the file is cut off, damaged or another one's/,
      );
      expect(actor.counts()).toEqual({ done: 0, failed: 3 });
    },
    MINUTES,
  );

  it(
    'refuses a job whose record was changed on the way',
    async () => {
      const { url } = await redis();
      const client = clientOf(url);
      const dispatcher = await dispatcherAt(url);
      const caught = dispatcher.dispatch('train', trainRecord(1)).catch((error: Error) => error.message);
      const job = async () =>
        (await client.keys('gaitsmith:{test}:queue:jobs:*')).find((key) => /:[0-9a-f]{64}$/.test(key));
      await until(async () => (await job()) !== undefined);
      const key = (await job())!;
      const data = (await client.hget(key, 'data'))!;
      await client.hset(key, 'data', data.replace('"seed":1', '"seed":2'));
      const actor = await tellingActor(url);
      expect(await caught).toContain("is another one's");
      expect(actor.counts().done).toBe(0);
    },
    MINUTES,
  );

  it(
    'has a damaged result made again, and begins anew where what was kept is damaged',
    async () => {
      const { url } = await redis();
      const client = clientOf(url);
      const first: Dispatcher = await dispatcherAt(url);
      const actor = await tellingActor(url);
      expect(await trained(first, trainRecord(1))).toBe(expected);
      const [result] = await client.keys('gaitsmith:{test}:job:*:result');
      const [state] = await client.keys('gaitsmith:{test}:job:*:state');
      await client.setrange(result!, 60, '???');
      await client.setrange(state!, 60, '???');
      expect(await trained(first, trainRecord(1))).toBe(expected);
      expect(actor.counts().done).toBe(2);
      expect(actor.told.join('\n')).toContain('begins anew');
    },
    2 * MINUTES,
  );

  it(
    'gives an error of the user back as it was thrown, at once',
    async () => {
      const { url } = await redis();
      const dispatcher = await dispatcherAt(url);
      const actor = await tellingActor(url);
      const record = { ...trainRecord(1), configuration: 'behaviors: { Walker: { max_stepz: 3 } }' };
      await expect(dispatcher.dispatch('train', record)).rejects.toThrow(/small\.yaml:1.*max_stepz/);
      expect(actor.counts()).toEqual({ done: 0, failed: 1 });
    },
    MINUTES,
  );

  it(
    'leaves nothing that does not expire, and nothing at all once it is cleared',
    async () => {
      const { url } = await redis();
      const client = clientOf(url);
      const status = await queueStatus(url);
      const lasting = async () => {
        const keys = await client.keys('*');
        for (const key of keys) expect(key).toMatch(/^gaitsmith:/);
        return (await Promise.all(keys.map(async (key) => ((await client.ttl(key)) === -1 ? [key] : [])))).flat();
      };
      const dispatcher = await dispatcherAt(url);
      const training = trained(dispatcher, trainRecord(1));
      // Nobody takes it yet, and whoever hands it out may end now.
      await until(async () => (await status.read()).runs[0]?.waiting === 1);
      await until(async () => (await lasting()).length === 0);
      await tellingActor(url);
      await training;
      await until(async () => (await status.read()).runs[0]?.active === 0);
      await until(async () => (await lasting()).length === 0);
      // One that is cleared away while somebody is at it.
      const more = dispatcher.dispatch('train', trainRecord(2, 100_000)).catch((error: Error) => error.message);
      await until(async () => (await status.read()).runs[0]?.active === 1);
      await dispatcher.clear();
      expect(await more).toBe('closed');
      const left = () => client.keys('gaitsmith:{test}:*');
      await until(async () => (await left()).every((key) => key.endsWith(':given-up')));
      expect(await lasting()).toEqual([]);
      await dispatcher.renew();
      expect((await status.read()).runs).toMatchObject([{ run: 'test', waiting: 0, active: 0, failed: 0, version }]);
      await status.clear('test');
      status.close();
      expect(await client.keys('gaitsmith:{test}:*')).toEqual([]);
    },
    2 * MINUTES,
  );

  it(
    'stops a job that nobody waits for any more',
    async () => {
      const { url } = await redis();
      const dispatcher = await dispatcherAt(url);
      const actor = await tellingActor(url);
      const given = new AbortController();
      const training = trained(dispatcher, trainRecord(1, 100_000), {
        signal: given.signal,
        onProgress: () => given.abort(new Error('enough')),
      });
      await expect(training).rejects.toThrow('enough');
      const status = await queueStatus(url);
      await until(async () => (await status.read()).runs[0]?.active === 0);
      await until(async () => (await status.read()).runs[0]?.failed === 0);
      status.close();
      expect(actor.counts().done).toBe(0);
    },
    2 * MINUTES,
  );
});
