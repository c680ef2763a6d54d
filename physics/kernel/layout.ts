// Where everything lies in linear memory. Units: bytes unless said; "v128" = one number for each of four walkers.
//
// Tables come first (written once by TypeScript), then scratch of one step, then the groups of four walkers, then what
// contacts keep from step to step, lane by lane. tables.ts on the TypeScript side writes what this file reads.

/** Bytes of a v128. */
export const V: usize = 16;

// ---- one group of four walkers, in v128 ----
export const HEADER: usize = 16;
export const GRAVITY: usize = 0 * V;
export const FRICTION_SCALE: usize = 3 * V;
export const DRIVE_SCALE: usize = 4 * V;
export const HAPPENED: usize = 5 * V;
export const OVERFLOW: usize = 6 * V;
/** Where the world stands that joints to it hold on to; read if there is such a joint. */
export const WORLD_POSITION: usize = 7 * V;
export const WORLD_ROTATION: usize = 10 * V;

/** Bytes of one body in a group. */
export const BODY_BYTES: usize = 18 * V;
export const POSITION: usize = 0 * V;
export const ROTATION: usize = 3 * V;
export const VELOCITY: usize = 7 * V;
export const SPIN: usize = 10 * V;
export const INVERSE_MASS: usize = 13 * V;
/** Square root of the inverse inertia, about the axes of the mass frame. */
export const ROOT_INVERSE_INERTIA: usize = 14 * V;
export const TOUCHING: usize = 17 * V;

/** Bytes of one joint in a group. */
export const JOINT_BYTES: usize = 5 * V;
export const TARGET: usize = 0 * V;
export const STRENGTH: usize = 4 * V;

// ---- tables ----
export const SHAPE_BYTES: usize = 64;
export const PAIR_BYTES: usize = 32;

/** A body's constants: see BODY_TABLE offsets. */
export const BODY_TABLE_BYTES: usize = 32;
/** f32: 1 - linear damping x dt, at least 0; 1 - angular damping x dt, at least 0; u32: partitions in which it has a joint. */
export const KEPT_VELOCITY: usize = 0;
export const KEPT_SPIN: usize = 4;
export const JOINT_PARTITIONS: usize = 8;
/** f32: square of the greatest angular velocity, (rad/s)^2; share of the gravity that acts on it. */
export const MOST_SPIN_SQUARED: usize = 12;
export const GRAVITY_SHARE: usize = 16;

/** A joint's constants, 32-bit words. */
export const JOINT_TABLE_BYTES: usize = 208;
/** i32: index of the joint in a group's memory; body 0; body 1, or -1: the world; partition. */
export const JOINT_INDEX: usize = 0;
export const JOINT_BODY_0: usize = 4;
export const JOINT_BODY_1: usize = 8;
export const JOINT_PARTITION: usize = 12;
/** i32: how it is driven, or 0; bit 0 twist, bit 1 swing 1, bit 2 swing 2: locked; its hard and its soft limits (LIMIT_...). */
export const JOINT_DRIVEN: usize = 16;
export const JOINT_LOCKED: usize = 20;
export const JOINT_LIMITS: usize = 24;
export const JOINT_SOFT_LIMITS: usize = 28;
/** f32: rotation of the frame in body 0 and in body 1, each about its mass frame, x y z w; anchors from the centres of mass. */
export const JOINT_FRAME_0: usize = 32;
export const JOINT_FRAME_1: usize = 48;
export const JOINT_ANCHOR_0: usize = 64;
export const JOINT_ANCHOR_1: usize = 80;
/** f32, radians: low and high of twist, swing 1, swing 2; then the pad of each (how near a limit has its row). */
export const JOINT_RANGES: usize = 96;
export const JOINT_PADS: usize = 120;
/** f32: stiffness and damping of its drive's first row, then of the other two. */
export const JOINT_STIFFNESS: usize = 132;
export const JOINT_DAMPING: usize = 136;
export const JOINT_SPRING_BYTES: usize = 8;
/** f32: times the inverse mass and inertia of body 0 and of body 1, as this joint reckons with them. */
export const JOINT_SCALE_0: usize = 148;
export const JOINT_SCALE_1: usize = 152;
/** f32: stiffness and damping of a soft limit of the twist, then of the swings. */
export const JOINT_TWIST_LIMIT_SPRING: usize = 160;
export const JOINT_SWING_LIMIT_SPRING: usize = 168;
/** i32, bit 0 x, bit 1 y, bit 2 z: linear axes that are not locked, and those of them that are limited. */
export const JOINT_LOOSE: usize = 176;
export const JOINT_LIMITED_LINEAR: usize = 180;
/** f32, of the limited ones, metres: how far they may come apart together, and the pad of that. Then stiffness and damping. */
export const JOINT_RADIUS: usize = 184;
export const JOINT_RADIUS_PAD: usize = 188;
export const JOINT_LINEAR_LIMIT_SPRING: usize = 192;

export const DRIVE_SLERP: i32 = 1;
/** A row about the twist axis, then one about each swing axis. */
export const DRIVE_TWIST_SWING: i32 = 2;

