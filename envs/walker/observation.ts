/**
 * The 243 observations: one table says what stands where, and the same table writes them.
 *
 * It is WalkerAgent.CollectObservations of ML-Agents. Velocities and positions are told in the goal frame: z level and towards
 * the target, y up. Rotations to the goal are told in the world's axes, as Unity does.
 */
import { type BodyView, type Field, originOf, type Point } from './body-view.ts';
import { bodyIndex, type Rig } from './rig.ts';
import { writeRelative, writeShortestFromForward } from './rotation.ts';

/** What observations are made of. */
export interface WalkerState {
  readonly bodies: BodyView;
  /** [bodies], 0 to 1. */
  readonly strengths: Float32Array;
  /** m/s. */
  readonly targetSpeed: number;
  /** The goal frame's z axis is (x, 0, z). */
  readonly goal: { x: number; z: number };
  /** Where the goal frame is, m: the target is told from there. */
  readonly frameOrigin: Point;
  /** Mean of the bodies' velocities, m/s, in the world's axes. */
  readonly meanVelocity: { x: number; y: number; z: number };
}

/** A row of the table: what it is called, its parts (none for a single number), and how it is written. */
export interface Row {
  readonly name: string;
  readonly parts: string;
  readonly write: Writer;
}

/** Writes a row's numbers for all bodies that have it: those of body `bodies[i]` at `into[at + offsets[i]]`. */
export type Writer = (state: WalkerState, places: Places, into: Float32Array, at: number) => void;

export interface Places {
  /** -1 for a row about the walker as a whole. */
  readonly bodies: Int32Array;
  readonly offsets: Int32Array;
}

/** Rows about the walker as a whole. */
function walkerRows(rig: Rig): Row[] {
  const hips = bodyIndex(rig, 'hips');
  const head = bodyIndex(rig, 'head');
  const cube = rig.bodies.length;
  return [
    {
      name: 'speed error',
      parts: '',
      write: (state, { offsets }, into, at) => {
        into[at + offsets[0]!] = speedError(state);
      },
    },
    {
      name: 'mean velocity',
      parts: 'xyz',
      write: ({ goal, meanVelocity: { x, y, z } }, { offsets }, into, at) =>
        inGoalFrame(goal, x, y, z, into, at + offsets[0]!),
    },
    {
      name: 'goal velocity',
      parts: 'xyz',
      write: ({ targetSpeed }, { offsets }, into, at) => {
        const first = at + offsets[0]!;
        into[first] = 0;
        into[first + 1] = 0;
        into[first + 2] = targetSpeed;
      },
    },
    {
      name: 'hips to goal',
      parts: 'xyzw',
      write: (state, { offsets }, into, at) => writeToGoal(state, hips, into, at + offsets[0]!),
    },
    {
      name: 'head to goal',
      parts: 'xyzw',
      write: (state, { offsets }, into, at) => writeToGoal(state, head, into, at + offsets[0]!),
    },
    {
      name: 'target position',
      parts: 'xyz',
      write: ({ bodies, goal, frameOrigin }, { offsets }, into, at) => {
        originOf(bodies, cube, here);
        writeDifference(goal, here, frameOrigin, into, at + offsets[0]!);
      },
    },
  ];
}

/** Points to be written over. */
const here: Point = { x: 0, y: 0, z: 0 };
const root: Point = { x: 0, y: 0, z: 0 };

