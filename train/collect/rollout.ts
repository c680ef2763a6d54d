/**
 * One group of agents acting for a while under one policy, and the record of it.
 *
 * Runs inside the worker that owns the group's environment. Nothing here waits for another thread: the policy is a session
 * of the worker's own, and the noise of each agent comes from a stream named by (seed, agent, iteration), so the record is
 * the same whichever worker makes it.
 */

import { concatenated } from '../../base/bytes.ts';
import type { StoredTensor } from '../../base/files/tensor-bytes.ts';
import { RandomStream } from '../../base/random/stream.ts';
import type { Environment, Episode, EpisodeSnapshot, ParameterValues } from '../../envs/env.ts';
import { STREAMS } from '../numbers/streams.ts';
import { type ActingPolicy, drawAction, type Spread, spreadOf } from '../policy/acting-policy.ts';
import { meansOf } from './deciding.ts';
import { RolloutChecks } from './rollout-checks.ts';
import { joined } from './rows.ts';
import type { Statistics } from './statistics.ts';

/** A record of `agents` x `decisions` decisions; every array lies agent by agent, decision by decision. */
export interface Rollout {
  readonly agents: number;
  readonly decisions: number;
  readonly observations: Float32Array; // [agents, decisions, observationSize]
  /** As drawn from the distribution, before they were squashed. */
  readonly actions: Float32Array; // [agents, decisions, actionSize]
  /** Of each action dimension, under the policy that acted. */
  readonly logProbabilities: Float32Array; // [agents, decisions, actionSize]
  readonly rewards: Float32Array; // [agents, decisions]
  readonly terminated: Uint8Array; // [agents, decisions]
  readonly truncated: Uint8Array; // [agents, decisions]
  /** Indices into [agents, decisions] of the episodes that were truncated, in order, */
  readonly truncatedAt: Uint32Array;
  /** and the observations they ended in, [truncatedAt.length, observationSize]. */
  readonly truncatedObservations: Float32Array;
  /** What each agent sees after its last decision, [agents, observationSize]. */
  readonly nextObservations: Float32Array;
  readonly episodes: readonly Episode[];
  /** Of a live world: whose decisions the rows are, one agent after the other. Absent where agents are 0, 1, 2 ... */
  readonly lived?: readonly Lane[];
  /** Of a live world: whose last decision, made before this roll-out, came to nothing: their episodes are gone. */
  readonly lost?: readonly number[];
  /** What the world measured meanwhile, by name. */
  readonly statistics?: Statistics;
  readonly seconds: { readonly world: number; readonly policy: number };
}

/** One agent's rows of a roll-out. */
export interface Lane {
  readonly agent: number;
  readonly decisions: number;
  /** Whether the last row is marked as truncated only because the roll-out ends there: the episode goes on. */
  readonly goesOn?: boolean;
}

/** Whose the rows are, in their order. */
export function lanesOf({
  agents,
  decisions,
  lived,
}: Pick<Rollout, 'agents' | 'decisions' | 'lived'>): readonly Lane[] {
  return lived ?? Array.from({ length: agents }, (_, agent) => ({ agent, decisions }));
}

/** A group of agents whose episodes go on from one roll-out to the next. */
export class AgentGroup {
  readonly #environment: Environment;
  readonly #seed: number;
  readonly #firstAgent: number;
  #observations: Float32Array | undefined;

  constructor(environment: Environment, seed: number, firstAgent: number) {
    this.#environment = environment;
    this.#seed = seed;
    this.#firstAgent = firstAgent;
  }

