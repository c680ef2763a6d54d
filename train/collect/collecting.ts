/** What collects experience, whichever the world is: worker threads with worlds of their own, or a live world's agents. */
import type { Episode, EpisodeSnapshot, ParameterValues } from '../../envs/env.ts';
import type { Trial } from '../judge/trials.ts';
import type { SentPolicy } from '../policy/acting-policy.ts';
import type { Rollout } from './rollout.ts';

export interface CollectRequest extends SentPolicy {
  readonly iteration: number;
  /** Decisions of all agents, of which each makes the same share. */
  readonly rows: number;
}

export interface Collector {
  /**
   * Lets the agents decide under one policy until there are so many decisions as `rows` shares out to them.
   *
   * @returns undefined where a world that sets its own pace was left before that; one that is stepped ends its roll-out.
   * @throws NotFiniteError at the first number of the world or the policy that is none.
   */
  collect(request: CollectRequest, signal: AbortSignal): Promise<Rollout | undefined>;
  /**
   * Gives other parameters to the episodes that start from now on; those under way keep theirs.
   *
   * @param reset whether those under way are dropped and every agent starts one, at once or as soon as its world asks.
   */
  setParameters(parameters: ParameterValues, reset: boolean): Promise<void>;
  /** What a new collector needs to go on from here, in the order of the agents; undefined where the world can't repeat. */
  snapshots(): Promise<readonly EpisodeSnapshot[] | undefined>;
  /**
   * Plays held-out episodes in worlds of their own; those that experience is collected in stand still meanwhile. Absent
   * where a world can't be had twice.
   *
   * @param told how many have ended, now and then, of none and of all too.
   * @param signal once aborted, no other one is begun.
   * @returns the episode of each trial; undefined where it was left before that.
   */
  evaluate?(
    policy: SentPolicy,
    trials: readonly Trial[],
    told: (done: number) => void,
    signal: AbortSignal,
  ): Promise<readonly Episode[] | undefined>;
  /** Lets the agents go on by this policy until it is told to stop, unrecorded. Absent where the world waits for nobody. */
  act?(request: CollectRequest, signal: AbortSignal): Promise<void>;
  /** Ends the worlds. */
  close(): Promise<void>;
  /** Ends them wherever they are. */
  abandon(): Promise<void>;
}
