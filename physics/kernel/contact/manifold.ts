// A manifold: up to four points where two shapes meet, kept from step to step while the shapes stay near one another.
//
// A point is told in both shapes' own axes, with the normal in the second's (from the second towards the first) and the
// separation along it. Each step `refresh` recomputes separations from the poses of now and drops points that have slid
// away; only when one was dropped or the shapes have moved noticeably (`hasMoved...`) are points found anew. This is how
// PhysX's "persistent contact manifold" (its default, and Unity's) behaves; thresholds are its own.

import {
  add,
  addScaled,
  copy,
  cross,
  dot,
  length,
  normalise,
  pointOut,
  POSE_POSITION,
  quaternionDot,
  copyQuaternion,
  rotateOut,
  scale,
  squaredDistance,
  subtract,
  x,
  y,
  z,
} from './vector';
import { contactsOverlookZ } from '../layout';

/** Smallest f32 step above 1, PhysX's measure of "nothing". */
export const EPSILON: f32 = 1.1920929e-7;

// ---- one point ----
/** Bytes of a point: on the first shape, on the second, normal, separation. */
export const POINT: usize = 40;
/** Where a point keeps its place on the second shape. */
export const ON_SECOND: usize = 12;
/** Where a point keeps its normal. */
export const NORMAL: usize = 24;
/** Where a point keeps its separation; of round shapes that of the core, a ball's centre or a capsule's segment. */
export const SEPARATION: usize = 36;

// ---- one manifold ----
/** Which pair it is of. */
export const MANIFOLD_PAIR: usize = 0;
const COUNT: usize = 4;
/** The simplex that the search for the nearest points ended with, packed; 0: none. */
export const SIMPLEX: usize = 8;
/** Position of the first shape seen from the second, when points were last found. */
const SEEN_POSITION: usize = 16;
/** Rotations then: seen from the second shape or, for two boxes, of each in the world. */
const SEEN_FIRST: usize = 32;
const SEEN_SECOND: usize = 48;
const POINTS: usize = 64;
/** Bytes of a manifold. */
export const MANIFOLD: usize = POINTS + 4 * POINT;

/** Further away than anything: a manifold whose points have never been found. */
const nowhere: f32 = 1e30;

/** Squared length below which a shape's turn since then is not worth a look, by number of points: two boxes, then others. */
const boxTurn = memory.data<f32>([0.9998, 0.9999, 0.9999, 0.9999, 0.9999]);
const boxMove = memory.data<f32>([0.5, 0.125, 0.25, 0.375, 0.375]);
const roundTurn = memory.data<f32>([0.9995, 0.9999, 0.9997]);
const roundMove = memory.data<f32>([0.5, 0.1, 0.75]);
/** One degree: as PhysX 5 has it; 4.1 says 2.3 here, but Unity has no planes. */
const planeTurn: f32 = 0.99996192;

/** A manifold of a pair that has just come near. */
export function clearManifold(at: usize, pair: u32): void {
  store<u32>(at, pair, MANIFOLD_PAIR);
  store<u32>(at, 0, COUNT);
  store<u32>(at, 0, SIMPLEX);
  store<f32>(at, nowhere, SEEN_POSITION);
  store<f32>(at, nowhere, SEEN_POSITION + 4);
  store<f32>(at, nowhere, SEEN_POSITION + 8);
}

// @ts-ignore: decorator
@inline export function pointCount(manifold: usize): i32 {
  return load<i32>(manifold, COUNT);
}
// @ts-ignore: decorator
@inline export function setPointCount(manifold: usize, count: i32): void {
  store<i32>(manifold, count, COUNT);
}
// @ts-ignore: decorator
@inline export function pointAt(manifold: usize, index: i32): usize {
  return manifold + POINTS + <usize>index * POINT;
}
// @ts-ignore: decorator
@inline export function copyPoint(out: usize, point: usize): void {
  v128.store(out, v128.load(point));
  v128.store(out, v128.load(point, 16), 16);
  store<u64>(out, load<u64>(point, 32), 32);
}
/** Copies `count` points that follow one another. */
function copyPoints(out: usize, points: usize, count: i32): void {
  for (let i: usize = 0; i < <usize>count; i++) copyPoint(out + i * POINT, points + i * POINT);
}

/**
 * Brings separations up to date and drops points that have slid further than `slack` along the surface.
 * `frame` is the first shape's seen from the second. Returns whether any was dropped.
 */
