/**
 * A character file: what a ragdoll is trained to do, and what its policy sees and moves; as `rigs/NAME.character.json` holds it.
 *
 * The rig (rig-file.ts) is the body; this is the task. What an observation row is called and what it holds stands in
 * `observationRows`; what a reward term is, in reward-terms.ts. Trainer and Unity agent both build the observation by this file,
 * number for number, in the order in which it stands here: sensor by sensor, row by row.
 */
import { z } from 'zod';
import { UserError } from '../../base/failure/user-error.ts';
import { jointsOf, parsed, type RigFile } from './rig-file.ts';

/** What a row is about: the whole ragdoll, one body that the row names, or each of the observed bodies. */
export type RowScope = 'ragdoll' | 'body' | 'each';

interface ObservationRow {
  readonly scope: RowScope;
  /** What its numbers are called: "xyz" is three, "" a single one. */
  readonly parts: '' | 'xyz' | 'xyzw';
  readonly unit: string;
  readonly meaning: string;
}

/**
 * All rows. "The frame" is the goal frame: its origin at the frame's body, z level and towards the target, y up. Velocities are
 * of centres of mass, turned into the frame's axes.
 */
export const observationRows = {
  speedError: { scope: 'ragdoll', parts: '', unit: 'm/s', meaning: 'length of goal velocity minus mean velocity' },
  meanVelocity: {
    scope: 'ragdoll',
    parts: 'xyz',
    unit: 'm/s',
    meaning: "mean of the observed bodies' velocities, in the frame",
  },
  goalVelocity: { scope: 'ragdoll', parts: 'xyz', unit: 'm/s', meaning: '(0, 0, target speed)' },
  target: { scope: 'ragdoll', parts: 'xyz', unit: 'm', meaning: 'position of the target, in the frame' },
  facing: {
    scope: 'body',
    parts: 'xyzw',
    unit: '',
    meaning: "shortest rotation from the body's forward to the frame's z, in the world's axes",
  },
  angle: {
    scope: 'body',
    parts: '',
    unit: 'half turns',
    meaning: 'angle between the rotations of frame and body, over 180 degrees',
  },
  ray: {
    scope: 'body',
    parts: '',
    unit: 'lengths of the ray',
    meaning: 'from the body straight down to the ground; 1 if nothing is there',
  },
  contact: { scope: 'each', parts: '', unit: '', meaning: '1 while it touches the ground, else 0' },
  velocity: { scope: 'each', parts: 'xyz', unit: 'm/s', meaning: 'in the frame' },
  angularVelocity: { scope: 'each', parts: 'xyz', unit: 'rad/s', meaning: 'in the frame' },
  fromRoot: { scope: 'each', parts: 'xyz', unit: 'm', meaning: "position minus the frame's body's, in the frame" },
  localRotation: { scope: 'each', parts: 'xyzw', unit: '', meaning: 'relative to its parent in the rig' },
  strength: { scope: 'each', parts: '', unit: 'of the greatest', meaning: 'strength of its motor now, 0 to 1' },
  framePosition: { scope: 'each', parts: 'xyz', unit: 'm', meaning: "position from the frame's origin, in the frame" },
  frameRotation: { scope: 'each', parts: 'xyzw', unit: '', meaning: 'relative to the frame' },
  jointRotation: {
    scope: 'each',
    parts: 'xyzw',
    unit: '',
    meaning: 'relative to the body that its joint is connected to; without a joint, relative to the frame',
  },
} as const satisfies Record<string, ObservationRow>;

export type RowName = keyof typeof observationRows;

const namesOfScope = (scope: RowScope) =>
  Object.entries(observationRows).flatMap(([name, row]) => (row.scope === scope ? [name as RowName] : []));

const positive = z.number().positive();
const notNegative = z.number().min(0);
const bodyName = z.string().min(1);
const vectorSchema = z.tuple([z.number(), z.number(), z.number()]);

