// Capsule against box: the capsule's segment against the box gives direction and distance, its radius comes on top.
//
// A pair that has just met, or has lost a point, gets all of its points at once: the segment's ends over the face that the
// direction leads to, and where the segment crosses that face's edges. Later one point is added at a time, if it is new.

import {
  add,
  addScaled,
  component,
  copy,
  cross,
  dot,
  frameOf,
  FRAME_POSITION,
  pointIn,
  relativePose,
  rotateOut,
  scale,
  set,
  setComponent,
  subtract,
  x,
  y,
  z,
} from './vector';
import {
  addToTwo,
  fillTwo,
  hasMovedRound,
  NORMAL,
  ON_SECOND,
  POINT,
  pointCount,
  refresh,
  see,
  SEPARATION,
  worldNormal,
  EPSILON,
} from './manifold';
import { addCapsulePoints } from './found';
import {
  APART,
  direction,
  distance,
  findNearest,
  firstCore,
  FOUND,
  nearestOnFirst,
  nearestOnSecond,
  OVERLAPPING,
  secondExtents,
  UNSURE,
  useSegment,
} from './nearest';
import { findOverlap } from './overlap';
import { SHAPE_FRAME } from './near-pairs';
import { boxMargin, boxOverlap } from './box-against-box';

const relative = memory.data(32);
/** The capsule seen from the box. */
const seen = memory.data(48);
const normal = memory.data(12);
const half = memory.data(12);
/** Found points: the nearest, two ends over the face, four edges crossed. */
const points = memory.data(8 * 40);
let count: i32 = 0;

/** Both ends of the segment, in the box's axes. */
const start = firstCore;
const end = firstCore + 12;

export function capsuleAgainstBox(
  manifold: usize,
  capsule: usize,
  radius: f32,
  halfHeight: f32,
  box: usize,
  extents: usize,
  reach: f32,
): void {
  relativePose(relative, box, capsule);
  frameOf(seen, relative);
  const margin = min(boxMargin(extents), radius);
  const before = pointCount(manifold);
  const lost = refresh(manifold, seen, margin * <f32>0.8);
  const boxFrame = box + SHAPE_FRAME;
  if (!lost && !hasMovedRound(manifold, relative, margin)) {
    if (pointCount(manifold) > 0) {
      worldNormal(normal, manifold, boxFrame);
      addCapsulePoints(manifold, normal, normal, capsule, radius, reach);
    }
    return;
  }
  see(manifold, relative);

  scale(half, seen, halfHeight);
  add(start, seen + FRAME_POSITION, half);
  subtract(end, seen + FRAME_POSITION, half);
  copy(secondExtents, extents);
  useSegment();
  // A capsule's overlap is measured by its radius, a box's by its least extent.
  const overlap = min(radius * <f32>0.1, boxOverlap(extents));
  const found = findNearest(manifold, seen + FRAME_POSITION, radius + reach, overlap);
  if (found === APART) return;
  count = 0;
  let separation = distance;
  if (found === OVERLAPPING) separation = -findOverlap();
  if (found !== UNSURE) {
    pointIn(points, seen, nearestOnFirst);
    copy(points + ON_SECOND, nearestOnSecond);
    copy(points + NORMAL, direction);
    store<f32>(points, separation, SEPARATION);
    count = 1;
    if (before > 0 && !lost) {
      addToTwo(manifold, points, margin * <f32>0.1);
      rotateOut(normal, boxFrame, direction);
      addCapsulePoints(manifold, normal, normal, capsule, radius, reach);
      return;
    }
  }
  let face: usize;
  if (found === UNSURE) {
    if (!leastOverlap(extents, radius, reach)) return;
    face = faceAlong();
  } else {
    face = faceUnder(extents);
  }
  const alone = count;
  endsOverFace(face, extents, radius + reach);
  if (count - alone < 2) edgesOfFace(face, extents, radius + reach);
  // The nearest point has served, if there are others.
  const skip = alone !== 0 && count !== alone;
  fillTwo(manifold, points + (skip ? POINT : 0), count - i32(skip));
  rotateOut(normal, boxFrame, direction);
  addCapsulePoints(manifold, normal, normal, capsule, radius, reach);
}

