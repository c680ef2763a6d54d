/** The walker as what a ray can hit: spheres, capsules and boxes, put where its bodies are. */

import { poseSize } from '../envs/walker/body-view.ts';
import type { Collider, Rig } from '../envs/walker/rig.ts';
import { type Quaternion, turned } from '../envs/walker/rotation.ts';
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

/** The sides are told apart by colour, so that a step can be followed. */
const COLOURS = {
  trunk: [0.36, 0.42, 0.53],
  head: [0.93, 0.8, 0.66],
  left: [0.16, 0.56, 0.63],
  right: [0.94, 0.5, 0.2],
  eye: [0.1, 0.1, 0.14],
} satisfies Record<string, Colour>;

/** Where the walker looks is told by its eyes, which are on no collider: in the head's coordinates, metres. */
const EYES: readonly Point[] = [
  [-0.08, 0.05, 0.195],
  [0.08, 0.05, 0.195],
];
const EYE_RADIUS = 0.035;
const TARGET: Collider = { shape: 'box', size: [0.25, 0.25, 0.25], center: [0, 0, 0] };

/** @param poses [bodies + 1, 7]: rotation x y z w and position x y z; the last row is the target's. */
export function shapesOf(rig: Rig, poses: Float32Array): Shape[] {
  const shapes = rig.bodies.map(({ name, collider }, body) => placed(collider, poses, body, colourOf(name)));
  const head = rig.bodies.findIndex(({ name }) => name === 'head');
  for (const eye of EYES) {
    const collider: Collider = { shape: 'sphere', radius: EYE_RADIUS };
    if (head >= 0) shapes.push(placed(collider, poses, head, COLOURS.eye, eye));
  }
  shapes.push(placed(TARGET, poses, rig.bodies.length, TARGET_COLOUR));
  return shapes;
}

function colourOf(body: string): Colour {
  if (body === 'head') return COLOURS.head;
  if (body.endsWith('L')) return COLOURS.left;
  return body.endsWith('R') ? COLOURS.right : COLOURS.trunk;
}

/** @param offset of the shape's middle from the body's, in the body's coordinates. */
function placed(
  collider: Collider,
  poses: Float32Array,
  body: number,
  colour: Colour,
  offset: Point = [0, 0, 0],
): Shape {
  const at = body * poseSize;
  const rotation = [poses[at]!, poses[at + 1]!, poses[at + 2]!, poses[at + 3]!] as Quaternion;
  const inWorld = (local: Point): Point => {
    const [x, y, z] = turned(rotation, local);
    return [poses[at + 4]! + x, poses[at + 5]! + y, poses[at + 6]! + z];
  };
  switch (collider.shape) {
    case 'sphere': {
      const { radius } = collider;
      return { kind: 'sphere', colour, centre: inWorld(offset), reach: radius, radius };
    }
    case 'capsule': {
      const { radius, height, along } = collider;
      const half = Math.max(0, height / 2 - radius);
      const end = (sign: number): Point => inWorld(AXES[along].map((part) => part * half * sign) as unknown as Point);
      return {
        kind: 'capsule',
        colour,
        centre: inWorld(offset),
        reach: half + radius,
        radius,
        from: end(-1),
        to: end(1),
      };
    }
    case 'box': {
      const half = collider.size.map((edge) => edge / 2) as unknown as Point;
      const axes = [AXES.x, AXES.y, AXES.z].map((axis) => turned(rotation, axis)) as unknown as [Point, Point, Point];
      return { kind: 'box', colour, centre: inWorld(collider.center), reach: Math.hypot(...half), axes, half };
    }
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
