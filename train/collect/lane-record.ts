/**
 * The record of agents that come and go: each has a lane of its own, as long as the decisions it made.
 *
 * A decision enters when it has come to something, so a lane never holds half of one. Where all lanes are of one length
 * the roll-out is what embedded agents would have made. Else the lanes lie end to end as the one lane of a roll-out, each
 * cut where it ends: past a cut, life goes on with the value of the state reached, as it does at the end of a roll-out.
 */
import type { Episode } from '../../envs/env.ts';
import type { Rollout } from './rollout.ts';
import { joined } from './rows.ts';
import type { Statistics } from './statistics.ts';

/** A decision and what it came to. */
export interface LivedDecision {
  readonly observation: Float32Array; // [observationSize]
  readonly actions: Float32Array; // [actionSize], as drawn
  readonly logProbabilities: Float32Array; // [actionSize]
  readonly reward: number;
  readonly ended: 'terminated' | 'truncated' | 'no';
  /** What the agent saw next; at the end of an episode, what it saw last. */
  readonly next: Float32Array; // [observationSize]
}

export class LaneRecord {
  readonly episodes: Episode[] = [];
  readonly #observationSize: number;
  readonly #actionSize: number;
  readonly #lanes = new Map<number, GrowingLane>();
  readonly #lost = new Set<number>();
  #rows = 0;

  constructor(observationSize: number, actionSize: number) {
    this.#observationSize = observationSize;
    this.#actionSize = actionSize;
  }

  /** Decisions in it so far. */
  get rows(): number {
    return this.#rows;
  }

  /** Copies what it is given. */
  add(agent: number, decision: LivedDecision): void {
    const lane = this.#lanes.get(agent) ?? new GrowingLane(this.#observationSize, this.#actionSize);
    this.#lanes.set(agent, lane);
    lane.add(decision);
    this.#rows += 1;
  }

  /** What the agent decided last will come to nothing: what it does from now on is another trajectory. */
  cut(agent: number): void {
    const lane = this.#lanes.get(agent);
    if (lane) lane.cut();
    else this.#lost.add(agent);
  }

  finish(seconds: Rollout['seconds'], statistics: Statistics): Rollout {
    const named = [...this.#lanes].sort(([one], [other]) => one - other);
    const lanes = named.map(([, lane]) => lane);
    const length = lanes[0]?.length ?? 0;
    const areEven = lanes.every((lane) => lane.length === length);
    const goesOn = lanes.map((lane) => !areEven && !lane.isCut);
    if (!areEven) for (const lane of lanes) lane.cut();
    const finals = finalsOf(lanes);
    return {
      agents: areEven ? lanes.length : 1,
      decisions: areEven ? length : this.#rows,
      observations: joined(lanes.map(({ observations }) => observations.values)),
      actions: joined(lanes.map(({ actions }) => actions.values)),
      logProbabilities: joined(lanes.map(({ logProbabilities }) => logProbabilities.values)),
      rewards: joined(lanes.map(({ rewards }) => rewards.values)),
      terminated: Uint8Array.from(lanes.flatMap(({ terminated }) => terminated)),
      truncated: Uint8Array.from(
        lanes.flatMap((lane) => lane.terminated.map((_, at) => (lane.finals.has(at) ? 1 : 0))),
      ),
      truncatedAt: Uint32Array.from(finals, ({ row }) => row),
      truncatedObservations: joined(finals.map(({ final }) => final)),
      nextObservations: areEven ? joined(lanes.map(({ next }) => next)) : new Float32Array(this.#observationSize),
      episodes: this.episodes,
      lived: named.map(([agent, { length }], index) => ({
        agent,
        decisions: length,
        ...(goesOn[index] ? { goesOn: true } : {}),
      })),
      ...(this.#lost.size > 0 ? { lost: [...this.#lost] } : {}),
      ...(Object.keys(statistics).length > 0 ? { statistics } : {}),
      seconds,
    };
  }
}

/** Where trajectories were truncated, and what they ended in, row by row. */
function finalsOf(lanes: readonly GrowingLane[]): { readonly row: number; readonly final: Float32Array }[] {
  let first = 0;
  return lanes.flatMap(({ finals, length }) => {
    const own = [...finals].map(([at, final]) => ({ row: first + at, final }));
    first += length;
    return own;
  });
}

/** One agent's decisions, in order: one at least. */
class GrowingLane {
  readonly observations: Column;
  readonly actions: Column;
  readonly logProbabilities: Column;
  readonly rewards = new Column(1);
  readonly terminated: number[] = [];
  /** What truncated episodes and trajectories that were cut ended in, by the row of the last decision. */
  readonly finals = new Map<number, Float32Array>();
  readonly next: Float32Array;

  constructor(observationSize: number, actionSize: number) {
    this.observations = new Column(observationSize);
    this.actions = new Column(actionSize);
    this.logProbabilities = new Column(actionSize);
    this.next = new Float32Array(observationSize);
  }

  get length(): number {
    return this.terminated.length;
  }

  add({ observation, actions, logProbabilities, reward, ended, next }: LivedDecision): void {
    this.observations.add(observation);
    this.actions.add(actions);
    this.logProbabilities.add(logProbabilities);
    this.rewards.add([reward]);
    this.terminated.push(ended === 'terminated' ? 1 : 0);
    this.next.set(next);
    if (ended === 'truncated') this.cut();
  }

  /** Whether its last decision ends a trajectory. */
  get isCut(): boolean {
    const last = this.length - 1;
    return this.terminated[last] === 1 || this.finals.has(last);
  }

  cut(): void {
    if (!this.isCut) this.finals.set(this.length - 1, this.next.slice());
  }
}

/** Rows of one width, one after the other. */
class Column {
  readonly #width: number;
  #values: Float32Array;
  #length = 0;

  constructor(width: number) {
    this.#width = width;
    this.#values = new Float32Array(64 * width);
  }

  add(row: ArrayLike<number>): void {
    if (this.#length === this.#values.length) {
      const longer = new Float32Array(2 * this.#values.length);
      longer.set(this.#values);
      this.#values = longer;
    }
    this.#values.set(row, this.#length);
    this.#length += this.#width;
  }

  get values(): Float32Array {
    return this.#values.subarray(0, this.#length);
  }
}
