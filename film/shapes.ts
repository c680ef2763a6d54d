/** The agent as what a ray can hit: spheres, capsules and boxes, put where its bodies are. */

import { poseSize } from '../envs/walker/body-view.ts';
import type { Looks } from '../envs/walker/looks.ts';
import { identity, type Quaternion, turned } from '../envs/walker/rotation.ts';
import type { Shape as BodyShape } from '../physics/scene.ts';
import { TARGET as TARGET_COLOUR } from './floor.ts';
import type { Colour, Point } from './points.ts';

interface Common {
  readonly colour: Colour;
  readonly centre: Point;
  /** Of a sphere about the centre that holds all of it, metres. */
  readonly reach: number;
}

export type Shape = Common &
  (
    | { readonly kind: 'sphere'; readonly radius: number }
    /** From one end's middle to the other's. */
    | { readonly kind: 'capsule'; readonly radius: number; readonly from: Point; readonly to: Point }
    /** Axes of length one and half the edge along each. */
    | { readonly kind: 'box'; readonly axes: readonly [Point, Point, Point]; readonly half: Point }
  );

const COLOURS = {
  trunk: [0.36, 0.42, 0.53],
  head: [0.93, 0.8, 0.66],
  left: [0.16, 0.56, 0.63],
  right: [0.94, 0.5, 0.2],
  eye: [0.1, 0.1, 0.14],
} satisfies Record<string, Colour>;

/** @param poses [bodies + 1, 7]: rotation x y z w and position x y z; the last row is the target's. */
export function shapesOf({ bodies, eyes, target }: Looks, poses: Float32Array): Shape[] {
  const own = bodies.flatMap(({ part, shapes }, body) =>
    shapes.map((shape) => placed(shape, poses, body, COLOURS[part])),
  );
  const seeing = (eyes?.places ?? []).map((position) => {
    return placed(
      { kind: 'sphere', radius: eyes!.radius, position, rotation: identity },
      poses,
      eyes!.body,
      COLOURS.eye,
    );
  });
  const half = target / 2;
  const cube: Solid = { kind: 'box', halfExtents: [half, half, half], position: [0, 0, 0], rotation: identity };
  return [...own, ...seeing, placed(cube, poses, bodies.length, TARGET_COLOUR)];
}

/** A shape of a body, whatever it is made of. */
type Solid = SolidOf<BodyShape>;
type SolidOf<Each> = Each extends BodyShape
  ? Omit<Each, 'friction' | 'contactOffset' | 'category' | 'collidesWith'>
  : never;

function placed(shape: Solid, poses: Float32Array, body: number, colour: Colour): Shape {
  const at = body * poseSize;
  const ofBody = [poses[at]!, poses[at + 1]!, poses[at + 2]!, poses[at + 3]!] as Quaternion;
  const inWorld = (local: Point): Point => {
    const [x, y, z] = turned(ofBody, local);
    return [poses[at + 4]! + x, poses[at + 5]! + y, poses[at + 6]! + z];
  };
  const along = (axis: Point): Point => turned(ofBody, turned(shape.rotation, axis));
  const centre = inWorld(shape.position);
  switch (shape.kind) {
    case 'sphere':
      return { kind: 'sphere', colour, centre, reach: shape.radius, radius: shape.radius };
    case 'capsule': {
      const { radius, halfHeight } = shape;
      const [x, y, z] = along(AXES.x);
      const end = (far: number): Point => [centre[0] + far * x, centre[1] + far * y, centre[2] + far * z];
      const reach = halfHeight + radius;
      return { kind: 'capsule', colour, centre, reach, radius, from: end(-halfHeight), to: end(halfHeight) };
    }
    case 'box': {
      const half = shape.halfExtents;
      const axes = [along(AXES.x), along(AXES.y), along(AXES.z)] as const;
      return { kind: 'box', colour, centre, reach: Math.hypot(...half), axes, half };
    }
    case 'plane':
      throw new Error('a plane is no part of a body');
  }
}

const AXES = { x: [1, 0, 0], y: [0, 1, 0], z: [0, 0, 1] } as const satisfies Record<string, Point>;

/**
 * How far along the ray the shape begins; Infinity where the ray misses it or starts within it.
 *
 * @param direction of length one.
 */
export function distanceTo(shape: Shape, from: Point, direction: Point): number {
  const x = from[0] - shape.centre[0];
  const y = from[1] - shape.centre[1];
  const z = from[2] - shape.centre[2];
  // Most rays miss: the sphere that holds the shape is asked first.
  const along = x * direction[0] + y * direction[1] + z * direction[2];
  const off = x * x + y * y + z * z - along * along;
  if (off > shape.reach * shape.reach) return Number.POSITIVE_INFINITY;
  switch (shape.kind) {
    case 'sphere':
      return nearest(-along - Math.sqrt(shape.radius * shape.radius - off));
    case 'capsule':
      return toCapsule(shape, from, direction);
    case 'box':
      return toBox(shape, x, y, z, direction);
  }
}

