// From poses to contacts: what the solver calls once a step, before anything moves.
//
// Near pairs are found for four walkers at once (near-pairs.ts); then each lane goes its own way through its pairs, in the
// order of the table: a manifold for pairs that keep one, contacts, patches with anchors, and a record for the solver.
// Nothing is shared between lanes, not even room, so what comes of a walker never depends on its neighbours.

import {
  bodyAt,
  bodyCount,
  contactLane,
  groupIndex,
  HAPPENED,
  OVERFLOW,
  PAIR_BYTES,
  pairCount,
  pairs,
  SHAPE_BYTES,
  shapeCount,
  shapes,
  TOUCHING,
  V,
} from '../layout';
import { copy32 } from './vector';
import { clearManifold, MANIFOLD, MANIFOLD_PAIR } from './manifold';
import {
  BALL,
  BOX,
  CAPSULE,
  BODY_FRAME,
  BODY_FRAMES,
  LANES,
  listNearPairs,
  PLACED,
  PLACED_LANE,
  placeBodies,
  placeFixtures,
  placeShapes,
  PLANE,
  SHAPE_REACH,
} from './near-pairs';
import { contactCount, flipContacts, forgetContacts } from './found';
import {
  ballAgainstBall,
  ballAgainstBox,
  ballAgainstCapsule,
  ballAgainstPlane,
  capsuleAgainstCapsule,
} from './round-pairs';
import { boxAgainstBox } from './box-against-box';
import { capsuleAgainstBox } from './capsule-against-box';
import { boxOnPlane, capsuleOnPlane } from './on-plane';
import {
  contactsOf,
  forgetPatches,
  keepPatch,
  lastingPatch,
  PATCH,
  PATCH_PAIR,
  patchCount,
  recall,
  RECORD,
  sortContacts,
  writeRecord,
} from './patches';

// ---- what a lane keeps ----
/** How many manifolds and patches a walker may have at a time. */
const MANIFOLDS: i32 = 20;
const PATCHES: i32 = 24;
/** Bits of places in use, and how many are. */
const MANIFOLDS_USED: usize = 0;
const MANIFOLD_COUNT: usize = 4;
const PATCHES_USED: usize = 8;
const PATCH_COUNT: usize = 12;
/** Places in the order of their pairs, a byte each. */
const MANIFOLD_ORDER: usize = 16;
const PATCH_ORDER: usize = 48;
const FIRST_MANIFOLD: usize = 80;
const FIRST_PATCH: usize = FIRST_MANIFOLD + <usize>MANIFOLDS * MANIFOLD;
const LANE: usize = FIRST_PATCH + <usize>PATCHES * PATCH;

// ---- scratch of one step ----
/** Records that a lane's list has room for. */
const MOST_RECORDS: i32 = 40;
const LIST: usize = 16 + <usize>MOST_RECORDS * RECORD;
let lists: usize = 0;
let placed: usize = 0;
let bodyFrames: usize = 0;
let near: usize = 0;
let nearCount: i32 = 0;

