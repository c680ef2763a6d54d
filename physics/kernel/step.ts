// One physics step of four walkers: velocities, rows, iterations, poses. Contacts are found before, in contact/.
//
// Rows are solved partition by partition. Within a partition no two joints share a body, so their order can't matter, and
// they are solved part by part: all drives and soft limits, all locks, all hard limits, then contacts. Neighbours in that order don't wait for
// one another, and the processor works on two or three of them at a time.
import {
  BODY_0,
  BODY_1,
  CONTACT_STATIC,
  DRIVEN,
  DRIVE_BYTES,
  HEAD_BYTES,
  KIND,
  LIMIT_COUNT,
  SOFT_COUNT,
  limitsOffset,
  softLimits,
} from './joint-layout';
import { concludeContact, solveContactBetween, solveStaticContact, tellBroken } from './solve-contact';
import {
  concludeJoint,
  solveDrive,
  solveLimits,
  solveOneLock,
  solvePosition,
  solveSoftLimits,
  solveThreeLocks,
  solveTwoLocks,
} from './solve-joint';
import { contactIsIn, gatherContacts, prepareNextContact, startOrder } from './contact-rows';
import { integrate } from './integrate';
import {
  DRIVE_SLERP,
  JOINT_DRIVEN,
  JOINT_PARTITION,
  JOINT_TABLE_BYTES,
  frictionAlways,
  jointCount,
  jointTable,
  partitionCount,
  positionIterations,
  rows,
  velocityIterations,
} from './layout';
import { JOINT_SCRATCH_BYTES, prepareJoint } from './joint-rows';
import { giveVelocities, isScaled, takeVelocities } from './mass-scale';
import { keepMotion, startVelocities } from './velocities';
import { placeWorld } from './world';

/** Places of all records in the order in which they were made, u32 each. */
let records: usize = 0;
let recordCount: u32 = 0;
/** What an iteration does, one thing after the other: u32 what, where its numbers are, body 0, body 1. */
let program: usize = 0;
let programEnd: usize = 0;

/** Most records that a step can have: 15 joints and some contacts are usual. */
const RECORD_CAPACITY: usize = 1024;
const INSTRUCTION_BYTES: usize = 16;
/** Bytes of both lists. */
export const ORDER_BYTES: usize = RECORD_CAPACITY * (4 + 2 * INSTRUCTION_BYTES);

// What an instruction does. From LOCKS on: position and so many locked angles; from LIMITS and SOFT_LIMITS on: so many limits.
const STATIC_CONTACT: u32 = 0;
const CONTACT_BETWEEN: u32 = 1;
const DRIVE: u32 = 2;
const LOCKS: u32 = 3;
const LIMITS: u32 = 7;
const SOFT_LIMITS: u32 = 20;
/** Around what a joint with a mass scale does: `numbers` is its table. */
const TAKE_VELOCITIES: u32 = 100;
const GIVE_VELOCITIES: u32 = 101;

/** Position iterations in whose last ones alone friction takes part, unless it always does. */
const LAST_ITERATIONS: i32 = 3;

/** Velocities, rows, iterations, poses of the group at `group`. */
export function solveStep(group: usize): void {
  startVelocities(group);
  prepareRows(group);
  for (let left = positionIterations; left > 0; left--) iterate(frictionAlways || left <= LAST_ITERATIONS);
  keepMotion();
  conclude();
  for (let left = velocityIterations; left > 0; left--) iterate(true);
  for (let i: u32 = 0; i < recordCount; i++) {
    const at: usize = load<u32>(records + 4 * i);
    if (load<u32>(at, KIND) >= CONTACT_STATIC) tellBroken(at);
  }
  integrate(group);
}

/** Makes all rows, and the program of an iteration: contacts with what never moves come last. */
function prepareRows(group: usize): void {
  records = rows + JOINT_SCRATCH_BYTES;
  recordCount = 0;
  program = records + 4 * RECORD_CAPACITY;
  programEnd = program;
  let at = gatherContacts(group, records + ORDER_BYTES);
  startOrder();
  let joint = 0;
  for (let partition = 0; partition < partitionCount; partition++) {
    const first = recordCount;
    const firstTable = jointTable + <usize>joint * JOINT_TABLE_BYTES;
    while (joint < jointCount) {
      const table = jointTable + <usize>joint * JOINT_TABLE_BYTES;
      if (load<i32>(table, JOINT_PARTITION) != partition) break;
      record(at);
      at = prepareJoint(group, table, at);
      joint++;
    }
    pushJoints(first, firstTable);
    while (contactIsIn(partition)) at = pushContact(group, at);
  }
  if (joint < jointCount) at = prepareJointsToWorld(group, joint, at);
  while (contactIsIn(0xffff)) at = pushContact(group, at);
}

