/** Where in an observation stands what is plotted: found by the names that its layout gives to its numbers. */
import type { Task } from '../../envs/walker/task.ts';

export interface PlottedPlaces {
  /** 1 while a foot touches the ground. */
  readonly contacts: readonly { readonly foot: string; readonly at: number }[];
  /** 0 to 1, of every motor that is observed. */
  readonly strengths: readonly { readonly joint: string; readonly at: number }[];
}

export function plottedPlaces({ behavior, limbs }: Task): PlottedPlaces {
  const names = behavior.observationNames!;
  return {
    contacts: limbs.feet.flatMap(({ body }) => {
      const foot = behavior.bodyNames![body]!;
      const at = names.findIndex((name) => name === `${foot} ground contact` || name === `${foot} contact`);
      return at < 0 ? [] : [{ foot, at }];
    }),
    strengths: names.flatMap((name, at) =>
      name.endsWith(' strength') ? [{ joint: name.slice(0, -' strength'.length), at }] : [],
    ),
  };
}

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
