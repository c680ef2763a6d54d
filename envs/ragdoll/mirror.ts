/**
 * A ragdoll's mirror image, left and right swapped, told by where its bodies are in the start pose.
 *
 * The body on the other side is the one that stands where the mirror shows this one, of the same mass and shape (mirror-pairs.ts). It
 * may be turned about itself against the mirror image (bones often are, by half a turn): then its rotations are told by other signs.
 *
 * Real ragdolls are hardly ever exact. What is nearly so has a mirror image, and what is not exact is told with it: a body some
 * millimetres off, or limits of an arm's joint (Unity's Ragdoll Wizard gives both arms the same axis, so that one swings forward
 * by as much as the other one backward). What legs can do has to be alike, for by that it walks.
 */
import {
  conjugate,
  difference,
  product,
  type Quaternion,
  turned,
  unturned,
  type Vector,
} from '../../physics/rotation.ts';
import type { Mirror } from '../env.ts';
import { jointRotation } from '../walker/scene-of-rig.ts';
import { anatomyOf } from './anatomy/anatomy.ts';
import type { CharacterFile, RowName } from './character-file.ts';
import { type Asymmetry, exact, near, pairsOf } from './mirror-pairs.ts';
import type { CharacterField } from './observation.ts';
import { jointsOf, type NamedJoint, type RigFile } from './rig-file.ts';

/** Where a number comes from, and whether it turns round. */
interface Image {
  readonly from: number;
  readonly sign: number;
}

export interface MirrorImage {
  /** Of observations and actions; undefined where the ragdoll, or what it does, has no mirror image. */
  readonly mirror: { readonly observations: Mirror; readonly actions: Mirror } | undefined;
  /** What is not as the mirror shows it. Where there is no mirror image, the last one says why. */
  readonly asymmetries: readonly Asymmetry[];
}

export function mirrorImageOf(rig: RigFile, character: CharacterFile, layout: readonly CharacterField[]): MirrorImage {
  const { pairs, asymmetries } = pairsOf(rig, character);
  const without = (last: Asymmetry): MirrorImage => ({ mirror: undefined, asymmetries: [...asymmetries, last] });
  if (!pairs) return { mirror: undefined, asymmetries };
  const turns = turnsOf(rig, pairs, asymmetries);
  const observations: Image[] = [];
  for (const field of layout) {
    const images = imagesOf(field, layout, rig, pairs, turns);
    if (!images) {
      const what = `its ${field.row} has other axes on the other side, which no change of signs makes alike: turn one of the two bones`;
      return without({ where: rig.bodies[field.body]?.name ?? rig.name, what });
    }
    observations.push(...images);
  }
  const actions = actionImages(rig, character, pairs, asymmetries);
  if ('where' in actions) return without(actions);
  return { mirror: { observations: asMirror(observations), actions: asMirror(actions) }, asymmetries };
}

/** Of turns that are straight: what products of them are off by. */
const rounding = 1e-6;

function asMirror(images: readonly Image[]): Mirror {
  return {
    from: Uint16Array.from(images, ({ from }) => from),
    signs: Float32Array.from(images, ({ sign }) => sign),
  };
}

/** The 24 rotations that take axes to axes. */
const straightTurns: readonly Quaternion[] = (() => {
  const parts = [-1, 0, 1];
  const all = parts.flatMap((x) => parts.flatMap((y) => parts.flatMap((z) => parts.map((w) => [x, y, z, w] as const))));
  return all.flatMap(([x, y, z, w]): Quaternion[] => {
    const square = x * x + y * y + z * z + w * w;
    const length = Math.sqrt(square);
    return square === 0 || square === 3 ? [] : [[x / length, y / length, z / length, w / length]];
  });
})();

/** How each body is turned against its image in the mirror; as straight as it is meant, and what is not so is told. */
function turnsOf(rig: RigFile, pairs: readonly number[], asymmetries: Asymmetry[]): Quaternion[] {
  return rig.bodies.map(({ name, rotation }, body) => {
    const other = rig.bodies[pairs[body]!];
    if (!other) return unturned;
    const turn = product(conjugate(mirrored(rotation)), other.rotation);
    const [angle, straight] = straightTurns
      .map((each) => [angleBetween(turn, each), each] as const)
      .reduce((least, each) => (each[0] < least[0] - 1e-9 ? each : least));
    if (angle > near.radians) return turn;
    if (angle > exact.radians && pairs[body]! >= body) {
      asymmetries.push({
        where: name,
        what: `is turned by ${degrees(angle)} against the mirror image of ${other.name}`,
      });
    }
    return straight;
  });
}

