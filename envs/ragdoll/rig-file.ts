/**
 * A rig file, version 2: any ragdoll as data, as `rigs/NAME.json` holds it and an importer writes it.
 *
 * Units and axes are Unity's: metres, kilograms, degrees, newton metres; x right, y up, z forward, left-handed; quaternions
 * x, y, z, w. Scale is worked in already: no number here is to be multiplied by one. Every joint, whatever Unity calls it, is
 * told in the sense of a ConfigurableJoint: frame x = axis, z = axis x secondaryAxis, y = z x x, and a positive angle turns
 * the owner by its negative about `axis` against the body that it is connected to.
 *
 * What is here says what a ragdoll is, not what a world can do: a feature that a world can't carry is refused there.
 */
import { z } from 'zod';
import { UserError } from '../../base/failure/user-error.ts';

const vectorSchema = z.tuple([z.number(), z.number(), z.number()]);
const quaternionSchema = z.tuple([z.number(), z.number(), z.number(), z.number()]);
const positive = z.number().positive();
const notNegative = z.number().min(0);
const halfTurn = z.number().min(0).max(180);
const nameSchema = z.string().min(1);

/** Of Unity's physics materials. Absent: Unity's default, 0.6, 0.6, 0, average. */
const materialSchema = z.strictObject({
  staticFriction: notNegative,
  dynamicFriction: notNegative,
  bounciness: z.number().min(0).max(1).default(0),
  frictionCombine: z.enum(['average', 'multiply', 'minimum', 'maximum']).default('average'),
});

/** Where a shape lies in its body. */
const place = {
  center: vectorSchema.default([0, 0, 0]),
  rotation: quaternionSchema.default([0, 0, 0, 1]),
  material: materialSchema.optional(),
};

const colliderSchema = z.discriminatedUnion('shape', [
  z.strictObject({ shape: z.literal('sphere'), radius: positive, ...place }),
  /** `height` counts the round ends, as in Unity; `along` is an axis of the shape, which `rotation` turns. */
  z.strictObject({
    shape: z.literal('capsule'),
    radius: positive,
    height: positive,
    along: z.enum(['x', 'y', 'z']),
    ...place,
  }),
  z.strictObject({ shape: z.literal('box'), size: z.tuple([positive, positive, positive]), ...place }),
]);

const motionSchema = z.enum(['locked', 'limited', 'free']);

/** Of a soft limit: N m/rad and N m s/rad (linear: N/m and N s/m). A spring of 0 is a hard limit. */
const limitSpringSchema = z.strictObject({ spring: notNegative, damper: notNegative });

/** N m/rad, N m s/rad, and the greatest torque, N m; no greatest: as much as it takes. */
const springSchema = z.strictObject({
  stiffness: notNegative,
  damping: notNegative,
  max: notNegative.nullable().default(null),
});

/** What the joint itself does where no policy acts on it. It holds the start pose. */
const driveSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('slerp'), ...springSchema.shape }),
  /** About the joint's x, and about its y and z. */
  z.strictObject({ kind: z.literal('x-yz'), x: springSchema.optional(), yz: springSchema.optional() }),
]);

