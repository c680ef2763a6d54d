// Box against box.
//
// The faces' six directions are looked at for the least overlap; edges against edges only tell whether the boxes are apart.
// The face found is the reference: the other box's face that looks most against it is cut off at its rim, corners of either
// within the other count, and of all points at most four are kept.

import {
  addScaled,
  component,
  copy,
  copy48,
  dot,
  FRAME_POSITION,
  frameOf,
  length,
  narrow,
  normalise,
  pointOut,
  POSE_POSITION,
  relativeFrame,
  relativePose,
  rotateOut,
  scale,
  set,
  setComponent,
  subtract,
  wide,
  x,
  y,
  z,
} from './vector';
import {
  addToFour,
  fillFour,
  hasMovedBoxes,
  NORMAL,
  ON_SECOND,
  POINT,
  pointAt,
  pointCount,
  refresh,
  seeBoxes,
  SEPARATION,
  SIMPLEX,
  worldNormal,
  EPSILON,
} from './manifold';
import { addPoints } from './found';
import {
  direction,
  distance,
  findNearest,
  FIRST_EXTENTS,
  firstCore,
  FOUND,
  nearestOnFirst,
  nearestOnSecond,
  OVERLAPPING,
  secondExtents,
  useBox,
} from './nearest';
import { findOverlap } from './overlap';
import { SHAPE_FRAME } from './near-pairs';

/** How much of a box's least half extent counts as the same place; never more than this, metres. */
const marginRatio: f32 = 0.15;
/** The same for telling near from overlapping. */
const overlapRatio: f32 = 0.05 * 0.1;

// @ts-ignore: decorator
@inline export function boxMargin(extents: usize): f32 {
  return min(min(x(extents), min(y(extents), z(extents))) * marginRatio, marginRatio);
}
/** Distance below which a box's core counts as overlapped. */
// @ts-ignore: decorator
@inline export function boxOverlap(extents: usize): f32 {
  return min(x(extents), min(y(extents), z(extents))) * overlapRatio;
}

const relative = memory.data(32);
const firstSeen = memory.data(48);
/** Frames of both boxes in the world. */
let firstFrame: usize = 0;
let secondFrame: usize = 0;
const normal = memory.data(12);

export function boxAgainstBox(
  manifold: usize,
  first: usize,
  firstExtents: usize,
  second: usize,
  extents: usize,
  reach: f32,
): void {
  firstFrame = first + SHAPE_FRAME;
  secondFrame = second + SHAPE_FRAME;
  relativePose(relative, second, first);
  frameOf(firstSeen, relative);
  const margin = min(boxMargin(firstExtents), boxMargin(extents));
  const lost = refresh(manifold, firstSeen, margin * <f32>0.8);
  if (
    !lost &&
    !hasMovedBoxes(manifold, relative, first, second, margin, length(firstExtents), length(extents))
  ) {
    if (pointCount(manifold) > 0) {
      worldNormal(normal, manifold, secondFrame);
      addPoints(manifold, normal, secondFrame, reach);
    }
    return;
  }
  seeBoxes(manifold, relative, first, second);
  // Boxes that are apart make no contact now, but points that are remembered may serve again.
  if (!findReference(firstExtents, extents, reach)) return;
  cutFace(firstExtents, extents, reach);
  if (count > 0) {
    fillFour(manifold, points, count);
    rotateOut(normal, secondFrame, pointAt(manifold, 0) + NORMAL);
    normalise(normal);
    // The points are within reach already.
    addPoints(manifold, normal, secondFrame, 3.4e38);
    return;
  }
  // No corner over the face: edge against edge, just apart or just through.
  copy48(firstCore, firstSeen);
  copy(firstCore + FIRST_EXTENTS, firstExtents);
  copy(secondExtents, extents);
  useBox();
  store<u32>(manifold, 0, SIMPLEX);
  const overlap = min(boxOverlap(firstExtents), boxOverlap(extents));
  const found = findNearest(manifold, firstSeen + FRAME_POSITION, reach, overlap);
  let separation = distance;
  if (found === OVERLAPPING) separation = -findOverlap();
  else if (found !== FOUND) return;
  intoFirst(points, nearestOnFirst);
  copy(points + ON_SECOND, nearestOnSecond);
  copy(points + NORMAL, direction);
  store<f32>(points, separation, SEPARATION);
  addToFour(manifold, points, margin * <f32>0.05);
  rotateOut(normal, secondFrame, direction);
  normalise(normal);
  addPoints(manifold, normal, secondFrame, reach);
}