function angleBetween(a: Quaternion, b: Quaternion): number {
  return 2 * Math.acos(Math.min(1, Math.abs(a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + a[3] * b[3])));
}

function degrees(radians: number): string {
  return `${((radians * 180) / Math.PI).toFixed(1)} degrees`;
}

/** Each number of a field's image; undefined where it has none. */
function imagesOf(
  { row, body, parts, offset }: CharacterField,
  layout: readonly CharacterField[],
  rig: RigFile,
  others: readonly number[],
  turns: readonly Quaternion[],
): Image[] | undefined {
  const source = body < 0 ? offset : fieldOf(layout, row, others[body]!, { body, offset })?.offset;
  if (source === undefined) return undefined;
  if (parts === '') return [{ from: source, sign: 1 }];
  if (parts === 'xyz') {
    const signs = row === 'angularVelocity' ? [1, -1, -1] : [-1, 1, 1];
    return signs.map((sign, part) => ({ from: source + part, sign }));
  }
  // A rotation of one body against another: each may be turned against its image. The frame is not.
  const known = (index: number) => (index < 0 ? unturned : turns[index]!);
  const against = referenceOf(rig, row, others[body]!);
  const isForwardAlone = row === 'facing';
  const [outer, inner] = isForwardAlone ? [unturned, unturned] : [known(against), known(others[body]!)];
  if (isForwardAlone && !keepsForward(turns[others[body]!]!)) return undefined;
  return rotationImages(outer, inner, source);
}

/** The field of the same row about another body. */
function fieldOf(
  layout: readonly CharacterField[],
  row: RowName,
  body: number,
  of: { readonly body: number; readonly offset: number },
): CharacterField | undefined {
  // A row may stand twice: the n-th of this body is the image of the n-th of the other.
  const nth = layout.filter((field) => field.row === row && field.body === of.body && field.offset < of.offset).length;
  return layout.filter((field) => field.row === row && field.body === body)[nth];
}

/** The body that a row tells another's rotation against; -1: the frame. */
function referenceOf(rig: RigFile, row: RowName, body: number): number {
  const { parent, joints } = rig.bodies[body]!;
  const name = row === 'localRotation' ? parent : row === 'jointRotation' ? (joints[0]?.connectedTo ?? null) : null;
  return rig.bodies.findIndex((each) => each.name === name);
}

/** As the mirror shows it: x is turned round. */
function mirrored([x, y, z, w]: Quaternion): Quaternion {
  return [x, -y, -z, w];
}

function keepsForward(turn: Quaternion): boolean {
  return distance(turned(turn, [0, 0, 1]), [0, 0, 1]) < rounding;
}

/**
 * The image of a rotation `rel` of the body here is conj(outer) mirrored(rel) inner, told of the body there: its numbers are those of `rel` in
 * another order and with other signs, if at all. Undefined, where they mix.
 *
 * The mirror maps observations here to those there, and back: the numbers of this body come from `source`, those of the other.
 */
function rotationImages(outer: Quaternion, inner: Quaternion, source: number): Image[] | undefined {
  const images: Image[] = [];
  for (let part = 0; part < 4; part++) {
    const basis = [0, 0, 0, 0];
    basis[part] = 1;
    // From there to here: the inverse of the map above, which undoes the turns first.
    const [bx, by, bz, bw] = basis as unknown as Quaternion;
    const here = mirrored(product(outer, product([bx, by, bz, bw], conjugate(inner))));
    const at = here.findIndex((value) => Math.abs(Math.abs(value) - 1) < rounding);
    if (at < 0 || here.some((value, index) => index !== at && Math.abs(value) > rounding)) return undefined;
    images[at] = { from: source + part, sign: Math.sign(here[at]!) };
  }
  return images;
}

