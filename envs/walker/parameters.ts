/**
 * What `environment_parameters` of a configuration may set: one table with units, meanings, defaults and ranges. The defaults
 * are Unity's scene; what makes it another world from episode to episode is off (docs/randomisation.md).
 */
import { nearestName } from '../../base/failure/nearest-name.ts';
import { UserError } from '../../base/failure/user-error.ts';
import type { ParameterValue, ParameterValues } from '../env.ts';
import { isWeightName, type Weights, weightParameters, weightsOf } from '../reward-terms/reward-terms.ts';
import * as samplers from '../sampler.ts';
import { isTerrainName, kindsOfTerrain, terrainParameters } from '../terrain.ts';
import type { WorldName } from './dialects.ts';
import { unityPhysics } from './physics-settings.ts';
import { isPlaceName, type PlaceValues, placeValuesOf } from './place.ts';
import { isSolverName, solverDefault, solverParameters } from './solver-parameters.ts';

export interface Parameter {
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
  target_turn: {
    unit: 'degrees',
    meaning: 'a target lies at most this far to either side of straight ahead, or as little as there is room for',
    default: 180,
    low: 0,
    high: 180,
  },
  start_speed: {
    unit: 'of the target speed',
    meaning: 'the velocity that all bodies are started with, towards the target: 0 from rest, 1 in full swing',
    default: 0,
    low: 0,
    high: 2,
  },
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
  solver_stretch: {
    unit: 'decisions',
    meaning: 'of each agent, after which four agents draw the next solver, where one is drawn; a plain number',
    default: 10_000,
    low: 1,
    high: 1e9,
  },
} as const satisfies Record<string, Parameter>;

type Name = keyof typeof walkerParameters;
/** What an episode is played with; how it is solved, its ground and the weights of reward terms only where they were set. */
export type WalkerParameters = Readonly<Record<Name, number>> & PlaceValues & Weights;

/** The same names for any ragdoll, with defaults and ranges of its own. */
export type ParameterRows = Readonly<Record<Name, Parameter>>;

const names = Object.keys(walkerParameters) as Name[];

/** Name, unit, default, range and meaning of each, as texts: those of the ragdoll, of the ground, of its reward, then those of the solver. */
export function parameterTable(
  rows: ParameterRows = walkerParameters,
): { name: string; unit: string; usual: string; range: string; meaning: string }[] {
  const own = names.map((name) => ({ name, usual: String(rows[name].default), ...rows[name] }));
  const solver = Object.entries(solverParameters).map(([name, parameter]) => {
    return { name, usual: isSolverName(name) ? solverDefault(name) : '', ...parameter };
  });
  const more = Object.entries({ ...terrainParameters, ...weightParameters }).map(([name, parameter]) => {
    return { name, usual: String(parameter.default), ...parameter };
  });
  return [...own, ...more, ...solver].map(({ name, unit, usual, low, high, meaning }) => {
    return { name, unit, usual, range: `${low} to ${high}`, meaning };
  });
}

/** A line for each, for a help text: "gravity (m/s2, default 14.715, 0 to 100): downwards". */
export function parameterLines(): string[] {
  return parameterTable().map(({ name, unit, usual, range, meaning }) => {
    return `${name} (${unit ? `${unit}, ` : ''}default ${usual}, ${range}): ${meaning}`;
  });
}

/** How some episodes are solved, and on which ground; other names are not looked at. */
export function drawPlace(given: ParameterValues, seed: number, ...stretch: readonly number[]): PlaceValues {
  return placeValuesOf(samplers.drawParameters(given, seed, ...stretch));
}

/** What one of the Walker's episodes is played with: drawn, where there is a sampler, and held within the parameter's range. */
export function drawParameters(given: ParameterValues, seed: number, ...episode: readonly number[]): WalkerParameters {
  return drawParametersOf(walkerParameters, given, seed, ...episode);
}

/** The same of any ragdoll. */
export function drawParametersOf(
  rows: ParameterRows,
  given: ParameterValues,
  seed: number,
  ...episode: readonly number[]
): WalkerParameters {
  const values = Object.fromEntries(names.map((name) => [name, rows[name].default])) as Record<Name, number>;
  const drawn = samplers.drawParameters(given, seed, ...episode);
  for (const [name, value] of Object.entries(drawn)) {
    if (!isName(name)) continue;
    const { low, high } = rows[name];
    values[name] = Math.min(Math.max(value, low), high);
  }
  return { ...values, ...placeValuesOf(drawn), ...weightsOf(drawn) };
}

