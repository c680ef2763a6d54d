// Boxes and capsules on a plane: the half space below the plane's own x axis. The plane is the second shape.

import {
  add,
  copy,
  frameOf,
  FRAME_POSITION,
  relativePose,
  scale,
  set,
  turn,
  x,
  y,
  z,
  pointOut,
  pointIn,
} from './vector';
import {
  addToTwo,
  fillFourOnPlane,
  hasMovedOnPlane,
  NORMAL,
  ON_SECOND,
  POINT,
  refresh,
  see,
  SEPARATION,
  setPointCount,
} from './manifold';
import { addCapsulePoints, addPoints } from './found';
import { boxMargin } from './box-against-box';

const relative = memory.data(32);
/** The shape seen from the plane. */
const seen = memory.data(48);
const normal = memory.data(12);
const planeFrame = memory.data(48);
const points = memory.data(8 * 40);

function planeNormal(plane: usize): void {
  set(normal, 1, 0, 0);
  turn(normal, plane, normal);
}

/** A point of the shape, seen from the plane, and where it meets the plane straight below. */
function makePoint(point: usize, height: f32): void {
  copy(point + NORMAL, unitX);
  set(point + ON_SECOND, x(point + ON_SECOND) - height, y(point + ON_SECOND), z(point + ON_SECOND));
  store<f32>(point, height, SEPARATION);
}
const unitX = memory.data<f32>([1, 0, 0]);

export function boxOnPlane(manifold: usize, box: usize, extents: usize, plane: usize, reach: f32): void {
  relativePose(relative, plane, box);
  frameOf(seen, relative);
  planeNormal(plane);
  const margin = boxMargin(extents) * <f32>0.2;
  const lost = refresh(manifold, seen, margin);
  if (lost || hasMovedOnPlane(manifold, relative, margin)) {
    see(manifold, relative);
    let count = 0;
    for (let corner = 0; corner < 8; corner++) {
      // z changes sign fastest, then y, then x.
      const point = points + <usize>count * POINT;
      set(
        point,
        corner & 4 ? -x(extents) : x(extents),
        corner & 2 ? -y(extents) : y(extents),
        corner & 1 ? -z(extents) : z(extents),
      );
      pointOut(point + ON_SECOND, seen, point);
      const height = x(point + ON_SECOND);
      if (!(reach > height)) continue;
      makePoint(point, height);
      count++;
    }
    setPointCount(manifold, 0);
    if (count > 0) fillFourOnPlane(manifold, points, count);
  }
  frameOf(planeFrame, plane);
  addPoints(manifold, normal, planeFrame, reach);
}

export function capsuleOnPlane(
  manifold: usize,
  capsule: usize,
  radius: f32,
  halfHeight: f32,
  plane: usize,
  reach: f32,
): void {
  relativePose(relative, plane, capsule);
  frameOf(seen, relative);
  planeNormal(plane);
  const lost = refresh(manifold, seen, radius * <f32>0.05);
  if (lost || hasMovedOnPlane(manifold, relative, radius * <f32>0.02)) {
    see(manifold, relative);
    setPointCount(manifold, 0);
    for (let i = 0; i < 2; i++) {
      scale(points + ON_SECOND, seen, i ? -halfHeight : halfHeight);
      add(points + ON_SECOND, points + ON_SECOND, seen + FRAME_POSITION);
      const height = x(points + ON_SECOND);
      if (!(radius + reach > height)) continue;
      pointIn(points, seen, points + ON_SECOND);
      makePoint(points, height);
      addToTwo(manifold, points, radius * <f32>0.001);
    }
  }
  addCapsulePoints(manifold, normal, normal, capsule, radius, reach);
}
