/** Plays walkers with seeded random actions and keeps the bytes of what every agent saw. It runs in a browser too. */

import { RandomStream } from '../../../base/random/stream.ts';
import type { Environment, EnvironmentOptions, ParameterValues } from '../../../envs/env.ts';
import { behavior } from '../../../envs/walker/behavior.ts';
import type { WorldName } from '../../../envs/walker/dialects.ts';
import { createEnvironment } from '../../../envs/walker/environment.ts';
import { hashOf } from '../../hash-of.ts';

/** What each file in golden/ has the hashes of. */
export const goldenWalkers = { firstAgent: 0, agents: 4, decisions: 100 };

export interface PlayOptions {
  readonly firstAgent: number;
  readonly agents: number;
  readonly decisions: number;
  readonly parameters?: ParameterValues;
  readonly world?: WorldName;
}

/**
 * One hash for each agent, over every byte of its observations and rewards.
 *
 * @param open makes the environment; default as Node does.
 */
export async function play(
  { firstAgent, agents, decisions, parameters = {}, world }: PlayOptions,
  open: (options: EnvironmentOptions) => Promise<Environment> = createEnvironment,
): Promise<string[]> {
  const { observationSize, actionSize } = behavior;
  const environment = await open({ seed: 7, firstAgent, agents, parameters, world });
  const seen: Uint8Array[][] = Array.from({ length: agents }, () => []);
  const keep = (numbers: Float32Array, width: number) => {
    for (let agent = 0; agent < agents; agent++) {
      seen[agent]!.push(new Uint8Array(numbers.slice(agent * width, (agent + 1) * width).buffer));
    }
  };
  keep(await environment.reset(), observationSize);
  const streams = Array.from({ length: agents }, (_, agent) => new RandomStream(firstAgent + agent, 99));
  for (let decision = 0; decision < decisions; decision++) {
    const actions = new Float32Array(agents * actionSize);
    for (let at = 0; at < actions.length; at++) actions[at] = streams[Math.floor(at / actionSize)]!.uniform(-1, 1);
    const { observations, rewards, finalObservations, episodes } = await environment.step(actions);
    keep(observations, observationSize);
    keep(rewards, 1);
    for (const { agent } of episodes) {
      const row = (agent - firstAgent) * observationSize;
      seen[agent - firstAgent]!.push(new Uint8Array(finalObservations.slice(row, row + observationSize).buffer));
    }
  }
  await environment.close();
  return Promise.all(seen.map(hashOf));
}