export function refresh(manifold: usize, frame: usize, slack: f32): bool {
  const before = pointCount(manifold);
  let count = before;
  const most = slack * slack;
  for (let i = before - 1; i >= 0; i--) {
    const point = pointAt(manifold, i);
    const nx = load<f32>(point, NORMAL);
    const ny = load<f32>(point, NORMAL + 4);
    const nz = load<f32>(point, NORMAL + 8);
    pointOut(scratch, frame, point);
    const dx = x(scratch) - load<f32>(point, ON_SECOND);
    const dy = y(scratch) - load<f32>(point, ON_SECOND + 4);
    const dz = z(scratch) - load<f32>(point, ON_SECOND + 8);
    const apart = dx * nx + dy * ny + dz * nz;
    const sx = dx - nx * apart;
    const sy = dy - ny * apart;
    const sz = dz - nz * apart;
    if (sx * sx + sy * sy + sz * sz > most) {
      count--;
      if (i !== count) copyPoint(point, pointAt(manifold, count));
    } else {
      store<f32>(point, apart, SEPARATION);
    }
  }
  setPointCount(manifold, count);
  return count !== before;
}

/** Largest component of how far the first shape has moved, seen from the second. */
function move(manifold: usize, pose: usize): f32 {
  const dx = f32.abs(load<f32>(pose, POSE_POSITION) - load<f32>(manifold, SEEN_POSITION));
  const dy = f32.abs(load<f32>(pose, POSE_POSITION + 4) - load<f32>(manifold, SEEN_POSITION + 4));
  const dz = f32.abs(load<f32>(pose, POSE_POSITION + 8) - load<f32>(manifold, SEEN_POSITION + 8));
  return contactsOverlookZ ? max(dx, dy) : max(dx, max(dy, dz));
}

/** Half the angle whose cosine is `cosine`, for small angles: acos(1 - s) = sqrt(2 s) (1 + s / 12 + ...). */
// @ts-ignore: decorator
@inline function smallAngle(cosine: f32): f32 {
  const s: f32 = max(<f32>1 - cosine, <f32>0);
  return f32.sqrt(s + s) * (<f32>1 + s * <f32>(1.0 / 12.0));
}

/**
 * Whether two boxes have moved so much since their points were found that these are to be found anew.
 * `pose` is the first seen from the second; `margin` the lesser of both boxes' margins; radii are half diagonals.
 */
export function hasMovedBoxes(
  manifold: usize,
  pose: usize,
  first: usize,
  second: usize,
  margin: f32,
  firstRadius: f32,
  secondRadius: f32,
): bool {
  const at = <usize>pointCount(manifold) << 2;
  const most = margin * load<f32>(boxMove + at);
  if (move(manifold, pose) > most) return true;
  const turn = load<f32>(boxTurn + at);
  const firstTurn = quaternionDot(first, manifold + SEEN_FIRST);
  const secondTurn = quaternionDot(second, manifold + SEEN_SECOND);
  if (turn > firstTurn || turn > secondTurn) return true;
  return smallAngle(firstTurn) * firstRadius > most || smallAngle(secondTurn) * secondRadius > most;
}

/** The same for a capsule against something else. */
export function hasMovedRound(manifold: usize, pose: usize, margin: f32): bool {
  const at = <usize>pointCount(manifold) << 2;
  return (
    move(manifold, pose) > margin * load<f32>(roundMove + at) ||
    load<f32>(roundTurn + at) > quaternionDot(pose, manifold + SEEN_FIRST)
  );
}

/** The same for a shape against a plane. */
export function hasMovedOnPlane(manifold: usize, pose: usize, most: f32): bool {
  return move(manifold, pose) > most || planeTurn > quaternionDot(pose, manifold + SEEN_FIRST);
}

/** Remembers where points are found: the relative pose. */
export function see(manifold: usize, pose: usize): void {
  copy(manifold + SEEN_POSITION, pose + POSE_POSITION);
  copyQuaternion(manifold + SEEN_FIRST, pose);
}

/** Remembers where points of two boxes are found: the relative position and both rotations. */
export function seeBoxes(manifold: usize, pose: usize, first: usize, second: usize): void {
  copy(manifold + SEEN_POSITION, pose + POSE_POSITION);
  copyQuaternion(manifold + SEEN_FIRST, first);
  copyQuaternion(manifold + SEEN_SECOND, second);
}

/** Mean normal of the points in the world; `frame` is the second shape's. There is at least one point. */
export function worldNormal(out: usize, manifold: usize, frame: usize): void {
  const count = pointCount(manifold);
  copy(scratch, pointAt(manifold, 0) + NORMAL);
  for (let i = 1; i < count; i++) add(scratch, scratch, pointAt(manifold, i) + NORMAL);
  const sum = dot(scratch, scratch) > EPSILON ? scratch : pointAt(manifold, 0) + NORMAL;
  rotateOut(out, frame, sum);
  normalise(out);
}