/** A point seen from the second box, in the first's axes. */
function intoFirst(out: usize, point: usize): void {
  subtract(shifted, point, firstSeen + FRAME_POSITION);
  set(out, dot(firstSeen, shifted), dot(firstSeen + 12, shifted), dot(firstSeen + 24, shifted));
}
const shifted = memory.data(12);

// ---- which face ----

/** The second box seen from the first. */
const secondSeen = memory.data(48);
/** By how much the boxes overlap along each face's normal: the first's three, the second's three. */
const overlaps = memory.data(32);
const between = memory.data(32);
/** Face of the least overlap: 0-2 the first's, 3-5 the second's. */
let reference: i32 = 0;
/** Whether the second's centre lies on the positive side of the first's, along the reference. */
let ahead: bool = false;

// @ts-ignore: decorator
@inline function turnedOnce(v: v128): v128 {
  return v128.shuffle<i32>(v, v, 1, 2, 0, 3);
}
// @ts-ignore: decorator
@inline function turnedTwice(v: v128): v128 {
  return v128.shuffle<i32>(v, v, 2, 0, 1, 3);
}
/** Whether any of the first three is true. */
// @ts-ignore: decorator
@inline function anyOfThree(mask: v128): bool {
  return (i32x4.bitmask(mask) & 7) !== 0;
}
/** Sum of three products of vectors with numbers. */
// @ts-ignore: decorator
@inline function weighted(a: v128, b: v128, c: v128, weights: usize): v128 {
  return f32x4.add(
    f32x4.mul(a, v128.load_splat<f32>(weights)),
    f32x4.add(f32x4.mul(b, v128.load_splat<f32>(weights, 4)), f32x4.mul(c, v128.load_splat<f32>(weights, 8))),
  );
}

/**
 * Finds the reference face; false where the boxes are further apart than `reach`.
 *
 * Three axes are tried at a time: the first's faces, the second's, and each of the second's edges against all of the first's.
 */
