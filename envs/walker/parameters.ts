/**
 * What `environment_parameters` of a configuration may set: one table with units, meanings, defaults and ranges. The defaults
 * are Unity's scene; what makes it another world from episode to episode is off (docs/randomisation.md).
 */
import { nearestName } from '../../base/failure/nearest-name.ts';
import { UserError } from '../../base/failure/user-error.ts';
import type { ParameterValue, ParameterValues } from '../env.ts';
import * as samplers from '../sampler.ts';
import { unityPhysics } from './physics-settings.ts';

interface Parameter {
  /** Empty for a plain number. */
  readonly unit: string;
  readonly meaning: string;
  readonly default: number;
  readonly low: number;
  readonly high: number;
}

export const walkerParameters = {
  gravity: { unit: 'm/s2', meaning: 'downwards', default: unityPhysics.gravity, low: 0, high: 100 },
  friction: { unit: '', meaning: 'of bodies and ground', default: unityPhysics.friction, low: 0, high: 10 },
  target_speed_min: {
    unit: 'm/s',
    meaning: 'an episode draws its target speed from here',
    default: 0.1,
    low: 0.01,
    high: 100,
  },
  target_speed_max: { unit: 'm/s', meaning: 'to here', default: 10, low: 0.01, high: 100 },
  target_radius: { unit: 'm', meaning: 'the target lies at most this far from (0, 1)', default: 9, low: 0, high: 11 },
  max_steps: {
    unit: 'physics steps',
    meaning: 'after which an episode is cut off',
    default: 5000,
    low: 5,
    high: 1e9,
  },
  mass_scale: { unit: '', meaning: 'times the mass of every body', default: 1, low: 0.1, high: 10 },
  mass_jitter: {
    unit: '',
    meaning: 'the mass of each body is also multiplied by a factor of its own, from 1 - this to 1 + this',
    default: 0,
    low: 0,
    high: 0.9,
  },
  drive_strength_scale: {
    unit: '',
    meaning: 'times the torque of every motor: its spring, damper and greatest torque',
    default: 1,
    low: 0,
    high: 10,
  },
  action_latency: {
    unit: 'decisions',
    meaning:
      'from a decision until it acts, the one before acting on; in whole physics steps, of which a decision has five',
    default: 0,
    low: 0,
    high: 1,
  },
  push_speed: {
    unit: 'm/s',
    meaning: 'each push changes the velocity of the whole walker by this much, in a level direction that is drawn',
    default: 0,
    low: 0,
    high: 20,
  },
  push_interval: {
    unit: 's',
    meaning: 'from one push to the next; the first comes at a moment drawn within it',
    default: 5,
    low: 0.1,
    high: 1e6,
  },
  observation_noise: {
    unit: '',
    meaning: 'deviation of the noise in observations, over the scale of what is observed (docs/randomisation.md)',
    default: 0,
    low: 0,
    high: 10,
  },
} as const satisfies Record<string, Parameter>;

type Name = keyof typeof walkerParameters;
export type WalkerParameters = Readonly<Record<Name, number>>;

const names = Object.keys(walkerParameters) as Name[];

/** A line for each, for a help text: "gravity (m/s2, default 14.715, 0 to 100): downwards". */
export function parameterLines(): string[] {
  return names.map((name) => {
    const { unit, meaning, default: value, low, high } = walkerParameters[name];
    return `${name} (${unit ? `${unit}, ` : ''}default ${value}, ${low} to ${high}): ${meaning}`;
  });
}

const defaults = Object.fromEntries(names.map((name) => [name, walkerParameters[name].default])) as Record<
  Name,
  number
>;

/** What one episode is played with: drawn, where there is a sampler, and held within the parameter's range. */
export function drawParameters(given: ParameterValues, seed: number, ...episode: readonly number[]): WalkerParameters {
  const values = { ...defaults };
  for (const [name, value] of Object.entries(samplers.drawParameters(given, seed, ...episode))) {
    if (!isName(name)) continue;
    const { low, high } = walkerParameters[name];
    values[name] = Math.min(Math.max(value, low), high);
  }
  return values;
}

/**
 * Checks all that an episode may begin with.
 *
 * @throws UserError as `checkParameter` does, and where the speeds are the wrong way round in every episode. (Where they are so
 *   in some, the target's speed lies between them all the same.)
 */
export function checkParameters(given: ParameterValues): void {
  for (const [name, value] of Object.entries(given)) checkParameter(name, value);
  const slowest = given['target_speed_min'] ?? walkerParameters.target_speed_min.default;
  const [, fastest] = samplers.rangeOf(given['target_speed_max'] ?? walkerParameters.target_speed_max.default);
  if (samplers.rangeOf(slowest)[0] > fastest) {
    throw new UserError({
      what: 'the smallest target speed is above the greatest',
      where: 'environment_parameters.target_speed_min',
      value: slowest,
      expected: `at most target_speed_max, which is ${fastest}`,
    });
  }
}

/**
 * Checks one name and its range. All that a sampler may draw must be allowed; of a normal distribution the mean, and what it
 * draws beyond the range counts as the range's nearer end.
 *
 * @throws UserError where there is no such parameter, or a value is out of its range.
 */
export function checkParameter(name: string, value: ParameterValue): void {
  if (!isName(name)) refuseName(name);
  const { low, high } = walkerParameters[name];
  const isNormal = typeof value !== 'number' && value.sampler_type === 'gaussian';
  const ends = isNormal ? [value.sampler_parameters.mean] : samplers.rangeOf(value);
  if (ends.every((end) => end >= low && end <= high)) return;
  throw new UserError({
    what: 'this environment parameter is out of its range',
    where: `environment_parameters.${name}`,
    value,
    expected: typeof value === 'number' ? `a number from ${low} to ${high}` : `samples from ${low} to ${high}`,
  });
}

function isName(name: string): name is Name {
  return Object.hasOwn(walkerParameters, name);
}

function refuseName(name: string): never {
  const near = nearestName(name, names);
  throw new UserError({
    what: 'the Walker has no such environment parameter',
    where: 'environment_parameters',
    value: name,
    expected: `one of ${names.join(', ')}`,
    ...(near ? { mend: `write ${near} instead of ${name}` } : {}),
  });
}
