// Balls and capsules against one another, and balls against boxes and planes: no manifold, the contacts are reckoned anew.
//
// `first` and `second` are poses of shapes, each with its frame behind (near-pairs.ts); `reach` is how far apart a contact
// may be. Normals point from the second towards the first; of a contact between two round shapes the point lies on the
// first (of two balls on the second).

import {
  add,
  addScaled,
  copy,
  dot,
  intoPose,
  length,
  normalise,
  pointIn,
  pointOut,
  POSE_POSITION,
  rotateOut,
  scale,
  set,
  setComponent,
  subtract,
  turn,
  x,
  y,
  z,
} from './vector';
import { EPSILON } from './manifold';
import { SHAPE_FRAME } from './near-pairs';
import { addContact, contactCount } from './found';

const normal = memory.data(12);
const point = memory.data(12);
const difference = memory.data(12);

export function ballAgainstBall(first: usize, firstRadius: f32, second: usize, secondRadius: f32, reach: f32): void {
  subtract(normal, first + POSE_POSITION, second + POSE_POSITION);
  const squared = dot(normal, normal);
  const radii = firstRadius + secondRadius;
  const far = radii + reach;
  if (!(far * far > squared)) return;
  const apart = f32.sqrt(squared);
  if (apart <= 1e-5) set(normal, 1, 0, 0);
  else scale(normal, normal, <f32>1 / apart);
  addScaled(point, second + POSE_POSITION, normal, secondRadius);
  addContact(normal, x(point), y(point), z(point), apart - radii);
}

export function ballAgainstPlane(ball: usize, radius: f32, plane: usize, reach: f32): void {
  intoPose(point, plane, ball + POSE_POSITION);
  const separation = x(point) - radius;
  if (separation > reach) return;
  set(normal, 1, 0, 0);
  turn(normal, plane, normal);
  addScaled(point, ball + POSE_POSITION, normal, -radius);
  addContact(normal, x(point), y(point), z(point), separation);
}

const along = memory.data(12);
const start = memory.data(12);

export function ballAgainstCapsule(
  ball: usize,
  radius: f32,
  capsule: usize,
  capsuleRadius: f32,
  halfHeight: f32,
  reach: f32,
): void {
  scale(along, capsule + SHAPE_FRAME, halfHeight);
  add(start, capsule + POSE_POSITION, along);
  scale(along, along, -2);
  subtract(difference, ball + POSE_POSITION, start);
  const squaredHeight = dot(along, along);
  const t: f32 =
    squaredHeight === 0 ? 0 : min(max(dot(difference, along) / squaredHeight, <f32>0), <f32>1);
  addScaled(normal, difference, along, -t);
  const squared = dot(normal, normal);
  const radii = radius + capsuleRadius;
  const far = radii + reach;
  if (!(far * far > squared)) return;
  if (squared > EPSILON * EPSILON) normalise(normal);
  else set(normal, 1, 0, 0);
  addScaled(point, ball + POSE_POSITION, normal, -radius);
  addContact(normal, x(point), y(point), z(point), f32.sqrt(squared) - radii);
}

const centre = memory.data(12);

export function ballAgainstBox(ball: usize, radius: f32, box: usize, extents: usize, reach: f32): void {
  pointIn(centre, box + SHAPE_FRAME, ball + POSE_POSITION);
  const ex = x(extents);
  const ey = y(extents);
  const ez = z(extents);
  set(point, min(max(x(centre), -ex), ex), min(max(y(centre), -ey), ey), min(max(z(centre), -ez), ez));
  subtract(normal, centre, point);
  const squared = dot(normal, normal);
  const far = radius + reach;
  if (!(far * far > squared)) return;
  if (f32.abs(x(centre)) <= ex && f32.abs(y(centre)) <= ey && f32.abs(z(centre)) <= ez) {
    // The centre is inside: out through the nearest face.
    const dx = ex - f32.abs(x(centre));
    const dy = ey - f32.abs(y(centre));
    const dz = ez - f32.abs(z(centre));
    const axis = dz <= dx && dz <= dy ? 2 : dx <= dy && dx <= dz ? 0 : 1;
    const depth = axis === 2 ? dz : axis === 0 ? dx : dy;
    const side = load<f32>(centre + (<usize>axis << 2));
    set(normal, 0, 0, 0);
    setComponent(normal, axis, side >= 0 ? 1 : -1);
    rotateOut(normal, box + SHAPE_FRAME, normal);
    addScaled(point, ball + POSE_POSITION, normal, depth);
    addContact(normal, x(point), y(point), z(point), -depth - radius);
    return;
  }
  const apart = f32.sqrt(squared);
  scale(normal, normal, <f32>1 / apart);
  rotateOut(normal, box + SHAPE_FRAME, normal);
  pointOut(point, box + SHAPE_FRAME, point);
  addContact(normal, x(point), y(point), z(point), apart - radius);
}

