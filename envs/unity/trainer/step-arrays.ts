/** The arrays of a step of agents that come and go. */
import type { BehaviorSpec, Episode, Presence, Step } from '../../env.ts';

export type StepArrays = Step & { present: Presence; episodes: Episode[] };

export function stepArrays(agents: number, { observationSize }: BehaviorSpec): StepArrays {
  return {
    observations: new Float32Array(agents * observationSize),
    rewards: new Float32Array(agents),
    terminated: new Uint8Array(agents),
    truncated: new Uint8Array(agents),
    finalObservations: new Float32Array(agents * observationSize),
    episodes: [],
    present: {
      deciding: new Uint8Array(agents),
      settled: new Uint8Array(agents),
      lost: new Uint8Array(agents),
    },
  };
}

/** The same with room for more agents. */
export function withRoomFor(agents: number, behavior: BehaviorSpec, step: StepArrays): StepArrays {
  const longer = stepArrays(agents, behavior);
  longer.observations.set(step.observations);
  longer.finalObservations.set(step.finalObservations);
  for (const name of ['rewards', 'terminated', 'truncated'] as const) longer[name].set(step[name]);
  for (const name of ['deciding', 'settled', 'lost'] as const) longer.present[name].set(step.present[name]);
  return { ...longer, episodes: step.episodes };
}

/** Nothing has happened yet; observations stay, to be written over. */
export function beginStep({ rewards, terminated, truncated, present, episodes }: StepArrays): void {
  for (const array of [rewards, terminated, truncated, present.deciding, present.settled, present.lost]) array.fill(0);
  episodes.length = 0;
}
