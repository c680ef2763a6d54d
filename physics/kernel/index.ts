// The simulator's kernel: what WebAssembly exports. Everything lies in one imported memory, laid out by TypeScript
// (tables.ts); nothing is ever allocated here.
import {
  clearContacts,
  contactLaneBytes as bytesOfContactLane,
  contactList as addressOfContactList,
  contactListCapacity,
  contactScratchBytes as bytesOfContactScratch,
  findContacts,
  setContactScratch,
} from './contact/index';
import { contactRowBytes } from './contact-rows';
import { JOINT_SCRATCH_BYTES } from './joint-rows';
// How memory is laid out has one definition, here; TypeScript reads these numbers.
export {
  BODY_BYTES,
  BODY_TABLE_BYTES,
  DRIVE_SCALE,
  DRIVE_SLERP,
  DRIVE_TWIST_SWING,
  FRICTION_SCALE,
  GRAVITY,
  HAPPENED,
  HEADER,
  INVERSE_MASS,
  JOINT_BYTES,
  JOINT_TABLE_BYTES,
  LIMIT_BESIDE_FREE_1,
  LIMIT_BESIDE_FREE_2,
  LIMIT_CONE,
  LIMIT_DISTANCE,
  LIMIT_PYRAMID_1,
  LIMIT_PYRAMID_2,
  LIMIT_SWING_1,
  LIMIT_SWING_2,
  LIMIT_TWIST,
  OVERFLOW,
  PAIR_BYTES,
  POSITION,
  ROOT_INVERSE_INERTIA,
  ROTATION,
  SHAPE_BYTES,
  SPIN,
  STRENGTH,
  TARGET,
  TOUCHING,
  VELOCITY,
  WORLD_POSITION,
  WORLD_ROTATION,
} from './layout';
import { bodyCount, contactLane, firstGroup, groupBytes, jointCount, pairCount, readConfiguration, setCounts, shapeCount } from './layout';
import { ORDER_BYTES, solveStep } from './step';
import { SCALED_BYTES } from './mass-scale';
import { SOLVER_BYTES } from './velocities';
import { WORLD_BYTES } from './world';

/** To be called before sizes are asked for, which come next. */
export function measure(bodies: i32, joints: i32, shapes: i32, pairs: i32): void {
  setCounts(bodies, joints, shapes, pairs);
}

/** Takes up a memory laid out by TypeScript: see layout.ts for the words at `at`. */
export function configure(at: usize, contactScratch: usize): void {
  readConfiguration(at);
  setContactScratch(contactScratch);
}

/** One physics step of the groups from `first` on, each after the other. */
export function step(first: i32, count: i32): void {
  for (let group = first; group < first + count; group++) {
    const at = firstGroup + <usize>group * groupBytes;
    findContacts(at);
    solveStep(at);
  }
}

/** Finds the contacts of a group as they are, for whoever looks at them alone: nothing moves. */
export function findContactsOf(group: i32): void {
  findContacts(firstGroup + <usize>group * groupBytes);
}

/** Address of the contacts found last in a lane of a group, 0 to 3. */
export function contactList(lane: i32): usize {
  return addressOfContactList(lane);
}

/** Forgets what contacts a lane has; lane = 4 x group + lane in the group. */
export function clearLane(lane: i32): void {
  clearContacts(contactLane(lane));
}

/** The first address that the compiler has not used for constants and scratch of its own. */
export function firstFree(): usize {
  return __heap_base;
}

/** Lasting bytes of contacts for one walker. */
export function contactLaneBytes(): i32 {
  return bytesOfContactLane();
}

/** Scratch bytes that finding contacts takes. */
export function contactScratchBytes(): i32 {
  return bytesOfContactScratch(bodyCount, shapeCount, pairCount);
}

/** Scratch bytes that solver bodies and rows take: bodies, then rows. */
export function solverBodyBytes(): i32 {
  return bodyCount * <i32>SOLVER_BYTES + <i32>(SCALED_BYTES + WORLD_BYTES);
}

/** Scratch bytes that all rows take at most. */
export function rowBytes(): i32 {
  const joint: usize = 16 * (1 + 34 + 30 + 39 + 7 * 13);
  return <i32>(JOINT_SCRATCH_BYTES + ORDER_BYTES + <usize>jointCount * joint +
    contactRowBytes(4 * <usize>contactListCapacity()));
}