/** What episodes draw for themselves, and what is drawn for all four walkers of a simulator's vectors. */
export function splitParameters(given: ParameterValues): {
  readonly ofEpisode: ParameterValues;
  readonly ofPlace: ParameterValues;
} {
  const split = (wanted: boolean) =>
    Object.fromEntries(Object.entries(given).filter(([name]) => isPlaceName(name) === wanted));
  return { ofEpisode: split(false), ofPlace: split(true) };
}

/**
 * Checks all that an episode may begin with.
 *
 * @param world that it is to be played in.
 * @throws UserError as `checkParameter` does; where the speeds are the wrong way round in every episode (where they are so
 *   in some, the target's speed lies between them all the same); and where PhysX itself is to solve otherwise than it does.
 */
export function checkParameters(
  given: ParameterValues,
  world?: WorldName,
  rows: ParameterRows = walkerParameters,
): void {
  for (const [name, value] of Object.entries(given)) checkParameter(name, value, rows);
  if (world === 'physx') refusePlaceOfPhysX(given);
  refuseTwoTerrains(given);
  const slowest = given['target_speed_min'] ?? rows.target_speed_min.default;
  const [, fastest] = samplers.rangeOf(given['target_speed_max'] ?? rows.target_speed_max.default);
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
export function checkParameter(name: string, value: ParameterValue, rows: ParameterRows = walkerParameters): void {
  const { low, high } = rangeOf(name, rows);
  if (name === 'solver_stretch' && typeof value !== 'number') refuseDrawnStretch(value);
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

function rangeOf(name: string, rows: ParameterRows): { readonly low: number; readonly high: number } {
  if (isSolverName(name)) return solverParameters[name];
  if (isTerrainName(name)) return terrainParameters[name];
  if (isWeightName(name)) return weightParameters[name];
  return isName(name) ? rows[name] : refuseName(name);
}

function isName(name: string): name is Name {
  return Object.hasOwn(walkerParameters, name);
}

function refuseDrawnStretch(value: ParameterValue): never {
  throw new UserError({
    what: 'how long a solver is kept cannot be drawn, as it is the same for all agents',
    where: 'environment_parameters.solver_stretch',
    value,
    expected: 'a number',
  });
}

function refusePlaceOfPhysX(given: ParameterValues): void {
  const terrain = Object.keys(given).find(isTerrainName);
  if (terrain !== undefined) {
    throw new UserError({
      what: 'the world physx has flat ground alone',
      where: `environment_parameters.${terrain}`,
      value: given[terrain],
      expected: `none of ${Object.keys(terrainParameters).join(', ')}`,
      mend: 'leave it out, or take the world unity or physx5',
    });
  }
  const name = Object.keys(given).find(isSolverName);
  if (name === undefined) return;
  throw new UserError({
    what: 'the world physx solves as PhysX does, and cannot be set otherwise',
    where: `environment_parameters.${name}`,
    value: given[name],
    expected: `no parameter of the solver (${Object.keys(solverParameters).join(', ')})`,
    mend: 'leave it out, or take the world physx5, which is set like PhysX',
  });
}

function refuseTwoTerrains(given: ParameterValues): void {
  const meant = kindsOfTerrain.filter((name) => samplers.rangeOf(given[name] ?? 0)[1] > 0);
  if (meant.length < 2) return;
  throw new UserError({
    what: 'the ground is of one kind: of slopes, of stairs, or rough',
    where: `environment_parameters.${meant[1]}`,
    value: given[meant[1]!],
    expected: `0, as ${meant[0]} is above 0`,
  });
}

function refuseName(name: string): never {
  const all = parameterTable().map(({ name }) => name);
  const near = nearestName(name, all);
  throw new UserError({
    what: 'the Walker has no such environment parameter',
    where: 'environment_parameters',
    value: name,
    expected: `one of ${all.join(', ')}`,
    ...(near ? { mend: `write ${near} instead of ${name}` } : {}),
  });
}
