/**
 * Puts one override of a prefab instance onto the values of an object, by Unity's property paths: `m_Limit.spring`,
 * `list.Array.size`, `list.Array.data[3].x`.
 */
import type { Mapping, Sequence, Value } from './values.ts';

/** Longer lists than any object of Unity's has come from a damaged file. */
const LONGEST_LIST = 100_000;

type Step = { readonly name: string } | { readonly index: number } | { readonly size: true };

/**
 * @param path as under `propertyPath`
 * @returns the values with that one changed; the same ones where no such place can be
 */
export function overridden(values: Mapping, path: string, value: Value): Mapping {
  const steps = stepsOf(path);
  if (steps.length === 0) return values;
  const changed = set(values, steps, value);
  return changed?.kind === 'mapping' ? changed : values;
}

function stepsOf(path: string): Step[] {
  return path
    .replace(/\.Array\.size$/, '.#')
    .replace(/\.Array\.data\[(\d{1,9})\]/g, '.[$1')
    .split('.')
    .filter((name) => name !== '')
    .map((name) => {
      if (name === '#') return { size: true };
      return name.startsWith('[') ? { index: Number(name.slice(1)) } : { name };
    });
}

/** Undefined where the steps lead nowhere: an index past the end, a list that is no list. */
function set(at: Value | undefined, [step, ...rest]: readonly Step[], value: Value): Value | undefined {
  if (step === undefined) return value;
  if ('name' in step) {
    if (at?.kind === 'sequence' || (at?.kind === 'scalar' && at.text !== '')) return undefined;
    const entries = new Map(at?.kind === 'mapping' ? at.entries : []);
    const inner = set(entries.get(step.name), rest, value);
    return inner && { kind: 'mapping', entries: entries.set(step.name, inner) };
  }
  const items = itemsOf(at);
  if (!items) return undefined;
  if ('index' in step) {
    if (step.index >= items.length) return undefined;
    const inner = set(items[step.index], rest, value);
    return inner && { kind: 'sequence', items: items.with(step.index, inner) };
  }
  const size = value.kind === 'scalar' ? Number(value.text) : Number.NaN;
  if (!Number.isInteger(size) || size < 0 || size > LONGEST_LIST) return undefined;
  // What is added is a copy of the last one, as in the Editor.
  const last: Value = items.at(-1) ?? { kind: 'scalar', text: '0' };
  const added = Array<Value>(Math.max(0, size - items.length)).fill(last);
  return { kind: 'sequence', items: [...items.slice(0, size), ...added] };
}

function itemsOf(value: Value | undefined): readonly Value[] | undefined {
  if (value === undefined) return [];
  if (value.kind === 'sequence') return value.items;
  const numbers = value.kind === 'scalar' ? wholeNumbersIn(value) : undefined;
  return numbers?.map((number): Value => ({ kind: 'scalar', text: String(number) }));
}

/**
 * A list of whole numbers in either of Unity's forms: items, or one text of hexadecimal digits, little-endian, 32 bits each
 * (`14000000` is [20]).
 *
 * @returns undefined where it is neither.
 */
export function wholeNumbersIn(value: Value | undefined): number[] | undefined {
  if (value?.kind === 'sequence') {
    const numbers = (value as Sequence).items.map((item) => (item.kind === 'scalar' ? Number(item.text) : Number.NaN));
    return numbers.every(Number.isInteger) ? numbers : undefined;
  }
  if (value?.kind !== 'scalar' || !/^([0-9a-f]{8})*$/i.test(value.text)) return undefined;
  const bytes = Buffer.from(value.text, 'hex');
  return Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readInt32LE(4 * index));
}
