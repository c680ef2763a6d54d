/** What a session has come to so far: every reward that was sent, agent by agent, and how the episodes went. */
import { type AgentNumbers, STANDING } from './agent-numbers.ts';

export class Account {
  exchanges = 0;
  decisions = 0;
  /** That have ended. */
  episodes = 0;
  /** Sum of what was sent of each agent, [agents]. */
  readonly rewards: Float64Array;
  /** Of the running episodes, [agents]. */
  readonly #running: Float64Array;
  #ended = 0;

  constructor(agents: number) {
    this.rewards = new Float64Array(agents);
    this.#running = new Float64Array(agents);
  }

  /** Mean over the episodes that ended, of all agents; null where none did. */
  get meanReward(): number | null {
    return this.episodes === 0 ? null : this.#ended / this.episodes;
  }

  /** An exchange in which these agents were told of. */
  enter(ended: readonly number[], deciding: readonly number[], { rewards, standings }: AgentNumbers): void {
    for (const agent of ended) {
      this.rewards[agent]! += rewards[agent]!;
      this.#ended += this.#running[agent]! + rewards[agent]!;
      this.#running[agent] = 0;
    }
    for (const agent of deciding) {
      if (standings[agent] !== STANDING.goesOn) continue;
      this.rewards[agent]! += rewards[agent]!;
      this.#running[agent]! += rewards[agent]!;
    }
    this.exchanges += 1;
    this.decisions += deciding.length;
    this.episodes += ended.length;
  }

  /** All agents begin anew; the episodes under way count for nothing. */
  reset(): void {
    this.#running.fill(0);
  }
}