/** Rows about every body. */
const bodyRows: readonly Row[] = [
  {
    name: 'ground contact',
    parts: '',
    write: ({ bodies: { words, touching, groundBit } }, { bodies, offsets }, into, at) => {
      for (let which = 0; which < bodies.length; which++) {
        const word = words[touching.first + bodies[which]! * touching.body]!;
        into[at + offsets[which]!] = word & groundBit ? 1 : 0;
      }
    },
  },
  {
    name: 'velocity',
    parts: 'xyz',
    write: (state, places, into, at) => writeVectors(state, state.bodies.velocity, places, into, at),
  },
  {
    name: 'angular velocity',
    parts: 'xyz',
    write: (state, places, into, at) => writeVectors(state, state.bodies.spin, places, into, at),
  },
  {
    name: 'position',
    parts: 'xyz',
    write: ({ bodies: view, goal }, { bodies, offsets }, into, at) => {
      // Seen from the first body, the hips.
      originOf(view, 0, root);
      for (let which = 0; which < bodies.length; which++) {
        originOf(view, bodies[which]!, here);
        writeDifference(goal, here, root, into, at + offsets[which]!);
      }
    },
  },
];

/** More rows about every body that has a motor. */
function motorRows(rig: Rig): Row[] {
  const parents = Int32Array.from(rig.bodies, ({ parent }) => parent);
  return [
    {
      name: 'rotation',
      parts: 'xyzw',
      write: ({ bodies: { floats, part, rotation } }, { bodies, offsets }, into, at) => {
        for (let which = 0; which < bodies.length; which++) {
          const body = bodies[which]!;
          const from = rotation.first + parents[body]! * rotation.body;
          writeRelative(floats, part, from, rotation.first + body * rotation.body, into, at + offsets[which]!);
        }
      },
    },
    {
      name: 'strength',
      parts: '',
      write: ({ strengths }, { bodies, offsets }, into, at) => {
        for (let which = 0; which < bodies.length; which++) into[at + offsets[which]!] = strengths[bodies[which]!]!;
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
  /** The same for all fields of a row. */
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

/** How to write a whole observation: every row once, with the places of all its fields. */
export type ObservationPlan = readonly { readonly write: Writer; readonly places: Places }[];

/** What a layout's fields come to, row by row. */
export function planObservation(layout: readonly ObservationField[]): ObservationPlan {
  return [...new Set(layout.map(({ write }) => write))].map((write) => {
    const fields = layout.filter((field) => field.write === write);
    return {
      write,
      places: {
        bodies: Int32Array.from(fields, ({ body }) => body),
        offsets: Int32Array.from(fields, ({ offset }) => offset),
      },
    };
  });
}

/** Writes a whole observation at `into[at]`. */
export function writeObservation(plan: ObservationPlan, state: WalkerState, into: Float32Array, at: number): void {
  for (let row = 0; row < plan.length; row++) {
    const { write, places } = plan[row]!;
    write(state, places, into, at);
  }
}

/** How far the mean velocity is from the goal velocity, m/s. */
export function speedError({ goal, meanVelocity: { x, y, z }, targetSpeed }: WalkerState): number {
  const errorX = goal.x * targetSpeed - x;
  const errorZ = goal.z * targetSpeed - z;
  return Math.sqrt(errorX * errorX + y * y + errorZ * errorZ);
}

/** Writes a vector of the world in the goal frame: its x axis is y cross z, (goal.z, 0, -goal.x). */
export function inGoalFrame(
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

export function writeVectors(
  { bodies: { floats, part }, goal }: WalkerState,
  field: Field,
  { bodies, offsets }: Places,
  into: Float32Array,
  at: number,
): void {
  for (let which = 0; which < bodies.length; which++) {
    const from = field.first + bodies[which]! * field.body;
    const x = floats[from]!;
    inGoalFrame(goal, x, floats[from + part]!, floats[from + 2 * part]!, into, at + offsets[which]!);
  }
}

export function writeToGoal({ bodies, goal }: WalkerState, body: number, into: Float32Array, at: number): void {
  const { floats, part, rotation } = bodies;
  writeShortestFromForward(floats, part, rotation.first + body * rotation.body, goal.x, goal.z, into, at);
}

/** Writes where a point is, seen from another. */
export function writeDifference(
  goal: WalkerState['goal'],
  point: Point,
  from: Point,
  into: Float32Array,
  at: number,
): void {
  inGoalFrame(goal, point.x - from.x, point.y - from.y, point.z - from.z, into, at);
}
