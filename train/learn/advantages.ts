/**
 * Generalised advantage estimates (Schulman et al. 2015, eq. 16) as ML-Agents computes them:
 *
 *     delta_t = r_t + gamma V_{t+1} - V_t
 *     A_t     = delta_t + gamma lambda A_{t+1}
 *     return  = A_t + V_t
 *
 * A trajectory ends where its episode ends and where it is cut. Past a fall (terminated) nothing follows: V_{t+1} = 0.
 * Past a cut (truncated, time horizon, end of the roll-out) life goes on: V_{t+1} is the value of the state reached.
 */
export interface Trajectories {
  readonly agents: number;
  /** Decisions of each agent. */
  readonly decisions: number;
  readonly rewards: Float32Array; // [agents, decisions]
  readonly values: Float32Array; // [agents, decisions]
  readonly terminated: Uint8Array; // [agents, decisions]
  readonly truncated: Uint8Array; // [agents, decisions]
  /** Value of the state that a truncated episode ended in, by index into [agents, decisions]. */
  readonly finalValues: ReadonlyMap<number, number>;
  /** Value of the state after each agent's last decision, [agents]. */
  readonly nextValues: Float32Array;
}

export interface EstimateSettings {
  /** Discount per decision. */
  readonly gamma: number;
  readonly lambda: number;
  /** Decisions after which a trajectory is cut. */
  readonly timeHorizon: number;
}

/** @returns advantages and returns, [agents, decisions] each. */
export function estimateAdvantages(
  trajectories: Trajectories,
  { gamma, lambda, timeHorizon }: EstimateSettings,
): { advantages: Float32Array; returns: Float32Array } {
  const { agents, decisions, rewards, values, terminated, truncated, finalValues, nextValues } = trajectories;
  const advantages = new Float32Array(agents * decisions);
  const returns = new Float32Array(agents * decisions);
  for (let agent = 0; agent < agents; agent++) {
    const first = agent * decisions;
    const cuts = horizonCuts(trajectories, first, timeHorizon);
    let advantage = 0;
    for (let t = decisions - 1; t >= 0; t--) {
      const at = first + t;
      let next: number;
      if (terminated[at]) next = 0;
      else if (truncated[at]) next = finalValues.get(at)!;
      else next = t === decisions - 1 ? nextValues[agent]! : values[at + 1]!;

      const delta = rewards[at]! + gamma * next - values[at]!;
      const goesOn = t < decisions - 1 && !terminated[at] && !truncated[at] && !cuts[t];
      advantage = delta + (goesOn ? gamma * lambda * advantage : 0);
      advantages[at] = advantage;
      returns[at] = advantage + values[at]!;
    }
  }
  return { advantages, returns };
}

/** 1 at each decision after which the time horizon cuts the trajectory, counted from the episode's start or the last cut. */
function horizonCuts(
  { decisions, terminated, truncated }: Trajectories,
  first: number,
  timeHorizon: number,
): Uint8Array {
  const cuts = new Uint8Array(decisions);
  let length = 0;
  for (let t = 0; t < decisions; t++) {
    length++;
    if (length === timeHorizon) cuts[t] = 1;
    if (cuts[t] || terminated[first + t] || truncated[first + t]) length = 0;
  }
  return cuts;
}

/** Mean 0 and deviation 1 over all that are given, in place: (A - mean) / (population deviation + 1e-10). */
export function normaliseAdvantages(advantages: Float32Array): void {
  let sum = 0;
  for (const advantage of advantages) sum += advantage;
  const mean = sum / advantages.length;
  let squares = 0;
  for (const advantage of advantages) squares += (advantage - mean) ** 2;
  const deviation = Math.sqrt(squares / advantages.length) + 1e-10;
  for (let index = 0; index < advantages.length; index++) advantages[index] = (advantages[index]! - mean) / deviation;
}
