/**
 * Where a body's mass is: centre, principal axes and principal moments, from shapes of one density.
 *
 * A capsule's moments are those of its cylinder and its two half spheres, as PhysX reckons them too. The state begins with
 * these numbers, so they are made of operations that every engine rounds alike: powers are written as products, and an axis
 * is turned by square roots instead of by sines.
 */
import { axesOf, difference, type Pose, product, type Quaternion, sum, unturned, type Vector } from './rotation.ts';
import type { Shape } from './scene.ts';

export interface MassFrame {
  /** The frame's pose in the body: centre of mass, principal axes. */
  readonly pose: Pose;
  /** About the principal axes, of a body of 1 kg: kg m2. */
  readonly momentsPerMass: Vector;
}

type Matrix = [Vector, Vector, Vector];

/** The mass frame of a body of these shapes. */
export function massFrame(shapes: readonly Shape[]): MassFrame {
  const parts = shapes.map((shape) => ({ shape, volume: volumeOf(shape) }));
  const whole = parts.reduce((total, { volume }) => total + volume, 0);
  let centre: Vector = [0, 0, 0];
  for (const { shape, volume } of parts) {
    centre = sum(centre, shape.position.map((at) => (at * volume) / whole) as unknown as Vector);
  }
  const inertia: number[][] = [
    [0, 0, 0],
    [0, 0, 0],
    [0, 0, 0],
  ];
  for (const { shape, volume } of parts) {
    const share = volume / whole;
    const moments = momentsOf(shape);
    const axes = axesOf(shape.rotation);
    const [x, y, z] = difference(shape.position, centre);
    const away = [x, y, z];
    const squared = x * x + y * y + z * z;
    for (let i = 0; i < 3; i++) {
      for (let j = 0; j < 3; j++) {
        let about = (i === j ? squared : 0) - away[i]! * away[j]!;
        for (let axis = 0; axis < 3; axis++) about += moments[axis]! * axes[axis]![i]! * axes[axis]![j]!;
        inertia[i]![j]! += share * about;
      }
    }
  }
  const { rotation, moments } = principal(inertia as unknown as Matrix);
  return { pose: { position: centre, rotation }, momentsPerMass: moments };
}

function volumeOf(shape: Shape): number {
  switch (shape.kind) {
    case 'sphere':
      return (4 / 3) * Math.PI * cube(shape.radius);
    case 'capsule':
      return Math.PI * square(shape.radius) * ((4 / 3) * shape.radius + 2 * shape.halfHeight);
    case 'box':
      return 8 * shape.halfExtents[0] * shape.halfExtents[1] * shape.halfExtents[2];
    case 'plane':
      return 0;
  }
}

function square(x: number): number {
  return x * x;
}

function cube(x: number): number {
  return x * x * x;
}

/** About the shape's own axes, of a shape of 1 kg. */
function momentsOf(shape: Shape): Vector {
  switch (shape.kind) {
    case 'sphere': {
      const moment = 0.4 * square(shape.radius);
      return [moment, moment, moment];
    }
    case 'capsule': {
      const { radius: r, halfHeight: l } = shape;
      const perVolume = r * ((4 / 3) * r + 2 * l);
      const along = r * ((8 / 15) * cube(r) + l * square(r));
      const across = r * ((8 / 15) * cube(r) + 1.5 * l * square(r) + (4 / 3) * square(l) * r + (2 / 3) * cube(l));
      return [along / perVolume, across / perVolume, across / perVolume];
    }
    case 'box': {
      const [x, y, z] = shape.halfExtents;
      return [(y * y + z * z) / 3, (x * x + z * z) / 3, (x * x + y * y) / 3];
    }
    case 'plane':
      return [0, 0, 0];
  }
}

/** Principal axes and moments of a symmetric matrix, by Jacobi's rotations; no turn where it is diagonal already. */
function principal(matrix: Matrix): { rotation: Quaternion; moments: Vector } {
  let rotation: Quaternion = unturned;
  for (let turn = 0; turn < 64; turn++) {
    const m = seenFrom(rotation, matrix);
    const scale = Math.abs(m[0][0]) + Math.abs(m[1][1]) + Math.abs(m[2][2]);
    const pairs = [
      [1, 2],
      [2, 0],
      [0, 1],
    ] as const;
    let axis = 0;
    for (let candidate = 1; candidate < 3; candidate++) {
      const [i, j] = pairs[candidate]!;
      const [bestI, bestJ] = pairs[axis]!;
      if (Math.abs(m[i][j]) > Math.abs(m[bestI][bestJ])) axis = candidate;
    }
    const [i, j] = pairs[axis]!;
    if (Math.abs(m[i][j]) < 1e-9 * scale) break;
    // By half the angle whose tangent is this; a quaternion takes half of that again.
    const { cosine, sine } = halved(halved(direction(m[i][i] - m[j][j], 2 * m[i][j])));
    const step = [0, 0, 0, cosine];
    step[axis] = sine;
    rotation = product(rotation, step as unknown as Quaternion);
  }
  const m = seenFrom(rotation, matrix);
  return { rotation, moments: [m[0][0], m[1][1], m[2][2]] };
}

/** An angle from -pi to pi, by its cosine and sine. */
interface Angle {
  readonly cosine: number;
  readonly sine: number;
}

/** The angle of a point of the plane, which is not its middle, as `Math.atan2` has it. */
function direction(x: number, y: number): Angle {
  const length = Math.sqrt(x * x + y * y);
  return { cosine: x / length, sine: y / length };
}

/** Half of an angle: what is small is had from what is large, as differences of near numbers would be inexact. */
function halved({ cosine, sine }: Angle): Angle {
  if (cosine >= 0) {
    const halfCosine = Math.sqrt((1 + cosine) / 2);
    return { cosine: halfCosine, sine: sine / (2 * halfCosine) };
  }
  const halfSine = Math.sqrt((1 - cosine) / 2);
  return { cosine: Math.abs(sine) / (2 * halfSine), sine: sine < 0 ? -halfSine : halfSine };
}

/** R^T M R. */
function seenFrom(rotation: Quaternion, matrix: Matrix): Matrix {
  const axes = axesOf(rotation);
  const columns = axes.map((axis) => [0, 1, 2].map((row) => dot(matrix[row]!, axis)) as unknown as Vector);
  return axes.map((axis) => columns.map((column) => dot(axis, column))) as unknown as Matrix;
}

function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
