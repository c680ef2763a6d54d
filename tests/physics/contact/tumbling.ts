/** Two bodies that fall, spin and meet, in PhysX; the kernel is shown every pose and asked for its contacts. */

import { RandomStream } from '../../../base/random/stream.ts';
import type { PhysX } from '../../../envs/walker/physx/physx-types.ts';
import { about, type Body, type Contact, type Meeting, type Shape, type Vector, xUp } from './bodies.ts';
import { KernelBodies } from './kernel-bodies.ts';
import { PhysXBodies } from './physx-bodies.ts';

/** `ground`: a box so large that its rim is never met. */
export type Kind = Shape['kind'] | 'ground';

const kinds: readonly Kind[] = ['ball', 'capsule', 'box', 'plane', 'ground'];

type Draw = (low: number, high: number) => number;

function shapeOf(kind: Exclude<Kind, 'ground'>, draw: Draw): Shape {
  switch (kind) {
    case 'ball':
      return { kind, radius: draw(0.05, 0.25) };
    case 'capsule':
      return { kind, radius: draw(0.05, 0.15), halfHeight: draw(0.05, 0.2) };
    case 'box':
      return { kind, halfExtents: [draw(0.02, 0.15), draw(0.02, 0.15), draw(0.02, 0.15)] };
    case 'plane':
      return { kind };
  }
}

/** The second kind below, the first above it, coming down; of two things that could both move, sometimes both do. */
function twoBodies(first: Exclude<Kind, 'ground'>, second: Kind, draw: Draw): { bodies: Body[]; falls: boolean } {
  const vector = (size: number): Vector => [draw(-size, size), draw(-size, size), draw(-size, size)];
  const falls = second === 'plane' || second === 'ground' || draw(0, 1) < 0.4;
  const below: Body =
    second === 'plane'
      ? { shape: { kind: 'plane' }, position: [0, 0, 0], rotation: xUp, fixed: true }
      : second === 'ground'
        ? {
            shape: { kind: 'box', halfExtents: [12.5, 0.5, 12.5] },
            position: [0, -0.5, 0],
            rotation: [0, 0, 0, 1],
            fixed: true,
          }
        : {
            shape: shapeOf(second, draw),
            position: [0, 0, 0],
            rotation: about(vector(1), draw(0, 6)),
            ...(falls ? { fixed: true } : { velocity: vector(0.5), spin: vector(3) }),
          };
  const above: Body = {
    shape: shapeOf(first, draw),
    position: [draw(-0.1, 0.1), draw(0.15, 0.5), draw(-0.1, 0.1)],
    rotation: about(vector(1), draw(0, 6)),
    velocity: [draw(-0.5, 0.5), draw(-2, 0), draw(-0.5, 0.5)],
    spin: vector(4),
  };
  return { bodies: [below, above], falls };
}

export interface Comparison {
  /** Steps in which both touch, or one does. */
  touching: number;
  /** Steps in which one touches and the other does not. */
  touchesDiffer: number;
  /** Steps in which both touch and contacts are not the same. */
  contactsDiffer: number;
  /** Of the contacts that are the same, how far apart at most: metres, and length of the difference of normals. */
  farthest: { point: number; normal: number; separation: number };
}

function distance(a: Vector, b: Vector): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

/** Contacts without those that say again what one before them said: whether PhysX does depends on its rounding. */
function distinct(meeting: Meeting | undefined): Contact[] {
  const all = meeting?.contacts ?? [];
  return all.filter(({ point }, index) => all.slice(0, index).every((other) => distance(other.point, point) > 1e-4));
}

/** Compares contacts in every step of `scenes` scenes. `same`: how far apart the same contacts may be, metres. */
export function compareContacts(
  physx: PhysX,
  kernel: WebAssembly.Module,
  [first, second]: readonly [Exclude<Kind, 'ground'>, Kind],
  scenes: number,
  same: number,
): Comparison {
  const result: Comparison = {
    touching: 0,
    touchesDiffer: 0,
    contactsDiffer: 0,
    farthest: { point: 0, normal: 0, separation: 0 },
  };
  for (let scene = 0; scene < scenes; scene++) {
    const random = new RandomStream(7, kinds.indexOf(first), kinds.indexOf(second), scene);
    const { bodies, falls } = twoBodies(first, second, (low, high) => random.uniform(low, high));
    const theirs = new PhysXBodies(physx, bodies, { gravity: [0, falls ? -9.81 : 0, 0] });
    const ours = new KernelBodies(kernel, bodies);
    for (let step = 0; step < 120; step++) {
      ours.place(theirs.motions());
      ours.find();
      compare(distinct(ours.meetings()[0]), distinct(theirs.step()[0]), same, result);
    }
    theirs.close();
  }
  return result;
}

function compare(ours: Contact[], theirs: Contact[], same: number, result: Comparison): void {
  if (ours.length === 0 && theirs.length === 0) return;
  result.touching++;
  if (ours.length === 0 || theirs.length === 0) {
    result.touchesDiffer++;
    return;
  }
  const pairs = ours.map((contact) => {
    const nearest = theirs.reduce((best, other) =>
      distance(other.point, contact.point) < distance(best.point, contact.point) ? other : best,
    );
    return {
      point: distance(nearest.point, contact.point),
      normal: distance(nearest.normal, contact.normal),
      separation: Math.abs(nearest.separation - contact.separation),
    };
  });
  const isSame = pairs.every(({ point, normal, separation }) => point < same && separation < same && normal < 1e-3);
  if (!isSame || ours.length !== theirs.length) {
    result.contactsDiffer++;
    return;
  }
  const { farthest } = result;
  for (const { point, normal, separation } of pairs) {
    farthest.point = Math.max(farthest.point, point);
    farthest.normal = Math.max(farthest.normal, normal);
    farthest.separation = Math.max(farthest.separation, separation);
  }
}