function nearest(distance: number): number {
  return distance > 0 ? distance : Number.POSITIVE_INFINITY;
}

/** After Inigo Quilez, "capsule - intersection": the cylinder, then the ball at the end that is nearer. */
function toCapsule({ from, to, radius }: Extract<Shape, { kind: 'capsule' }>, origin: Point, direction: Point): number {
  const [ax, ay, az] = [to[0] - from[0], to[1] - from[1], to[2] - from[2]];
  const [ox, oy, oz] = [origin[0] - from[0], origin[1] - from[1], origin[2] - from[2]];
  const [dx, dy, dz] = direction;
  const axisAxis = ax * ax + ay * ay + az * az;
  const axisRay = ax * dx + ay * dy + az * dz;
  const axisOrigin = ax * ox + ay * oy + az * oz;
  const rayOrigin = dx * ox + dy * oy + dz * oz;
  const originOrigin = ox * ox + oy * oy + oz * oz;
  const a = axisAxis - axisRay * axisRay;
  const b = axisAxis * rayOrigin - axisOrigin * axisRay;
  const c = axisAxis * originOrigin - axisOrigin * axisOrigin - radius * radius * axisAxis;
  const inside = b * b - a * c;
  if (inside < 0) return Number.POSITIVE_INFINITY;
  if (a > 1e-9) {
    const distance = (-b - Math.sqrt(inside)) / a;
    const height = axisOrigin + distance * axisRay;
    if (height > 0 && height < axisAxis) return nearest(distance);
    if (height >= axisAxis) return toBall(ox - ax, oy - ay, oz - az, direction, radius);
    return toBall(ox, oy, oz, direction, radius);
  }
  return Math.min(toBall(ox, oy, oz, direction, radius), toBall(ox - ax, oy - ay, oz - az, direction, radius));
}

function toBall(x: number, y: number, z: number, direction: Point, radius: number): number {
  const along = x * direction[0] + y * direction[1] + z * direction[2];
  const inside = along * along - (x * x + y * y + z * z - radius * radius);
  return inside < 0 ? Number.POSITIVE_INFINITY : nearest(-along - Math.sqrt(inside));
}

/** Between the two planes of each axis at once. */
function toBox({ axes, half }: Extract<Shape, { kind: 'box' }>, x: number, y: number, z: number, ray: Point): number {
  let enter = Number.NEGATIVE_INFINITY;
  let leave = Number.POSITIVE_INFINITY;
  for (let axis = 0; axis < 3; axis++) {
    const [ax, ay, az] = axes[axis]!;
    const origin = x * ax + y * ay + z * az;
    const speed = ray[0] * ax + ray[1] * ay + ray[2] * az;
    const one = (-half[axis]! - origin) / speed;
    const other = (half[axis]! - origin) / speed;
    enter = Math.max(enter, Math.min(one, other));
    leave = Math.min(leave, Math.max(one, other));
  }
  return enter <= leave ? nearest(enter) : Number.POSITIVE_INFINITY;
}

/** The direction of length one in which the surface faces at a point of it. */
export function facingAt(shape: Shape, [x, y, z]: Point): Point {
  const [cx, cy, cz] = shape.centre;
  switch (shape.kind) {
    case 'sphere':
      return [(x - cx) / shape.radius, (y - cy) / shape.radius, (z - cz) / shape.radius];
    case 'capsule': {
      const { from, to, radius } = shape;
      const [ax, ay, az] = [to[0] - from[0], to[1] - from[1], to[2] - from[2]];
      const [px, py, pz] = [x - from[0], y - from[1], z - from[2]];
      const length = ax * ax + ay * ay + az * az;
      const share = length === 0 ? 0 : Math.min(1, Math.max(0, (px * ax + py * ay + pz * az) / length));
      return [(px - share * ax) / radius, (py - share * ay) / radius, (pz - share * az) / radius];
    }
    case 'box': {
      let facing: Point = shape.axes[0];
      let outermost = 0;
      shape.axes.forEach((axis, index) => {
        const off = (x - cx) * axis[0] + (y - cy) * axis[1] + (z - cz) * axis[2];
        if (Math.abs(off) / shape.half[index]! <= outermost) return;
        outermost = Math.abs(off) / shape.half[index]!;
        const sign = Math.sign(off);
        facing = [axis[0] * sign, axis[1] * sign, axis[2] * sign];
      });
      return facing;
    }
  }
}
