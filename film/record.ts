/** Plays some episodes at one target speed and keeps the poses of the stretch that is to be shown. */

import { UserError } from '../base/failure/user-error.ts';
import { AgentsEnvironment } from '../envs/walker/agents-environment.ts';
import { posesOf } from '../envs/walker/body-view.ts';
import { type Shown, walkerShown } from '../envs/walker/looks.ts';
import { openWorlds } from '../envs/walker/open-worlds.ts';
import { walkerParameters } from '../envs/walker/parameters.ts';
import { distanceBetween } from './points.ts';
import type { FilmPolicy } from './policy.ts';
import { hipsOf, progressOver } from './poses.ts';

/** A frame is drawn of every decision: so many a second of the Walker's. */
export const FRAMES_PER_SECOND = framesPerSecondOf(walkerShown);

export function framesPerSecondOf({ task, settings }: Shown): number {
  return Math.round(1 / (task.stepsPerDecision * settings.step));
}

/** m/s to be shown: the Walker's; of others the one there is, or three within the range, in tenths. */
export function usualSpeeds({ task: { parameters } }: Shown): number[] {
  const [slowest, fastest] = [parameters.target_speed_min.default, parameters.target_speed_max.default];
  const { target_speed_min, target_speed_max } = walkerParameters;
  if (slowest === target_speed_min.default && fastest === target_speed_max.default) return [1, 2, 3];
  if (slowest === fastest) return [slowest];
  return [0.2, 0.4, 0.6].map((share) => Math.round(10 * (slowest + share * (fastest - slowest))) / 10);
}

export interface RecordOptions {
  /** m/s. */
  readonly speed: number;
  /** Episodes to choose from, which differ in their seed alone. */
  readonly tries: number;
  readonly seed: number;
  /** Who walks; default the Walker. */
  readonly shown?: Shown | undefined;
  /** Which of its worlds; default the first. */
  readonly world?: string | undefined;
  /** How much of each episode is looked at; more of it where the film needs more. */
  readonly secondsOfEpisode: number;
  /** Of the film. */
  readonly seconds: number;
  /** Ends it in the middle, with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

export interface Recording {
  readonly shown: Shown;
  /** The target speed, m/s. */
  readonly speed: number;
  /** What the world's bodies and target were like, a frame each (poses.ts). The last is repeated where a walker fell. */
  readonly poses: readonly Float32Array[];
  /** Seconds of the film until the walker fell; null where it did not. */
  readonly fellAfter: number | null;
  /** Towards the target while it stood, m/s. */
  readonly walked: number;
  /** How many of the episodes lasted for `secondsOfEpisode`, and how many there were. */
  readonly lasted: number;
  readonly tries: number;
}

/** In the beginning a walker turns and gathers way: seconds that are not shown. */
const BEGINNING = 2;
/** Frames from one stretch that is considered to the next. */
const STRIDE = 5;

/**
 * Of all episodes, the stretch that goes most nearly straight to the target, at the target speed.
 *
 * @throws UserError where no walker stood for a single decision.
 */
export async function record(policy: FilmPolicy, options: RecordOptions): Promise<Recording> {
  const { speed, tries, shown: who = walkerShown } = options;
  const framesPerSecond = framesPerSecondOf(who);
  const [first, wanted, seen] = [BEGINNING, options.seconds, options.secondsOfEpisode].map((seconds) =>
    Math.round(seconds * framesPerSecond),
  ) as [number, number, number];
  const frames = Math.max(first + wanted, seen);
  const episodes = await play(policy, who, options, frames);
  const walk = straightest(episodes, first, wanted, speed / framesPerSecond);
  const shown = walk ?? endOfLongest(episodes, wanted);
  if (shown.length === 0) {
    throw new UserError({ what: 'every walker fell at once, so there is nothing to show', where: `${speed} m/s` });
  }
  return {
    shown: who,
    speed,
    poses: Array.from({ length: wanted }, (_, frame) => shown[Math.min(frame, shown.length - 1)]!),
    fellAfter: walk ? null : shown.length / framesPerSecond,
    walked: (progressOver(shown) / Math.max(1, shown.length - 1)) * framesPerSecond,
    lasted: episodes.filter(({ length }) => length >= seen).length,
    tries,
  };
}

/** Undefined where every walker fell too early. */
function straightest(
  episodes: readonly (readonly Float32Array[])[],
  first: number,
  wanted: number,
  metresPerFrame: number,
): readonly Float32Array[] | undefined {
  const distance = metresPerFrame * (wanted - 1);
  let [best, shown]: [number, readonly Float32Array[] | undefined] = [Number.POSITIVE_INFINITY, undefined];
  for (const poses of episodes) {
    for (let start = first; start + wanted <= poses.length; start += STRIDE) {
      const stretch = poses.slice(start, start + wanted);
      const asTheCrowFlies = distanceBetween(hipsOf(stretch[0]!), hipsOf(stretch.at(-1)!));
      const miss = Math.abs(asTheCrowFlies - distance) + Math.abs(progressOver(stretch) - distance);
      if (miss < best) [best, shown] = [miss, stretch];
    }
  }
  return shown;
}

function endOfLongest(episodes: readonly (readonly Float32Array[])[], wanted: number): readonly Float32Array[] {
  return episodes.reduce((a, b) => (b.length > a.length ? b : a)).slice(-wanted);
}

/** The poses of each walker's first episode, so many frames at most. */
async function play(
  policy: FilmPolicy,
  { ragdoll, task, settings }: Shown,
  { speed, tries, seed, world, signal }: RecordOptions,
  frames: number,
): Promise<Float32Array[][]> {
  const parameters = { target_speed_min: speed, target_speed_max: speed };
  const options = { seed, firstAgent: 0, agents: tries, parameters };
  const worlds = await openWorlds(world, tries, ragdoll, settings);
  const environment = new AgentsEnvironment(worlds, options, task, settings);
  const episodes = environment.walkers.map((): Float32Array[] => []);
  const isOver = new Uint8Array(tries);
  try {
    let observations = await environment.reset();
    for (let frame = 0; frame < frames && isOver.includes(0); frame++) {
      signal?.throwIfAborted();
      const step = await environment.step(await policy.act(observations));
      observations = step.observations;
      episodes.forEach((poses, index) => {
        // An episode that ended has given way to the next one by now.
        isOver[index]! |= step.terminated[index]! | step.truncated[index]!;
        if (!isOver[index]) poses.push(posesOf(environment.walkers[index]!.world.bodies));
      });
    }
  } finally {
    await environment.close();
  }
  return episodes;
}