/** Joints to the world, from `joint` on: like contacts with what never moves, behind all else of their body, and before those. */
function prepareJointsToWorld(group: usize, joint: i32, from: usize): usize {
  let at = from;
  placeWorld(group);
  while (contactIsIn(0xfffe)) at = pushContact(group, at);
  for (; joint < jointCount; joint++) {
    const first = recordCount;
    const table = jointTable + <usize>joint * JOINT_TABLE_BYTES;
    record(at);
    at = prepareJoint(group, table, at);
    pushJoints(first, table);
  }
  return at;
}

@inline
function record(at: usize): void {
  store<u32>(records + 4 * recordCount, <u32>at);
  recordCount++;
}

@inline
function push(what: u32, numbers: usize, from: usize): void {
  store<u32>(programEnd, what);
  store<u32>(programEnd, <u32>numbers, 4);
  store<u32>(programEnd, load<u32>(from, BODY_0), 8);
  store<u32>(programEnd, load<u32>(from, BODY_1), 12);
  programEnd += INSTRUCTION_BYTES;
}

/** The table of the joint that record `i` is of, where the first of its partition is that of `first`. */
@inline
function tableOf(i: u32, first: u32, tables: usize): usize {
  return tables + <usize>(i - first) * JOINT_TABLE_BYTES;
}

/** Appends a part of a joint, within what its mass scale asks for. */
@inline
function pushPart(what: u32, numbers: usize, from: usize, table: usize): void {
  const scaled = isScaled(table);
  if (scaled) push(TAKE_VELOCITIES, table, from);
  push(what, numbers, from);
  if (scaled) push(GIVE_VELOCITIES, table, from);
}

/** Appends the joints from record `first` on, whose tables begin at `tables`, part by part; those with as many locks side by side. */
function pushJoints(first: u32, tables: usize): void {
  for (let i = first; i < recordCount; i++) {
    const at: usize = load<u32>(records + 4 * i);
    const table = tableOf(i, first, tables);
    const soft = <u32>load<u16>(at, SOFT_COUNT);
    const driven = load<u32>(at, KIND) & DRIVEN;
    // PhysX sorts rows by their hints, in which twist and swing drives and soft limits, in this order, come before a slerp drive.
    const driveIsLast = soft && load<i32>(table, JOINT_DRIVEN) == DRIVE_SLERP;
    if (driven && !driveIsLast) pushPart(DRIVE, at + HEAD_BYTES, at, table);
    if (soft) pushPart(SOFT_LIMITS + soft, softLimits(at), at, table);
    if (driven && driveIsLast) pushPart(DRIVE, at + HEAD_BYTES, at, table);
  }
  for (let locks: u32 = 0; locks < 4; locks++) {
    for (let i = first; i < recordCount; i++) {
      const at: usize = load<u32>(records + 4 * i);
      const kind = load<u32>(at, KIND);
      if (kind >> 1 == locks) {
        pushPart(LOCKS + locks, at + HEAD_BYTES + (kind & DRIVEN ? DRIVE_BYTES : 0), at, tableOf(i, first, tables));
      }
    }
  }
  for (let i = first; i < recordCount; i++) {
    const at: usize = load<u32>(records + 4 * i);
    const limits = <u32>load<u16>(at, LIMIT_COUNT);
    if (limits) pushPart(LIMITS + limits, at + limitsOffset(load<u32>(at, KIND)), at, tableOf(i, first, tables));
  }
}

function pushContact(group: usize, at: usize): usize {
  record(at);
  const end = prepareNextContact(group, at);
  push(load<u32>(at, KIND) == CONTACT_STATIC ? STATIC_CONTACT : CONTACT_BETWEEN, at, at);
  return end;
}

/** Solves all rows once. */
function iterate(friction: bool): void {
  const end = programEnd;
  for (let at = program; at < end; at += INSTRUCTION_BYTES) {
    const what = load<u32>(at);
    const numbers: usize = load<u32>(at, 4);
    const body0: usize = load<u32>(at, 8);
    const body1: usize = load<u32>(at, 12);
    if (what == DRIVE) solveDrive(numbers, body0, body1);
    else if (what == LOCKS + 1) solveOneLock(numbers, body0, body1);
    else if (what == LOCKS) solvePosition(numbers, body0, body1);
    else if (what == LOCKS + 2) solveTwoLocks(numbers, body0, body1);
    else if (what == STATIC_CONTACT) solveStaticContact(numbers, friction);
    else if (what == LOCKS + 3) solveThreeLocks(numbers, body0, body1);
    else if (what == CONTACT_BETWEEN) solveContactBetween(numbers, friction);
    else if (what < SOFT_LIMITS) solveLimits(numbers, what - LIMITS, body0, body1);
    else if (what < TAKE_VELOCITIES) solveSoftLimits(numbers, what - SOFT_LIMITS, body0, body1);
    else if (what == TAKE_VELOCITIES) takeVelocities(numbers);
    else giveVelocities(numbers);
  }
}

/** Takes biases away. */
function conclude(): void {
  for (let i: u32 = 0; i < recordCount; i++) {
    const at: usize = load<u32>(records + 4 * i);
    if (load<u32>(at, KIND) < CONTACT_STATIC) concludeJoint(at);
    else concludeContact(at);
  }
}
