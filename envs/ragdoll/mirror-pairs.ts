/** Which body of a ragdoll is on the other side of which, by where they are in the start pose, and what is not quite alike about them. */
import { difference, sum, turned, type Vector } from '../../physics/rotation.ts';
import type { CharacterFile } from './character-file.ts';
import type { RigFile, RigFileBody } from './rig-file.ts';

/** What is not as the mirror shows it: a body or joint, and a sentence about it without a full stop. */
export interface Asymmetry {
  readonly where: string;
  readonly what: string;
}

/** Up to here it is the same: `size` is a share of the size of the ragdoll, `share` of a mass or a shape's size. */
export const exact = { size: 2e-3, share: 1e-3, radians: 3e-3, degrees: 0.1 };
/** Up to here it is meant to be, and is told. */
export const near = { size: 0.03, share: 0.1, radians: 0.09, degrees: 5 };

export interface Pairs {
  /** By index the body on the other side, itself in the middle, -1 of an unobserved one without; undefined where an observed one has none. */
  readonly pairs: readonly number[] | undefined;
  readonly asymmetries: Asymmetry[];
}

export function pairsOf(rig: RigFile, { bodies: observed, frame, mirror }: CharacterFile): Pairs {
  const { bodies } = rig;
  const middle = bodies.find(({ name }) => name === frame.body)!.position;
  const size = Math.max(...bodies.map(({ position }) => distance(position, middle)), 1e-6);
  const told = new Map(
    mirror?.pairs.flatMap(
      ([a, b]) =>
        [
          [a, b],
          [b, a],
        ] as const,
    ),
  );
  const imageOf = ([x, y, z]: Vector): Vector => [2 * middle[0] - x, y, z];
  const pairs = bodies.map((body) => {
    const named = told.get(body.name);
    if (named !== undefined) return bodies.findIndex(({ name }) => name === named);
    const image = imageOf(body.position);
    const chosen = [exact, near]
      .map((within) => {
        const candidates = bodies.filter(
          (other) => distance(image, other.position) <= within.size * size && unlike(body, other) <= within.share,
        );
        // Bodies in one place: by their names.
        return (
          candidates.find(({ name }) => name === otherSide(body.name)) ??
          candidates.find(({ name }) => name === body.name) ??
          candidates.toSorted((a, b) => distance(image, a.position) - distance(image, b.position))[0]
        );
      })
      .find((found) => found !== undefined);
    return chosen ? bodies.indexOf(chosen) : -1;
  });

  const asymmetries: Asymmetry[] = [];
  for (const [index, body] of bodies.entries()) {
    if (!observed.includes(body.name)) continue;
    const other = bodies[pairs[index]!];
    if (!other || pairs[pairs[index]!] !== index) {
      return { pairs: undefined, asymmetries: [...asymmetries, { where: body.name, what: alone(body) }] };
    }
    if (pairs[index]! < index) continue;
    const whose = other === body ? 'its own mirror image' : `the mirror image of ${other.name}`;
    const off = distance(imageOf(centreOf(body)), centreOf(other));
    if (off > exact.size * size) {
      asymmetries.push({ where: body.name, what: `its shapes lie ${(1000 * off).toFixed(0)} mm from ${whose}` });
    }
    if (unlike(body, other) > exact.share) {
      asymmetries.push({ where: body.name, what: `${weightOf(body)}, and ${other.name} ${weightOf(other)}` });
    }
  }
  return { pairs, asymmetries };

  function alone(body: RigFileBody): string {
    const image = imageOf(body.position);
    const others = bodies.filter((other) => other !== body);
    const there = others.toSorted((a, b) => distance(image, a.position) - distance(image, b.position))[0];
    if (!there) return 'has nothing on the other side';
    const off = `${(1000 * distance(image, there.position)).toFixed(0)} mm from its mirror image`;
    return `${weightOf(body)}, and has no counterpart: the nearest is ${there.name}, ${off}, which ${weightOf(there)}`;
  }
}

/** "weighs 6.56 kg as capsule 0.06 x 0.48". */
function weightOf({ mass, colliders }: RigFileBody): string {
  const shapes = colliders.map(
    (each) =>
      `${each.shape} ${sizesOf(each)
        .map((size) => Number(size.toPrecision(3)))
        .join(' x ')}`,
  );
  return `weighs ${Number(mass.toPrecision(3))} kg as ${shapes.join(' and ') || 'no shape'}`;
}

/** Middle of its shapes in the world, where it has any. */
function centreOf({ position, rotation, colliders }: RigFileBody): Vector {
  if (colliders.length === 0) return position;
  const [x, y, z] = colliders.reduce<Vector>((whole, { center }) => sum(whole, center), [0, 0, 0]);
  const share = 1 / colliders.length;
  return sum(position, turned(rotation, [x * share, y * share, z * share]));
}

/** The largest difference of masses and sizes of shapes, as a share of them; infinite where the shapes are others. */
function unlike(a: RigFileBody, b: RigFileBody): number {
  if (a.colliders.length !== b.colliders.length) return Number.POSITIVE_INFINITY;
  const left = [...b.colliders];
  const shapes = a.colliders.map((collider) => {
    const nearest = left
      .map((other, at) => ({ at, by: shapeUnlike(collider, other) }))
      .reduce((least, each) => (each.by < least.by ? each : least));
    left.splice(nearest.at, 1);
    return nearest.by;
  });
  return Math.max(share(a.mass, b.mass), ...shapes);
}

type Shape = RigFileBody['colliders'][number];

function shapeUnlike(a: Shape, b: Shape): number {
  if (a.shape !== b.shape) return Number.POSITIVE_INFINITY;
  const [one, other] = [sizesOf(a), sizesOf(b)];
  return Math.max(...one.map((size, at) => share(size, other[at]!)));
}

/** Boxes by length: the axes of two bones may be others. */
function sizesOf(collider: Shape): readonly number[] {
  if (collider.shape === 'box') return collider.size.toSorted((a, b) => a - b);
  return collider.shape === 'sphere' ? [collider.radius] : [collider.radius, collider.height];
}

function share(a: number, b: number): number {
  return Math.abs(a - b) / Math.max(a, b);
}

/** "thighL" -> "thighR", "LeftArm" -> "RightArm", "arm_l" -> "arm_r". */
function otherSide(name: string): string {
  const swap: Readonly<Record<string, string>> = {
    L: 'R',
    R: 'L',
    l: 'r',
    r: 'l',
    Left: 'Right',
    Right: 'Left',
    left: 'right',
    right: 'left',
  };
  return name.replace(
    /Left|Right|left|right|(?<![A-Za-z])[LRlr](?![A-Za-z])|[LR](?![a-z])/,
    (side) => swap[side] ?? side,
  );
}

function distance(a: Vector, b: Vector): number {
  return Math.hypot(...difference(a, b));
}
