/** Where in an observation stands what is plotted: found by the names that `envs/walker` gives its 243 numbers. */
import { actionNames } from '../../envs/walker/action.ts';
import { observationNames } from '../../envs/walker/observation.ts';
import { walkerRig } from '../../envs/walker/rig.ts';

export const observations = observationNames(walkerRig);
export const actions = actionNames();

const indexOf = (name: string): number => {
  const index = observations.indexOf(name);
  if (index < 0) throw new Error(`there is no observation ${name}`);
  return index;
};

/** Mean velocity of the bodies along the goal, m/s. */
export const speedAt = indexOf('mean velocity z');
/** 1 while a foot touches the ground. */
export const contacts = ['footL', 'footR'].map((foot) => ({ foot, at: indexOf(`${foot} ground contact`) }));
/** 0 to 1, of every motor. */
export const strengths = observations.flatMap((name, at) =>
  name.endsWith(' strength') ? [{ joint: name.split(' ')[0]!, at }] : [],
);

/** ML-Agents cuts what its network sees here, after its normaliser. */
export const cut = 5;

/** What a network sees of an observation: as its normaliser leaves it, before it is cut. */
export function normalised(
  observation: ArrayLike<number>,
  normalizer: { readonly mean: ArrayLike<number>; readonly deviation: ArrayLike<number> } | undefined,
): Float32Array {
  return Float32Array.from(observation, (value, at) =>
    normalizer ? (value - normalizer.mean[at]!) / normalizer.deviation[at]! : value,
  );
}
