/**
 * Rewards divided by the deviation of the discounted return as it runs along, so that values are of the order of one
 * whatever the world pays (Engstrom et al. 2020, "Implementation Matters"; gymnasium's `NormalizeReward`).
 *
 * Each agent has a return R = gamma R + r that begins anew with each episode; what counts is the variance of R over all
 * decisions that were ever made. Its mean is not taken away: that would change which episodes are worth living longer.
 */
export interface ReturnStatistics {
  /** Returns seen. */
  rows: number;
  mean: number;
  /** Sum of squared deviations. */
  squares: number;
}

/** Rewards end here, in deviations. */
const LIMIT = 10;

export class RewardNormaliser {
  /** Of the running episodes, [agents]. */
  returns: Float64Array;
  readonly statistics: ReturnStatistics;

  constructor(agents: number, statistics: ReturnStatistics = { rows: 0, mean: 0, squares: 0 }) {
    this.returns = new Float64Array(agents);
    this.statistics = { ...statistics };
  }

  /**
   * Takes in what was collected and returns its rewards, divided by the deviation so far, this roll-out included.
   *
   * @param rewards [agents, decisions].
   * @param agents as many as before, and the same; else their returns all begin anew.
   * @param ended whether an episode ended with a row, of [agents, decisions].
   * @param gamma discount per decision.
   */
  normalise(rewards: Float32Array, agents: number, ended: (row: number) => boolean, gamma: number): Float32Array {
    // In a live world agents come and go, and only the first roll-out tells how many there are.
    if (agents !== this.returns.length) this.returns = new Float64Array(agents);
    const { returns, statistics } = this;
    const decisions = rewards.length / agents;
    for (let row = 0; row < rewards.length; row++) {
      const agent = Math.floor(row / decisions);
      const value = gamma * returns[agent]! + rewards[row]!;
      returns[agent] = ended(row) ? 0 : value;
      // Welford's update.
      statistics.rows++;
      const before = value - statistics.mean;
      statistics.mean += before / statistics.rows;
      statistics.squares += before * (value - statistics.mean);
    }
    const { deviation } = this;
    return rewards.map((reward) => Math.min(LIMIT, Math.max(-LIMIT, reward / deviation)));
  }

  /** Forgets the running episodes, which were dropped. */
  beginAnew(): void {
    this.returns.fill(0);
  }

  /** Of the returns so far: what rewards are divided by; 1 before the first. */
  get deviation(): number {
    const { squares, rows } = this.statistics;
    return rows === 0 ? 1 : Math.sqrt(squares / rows + 1e-8);
  }
}
