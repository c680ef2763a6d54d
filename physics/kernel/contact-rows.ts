// From each lane's list of contacts to rows for four walkers, in the order in which PhysX solves them.
//
// An entry is one pair of shapes in one partition, and holds that pair's contacts of every lane that has them there; in the
// other lanes it is all zeros and does nothing, to the last bit. A pair of moving bodies goes, lane by lane, into the lowest
// partition in which neither body has a joint or an earlier contact. Contacts with what never moves come after everything
// else of their body, so they are all put last.
//
// Semantics: PhysX 4.1's DyContactPrep and DyConstraintPartition.
import {
  BODY_TABLE_BYTES,
  FRICTION_SCALE,
  INVERSE_MASS,
  JOINT_PARTITIONS,
  PAIR_BYTES,
  POSITION,
  ROOT_INVERSE_INERTIA,
  V,
  anchorShare,
  bodyAt,
  bodyCount,
  bodyTable,
  gapFactor,
  maxDepenetration,
  pairs,
  timeStep,
} from './layout';
import { BODY_0, BODY_1, CONTACT_BETWEEN, CONTACT_STATIC, KIND } from './joint-layout';
import { LINEAR, MATRIX, solverBody } from './velocities';
import { abs, add, div, dot, max, minor, mul, neg, reciprocalOrZero, select, splat, sqrt, sub } from './math';
import { contactList } from './contact/index';

// ---- a lane's list, as contact/ writes it, bytes ----
const RECORD_BYTES: usize = 256;
const RECORD_POINTS: usize = 4;
const RECORD_ANCHORS: usize = 8;
const RECORD_BROKEN: usize = 12;
const RECORD_NORMAL: usize = 16;
const RECORD_POINT: usize = 32;
const RECORD_ANCHOR: usize = 96;

// ---- what is gathered for an entry, before it becomes rows: v128 from its start ----
/** u32 key: partition x 65536 + pair. */
const RAW_PRESENT: usize = 1 * V;
const RAW_NORMAL: usize = 2 * V;
const RAW_SHARE: usize = 5 * V;
const RAW_BROKEN: usize = 6 * V;
/** Four points: mask, position 3, separation. */
const RAW_POINTS: usize = 7 * V;
const RAW_POINT_BYTES: usize = 5 * V;
/** Two anchors: mask, arm of a 3, arm of b 3, error 3. */
const RAW_ANCHORS: usize = 27 * V;
const RAW_ANCHOR_BYTES: usize = 10 * V;
const RAW_BYTES: usize = 47 * V;

// ---- an entry's rows ----
/** u32 after kind and bodies: points + 256 x anchors. */
export const CONTACT_COUNTS: usize = 12;
/** Four u32: where to say that friction was cut. */
export const CONTACT_BROKEN: usize = 1 * V;
export const CONTACT_NORMAL: usize = 2 * V;
export const CONTACT_TANGENT_0: usize = 5 * V;
export const CONTACT_TANGENT_1: usize = 8 * V;
export const CONTACT_FRICTION: usize = 11 * V;
/** Mask: friction was cut in the last iteration. */
export const CONTACT_CUT: usize = 12 * V;
export const CONTACT_HEAD_BYTES: usize = 13 * V;
// A row: angular Jacobians of both bodies, what a velocity is multiplied by, bias, impulse.
export const CONTACT_A0: usize = 0 * V;
export const CONTACT_A1: usize = 3 * V;
export const CONTACT_GAIN: usize = 6 * V;
export const CONTACT_BIAS: usize = 7 * V;
export const CONTACT_IMPULSE: usize = 8 * V;
export const CONTACT_ROW_BYTES: usize = 9 * V;

/** Partition of contacts with what never moves: behind all others. */
const LAST: u32 = 0xffff;

let entries: usize = 0;
let entryCount: u32 = 0;

/** Bytes that gathering and rows take at most for so many different contacts of four lanes. */
export function contactRowBytes(count: usize): usize {
  return count * (4 + RAW_BYTES + CONTACT_HEAD_BYTES + 8 * CONTACT_ROW_BYTES) + 4 * <usize>bodyCount + 4 * V;
}

/**
 * Prepares all contacts of a group at `at`, and appends the place of each entry's rows to the list at `list`, of those
 * before partition `partition` = up to the caller: see `contactsBefore`.
 */