/** Puts a found point into a manifold in place of one that is nearer than `near` to it; whether there was one. */
function replaceNear(manifold: usize, point: usize, near: f32): bool {
  const most = near * near;
  const count = pointCount(manifold);
  for (let i = 0; i < count; i++) {
    const old = pointAt(manifold, i);
    const apart = min(squaredDistance(old, point), squaredDistance(old + ON_SECOND, point + ON_SECOND));
    if (most > apart) {
      copyPoint(old, point);
      return true;
    }
  }
  return false;
}

/** Adds a point to a capsule's manifold of at most two; a third replaces the nearer of the two. */
export function addToTwo(manifold: usize, point: usize, near: f32): void {
  if (replaceNear(manifold, point, near)) return;
  const count = pointCount(manifold);
  if (count < 2) {
    copyPoint(pointAt(manifold, count), point);
    setPointCount(manifold, count + 1);
    return;
  }
  const first = pointAt(manifold, 0);
  const second = pointAt(manifold, 1);
  const secondIsNearer =
    squaredDistance(first + ON_SECOND, point + ON_SECOND) > squaredDistance(second + ON_SECOND, point + ON_SECOND);
  copyPoint(secondIsNearer ? second : first, point);
}

/** Adds a point to two boxes' manifold of at most four; of five the four that span the most stay, the deepest among them. */
export function addToFour(manifold: usize, point: usize, near: f32): void {
  if (replaceNear(manifold, point, near)) return;
  const count = pointCount(manifold);
  if (count < 4) {
    copyPoint(pointAt(manifold, count), point);
    setPointCount(manifold, count + 1);
    return;
  }
  copyPoints(five, pointAt(manifold, 0), 4);
  copyPoint(five + 4 * POINT, point);
  // Deepest, the new one first.
  let deepest = 4;
  for (let i = 0; i < 4; i++) {
    if (separationOf(five, deepest) > separationOf(five, i)) deepest = i;
  }
  let taken = 1 << deepest;
  let farthest = 0;
  for (let i = 1; i < 5; i++) {
    if (taken & (1 << i)) continue;
    if (apart(five, i, deepest) > apart(five, farthest, deepest)) farthest = i;
  }
  taken |= 1 << farthest;
  let third = -1;
  let most: f32 = -1;
  for (let i = 0; i < 5; i++) {
    if (taken & (1 << i)) continue;
    const distance = fromSegment(secondOf(five, i), secondOf(five, deepest), secondOf(five, farthest));
    if (distance > most) {
      most = distance;
      third = i;
    }
  }
  taken |= 1 << third;
  let fourth = -1;
  most = -1;
  for (let i = 0; i < 5; i++) {
    if (taken & (1 << i)) continue;
    const distance = fromTriangle(
      secondOf(five, i),
      secondOf(five, deepest),
      secondOf(five, farthest),
      secondOf(five, third),
    );
    if (distance > most) {
      most = distance;
      fourth = i;
    }
  }
  taken |= 1 << fourth;
  copyPoint(pointAt(manifold, 0), five + <usize>deepest * POINT);
  copyPoint(pointAt(manifold, 1), five + <usize>farthest * POINT);
  copyPoint(pointAt(manifold, 2), five + <usize>third * POINT);
  copyPoint(pointAt(manifold, 3), five + <usize>fourth * POINT);
  // The one left out takes the place of its nearest neighbour if it is deeper.
  const left = five + <usize>ctz(~taken & 31) * POINT;
  let nearest = 0;
  for (let i = 1; i < 4; i++) {
    if (squaredDistance(pointAt(manifold, nearest), left) > squaredDistance(pointAt(manifold, i), left)) nearest = i;
  }
  const neighbour = pointAt(manifold, nearest);
  if (load<f32>(neighbour, SEPARATION) > load<f32>(left, SEPARATION)) copyPoint(neighbour, left);
}

/** Fills a capsule's manifold with found points: of more than two the deepest, and the deepest near the one farthest from it. */
export function fillTwo(manifold: usize, points: usize, count: i32): void {
  if (count <= 2) {
    copyPoints(pointAt(manifold, 0), points, count);
    setPointCount(manifold, count);
    return;
  }
  const deepest = deepestOf(points, count);
  const farthest = farthestFrom(points, count, deepest);
  let second = farthest;
  for (let i = 0; i < count; i++) {
    if (i === deepest || i === farthest) continue;
    if (
      apart(points, i, deepest) > apart(points, i, farthest) &&
      separationOf(points, farthest) > separationOf(points, i)
    ) {
      second = i;
    }
  }
  copyPoint(pointAt(manifold, 0), points + <usize>deepest * POINT);
  copyPoint(pointAt(manifold, 1), points + <usize>second * POINT);
  setPointCount(manifold, 2);
}

