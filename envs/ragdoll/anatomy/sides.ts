/** Which bodies of a rig are each other's mirror image in the start pose: across the plane x = middle, as Unity's characters face z. */
import type { PlacedBody } from './geometry.ts';

export interface Sides {
  readonly pairs: readonly (readonly [left: string, right: string])[];
  sideOf(body: string): -1 | 0 | 1;
  partnerOf(body: string): string | undefined;
}

/** Of the rig's extent: how far the two of a pair may be from where the mirror has them. */
const tolerance = 0.03;

/** Pairs by where bodies are and what they weigh; where several fit, by the names that differ least. */
export function sidesOf(bodies: readonly PlacedBody[]): Sides {
  const extent = Math.max(
    ...([0, 1, 2] as const).map(
      (axis) => Math.max(...bodies.map(({ high }) => high[axis])) - Math.min(...bodies.map(({ low }) => low[axis])),
    ),
  );
  const near = tolerance * extent;
  // The middle is that of the root, which stands first.
  const middle = bodies[0]!.centre[0];
  const left = bodies.filter(({ centre }) => centre[0] < middle - near / 2);
  const free = bodies.filter(({ centre }) => centre[0] > middle + near / 2);
  const pairs: [string, string][] = [];
  for (const body of left) {
    const fits = free
      .filter((other) => mirrored(body, other))
      .toSorted((a, b) => differing(body.name, a.name) - differing(body.name, b.name));
    const partner = fits[0];
    if (!partner) continue;
    free.splice(free.indexOf(partner), 1);
    pairs.push([body.name, partner.name]);
  }
  const partners = new Map(pairs.flatMap(([a, b]) => [[a, b] as const, [b, a] as const]));
  return {
    pairs,
    partnerOf: (body) => partners.get(body),
    sideOf: (body) => (pairs.some(([a]) => a === body) ? -1 : pairs.some(([, b]) => b === body) ? 1 : 0),
  };

  function mirrored(a: PlacedBody, b: PlacedBody): boolean {
    const [x, y, z] = a.centre;
    const [ox, oy, oz] = b.centre;
    const isThere = Math.hypot(2 * middle - x - ox, y - oy, z - oz) <= near;
    return isThere && Math.abs(a.mass - b.mass) <= 0.05 * Math.max(a.mass, b.mass);
  }
}

/** Letters in which two names differ; more where they are not of one length. */
function differing(a: string, b: string): number {
  const longest = Math.max(a.length, b.length);
  let count = Math.abs(a.length - b.length);
  for (let at = 0; at < longest; at++) if (a[at] !== b[at]) count += 1;
  return count;
}
