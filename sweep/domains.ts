/**
 * The values of one setting: all of a list, one that is drawn, one that is changed a little.
 *
 * Pure. What is drawn comes from a stream that the caller names, and is made of operations that every engine rounds alike, so that
 * the same file and seed mean the same trials on every machine.
 */
import { deepEqual } from '../base/deep-equal.ts';
import type { Json } from '../base/json.ts';
import type { RandomStream } from '../base/random/stream.ts';
import type { Domain } from './schema.ts';

type Range = readonly [low: number, high: number];

/** The values of a list; undefined of a range. */
export function listOf(domain: Domain): readonly Json[] | undefined {
  if (Array.isArray(domain)) return domain as readonly Json[];
  return 'values' in domain ? (domain.values as readonly Json[]) : undefined;
}

/** Values that stand for all when it is checked whether the setting takes them: those of a list, both ends of a range. */
export function extremesOf(domain: Domain): readonly Json[] {
  return listOf(domain) ?? rangeOf(domain);
}

/** Drawn as the domain says, numbers rounded to four digits. */
export function drawn(domain: Domain, random: RandomStream): Json {
  const list = listOf(domain);
  if (list) return list[random.below(list.length)]!;
  const [low, high] = rangeOf(domain);
  if ('integer' in domain) return low + random.below(high - low + 1);
  if ('log_uniform' in domain) return rounded(within(low * power(high / low, random.uniform()), domain));
  return rounded(random.uniform(low, high));
}

/**
 * A value near another one: a number times one of the factors, kept within its range, whole where it has to be; of a list of
 * numbers the next one up or down; of any other list any value.
 */
export function changed(domain: Domain, value: Json, factors: readonly number[], random: RandomStream): Json {
  const list = listOf(domain);
  if (list) {
    if (!list.every((each) => typeof each === 'number')) return drawn(domain, random);
    const sorted = [...list].sort((one, other) => one - other);
    const at = sorted.findIndex((each) => deepEqual(each, value));
    const next = at + (random.below(2) === 0 ? -1 : 1);
    return sorted[Math.min(sorted.length - 1, Math.max(0, next))]!;
  }
  const before = value as number;
  const factor = factors[random.below(factors.length)]!;
  const after = within(before * factor, domain);
  if (!('integer' in domain)) return rounded(after);
  const whole = Math.round(after);
  // A small whole number times 0.8 is the same again.
  return within(whole === before && factor !== 1 ? before + Math.sign(factor - 1) : whole, domain);
}

function rangeOf(domain: Domain): Range {
  const [range] = Object.values(domain as Readonly<Record<string, Range>>);
  return range!;
}

function within(value: number, domain: Domain): number {
  const [low, high] = rangeOf(domain);
  return Math.min(high, Math.max(low, value));
}

/** A number that is read at a glance; what lies at an end of a range stays there. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

/** base^exponent for an exponent in [0, 1): its bits choose among square roots of square roots, which every engine rounds alike. */
function power(base: number, exponent: number): number {
  let [result, root, rest] = [1, base, exponent];
  for (let bit = 0; bit < 32; bit++) {
    root = Math.sqrt(root);
    rest *= 2;
    if (rest >= 1) {
      result *= root;
      rest -= 1;
    }
  }
  return result;
}