// ---- which face ----

/**
 * A box's six faces, in the order in which they are tried: axis and side of the face, axes and sides that make x and y of its
 * rim, and its corners in turn (a corner's bits are its positive sides). Where a point lies on the rim itself, rounding
 * decides, so order and sides are those of PhysX.
 */
const faces = memory.data<u8>([
  2, 1, 0, 0, 1, 1, 0, 2, 3, 1, 0, 0, 2, 1, 1, 0, 1, 3, 7, 5, 2, 0, 0, 0, 1, 0, 5, 7, 6, 4, 0, 1, 2, 0, 1, 0, 4, 6, 2, 0,
  1, 0, 0, 0, 2, 1, 2, 6, 7, 3, 1, 1, 0, 0, 2, 0, 4, 0, 1, 5,
]);
const FACE_BYTES: usize = 10;
const RIM_X: usize = 2;
const RIM_Y: usize = 4;
const CORNERS: usize = 6;

// @ts-ignore: decorator
@inline function faceAt(index: i32): usize {
  return faces + <usize>index * FACE_BYTES;
}
/** Component of `v` along an axis and side of a face's entry. */
// @ts-ignore: decorator
@inline function along(v: usize, entry: usize): f32 {
  const value = component(v, load<u8>(entry));
  return load<u8>(entry, 1) ? -value : value;
}
/** Half extent along it. */
// @ts-ignore: decorator
@inline function reachOf(extents: usize, entry: usize): f32 {
  return component(extents, load<u8>(entry));
}
/** The face that looks most along the direction. */
function faceAlong(): usize {
  let best = 0;
  let most: f32 = -2;
  for (let index = 0; index < 6; index++) {
    const part = along(direction, faceAt(index));
    if (part > most) {
      most = part;
      best = index;
    }
  }
  return faceAt(best);
}

const heights = memory.data(24);
/** Of the faces that the nearest point lies on, give or take a little, the one that looks most along the direction. */
function faceUnder(extents: usize): usize {
  const margin = min(x(extents), min(y(extents), z(extents))) * <f32>0.15;
  const tolerance = min(max(margin, <f32>0.01), <f32>0.05);
  let nearest = 0;
  let least: f32 = 3.4e38;
  let highest = 0;
  let most: f32 = -3.4e38;
  for (let index = 0; index < 6; index++) {
    const height = along(nearestOnSecond, faceAt(index)) - reachOf(extents, faceAt(index));
    const away: f32 = height >= -tolerance ? f32.abs(height) : 3.4e38;
    setComponent(heights, index, away);
    if (least > away) {
      least = away;
      nearest = index;
    }
    if (height > most) {
      most = height;
      highest = index;
    }
  }
  if (least === 3.4e38) return faceAt(highest);
  let best = nearest;
  let part = along(direction, faceAt(nearest));
  for (let index = 0; index < 6; index++) {
    if (index === nearest || !(tolerance > component(heights, index) - least)) continue;
    const other = along(direction, faceAt(index));
    if (other > part) {
      part = other;
      best = index;
    }
  }
  return faceAt(best);
}

const axis = memory.data(12);
const line = memory.data(12);
let leastDepth: f32 = 0;