function findReference(a: usize, b: usize, reach: f32): bool {
  relativeFrame(secondSeen, firstFrame, secondFrame);
  const little = f32x4.splat(1e-6);
  const far = f32x4.splat(reach);
  const zero = f32x4.splat(0);
  const position = wide(secondSeen + FRAME_POSITION);
  const column0 = wide(secondSeen);
  const column1 = wide(secondSeen + 12);
  const column2 = wide(secondSeen + 24);
  const size0 = f32x4.add(f32x4.abs(column0), little);
  const size1 = f32x4.add(f32x4.abs(column1), little);
  const size2 = f32x4.add(f32x4.abs(column2), little);

  let sum = f32x4.add(wide(a), weighted(size0, size1, size2, b));
  let overlap = f32x4.add(f32x4.sub(sum, f32x4.abs(position)), far);
  if (anyOfThree(f32x4.lt(overlap, zero))) return false;
  narrow(overlaps, overlap);
  narrow(between, position);

  // The same three columns as rows.
  const xy = v128.shuffle<i32>(column0, column1, 0, 4, 1, 5);
  const zz = v128.shuffle<i32>(column0, column1, 2, 6, 2, 6);
  const row0 = v128.shuffle<i32>(xy, column2, 0, 1, 4, 4);
  const row1 = v128.shuffle<i32>(xy, column2, 2, 3, 5, 5);
  const row2 = v128.shuffle<i32>(zz, column2, 0, 1, 6, 6);
  const along = weighted(row0, row1, row2, secondSeen + FRAME_POSITION);
  sum = f32x4.add(
    wide(b),
    weighted(
      f32x4.add(f32x4.abs(row0), little),
      f32x4.add(f32x4.abs(row1), little),
      f32x4.add(f32x4.abs(row2), little),
      a,
    ),
  );
  overlap = f32x4.add(f32x4.sub(sum, f32x4.abs(along)), far);
  if (anyOfThree(f32x4.lt(overlap, zero))) return false;
  narrow(overlaps + 12, overlap);
  narrow(between + 12, along);

  const bx = v128.load_splat<f32>(b);
  const by = v128.load_splat<f32>(b, 4);
  const bz = v128.load_splat<f32>(b, 8);
  const extents = wide(a);
  if (
    edgesApart(column0, size0, f32x4.add(f32x4.mul(size2, by), f32x4.mul(size1, bz)), position, extents, far) ||
    edgesApart(column1, size1, f32x4.add(f32x4.mul(size2, bx), f32x4.mul(size0, bz)), position, extents, far) ||
    edgesApart(column2, size2, f32x4.add(f32x4.mul(size1, bx), f32x4.mul(size0, by)), position, extents, far)
  ) {
    return false;
  }

  let least = load<f32>(overlaps);
  reference = 0;
  for (let face = 1; face < 6; face++) {
    const other = component(overlaps, face);
    if (least > other) {
      least = other;
      reference = face;
    }
  }
  ahead = component(between, reference) > 0;
  return true;
}

/** Whether an edge of the second parts the boxes together with any edge of the first; `sum`: the second's part of the reach. */
// @ts-ignore: decorator
@inline function edgesApart(column: v128, size: v128, sum: v128, position: v128, extents: v128, far: v128): bool {
  const apart = f32x4.abs(
    f32x4.sub(
      f32x4.mul(turnedOnce(column), turnedTwice(position)),
      f32x4.mul(turnedTwice(column), turnedOnce(position)),
    ),
  );
  const first = f32x4.add(
    f32x4.mul(turnedTwice(size), turnedOnce(extents)),
    f32x4.mul(turnedOnce(size), turnedTwice(extents)),
  );
  return anyOfThree(f32x4.gt(apart, f32x4.add(f32x4.add(first, sum), far)));
}

// ---- where ----

/** Found points: four corners each way and two cuts of four edges. */
const points = memory.data(16 * 40);
let count: i32 = 0;

/** Origin at the centre of the reference face, z into the box that it belongs to. */
const plane = memory.data(48);
/** The other box seen from there, its corners that face the plane, and its face's normal. */
const otherSeen = memory.data(48);
const corners = memory.data(48);
const faceNormal = memory.data(12);
const cornerIsNear = memory.data(4);
const cornerIsOver = memory.data(4);
const planeSeen = memory.data(48);
const place = memory.data(12);