export const LIMIT_TWIST: i32 = 1;
/** Swing 1 (about y) or swing 2 (about z) limited, the other locked. */
export const LIMIT_SWING_1: i32 = 2;
export const LIMIT_SWING_2: i32 = 4;
/** Both swings, each by itself; axes turn with the swing. */
export const LIMIT_PYRAMID_1: i32 = 8;
export const LIMIT_PYRAMID_2: i32 = 16;
/** Both swings, within an ellipse. */
export const LIMIT_CONE: i32 = 32;
/** Swing 1 or swing 2 limited, the other free. */
export const LIMIT_BESIDE_FREE_1: i32 = 64;
export const LIMIT_BESIDE_FREE_2: i32 = 128;
/** The linear axes that are limited. */
export const LIMIT_DISTANCE: i32 = 256;

export let bodyCount: i32 = 0;
export let jointCount: i32 = 0;
export let shapeCount: i32 = 0;
export let pairCount: i32 = 0;
export let bodyTable: usize = 0;
/** In the order of solving. */
export let jointTable: usize = 0;
export let shapes: usize = 0;
export let pairs: usize = 0;
export let firstGroup: usize = 0;
export let groupBytes: usize = 0;
export let contactMemory: usize = 0;
export let contactBytes: usize = 0;
/** What one step works on: solver bodies, then rows. */
export let solverBodies: usize = 0;
export let rows: usize = 0;
export let rowsEnd: usize = 0;
export let partitionCount: i32 = 0;

export let timeStep: f32 = 0;
export let positionIterations: i32 = 0;
export let velocityIterations: i32 = 0;
/** m/s, positive: as fast as bodies are pushed out of one another. */
export let maxDepenetration: f32 = 0;
/** Share of a gap that may be closed in a step. */
export let gapFactor: f32 = 0;
export let improvedSlerp: bool = false;
export let frictionAlways: bool = false;
/** Whether a limit that is not reached keeps, in velocity iterations, the room from after it was freed of the equality rows. */
export let roomFreed: bool = false;
/** Share of the whole friction that each of two anchors may bear. */
export let anchorShare: f32 = 1;
/** Whether contacts are made as far ahead as velocities reach (speculative CCD). */
export let speculative: bool = true;
/** Whether kept contacts are not looked at anew when shapes move along z alone, as physx-js-webidl has it. */
export let contactsOverlookZ: bool = false;
/** How far from a patch's first anchor a contact must be to become its second, metres. */
export let secondAnchorFrom: f32 = 0;
/** Whether a twist-swing drive turns about the axes of frame 0, or those of frame 1. */
export let twistSwingOfFrame0: bool = false;

/** Sets how many there are of what, which is all that sizes depend on. */
export function setCounts(bodies: i32, joints: i32, shapesCounted: i32, pairsCounted: i32): void {
  bodyCount = bodies;
  jointCount = joints;
  shapeCount = shapesCounted;
  pairCount = pairsCounted;
}

/** Reads where everything lies and how to solve, 32-bit words in the order of tables.ts. */
export function readConfiguration(at: usize): void {
  bodyCount = load<i32>(at);
  jointCount = load<i32>(at, 4);
  shapeCount = load<i32>(at, 8);
  pairCount = load<i32>(at, 12);
  bodyTable = load<u32>(at, 16);
  jointTable = load<u32>(at, 20);
  shapes = load<u32>(at, 24);
  pairs = load<u32>(at, 28);
  solverBodies = load<u32>(at, 32);
  rows = load<u32>(at, 36);
  rowsEnd = load<u32>(at, 40);
  firstGroup = load<u32>(at, 44);
  groupBytes = load<u32>(at, 48);
  contactMemory = load<u32>(at, 52);
  contactBytes = load<u32>(at, 56);
  partitionCount = load<i32>(at, 60);
  timeStep = load<f32>(at, 64);
  positionIterations = load<i32>(at, 68);
  velocityIterations = load<i32>(at, 72);
  maxDepenetration = load<f32>(at, 80);
  gapFactor = load<f32>(at, 84);
  improvedSlerp = load<i32>(at, 88) != 0;
  frictionAlways = load<i32>(at, 92) != 0;
  anchorShare = load<f32>(at, 96);
  speculative = load<i32>(at, 100) != 0;
  contactsOverlookZ = load<i32>(at, 104) != 0;
  secondAnchorFrom = load<f32>(at, 108);
  roomFreed = load<i32>(at, 112) != 0;
  twistSwingOfFrame0 = load<i32>(at, 116) != 0;
}

/** Address of body `index` in a group. */
@inline
export function bodyAt(group: usize, index: i32): usize {
  return group + HEADER * V + <usize>index * BODY_BYTES;
}

/** Address of joint `index` in a group. */
@inline
export function jointAt(group: usize, index: i32): usize {
  return group + HEADER * V + <usize>bodyCount * BODY_BYTES + <usize>index * JOINT_BYTES;
}

/** Which group begins at an address. */
@inline
export function groupIndex(group: usize): i32 {
  return <i32>((group - firstGroup) / groupBytes);
}

/** Lasting contact memory of a lane; lane = 4 x group + lane in the group. */
@inline
export function contactLane(lane: i32): usize {
  return contactMemory + <usize>lane * contactBytes;
}