const eachSchema = z.strictObject({
  row: z.enum(namesOfScope('each')),
  /** Observed bodies that don't have it. */
  except: z.array(bodyName).default([]),
});

const rowSchema = z.union([
  z.strictObject({ row: z.enum(namesOfScope('ragdoll')) }),
  z.strictObject({
    row: z.enum(namesOfScope('body')),
    body: bodyName,
    /** Metres, of a ray. */
    length: positive.default(10),
  }),
  /** Body by body: of the first all its rows, then of the next. Several of these make blocks: first one row of all, then the next. */
  z.strictObject({ each: z.array(eachSchema).min(1) }),
]);

/** A term of the reward and its options, which reward-terms.ts checks: what it may be stands in the table there. */
const termSchema = z.looseObject({
  term: z.string().min(1),
  /** Of a sum. Absent: the table's. */
  weight: z.number().optional(),
});

const driveSchema = z.strictObject({
  /** N m/rad. */
  stiffness: notNegative,
  /** N m s/rad. */
  damping: notNegative,
  /** N m, at a strength of 1. */
  maxStrength: positive,
});

const characterSchema = z.strictObject({
  version: z.literal(1),
  /** Name of the behaviour, in configurations and in Unity's BehaviorParameters. */
  name: z.string().min(1),
  description: z.union([z.string(), z.array(z.string())]).optional(),
  /** The rig's file, seen from this one. */
  rig: z.string().min(1),
  /** The observed bodies, in order: whose mean velocity counts, and whom a row of each is about. */
  bodies: z.array(bodyName).min(1),
  /** The goal frame. `lag`: physics steps by which it is older than what is seen in it (1 in ML-Agents' examples). */
  frame: z.strictObject({ body: bodyName, lag: z.union([z.literal(0), z.literal(1)]).default(0) }),
  /** One for each input of the policy, in the order of their names. */
  sensors: z.array(z.strictObject({ name: z.string().min(1), rows: z.array(rowSchema).min(1) })).min(1),
  /** First all rotations, then all strengths. Joints by name: their owner's (a second one's: "hips 1"). */
  actions: z.strictObject({
    /** Axes without an action are held at 0. */
    rotations: z.array(z.strictObject({ joint: bodyName, axes: z.enum(['x', 'y', 'z', 'xy', 'xz', 'yz', 'xyz']) })),
    strengths: z.array(bodyName),
  }),
  /** Slerp drive of every joint that has an action; `joints`: of some, otherwise. */
  drive: driveSchema.extend({ joints: z.record(bodyName, driveSchema.partial()).default({}) }),
  /** All of `product` multiplied with one another, plus all of `sum`, each times its weight; every physics step. */
  reward: z.strictObject({ product: z.array(termSchema).default([]), sum: z.array(termSchema).default([]) }),
  endings: z.strictObject({
    /** Bodies whose touch of the ground ends the episode; the reward since the last decision then is `reward`. */
    groundTouch: z.strictObject({ bodies: z.array(bodyName), reward: z.number() }).optional(),
    /** The body is so many metres below where it started. */
    fallBelow: z.strictObject({ body: bodyName, metres: positive }).optional(),
    /** Physics steps after which it is cut off. */
    maxSteps: z.int().min(5),
  }),
  target: z.strictObject({
    /** m/s, drawn uniformly for each episode. */
    speed: z.strictObject({ low: positive, high: positive }),
    /** It is placed uniformly in a ball around here, of this radius, metres; then its y is set to that of `center`. */
    center: vectorSchema,
    radius: notNegative,
    /** A cube that falls: metres, kg. */
    edge: positive,
    mass: positive.default(1),
    /** Bodies that touch it: it then goes elsewhere. */
    touchedBy: z.array(bodyName),
    touchReward: z.number().default(0),
  }),
  /** Height of its surface, and edge of the square of it that has walls around, metres. */
  ground: z.strictObject({ height: z.number(), edge: positive }),
  /** Physics steps from a decision to the next. */
  decisionPeriod: z.int().min(1).default(5),
  /** m/s2 downwards; friction of the ground, and of bodies whose material says nothing. */
  physics: z
    .strictObject({ gravity: notNegative.default(14.715), friction: notNegative.default(0.6) })
    .default({ gravity: 14.715, friction: 0.6 }),
  /** Bodies that are each other's mirror image, where names don't tell. Absent: told by names and places. */
  mirror: z.strictObject({ pairs: z.array(z.tuple([bodyName, bodyName])) }).optional(),
});

