// How to part two cores that overlap: the shortest way, and the points that come apart last.
//
// The shortest way out of a polyhedron is along one of its faces' normals or across two edges, so all of them are tried: it
// is what an expanding polytope finds step by step. Told in `nearest.ts`'s terms: same cores, same results, distance < 0.

import { add, addScaled, component, copy, cross, dot, length, scale, set, setComponent, subtract } from './vector';
import {
  direction,
  FIRST_EXTENTS,
  firstCore,
  firstCorner,
  firstCornerTowards,
  firstIsBox,
  nearestOnFirst,
  nearestOnSecond,
  secondCorner,
  secondCornerTowards,
} from './nearest';

const axis = memory.data(12);
const best = memory.data(12);
const opposite = memory.data(12);
const edgeOfFirst = memory.data(12);
const edgeOfSecond = memory.data(12);
const corner = memory.data(12);
const other = memory.data(12);
let depth: f32 = 0;
let feature: i32 = 0;

/** Finds the shortest way to part the cores; returns its length, or below 0 where they do not overlap. */
export function findOverlap(): f32 {
  depth = 3.4e38;
  for (let i = 0; i < 3; i++) {
    set(axis, 0, 0, 0);
    setComponent(axis, i, 1);
    tryAxis(i);
  }
  if (firstIsBox) {
    for (let i = 0; i < 3; i++) {
      copy(axis, firstCore + <usize>i * 12);
      tryAxis(3 + i);
    }
  }
  const edges = firstIsBox ? 3 : 1;
  for (let i = 0; i < edges; i++) {
    edgeDirection(i);
    for (let j = 0; j < 3; j++) {
      set(edgeOfSecond, 0, 0, 0);
      setComponent(edgeOfSecond, j, 1);
      cross(axis, edgeOfFirst, edgeOfSecond);
      const squared = dot(axis, axis);
      if (squared < 1e-6) continue;
      scale(axis, axis, <f32>1 / f32.sqrt(squared));
      tryAxis(6 + 3 * i + j);
    }
  }
  copy(direction, best);
  scale(opposite, best, -1);
  firstCorner(nearestOnFirst, firstCornerTowards(opposite));
  secondCorner(nearestOnSecond, secondCornerTowards(best));
  if (feature < 3) addScaled(nearestOnSecond, nearestOnFirst, best, depth);
  else if (feature < 6) addScaled(nearestOnFirst, nearestOnSecond, best, -depth);
  else crossingEdges((feature - 6) / 3, (feature - 6) % 3);
  return depth;
}

/** Unit direction of the first core's edges of one kind. */
function edgeDirection(which: i32): void {
  if (firstIsBox) {
    copy(edgeOfFirst, firstCore + <usize>which * 12);
  } else {
    subtract(edgeOfFirst, firstCore, firstCore + 12);
    const long = length(edgeOfFirst);
    if (long > 0) scale(edgeOfFirst, edgeOfFirst, <f32>1 / long);
  }
}

function tryAxis(which: i32): void {
  tryDirection(which);
  scale(axis, axis, -1);
  tryDirection(which);
}
function tryDirection(which: i32): void {
  scale(opposite, axis, -1);
  firstCorner(corner, firstCornerTowards(opposite));
  secondCorner(other, secondCornerTowards(axis));
  const deep = dot(other, axis) - dot(corner, axis);
  if (deep < depth) {
    depth = deep;
    feature = which;
    copy(best, axis);
  }
}

/** The points at which an edge of each, through the corners found, are nearest. */
function crossingEdges(i: i32, j: i32): void {
  edgeDirection(i);
  set(edgeOfSecond, 0, 0, 0);
  setComponent(edgeOfSecond, j, 1);
  subtract(corner, nearestOnFirst, nearestOnSecond);
  const b = dot(edgeOfFirst, edgeOfSecond);
  const c = dot(edgeOfFirst, corner);
  const f = component(corner, j);
  const squared: f32 = <f32>1 - b * b;
  addScaled(nearestOnFirst, nearestOnFirst, edgeOfFirst, (b * f - c) / squared);
  addScaled(nearestOnSecond, nearestOnSecond, edgeOfSecond, (f - b * c) / squared);
}
