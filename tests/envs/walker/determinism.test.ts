import { once } from 'node:events';
import { isDeepStrictEqual } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { sha256 } from '../../../base/files/hash.ts';
import { RandomStream } from '../../../base/random/stream.ts';
import { startWorker } from '../../../base/threads/start-worker.ts';
import { behavior } from '../../../envs/walker/behavior.ts';
import { worldNames } from '../../../envs/walker/dialects.ts';
import { environmentUrl } from '../../../envs/walker/environment-url.ts';
import type { Walker } from '../../../envs/walker/walker.ts';
import { EmbeddedCollector } from '../../../train/collect/embedded-collector.ts';
import { collectorThreads } from '../../../train/collect/worker-threads.ts';
import { actingModel } from '../../../train/policy/actor.ts';
import { Normaliser } from '../../../train/policy/normaliser.ts';
import { initialParameters } from '../../../train/policy/policy.ts';
import { closeAll, newWalker } from './in-worlds.ts';
import { type PlayOptions, play } from './playing.ts';

afterEach(closeAll);

/** `play` in a thread of its own, where PhysX is loaded afresh. */
async function playInThread(options: PlayOptions): Promise<string[]> {
  const worker = startWorker(new URL('./episode-worker.ts', import.meta.url), options);
  const [hashes] = await once(worker, 'message');
  await worker.terminate();
  return hashes;
}

/** Beside one: all sorts of shares in the world that trains by default, uneven ones in the others. */
const workerCounts = { unity: [2, 3, 5, 8], physx5: [3], physx: [2, 5] } as const;

describe.each(worldNames)('in the world %s the same seed gives the same bytes', (world) => {
  // Some fifteen episodes of every agent.
  const decisions = 150;

  it('whatever the size of the group', async () => {
    const together = await play({ firstAgent: 0, agents: 4, decisions, world });
    const alone = await play({ firstAgent: 0, agents: 1, decisions, world });
    const others = await play({ firstAgent: 1, agents: 3, decisions, world });
    expect([...alone, ...others]).toEqual(together);
    expect(new Set(together).size).toBe(4);
  });

  it('in a worker thread as in the main thread', async () => {
    const options = { firstAgent: 0, agents: 2, decisions, world };
    expect(await playInThread(options)).toEqual(await play(options));
  });

  it('in training, for any number of worker threads, also where agents can not be shared out evenly', async () => {
    const network = { ...behavior, hiddenUnits: 8, layers: 1 };
    const parameters = initialParameters(network, 1);
    const model = actingModel({ network, parameters, normaliser: new Normaliser(network.observationSize) });
    const agents = 30;
    const collected = async (workers: number) => {
      const collector = await EmbeddedCollector.start(
        {
          agents,
          workers,
          seed: 7,
          world,
          parameters: {},
        },
        collectorThreads(environmentUrl),
      );
      const logDeviation = parameters['actor.logDeviation']!;
      const request = { model, logDeviation, deterministic: false, rows: 14 * agents };
      const { seconds, ...rollout } = await collector.collect({ ...request, iteration: 0 });
      await collector.close();
      return rollout;
    };
    const one = await collected(1);
    expect(one.episodes.length).toBeGreaterThan(20);
    for (const workers of workerCounts[world]) {
      // Node's own comparison: vitest's takes half a second for so many numbers.
      expect(isDeepStrictEqual(await collected(workers), one), `${workers} workers`).toBe(true);
    }
  });

  it('whatever went on there before', () => {
    const used = newWalker(world);
    for (let episode = 0; episode < 20; episode++) {
      const fresh = newWalker(world);
      expect(playEpisode(used, episode)).toBe(playEpisode(fresh, episode));
      // Something else happens in the used one.
      playEpisode(used, 1000 + episode);
    }
  });
});

/** Plays one episode with mild actions, so that it lasts; a hash of all that was seen. */
function playEpisode(walker: Walker, episode: number): string {
  const random = new RandomStream(episode, 5);
  const actions = new Float32Array(behavior.actionSize);
  const seen: Uint8Array[] = [];
  walker.start(new RandomStream(episode));
  for (let decision = 0; decision < 60; decision++) {
    for (let at = 0; at < actions.length; at++) actions[at] = random.uniform(-0.4, 0.4);
    const outcome = walker.decide(actions, 0);
    const observation = new Float32Array(behavior.observationSize);
    walker.observe(observation, 0);
    seen.push(new Uint8Array(observation.buffer));
    if (outcome !== 'goes on') break;
  }
  return sha256(Buffer.concat(seen));
}
