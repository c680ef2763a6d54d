/** The observation that a character file lists, as fields in order: what each is called, and how it is written. */
import { originOf, type Point } from '../walker/body-view.ts';
import {
  inGoalFrame,
  type ObservationField,
  speedError,
  type WalkerState,
  type Writer,
  writeDifference,
  writeToGoal,
  writeVectors,
} from '../walker/observation.ts';
import { writeRelative } from '../walker/rotation.ts';
import { type CharacterFile, type CharacterRow, observationRows, type RowName } from './character-file.ts';
import { angleToFrame } from './reward-terms.ts';
import { jointsOf, type RigFile } from './rig-file.ts';

/** A field, with the row that it is of. */
export interface CharacterField extends ObservationField {
  readonly row: RowName;
}

/** Every field of a character's observation, in order and without gaps: sensor after sensor. */
export function layoutOf(rig: RigFile, character: CharacterFile): CharacterField[] {
  const writers = writersOf(rig, character);
  const indexOf = (name: string) => rig.bodies.findIndex((body) => body.name === name);
  const fields: CharacterField[] = [];
  let offset = 0;
  const place = (row: RowName, body: number, write: Writer) => {
    const { parts } = observationRows[row];
    const size = parts.length || 1;
    const about = body < 0 ? '' : `${rig.bodies[body]!.name} `;
    fields.push({ name: about + wordsOf(row), row, body, offset, size, parts, write });
    offset += size;
  };
  for (const { rows } of character.sensors) {
    for (const row of rows) {
      if ('each' in row) {
        // One writer for each row of a block, so that it is written for all bodies in one go.
        const each = row.each.map(({ row: name, except }) => ({ name, except, write: writers(name) }));
        for (const body of character.bodies) {
          for (const { name, except, write } of each) {
            if (!except.includes(body)) place(name, indexOf(body), write);
          }
        }
      } else place(row.row, 'body' in row ? indexOf(row.body) : -1, writers(row.row, row));
    }
  }
  return fields;
}

/** How many numbers each sensor has. */
export function sensorSizes(character: CharacterFile): { name: string; size: number }[] {
  const sizeOf = (row: RowName) => observationRows[row].parts.length || 1;
  return character.sensors.map(({ name, rows }) => {
    const sizes = rows.map((row) => {
      if (!('each' in row)) return sizeOf(row.row);
      return row.each.reduce(
        (sum, { row, except }) => sum + sizeOf(row) * (character.bodies.length - except.length),
        0,
      );
    });
    return { name, size: sizes.reduce((sum, size) => sum + size, 0) };
  });
}

/** "speedError" -> "speed error". */
function wordsOf(row: RowName): string {
  return row.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** Makes a row's writer. */
function writersOf(rig: RigFile, character: CharacterFile) {
  const { bodies } = rig;
  const indexOf = (name: string | null) => bodies.findIndex((body) => body.name === name);
  const frameBody = indexOf(character.frame.body);
  const parents = Int32Array.from(bodies, ({ parent }) => indexOf(parent));
  const connected = Int32Array.from(bodies, ({ joints }) => (joints[0] ? indexOf(joints[0].connectedTo) : -1));
  const joints = jointsOf(rig);
  const motors = Int32Array.from(bodies, ({ name }) => joints.findIndex(({ owner }) => owner.name === name));
  const target = bodies.length;
  const height = character.ground.height;

  const ofEach =
    (write: (state: WalkerState, body: number, into: Float32Array, at: number) => void): Writer =>
    (state, { bodies, offsets }, into, at) => {
      for (let which = 0; which < bodies.length; which++) write(state, bodies[which]!, into, at + offsets[which]!);
    };
  const relative = (others: Int32Array) =>
    ofEach((state, body, into, at) => {
      const { floats, part, rotation } = state.bodies;
      const other = others[body]!;
      const own = rotation.first + body * rotation.body;
      if (other < 0) writeInFrame(state, own, into, at);
      else writeRelative(floats, part, rotation.first + other * rotation.body, own, into, at);
    });

  return (row: RowName, options?: CharacterRow): Writer => {
    switch (row) {
      case 'speedError':
        return ofEach((state, _, into, at) => {
          into[at] = speedError(state);
        });
      case 'meanVelocity':
        return ofEach(({ goal, meanVelocity: { x, y, z } }, _, into, at) => inGoalFrame(goal, x, y, z, into, at));
      case 'goalVelocity':
        return ofEach(({ targetSpeed }, _, into, at) => {
          into[at] = 0;
          into[at + 1] = 0;
          into[at + 2] = targetSpeed;
        });
      case 'target':
        return ofEach(({ bodies, goal, frameOrigin }, _, into, at) => {
          originOf(bodies, target, here);
          writeDifference(goal, here, frameOrigin, into, at);
        });
      case 'facing':
        return ofEach(writeToGoal);
      case 'angle':
        return ofEach(({ bodies: { floats, part, rotation }, goal }, body, into, at) => {
          into[at] = angleToFrame(floats, part, rotation.first + body * rotation.body, goal);
        });
      case 'ray': {
        const length = options && 'length' in options ? options.length : 10;
        return ofEach(({ bodies }, body, into, at) => {
          originOf(bodies, body, here);
          const down = (here.y - height) / length;
          into[at] = down >= 0 && down < 1 ? down : 1;
        });
      }
      case 'contact':
        return ofEach(({ bodies: { words, touching, groundBit } }, body, into, at) => {
          into[at] = words[touching.first + body * touching.body]! & groundBit ? 1 : 0;
        });
      case 'velocity':
        return (state, places, into, at) => writeVectors(state, state.bodies.velocity, places, into, at);
      case 'angularVelocity':
        return (state, places, into, at) => writeVectors(state, state.bodies.spin, places, into, at);
      case 'fromRoot':
        return ofEach(({ bodies, goal }, body, into, at) => {
          originOf(bodies, body, here);
          originOf(bodies, frameBody, root);
          writeDifference(goal, here, root, into, at);
        });
      case 'localRotation':
        return relative(parents);
      case 'strength':
        return ofEach(({ strengths }, body, into, at) => {
          into[at] = motors[body]! < 0 ? 0 : strengths[motors[body]!]!;
        });
      case 'framePosition':
        return ofEach(({ bodies, goal, frameOrigin }, body, into, at) => {
          originOf(bodies, body, here);
          writeDifference(goal, here, frameOrigin, into, at);
        });
      case 'frameRotation':
        return ofEach((state, body, into, at) => {
          const { rotation } = state.bodies;
          writeInFrame(state, rotation.first + body * rotation.body, into, at);
        });
      case 'jointRotation':
        return relative(connected);
    }
  };
}

/** Points to be written over. */
const here: Point = { x: 0, y: 0, z: 0 };
const root: Point = { x: 0, y: 0, z: 0 };

/** The frame's rotation, to be written over: x y z w. */
const frame = new Float32Array(8);

/** Writes the rotation at `bodies.floats[from]` as seen from the goal frame. */
function writeInFrame({ bodies, goal }: WalkerState, from: number, into: Float32Array, at: number): void {
  const { floats, part } = bodies;
  // Half the angle from z to (goal.x, 0, goal.z) about y, from its cosine.
  frame[1] = Math.sqrt(Math.max(0, (1 - goal.z) / 2)) * (goal.x < 0 ? -1 : 1);
  frame[3] = Math.sqrt(Math.max(0, (1 + goal.z) / 2));
  for (let component = 0; component < 4; component++) frame[4 + component] = floats[from + component * part]!;
  writeRelative(frame, 1, 0, 4, into, at);
}
