// Where everything lies in linear memory. Units: bytes unless said; "v128" = one number for each of four walkers.
//
// Tables come first (written once by TypeScript), then scratch of one step, then the groups of four walkers, then what
// contacts keep from step to step, lane by lane. tables.ts on the TypeScript side writes what this file reads.

/** Bytes of a v128. */
// @ts-ignore: decorator
@inline export const V: usize = 16;

// ---- one group of four walkers, in v128 ----
// @ts-ignore: decorator
@inline export const HEADER: usize = 16;
// @ts-ignore: decorator
@inline export const GRAVITY: usize = 0 * V;
// @ts-ignore: decorator
@inline export const FRICTION_SCALE: usize = 3 * V;
// @ts-ignore: decorator
@inline export const DRIVE_SCALE: usize = 4 * V;
// @ts-ignore: decorator
@inline export const HAPPENED: usize = 5 * V;
// @ts-ignore: decorator
@inline export const OVERFLOW: usize = 6 * V;

/** Bytes of one body in a group. */
// @ts-ignore: decorator
@inline export const BODY_BYTES: usize = 18 * V;
// @ts-ignore: decorator
@inline export const POSITION: usize = 0 * V;
// @ts-ignore: decorator
@inline export const ROTATION: usize = 3 * V;
// @ts-ignore: decorator
@inline export const VELOCITY: usize = 7 * V;
// @ts-ignore: decorator
@inline export const SPIN: usize = 10 * V;
// @ts-ignore: decorator
@inline export const INVERSE_MASS: usize = 13 * V;
/** Square root of the inverse inertia, about the axes of the mass frame. */
// @ts-ignore: decorator
@inline export const ROOT_INVERSE_INERTIA: usize = 14 * V;
// @ts-ignore: decorator
@inline export const TOUCHING: usize = 17 * V;

/** Bytes of one joint in a group. */
// @ts-ignore: decorator
@inline export const JOINT_BYTES: usize = 5 * V;
// @ts-ignore: decorator
@inline export const TARGET: usize = 0 * V;
// @ts-ignore: decorator
@inline export const STRENGTH: usize = 4 * V;

// ---- tables ----
// @ts-ignore: decorator
@inline export const SHAPE_BYTES: usize = 64;
// @ts-ignore: decorator
@inline export const PAIR_BYTES: usize = 32;

export let bodyCount: i32 = 0;
export let jointCount: i32 = 0;
export let shapeCount: i32 = 0;
export let pairCount: i32 = 0;
export let shapes: usize = 0;
export let pairs: usize = 0;
export let firstGroup: usize = 0;
export let groupBytes: usize = 0;
export let contactMemory: usize = 0;
export let contactBytes: usize = 0;

export let timeStep: f32 = 0;
/** Whether contacts are made as far ahead as velocities reach (speculative CCD). */
export let speculative: bool = true;

/** Address of body `index` in a group. */
// @ts-ignore: decorator
@inline export function bodyAt(group: usize, index: i32): usize {
  return group + HEADER * V + <usize>index * BODY_BYTES;
}

/** Which group begins at an address. */
// @ts-ignore: decorator
@inline export function groupIndex(group: usize): i32 {
  return <i32>((group - firstGroup) / groupBytes);
}

/** Lasting contact memory of a lane; lane = 4 x group + lane in the group. */
// @ts-ignore: decorator
@inline export function contactLane(lane: i32): usize {
  return contactMemory + <usize>lane * contactBytes;
}
