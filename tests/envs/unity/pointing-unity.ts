/**
 * The small world of the training tests, played as a Unity plays: all agents decide in every message, and an episode's end
 * stands before the first decision of the next one.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Step } from '../../../envs/env.ts';
import { STATUS } from '../../../envs/unity/protocol/messages.ts';
import { createEnvironment } from '../../train/fixtures/pointing-environment.ts';
import { actionsIn, type Behavior, type Says, ScriptedUnity } from './scripted-unity.ts';

export const POINTER: Behavior = { key: 'Pointer?team=0', actionSize: 2 };

export interface PointingOptions {
  readonly agents: number;
  /** Other behaviours that play the same, each with agents of its own. */
  readonly others?: readonly Behavior[];
  /** Exchanges after which Stop is pressed. */
  readonly stopAfter?: number;
  /** Called after each exchange, with how many there were. */
  exchanged?(count: number): void | Promise<void>;
}

/** Plays until the trainer says that it is enough, or Stop is pressed. @returns the number of exchanges. */
export async function playPointing(port: number, options: PointingOptions): Promise<number> {
  const behaviors = [POINTER, ...(options.others ?? [])];
  const unity = await patiently(() => ScriptedUnity.play(port, ...behaviors));
  const worlds = await Promise.all(
    behaviors.map(async ({ key }, index) => {
      const firstAgent = index * options.agents;
      const world = await createEnvironment({ seed: unity.seed, firstAgent, agents: options.agents, parameters: {} });
      return { key, firstAgent, world, says: firstWords(await world.reset(), options.agents, firstAgent) };
    }),
  );
  for (let count = 0; count !== options.stopAfter; count++) {
    const reply = await unity.tell(Object.fromEntries(worlds.map(({ key, says }) => [key, says])));
    if (reply.header!.status !== STATUS.ok) {
      unity.connection.close();
      return count;
    }
    const actions = actionsIn(reply);
    for (const each of worlds) {
      const step = await each.world.step(Float32Array.from(actions[each.key]!.flat()));
      each.says = words(step, options.agents, each.firstAgent);
    }
    await options.exchanged?.(count);
  }
  await unity.stop();
  return options.stopAfter ?? 0;
}

/** Somebody may have to begin to listen yet. */
async function patiently<T>(connect: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await connect();
    } catch (error) {
      if ((error as { code?: number }).code !== 14) throw error; // UNAVAILABLE
      await sleep(50);
    }
  }
}

function firstWords(observations: Float32Array, agents: number, firstAgent: number): Says[] {
  return Array.from({ length: agents }, (_, agent) => ({ id: firstAgent + agent, sees: row(observations, agent) }));
}

function words(step: Step, agents: number, firstAgent: number): Says[] {
  return Array.from({ length: agents }, (_, agent): Says[] => {
    const id = firstAgent + agent;
    const earned = step.rewards[agent]!;
    const asks = { id, sees: row(step.observations, agent) };
    const ended = step.terminated[agent] ? 'terminated' : step.truncated[agent] ? 'truncated' : undefined;
    if (!ended) return [{ ...asks, earned }];
    return [{ id, sees: row(step.finalObservations, agent), earned, ended }, asks];
  }).flat();
}

function row(observations: Float32Array, agent: number): number[] {
  return Array.from(observations.subarray(3 * agent, 3 * agent + 3));
}
