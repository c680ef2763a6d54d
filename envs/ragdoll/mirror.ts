/**
 * A ragdoll's mirror image, left and right swapped, told by where its bodies are in the start pose.
 *
 * The body on the other side is the one that stands where the mirror shows this one, of the same mass and shape. It may be turned
 * about itself against the mirror image (bones often are, by half a turn): then its rotations are told by other signs. Where a body has
 * no counterpart, or a joint bends in another way there, the ragdoll has no mirror image.
 */
import { conjugate, difference, product, type Quaternion, turned, type Vector } from '../../physics/rotation.ts';
import type { Mirror } from '../env.ts';
import { jointRotation } from '../walker/scene-of-rig.ts';
import type { CharacterFile, RowName } from './character-file.ts';
import type { CharacterField } from './observation.ts';
import { jointsOf, type NamedJoint, type RigFile, type RigFileBody } from './rig-file.ts';

/** How far apart, in metres and parts of a quaternion, what the mirror shows and what is there may be. */
const tolerance = 2e-3;

/** Where a number comes from, and whether it turns round. */
interface Image {
  readonly from: number;
  readonly sign: number;
}

/** The mirror of observations and actions; undefined where the ragdoll, or what it does, has no mirror image. */
export function mirrorOf(
  rig: RigFile,
  character: CharacterFile,
  layout: readonly CharacterField[],
): { observations: Mirror; actions: Mirror } | undefined {
  const others = pairsOf(rig, character);
  if (!others) return undefined;
  // How each body is turned against its image in the mirror.
  const turns = rig.bodies.map(({ rotation }, body) => {
    const other = rig.bodies[others[body]!];
    return other ? product(conjugate(mirrored(rotation)), other.rotation) : unturned;
  });
  const observations = layout.flatMap((field) => imagesOf(field, layout, rig, others, turns));
  const actions = actionImages(rig, character, others);
  if (!actions || observations.some((image) => image === undefined)) return undefined;
  return { observations: asMirror(observations as Image[]), actions: asMirror(actions) };
}

function asMirror(images: readonly Image[]): Mirror {
  return {
    from: Uint16Array.from(images, ({ from }) => from),
    signs: Float32Array.from(images, ({ sign }) => sign),
  };
}

