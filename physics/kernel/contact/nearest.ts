// The nearest points of two convex cores: a capsule's segment or a box, against a box in whose axes all is told.
//
// Gilbert, Johnson and Keerthi's walk: a simplex of at most four differences of corners is moved towards the origin until
// no corner lies noticeably further that way. It begins with the simplex that it ended with a step ago, so it is mostly
// over at once, and so a capsule that lies along a face keeps its point. Where cores overlap it says so: `overlap.ts`.

import {
  add,
  addScaled,
  copy,
  copy48,
  cross,
  dot,
  length,
  pointOut,
  rotateIn,
  scale,
  set,
  squaredDistance,
  subtract,
  x,
  y,
  z,
} from './vector';
import { EPSILON, SIMPLEX } from './manifold';

/** Farther apart than was asked for. */
export const APART: i32 = 0;
export const FOUND: i32 = 1;
/** The walk came to a halt before it was sure; what it has is near enough for a direction. */
export const UNSURE: i32 = 2;
export const OVERLAPPING: i32 = 3;

/** The core of the first shape: [segment's two ends] or [frame, half extents], in the second's axes. */
export const firstCore = memory.data(64);
/** Where it keeps a box's half extents. */
export const FIRST_EXTENTS: usize = 48;
/** Whether the first is a box. */
export let firstIsBox: bool = false;
/** Half extents of the second. */
export const secondExtents = memory.data(12);

export function useSegment(): void {
  firstIsBox = false;
}
export function useBox(): void {
  firstIsBox = true;
}

// ---- what is found ----
export const nearestOnFirst = memory.data(12);
export const nearestOnSecond = memory.data(12);
/** From the second towards the first, unit. */
export const direction = memory.data(12);
export let distance: f32 = 0;

// ---- the simplex ----
const differences = memory.data(48);
const onFirst = memory.data(48);
const onSecond = memory.data(48);
/** Corners by number: first shape's in bits 0-2, second's in bits 3-5. */
const corners = memory.data(4);
let size: i32 = 0;
const nearest = memory.data(12);
const previous = memory.data(12);
const opposite = memory.data(16);

/** Every turn comes nearer, so it ends; this is for numbers that are none. */
const mostTurns = 64;
/** Nearer than this part of the distance is near enough. */
const relative: f32 = 1 - 0.000225;

/** Corner of a box by number: bit set = positive side. */
// @ts-ignore: decorator
@inline function boxCorner(out: usize, extents: usize, corner: i32): void {
  set(
    out,
    corner & 1 ? x(extents) : -x(extents),
    corner & 2 ? y(extents) : -y(extents),
    corner & 4 ? z(extents) : -z(extents),
  );
}
// @ts-ignore: decorator
@inline function boxCornerTowards(towards: usize): i32 {
  return i32(x(towards) > 0) | (i32(y(towards) > 0) << 1) | (i32(z(towards) > 0) << 2);
}
/** Puts corner `corner` of the first shape to `out`. */
export function firstCorner(out: usize, corner: i32): void {
  if (firstIsBox) {
    boxCorner(out, firstCore + FIRST_EXTENTS, corner);
    pointOut(out, firstCore, out);
  } else {
    copy(out, corner ? firstCore : firstCore + 12);
  }
}
export function firstCornerTowards(towards: usize): i32 {
  if (!firstIsBox) return i32(dot(firstCore, towards) > dot(firstCore + 12, towards));
  rotateIn(opposite, firstCore, towards);
  return boxCornerTowards(opposite);
}
export function secondCorner(out: usize, corner: i32): void {
  boxCorner(out, secondExtents, corner);
}
export function secondCornerTowards(towards: usize): i32 {
  return boxCornerTowards(towards);
}

// @ts-ignore: decorator
@inline function at(vectors: usize, index: i32): usize {
  return vectors + <usize>index * 12;
}

function push(pair: i32): void {
  firstCorner(at(onFirst, size), pair & 7);
  secondCorner(at(onSecond, size), pair >> 3);
  subtract(at(differences, size), at(onFirst, size), at(onSecond, size));
  store<u8>(corners + size, <u8>pair);
  size++;
}

const away = memory.data(12);