export function gatherContacts(group: usize, at: usize): usize {
  const masks = at;
  const keys = (masks + 4 * <usize>bodyCount + 15) & ~15;
  let total: u32 = 0;
  for (let lane = 0; lane < 4; lane++) total += load<u32>(contactList(lane));
  entryCount = 0;
  entries = (keys + 4 * total + 15) & ~15;
  if (!total) return entries;

  // Which pairs, in which partition: sorted, each once. Keys are left in the lists' spare words for the second pass.
  for (let lane = 0; lane < 4; lane++) {
    const list = contactList(lane);
    const count = load<u32>(list);
    if (!count) continue;
    for (let body = 0; body < bodyCount; body++) {
      store<u32>(masks + 4 * <usize>body, load<u32>(bodyTable + <usize>body * BODY_TABLE_BYTES, JOINT_PARTITIONS));
    }
    for (let i: u32 = 0; i < count; i++) {
      const record = list + 16 + i * RECORD_BYTES;
      const pair = load<u32>(record);
      const bodies = pairs + pair * PAIR_BYTES;
      const second = load<i32>(bodies, 12);
      let partition = LAST;
      if (second >= 0) {
        const mask0 = masks + 4 * load<u32>(bodies, 8);
        const mask1 = masks + 4 * <usize>second;
        partition = ctz(~(load<u32>(mask0) | load<u32>(mask1)));
        store<u32>(mask0, load<u32>(mask0) | (1 << partition));
        store<u32>(mask1, load<u32>(mask1) | (1 << partition));
      }
      const key = (partition << 16) | pair;
      store<u32>(record, key);
      insertKey(keys, key);
    }
  }

  memory.fill(entries, 0, entryCount * RAW_BYTES);
  for (let i: u32 = 0; i < entryCount; i++) store<u32>(entries + i * RAW_BYTES, load<u32>(keys + 4 * i));
  for (let lane = 0; lane < 4; lane++) {
    const list = contactList(lane);
    const count = load<u32>(list);
    for (let i: u32 = 0; i < count; i++) {
      const record = list + 16 + i * RECORD_BYTES;
      scatter(record, entries + placeOf(keys, load<u32>(record)) * RAW_BYTES, <usize>lane * 4);
    }
  }
  return entries + entryCount * RAW_BYTES;
}

/** Puts a key in its place among the sorted ones, unless it is there. */
function insertKey(keys: usize, key: u32): void {
  let at = entryCount;
  while (at > 0 && load<u32>(keys + 4 * (at - 1)) > key) at--;
  if (at > 0 && load<u32>(keys + 4 * (at - 1)) == key) return;
  for (let i = entryCount; i > at; i--) store<u32>(keys + 4 * i, load<u32>(keys + 4 * (i - 1)));
  store<u32>(keys + 4 * at, key);
  entryCount++;
}

function placeOf(keys: usize, key: u32): u32 {
  let at: u32 = 0;
  while (load<u32>(keys + 4 * at) != key) at++;
  return at;
}

/** Copies one lane's contact into its entry; `lane` is in bytes. */
function scatter(record: usize, entry: usize, lane: usize): void {
  const into = entry + lane;
  const points = load<u32>(record, RECORD_POINTS);
  const anchors = load<u32>(record, RECORD_ANCHORS);
  store<i32>(into, -1, RAW_PRESENT);
  for (let part: usize = 0; part < 3; part++) {
    store<f32>(into + part * V, load<f32>(record + part * 4, RECORD_NORMAL), RAW_NORMAL);
  }
  store<f32>(into, anchors == 2 ? anchorShare : 1, RAW_SHARE);
  store<u32>(into, load<u32>(record, RECORD_BROKEN), RAW_BROKEN);
  for (let point: usize = 0; point < points; point++) {
    const from = record + RECORD_POINT + point * 16;
    const to = into + RAW_POINTS + point * RAW_POINT_BYTES;
    store<i32>(to, -1);
    for (let part: usize = 0; part < 4; part++) store<f32>(to + part * V, load<f32>(from + part * 4), V);
  }
  for (let anchor: usize = 0; anchor < anchors; anchor++) {
    const from = record + RECORD_ANCHOR + anchor * 48;
    const to = into + RAW_ANCHORS + anchor * RAW_ANCHOR_BYTES;
    store<i32>(to, -1);
    for (let vector: usize = 0; vector < 3; vector++) {
      for (let part: usize = 0; part < 3; part++) {
        store<f32>(to + (vector * 3 + part) * V, load<f32>(from + vector * 16 + part * 4), V);
      }
    }
  }
}