const jointSchema = z.strictObject({
  /** What Unity has there. Its numbers are told in ConfigurableJoint's sense whatever this is. */
  type: z.enum(['configurable', 'character', 'hinge', 'fixed']),
  /** Name of the other body; null: the world. */
  connectedTo: nameSchema.nullable(),
  /** In the body that owns the joint. */
  anchor: vectorSchema.default([0, 0, 0]),
  /** In the other body (of the world: world axes). Absent: where the anchor is in the start pose. */
  connectedAnchor: vectorSchema.optional(),
  /** Directions in the owner, of any length; a secondary axis that is parallel to the axis stands for any other. */
  axis: vectorSchema.default([1, 0, 0]),
  secondaryAxis: vectorSchema.default([0, 1, 0]),
  /** Of x, y and z. */
  linear: z.tuple([motionSchema, motionSchema, motionSchema]).default(['locked', 'locked', 'locked']),
  angular: z.tuple([motionSchema, motionSchema, motionSchema]),
  /** Limits in degrees, which hold where the axis is limited. */
  x: z.tuple([z.number().min(-180).max(180), z.number().min(-180).max(180)]).default([0, 0]),
  y: halfTurn.default(0),
  z: halfTurn.default(0),
  /** Radius that the linear axes are limited to, metres. */
  linearLimit: notNegative.default(0),
  /** Absent: hard limits. */
  limitSprings: z
    .strictObject({
      linear: limitSpringSchema.optional(),
      x: limitSpringSchema.optional(),
      yz: limitSpringSchema.optional(),
    })
    .optional(),
  drive: driveSchema.optional(),
  /** Whether the two bodies touch one another. */
  enableCollision: z.boolean().default(false),
  /** Times the inverse masses of the owner and of the other body, as this joint reckons them. */
  massScale: z.tuple([positive, positive]).default([1, 1]),
  /** Metres and degrees from which on Unity sets a joint right by force. Our worlds don't: it is kept for the report. */
  projection: z.strictObject({ distance: notNegative, angle: notNegative }).optional(),
  preprocessing: z.boolean().default(true),
  /** Newtons and newton metres at which it breaks; absent: never. */
  breakForce: positive.optional(),
  breakTorque: positive.optional(),
});

const bodySchema = z.strictObject({
  /** Unique. */
  name: nameSchema,
  /**
   * Its transform from the ragdoll's own root, as Unity's Transform.Find has it: "hips/spine/chest". Of namesakes that are
   * siblings each has its number from 0 behind its name: "tail/Segment[1]". Empty: the root itself.
   */
  path: z.string(),
  /** Name of the nearest body above it in the tree of transforms; null: none is. */
  parent: nameSchema.nullable(),
  /** In the world, in the start pose: of the transform, not of the mass. */
  position: vectorSchema,
  rotation: quaternionSchema.default([0, 0, 0, 1]),
  mass: positive,
  /** 1/s. */
  linearDamping: notNegative.default(0),
  angularDamping: notNegative.default(0.05),
  /** rad/s. Absent: 50, which ML-Agents' JointDriveController sets and so does the agent of ours. */
  maxAngularVelocity: positive.optional(),
  useGravity: z.boolean().default(true),
  kinematic: z.boolean().default(false),
  /** What of it is frozen in the world's axes: "position x", "rotation z". */
  frozen: z
    .array(z.enum(['position x', 'position y', 'position z', 'rotation x', 'rotation y', 'rotation z']))
    .default([]),
  /** In the body, where it is not that of its shapes. */
  centerOfMass: vectorSchema.optional(),
  layer: nameSchema.default('Default'),
  colliders: z.array(colliderSchema),
  joints: z.array(jointSchema).default([]),
});

const rigSchema = z.strictObject({
  version: z.literal(2),
  name: nameSchema,
  description: z.union([z.string(), z.array(z.string())]).optional(),
  /** Where it was read: "Assets/Hero/Hero.prefab". */
  source: z.string().optional(),
  /** Depth first, as Unity's hierarchy lists them. The first is the root. */
  bodies: z.array(bodySchema).min(1),
  /** Which layers do not touch one another; all others do. */
  collisions: z.strictObject({ apart: z.array(z.tuple([nameSchema, nameSchema])) }).default({ apart: [] }),
  /**
   * Joints by the names of their owners (a second joint of one owner: "hips 1"), the first solved first. Absent: the order of
   * the bodies backwards, for of what Unity makes in their order it solves the last first (docs/fidelity.md has the evidence).
   */
  solvingOrder: z.array(nameSchema).optional(),
  /** What was found on a body and can't be told here: "ArticulationBody", "MeshCollider". A world refuses such a rig. */
  cannotCarry: z
    .array(z.strictObject({ body: nameSchema, feature: nameSchema, advice: z.string().optional() }))
    .default([]),
});

