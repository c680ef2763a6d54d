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
import { boxMargin, boxOverlap } from './box-against-box';

const relative = memory.data(32);
/** The capsule seen from the box. */
const seen = memory.data(48);
const boxFrame = memory.data(48);
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
  frameOf(boxFrame, box);
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
  let face: i32;
  if (found === UNSURE) {
    if (!leastOverlap(extents, radius, reach)) return;
    face = faceAlong();
  } else {
    face = faceAt(extents);
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

// ---- which face: numbers 0-2 are the positive sides of x y z, 3-5 the negative ones ----

// @ts-ignore: decorator
@inline function faceSign(face: i32): f32 {
  return face < 3 ? 1 : -1;
}
/** The face that looks most along the direction. */
function faceAlong(): i32 {
  let best = 0;
  let most: f32 = -2;
  for (let face = 0; face < 6; face++) {
    const along = component(direction, face % 3) * faceSign(face);
    if (along > most) {
      most = along;
      best = face;
    }
  }
  return best;
}

const heights = memory.data(24);
/** Of the faces that the nearest point lies on, give or take a little, the one that looks most along the direction. */
function faceAt(extents: usize): i32 {
  const margin = min(x(extents), min(y(extents), z(extents))) * <f32>0.15;
  const tolerance = min(max(margin, <f32>0.01), <f32>0.05);
  let nearest = 0;
  let least: f32 = 3.4e38;
  let highest = 0;
  let most: f32 = -3.4e38;
  for (let face = 0; face < 6; face++) {
    const axis = face % 3;
    const height = component(nearestOnSecond, axis) * faceSign(face) - component(extents, axis);
    const away: f32 = height >= -tolerance ? f32.abs(height) : 3.4e38;
    setComponent(heights, face, away);
    if (least > away) {
      least = away;
      nearest = face;
    }
    if (height > most) {
      most = height;
      highest = face;
    }
  }
  if (least === 3.4e38) return highest;
  let best = nearest;
  let along = component(direction, nearest % 3) * faceSign(nearest);
  for (let face = 0; face < 6; face++) {
    if (face === nearest || !(tolerance > component(heights, face) - least)) continue;
    const other = component(direction, face % 3) * faceSign(face);
    if (other > along) {
      along = other;
      best = face;
    }
  }
  return best;
}

const axis = memory.data(12);
const line = memory.data(12);
let leastDepth: f32 = 0;

/** Sets the direction along which capsule and box overlap least; false where they are further apart than `reach`. */
function leastOverlap(extents: usize, radius: f32, reach: f32): bool {
  leastDepth = 3.4e38;
  set(direction, 0, 1, 0);
  for (let face = 0; face < 6; face++) {
    set(axis, 0, 0, 0);
    setComponent(axis, face % 3, faceSign(face));
    if (!tryOverlap(component(extents, face % 3), radius, reach)) return false;
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
function endsOverFace(face: i32, extents: usize, far: f32): void {
  const a = face % 3;
  const along = component(direction, a) * faceSign(face);
  const inverse: f32 = along > 0 ? <f32>1 / along : 0;
  const b = (a + 1) % 3;
  const c = (a + 2) % 3;
  for (let i = 0; i < 2; i++) {
    const tip = i ? end : start;
    const t = (component(tip, a) * faceSign(face) - component(extents, a)) * inverse;
    if (t > far) continue;
    addScaled(place, tip, direction, -t);
    if (f32.abs(component(place, b)) > component(extents, b)) continue;
    if (f32.abs(component(place, c)) > component(extents, c)) continue;
    addPoint(tip, place, t);
  }
}

const from = memory.data(12);
const to = memory.data(12);
const upright = memory.data(12);
const onSegment = memory.data(12);
const edge = memory.data(12);

/** A corner of the face, counted round it. */
function cornerOfFace(out: usize, face: i32, corner: i32, extents: usize): void {
  const a = face % 3;
  const b = (a + 1) % 3;
  const c = (a + 2) % 3;
  setComponent(out, a, component(extents, a) * faceSign(face));
  setComponent(out, b, corner === 1 || corner === 2 ? component(extents, b) : -component(extents, b));
  setComponent(out, c, corner >= 2 ? component(extents, c) : -component(extents, c));
}

/** Where the segment crosses an edge of the face, seen along the direction. */
function edgesOfFace(face: i32, extents: usize, far: f32): void {
  for (let corner = 0; corner < 4; corner++) {
    cornerOfFace(from, face, corner, extents);
    cornerOfFace(to, face, (corner + 3) & 3, extents);
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
