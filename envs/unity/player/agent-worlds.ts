/**
 * The worlds of some agents, all in one thread: an `Environment` of its own for each agent, so that any of them can begin
 * its next episode with other parameters while the rest go on.
 *
 * An episode depends on (seed, agent, episode, actions) and on nothing else, here as in training without a wire: the same
 * decisions lead to the same numbers.
 */
import { setImmediate as nextRound } from 'node:timers/promises';
import type { BehaviorSpec, Environment, EnvironmentModule, Step } from '../../env.ts';
import { type AgentNumbers, STANDING } from './agent-numbers.ts';
import type { ParameterValues } from './parameters.ts';
import type { TurnOf } from './turns.ts';

/** An episode that is to begin in a new world. */
export interface Beginning {
  /** Number of the agent, from 0. */
  readonly agent: number;
  readonly episode: number;
  readonly parameters: ParameterValues;
}

export interface Worlds {
  /** Begins these episodes, each in a world made for it, whatever went on there before. */
  begin(beginnings: readonly Beginning[]): Promise<void>;
  /**
   * Lets every agent whose turn it is act until its next decision; where an episode ends, the next one begins. Another turn
   * may be asked for before: they are done in that order.
   */
  step(turn: number): Promise<void>;
  close(): Promise<void>;
}

export interface AgentWorldsOptions {
  readonly module: EnvironmentModule;
  readonly seed: number;
  /** Which of the module's worlds; default its first. */
  readonly world?: string | undefined;
  readonly numbers: AgentNumbers;
  /** The agents that live here. */
  readonly firstAgent: number;
  readonly agents: number;
  /** Physics steps from one decision to the next. */
  readonly stepsPerDecision: number;
  readonly turnOf: TurnOf;
}

export class AgentWorlds implements Worlds {
  readonly #options: AgentWorldsOptions;
  readonly #behavior: BehaviorSpec;
  readonly #worlds: (Environment | undefined)[];
  readonly #actions: readonly Float32Array[];
  /** What is being done; things are done one after the other. */
  #last: Promise<void> = Promise.resolve();

  constructor(options: AgentWorldsOptions) {
    const { module, numbers, firstAgent, agents } = options;
    const { actionSize } = module.behavior;
    this.#options = options;
    this.#behavior = module.behavior;
    this.#worlds = Array.from({ length: agents });
    this.#actions = Array.from({ length: agents }, (_, index) => {
      const row = (firstAgent + index) * actionSize;
      return numbers.actions.subarray(row, row + actionSize);
    });
  }

  begin(beginnings: readonly Beginning[]): Promise<void> {
    return this.#afterTheLast(() => this.#begin(beginnings));
  }

  step(turn: number): Promise<void> {
    return this.#afterTheLast(() => this.#step(turn));
  }

  /** Closes every world, also where one can't be. */
  close(): Promise<void> {
    return this.#afterTheLast(async () => {
      const closed = this.#worlds.map((world) => world?.close());
      await Promise.allSettled(closed);
      await Promise.all(closed);
    });
  }

  #afterTheLast(work: () => Promise<void>): Promise<void> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    return done;
  }

  async #begin(beginnings: readonly Beginning[]): Promise<void> {
    const { module, seed, firstAgent, numbers } = this.#options;
    for (const { agent, episode, parameters } of beginnings) {
      const index = agent - firstAgent;
      await this.#worlds[index]?.close();
      const snapshots = [{ episode, state: new Uint8Array() }];
      const options = { seed, firstAgent: agent, agents: 1, parameters, world: this.#options.world, snapshots };
      const world = await module.createEnvironment(options);
      this.#worlds[index] = world;
      numbers.observations.set(await world.reset(), agent * this.#behavior.observationSize);
    }
  }

  async #step(turn: number): Promise<void> {
    const { firstAgent, agents, turnOf } = this.#options;
    // What has just been handed over to be sent goes on its way before this thread is busy.
    await nextRound();
    for (let index = 0; index < agents; index++) {
      if (turnOf(firstAgent + index) === turn) await this.#stepOne(index);
    }
  }

  async #stepOne(index: number): Promise<void> {
    const { firstAgent, numbers, stepsPerDecision } = this.#options;
    const { observationSize } = this.#behavior;
    const agent = firstAgent + index;
    const step = await this.#worlds[index]!.step(this.#actions[index]!);
    numbers.observations.set(step.observations, agent * observationSize);
    numbers.rewards[agent] = step.rewards[0]!;
    numbers.standings[agent] = standingOf(step);
    const ended = step.episodes[0];
    if (!ended) return;
    numbers.finalObservations.set(step.finalObservations, agent * observationSize);
    const { physicsSteps = ended.decisions * stepsPerDecision } = ended.details;
    numbers.endingSteps[agent] = physicsSteps - (ended.decisions - 1) * stepsPerDecision;
  }
}

function standingOf({ terminated, truncated }: Step): number {
  if (truncated[0]) return STANDING.cutOff;
  return terminated[0] ? STANDING.terminated : STANDING.goesOn;
}
