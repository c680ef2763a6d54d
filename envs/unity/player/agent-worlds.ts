/**
 * The worlds of some agents, all in one thread: an environment for each turn, in which those who decide in it have a row each. So they
 * are simulated together, and yet any of them can begin its next episode with other parameters while the rest go on.
 *
 * An episode depends on (seed, agent, episode, actions) and on nothing else, here as in training without a wire: the same
 * decisions lead to the same numbers.
 */
import { setImmediate as nextRound } from 'node:timers/promises';
import type { EmbeddedEnvironment, EnvironmentModule, Step } from '../../env.ts';
import { type AgentNumbers, STANDING } from './agent-numbers.ts';
import type { ParameterValues } from './parameters.ts';
import type { TurnOf } from './turns.ts';

/** An episode that is to begin. */
export interface Beginning {
  /** Number of the agent, from 0. */
  readonly agent: number;
  readonly episode: number;
  readonly parameters: ParameterValues;
}

export interface Worlds {
  /** Begins these episodes, whatever their agents did before. */
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
  /** By turn: the agents that decide in it. */
  readonly #members = new Map<number, readonly number[]>();
  /** Made when their first episodes begin. */
  readonly #worlds = new Map<number, TurnWorld>();
  /** What is being done; things are done one after the other. */
  #last: Promise<void> = Promise.resolve();

  constructor(options: AgentWorldsOptions) {
    const { firstAgent, agents, turnOf } = options;
    this.#options = options;
    for (let agent = firstAgent; agent < firstAgent + agents; agent++) {
      const turn = turnOf(agent);
      this.#members.set(turn, [...(this.#members.get(turn) ?? []), agent]);
    }
  }

  begin(beginnings: readonly Beginning[]): Promise<void> {
    return this.#afterTheLast(() => this.#begin(beginnings));
  }

  step(turn: number): Promise<void> {
    return this.#afterTheLast(async () => {
      // What has just been handed over to be sent goes on its way before this thread is busy.
      await nextRound();
      await this.#worlds.get(turn)?.step();
    });
  }

  /** Closes every world, also where one can't be. */
  close(): Promise<void> {
    return this.#afterTheLast(async () => {
      const closed = [...this.#worlds.values()].map((world) => world.close());
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
    for (const beginning of beginnings) {
      const turn = this.#options.turnOf(beginning.agent);
      if (!this.#worlds.has(turn))
        this.#worlds.set(turn, await TurnWorld.open(this.#options, this.#members.get(turn)!));
      this.#worlds.get(turn)!.begin(beginning);
    }
  }
}

/** The world of those who decide in one turn. */
class TurnWorld {
  readonly #options: AgentWorldsOptions;
  readonly #environment: EmbeddedEnvironment;
  /** Whose each row is. */
  readonly #agents: readonly number[];
  readonly #actions: Float32Array;

  private constructor(options: AgentWorldsOptions, environment: EmbeddedEnvironment, agents: readonly number[]) {
    this.#options = options;
    this.#environment = environment;
    this.#agents = agents;
    this.#actions = new Float32Array(agents.length * environment.behavior.actionSize);
  }

  static async open(options: AgentWorldsOptions, agents: readonly number[]): Promise<TurnWorld> {
    const { module, seed, world, firstAgent } = options;
    const own = { seed, firstAgent, agents: agents.length, parameters: {}, world };
    return new TurnWorld(options, await module.createEnvironment(own), agents);
  }

  begin(beginning: Beginning): void {
    const { observationSize } = this.#environment.behavior;
    const { agent } = beginning;
    const seen = this.#environment.begin(this.#agents.indexOf(agent), beginning);
    this.#options.numbers.observations.set(seen, agent * observationSize);
  }

  /** One decision of each. */
  async step(): Promise<void> {
    const { numbers, stepsPerDecision } = this.#options;
    const { observationSize, actionSize } = this.#environment.behavior;
    this.#agents.forEach((agent, row) => {
      this.#actions.set(numbers.actions.subarray(agent * actionSize, (agent + 1) * actionSize), row * actionSize);
    });
    const step = await this.#environment.step(this.#actions);
    const rowOf = (array: Float32Array, row: number) => {
      return array.subarray(row * observationSize, (row + 1) * observationSize);
    };
    this.#agents.forEach((agent, row) => {
      numbers.observations.set(rowOf(step.observations, row), agent * observationSize);
      numbers.rewards[agent] = step.rewards[row]!;
      numbers.standings[agent] = standingOf(step, row);
      if (numbers.standings[agent] !== STANDING.goesOn)
        numbers.finalObservations.set(rowOf(step.finalObservations, row), agent * observationSize);
    });
    for (const { agent, decisions, details } of step.episodes) {
      const { physicsSteps = decisions * stepsPerDecision } = details;
      numbers.endingSteps[agent] = physicsSteps - (decisions - 1) * stepsPerDecision;
    }
  }

  close(): Promise<void> {
    return this.#environment.close();
  }
}

function standingOf({ terminated, truncated }: Step, row: number): number {
  if (truncated[row]) return STANDING.cutOff;
  return terminated[row] ? STANDING.terminated : STANDING.goesOn;
}
