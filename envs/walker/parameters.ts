/**
 * What `environment_parameters` of a configuration may set: one table with meanings and defaults, which are Unity's scene.
 */
import { nearestName } from '../../failure/nearest-name.ts';
import { UserError } from '../../failure/user-error.ts';
import { unityPhysics } from './physics-settings.ts';

interface Parameter {
  readonly meaning: string;
  readonly default: number;
  readonly low: number;
  readonly high: number;
}

export const walkerParameters = {
  gravity: { meaning: 'm/s2, downwards', default: unityPhysics.gravity, low: 0, high: 100 },
  friction: { meaning: 'of bodies and ground', default: unityPhysics.friction, low: 0, high: 10 },
  target_speed_min: { meaning: 'm/s; an episode draws its target speed from here', default: 0.1, low: 0.01, high: 100 },
  target_speed_max: { meaning: 'm/s; to here', default: 10, low: 0.01, high: 100 },
  target_radius: { meaning: 'm; the target lies at most this far from (0, 1)', default: 9, low: 0, high: 11 },
  max_steps: { meaning: 'physics steps until an episode is cut off', default: 5000, low: 5, high: 1e9 },
} as const satisfies Record<string, Parameter>;

export type WalkerParameters = Readonly<Record<keyof typeof walkerParameters, number>>;

/**
 * Fills in defaults and checks names and ranges.
 *
 * @throws UserError where a name is unknown, a value is out of its range, or the speeds are the wrong way round.
 */
export function readParameters(given: Readonly<Record<string, number>>): WalkerParameters {
  const names = Object.keys(walkerParameters) as (keyof WalkerParameters)[];
  for (const name of Object.keys(given)) {
    if ((names as string[]).includes(name)) continue;
    const near = nearestName(name, names);
    throw new UserError({
      what: 'the Walker has no such environment parameter',
      where: 'environment_parameters',
      value: name,
      expected: `one of ${names.join(', ')}`,
      ...(near ? { mend: `write ${near} instead of ${name}` } : {}),
    });
  }
  const values = Object.fromEntries(
    names.map((name) => {
      const { default: fallback, low, high } = walkerParameters[name];
      const value = given[name] ?? fallback;
      if (value >= low && value <= high) return [name, value];
      throw new UserError({
        what: 'this environment parameter is out of its range',
        where: `environment_parameters.${name}`,
        value,
        expected: `a number from ${low} to ${high}`,
      });
    }),
  ) as WalkerParameters;
  if (values.target_speed_min > values.target_speed_max) {
    throw new UserError({
      what: 'the smallest target speed is above the greatest',
      where: 'environment_parameters.target_speed_min',
      value: values.target_speed_min,
      expected: `at most target_speed_max, which is ${values.target_speed_max}`,
    });
  }
  return values;
}