/**
 * Finds the nearest points of `firstCore` and the box of `secondExtents`.
 *
 * `reach`: how far apart is too far. `overlap`: how near counts as overlapping. `towards`: where to look first, from the
 * second to the first. `manifold`: keeps the simplex from step to step.
 */
export function findNearest(manifold: usize, towards: usize, reach: f32, overlap: f32): i32 {
  size = 0;
  const kept = load<u32>(manifold, SIMPLEX);
  let last: f32 = 3.4e38;
  distance = last;
  if (kept) {
    const many = <i32>(kept & 7);
    for (let i = 0; i < many; i++) push((kept >> (3 + i * 6)) & 63);
    shrink();
    distance = length(nearest);
    scale(direction, nearest, <f32>1 / distance);
    if (!(distance > overlap)) {
      keep(manifold, size);
      return OVERLAPPING;
    }
  } else {
    if (dot(towards, towards) > 0) copy(nearest, towards);
    else set(nearest, 1, 0, 0);
    scale(direction, nearest, <f32>1 / length(nearest));
  }
  for (let turns = 0; turns < mostTurns; turns++) {
    last = distance;
    copy(previous, nearest);
    set(away, -x(nearest), -y(nearest), -z(nearest));
    const pair = firstCornerTowards(away) | (secondCornerTowards(nearest) << 3);
    const before = size;
    push(pair);
    const along = dot(direction, at(differences, before));
    if (along > reach) {
      keep(manifold, before);
      return APART;
    }
    if (along > distance * relative) {
      size = before;
      keep(manifold, size);
      place(nearest);
      return FOUND;
    }
    shrink();
    distance = length(nearest);
    scale(direction, nearest, <f32>1 / distance);
    if (!(last > distance)) {
      // No nearer than before: rounding has the last word.
      distance = last;
      keep(manifold, size - 1);
      place(previous);
      scale(direction, previous, <f32>1 / last);
      return UNSURE;
    }
    if (!(distance > overlap)) {
      keep(manifold, size);
      return OVERLAPPING;
    }
  }
  keep(manifold, 0);
  place(nearest);
  return UNSURE;
}

function keep(manifold: usize, many: i32): void {
  let packed: u32 = <u32>many;
  for (let i = 0; i < many; i++) packed |= (<u32>load<u8>(corners + i)) << (3 + i * 6);
  store<u32>(manifold, packed, SIMPLEX);
}

/** Reckons the points on both shapes that the difference `point` of the simplex comes from. */
function place(point: usize): void {
  if (size === 1) {
    copy(nearestOnFirst, onFirst);
    copy(nearestOnSecond, onSecond);
    return;
  }
  subtract(ab, at(differences, 1), at(differences, 0));
  if (size === 2) {
    subtract(ap, point, differences);
    const squared = dot(ab, ab);
    const part: f32 = squared > 0 ? dot(ap, ab) / squared : 0;
    mix(nearestOnFirst, onFirst, part, 0);
    mix(nearestOnSecond, onSecond, part, 0);
    return;
  }
  // Barycentric coordinates by the areas of the three triangles that the point makes with the edges.
  subtract(ac, at(differences, 2), differences);
  cross(normal, ab, ac);
  subtract(ap, differences, point);
  subtract(bp, at(differences, 1), point);
  subtract(cp, at(differences, 2), point);
  cross(temporary, bp, cp);
  const areaA = dot(normal, temporary);
  cross(temporary, cp, ap);
  const areaB = dot(normal, temporary);
  cross(temporary, ap, bp);
  const areaC = dot(normal, temporary);
  const area = areaA + (areaB + areaC);
  const whole: f32 = area === 0 ? 0 : <f32>1 / area;
  mix(nearestOnFirst, onFirst, areaB * whole, areaC * whole);
  mix(nearestOnSecond, onSecond, areaB * whole, areaC * whole);
}
/** a + second (b - a) + third (c - a), of three points that follow one another. */
function mix(out: usize, points: usize, second: f32, third: f32): void {
  const ax = x(points);
  const ay = y(points);
  const az = z(points);
  set(
    out,
    ax + second * (load<f32>(points, 12) - ax),
    ay + second * (load<f32>(points, 16) - ay),
    az + second * (load<f32>(points, 20) - az),
  );
  if (third !== 0) {
    set(
      out,
      x(out) + third * (load<f32>(points, 24) - ax),
      y(out) + third * (load<f32>(points, 28) - ay),
      z(out) + third * (load<f32>(points, 32) - az),
    );
  }
}

