/** What is different between two rigs, in words: `--check`, and what an import changes of an earlier one. */
import type { RigFile, RigFileBody } from '../envs/ragdoll/rig-file.ts';

export interface RigChange {
  /** The body, and what of it: "hips, mass". */
  readonly what: string;
  readonly before: string;
  readonly now: string;
}

/** Numbers that differ by less are the same: files hold them in single precision. */
const SAME = 1e-5;

/** In the order of the bodies; none where the two are the same but for rounding. */
export function rigChanges(before: RigFile, now: RigFile): RigChange[] {
  const { bodies: bodiesBefore, ...restBefore } = before;
  const { bodies: bodiesNow, ...restNow } = now;
  const was = new Map(bodiesBefore.map((body) => [body.name, body]));
  const is = new Map(bodiesNow.map((body) => [body.name, body]));
  const names = [...bodiesBefore.map(({ name }) => name), ...bodiesNow.map(({ name }) => name)];
  const order = ({ bodies }: RigFile) => bodies.map(({ name }) => name).filter((name) => was.has(name) && is.has(name));
  return [
    ...differences(restBefore, restNow, ''),
    ...[...new Set(names)].flatMap((name) => bodyChanges(name, was.get(name), is.get(name))),
    ...differences({ 'order of bodies': order(before).join(', ') }, { 'order of bodies': order(now).join(', ') }, ''),
  ];
}

function bodyChanges(name: string, before: RigFileBody | undefined, now: RigFileBody | undefined): RigChange[] {
  if (before && now) return differences(before, now, name);
  return [
    {
      what: name,
      before: before ? `a body of ${before.mass} kg` : 'none',
      now: now ? `a body of ${now.mass} kg` : 'none',
    },
  ];
}

/** Leaf by leaf; lists of numbers are one leaf. */
function differences(before: unknown, now: unknown, what: string): RigChange[] {
  if (isSame(before, now, what)) return [];
  if (isMapping(before) && isMapping(now)) {
    const fields = new Set([...Object.keys(before), ...Object.keys(now)]);
    return [...fields].flatMap((field) =>
      differences(before[field], now[field], what === '' ? field : `${what}, ${field}`),
    );
  }
  return [{ what, before: shown(before), now: shown(now) }];
}

type Mapping = Readonly<Record<string, unknown>>;

function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !isLeafList(value);
}

function isLeafList(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item !== 'object' || item === null);
}

function isSame(before: unknown, now: unknown, what: string): boolean {
  if (typeof before === 'number' && typeof now === 'number') {
    return Math.abs(before - now) <= SAME * Math.max(1, Math.abs(before), Math.abs(now));
  }
  if (!Array.isArray(before) || !Array.isArray(now)) return before === now;
  if (before.length !== now.length) return false;
  const same = (sign: number) =>
    before.every((value, at) => isSame(value, typeof now[at] === 'number' ? sign * now[at] : now[at], ''));
  // A rotation is the same with all its signs changed.
  return same(1) || (/rotation$/i.test(what) && same(-1));
}

function shown(value: unknown): string {
  if (value === undefined) return 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