/** The body on the other side of each, by index; undefined where an observed one has none (-1: another one that has none). */
export function pairsOf(rig: RigFile, { bodies: observed, frame, mirror }: CharacterFile): number[] | undefined {
  const { bodies } = rig;
  const middle = bodies.find(({ name }) => name === frame.body)!.position[0];
  const told = new Map(
    mirror?.pairs.flatMap(
      ([a, b]) =>
        [
          [a, b],
          [b, a],
        ] as const,
    ),
  );
  const pairs = bodies.map((body) => {
    const named = told.get(body.name);
    if (named !== undefined) return bodies.findIndex(({ name }) => name === named);
    const [x, y, z] = body.position;
    const image: Vector = [2 * middle - x, y, z];
    const candidates = bodies.filter((other) => distance(image, other.position) < tolerance && isLike(body, other));
    // Bodies in one place: by their names.
    const chosen =
      candidates.find(({ name }) => name === otherSide(body.name)) ??
      candidates.find(({ name }) => name === body.name) ??
      candidates[0];
    return chosen ? bodies.indexOf(chosen) : -1;
  });
  const arePairs = bodies.every(({ name }, body) => !observed.includes(name) || pairs[pairs[body]!] === body);
  return arePairs ? pairs : undefined;
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

function isLike(a: RigFileBody, b: RigFileBody): boolean {
  const sizes = ({ colliders }: RigFileBody) =>
    colliders
      .map(({ center: _c, rotation: _r, material: _m, ...size }) => JSON.stringify(size))
      .sort()
      .join();
  return Math.abs(a.mass - b.mass) < 1e-3 * a.mass && sizes(a) === sizes(b);
}

/** Each number of a field's image. */
function imagesOf(
  { row, body, parts, offset }: CharacterField,
  layout: readonly CharacterField[],
  rig: RigFile,
  others: readonly number[],
  turns: readonly Quaternion[],
): (Image | undefined)[] {
  const source = body < 0 ? offset : fieldOf(layout, row, others[body]!, { body, offset })?.offset;
  if (source === undefined) return [undefined];
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
  if (isForwardAlone && !keepsForward(turns[others[body]!]!)) return [undefined];
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

const unturned: Quaternion = [0, 0, 0, 1];

/** As the mirror shows it: x is turned round. */
function mirrored([x, y, z, w]: Quaternion): Quaternion {
  return [x, -y, -z, w];
}

function keepsForward(turn: Quaternion): boolean {
  return distance(turned(turn, [0, 0, 1]), [0, 0, 1]) < tolerance;
}

/**
 * The image of a rotation `rel` of the body here is conj(outer) mirrored(rel) inner, told of the body there: its numbers are those of `rel` in
 * another order and with other signs, if at all. Undefined, where they mix.
 *
 * The mirror maps observations here to those there, and back: the numbers of this body come from `source`, those of the other.
 */
function rotationImages(outer: Quaternion, inner: Quaternion, source: number): (Image | undefined)[] {
  const images: (Image | undefined)[] = [undefined, undefined, undefined, undefined];
  for (let part = 0; part < 4; part++) {
    const basis = [0, 0, 0, 0];
    basis[part] = 1;
    // From there to here: the inverse of the map above, which undoes the turns first.
    const [bx, by, bz, bw] = basis as unknown as Quaternion;
    const here = mirrored(product(outer, product([bx, by, bz, bw], conjugate(inner))));
    const at = here.findIndex((value) => Math.abs(Math.abs(value) - 1) < tolerance);
    if (at < 0 || here.some((value, index) => index !== at && Math.abs(value) > tolerance)) return images;
    images[at] = { from: source + part, sign: Math.sign(here[at]!) };
  }
  return images;
}

/** Where each action's image comes from; undefined where a joint has none. */
function actionImages(rig: RigFile, { actions }: CharacterFile, others: readonly number[]): Image[] | undefined {
  const joints = jointsOf(rig);
  const names = [
    ...actions.rotations.flatMap(({ joint, axes }) => [...axes].map((axis) => `${joint} ${axis}`)),
    ...actions.strengths.map((joint) => `${joint} strength`),
  ];
  const images: Image[] = [];
  for (const name of names) {
    const [, jointName, part] = /^(.*) (x|y|z|strength)$/.exec(name)!;
    const joint = joints.find((each) => each.name === jointName)!;
    const other = counterpartOf(joint, joints, rig, others);
    const from = other ? names.indexOf(`${other.name} ${part}`) : -1;
    if (!other || from < 0) return undefined;
    const sign = part === 'strength' ? 1 : signOf(joint, other, 'xyz'.indexOf(part!) as 0 | 1 | 2);
    if (sign === undefined) return undefined;
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
 * Whether an angle about an axis of a joint is, in the mirror, the same one about the axis there (1) or the opposite one (-1): an axis of
 * turning is a mirror's pseudovector, (x, -y, -z). Undefined where it is neither, or the limits there are others.
 */
function signOf(here: NamedJoint, there: NamedJoint, axis: 0 | 1 | 2): number | undefined {
  const [x, y, z] = axisOf(here, axis);
  const other = axisOf(there, axis);
  const sign = distance([x, -y, -z], other) < tolerance ? 1 : distance([-x, y, z], other) < tolerance ? -1 : undefined;
  if (sign === undefined) return undefined;
  const [low, high] = rangeOf(here, axis);
  const image = sign === 1 ? [low, high] : [-high, -low];
  const range = rangeOf(there, axis);
  return Math.abs(range[0] - image[0]!) < 0.01 && Math.abs(range[1] - image[1]!) < 0.01 ? sign : undefined;
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
