/**
 * Draws environment parameters: what ML-Agents' samplers mean, for every world alike.
 *
 * Source: `SamplerFactory` of com.unity.ml-agents. It draws whenever the scene asks for a parameter, from one sequence for
 * all; here every episode draws once, from a stream of its own, so that an episode can be repeated.
 */
import { RandomStream } from '../base/random/stream.ts';
import type { Interval, ParameterValue, ParameterValues, Sampler } from './env.ts';

/**
 * The values of one episode.
 *
 * Each sampler has a stream of its own, named by its seed (where that is -1, by the run's), the episode and the letters of
 * the parameter's name: a parameter that is added or taken away shifts no other.
 *
 * @param episode integers that tell this episode from every other of the run, such as (agent, episode, purpose).
 */
export function drawParameters(
  parameters: ParameterValues,
  seed: number,
  ...episode: readonly number[]
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => {
      if (typeof value === 'number') return [name, value];
      const own = value.sampler_parameters.seed;
      const letters = Array.from(name, (letter) => letter.codePointAt(0)!);
      return [name, draw(value, new RandomStream(own === -1 ? seed : own, ...episode, ...letters))];
    }),
  );
}

/** One value. */
export function draw(sampler: Sampler, stream: RandomStream): number {
  switch (sampler.sampler_type) {
    case 'uniform': {
      const { min_value, max_value } = sampler.sampler_parameters;
      return stream.uniform(min_value, max_value);
    }
    case 'gaussian': {
      const { mean, st_dev } = sampler.sampler_parameters;
      return mean + st_dev * stream.normal();
    }
    case 'multirangeuniform':
      return drawAmong(sampler.sampler_parameters.intervals, stream);
  }
}

/** Each interval in proportion to its length: a place on all of them laid end to end. */
function drawAmong(intervals: readonly Interval[], stream: RandomStream): number {
  let along = stream.uniform(
    0,
    intervals.reduce((sum, [low, high]) => sum + high - low, 0),
  );
  for (const [low, high] of intervals) {
    if (along < high - low) return low + along;
    along -= high - low;
  }
  // Sums of rounded lengths may end a little short of the place.
  return intervals.at(-1)![1];
}

/** The least and the greatest that may be drawn; a normal distribution knows no bounds. */
export function rangeOf(value: ParameterValue): Interval {
  if (typeof value === 'number') return [value, value];
  switch (value.sampler_type) {
    case 'uniform':
      return [value.sampler_parameters.min_value, value.sampler_parameters.max_value];
    case 'gaussian':
      return [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    case 'multirangeuniform': {
      const { intervals } = value.sampler_parameters;
      return [Math.min(...intervals.map(([low]) => low)), Math.max(...intervals.map(([, high]) => high))];
    }
  }
}
