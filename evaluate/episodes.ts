/**
 * Which episodes a policy is judged by: each is named by a seed and its number, and by nothing else. Whoever plays it, beside
 * whichever others, it begins the same: start, target speed, targets, pushes, and the noise of sampled actions.
 */
import { RandomStream } from '../base/random/stream.ts';
import type { ParameterValues } from '../envs/env.ts';
import {
  drawParametersOf,
  type ParameterRows,
  type WalkerParameters,
  walkerParameters,
} from '../envs/walker/parameters.ts';

export interface EpisodePlan {
  readonly seed: number;
  readonly speeds: TargetSpeeds;
  /** Environment parameters other than Unity's scene; samplers draw for every episode. */
  readonly parameters: ParameterValues;
}

/**
 * Target speeds: evenly over their range (`grid`), drawn from it as Unity's scene draws them (`drawn`), or these in turn, m/s.
 * The first two have the same mean in the long run; a grid leaves the luck of the draw out.
 */
export type TargetSpeeds = 'grid' | 'drawn' | readonly number[];

/** What an episode begins with. */
export interface EpisodeStart {
  readonly stream: RandomStream;
  readonly parameters: WalkerParameters;
  /** For the noise of its sampled actions. */
  readonly noise: RandomStream;
}

/** Streams of episodes, of their parameters and of the policy's noise are told apart by their last number. */
const purpose = { episode: 0x3a1, parameters: 0x3a2, noise: 0xf1d };

/** @param episode its number, from 0. @param rows the parameters that there are. */
export function startOf(
  { seed, speeds, parameters }: EpisodePlan,
  episode: number,
  rows: ParameterRows = walkerParameters,
): EpisodeStart {
  const drawn = drawParametersOf(rows, parameters, seed, episode, purpose.parameters);
  const speed = speedOf(speeds, episode, drawn);
  return {
    stream: new RandomStream(seed, episode, purpose.episode),
    parameters: speed === undefined ? drawn : { ...drawn, target_speed_min: speed, target_speed_max: speed },
    noise: new RandomStream(seed, episode, purpose.noise),
  };
}

/** Undefined where the episode draws it itself. */
function speedOf(speeds: TargetSpeeds, episode: number, range: WalkerParameters): number | undefined {
  if (speeds === 'drawn') return undefined;
  if (speeds !== 'grid') return speeds[episode % speeds.length]!;
  const { target_speed_min: low, target_speed_max: high } = range;
  return low + (high - low) * evenly(episode);
}

/**
 * A number in [0, 1) for each episode, such that those of any first n lie evenly: multiples of the golden ratio, of which each
 * falls into the widest gap that those before it have left. A grid that has no last point: more episodes may always follow.
 */
function evenly(episode: number): number {
  const place = (episode + 0.5) * 0.6180339887498949;
  return place - Math.floor(place);
}