let nextEntry: u32 = 0;

/** To be called before the first `contactsUpTo`. */
export function startOrder(): void {
  nextEntry = 0;
}

/** Whether the next entry belongs before partition `partition` + 1. */
export function contactIsIn(partition: u32): bool {
  return nextEntry < entryCount && load<u32>(entries + nextEntry * RAW_BYTES) >> 16 <= partition;
}

/** Makes rows of the next entry at `at`; returns where they end. */
export function prepareNextContact(group: usize, at: usize): usize {
  const raw = entries + nextEntry * RAW_BYTES;
  nextEntry++;
  const bodies = pairs + (load<u32>(raw) & 0xffff) * PAIR_BYTES;
  const first = load<i32>(bodies, 8);
  const second = load<i32>(bodies, 12);
  const between = second >= 0;
  const solver0 = solverBody(first);
  const solver1 = between ? solverBody(second) : 0;
  const body0 = bodyAt(group, first);
  const body1 = between ? bodyAt(group, second) : 0;
  store<u32>(at, between ? CONTACT_BETWEEN : CONTACT_STATIC, KIND);
  store<u32>(at, <u32>solver0, BODY_0);
  store<u32>(at, <u32>solver1, BODY_1);
  v128.store(at, v128.load(raw, RAW_BROKEN), CONTACT_BROKEN);

  const present = v128.load(raw, RAW_PRESENT);
  const nx = v128.load(raw, RAW_NORMAL);
  const ny = v128.load(raw, RAW_NORMAL + V);
  const nz = v128.load(raw, RAW_NORMAL + 2 * V);
  v128.store(at, nx, CONTACT_NORMAL);
  v128.store(at, ny, CONTACT_NORMAL + V);
  v128.store(at, nz, CONTACT_NORMAL + 2 * V);
  const friction = mul(mul(v128.load32_splat(bodies, 16), v128.load(group, FRICTION_SCALE)), v128.load(raw, RAW_SHARE));
  v128.store(at, v128.and(friction, present), CONTACT_FRICTION);
  v128.store(at, splat(0), CONTACT_CUT);
  writeTangents(at, solver0, solver1, present);

  const perSecond = splat(1 / timeStep);
  const zero = splat(0);
  let masses = v128.load(body0, INVERSE_MASS);
  if (between) masses = add(masses, v128.load(body1, INVERSE_MASS));
  let row = at + CONTACT_HEAD_BYTES;
  let points: u32 = 0;
  for (let point = raw + RAW_POINTS; points < 4; point += RAW_POINT_BYTES) {
    const mask = v128.load(point);
    if (!v128.any_true(mask)) break;
    const x = v128.load(point, V);
    const y = v128.load(point, 2 * V);
    const z = v128.load(point, 3 * V);
    let response = add(masses, writeArm(row + CONTACT_A0, solver0, body0, mask, nx, ny, nz,
      sub(x, v128.load(body0, POSITION)), sub(y, v128.load(body0, POSITION + V)), sub(z, v128.load(body0, POSITION + 2 * V))));
    if (between) {
      response = add(response, writeArm(row + CONTACT_A1, solver1, body1, mask, nx, ny, nz,
        sub(x, v128.load(body1, POSITION)), sub(y, v128.load(body1, POSITION + V)),
        sub(z, v128.load(body1, POSITION + 2 * V))));
    }
    const separation = v128.load(point, 4 * V);
    const share = select(f32x4.gt(separation, zero), splat(gapFactor), splat(0.8));
    const bias = max(splat(-maxDepenetration), mul(separation, mul(perSecond, share)));
    v128.store(row, v128.and(reciprocalOrZero(response), mask), CONTACT_GAIN);
    v128.store(row, v128.and(bias, mask), CONTACT_BIAS);
    v128.store(row, zero, CONTACT_IMPULSE);
    row += CONTACT_ROW_BYTES;
    points++;
  }

  let anchors: u32 = 0;
  for (let anchor = raw + RAW_ANCHORS; anchors < 2; anchor += RAW_ANCHOR_BYTES) {
    const mask = v128.load(anchor);
    if (!v128.any_true(mask)) break;
    for (let tangent: usize = CONTACT_TANGENT_0; tangent <= CONTACT_TANGENT_1; tangent += 3 * V) {
      const tx = v128.load(at + tangent);
      const ty = v128.load(at + tangent, V);
      const tz = v128.load(at + tangent, 2 * V);
      let response = add(masses, writeArm(row + CONTACT_A0, solver0, body0, mask, tx, ty, tz,
        v128.load(anchor, V), v128.load(anchor, 2 * V), v128.load(anchor, 3 * V)));
      if (between) {
        response = add(response, writeArm(row + CONTACT_A1, solver1, body1, mask, tx, ty, tz,
          v128.load(anchor, 4 * V), v128.load(anchor, 5 * V), v128.load(anchor, 6 * V)));
      }
      const error = dot(tx, ty, tz, v128.load(anchor, 7 * V), v128.load(anchor, 8 * V), v128.load(anchor, 9 * V));
      v128.store(row, v128.and(mul(splat(0.8), reciprocalOrZero(response)), mask), CONTACT_GAIN);
      v128.store(row, v128.and(mul(error, perSecond), mask), CONTACT_BIAS);
      v128.store(row, zero, CONTACT_IMPULSE);
      row += CONTACT_ROW_BYTES;
    }
    anchors++;
  }
  store<u32>(at, points | (anchors << 8), CONTACT_COUNTS);
  return row;
}

