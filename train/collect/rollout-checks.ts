/** Stops a roll-out at the first number from the world or the policy that is none, before it reaches the other one. */

import type { StoredTensor } from '../../base/files/tensor-bytes.ts';
import type { BehaviorSpec, Environment, Step } from '../../envs/env.ts';
import { firstNotFinite, NotFiniteError } from '../numbers/not-finite.ts';

/** What is known of one agent's roll-out so far. */
export type RecordOf = (agent: number, decisions: number) => Readonly<Record<string, StoredTensor>>;

export class RolloutChecks {
  readonly #environment: Environment;
  readonly #firstAgent: number;
  readonly #recordOf: RecordOf;

  /** @param firstAgent the group's first among all agents of the run. */
  constructor(environment: Environment, firstAgent: number, recordOf: RecordOf) {
    this.#environment = environment;
    this.#firstAgent = firstAgent;
    this.#recordOf = recordOf;
  }

  /** What the agents see before a decision, [agents, observationSize]. */
  observations(observations: Float32Array, decision: number): void {
    this.#check(observations, (column) => observationText(this.#environment.behavior, column), decision);
  }

  /** What the policy answers, [agents, actionSize]. */
  means(means: Float32Array, decision: number): void {
    this.#check(means, (column) => `the policy's mean of action ${column}`, decision);
  }

  /** Rewards, and what truncated episodes ended in; what the agents see next is looked at before they decide on it. */
  outcome({ rewards, truncated, finalObservations }: Step, decision: number): void {
    this.#check(rewards, () => 'the reward', decision);
    const { agents, behavior } = this.#environment;
    for (let agent = 0; agent < agents; agent++) {
      if (!truncated[agent]) continue;
      const nameOf = (column: number) => `${observationText(behavior, column)} that its episode ended in`;
      this.#check(finalObservations, nameOf, decision, agent);
    }
  }

  /** @param values [agents, any]; only one agent's row where one is named. */
  #check(values: Float32Array, nameOf: (column: number) => string, decision: number, only?: number): void {
    const { agents } = this.#environment;
    const width = values.length / agents;
    const bad = only === undefined ? firstNotFinite(values) : firstNotFinite(values, only * width, (only + 1) * width);
    if (bad < 0) return;
    const agent = Math.floor(bad / width);
    const snapshot = this.#environment.snapshots?.()[agent];
    throw new NotFiniteError({
      tensor: nameOf(bad % width),
      value: values[bad]!,
      agent: this.#firstAgent + agent,
      place: `decision ${decision + 1} of its roll-out${snapshot ? `, in its episode ${snapshot.episode}` : ''}`,
      evidence: {
        found: { shape: [width], data: values.slice(agent * width, (agent + 1) * width) },
        ...this.#recordOf(agent, decision + 1),
        ...(snapshot ? { 'episode.state': { shape: [snapshot.state.length], data: snapshot.state } } : {}),
      },
    });
  }
}

function observationText({ observationNames }: BehaviorSpec, column: number): string {
  const name = observationNames?.[column];
  return name === undefined ? `observation ${column}` : `the observation "${name}"`;
}
