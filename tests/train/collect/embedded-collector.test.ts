/** The collector's worker threads, where they end unasked; what they collect is tested by the trainings. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { EmbeddedCollector } from '../../../train/collect/embedded-collector.ts';

/** A world that takes its thread down a moment after it was made, when nobody waits for an answer. */
const falling = (how: string) =>
  `data:text/javascript,${encodeURIComponent(`export async function createEnvironment() { setTimeout(() => { ${how} }, 1); return {}; }`)}`;

it.each([
  ['ends', 'process.exit(3)', /a roll-out worker ended with code 3/],
  ['fails', 'throw new Error("the world is gone")', /the world is gone/],
])(
  'a worker that %s while it has nothing to do is told of at the next question, not waited for',
  async (_what, how, told) => {
    const collector = await EmbeddedCollector.start({
      environment: falling(how),
      agents: 1, // one world: a second one would still be made while the first takes the thread down
      workers: 1,
      seed: 1,
      parameters: {},
    });
    await sleep(300);
    await expect(collector.snapshots()).rejects.toThrow(told);
    await collector.close();
  },
);