  /**
   * Lets every agent decide `decisions` times.
   *
   * @throws NotFiniteError at the first number of the world or the policy that is none.
   */
  async rollOut(policy: ActingPolicy, iteration: number, decisions: number): Promise<Rollout> {
    const environment = this.#environment;
    const { agents } = environment;
    const { observationSize, actionSize } = environment.behavior;
    const recorder = new Recorder(agents, decisions, observationSize, actionSize);
    const checks = new RolloutChecks(environment, this.#firstAgent, (agent, rows) => recorder.recordOf(agent, rows));
    const noise = Array.from(
      { length: agents },
      (_, agent) => new RandomStream(this.#seed, STREAMS.actions, this.#firstAgent + agent, iteration),
    );
    const spread = spreadOf(policy.logDeviation);
    const squashedActions = new Float32Array(agents * actionSize);
    let observations = this.#observations ?? (await environment.reset()).slice();
    const seconds = { world: 0, policy: 0 };

    for (let decision = 0; decision < decisions; decision++) {
      const asked = performance.now();
      checks.observations(observations, decision);
      const means = await meansOf(policy.session, observations, agents);
      checks.means(means, decision);
      recorder.observe(decision, observations);
      recorder.act(decision, means, spread, policy.deterministic ? undefined : noise, squashedActions);

      const decided = performance.now();
      const step = await environment.step(squashedActions);
      checks.outcome(step, decision);
      recorder.outcome(decision, step);
      observations = step.observations;
      seconds.policy += decided - asked;
      seconds.world += performance.now() - decided;
    }
    checks.observations(observations, decisions);
    this.#observations = observations.slice();
    return recorder.finish(this.#observations, { world: seconds.world / 1000, policy: seconds.policy / 1000 });
  }

  /** What a new environment needs to go on from here; undefined where the world can't be repeated. */
  snapshots(): readonly EpisodeSnapshot[] | undefined {
    return this.#environment.snapshots?.();
  }

  /** Gives other parameters to the episodes that start from now on; with `reset` every agent starts one at once. */
  async setParameters(parameters: ParameterValues, reset: boolean): Promise<void> {
    this.#environment.setParameters?.(parameters);
    if (reset) this.#observations = (await this.#environment.reset()).slice();
  }

  async close(): Promise<void> {
    await this.#environment.close();
  }
}

/** Fills the arrays of a roll-out. */
class Recorder {
  readonly #agents: number;
  readonly #decisions: number;
  readonly #observationSize: number;
  readonly #actionSize: number;
  readonly #observations: Float32Array;
  readonly #actions: Float32Array;
  readonly #logProbabilities: Float32Array;
  readonly #rewards: Float32Array;
  readonly #terminated: Uint8Array;
  readonly #truncated: Uint8Array;
  readonly #truncatedAt: number[] = [];
  readonly #truncatedObservations: Float32Array[] = [];
  readonly #episodes: Episode[] = [];

  constructor(agents: number, decisions: number, observationSize: number, actionSize: number) {
    const rows = agents * decisions;
    this.#agents = agents;
    this.#decisions = decisions;
    this.#observationSize = observationSize;
    this.#actionSize = actionSize;
    this.#observations = new Float32Array(rows * observationSize);
    this.#actions = new Float32Array(rows * actionSize);
    this.#logProbabilities = new Float32Array(rows * actionSize);
    this.#rewards = new Float32Array(rows);
    this.#terminated = new Uint8Array(rows);
    this.#truncated = new Uint8Array(rows);
  }

  observe(decision: number, observations: Float32Array): void {
    const size = this.#observationSize;
    for (let agent = 0; agent < this.#agents; agent++) {
      const row = agent * this.#decisions + decision;
      this.#observations.set(observations.subarray(agent * size, (agent + 1) * size), row * size);
    }
  }

  /**
   * Draws each action from its distribution, records it with its log-probability and writes what reaches the agent.
   *
   * @param noise each agent's; without it the means are acted on.
   */
  act(
    decision: number,
    means: Float32Array,
    spread: Spread,
    noise: readonly RandomStream[] | undefined,
    squashedActions: Float32Array,
  ): void {
    const size = this.#actionSize;
    for (let agent = 0; agent < this.#agents; agent++) {
      drawAction(means, agent * size, spread, noise?.[agent], {
        actions: this.#actions,
        logProbabilities: this.#logProbabilities,
        at: (agent * this.#decisions + decision) * size,
        squashed: squashedActions,
        squashedAt: agent * size,
      });
    }
  }

  outcome(decision: number, step: Awaited<ReturnType<Environment['step']>>): void {
    const size = this.#observationSize;
    for (let agent = 0; agent < this.#agents; agent++) {
      const row = agent * this.#decisions + decision;
      this.#rewards[row] = step.rewards[agent]!;
      this.#terminated[row] = step.terminated[agent]!;
      this.#truncated[row] = step.truncated[agent]!;
      if (step.truncated[agent]) {
        this.#truncatedAt.push(row);
        this.#truncatedObservations.push(step.finalObservations.slice(agent * size, (agent + 1) * size));
      }
    }
    this.#episodes.push(...step.episodes);
  }

  /** One agent's first rows. */
  recordOf(agent: number, rows: number): Record<string, StoredTensor> {
    const columns = {
      observations: this.#observations,
      actions: this.#actions,
      logProbabilities: this.#logProbabilities,
      rewards: this.#rewards,
    };
    const kept = Math.min(rows, this.#decisions);
    const part = (column: Float32Array): StoredTensor => {
      const width = column.length / (this.#agents * this.#decisions);
      const from = agent * this.#decisions * width;
      return { shape: [kept, width], data: column.slice(from, from + kept * width) };
    };
    return Object.fromEntries(Object.entries(columns).map(([name, column]) => [`rollout.${name}`, part(column)]));
  }

  finish(nextObservations: Float32Array, seconds: Rollout['seconds']): Rollout {
    const truncated = this.#truncatedAt
      .map((row, index) => ({ row, observation: this.#truncatedObservations[index]! }))
      .sort((one, other) => one.row - other.row);
    return {
      agents: this.#agents,
      decisions: this.#decisions,
      observations: this.#observations,
      actions: this.#actions,
      logProbabilities: this.#logProbabilities,
      rewards: this.#rewards,
      terminated: this.#terminated,
      truncated: this.#truncated,
      truncatedAt: Uint32Array.from(truncated, ({ row }) => row),
      truncatedObservations: joined(truncated.map(({ observation }) => observation)),
      nextObservations: nextObservations.slice(),
      episodes: this.#episodes,
      seconds,
    };
  }
}

/** The roll-outs of several groups as one, agent by agent, whatever the groups were. */
export function mergeRollouts(parts: readonly Rollout[]): Rollout {
  const { decisions } = parts[0]!;
  const truncatedAt: number[] = [];
  let agents = 0;
  for (const part of parts) {
    for (const row of part.truncatedAt) truncatedAt.push(agents * decisions + row);
    agents += part.agents;
  }
  return {
    agents,
    decisions,
    observations: joined(parts.map((part) => part.observations)),
    actions: joined(parts.map((part) => part.actions)),
    logProbabilities: joined(parts.map((part) => part.logProbabilities)),
    rewards: joined(parts.map((part) => part.rewards)),
    terminated: concatenated(parts.map((part) => part.terminated)),
    truncated: concatenated(parts.map((part) => part.truncated)),
    truncatedAt: Uint32Array.from(truncatedAt),
    truncatedObservations: joined(parts.map((part) => part.truncatedObservations)),
    nextObservations: joined(parts.map((part) => part.nextObservations)),
    episodes: parts.flatMap((part) => part.episodes).sort((one, other) => one.agent - other.agent),
    seconds: {
      world: parts.reduce((sum, part) => sum + part.seconds.world, 0),
      policy: parts.reduce((sum, part) => sum + part.seconds.policy, 0),
    },
  };
}

type Ends = Pick<Rollout, 'agents' | 'decisions' | 'terminated' | 'truncated' | 'episodes' | 'lived'>;

/**
 * The episodes of all agents of a run in the order in which they ended; those that ended together, agent by agent. A live
 * world tells of them in that order.
 */
export function inOrderOfTheirEnds(rollout: Ends): readonly Episode[] {
  const { agents, decisions, terminated, truncated, episodes, lived } = rollout;
  if (lived) return episodes;
  const ofAgents: Episode[][] = Array.from({ length: agents }, () => []);
  for (const episode of episodes) ofAgents[episode.agent]!.push(episode);
  const ordered: Episode[] = [];
  for (let decision = 0; decision < decisions; decision++) {
    for (let agent = 0; agent < agents; agent++) {
      const row = agent * decisions + decision;
      if (terminated[row] || truncated[row]) ordered.push(ofAgents[agent]!.shift()!);
    }
  }
  return ordered;
}
