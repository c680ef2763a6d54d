/** The collector's worker threads, where they end unasked; what they collect is tested by the trainings. */
import { setTimeout as sleep } from 'node:timers/promises';
import { BroadcastChannel } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { EmbeddedCollector } from '../../../train/collect/embedded-collector.ts';
import { collectorThreads } from '../../../train/collect/worker-threads.ts';

/** A world that takes its thread down when it is told to, while nobody waits for an answer. */
const falling = (how: string, channel: string) => {
  const source = `
    import { BroadcastChannel } from 'node:worker_threads';
    export async function createEnvironment() {
      new BroadcastChannel('${channel}').onmessage = () => { ${how} };
      return {};
    }`;
  return `data:text/javascript,${encodeURIComponent(source)}`;
};

it.each([
  ['ends', 'process.exit(3)', /a roll-out worker ended with code 3/],
  ['fails', 'throw new Error("the world is gone")', /the world is gone/],
])(
  'a worker that %s while it has nothing to do is told of at the next question, not waited for',
  async (what, how, told) => {
    const channel = `a worker that ${what}`;
    const collector = await EmbeddedCollector.start(
      {
        agents: 1, // one world: a second one would still be made while the first takes the thread down
        workers: 1,
        seed: 1,
        parameters: {},
      },
      collectorThreads(falling(how, channel)),
    );
    const orders = new BroadcastChannel(channel);
    orders.postMessage('fall');
    await sleep(300);
    orders.close();
    await expect(collector.snapshots()).rejects.toThrow(told);
    await collector.close();
  },
);