// ---- the part of a simplex that is nearest to the origin ----

const ab = memory.data(12);
const ac = memory.data(12);
const ap = memory.data(12);
const bp = memory.data(12);
const cp = memory.data(12);
const normal = memory.data(12);
const temporary = memory.data(12);


/** Reduces the simplex to its part that is nearest to the origin, and sets `nearest`. */
function shrink(): void {
  if (size === 1) copy(nearest, differences);
  else if (size === 2) shrinkSegment();
  else if (size === 3) shrinkTriangle();
  else shrinkTetrahedron();
}

function shrinkSegment(): void {
  subtract(ab, at(differences, 1), differences);
  const squared = dot(ab, ab);
  if (squared <= EPSILON) {
    size = 1;
    copy(nearest, differences);
    return;
  }
  const t = min(max(-dot(differences, ab) / squared, <f32>0), <f32>1);
  addScaled(nearest, differences, ab, t);
}

/**
 * Squared sine of the angle below which a triangle is as good as a line. PhysX 4.1 asks for its area in m2 instead, and
 * thereby loses capsules of a few millimetres at the edge of a box; 5.6 does not lose them.
 */
const sliver: f32 = 1e-8;

function shrinkTriangle(): void {
  subtract(ab, at(differences, 1), at(differences, 0));
  subtract(ac, at(differences, 2), at(differences, 0));
  cross(normal, ab, ac);
  if (dot(normal, normal) <= sliver * dot(ab, ab) * dot(ac, ac)) {
    shrinkSliver();
    return;
  }
  const part = nearestOfTriangle(0, 1, 2);
  copy(nearest, candidate);
  takePart(part, 0, 1, 2);
}

/** A triangle as good as a line: the nearest of its edges. */
function shrinkSliver(): void {
  let best: f32 = 3.4e38;
  let bestEdge = 0;
  for (let edge = 0; edge < 3; edge++) {
    const from = at(differences, edge === 2 ? 1 : 0);
    subtract(ab, at(differences, edge === 0 ? 1 : 2), from);
    const squared = dot(ab, ab);
    const t: f32 = squared > 0 ? min(max(-dot(from, ab) / squared, <f32>0), <f32>1) : 0;
    addScaled(candidate, from, ab, t);
    const distance = dot(candidate, candidate);
    if (best > distance) {
      best = distance;
      bestEdge = edge;
    }
  }
  takePart(bestEdge === 0 ? 3 : bestEdge === 1 ? 5 : 6, 0, 1, 2);
  shrinkSegment();
}

/** Which corners of the triangle i j k its point nearest to the origin needs: bits 0-2; the point to `candidate`. */
const candidate = memory.data(12);
let candidateSquared: f32 = 0;
function nearestOfTriangle(i: i32, j: i32, k: i32): i32 {
  const a = at(differences, i);
  const b = at(differences, j);
  const c = at(differences, k);
  subtract(ab, b, a);
  subtract(ac, c, a);
  cross(normal, ab, ac);
  const squared = dot(normal, normal);
  if (squared === 0) {
    candidateSquared = 3.4e38;
    copy(candidate, a);
    return 7;
  }
  cross(temporary, b, c);
  const va = dot(normal, temporary);
  cross(temporary, c, a);
  const vb = dot(normal, temporary);
  cross(temporary, a, b);
  const vc = dot(normal, temporary);
  if (va >= 0 && vb >= 0 && vc >= 0) {
    scale(candidate, normal, dot(normal, a) / squared);
    candidateSquared = dot(candidate, candidate);
    return 7;
  }
  const d1 = -dot(ab, a);
  const d2 = -dot(ac, a);
  const d3 = -dot(ab, b);
  const d4 = -dot(ac, b);
  const d5 = -dot(ab, c);
  const d6 = -dot(ac, c);
  let part: i32;
  if (vc <= 0 && d1 >= 0 && d3 <= 0) {
    addScaled(candidate, a, ab, share(d1, d1 - d3));
    part = 3;
  } else if (va <= 0 && d4 >= d3 && d5 >= d6) {
    subtract(temporary, c, b);
    addScaled(candidate, b, temporary, share(d4 - d3, d4 - d3 + (d5 - d6)));
    part = 6;
  } else if (vb <= 0 && d2 >= 0 && d6 <= 0) {
    addScaled(candidate, a, ac, share(d2, d2 - d6));
    part = 5;
  } else if (d1 <= 0 && d2 <= 0) {
    copy(candidate, a);
    part = 1;
  } else if (d3 >= 0 && d3 >= d4) {
    copy(candidate, b);
    part = 2;
  } else {
    copy(candidate, c);
    part = 4;
  }
  candidateSquared = dot(candidate, candidate);
  return part;
}
// @ts-ignore: decorator
@inline function share(part: f32, whole: f32): f32 {
  return f32.abs(whole) > EPSILON ? part / whole : 0;
}