/** Separation that counts as "touching" where points of two boxes are thinned out, metres. */
const nearEnough: f32 = 0.02;

/** Fills two boxes' manifold with found points: of more than four the deepest, the farthest from it, and one to each side. */
export function fillFour(manifold: usize, points: usize, count: i32): void {
  if (count <= 4) {
    copyPoints(pointAt(manifold, 0), points, count);
    setPointCount(manifold, count);
    return;
  }
  let chosen0 = deepestOf(points, count);
  let chosen1 = farthestFrom(points, count, chosen0);
  let taken: u32 = (1 << chosen0) | (1 << chosen1);
  let shallowest = separationOf(points, 0);
  for (let i = 1; i < count; i++) shallowest = max(shallowest, separationOf(points, i));
  across(points, chosen0, chosen1);
  let chosen2 = extreme(points, count, taken, chosen0, 1);
  const most = side(points, chosen2, chosen0);
  let chosen3 = extreme(points, count, taken, chosen0, -1);
  const least = side(points, chosen3, chosen0);
  taken |= 1 << chosen2;
  if (least * most > 0 || chosen3 === chosen2) chosen3 = extreme(points, count, taken, chosen0, 1);
  taken |= 1 << chosen3;

  store<u8>(chosen, <u8>chosen0);
  store<u8>(chosen, <u8>chosen1, 1);
  store<u8>(chosen, <u8>chosen2, 2);
  store<u8>(chosen, <u8>chosen3, 3);
  if (nearEnough > separationOf(points, chosen0) && shallowest > nearEnough) {
    // Some touch and some do not: a point in the air gives way to a left-out one that touches.
    for (let i: usize = 0; i < 4; i++) {
      let separation = separationOf(points, load<u8>(chosen + i));
      if (nearEnough >= separation) continue;
      let better = -1;
      for (let j = 0; j < count; j++) {
        if (taken & (1 << j)) continue;
        const other = separationOf(points, j);
        if (separation > other && nearEnough > other) {
          separation = other;
          better = j;
        }
      }
      if (better < 0) continue;
      taken = (taken & ~(1 << load<u8>(chosen + i))) | (1 << better);
      store<u8>(chosen + i, <u8>better);
    }
  }
  for (let i: usize = 0; i < 4; i++) {
    copyPoint(pointAt(manifold, <i32>i), points + <usize>load<u8>(chosen + i) * POINT);
  }
  setPointCount(manifold, 4);
}

/** Fills a box's manifold with a plane: of more than four the outermost, each then replaced by a deeper one near it. */
export function fillFourOnPlane(manifold: usize, points: usize, count: i32): void {
  if (count <= 4) {
    copyPoints(pointAt(manifold, 0), points, count);
    setPointCount(manifold, count);
    return;
  }
  let chosen0 = 0;
  let most = dot(secondOf(points, 0), secondOf(points, 0));
  for (let i = 1; i < count; i++) {
    const distance = dot(secondOf(points, i), secondOf(points, i));
    if (distance > most) {
      most = distance;
      chosen0 = i;
    }
  }
  const chosen1 = farthestFrom(points, count, chosen0);
  let taken: u32 = (1 << chosen0) | (1 << chosen1);
  across(points, chosen0, chosen1);
  const chosen2 = extreme(points, count, taken, chosen0, 1);
  let chosen3 = extreme(points, count, taken, chosen0, -1);
  const product = side(points, chosen2, chosen0) * side(points, chosen3, chosen0);
  taken |= 1 << chosen2;
  if (product > 0 || chosen3 === chosen2) chosen3 = extreme(points, count, taken, chosen0, 1);
  taken |= 1 << chosen3;
  store<u8>(chosen, <u8>chosen0);
  store<u8>(chosen, <u8>chosen1, 1);
  store<u8>(chosen, <u8>chosen2, 2);
  store<u8>(chosen, <u8>chosen3, 3);
  for (let i: usize = 0; i < 4; i++) {
    copyPoint(pointAt(manifold, <i32>i), points + <usize>load<u8>(chosen + i) * POINT);
  }
  for (let i = 0; i < count; i++) {
    if (taken & (1 << i)) continue;
    let nearest = 0;
    const candidate = secondOf(points, i);
    for (let j = 1; j < 4; j++) {
      const apart = squaredDistance(candidate, pointAt(manifold, j) + ON_SECOND);
      if (squaredDistance(candidate, pointAt(manifold, nearest) + ON_SECOND) > apart) nearest = j;
    }
    if (separationOf(points, load<u8>(chosen + nearest)) > separationOf(points, i)) {
      store<u8>(chosen + nearest, <u8>i);
    }
  }
  for (let i: usize = 0; i < 4; i++) {
    copyPoint(pointAt(manifold, <i32>i), points + <usize>load<u8>(chosen + i) * POINT);
  }
  setPointCount(manifold, 4);
}

