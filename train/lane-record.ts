/**
 * The record of agents that come and go: each has a lane of its own, as long as the decisions it made.
 *
 * A decision enters when it has come to something, so a lane never holds half of one. Where all lanes are of one length
 * the roll-out is what embedded agents would have made. Else the lanes lie end to end as the one lane of a roll-out, each
 * cut where it ends: past a cut, life goes on with the value of the state reached, as it does at the end of a roll-out.
 */
import type { Episode } from '../envs/env.ts';
import { GROUP_SIZE } from './collector.ts';
import type { Rollout } from './rollout.ts';

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
  readonly #lanes = new Map<number, Lane>();
  #rows = 0;

  constructor(observationSize: number, actionSize: number) {
    this.#observationSize = observationSize;
    this.#actionSize = actionSize;
  }

  /** Decisions in it so far. */
  get rows(): number {
    return this.#rows;
  }

  add(agent: number, decision: LivedDecision): void {
    const lane = this.#lanes.get(agent) ?? new Lane(this.#observationSize);
    this.#lanes.set(agent, lane);
    lane.add(decision);
    this.#rows += 1;
  }

  /** What the agent decided last will come to nothing: what it does from now on is another trajectory. */
  cut(agent: number): void {
    this.#lanes.get(agent)?.cut();
  }

  finish(seconds: Rollout['seconds'], statistics: Readonly<Record<string, number>>): Rollout {
    const lanes = [...this.#lanes].sort(([one], [other]) => one - other).map(([, lane]) => lane);
    const length = lanes[0]?.rewards.length ?? 0;
    const areEven = lanes.every(({ rewards }) => rewards.length === length);
    if (!areEven) for (const lane of lanes) lane.cut();
    const rows = lanes.reduce((sum, { rewards }) => sum + rewards.length, 0);
    const finals = finalsOf(lanes);
    const [observationSize, actionSize] = [this.#observationSize, this.#actionSize];
    return {
      agents: areEven ? lanes.length : 1,
      decisions: areEven ? length : rows,
      observations: joined(
        rows * observationSize,
        lanes.flatMap(({ observations }) => observations),
      ),
      actions: joined(
        rows * actionSize,
        lanes.flatMap(({ actions }) => actions),
      ),
      logProbabilities: joined(
        rows * actionSize,
        lanes.flatMap(({ logProbabilities }) => logProbabilities),
      ),
      rewards: Float32Array.from(lanes.flatMap(({ rewards }) => rewards)),
      terminated: Uint8Array.from(lanes.flatMap(({ terminated }) => terminated)),
      truncated: Uint8Array.from(
        lanes.flatMap(({ finals, rewards }) => rewards.map((_, at) => (finals.has(at) ? 1 : 0))),
      ),
      truncatedAt: Uint32Array.from(finals, ({ row }) => row),
      truncatedObservations: joined(
        finals.length * observationSize,
        finals.map(({ final }) => final),
      ),
      nextObservations: areEven
        ? joined(
            lanes.length * observationSize,
            lanes.map(({ next }) => next),
          )
        : new Float32Array(observationSize),
      episodes: this.episodes,
      ...(Object.keys(statistics).length > 0 ? { statistics } : {}),
      seconds,
    };
  }
}

/**
 * Where trajectories were truncated, and what they ended in, in the order in which the embedded world tells of them: group
 * by group, decision by decision. What onnxruntime makes of a row may depend on its place among the others.
 */
function finalsOf(lanes: readonly Lane[]): { readonly row: number; readonly final: Float32Array }[] {
  let first = 0;
  const all = lanes.flatMap(({ finals, rewards }, lane) => {
    const group = Math.floor(lane / GROUP_SIZE);
    const own = [...finals].map(([at, final]) => ({ group, at, row: first + at, final }));
    first += rewards.length;
    return own;
  });
  return all.sort((one, other) => one.group - other.group || one.at - other.at || one.row - other.row);
}

/** One agent's decisions, in order. */
class Lane {
  readonly observations: Float32Array[] = [];
  readonly actions: Float32Array[] = [];
  readonly logProbabilities: Float32Array[] = [];
  readonly rewards: number[] = [];
  readonly terminated: number[] = [];
  /** What truncated episodes and trajectories that were cut ended in, by the row of the last decision. */
  readonly finals = new Map<number, Float32Array>();
  next: Float32Array;

  constructor(observationSize: number) {
    this.next = new Float32Array(observationSize);
  }

  add({ observation, actions, logProbabilities, reward, ended, next }: LivedDecision): void {
    this.observations.push(observation);
    this.actions.push(actions);
    this.logProbabilities.push(logProbabilities);
    this.rewards.push(reward);
    this.terminated.push(ended === 'terminated' ? 1 : 0);
    this.next = next;
    if (ended === 'truncated') this.cut();
  }

  cut(): void {
    const last = this.rewards.length - 1;
    if (last >= 0 && this.terminated[last] === 0) this.finals.set(last, this.next);
  }
}

function joined(length: number, parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
