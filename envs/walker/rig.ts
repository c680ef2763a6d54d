/**
 * The ragdoll as data: bodies, colliders and joints, read from a JSON file of the form of rig.json and checked.
 *
 * Units and axes are the file's: metres, kilograms, degrees, newton metres; Unity's axes (x right, y up, z forward,
 * left-handed). PhysX neither knows nor cares which hand an axis system has: Unity feeds it these same numbers.
 */
import { z } from 'zod';
import { UserError } from '../../base/failure/user-error.ts';
import walkerFile from './rig.json' with { type: 'json' };
import largeWalkerFile from './rig-large.json' with { type: 'json' };

const vectorSchema = z.tuple([z.number(), z.number(), z.number()]);
const positive = z.number().positive();
const halfTurn = z.number().min(0).max(179);

const colliderSchema = z.discriminatedUnion('shape', [
  z.strictObject({ shape: z.literal('sphere'), radius: positive }),
  /** `height` counts the round ends, as in Unity. */
  z.strictObject({ shape: z.literal('capsule'), radius: positive, height: positive, along: z.enum(['x', 'y', 'z']) }),
  z.strictObject({ shape: z.literal('box'), size: z.tuple([positive, positive, positive]), center: vectorSchema }),
]);

const jointSchema = z.strictObject({
  connectedTo: z.string(),
  anchor: vectorSchema,
  axis: vectorSchema,
  secondaryAxis: vectorSchema,
  twist: z.tuple([z.number().min(-179), z.number().max(179)]),
  swing1: halfTurn,
  swing2: halfTurn,
});

const bodySchema = z.strictObject({
  name: z.string().min(1),
  parent: z.string().nullable(),
  position: vectorSchema,
  mass: positive,
  collider: colliderSchema,
  mayTouchGround: z.boolean(),
  joint: jointSchema.optional(),
});

const rigSchema = z.strictObject({
  description: z.union([z.string(), z.array(z.string())]).optional(),
  name: z.string().min(1),
  start: vectorSchema,
  linearDamping: z.number().min(0),
  angularDamping: z.number().min(0),
  drive: z.strictObject({ stiffness: positive, damping: positive, maxStrength: positive }),
  solvingOrder: z.array(z.string()),
  enteringOrder: z.array(z.string()),
  bodies: z.array(bodySchema).min(2),
});

export type Vector = readonly [x: number, y: number, z: number];
export type Collider = z.infer<typeof colliderSchema>;

/** A joint: its body is held to another one, and turns against it within limits. */
export interface RigJoint {
  /** Index of the body it is held to. */
  readonly connectedTo: number;
  /** Where it sits and how its frame lies, in the coordinates of the body that owns it. */
  readonly anchor: Vector;
  readonly axis: Vector;
  readonly secondaryAxis: Vector;
  /** Limits in degrees, [low, high] about the joint's x, y and z; [0, 0] is locked. */
  readonly limits: readonly [twist: AngleRange, swing1: AngleRange, swing2: AngleRange];
  /** Whether it has a motor: where all three axes are locked, there is none. */
  readonly driven: boolean;
}

export type AngleRange = readonly [low: number, high: number];

export interface RigBody {
  readonly name: string;
  /** Index of the body whose rotation its own is measured against; -1 for the root. */
  readonly parent: number;
  /** Position in the start pose, where no body is turned. */
  readonly start: Vector;
  readonly mass: number;
  readonly collider: Collider;
  /** Whether it may touch the ground without ending the episode. */
  readonly mayTouchGround: boolean;
  readonly joint: RigJoint | undefined;
}

export interface Rig {
  readonly name: string;
  readonly linearDamping: number;
  readonly angularDamping: number;
  /** Every motor: N m/rad, N m s/rad, and the strength (N m) at full effort. */
  readonly drive: { readonly stiffness: number; readonly damping: number; readonly maxStrength: number };
  /** In the order in which they are observed; the first is the root, whose position is the walker's. */
  readonly bodies: readonly RigBody[];
  /** Indices of all bodies but the root, by their joints: the first is solved first, as Unity has it. */
  readonly solvingOrder: readonly number[];
  /** Indices of all bodies in the order in which they enter a scene of PhysX, which solves the joint made last first. */
  readonly enteringOrder: readonly number[];
}