export type CharacterFileInput = z.input<typeof characterSchema>;
export type CharacterFile = z.output<typeof characterSchema>;
export type CharacterRow = z.output<typeof rowSchema>;
export type CharacterDrive = z.output<typeof driveSchema>;
export type TermOfFile = z.output<typeof termSchema>;

/**
 * Checks a character's JSON against its rig.
 *
 * @param where the file it came from, for messages.
 * @throws UserError naming the first field that is wrong, or the body or joint that the rig does not have.
 */
export function readCharacterFile(json: unknown, rig: RigFile, where: string): CharacterFile {
  const character = parsed(characterSchema, json, where);
  const known = {
    body: rig.bodies.map(({ name }) => name),
    joint: jointsOf(rig).map(({ name }) => name),
    'observed body': character.bodies,
  };
  for (const { field, kind, names } of namesIn(character)) {
    const unknown = names.find((name) => !known[kind].includes(name));
    if (unknown !== undefined) {
      throw new UserError({
        where: `${where}: ${field}`,
        what: `${rig.name} has no such ${kind}`,
        value: unknown,
        expected: `one of ${known[kind].join(', ')}`,
      });
    }
    const twice = names.find((name, at) => names.indexOf(name) < at);
    if (twice !== undefined) throw new UserError({ where: `${where}: ${field}`, what: 'named twice', value: twice });
  }
  const { low, high } = character.target.speed;
  if (low > high) throw new UserError({ where: `${where}: target.speed`, what: 'low is above high', value: low });
  return character;
}

interface NamesOfField {
  readonly field: string;
  readonly kind: 'body' | 'joint' | 'observed body';
  readonly names: readonly string[];
}

/** Every field that names bodies or joints of the rig. */
function namesIn({ bodies, frame, sensors, actions, drive, endings, target, mirror }: CharacterFile): NamesOfField[] {
  const ofRows = sensors.flatMap(({ name, rows }) =>
    rows.flatMap((row): NamesOfField[] => {
      const field = `sensor ${name}`;
      if ('body' in row) return [{ field: `${field}, ${row.row}`, kind: 'body', names: [row.body] }];
      if (!('each' in row)) return [];
      return row.each.map(({ row: name, except }) => {
        return { field: `${field}, ${name}, except`, kind: 'observed body', names: except };
      });
    }),
  );
  return [
    { field: 'bodies', kind: 'body', names: bodies },
    { field: 'frame.body', kind: 'body', names: [frame.body] },
    ...ofRows,
    { field: 'actions.rotations', kind: 'joint', names: actions.rotations.map(({ joint }) => joint) },
    { field: 'actions.strengths', kind: 'joint', names: actions.strengths },
    { field: 'drive.joints', kind: 'joint', names: Object.keys(drive.joints) },
    { field: 'endings.groundTouch.bodies', kind: 'body', names: endings.groundTouch?.bodies ?? [] },
    { field: 'endings.fallBelow.body', kind: 'body', names: endings.fallBelow ? [endings.fallBelow.body] : [] },
    { field: 'target.touchedBy', kind: 'body', names: target.touchedBy },
    { field: 'mirror.pairs', kind: 'body', names: (mirror?.pairs ?? []).flat() },
  ];
}
