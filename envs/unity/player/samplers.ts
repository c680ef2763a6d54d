/**
 * ML-Agents' samplers as Unity draws from them (`Sampler.cs` of com.unity.ml-agents): the trainer sends their kind and seed,
 * the numbers come into being on this side, in C#'s single precision.
 */
import type { SideChannelMessage } from '../protocol/side-channels.ts';
import { DotNetRandom } from './dotnet-random.ts';

export type SamplerMessage = Extract<
  SideChannelMessage,
  { readonly kind: 'uniformParameter' | 'gaussianParameter' | 'multiRangeParameter' }
>;

/** Draws the next number each time it is called. */
export type Sampler = () => number;

export function createSampler(message: SamplerMessage): Sampler {
  switch (message.kind) {
    case 'uniformParameter':
      return uniform(message.minimum, message.maximum, new DotNetRandom(message.seed));
    case 'gaussianParameter':
      return gaussian(message.mean, message.deviation, new DotNetRandom(message.seed));
    case 'multiRangeParameter':
      return multiRange(message.intervals, message.seed);
  }
}

const { fround } = Math;

function uniform(minimum: number, maximum: number, random: DotNetRandom): Sampler {
  const width = fround(maximum - minimum);
  return () => fround(minimum + fround(fround(random.double()) * width));
}

/** Marsaglia's polar method, which makes two numbers at a time. */
function gaussian(mean: number, deviation: number, random: DotNetRandom): Sampler {
  let spare: number | undefined;
  return () => {
    let drawn = spare;
    spare = undefined;
    while (drawn === undefined) {
      const u = random.double() * 2 - 1;
      const v = random.double() * 2 - 1;
      const square = u * u + v * v;
      if (square >= 1 || square === 0) continue;
      const scale = Math.sqrt((-2 * Math.log(square)) / square);
      spare = u * scale;
      drawn = v * scale;
    }
    return fround(drawn * deviation + mean);
  };
}

/** An interval in proportion to its width, drawn by a second generator; then uniform in it. */
function multiRange(bounds: readonly number[], seed: number): Sampler {
  const random = new DotNetRandom(seed);
  const chooser = new DotNetRandom(seed + 1);
  const intervals = Array.from({ length: Math.floor(bounds.length / 2) }, (_, index) => {
    const [minimum, maximum] = [bounds[2 * index]!, bounds[2 * index + 1]!];
    return { width: fround(maximum - minimum), sample: uniform(minimum, maximum, random) };
  });
  if (intervals.length === 0) return () => 0;
  const whole = intervals.reduce((sum, { width }) => fround(sum + width), 0);
  let reached = 0;
  const shares = intervals.map(({ width }) => {
    reached = fround(reached + fround(width / whole));
    return reached;
  });
  return () => {
    const point = fround(fround(chooser.double()) * shares.at(-1)!);
    return intervals[shares.findIndex((share) => !(share < point))]!.sample();
  };
}