/** Where each action's image comes from; or why one has none. */
function actionImages(
  rig: RigFile,
  { actions }: CharacterFile,
  others: readonly number[],
  asymmetries: Asymmetry[],
): Image[] | Asymmetry {
  const joints = jointsOf(rig);
  const { feet, tree } = anatomyOf(rig);
  const walksBy = ({ owner, joint }: NamedJoint) =>
    [owner.name, joint.connectedTo].every((name) => feet.some((foot) => foot === name || isBetween(name, foot)));
  const isBetween = (name: string | null, foot: string) => name !== null && tree.path(foot).includes(name);
  const names = [
    ...actions.rotations.flatMap(({ joint, axes }) => [...axes].map((axis) => `${joint} ${axis}`)),
    ...actions.strengths.map((joint) => `${joint} strength`),
  ];
  const images: Image[] = [];
  for (const name of names) {
    const [, jointName, part] = /^(.*) (x|y|z|strength)$/.exec(name)!;
    const here = joints.find((each) => each.name === jointName)!;
    const there = counterpartOf(here, joints, rig, others);
    if (!there) return { where: jointName!, what: 'no joint holds the two bodies on the other side together' };
    const from = names.indexOf(`${there.name} ${part}`);
    if (from < 0) return { where: jointName!, what: `is moved (${part}), and ${there.name} on the other side is not` };
    if (part === 'strength') {
      images.push({ from, sign: 1 });
      continue;
    }
    const axis = 'xyz'.indexOf(part!) as 0 | 1 | 2;
    const { sign, radians } = signOf(here, there, axis);
    const own = jointName === there.name ? 'its own mirror image' : `the mirror image of ${there.name}`;
    const apart = { where: jointName!, what: `its ${part} axis is ${degrees(radians)} from that of ${own}` };
    if (radians > near.radians) return apart;
    const isFirst = joints.indexOf(here) <= joints.indexOf(there);
    if (radians > exact.radians && isFirst) asymmetries.push(apart);
    const [low, high] = rangeOf(here, axis);
    const range = rangeOf(there, axis);
    const image = sign === 1 ? range : ([-range[1], -range[0]] as const);
    const off = Math.max(Math.abs(low - image[0]), Math.abs(high - image[1]));
    if (off > exact.degrees && isFirst) {
      const wanted = sign === 1 ? [low, high] : [-high, -low];
      const limits = {
        where: there.name,
        what: `its ${part} turns ${range[0]} to ${range[1]} degrees, where the mirror image of ${jointName} turns ${wanted[0]} to ${wanted[1]}`,
      };
      if (walksBy(here) && off > near.degrees) return limits;
      asymmetries.push(limits);
    }
    images.push({ from, sign });
  }
  return images;
}

/** The joint that holds this one's body's counterpart to its connected body's. */
function counterpartOf(
  { owner, joint }: NamedJoint,
  joints: readonly NamedJoint[],
  { bodies }: RigFile,
  others: readonly number[],
): NamedJoint | undefined {
  const image = (name: string | null) => bodies[others[bodies.findIndex((body) => body.name === name)]!]?.name ?? null;
  return joints.find(
    (other) => other.owner.name === image(owner.name) && other.joint.connectedTo === image(joint.connectedTo),
  );
}

/**
 * Whether an angle about an axis of a joint is, in the mirror, the same one about the axis there (1) or the opposite one (-1), and how
 * far the axes are apart then: an axis of turning is a mirror's pseudovector, (x, -y, -z).
 */
function signOf(here: NamedJoint, there: NamedJoint, axis: 0 | 1 | 2): { sign: 1 | -1; radians: number } {
  const [x, y, z] = axisOf(here, axis);
  const [otherX, otherY, otherZ] = axisOf(there, axis);
  const cosine = x * otherX - y * otherY - z * otherZ;
  return { sign: cosine < 0 ? -1 : 1, radians: Math.acos(Math.min(1, Math.abs(cosine))) };
}

/** In the world, in the start pose. */
function axisOf({ owner, joint }: NamedJoint, axis: 0 | 1 | 2): Vector {
  const direction = [0, 0, 0];
  direction[axis] = 1;
  return turned(product(owner.rotation, jointRotation(joint)), direction as unknown as Vector);
}

function rangeOf({ joint: { x, y, z } }: NamedJoint, axis: 0 | 1 | 2): readonly [number, number] {
  return ([x, [-y, y], [-z, z]] as const)[axis];
}

function distance(a: Vector, b: Vector): number {
  return Math.hypot(...difference(a, b));
}
