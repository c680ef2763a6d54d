/**
 * What all agents of a player see, do and earn, as numbers that threads share: each thread writes its own agents' rows.
 */
import type { BehaviorSpec } from '../../env.ts';

/** How an agent's episode stands after a decision. */
export const STANDING = { goesOn: 0, terminated: 1, cutOff: 2 } as const;

export interface AgentNumbers {
  /** What each agent does next, in [-1, 1]. */
  readonly actions: Float32Array; // [agents, actionSize]
  /** What each agent decides on next: where an episode ended, the first observation of the next one. */
  readonly observations: Float32Array; // [agents, observationSize]
  /** Where an episode ended, its last observation. */
  readonly finalObservations: Float32Array; // [agents, observationSize]
  /** Since the last decision. */
  readonly rewards: Float32Array; // [agents]
  readonly standings: Uint8Array; // [agents], of STANDING
  /** The physics step since the last decision, from 1, after which the episode ended. */
  readonly endingSteps: Uint8Array; // [agents]
}

/** The memory of the numbers; it can be handed to a thread, which then sees the same numbers. */
export type SharedNumbers = { readonly [Name in keyof AgentNumbers]: SharedArrayBuffer };

export function shareNumbers(agents: number, { observationSize, actionSize }: BehaviorSpec): SharedNumbers {
  const floats = (count: number) => new SharedArrayBuffer(count * Float32Array.BYTES_PER_ELEMENT);
  return {
    actions: floats(agents * actionSize),
    observations: floats(agents * observationSize),
    finalObservations: floats(agents * observationSize),
    rewards: floats(agents),
    standings: new SharedArrayBuffer(agents),
    endingSteps: new SharedArrayBuffer(agents),
  };
}

export function viewNumbers(shared: SharedNumbers): AgentNumbers {
  return {
    actions: new Float32Array(shared.actions),
    observations: new Float32Array(shared.observations),
    finalObservations: new Float32Array(shared.finalObservations),
    rewards: new Float32Array(shared.rewards),
    standings: new Uint8Array(shared.standings),
    endingSteps: new Uint8Array(shared.endingSteps),
  };
}
