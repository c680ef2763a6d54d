// One physics step of four walkers: velocities, rows, iterations, poses. Contacts are found before, in contact/.
import { CONTACT_STATIC, KIND } from './joint-layout';
import { concludeContact, solveContactBetween, solveStaticContact, tellBroken } from './solve-contact';
import { concludeJoint, solveJoint } from './solve-joint';
import { contactIsIn, gatherContacts, prepareNextContact, startOrder } from './contact-rows';
import { integrate } from './integrate';
import {
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
import { keepMotion, startVelocities } from './velocities';

/** Places of all rows in the order of solving, u32 each. */
let order: usize = 0;
let orderCount: u32 = 0;

/** Most records that a step can have: 15 joints and some contacts are usual. */
export const ORDER_CAPACITY: usize = 1024;

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
  for (let i: u32 = 0; i < orderCount; i++) {
    const at: usize = load<u32>(order + 4 * i);
    if (load<u32>(at, KIND) >= CONTACT_STATIC) tellBroken(at);
  }
  integrate(group);
}

/** Fills `order`: partition by partition, joints first; contacts with what never moves last. */
function prepareRows(group: usize): void {
  order = rows + JOINT_SCRATCH_BYTES;
  orderCount = 0;
  let at = gatherContacts(group, order + 4 * ORDER_CAPACITY);
  startOrder();
  let joint = 0;
  for (let partition = 0; partition < partitionCount; partition++) {
    while (joint < jointCount) {
      const table = jointTable + <usize>joint * JOINT_TABLE_BYTES;
      if (load<i32>(table, JOINT_PARTITION) != partition) break;
      push(at);
      at = prepareJoint(group, table, at);
      joint++;
    }
    while (contactIsIn(partition)) {
      push(at);
      at = prepareNextContact(group, at);
    }
  }
  while (contactIsIn(0xffff)) {
    push(at);
    at = prepareNextContact(group, at);
  }
}

@inline
function push(at: usize): void {
  store<u32>(order + 4 * orderCount, <u32>at);
  orderCount++;
}

/** Solves all rows once. */
function iterate(friction: bool): void {
  for (let i: u32 = 0; i < orderCount; i++) {
    const at: usize = load<u32>(order + 4 * i);
    const kind = load<u32>(at, KIND);
    if (kind < CONTACT_STATIC) solveJoint(at);
    else if (kind == CONTACT_STATIC) solveStaticContact(at, friction);
    else solveContactBetween(at, friction);
  }
}

/** Takes biases away. */
function conclude(): void {
  for (let i: u32 = 0; i < orderCount; i++) {
    const at: usize = load<u32>(order + 4 * i);
    if (load<u32>(at, KIND) < CONTACT_STATIC) concludeJoint(at);
    else concludeContact(at);
  }
}
