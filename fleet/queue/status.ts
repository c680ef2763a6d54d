/** What is in a Redis: its runs and actors. */
import { queueAddress } from './address.ts';
import { ACTORS, keysOf, RUNS } from './keys.ts';
import { type ActorMessage, actorMessage, MOST, metaMessage } from './messages.ts';
import { RedisConnection } from './redis.ts';
import { parsedJson, Refused, unsealedJson } from './sealed.ts';

/** @throws UserError where none answers. */
export async function queueStatus(url: string) {
  const redis = await RedisConnection.open(queueAddress(url));
  return {
    async read() {
      const heard = await redis.members(RUNS);
      const runs = [];
      for (const [run, at] of heard) {
        const jobs = redis.jobs(keysOf(run).jobs);
        const secondsSilent = Math.max(0, (Date.now() - at) / 1000);
        runs.push({ run, version: await versionOf(redis, run), ...(await jobs.counts()), secondsSilent });
        await jobs.close();
      }
      return { queue: redis.address.shown, memory: await redis.memory(), runs, actors: await actorsIn(redis) };
    },
    /** Takes all of a run out of it; who does its jobs leaves off. @returns the number of its keys. */
    async clear(run: string): Promise<number> {
      await redis.removeMember(RUNS, run);
      const keys = await redis.keys(keysOf(run).prefix);
      await redis.remove(keys);
      return keys.length;
    },
    /** Bytes that have gone over the wire of the Redis since it began, both ways. */
    wire: () => redis.wire(),
    close: () => redis.close(),
  };
}

async function versionOf(redis: RedisConnection, run: string): Promise<string | null> {
  const bytes = await unlessRefused(() => redis.get(keysOf(run).meta, MOST.told));
  if (!bytes) return null;
  return (await unlessRefused(async () => unsealedJson(`run ${run}`, bytes, metaMessage)))?.version ?? null;
}

/** Those that were heard of lately. */
export async function actorsIn(redis: RedisConnection): Promise<ActorMessage[]> {
  const keys = await redis.keys(ACTORS);
  const told = await Promise.all(
    keys.map((key) =>
      unlessRefused(async () => {
        const bytes = await redis.get(key, MOST.told);
        return bytes && parsedJson('word of an actor', bytes.toString(), actorMessage);
      }),
    ),
  );
  return told.filter((each) => each !== undefined);
}

async function unlessRefused<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Refused) return undefined;
    throw error;
  }
}