/** Finds points by cutting off the other box's face at the rim of the reference face. */
function cutFace(a: usize, b: usize, reach: f32): void {
  const ofFirst = reference < 3;
  const frame = ofFirst ? firstFrame : secondFrame;
  const extents = ofFirst ? a : b;
  const axis = reference % 3;
  // z looks from the reference face into its own box, so what lies deep in that has a positive z.
  const outwards: f32 = ofFirst === ahead ? 1 : -1;
  const i = axis === 0 ? 2 : 0;
  const j = axis === 1 ? 2 : 1;
  scale(plane + 24, frame + <usize>axis * 12, -outwards);
  // The two other axes of the box are x and y, one of them turned round where the three would not be right-handed.
  scale(plane, frame + <usize>i * 12, axis === 0 ? outwards : 1);
  scale(plane + 12, frame + <usize>j * 12, axis === 0 ? 1 : axis === 1 ? outwards : -outwards);
  addScaled(plane + FRAME_POSITION, frame + FRAME_POSITION, frame + <usize>axis * 12, component(extents, axis) * outwards);
  const halfWidth = component(extents, i);
  const halfHeight = component(extents, j);

  relativeFrame(otherSeen, plane, ofFirst ? secondFrame : firstFrame);
  incidentFace(ofFirst ? b : a);
  count = 0;
  cornersOverFace(halfWidth, halfHeight, reach);
  if (count < 4) {
    cornersUnderFace(halfWidth, halfHeight, reach);
    edgesAcrossRim(halfWidth, halfHeight, reach);
  }
  if (count === 0) return;

  // From the plane's axes to each box's own. The normal is from the second box towards the first.
  relativeFrame(planeSeen, firstFrame, plane);
  for (let k = 0; k < count; k++) {
    const point = points + <usize>k * POINT;
    if (!ofFirst) {
      copy(place, point);
      copy(point, point + ON_SECOND);
      copy(point + ON_SECOND, place);
    }
    pointOut(point, planeSeen, point);
  }
  relativeFrame(planeSeen, secondFrame, plane);
  if (ofFirst) copy(normal, planeSeen + 24);
  else scale(normal, planeSeen + 24, -1);
  for (let k = 0; k < count; k++) {
    const point = points + <usize>k * POINT;
    pointOut(point + ON_SECOND, planeSeen, point + ON_SECOND);
    copy(point + NORMAL, normal);
  }
}

/** The face of the other box that looks most against z: its corners in turn and its normal. */
function incidentFace(extents: usize): void {
  // Its normal has the least z, that is the axis with the largest part along z, against it.
  const along0 = f32.abs(load<f32>(otherSeen, 8));
  const along1 = f32.abs(load<f32>(otherSeen, 20));
  const along2 = f32.abs(load<f32>(otherSeen, 32));
  const axis = along0 >= along1 && along0 >= along2 ? 0 : along1 >= along2 ? 1 : 2;
  const column = otherSeen + <usize>axis * 12;
  // The reference face's box lies on +z, so the face that looks at it looks along +z.
  const sign: f32 = z(column) >= 0 ? 1 : -1;
  scale(faceNormal, column, sign);
  const i = axis === 0 ? 1 : 0;
  const j = axis === 2 ? 1 : 2;
  addScaled(place, otherSeen + FRAME_POSITION, column, component(extents, axis) * sign);
  for (let k = 0; k < 4; k++) {
    const corner = corners + <usize>k * 12;
    addScaled(corner, place, otherSeen + <usize>i * 12, k < 2 ? component(extents, i) : -component(extents, i));
    addScaled(corner, corner, otherSeen + <usize>j * 12, k === 0 || k === 3 ? component(extents, j) : -component(extents, j));
  }
}

/** Adds a point: on the reference face straight above or below `place`, and at `place` itself. */
function addPoint(px: f32, py: f32, pz: f32): void {
  const point = points + <usize>(count++) * POINT;
  set(point, px, py, 0);
  set(point + ON_SECOND, px, py, pz);
  store<f32>(point, -pz, SEPARATION);
}

/** Corners of the other's face within the rim. */
function cornersOverFace(halfWidth: f32, halfHeight: f32, reach: f32): void {
  for (let k: usize = 0; k < 4; k++) {
    const corner = corners + k * 12;
    const isNear = reach > -z(corner);
    const isOver = isNear && halfWidth >= f32.abs(x(corner)) && halfHeight >= f32.abs(y(corner));
    store<u8>(cornerIsNear + k, u8(isNear));
    store<u8>(cornerIsOver + k, u8(isOver));
    if (isOver) addPoint(x(corner), y(corner), z(corner));
  }
}