/** Keeps those of the corners i j k that `part` names, in order. i j k may come in any order. */
function takePart(part: i32, i: i32, j: i32, k: i32): void {
  // By way of copies, as a corner may have to move to where another still lies.
  copy48(saved, differences);
  copy48(saved + 48, onFirst);
  copy48(saved + 96, onSecond);
  store<u32>(saved + 144, load<u32>(corners));
  size = 0;
  if (part & 1) take(i);
  if (part & 2) take(j);
  if (part & 4) take(k);
}
const saved = memory.data(148);
function take(from: i32): void {
  copy(at(differences, size), at(saved, from));
  copy(at(onFirst, size), at(saved + 48, from));
  copy(at(onSecond, size), at(saved + 96, from));
  store<u8>(corners + size, load<u8>(saved + 144 + from));
  size++;
}

/** Flatter than this, a tetrahedron is a triangle, metres. */
const flat: f32 = 1e-4;

function shrinkTetrahedron(): void {
  subtract(ab, at(differences, 1), differences);
  subtract(ac, at(differences, 2), differences);
  cross(normal, ab, ac);
  subtract(ap, at(differences, 3), differences);
  const height = dot(normal, ap) / length(normal);
  if (!(f32.abs(height) >= flat)) {
    size = 3;
    shrinkTriangle();
    return;
  }
  let best: f32 = 3.4e38;
  let bestPart = 0;
  let bestFace = -1;
  // Each face whose outer side the origin is on.
  for (let face = 0; face < 4; face++) {
    const i = face === 3 ? 1 : 0;
    const j = face === 0 ? 1 : face === 1 ? 2 : 3;
    const k = face === 0 ? 2 : face === 1 ? 3 : face === 2 ? 1 : 2;
    const other = face === 0 ? 3 : face === 1 ? 1 : face === 2 ? 2 : 0;
    if (!isOutside(i, j, k, other)) continue;
    const part = nearestOfTriangle(i, j, k);
    if (best > candidateSquared) {
      best = candidateSquared;
      bestPart = part;
      bestFace = face;
      copy(nearest, candidate);
    }
  }
  if (bestFace < 0) {
    set(nearest, 0, 0, 0);
    return;
  }
  const i = bestFace === 3 ? 1 : 0;
  const j = bestFace === 0 ? 1 : bestFace === 1 ? 2 : 3;
  const k = bestFace === 0 ? 2 : bestFace === 1 ? 3 : bestFace === 2 ? 1 : 2;
  takePart(bestPart, i, j, k);
}

/** Whether the origin lies outside of the face i j k, that is the three and the fourth corner on the same side of it. */
function isOutside(i: i32, j: i32, k: i32, other: i32): bool {
  const a = at(differences, i);
  subtract(ab, at(differences, j), a);
  subtract(ac, at(differences, k), a);
  cross(normal, ab, ac);
  // PhysX's threshold, in m^6: of things as small as a foot it calls every origin outside, and the walk ends UNSURE.
  return dot(normal, a) * dot(normal, at(differences, other)) >= -1e-6;
}
