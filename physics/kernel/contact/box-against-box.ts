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
const firstFrame = memory.data(48);
const secondFrame = memory.data(48);
const normal = memory.data(12);

export function boxAgainstBox(
  manifold: usize,
  first: usize,
  firstExtents: usize,
  second: usize,
  extents: usize,
  reach: f32,
): void {
  relativePose(relative, second, first);
  frameOf(firstSeen, relative);
  const margin = min(boxMargin(firstExtents), boxMargin(extents));
  const lost = refresh(manifold, firstSeen, margin * <f32>0.8);
  if (
    !lost &&
    !hasMovedBoxes(manifold, relative, first, second, margin, length(firstExtents), length(extents))
  ) {
    if (pointCount(manifold) > 0) {
      frameOf(secondFrame, second);
      worldNormal(normal, manifold, secondFrame);
      addPoints(manifold, normal, secondFrame, reach);
    }
    return;
  }
  seeBoxes(manifold, relative, first, second);
  frameOf(firstFrame, first);
  frameOf(secondFrame, second);
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
/** Absolute parts of its axes, a little enlarged: [column][row]. */
const absolute = memory.data(36);
/** Face of the least overlap: 0-2 the first's, 3-5 the second's. */
let reference: i32 = 0;
/** Whether the second's centre lies on the positive side of the first's, along the reference. */
let ahead: bool = false;

// @ts-ignore: decorator
@inline function turned(row: i32, column: i32): f32 {
  return load<f32>(secondSeen + <usize>(column * 12 + row * 4));
}
// @ts-ignore: decorator
@inline function size(row: i32, column: i32): f32 {
  return load<f32>(absolute + <usize>(column * 12 + row * 4));
}

/** Finds the reference face; false where the boxes are further apart than `reach`. */
function findReference(a: usize, b: usize, reach: f32): bool {
  relativeFrame(secondSeen, firstFrame, secondFrame);
  for (let i: usize = 0; i < 36; i += 4) {
    store<f32>(absolute + i, f32.abs(load<f32>(secondSeen + i)) + <f32>1e-6);
  }
  const position = secondSeen + FRAME_POSITION;
  let least: f32 = 3.4e38;
  for (let face = 0; face < 6; face++) {
    const i = face % 3;
    const ofFirst = face < 3;
    const between = ofFirst ? component(position, i) : dot(position, secondSeen + <usize>i * 12);
    const sum = ofFirst
      ? component(a, i) + (size(i, 0) * x(b) + (size(i, 1) * y(b) + size(i, 2) * z(b)))
      : size(0, i) * x(a) + (size(1, i) * y(a) + size(2, i) * z(a)) + component(b, i);
    const overlap = sum - f32.abs(between) + reach;
    if (overlap < 0) return false;
    if (overlap < least) {
      least = overlap;
      reference = face;
      ahead = between > 0;
    }
  }
  for (let i = 0; i < 3; i++) {
    const i1 = (i + 1) % 3;
    const i2 = (i + 2) % 3;
    for (let j = 0; j < 3; j++) {
      const j1 = (j + 1) % 3;
      const j2 = (j + 2) % 3;
      const between = f32.abs(turned(i1, j) * component(position, i2) - turned(i2, j) * component(position, i1));
      const sum =
        size(i2, j) * component(a, i1) +
        size(i1, j) * component(a, i2) +
        (size(i, j2) * component(b, j1) + size(i, j1) * component(b, j2));
      if (between > sum + reach) return false;
    }
  }
  return true;
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
  const wide = component(extents, i);
  const high = component(extents, j);

  relativeFrame(otherSeen, plane, ofFirst ? secondFrame : firstFrame);
  incidentFace(ofFirst ? b : a);
  count = 0;
  cornersOverFace(wide, high, reach);
  if (count < 4) {
    cornersUnderFace(wide, high, reach);
    edgesAcrossRim(wide, high, reach);
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
function cornersOverFace(wide: f32, high: f32, reach: f32): void {
  for (let k: usize = 0; k < 4; k++) {
    const corner = corners + k * 12;
    const isNear = reach > -z(corner);
    const isOver = isNear && wide >= f32.abs(x(corner)) && high >= f32.abs(y(corner));
    store<u8>(cornerIsNear + k, u8(isNear));
    store<u8>(cornerIsOver + k, u8(isOver));
    if (isOver) addPoint(x(corner), y(corner), z(corner));
  }
}

/** Corners of the rim within the other's face. */
function cornersUnderFace(wide: f32, high: f32, reach: f32): void {
  for (let k = 0; k < 4; k++) {
    const px = k < 2 ? wide : -wide;
    const py = k & 1 ? -high : high;
    if (!isWithin(px, py)) continue;
    const height =
      (x(faceNormal) * (x(corners) - px) + y(faceNormal) * (y(corners) - py) + z(faceNormal) * z(corners)) /
      z(faceNormal);
    if (reach > -height) addPoint(px, py, height);
  }
}

/** Whether a point lies within the other's face, seen along z: a ray along x leaves it once. */
function isWithin(px: f32, py: f32): bool {
  let low0 = x(corners);
  let high0 = low0;
  let low1 = y(corners);
  let high1 = low1;
  for (let k: usize = 1; k < 4; k++) {
    const corner = corners + k * 12;
    low0 = min(low0, x(corner));
    high0 = max(high0, x(corner));
    low1 = min(low1, y(corner));
    high1 = max(high1, y(corner));
  }
  if (px < low0 || px > high0 || py < low1 || py > high1) return false;
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
function edgesAcrossRim(wide: f32, high: f32, reach: f32): void {
  for (let k: usize = 0; k < 4; k++) {
    const last = (k + 3) & 3;
    if (!load<u8>(cornerIsNear + k) && !load<u8>(cornerIsNear + last)) continue;
    const fromIsOver = load<u8>(cornerIsOver + k);
    const toIsOver = load<u8>(cornerIsOver + last);
    if (fromIsOver && toIsOver) continue;
    const from = corners + k * 12;
    subtract(place, corners + last * 12, from);
    if (!enters(x(from), x(place), -wide, wide, true)) continue;
    if (!enters(y(from), y(place), -high, high, false)) continue;
    if (!enters(z(from), z(place), -(reach + EPSILON), 3.4e38, false)) continue;
    if (entry > exit || entry > 1) continue;
    if (!fromIsOver) addPoint(x(from) + x(place) * entry, y(from) + y(place) * entry, z(from) + z(place) * entry);
    if (!toIsOver) addPoint(x(from) + x(place) * exit, y(from) + y(place) * exit, z(from) + z(place) * exit);
  }
}

let entry: f32 = 0;
let exit: f32 = 0;
/** Narrows [entry, exit] of a line to where it is between two planes; false where it runs beside them. */
function enters(from: f32, step: f32, low: f32, high: f32, isFirst: bool): bool {
  if (isFirst) {
    entry = 0;
    exit = 1;
  }
  if (f32.abs(step) < 1e-6) return from <= high && from >= low;
  const inverse = <f32>1 / step;
  const t1 = (low - from) * inverse;
  const t2 = (high - from) * inverse;
  entry = max(entry, min(t1, t2));
  exit = min(exit, max(t1, t2));
  return true;
}
