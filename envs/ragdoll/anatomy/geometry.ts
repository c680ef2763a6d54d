/** Where the bodies of a rig lie in the start pose: how high, how low, where their mass is. Metres, world axes. */

import { product, sum, turned, type Vector } from '../../../physics/rotation.ts';
import type { RigFile, RigFileBody, RigFileCollider } from '../rig-file.ts';

export interface PlacedBody {
  readonly name: string;
  /** Of its shapes; of its position where it has none. */
  readonly low: Vector;
  readonly high: Vector;
  /** Of its mass. */
  readonly centre: Vector;
  readonly mass: number;
}

/** Every body of the rig, in its order. */
export function placeBodies({ bodies }: RigFile): PlacedBody[] {
  return bodies.map((body) => {
    const boxes = body.colliders.map((collider) => boxAround(body, collider));
    const { position, name, mass } = body;
    return {
      name,
      mass,
      low: boxes.length ? extreme(boxes, 'low', Math.min) : position,
      high: boxes.length ? extreme(boxes, 'high', Math.max) : position,
      centre: centreOf(body),
    };
  });
}

/** Where a joint's anchor is. */
export function anchorOf(owner: RigFileBody, anchor: Vector): Vector {
  return sum(owner.position, turned(owner.rotation, anchor));
}

export function distance([ax, ay, az]: Vector, [bx, by, bz]: Vector): number {
  return Math.hypot(ax - bx, ay - by, az - bz);
}

interface Box {
  readonly low: Vector;
  readonly high: Vector;
}

function extreme(boxes: readonly Box[], end: keyof Box, of: (...numbers: number[]) => number): Vector {
  const along = (axis: 0 | 1 | 2) => of(...boxes.map((box) => box[end][axis]));
  return [along(0), along(1), along(2)];
}

/** Along the world's axes. */
function boxAround(body: RigFileBody, collider: RigFileCollider): Box {
  const [x, y, z] = sum(body.position, turned(body.rotation, collider.center));
  const rotation = product(body.rotation, collider.rotation);
  const [ox, oy, oz] = reachOf(collider, (axis) => turned(rotation, axis));
  return { low: [x - ox, y - oy, z - oz], high: [x + ox, y + oy, z + oz] };
}

/**
 * How far what a body stands on reaches ahead (z) in the start pose, m: next to nothing for a leg that ends in a point.
 *
 * @param give what lies no higher than this above its lowest point stands on the ground too, m.
 */
export function soleLength(body: RigFileBody, give: number): number {
  const points = body.colliders.flatMap((collider) => lowPoints(body, collider));
  const lowest = Math.min(...points.map(([, y]) => y));
  const ahead = points.filter(([, y]) => y <= lowest + give).map(([, , z]) => z);
  return ahead.length === 0 ? 0 : Math.max(...ahead) - Math.min(...ahead);
}

/** Corners of a box, the lowest points of a capsule's two ends and of a sphere. */
function lowPoints(body: RigFileBody, collider: RigFileCollider): Vector[] {
  const rotation = product(body.rotation, collider.rotation);
  const middle = sum(body.position, turned(body.rotation, collider.center));
  const at = (offset: Vector) => sum(middle, turned(rotation, offset));
  if (collider.shape === 'box') {
    const [x, y, z] = collider.size;
    return [-0.5, 0.5].flatMap((a) => [-0.5, 0.5].flatMap((b) => [-0.5, 0.5].map((c) => at([a * x, b * y, c * z]))));
  }
  const { radius } = collider;
  const half = collider.shape === 'capsule' ? Math.max(collider.height / 2 - radius, 0) : 0;
  const [ax, ay, az] = axes[collider.shape === 'capsule' ? collider.along : 'y'];
  return [-half, half].map((end): Vector => {
    const [x, y, z] = at([end * ax, end * ay, end * az]);
    return [x, y - radius, z];
  });
}

const axes = { x: [1, 0, 0], y: [0, 1, 0], z: [0, 0, 1] } as const satisfies Record<string, Vector>;

/** How far a shape reaches from its middle, along each of the world's axes. */
function reachOf(collider: RigFileCollider, world: (axis: Vector) => Vector): Vector {
  switch (collider.shape) {
    case 'sphere':
      return [collider.radius, collider.radius, collider.radius];
    case 'capsule': {
      const { radius, height, along } = collider;
      const half = Math.max(height / 2 - radius, 0);
      const [x, y, z] = world(axes[along]);
      return [Math.abs(x) * half + radius, Math.abs(y) * half + radius, Math.abs(z) * half + radius];
    }
    case 'box': {
      const [a, b, c] = [world(axes.x), world(axes.y), world(axes.z)];
      const [sx, sy, sz] = collider.size;
      const along = (axis: 0 | 1 | 2) => (Math.abs(a[axis]) * sx + Math.abs(b[axis]) * sy + Math.abs(c[axis]) * sz) / 2;
      return [along(0), along(1), along(2)];
    }
  }
}

function centreOf({ position, rotation, colliders, centerOfMass }: RigFileBody): Vector {
  if (centerOfMass) return sum(position, turned(rotation, centerOfMass));
  const volumes = colliders.map(volumeOf);
  const whole = volumes.reduce((all, volume) => all + volume, 0);
  if (whole === 0) return position;
  const along = (axis: 0 | 1 | 2) =>
    colliders.reduce((middle, { center }, which) => middle + (center[axis] * volumes[which]!) / whole, 0);
  return sum(position, turned(rotation, [along(0), along(1), along(2)]));
}

function volumeOf(collider: RigFileCollider): number {
  switch (collider.shape) {
    case 'sphere':
      return (4 / 3) * Math.PI * collider.radius ** 3;
    case 'capsule': {
      const { radius, height } = collider;
      return Math.PI * radius ** 2 * (Math.max(height - 2 * radius, 0) + (4 / 3) * radius);
    }
    case 'box':
      return collider.size[0] * collider.size[1] * collider.size[2];
  }
}