/** Corners of the rim within the other's face. */
function cornersUnderFace(halfWidth: f32, halfHeight: f32, reach: f32): void {
  let low = v128.load(corners);
  let top = low;
  for (let k: usize = 12; k < 48; k += 12) {
    low = f32x4.min(low, v128.load(corners + k));
    top = f32x4.max(top, v128.load(corners + k));
  }
  const low0 = f32x4.extract_lane(low, 0);
  const low1 = f32x4.extract_lane(low, 1);
  const high0 = f32x4.extract_lane(top, 0);
  const high1 = f32x4.extract_lane(top, 1);
  for (let k = 0; k < 4; k++) {
    const px = k < 2 ? halfWidth : -halfWidth;
    const py = k & 1 ? -halfHeight : halfHeight;
    if (px < low0 || px > high0 || py < low1 || py > high1 || !isWithin(px, py)) continue;
    const level =
      (x(faceNormal) * (x(corners) - px) + y(faceNormal) * (y(corners) - py) + z(faceNormal) * z(corners)) /
      z(faceNormal);
    if (reach > -level) addPoint(px, py, level);
  }
}

/** Whether a point lies within the other's face, seen along z: a ray along x leaves it once. */
function isWithin(px: f32, py: f32): bool {
  let crossings = 0;
  for (let k = 0; k < 4; k++) {
    const from = corners + <usize>((k + 3) & 3) * 12;
    const to = corners + <usize>k * 12;
    if ((px === x(from) && py === y(from)) || (px === x(to) && py === y(to))) return true;
    if (y(from) > py === y(to) > py) continue;
    const rise = y(to) - y(from);
    const left = (py - y(from)) * (x(to) - x(from)) + (x(from) + EPSILON) * rise;
    const right = px * rise;
    if (rise > 0 ? left >= right : right >= left) crossings++;
  }
  return crossings === 1;
}

/** Where the edges of the other's face come in over the rim and go out. */
function edgesAcrossRim(halfWidth: f32, halfHeight: f32, reach: f32): void {
  const low = f32x4(-halfWidth, -halfHeight, -(reach + EPSILON), 0);
  const high = f32x4(halfWidth, halfHeight, 3.4e38, 0);
  for (let k: usize = 0; k < 4; k++) {
    const last = (k + 3) & 3;
    if (!load<u8>(cornerIsNear + k) && !load<u8>(cornerIsNear + last)) continue;
    const fromIsOver = load<u8>(cornerIsOver + k);
    const toIsOver = load<u8>(cornerIsOver + last);
    if (fromIsOver && toIsOver) continue;
    const from = wide(corners + k * 12);
    const step = f32x4.sub(wide(corners + last * 12), from);
    const isBeside = f32x4.lt(f32x4.abs(step), f32x4.splat(1e-6));
    const isOutside = v128.or(f32x4.gt(from, high), f32x4.gt(low, from));
    if (anyOfThree(v128.and(isBeside, isOutside))) continue;
    const inverse = f32x4.div(f32x4.splat(1), step);
    const t1 = v128.andnot(f32x4.mul(f32x4.sub(low, from), inverse), isBeside);
    const t2 = v128.bitselect(f32x4.splat(3.4e38), f32x4.mul(f32x4.sub(high, from), inverse), isBeside);
    const entries = f32x4.min(t1, t2);
    const exits = f32x4.max(t1, t2);
    const entry = max(
      max(f32x4.extract_lane(entries, 0), f32x4.extract_lane(entries, 1)),
      max(f32x4.extract_lane(entries, 2), <f32>0),
    );
    const exit = min(
      min(f32x4.extract_lane(exits, 0), f32x4.extract_lane(exits, 1)),
      min(f32x4.extract_lane(exits, 2), <f32>1),
    );
    if (entry > exit) continue;
    if (!fromIsOver) addPointOn(from, step, entry);
    if (!toIsOver) addPointOn(from, step, exit);
  }
}

/** Adds a point on an edge. */
// @ts-ignore: decorator
@inline function addPointOn(from: v128, step: v128, part: f32): void {
  const point = f32x4.add(from, f32x4.mul(step, f32x4.splat(part)));
  addPoint(f32x4.extract_lane(point, 0), f32x4.extract_lane(point, 1), f32x4.extract_lane(point, 2));
}
