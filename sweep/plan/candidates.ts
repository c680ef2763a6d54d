/** The combinations of values that a sweep begins with. */

import { UserError } from '../../base/failure/user-error.ts';
import { RandomStream } from '../../base/random/stream.ts';
import { drawn, listOf } from '../domains.ts';
import type { Sweep } from '../schema.ts';
import type { Plan, Values } from './plan.ts';

/** What the sweep draws for, each with streams of its own: (seed, purpose, round, candidate). */
export const SWEEP_STREAMS = { candidates: 101, exploit: 102, explore: 103 } as const;

/** Tries of a combination that the configuration takes. */
const MOST_TRIES = 1000;

/** Every combination of listed values, the last setting changing fastest. */
export function allCombinations(settings: Sweep['settings']): Values[] {
  return Object.entries(settings).reduce<Values[]>(
    (begun, [path, domain]) =>
      begun.flatMap((values) => (listOf(domain) ?? []).map((value) => ({ ...values, [path]: value }))),
    [{}],
  );
}

/**
 * So many combinations, drawn; each draws from a stream of its own, so the first ten of twenty are the ten of ten.
 *
 * @throws UserError where next to no combination is one that the configuration takes.
 */
export function drawnCombinations({ sweep, isValid }: Plan<Sweep>, count: number): Values[] {
  return Array.from({ length: count }, (_, index) => {
    const random = new RandomStream(sweep.seed, SWEEP_STREAMS.candidates, index);
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const values = Object.fromEntries(
        Object.entries(sweep.settings).map(([path, domain]) => [path, drawn(domain, random)]),
      );
      if (isValid(values)) return values;
    }
    throw new UserError({
      what: `of ${MOST_TRIES} combinations that were drawn the configuration takes none`,
      where: 'settings',
      value: Object.keys(sweep.settings),
      mend: 'narrow the ranges, so that what is drawn fits together: a batch_size above a buffer_size never does',
    });
  });
}