/**
 * Checks a rig's JSON and resolves names to indices and relative positions to absolute ones.
 *
 * @param where the file it came from, for messages.
 * @throws UserError naming the first field that is wrong.
 */
export function readRig(json: unknown, where = 'rig.json'): Rig {
  const parsed = rigSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new UserError({ what: issue.message, where: `${where}: ${issue.path.join('.') || 'the file'}` });
  }
  const { bodies, start, name, linearDamping, angularDamping, drive } = parsed.data;
  const indices = new Map(bodies.map((body, index) => [body.name, index]));
  if (indices.size < bodies.length) throw new UserError({ what: 'two bodies have the same name', where });

  const indexOf = (body: string, of: string) => {
    const index = indices.get(body);
    if (index === undefined)
      throw new UserError({ what: `${of} names a body that does not exist`, where, value: body });
    return index;
  };
  const startOf = (index: number, above = 0): Vector => {
    const { parent, position, name } = bodies[index]!;
    if (above > bodies.length) throw new UserError({ what: 'parents go round in a circle', where, value: name });
    return sum(position, parent === null ? start : startOf(indexOf(parent, `parent of ${name}`), above + 1));
  };

  const resolved = bodies.map(
    ({ joint, ...body }, index): RigBody => ({
      name: body.name,
      parent: body.parent === null ? -1 : indexOf(body.parent, `parent of ${body.name}`),
      start: startOf(index),
      mass: body.mass,
      collider: body.collider,
      mayTouchGround: body.mayTouchGround,
      joint: joint && resolvedJoint(joint, indexOf(joint.connectedTo, `joint of ${body.name}`)),
    }),
  );
  const first = resolved[0]!;
  if (first.parent !== -1 || first.joint || resolved.filter(({ parent }) => parent === -1).length > 1) {
    throw new UserError({ what: 'the first body, and no other, must have neither parent nor joint', where });
  }
  const orderOf = (field: 'solvingOrder' | 'enteringOrder', count: number) => {
    const order = parsed.data[field].map((body) => indexOf(body, field));
    if (new Set(order).size < count || order.length > count || (count < bodies.length && order.includes(0))) {
      const which = count < bodies.length ? 'every body but the first' : 'every body';
      throw new UserError({ what: `${field} must name ${which} once`, where });
    }
    return order;
  };
  const solvingOrder = orderOf('solvingOrder', bodies.length - 1);
  const enteringOrder = orderOf('enteringOrder', bodies.length);
  const loose = resolved.slice(1).find(({ joint }) => !joint);
  if (loose) throw new UserError({ what: 'a body without a joint would fall off', where, value: loose.name });
  return { name, linearDamping, angularDamping, drive, bodies: resolved, solvingOrder, enteringOrder };
}

function resolvedJoint(joint: z.infer<typeof jointSchema>, connectedTo: number): RigJoint {
  const limits = [joint.twist, [-joint.swing1, joint.swing1], [-joint.swing2, joint.swing2]] as const;
  const { anchor, axis, secondaryAxis } = joint;
  return { connectedTo, anchor, axis, secondaryAxis, limits, driven: limits.some((limit) => !isLocked(limit)) };
}

/** Whether a joint's axis may not move at all. */
export function isLocked([low, high]: AngleRange): boolean {
  return low === 0 && high === 0;
}

function sum(a: Vector, b: Vector): Vector {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
}

/** Index of a body by its name. @throws Error where the rig has none of that name. */
export function bodyIndex(rig: Rig, name: string): number {
  const index = rig.bodies.findIndex((body) => body.name === name);
  if (index < 0) throw new Error(`the rig ${rig.name} has no body named ${name}`);
  return index;
}

/** Indices of the bodies whose joints have motors, in the order in which motors are numbered. */
export function motorBodies(rig: Rig): number[] {
  return rig.bodies.flatMap(({ joint }, body) => (joint?.driven ? [body] : []));
}

/** ML-Agents' Walker, since 2023. */
export const walkerRig: Rig = readRig(walkerFile);

/** The one before, of ML-Agents' releases up to 20: larger, else the same. */
export const largeWalkerRig: Rig = readRig(largeWalkerFile, 'rig-large.json');
