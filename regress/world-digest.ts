/** What a world does, as a hash: of an episode of fixed, random actions. Where it is another one, so are all returns. */
import { createHash } from 'node:crypto';
import { RandomStream } from '../base/random/stream.ts';
import { Agent } from '../envs/walker/agent.ts';
import { drawParametersOf } from '../envs/walker/parameters.ts';
import type { Subject } from '../evaluate/subject.ts';

/** Walkers, one after the other, each for so many decisions at most: enough to fall, to touch and to be thrown about. */
const WALKERS = 4;
const DECISIONS = 60;

/** SHA-256 of all that is observed and earned. The same on every machine. */
export async function worldDigest(world: string, { task, settings, openWorlds }: Subject): Promise<string> {
  const hash = createHash('sha256');
  const { behavior, parameters } = task;
  const worlds = await openWorlds(world, 1);
  try {
    const observed = new Float32Array(behavior.observationSize);
    for (let which = 0; which < WALKERS; which++) {
      const walker = new Agent(worlds.each[0]!, task, drawParametersOf(parameters, {}, which), settings);
      walker.start(new RandomStream(which, 0xd16e));
      const random = new RandomStream(which, 0xac7);
      for (let decision = 0; decision < DECISIONS; decision++) {
        const actions = Float32Array.from({ length: behavior.actionSize }, () => random.uniform(-1, 1));
        const outcome = walker.decide(actions, 0);
        walker.observe(observed, 0);
        hash.update(new Uint8Array(observed.buffer)).update(Float64Array.of(walker.reward));
        if (outcome !== 'goes on') break;
      }
    }
  } finally {
    worlds.close();
  }
  return hash.digest('hex');
}
