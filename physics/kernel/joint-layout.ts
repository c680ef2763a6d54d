// How the rows of a joint lie in a step's scratch, in v128 from the record's start. Each part is there only if the joint
// has it, one behind the other: head, drive, position lock, angular locks, hard limits, soft limits.
import { V } from './layout';

/** u32: kind; address of solver body 0, of solver body 1; u16: how many hard and how many soft limits have a row. */
export const HEAD_BYTES: usize = V;
export const KIND: usize = 0;
export const BODY_0: usize = 4;
export const BODY_1: usize = 8;
export const LIMIT_COUNT: usize = 12;
export const SOFT_COUNT: usize = 14;

/** A joint's kind: 1 if it is driven + 2 x how many of its angular axes are locked; from CONTACT_STATIC on: contacts. */
export const DRIVEN: u32 = 1;
export const CONTACT_STATIC: u32 = 8;
export const CONTACT_BETWEEN: u32 = 9;

// A drive: three rows. Of a twist-swing drive, an axis that is locked has all zeros.
export const DRIVE_A0: usize = 0 * V;
export const DRIVE_A1: usize = 9 * V;
/** Velocity that a unit impulse of row 0 gives row 1, of row 0 row 2, of row 1 row 2. */
export const DRIVE_COUPLING: usize = 18 * V;
/** impulse' = clamp(keep x impulse - gain x velocity + push, most). */
export const DRIVE_GAIN: usize = 21 * V;
export const DRIVE_KEEP: usize = 24 * V;
export const DRIVE_PUSH: usize = 27 * V;
export const DRIVE_IMPULSE: usize = 30 * V;
export const DRIVE_MOST: usize = 33 * V;
export const DRIVE_BYTES: usize = 34 * V;

// The locked position: three rows along the world's axes, solved as one block.
export const LINEAR_A0: usize = 0 * V;
export const LINEAR_A1: usize = 9 * V;
/** Inverse of the block's response: xx, xy, xz, yy, yz, zz. */
export const LINEAR_INVERSE: usize = 18 * V;
export const LINEAR_BIAS: usize = 24 * V;
/** What an iteration finds there: velocities of the rows and biases. */
export const LINEAR_RESIDUAL: usize = 27 * V;
export const LINEAR_BYTES: usize = 30 * V;

// A locked angular axis; behind the last of them the inverse of what is left of their response: 1, 3 or 6 numbers.
export const LOCK_A0: usize = 0 * V;
export const LOCK_A1: usize = 3 * V;
/** What of the position block's rows it takes to leave them undisturbed. */
export const LOCK_T: usize = 6 * V;
export const LOCK_BIAS: usize = 9 * V;
/** What the last iteration did, or wanted. */
export const LOCK_IMPULSE: usize = 10 * V;
export const LOCK_BYTES: usize = 11 * V;

// A limit: its row, then what tells a hard one from a soft one.
export const LIMIT_LINEAR: usize = 0 * V;
export const LIMIT_A0: usize = 3 * V;
export const LIMIT_A1: usize = 6 * V;
export const LIMIT_IMPULSE: usize = 9 * V;
export const LIMIT_BYTES: usize = 13 * V;

// A hard limit.
export const HARD_INVERSE: usize = 10 * V;
export const HARD_BIAS: usize = 11 * V;
/** The bias of velocity iterations. */
export const HARD_LATER_BIAS: usize = 12 * V;

// A soft limit: impulse' = max(0, keep x impulse - gain x velocity + push).
export const SOFT_GAIN: usize = 10 * V;
export const SOFT_KEEP: usize = 11 * V;
export const SOFT_PUSH: usize = 12 * V;

/** How many numbers the inverse response of `count` locks takes. */
@inline
export function inverseSize(count: usize): usize {
  return (count * (count + 1)) >> 1;
}

/** Where the hard limits of a joint of such a kind begin, from the record's start. */
@inline
export function limitsOffset(kind: u32): usize {
  const locks = <usize>(kind >> 1);
  return HEAD_BYTES + (kind & DRIVEN ? DRIVE_BYTES : 0) + LINEAR_BYTES + locks * LOCK_BYTES + inverseSize(locks) * V;
}

/** Where the soft limits of the joint at `at` lie. */
@inline
export function softLimits(at: usize): usize {
  return at + limitsOffset(load<u32>(at, KIND)) + <usize>load<u16>(at, LIMIT_COUNT) * LIMIT_BYTES;
}
