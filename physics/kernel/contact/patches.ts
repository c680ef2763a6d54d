// Friction patches: contacts of a pair that share a normal, held by at most two anchors that last from step to step.
//
// An anchor is a place told in both bodies' axes. As long as friction holds, the solver pulls the two places together, so
// a foot that stands does not creep. Anchors are kept while nothing slipped ("broken", which the solver says), the normal
// is what it was in both bodies and the two places are not drawn apart along it; they are chosen anew when the contact has
// outgrown them. All of this is PhysX's strong friction, with its thresholds.

import {
  add,
  copy,
  copy48,
  dot,
  FRAME_POSITION,
  pointIn,
  pointOut,
  rotateIn,
  rotateOut,
  set,
  squaredDistance,
  subtract,
  x,
  y,
  z,
} from './vector';
import { secondAnchorFrom } from '../layout';
import { CONTACT_POINT, CONTACT_SEPARATION, contactAt, contactCount } from './found';

// ---- what lasts ----
/** Set by the solver where friction slipped in the last step. */
export const BROKEN: usize = 0;
const ANCHORS: usize = 4;
/** Which pair it is of. */
export const PATCH_PAIR: usize = 8;
const FIRST_NORMAL: usize = 12;
const SECOND_NORMAL: usize = 24;
const FIRST_ANCHORS: usize = 36;
const SECOND_ANCHORS: usize = 60;
/** Bytes of a patch. */
export const PATCH: usize = 96;

// ---- what the solver is told ----
/** Bytes of a record: a patch with its contacts of this step. */
export const RECORD: usize = 256;

/** Cosine of the angle within which normals count as one. */
const sameNormal: f32 = 0.999;
/** A patch is kept while its anchors are drawn apart along the normal by less, metres. */
const mostDrawn: f32 = 0.025;
/** Contacts further apart than this carry no friction, metres. */
const frictionReach: f32 = 0.04;

// ---- patches of the pair at hand ----
/** As many as a pair can have: those that it had, and one for each contact. */
const mostPatches = 8;
/** Address of each patch in lasting memory or, if it is new and has none yet, 0. */
const lasting = memory.data(8 * 4);
/** Working copies. */
const copies = memory.data(8 * 96);
const worldNormals = memory.data(8 * 12);
/** Box around each patch's contacts. */
const lows = memory.data(8 * 12);
const highs = memory.data(8 * 12);
const counts = memory.data(8);
export let patchCount: i32 = 0;

/** A run of contacts, one after the other, with one normal. */
const runStart = memory.data(4);
const runCount = memory.data(4);
/** The patch that each run belongs to. */
const runPatch = memory.data(4);
let runs: i32 = 0;

const place = memory.data(12);
const anchors = memory.data(24);

// @ts-ignore: decorator
@inline function patchAt(index: i32): usize {
  return copies + <usize>index * PATCH;
}
// @ts-ignore: decorator
@inline function vectorOf(vectors: usize, index: i32): usize {
  return vectors + <usize>index * 12;
}
// @ts-ignore: decorator
@inline function copyPatch(out: usize, patch: usize): void {
  copy48(out, patch);
  copy48(out + 48, patch + 48);
}
function clearPatch(patch: usize): void {
  for (let at: usize = 0; at < PATCH; at += 16) v128.store(patch + at, i32x4.splat(0));
}
/** Lasting address of a patch; 0 for a new one. */
export function lastingPatch(index: i32): usize {
  return <usize>load<u32>(lasting + <usize>index * 4);
}
/** How many contacts of this step a patch has. */
export function contactsOf(index: i32): i32 {
  return load<u8>(counts + index);
}

export function forgetPatches(): void {
  patchCount = 0;
}

/**
 * Takes up a patch of the step before, if it holds; `first` and `second` are the bodies' frames, as everywhere here.
 * Returns whether it does.
 */
export function recall(patch: usize, first: usize, second: usize): bool {
  const many = load<u32>(patch, ANCHORS);
  if (load<u32>(patch, BROKEN) || !many || patchCount === mostPatches) return false;
  const normal = vectorOf(worldNormals, patchCount);
  rotateOut(normal, first, patch + FIRST_NORMAL);
  rotateOut(place, second, patch + SECOND_NORMAL);
  if (!(dot(normal, place) > sameNormal)) return false;
  for (let i: usize = 0; i < <usize>many; i++) {
    pointOut(place, first, patch + FIRST_ANCHORS + i * 12);
    pointOut(secondPlace, second, patch + SECOND_ANCHORS + i * 12);
    subtract(place, place, secondPlace);
    if (!(f32.abs(dot(place, normal)) < mostDrawn)) return false;
  }
  store<u32>(lasting + <usize>patchCount * 4, <u32>patch);
  copyPatch(patchAt(patchCount), patch);
  store<u8>(counts + patchCount, 0);
  patchCount++;
  return true;
}

/** Sorts this step's contacts into patches and sees to their anchors. */
export function sortContacts(pair: u32, first: usize, second: usize): void {
  runs = 0;
  for (let i = 0; i < contactCount; i++) {
    const contact = contactAt(i);
    if (runs > 0 && dot(contact, contactAt(load<u8>(runStart + runs - 1))) >= sameNormal) {
      store<u8>(runCount + runs - 1, load<u8>(runCount + runs - 1) + 1);
      continue;
    }
    store<u8>(runStart + runs, <u8>i);
    store<u8>(runCount + runs, 1);
    runs++;
  }
  for (let run = 0; run < runs; run++) {
    const normal = contactAt(load<u8>(runStart + run));
    let index = 0;
    while (index < patchCount && dot(normal, vectorOf(worldNormals, index)) < sameNormal) index++;
    if (index === patchCount) {
      if (patchCount === mostPatches) {
        store<u8>(runPatch + run, 255);
        continue;
      }
      newPatch(pair, normal, first, second);
    }
    store<u8>(runPatch + run, <u8>index);
    for (let i = 0; i < <i32>load<u8>(runCount + run); i++) {
      include(index, contactAt(load<u8>(runStart + run) + i) + CONTACT_POINT);
    }
  }
  for (let index = 0; index < patchCount; index++) {
    if (load<u8>(counts + index)) chooseAnchors(index, first, second);
  }
}

