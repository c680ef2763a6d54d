/** A thread that makes walkers, lets them play, and answers by how many MB the process has grown for each. */
import { parentPort } from 'node:worker_threads';
import { RandomStream } from '../base/random/stream.ts';
import { behavior } from '../envs/walker/behavior.ts';
import { createEnvironment } from '../envs/walker/environment.ts';

/** A group of walkers that have each been through an episode or two. */
async function played(firstAgent: number, agents: number) {
  const environment = await createEnvironment({ seed: 1, firstAgent, agents, parameters: {} });
  const random = new RandomStream(firstAgent);
  const actions = new Float32Array(agents * behavior.actionSize);
  await environment.reset();
  for (let decision = 0; decision < 30; decision++) {
    for (let at = 0; at < actions.length; at++) actions[at] = random.uniform(-1, 1);
    await environment.step(actions);
  }
  return environment;
}

const added = 64;
// With the first ones comes what any number of walkers needs once.
const first = await played(0, 16);
const before = process.memoryUsage.rss();
const more = await played(16, added);
parentPort!.postMessage((process.memoryUsage.rss() - before) / added / 1e6);
await first.close();
await more.close();
