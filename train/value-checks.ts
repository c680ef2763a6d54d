/** Stops an update whose values or returns are no numbers, and says whose. */
import { requireFinite } from './not-finite.ts';
import type { Rollout } from './rollout.ts';

/** Of a roll-out: as the critic values what was seen, and what it expects in all. */
export interface ValuesAndReturns {
  readonly values: Float32Array; // [agents, decisions]
  readonly nextValues: Float32Array; // [agents]
  readonly finalValues: Float32Array; // [truncatedAt.length]
  readonly returns: Float32Array; // [agents, decisions]
}

/** @throws NotFiniteError at the first that is none. */
export function checkValues(rollout: Rollout, { values, nextValues, finalValues, returns }: ValuesAndReturns): void {
  const { decisions, observations, nextObservations, truncatedObservations, truncatedAt } = rollout;
  const width = observations.length / values.length;
  const seen = (from: Float32Array, row: number) => ({
    observation: { shape: [width], data: from.slice(row * width, (row + 1) * width) },
  });
  const decisionAt = (row: number) => ({
    agent: Math.floor(row / decisions),
    place: `decision ${(row % decisions) + 1} of its roll-out`,
    evidence: seen(observations, row),
  });
  requireFinite("the critic's value of a state", values, decisionAt);
  requireFinite("the critic's value of the state after the roll-out", nextValues, (agent) => ({
    agent,
    evidence: seen(nextObservations, agent),
  }));
  requireFinite("the critic's value of the state that an episode ended in", finalValues, (index) => ({
    ...decisionAt(truncatedAt[index]!),
    evidence: seen(truncatedObservations, index),
  }));
  requireFinite('the return', returns, decisionAt);
}