/** Writes a = D R^T (arm x axis) where the mask has ones, else 0; returns a.a. */
@inline
function writeArm(
  into: usize, solver: usize, body: usize, mask: v128, x: v128, y: v128, z: v128, rx: v128, ry: v128, rz: v128,
): v128 {
  const cx = minor(ry, rz, y, z);
  const cy = minor(rz, rx, z, x);
  const cz = minor(rx, ry, x, y);
  let sum = splat(0);
  for (let part: usize = 0; part < 3 * V; part += V) {
    const turned = dot(v128.load(solver + part, MATRIX), v128.load(solver + part, MATRIX + 3 * V),
      v128.load(solver + part, MATRIX + 6 * V), cx, cy, cz);
    const a = v128.and(mul(v128.load(body + part, ROOT_INVERSE_INERTIA), turned), mask);
    v128.store(into + part, a);
    sum = add(sum, mul(a, a));
  }
  return sum;
}

/** The two directions of friction: along the sliding of the bodies' centres, or any, and across it. */
@inline
function writeTangents(at: usize, solver0: usize, solver1: usize, present: v128): void {
  const nx = v128.load(at, CONTACT_NORMAL);
  const ny = v128.load(at, CONTACT_NORMAL + V);
  const nz = v128.load(at, CONTACT_NORMAL + 2 * V);
  let vx = v128.load(solver0, LINEAR);
  let vy = v128.load(solver0, LINEAR + V);
  let vz = v128.load(solver0, LINEAR + 2 * V);
  if (solver1) {
    vx = sub(vx, v128.load(solver1, LINEAR));
    vy = sub(vy, v128.load(solver1, LINEAR + V));
    vz = sub(vz, v128.load(solver1, LINEAR + 2 * V));
  }
  const along = dot(nx, ny, nz, vx, vy, vz);
  vx = sub(vx, mul(nx, along));
  vy = sub(vy, mul(ny, along));
  vz = sub(vz, mul(nz, along));
  const slides = f32x4.gt(dot(vx, vy, vz, vx, vy, vz), splat(1e-4));
  const steep = f32x4.gt(splat(0.70710678), abs(nx));
  const zero = splat(0);
  let tx = select(slides, vx, select(steep, zero, neg(ny)));
  let ty = select(slides, vy, select(steep, neg(nz), nx));
  let tz = select(slides, vz, select(steep, ny, zero));
  const scale = div(splat(1), sqrt(dot(tx, ty, tz, tx, ty, tz)));
  tx = v128.and(mul(tx, scale), present);
  ty = v128.and(mul(ty, scale), present);
  tz = v128.and(mul(tz, scale), present);
  v128.store(at, tx, CONTACT_TANGENT_0);
  v128.store(at, ty, CONTACT_TANGENT_0 + V);
  v128.store(at, tz, CONTACT_TANGENT_0 + 2 * V);
  v128.store(at, v128.and(minor(ny, nz, ty, tz), present), CONTACT_TANGENT_1);
  v128.store(at, v128.and(minor(nz, nx, tz, tx), present), CONTACT_TANGENT_1 + V);
  v128.store(at, v128.and(minor(nx, ny, tx, ty), present), CONTACT_TANGENT_1 + 2 * V);
}