// ---- capsule against capsule ----

const middle = memory.data(12);
/** Ends of both segments, told from the middle between the two centres; each start is followed by its end. */
const firstEnds = memory.data(24);
const secondEnds = memory.data(24);
const firstLine = memory.data(12);
const secondLine = memory.data(12);
const other = memory.data(12);

/** Shorter than this, squared, a line has no direction. */
const tiny: f32 = 1e-6;
/** Cosine of the angle below which two capsules count as parallel. */
const parallel: f32 = 0.9998;

function placeEnds(ends: usize, line: usize, pose: usize, halfHeight: f32): void {
  scale(line, pose + SHAPE_FRAME, halfHeight);
  subtract(ends, pose + POSE_POSITION, middle);
  subtract(ends + 12, ends, line);
  add(ends, ends, line);
  subtract(line, ends + 12, ends);
}

export function capsuleAgainstCapsule(
  first: usize,
  firstRadius: f32,
  firstHalfHeight: f32,
  second: usize,
  secondRadius: f32,
  secondHalfHeight: f32,
  reach: f32,
): void {
  add(middle, first + POSE_POSITION, second + POSE_POSITION);
  scale(middle, middle, 0.5);
  placeEnds(firstEnds, firstLine, first, firstHalfHeight);
  placeEnds(secondEnds, secondLine, second, secondHalfHeight);
  const a = dot(firstLine, firstLine);
  const e = dot(secondLine, secondLine);
  const b = dot(firstLine, secondLine);
  subtract(difference, firstEnds, secondEnds);
  const c = dot(firstLine, difference);
  const f = dot(secondLine, difference);
  const determinant = a * e - b * b;
  let s: f32 = determinant < EPSILON ? 0.5 : clamp01((b * f - c * e) / determinant);
  const t = clamp01((b * s + f) * (e > EPSILON ? <f32>1 / e : 0));
  s = clamp01((b * t - c) * (a > EPSILON ? <f32>1 / a : 0));
  addScaled(point, firstEnds, firstLine, s);
  addScaled(other, secondEnds, secondLine, t);
  subtract(normal, point, other);
  const squared = dot(normal, normal);
  const radii = firstRadius + secondRadius;
  const far = radii + reach;
  if (squared > far * far) return;

  if (a >= tiny && e >= tiny && f32.abs(b) > parallel * f32.sqrt(a * e)) {
    // Side by side: every end that the other's segment lies beside makes a contact.
    const before = contactCount;
    for (let i: usize = 0; i < 2; i++) {
      const end = secondEnds + i * 12;
      subtract(difference, end, firstEnds);
      const part = dot(difference, firstLine) / a;
      if (part < 0 || part > 1) continue;
      addScaled(point, firstEnds, firstLine, part);
      contactBetween(point, end, firstRadius, radii, far);
    }
    for (let i: usize = 0; i < 2; i++) {
      const end = firstEnds + i * 12;
      subtract(difference, end, secondEnds);
      const part = dot(difference, secondLine) / e;
      if (part < 0 || part > 1) continue;
      addScaled(other, secondEnds, secondLine, part);
      contactBetween(end, other, firstRadius, radii, far);
    }
    if (contactCount > before) return;
  }
  const touching = squared < tiny;
  if (touching) {
    if (a > tiny) copy(normal, firstLine);
    else set(normal, 1, 0, 0);
  }
  normalise(normal);
  addScaled(point, point, normal, -firstRadius);
  add(point, point, middle);
  addContact(normal, x(point), y(point), z(point), (touching ? 0 : f32.sqrt(squared)) - radii);
}

// @ts-ignore: decorator
@inline function clamp01(value: f32): f32 {
  return min(max(value, <f32>0), <f32>1);
}

/** A contact between points of the two segments, if they are within `far` and not on one another. */
function contactBetween(onFirst: usize, onSecond: usize, firstRadius: f32, radii: f32, far: f32): void {
  subtract(normal, onFirst, onSecond);
  const squared = dot(normal, normal);
  if (!(squared > tiny && far * far > squared)) return;
  const apart = length(normal);
  scale(normal, normal, <f32>1 / apart);
  addContact(
    normal,
    x(onFirst) - x(normal) * firstRadius + x(middle),
    y(onFirst) - y(normal) * firstRadius + y(middle),
    z(onFirst) - z(normal) * firstRadius + z(middle),
    apart - radii,
  );
}
