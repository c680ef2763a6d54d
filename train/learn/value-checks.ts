/** Stops an update whose values or returns are no numbers, and says whose. */

import type { Rollout } from '../collect/rollout.ts';
import { requireFinite } from '../not-finite.ts';

/** Of a roll-out: as the critic values what was seen, and what it expects in all. */
export interface ValuesAndReturns {
  readonly values: Float32Array; // [agents, decisions]
  readonly nextValues: Float32Array; // [agents]
  readonly finalValues: Float32Array; // [truncatedAt.length]
  readonly returns: Float32Array; // [agents, decisions]
}

/** @throws NotFiniteError at the first that is none. */
export function checkValues(rollout: Rollout, { values, nextValues, finalValues, returns }: ValuesAndReturns): void {
  const { observations, nextObservations, truncatedObservations, truncatedAt } = rollout;
  const width = observations.length / values.length;
  const seen = (from: Float32Array, row: number) => ({
    observation: { shape: [width], data: from.slice(row * width, (row + 1) * width) },
  });
  const decisionAt = (row: number) => {
    const { agent, decision } = whoseDecision(rollout, row);
    return { agent, place: `decision ${decision + 1} of its roll-out`, evidence: seen(observations, row) };
  };
  requireFinite("the critic's value of a state", values, decisionAt);
  requireFinite("the critic's value of the state after the roll-out", nextValues, (lane) => ({
    agent: whoseDecision(rollout, lane * rollout.decisions).agent,
    evidence: seen(nextObservations, lane),
  }));
  requireFinite("the critic's value of the state that an episode ended in", finalValues, (index) => ({
    ...decisionAt(truncatedAt[index]!),
    evidence: seen(truncatedObservations, index),
  }));
  requireFinite('the return', returns, decisionAt);
}

/** Whose decision a row is, and which of its own. */
function whoseDecision({ lived, decisions }: Rollout, row: number): { agent: number; decision: number } {
  if (!lived) return { agent: Math.floor(row / decisions), decision: row % decisions };
  let first = 0;
  for (const { agent, decisions: own } of lived) {
    if (row < first + own) return { agent, decision: row - first };
    first += own;
  }
  throw new RangeError(`row ${row} of ${first}`);
}
