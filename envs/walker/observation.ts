/**
 * The 243 observations: one table says what stands where, and the same table writes them.
 *
 * It is WalkerAgent.CollectObservations of ML-Agents. Velocities and positions are told in the goal frame: origin at the
 * hips, z level and towards the target, y up. Rotations to the goal are told in the world's axes, as Unity does.
 */
import { bodyIndex, type Rig } from './rig.ts';
import { writeRelative, writeShortestFromForward } from './rotation.ts';
import { poseSize } from './world.ts';

/** What observations are made of. */
export interface WalkerState {
  /** [bodies + 1, 7]: rotation x y z w, position x y z; the last row is the target's. */
  readonly poses: Float32Array;
  /** [bodies, 3], m/s and rad/s. */
  readonly velocities: Float32Array;
  readonly angularVelocities: Float32Array;
  /** [bodies], 0 or 1. */
  readonly groundContacts: Uint8Array;
  /** [bodies], 0 to 1. */
  readonly strengths: Float32Array;
  /** m/s. */
  readonly targetSpeed: number;
  /** The goal frame's z axis is (x, 0, z). */
  readonly goal: { x: number; z: number };
  /** Mean of the bodies' velocities, m/s, in the world's axes. */
  readonly meanVelocity: { x: number; y: number; z: number };
}

/** A row of the table: what it is called, its parts (none for a single number), and how it is written. */
interface Row {
  readonly name: string;
  readonly parts: string;
  readonly write: Writer;
}

/** Writes a row's numbers at `into[at]`; `body` is -1 for rows about the walker as a whole. */
type Writer = (state: WalkerState, body: number, into: Float32Array, at: number) => void;

/** Rows about the walker as a whole. */
function walkerRows(rig: Rig): Row[] {
  const hips = bodyIndex(rig, 'hips');
  const head = bodyIndex(rig, 'head');
  const cube = rig.bodies.length;
  return [
    {
      name: 'speed error',
      parts: '',
      write: (state, _body, into, at) => {
        into[at] = speedError(state);
      },
    },
    {
      name: 'mean velocity',
      parts: 'xyz',
      write: ({ goal, meanVelocity: { x, y, z } }, _body, into, at) => inGoalFrame(goal, x, y, z, into, at),
    },
    {
      name: 'goal velocity',
      parts: 'xyz',
      write: ({ targetSpeed }, _body, into, at) => {
        into[at] = 0;
        into[at + 1] = 0;
        into[at + 2] = targetSpeed;
      },
    },
    {
      name: 'hips to goal',
      parts: 'xyzw',
      write: ({ poses, goal }, _body, into, at) =>
        writeShortestFromForward(poses, hips * poseSize, goal.x, goal.z, into, at),
    },
    {
      name: 'head to goal',
      parts: 'xyzw',
      write: ({ poses, goal }, _body, into, at) =>
        writeShortestFromForward(poses, head * poseSize, goal.x, goal.z, into, at),
    },
    { name: 'target position', parts: 'xyz', write: (state, _body, into, at) => writePosition(state, cube, into, at) },
  ];
}

/** Rows about every body. */
const bodyRows: readonly Row[] = [
  {
    name: 'ground contact',
    parts: '',
    write: ({ groundContacts }, body, into, at) => {
      into[at] = groundContacts[body]!;
    },
  },
  {
    name: 'velocity',
    parts: 'xyz',
    write: ({ goal, velocities }, body, into, at) => writeVector(goal, velocities, body, into, at),
  },
  {
    name: 'angular velocity',
    parts: 'xyz',
    write: ({ goal, angularVelocities }, body, into, at) => writeVector(goal, angularVelocities, body, into, at),
  },
  { name: 'position', parts: 'xyz', write: writePosition },
];

/** More rows about every body that has a motor. */
function motorRows(rig: Rig): Row[] {
  const parents = rig.bodies.map(({ parent }) => parent);
  return [
    {
      name: 'rotation',
      parts: 'xyzw',
      write: ({ poses }, body, into, at) => writeRelative(poses, parents[body]! * poseSize, body * poseSize, into, at),
    },
    {
      name: 'strength',
      parts: '',
      write: ({ strengths }, body, into, at) => {
        into[at] = strengths[body]!;
      },
    },
  ];
}

/** A row in its place. */
export interface ObservationField {
  /** "mean velocity", "shinL rotation". */
  readonly name: string;
  /** Index of the body it is about, -1 for the walker as a whole. */
  readonly body: number;
  readonly offset: number;
  readonly size: number;
  /** "xyz" names three numbers, "" a single one. */
  readonly parts: string;
  readonly write: Writer;
}

/** Every field of a rig's observation, in order and without gaps. */
export function observationLayout(rig: Rig): ObservationField[] {
  const fields: ObservationField[] = [];
  let offset = 0;
  const place = ({ name, parts, write }: Row, body: number) => {
    const size = parts.length || 1;
    const about = body < 0 ? '' : `${rig.bodies[body]!.name} `;
    fields.push({ name: about + name, body, offset, size, parts, write });
    offset += size;
  };
  for (const row of walkerRows(rig)) place(row, -1);
  const moreRows = motorRows(rig);
  rig.bodies.forEach(({ joint }, body) => {
    for (const row of bodyRows) place(row, body);
    if (joint?.driven) for (const row of moreRows) place(row, body);
  });
  return fields;
}

/** Names of all numbers in their order: "speed error", "mean velocity x", ..., "handR position z". */
export function observationNames(rig: Rig): string[] {
  return observationLayout(rig).flatMap(({ name, parts }) =>
    parts === '' ? [name] : [...parts].map((part) => `${name} ${part}`),
  );
}

/** Writes a whole observation at `into[at]`. */
export function writeObservation(
  layout: readonly ObservationField[],
  state: WalkerState,
  into: Float32Array,
  at: number,
): void {
  for (let which = 0; which < layout.length; which++) {
    const { write, body, offset } = layout[which]!;
    write(state, body, into, at + offset);
  }
}

/** How far the mean velocity is from the goal velocity, m/s. */
export function speedError({ goal, meanVelocity: { x, y, z }, targetSpeed }: WalkerState): number {
  return Math.hypot(goal.x * targetSpeed - x, y, goal.z * targetSpeed - z);
}

/** Writes a vector of the world in the goal frame: its x axis is y cross z, (goal.z, 0, -goal.x). */
function inGoalFrame(
  goal: { readonly x: number; readonly z: number },
  x: number,
  y: number,
  z: number,
  into: Float32Array,
  at: number,
): void {
  into[at] = x * goal.z - z * goal.x;
  into[at + 1] = y;
  into[at + 2] = x * goal.x + z * goal.z;
}

function writeVector(
  goal: WalkerState['goal'],
  vectors: Float32Array,
  row: number,
  into: Float32Array,
  at: number,
): void {
  inGoalFrame(goal, vectors[row * 3]!, vectors[row * 3 + 1]!, vectors[row * 3 + 2]!, into, at);
}

/** Writes where a body is, seen from the first one (the hips). */
function writePosition({ poses, goal }: WalkerState, body: number, into: Float32Array, at: number): void {
  const from = body * poseSize + 4;
  inGoalFrame(goal, poses[from]! - poses[4]!, poses[from + 1]! - poses[5]!, poses[from + 2]! - poses[6]!, into, at);
}
