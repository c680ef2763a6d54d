/**
 * Rewards divided by the deviation of the discounted return as it runs along, so that values are of the order of one
 * whatever the world pays (Engstrom et al. 2020, "Implementation Matters"; gymnasium's `NormalizeReward`).
 *
 * Each agent has a return R = gamma R + r that begins anew with each episode; what counts is the variance of R over all
 * decisions that were ever made. Its mean is not taken away: that would change which episodes are worth living longer.
 */
import { lanesOf, type Rollout } from '../collect/rollout.ts';

/** Of all returns so far. */
export interface ReturnMoments {
  /** Returns seen. */
  rows: number;
  mean: number;
  /** Sum of squared deviations. */
  squares: number;
}

/** Rewards end here, in deviations. */
const LIMIT = 10;

/** What rewards are read from. */
type Rewarded = Pick<Rollout, 'agents' | 'decisions' | 'rewards' | 'terminated' | 'truncated' | 'lived' | 'lost'>;

export class RewardNormaliser {
  /** Of the running episodes, by agent. */
  readonly returns: Map<number, number>;
  readonly moments: ReturnMoments;

  /** @param returns of the agents 0, 1, 2 ... as they stand; of a new run 0. */
  constructor(returns: ArrayLike<number>, moments: ReturnMoments = { rows: 0, mean: 0, squares: 0 }) {
    this.returns = new Map(Array.from(returns, (value, agent) => [agent, value]));
    this.moments = { ...moments };
  }

  /** The returns in the order of the agents. */
  get inOrder(): Float64Array {
    const byAgent = [...this.returns].sort(([one], [other]) => one - other);
    return Float64Array.from(byAgent, ([, value]) => value);
  }

  /**
   * Takes in what was collected and returns its rewards, divided by the deviation so far, this roll-out included,
   * [agents, decisions].
   *
   * An agent's return goes on from one roll-out to the next, wherever its trajectory was cut for it.
   *
   * @param gamma discount per decision.
   */
  normalise(rollout: Rewarded, gamma: number): Float32Array {
    const { rewards, terminated, truncated, lost = [] } = rollout;
    const { moments } = this;
    for (const agent of lost) this.returns.set(agent, 0);
    let row = 0;
    for (const { agent, decisions, goesOn = false } of lanesOf(rollout)) {
      let running = this.returns.get(agent) ?? 0;
      for (const end = row + decisions; row < end; row++) {
        running = gamma * running + rewards[row]!;
        // Welford's update.
        moments.rows++;
        const before = running - moments.mean;
        moments.mean += before / moments.rows;
        moments.squares += before * (running - moments.mean);
        const hasEnded = terminated[row] || (truncated[row] && !(goesOn && row === end - 1));
        if (hasEnded) running = 0;
      }
      this.returns.set(agent, running);
    }
    const { deviation } = this;
    return rewards.map((reward) => Math.min(LIMIT, Math.max(-LIMIT, reward / deviation)));
  }

  /** Forgets the running episodes, which were dropped. */
  beginAnew(): void {
    for (const agent of this.returns.keys()) this.returns.set(agent, 0);
  }

  /** Of the returns so far: what rewards are divided by; 1 before the first. */
  get deviation(): number {
    const { squares, rows } = this.moments;
    return rows === 0 ? 1 : Math.sqrt(squares / rows + 1e-8);
  }
}