// ---- choosing among found points ----

const scratch = memory.data(16);
const five = memory.data(5 * 40);
const chosen = memory.data(4);
/** Unit vector along the surface, square to the line between the first two chosen points. */
const sideways = memory.data(12);
const line = memory.data(12);

// @ts-ignore: decorator
@inline function separationOf(points: usize, index: i32): f32 {
  return load<f32>(points + <usize>index * POINT, SEPARATION);
}
// @ts-ignore: decorator
@inline function secondOf(points: usize, index: i32): usize {
  return points + <usize>index * POINT + ON_SECOND;
}
// @ts-ignore: decorator
@inline function apart(points: usize, a: i32, b: i32): f32 {
  return squaredDistance(secondOf(points, a), secondOf(points, b));
}

function deepestOf(points: usize, count: i32): i32 {
  let deepest = 0;
  for (let i = 1; i < count; i++) if (separationOf(points, deepest) > separationOf(points, i)) deepest = i;
  return deepest;
}
function farthestFrom(points: usize, count: i32, from: i32): i32 {
  let farthest = from === 0 ? 1 : 0;
  for (let i = 0; i < count; i++) {
    if (i !== from && apart(points, i, from) > apart(points, farthest, from)) farthest = i;
  }
  return farthest;
}
function across(points: usize, a: i32, b: i32): void {
  const normal = points + <usize>a * POINT + NORMAL;
  subtract(line, secondOf(points, b), secondOf(points, a));
  cross(sideways, line, normal);
  const long = length(sideways);
  if (long > 0) scale(sideways, sideways, <f32>1 / long);
  else copy(sideways, normal);
}
/** How far a point lies to the side of the line through the first two. */
// @ts-ignore: decorator
@inline function side(points: usize, index: i32, from: i32): f32 {
  subtract(line, secondOf(points, index), secondOf(points, from));
  return dot(line, sideways);
}
/** The point not yet taken that lies farthest to one side (sign 1) or the other (-1). */
function extreme(points: usize, count: i32, taken: u32, from: i32, sign: f32): i32 {
  let found = -1;
  let most: f32 = 0;
  for (let i = 0; i < count; i++) {
    if (taken & (1 << i)) continue;
    const distance = side(points, i, from) * sign;
    if (found < 0 || distance > most) {
      most = distance;
      found = i;
    }
  }
  return found;
}

/** Squared distance of p from the segment a b. */
function fromSegment(p: usize, a: usize, b: usize): f32 {
  subtract(line, b, a);
  subtract(scratch, p, a);
  const squared = dot(line, line);
  const t: f32 = squared === 0 ? 0 : min(max(dot(scratch, line) / squared, <f32>0), <f32>1);
  addScaled(scratch, scratch, line, -t);
  return dot(scratch, scratch);
}

const edge = memory.data(12);
const face = memory.data(12);
const toPoint = memory.data(12);

/** Squared distance of p from the triangle a b c: from its plane where p is above it, else from the nearest edge. */
function fromTriangle(p: usize, a: usize, b: usize, c: usize): f32 {
  subtract(line, b, a);
  subtract(edge, c, a);
  cross(face, line, edge);
  const squared = dot(face, face);
  if (squared > 0 && isInside(p, a, b) && isInside(p, b, c) && isInside(p, c, a)) {
    subtract(toPoint, p, a);
    const height = dot(toPoint, face);
    return (height * height) / squared;
  }
  return min(fromSegment(p, a, b), min(fromSegment(p, b, c), fromSegment(p, c, a)));
}
/** Whether p lies on the inner side of the edge from `from` to `to`, seen along the face's normal. */
function isInside(p: usize, from: usize, to: usize): bool {
  subtract(line, to, from);
  subtract(toPoint, p, from);
  cross(edge, line, toPoint);
  return dot(edge, face) >= 0;
}