/** Sets the direction along which capsule and box overlap least; false where they are further apart than `reach`. */
function leastOverlap(extents: usize, radius: f32, reach: f32): bool {
  leastDepth = 3.4e38;
  set(direction, 0, 1, 0);
  for (let index = 0; index < 6; index++) {
    const face = faceAt(index);
    set(axis, 0, 0, 0);
    setComponent(axis, load<u8>(face), load<u8>(face, 1) ? -1 : 1);
    if (!tryOverlap(reachOf(extents, face), radius, reach)) return false;
  }
  subtract(line, end, start);
  for (let i = 0; i < 6; i++) {
    const sign: f32 = i < 3 ? 1 : -1;
    set(half, 0, 0, 0);
    setComponent(half, i % 3, sign);
    cross(axis, line, half);
    const squared = dot(axis, axis);
    if (EPSILON > squared) continue;
    scale(axis, axis, <f32>1 / f32.sqrt(squared));
    const size =
      x(extents) * f32.abs(x(axis)) + y(extents) * f32.abs(y(axis)) + z(extents) * f32.abs(z(axis));
    if (!tryOverlap(size, radius, reach)) return false;
  }
  return true;
}
/** `size`: how far the box reaches along the axis. */
function tryOverlap(size: f32, radius: f32, reach: f32): bool {
  const a = dot(start, axis);
  const b = dot(end, axis);
  const low = min(a, b) - radius;
  const high = max(a, b) + radius;
  if (low > size + reach || -size > high + reach) return false;
  if (leastDepth > size - low) {
    leastDepth = size - low;
    copy(direction, axis);
  }
  return true;
}

// ---- where ----

const place = memory.data(12);

function addPoint(onFirst: usize, onSecond: usize, separation: f32): void {
  const point = points + <usize>(count++) * POINT;
  pointIn(point, seen, onFirst);
  copy(point + ON_SECOND, onSecond);
  copy(point + NORMAL, direction);
  store<f32>(point, separation, SEPARATION);
}

/** The segment's ends that lie over the face, along the direction. */
function endsOverFace(face: usize, extents: usize, far: f32): void {
  const part = along(direction, face);
  const inverse: f32 = part > 0 ? <f32>1 / part : 0;
  const wide = reachOf(extents, face + RIM_X);
  const high = reachOf(extents, face + RIM_Y);
  for (let i = 0; i < 2; i++) {
    const tip = i ? end : start;
    const t = (along(tip, face) - reachOf(extents, face)) * inverse;
    if (t > far) continue;
    addScaled(place, tip, direction, -t);
    const px = along(place, face + RIM_X);
    const py = along(place, face + RIM_Y);
    if (px > EPSILON - wide && px <= wide && py >= -high && py < high) addPoint(tip, place, t);
  }
}

const from = memory.data(12);
const to = memory.data(12);
const upright = memory.data(12);
const onSegment = memory.data(12);
const edge = memory.data(12);

/** A corner of the box by its positive sides. */
function boxCorner(out: usize, corner: i32, extents: usize): void {
  set(
    out,
    corner & 1 ? x(extents) : -x(extents),
    corner & 2 ? y(extents) : -y(extents),
    corner & 4 ? z(extents) : -z(extents),
  );
}

/** Where the segment crosses an edge of the face, seen along the direction. */
function edgesOfFace(face: usize, extents: usize, far: f32): void {
  for (let corner: usize = 0; corner < 4; corner++) {
    boxCorner(from, load<u8>(face + corner, CORNERS), extents);
    boxCorner(to, load<u8>(face + ((corner + 3) & 3), CORNERS), extents);
    crossEdge(far);
  }
}

/** An edge may be passed by this part of its length. */
const overshoot: f32 = 0.005;

function crossEdge(far: f32): void {
  subtract(edge, to, from);
  cross(upright, edge, direction);
  const level = dot(upright, from);
  const first = dot(upright, start);
  const second = dot(upright, end);
  if ((first - level) * (second - level) > 0) return;
  subtract(line, end, start);
  const slope = dot(upright, line);
  if (slope === 0) return;
  addScaled(onSegment, start, line, (level - first) / slope);
  // The edge, the point on the segment and the direction share a plane: how far along the edge?
  cross(upright, direction, line);
  subtract(place, onSegment, from);
  const part = dot(upright, place) / dot(upright, edge);
  if (part > <f32>1 + overshoot || part < -overshoot) return;
  addScaled(place, place, edge, -part);
  const separation = dot(place, direction);
  if (separation > far) return;
  subtract(place, onSegment, place);
  addPoint(onSegment, place, separation);
}