/** What a file may hold: what has a usual value may be left out. */
export type RigFileInput = z.input<typeof rigSchema>;
/** A whole rig: everything that was left out has its usual value. */
export type RigFile = z.output<typeof rigSchema>;
export type RigFileBody = RigFile['bodies'][number];
export type RigFileJoint = RigFileBody['joints'][number];
export type RigFileCollider = RigFileBody['colliders'][number];
export type Motion = z.output<typeof motionSchema>;
export type LimitSpring = z.output<typeof limitSpringSchema>;

/** A joint under its name: its owner's, and behind it the number of those before it on that body, where there are any. */
export interface NamedJoint {
  readonly name: string;
  readonly owner: RigFileBody;
  readonly joint: RigFileJoint;
}

/** All joints, in the order of their bodies. */
export function jointsOf({ bodies }: RigFile): NamedJoint[] {
  return bodies.flatMap((owner) =>
    owner.joints.map((joint, which) => ({ name: which ? `${owner.name} ${which}` : owner.name, owner, joint })),
  );
}

/**
 * Checks a rig's JSON: its form, and that every name in it is there.
 *
 * @param where the file it came from, for messages.
 * @throws UserError naming the first field that is wrong.
 */
export function readRigFile(json: unknown, where: string): RigFile {
  const rig = parsed(rigSchema, json, where);
  const names = new Set<string>();
  for (const { name } of rig.bodies) {
    if (names.has(name)) throw new UserError({ where, what: 'two bodies have the same name', value: name });
    names.add(name);
  }
  const known = (name: string | null, of: string) => {
    if (name === null || names.has(name)) return;
    throw new UserError({ where: `${where}: ${of}`, what: 'there is no such body', value: name });
  };
  const parents = new Map(rig.bodies.map(({ name, parent }) => [name, parent]));
  for (const { name, parent, rotation, joints, colliders } of rig.bodies) {
    const at = `${where}: body ${name}`;
    known(parent, `parent of ${name}`);
    unitLong(rotation, `${at}, rotation`);
    colliders.forEach((collider, index) => {
      unitLong(collider.rotation, `${at}, collider ${index}, rotation`);
    });
    for (const { connectedTo, x } of joints) {
      known(connectedTo, `joint of ${name}, connectedTo`);
      if (connectedTo === name) throw new UserError({ where: at, what: 'a joint holds a body to itself' });
      if (x[0] > x[1]) {
        throw new UserError({ where: `${at}, joint, x`, what: 'a limit the wrong way round', value: x });
      }
    }
    let above = parent;
    for (let steps = 0; above !== null; above = parents.get(above) ?? null) {
      if (++steps > rig.bodies.length) {
        throw new UserError({ where: at, what: 'parents go round in a circle', value: parent });
      }
    }
  }
  if (rig.solvingOrder) {
    const all = jointsOf(rig).map(({ name }) => name);
    const given = rig.solvingOrder;
    if (given.length !== all.length || all.some((name) => !given.includes(name))) {
      throw new UserError({
        where: `${where}: solvingOrder`,
        what: 'an order names every joint once',
        value: given,
        expected: all.join(', '),
      });
    }
  }
  return rig;
}

/** What a schema makes of a file. @throws UserError naming the first field that is wrong, and what is there. */
export function parsed<Schema extends z.ZodType>(schema: Schema, json: unknown, where: string): z.output<Schema> {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const value = issue.path.reduce<unknown>((inside, key) => (inside as Record<PropertyKey, unknown>)?.[key], json);
  throw new UserError({
    what: issue.message,
    where: `${where}: ${issue.path.join('.') || 'the file'}`,
    ...(value === undefined ? {} : { value }),
  });
}

function unitLong(rotation: readonly number[], where: string): void {
  const length = Math.sqrt(rotation.reduce((squares, value) => squares + value * value, 0));
  if (Math.abs(length - 1) <= 1e-3) return;
  throw new UserError({ where, what: 'not a rotation', value: rotation, expected: 'a quaternion of length 1' });
}