function newPatch(pair: u32, normal: usize, first: usize, second: usize): void {
  const patch = patchAt(patchCount);
  clearPatch(patch);
  store<u32>(patch, pair, PATCH_PAIR);
  rotateIn(patch + FIRST_NORMAL, first, normal);
  rotateIn(patch + SECOND_NORMAL, second, normal);
  store<u32>(lasting + <usize>patchCount * 4, 0);
  copy(vectorOf(worldNormals, patchCount), normal);
  store<u8>(counts + patchCount, 0);
  patchCount++;
}

function include(index: i32, point: usize): void {
  const low = vectorOf(lows, index);
  const high = vectorOf(highs, index);
  const count = load<u8>(counts + index);
  if (count === 0) {
    copy(low, point);
    copy(high, point);
  } else {
    set(low, min(x(low), x(point)), min(y(low), y(point)), min(z(low), z(point)));
    set(high, max(x(high), x(point)), max(y(high), y(point)), max(z(high), z(point)));
  }
  store<u8>(counts + index, count + 1);
}

/** Keeps a patch's anchors, or adds to them, or chooses them anew from its contacts. */
function chooseAnchors(index: i32, first: usize, second: usize): void {
  const patch = patchAt(index);
  if (load<u32>(patch, ANCHORS) === 2) {
    const apart = squaredDistance(patch + FIRST_ANCHORS, patch + FIRST_ANCHORS + 12);
    if (apart * 4 >= squaredDistance(vectorOf(lows, index), vectorOf(highs, index))) return;
    // The contact has outgrown its anchors.
    store<u32>(patch, 0, ANCHORS);
  }
  const kept = load<u32>(patch, ANCHORS);
  let count = kept;
  if (kept === 1) pointOut(anchors, first, patch + FIRST_ANCHORS);
  let apart: f32 = 0;
  for (let run = runs - 1; run >= 0; run--) {
    if (load<u8>(runPatch + run) !== index) continue;
    for (let i = 0; i < <i32>load<u8>(runCount + run); i++) {
      const contact = contactAt(load<u8>(runStart + run) + i);
      if (!(load<f32>(contact, CONTACT_SEPARATION) < frictionReach)) continue;
      const point = contact + CONTACT_POINT;
      if (count === 0) {
        copy(anchors, point);
        count = 1;
      } else if (count === 1) {
        apart = squaredDistance(point, anchors);
        if (apart > secondAnchorFrom * secondAnchorFrom) {
          copy(anchors + 12, point);
          count = 2;
        }
      } else {
        // Whichever makes the pair longer.
        const fromFirst = squaredDistance(point, anchors);
        const fromSecond = squaredDistance(point, anchors + 12);
        if (fromFirst > fromSecond) {
          if (fromFirst > apart) {
            copy(anchors + 12, point);
            apart = fromFirst;
          }
        } else if (fromSecond > apart) {
          copy(anchors, point);
          apart = fromSecond;
        }
      }
    }
  }
  for (let i: usize = kept; i < <usize>count; i++) {
    pointIn(patch + FIRST_ANCHORS + i * 12, first, anchors + i * 12);
    pointIn(patch + SECOND_ANCHORS + i * 12, second, anchors + i * 12);
  }
  store<u32>(patch, count, ANCHORS);
}

/** Keeps a patch in lasting memory; `broken` is told to the solver as the address to say so at. */
export function keepPatch(index: i32, at: usize): void {
  copyPatch(at, patchAt(index));
}

const firstPlace = memory.data(12);
const secondPlace = memory.data(12);

/** Writes what the solver needs of a patch and its contacts. */
export function writeRecord(record: usize, index: i32, broken: usize, first: usize, second: usize): void {
  const patch = patchAt(index);
  const many = load<u32>(patch, ANCHORS);
  store<u32>(record, load<u32>(patch, PATCH_PAIR));
  store<u32>(record, load<u8>(counts + index), 4);
  store<u32>(record, many, 8);
  store<u32>(record, <u32>broken, 12);
  store<f32>(record, 0, 28);
  let point = record + 32;
  let isFirst = true;
  for (let run = runs - 1; run >= 0; run--) {
    if (load<u8>(runPatch + run) !== index) continue;
    for (let i = 0; i < <i32>load<u8>(runCount + run); i++) {
      const contact = contactAt(load<u8>(runStart + run) + i);
      if (isFirst) copy(record + 16, contact);
      isFirst = false;
      copy(point, contact + CONTACT_POINT);
      store<f32>(point, load<f32>(contact, CONTACT_SEPARATION), 12);
      point += 16;
    }
  }
  for (let i: usize = 0; i < <usize>many; i++) {
    const out = record + 96 + i * 48;
    rotateOut(firstPlace, first, patch + FIRST_ANCHORS + i * 12);
    rotateOut(secondPlace, second, patch + SECOND_ANCHORS + i * 12);
    copy(out, firstPlace);
    store<f32>(out, 0, 12);
    copy(out + 16, secondPlace);
    store<f32>(out, 0, 28);
    add(firstPlace, firstPlace, first + FRAME_POSITION);
    add(secondPlace, secondPlace, second + FRAME_POSITION);
    subtract(out + 32, firstPlace, secondPlace);
    store<f32>(out, 0, 44);
  }
}