/** The frame of what never moves. */
const worldFrame = memory.data<f32>([1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
const oldOrder = memory.data(32);
/** A manifold, and a flag, of a lane that has no room left. */
const spareManifold = memory.data(224);
const spareFlag = memory.data(4);

/** Bytes that a lane keeps from step to step; a multiple of 16. */
export function contactLaneBytes(): i32 {
  return <i32>((LANE + 15) & ~15);
}

/** Bytes of scratch that one step needs, for so many bodies, shapes and pairs. */
export function contactScratchBytes(bodies: i32, shapes: i32, pairs: i32): i32 {
  const bytes: usize =
    4 * LIST + <usize>shapes * PLACED + <usize>bodies * BODY_FRAMES + ((<usize>pairs * 4 + 15) & ~15);
  return <i32>bytes;
}

/** Where scratch is; 16-byte aligned. To be told after the tables are written; what never moves is placed now. */
export function setContactScratch(at: usize): void {
  lists = at;
  placed = lists + 4 * LIST;
  bodyFrames = placed + <usize>shapeCount * PLACED;
  near = bodyFrames + <usize>bodyCount * BODY_FRAMES;
  placeFixtures(placed);
}

/** A lane that starts anew remembers no contact. */
export function clearContacts(lane: usize): void {
  memory.fill(lane, 0, LANE);
}

/** The most records that a lane's list can have. */
export function contactListCapacity(): i32 {
  return MOST_RECORDS;
}

/** Address of a lane's list: a count, padding to 16 bytes, then records. */
export function contactList(lane: i32): usize {
  return lists + <usize>lane * LIST;
}

/** Finds all contacts of a group of four walkers, from the poses and velocities that the step begins with. */
export function findContacts(group: usize): void {
  placeShapes(group, placed);
  nearCount = listNearPairs(placed, near);
  placeBodies(group, bodyFrames);
  const none = i32x4.splat(0);
  for (let body = 0; body < bodyCount; body++) v128.store(bodyAt(group, body), none, TOUCHING);
  v128.store(group, none, HAPPENED);
  const first = groupIndex(group) * 4;
  for (let lane = 0; lane < 4; lane++) findLane(group, lane, contactLane(first + lane));
}

/** Cursors through what the lane remembers, which is in the order of pairs as the near ones are. */
let manifoldsBefore: i32 = 0;
let manifoldCursor: i32 = 0;
let manifoldsNow: i32 = 0;
let patchesBefore: i32 = 0;
let patchCursor: i32 = 0;
let patchesNow: i32 = 0;
/** Categories of shapes a touch of which began or ended. */
let happened: u32 = 0;

function findLane(group: usize, lane: i32, memoryAt: usize): void {
  manifoldsBefore = load<i32>(memoryAt, MANIFOLD_COUNT);
  patchesBefore = load<i32>(memoryAt, PATCH_COUNT);
  manifoldCursor = patchCursor = manifoldsNow = patchesNow = 0;
  happened = 0;
  const list = contactList(lane);
  store<u32>(list, 0);
  // Patches are listed anew while the old list is still being read.
  copy32(oldOrder, memoryAt + PATCH_ORDER);
  copy32(oldManifolds, memoryAt + MANIFOLD_ORDER);
  const bit: u32 = 1 << lane;
  for (let i = 0; i < nearCount; i++) {
    const entry = load<u32>(near + (<usize>i << 2));
    if (entry & bit) findPair(group, lane, memoryAt, list, entry >> 4);
  }
  dropManifoldsBefore(memoryAt, 0xffffffff);
  dropPatchesBefore(memoryAt, 0xffffffff);
  store<i32>(memoryAt, manifoldsNow, MANIFOLD_COUNT);
  store<i32>(memoryAt, patchesNow, PATCH_COUNT);
  store<u32>(group + HAPPENED + (<usize>lane << 2), happened);
}
const oldManifolds = memory.data(32);

function countOverflow(group: usize, lane: i32): void {
  const at = group + OVERFLOW + (<usize>lane << 2);
  store<u32>(at, load<u32>(at) + 1);
}

// ---- manifolds ----

// @ts-ignore: decorator
@inline function manifoldAt(memoryAt: usize, place: i32): usize {
  return memoryAt + FIRST_MANIFOLD + <usize>place * MANIFOLD;
}

/** Gives up manifolds of pairs before `pair`: they are no longer near. */
function dropManifoldsBefore(memoryAt: usize, pair: u32): void {
  while (manifoldCursor < manifoldsBefore) {
    const place = <i32>load<u8>(oldManifolds + manifoldCursor);
    if (load<u32>(manifoldAt(memoryAt, place), MANIFOLD_PAIR) >= pair) return;
    store<u32>(memoryAt, load<u32>(memoryAt, MANIFOLDS_USED) & ~(1 << place), MANIFOLDS_USED);
    manifoldCursor++;
  }
}

/** The manifold of a pair: the one it had, or a new one. */
function manifoldOf(group: usize, lane: i32, memoryAt: usize, pair: u32): usize {
  dropManifoldsBefore(memoryAt, pair);
  let place: i32;
  if (manifoldCursor < manifoldsBefore) {
    place = load<u8>(oldManifolds + manifoldCursor);
    if (load<u32>(manifoldAt(memoryAt, place), MANIFOLD_PAIR) === pair) {
      manifoldCursor++;
      store<u8>(memoryAt + MANIFOLD_ORDER + manifoldsNow, <u8>place);
      manifoldsNow++;
      return manifoldAt(memoryAt, place);
    }
  }
  const used = load<u32>(memoryAt, MANIFOLDS_USED);
  place = ctz(~used);
  if (place >= MANIFOLDS) {
    // Contacts are found all the same, but not remembered.
    countOverflow(group, lane);
    clearManifold(spareManifold, pair);
    return spareManifold;
  }
  store<u32>(memoryAt, used | (1 << place), MANIFOLDS_USED);
  store<u8>(memoryAt + MANIFOLD_ORDER + manifoldsNow, <u8>place);
  manifoldsNow++;
  clearManifold(manifoldAt(memoryAt, place), pair);
  return manifoldAt(memoryAt, place);
}

// ---- patches and touches ----

// @ts-ignore: decorator
@inline function patchPlace(memoryAt: usize, place: i32): usize {
  return memoryAt + FIRST_PATCH + <usize>place * PATCH;
}
// @ts-ignore: decorator
@inline function freePatch(memoryAt: usize, place: i32): void {
  store<u32>(memoryAt, load<u32>(memoryAt, PATCHES_USED) & ~(1 << place), PATCHES_USED);
}
/** The pair of the next patch remembered; none: the last number there is. */
function nextPatchPair(memoryAt: usize): u32 {
  if (patchCursor === patchesBefore) return 0xffffffff;
  return load<u32>(patchPlace(memoryAt, load<u8>(oldOrder + patchCursor)), PATCH_PAIR);
}

/** Gives up patches of pairs before `pair`: they touch no more. */
function dropPatchesBefore(memoryAt: usize, pair: u32): void {
  for (let next = nextPatchPair(memoryAt); next < pair; next = nextPatchPair(memoryAt)) {
    happened |= categoriesOf(next);
    freePatch(memoryAt, load<u8>(oldOrder + patchCursor));
    patchCursor++;
  }
}

// @ts-ignore: decorator
@inline function shapeOf(pair: u32, which: usize): usize {
  return shapes + <usize>load<u32>(pairs + <usize>pair * PAIR_BYTES + (which << 2)) * SHAPE_BYTES;
}
// @ts-ignore: decorator
@inline function categoryOf(shape: usize): u32 {
  return 1 << load<u32>(shape, 52);
}
function categoriesOf(pair: u32): u32 {
  return categoryOf(shapeOf(pair, 0)) | categoryOf(shapeOf(pair, 1));
}
function touch(group: usize, lane: i32, body: i32, category: u32): void {
  if (body < 0) return;
  const at = bodyAt(group, body) + TOUCHING + (<usize>lane << 2);
  store<u32>(at, load<u32>(at) | category);
}

function findPair(group: usize, lane: i32, memoryAt: usize, list: usize, pair: u32): void {
  const first = shapeOf(pair, 0);
  const second = shapeOf(pair, 1);
  findPoints(group, lane, memoryAt, pair, first, second);
  if (contactCount === 0) return;

  dropPatchesBefore(memoryAt, pair);
  if (nextPatchPair(memoryAt) !== pair) happened |= categoriesOf(pair);
  const firstIndex = load<i32>(first);
  const secondIndex = load<i32>(second);
  touch(group, lane, firstIndex, categoryOf(second));
  touch(group, lane, secondIndex, categoryOf(first));

  const firstBody = bodyFrame(lane, firstIndex);
  const secondBody = bodyFrame(lane, secondIndex);
  forgetPatches();
  while (nextPatchPair(memoryAt) === pair) {
    const place = load<u8>(oldOrder + patchCursor);
    if (!recall(patchPlace(memoryAt, place), firstBody, secondBody)) freePatch(memoryAt, place);
    patchCursor++;
  }
  sortContacts(pair, firstBody, secondBody);
  for (let index = 0; index < patchCount; index++) {
    const lasts = lastingPatch(index);
    if (contactsOf(index) === 0) {
      if (lasts) freePatch(memoryAt, <i32>((lasts - memoryAt - FIRST_PATCH) / PATCH));
      continue;
    }
    keepAndTell(group, lane, memoryAt, list, index, lasts, firstBody, secondBody);
  }
}

/** Keeps a patch for the next step and writes its record. */
function keepAndTell(
  group: usize,
  lane: i32,
  memoryAt: usize,
  list: usize,
  index: i32,
  lasts: usize,
  firstBody: usize,
  secondBody: usize,
): void {
  let at = lasts;
  if (!at) {
    const used = load<u32>(memoryAt, PATCHES_USED);
    const place = <i32>ctz(~used);
    if (place < PATCHES) {
      store<u32>(memoryAt, used | (1 << place), PATCHES_USED);
      at = patchPlace(memoryAt, place);
    } else {
      countOverflow(group, lane);
    }
  }
  if (at) {
    store<u8>(memoryAt + PATCH_ORDER + patchesNow, <u8>((at - memoryAt - FIRST_PATCH) / PATCH));
    patchesNow++;
    keepPatch(index, at);
  }
  const records = load<i32>(list);
  if (records === MOST_RECORDS) {
    countOverflow(group, lane);
    return;
  }
  writeRecord(list + 16 + <usize>records * RECORD, index, at ? at : spareFlag, firstBody, secondBody);
  store<i32>(list, records + 1);
}

/** A body's frame; of what does not move, the world's own. */
// @ts-ignore: decorator
@inline function bodyFrame(lane: i32, body: i32): usize {
  return body < 0 ? worldFrame : bodyFrames + <usize>body * BODY_FRAMES + <usize>lane * BODY_FRAME;
}

// ---- by kinds of shapes ----

/** The order in which kinds come first in a pair's reckoning: a ball before a plane before a capsule before a box. */
// @ts-ignore: decorator
@inline function rank(kind: i32): i32 {
  return kind === BALL ? 0 : kind === PLANE ? 1 : kind === CAPSULE ? 2 : 3;
}

function findPoints(group: usize, lane: i32, memoryAt: usize, pair: u32, first: usize, second: usize): void {
  forgetContacts();
  const a = placed + ((first - shapes) / SHAPE_BYTES) * PLACED + LANES + <usize>lane * PLACED_LANE;
  const b = placed + ((second - shapes) / SHAPE_BYTES) * PLACED + LANES + <usize>lane * PLACED_LANE;
  const reach = load<f32>(a, SHAPE_REACH) + load<f32>(b, SHAPE_REACH);
  if (rank(load<i32>(first, 4)) > rank(load<i32>(second, 4))) {
    byKinds(group, lane, memoryAt, pair, second, b, first, a, reach);
    flipContacts();
  } else {
    byKinds(group, lane, memoryAt, pair, first, a, second, b, reach);
  }
}

/** Dimensions in the table of shapes. */
const SIZE: usize = 8;
// @ts-ignore: decorator
@inline function radius(shape: usize): f32 {
  return load<f32>(shape, SIZE);
}
// @ts-ignore: decorator
@inline function halfHeight(shape: usize): f32 {
  return load<f32>(shape, SIZE + 4);
}

/** Finds the contacts of two shapes, the first of no higher rank; `a` and `b`: where they are in this lane. */
function byKinds(
  group: usize,
  lane: i32,
  memoryAt: usize,
  pair: u32,
  first: usize,
  a: usize,
  second: usize,
  b: usize,
  reach: f32,
): void {
  const kind = load<i32>(first, 4);
  const other = load<i32>(second, 4);
  if (kind === BALL) {
    if (other === BALL) ballAgainstBall(a, radius(first), b, radius(second), reach);
    else if (other === PLANE) ballAgainstPlane(a, radius(first), b, reach);
    else if (other === CAPSULE) ballAgainstCapsule(a, radius(first), b, radius(second), halfHeight(second), reach);
    else ballAgainstBox(a, radius(first), b, second + SIZE, reach);
    return;
  }
  if (kind === CAPSULE && other === CAPSULE) {
    capsuleAgainstCapsule(a, radius(first), halfHeight(first), b, radius(second), halfHeight(second), reach);
    return;
  }
  const manifold = manifoldOf(group, lane, memoryAt, pair);
  if (kind === PLANE) {
    // The functions want the plane second, and so give the normals the other way round.
    if (other === CAPSULE) capsuleOnPlane(manifold, b, radius(second), halfHeight(second), a, reach);
    else boxOnPlane(manifold, b, second + SIZE, a, reach);
    flipContacts();
  } else if (kind === CAPSULE) {
    capsuleAgainstBox(manifold, a, radius(first), halfHeight(first), b, second + SIZE, reach);
  } else {
    boxAgainstBox(manifold, a, first + SIZE, b, second + SIZE, reach);
  }
}
