/**
 * Where a Transform is in the world: positions, rotations and scales multiplied down the hierarchy, as Unity does it.
 *
 * A point goes through the true matrix. The rotation is the product of rotations alone, and what of the matrix is not in it is
 * the scale: Unity's `lossyScale` keeps its diagonal. What stands beside the diagonal (a turned child of a parent that is
 * stretched) no collider can follow; it is told as `skew`.
 */
import {
  axesOf,
  conjugate,
  difference,
  product,
  type Quaternion,
  sum,
  turned,
  unturned,
  type Vector,
} from '../physics/rotation.ts';

/** Columns: where the matrix takes x, y and z. */
export type Columns = readonly [Vector, Vector, Vector];

export interface Placement {
  readonly position: Vector;
  readonly rotation: Quaternion;
  /** Rotation, scale and skew together. */
  readonly columns: Columns;
  /** Unity's `lossyScale`: along the axes that the rotation leaves, negative where it mirrors. */
  readonly scale: Vector;
  /** What the scale leaves out, relative to the largest scale; 0 where nothing is. */
  readonly skew: number;
  /** Signs of all scales on the way, multiplied. */
  readonly signs: Vector;
}

export interface LocalTransform {
  readonly position: Vector;
  readonly rotation: Quaternion;
  readonly scale: Vector;
}

export const world: Placement = {
  position: [0, 0, 0],
  rotation: unturned,
  columns: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  scale: [1, 1, 1],
  skew: 0,
  signs: [1, 1, 1],
};

/** The placement of a child. */
export function placedBelow(parent: Placement, { position, rotation, scale }: LocalTransform): Placement {
  const columns = axesOf(rotation).map((axis, which) =>
    through(parent.columns, scaled(axis, scale[which]!)),
  ) as readonly Vector[] as Columns;
  const ownRotation = product(parent.rotation, mirrored(rotation, parent.signs));
  // What remains once the rotation is taken out, column by column.
  const rest = columns.map((column) => turned(conjugate(ownRotation), column));
  const diagonal: Vector = [rest[0]![0], rest[1]![1], rest[2]![2]];
  const beside = rest.flatMap((column, which) => column.filter((_, row) => row !== which).map(Math.abs));
  const largest = Math.max(...diagonal.map(Math.abs));
  return {
    position: sum(parent.position, through(parent.columns, position)),
    rotation: ownRotation,
    columns,
    scale: diagonal,
    skew: largest === 0 ? 0 : Math.max(...beside) / largest,
    signs: [parent.signs[0] * signOf(scale[0]), parent.signs[1] * signOf(scale[1]), parent.signs[2] * signOf(scale[2])],
  };
}

/** A point of the transform, in the world. */
export function worldPoint({ position, columns }: Placement, point: Vector): Vector {
  return sum(position, through(columns, point));
}

/** A point of the world, from a body: in its turned frame, which has no scale. */
export function fromBody({ position, rotation }: Placement, point: Vector): Vector {
  return turned(conjugate(rotation), difference(point, position));
}

function through([x, y, z]: Columns, [a, b, c]: Vector): Vector {
  return sum(sum(scaled(x, a), scaled(y, b)), scaled(z, c));
}

function scaled([x, y, z]: Vector, by: number): Vector {
  return [x * by, y * by, z * by];
}

function signOf(scale: number): number {
  return scale < 0 ? -1 : 1;
}

/** A rotation seen in a mirror: S R S^-1, where S is the diagonal matrix of these signs. */
function mirrored([x, y, z, w]: Quaternion, [sx, sy, sz]: Vector): Quaternion {
  return [x * sy * sz, y * sx * sz, z * sx * sy, w];
}
