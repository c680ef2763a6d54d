/**
 * A rig file as a scene of the simulator. Bodies stand in the rig's order; joints in the order of their bodies.
 *
 * What the simulator has no way to carry is refused here, by the name of the feature and of the body.
 */
import { UserError } from '../../base/failure/user-error.ts';
import { conjugate, difference, product, sum, turned, type Vector } from '../../physics/rotation.ts';
import {
  type AxisMotion,
  type Body,
  type Drive,
  type Joint,
  type LinearMotions,
  type Shape,
  theWorld,
} from '../../physics/scene.ts';
import type { Dialect } from '../walker/dialects.ts';
import type { PhysicsSettings } from '../walker/physics-settings.ts';
import { degrees, type Quaternion } from '../walker/rotation.ts';
import {
  alongAxis,
  category,
  everything,
  halfHeightOf,
  inItsWorld,
  jointRotation,
  type Ragdoll,
} from '../walker/scene-of-rig.ts';
import type { CharacterDrive, CharacterFile } from './character-file.ts';
import {
  jointsOf,
  type LimitSpring,
  type Motion,
  type NamedJoint,
  type RigFile,
  type RigFileBody,
  type RigFileCollider,
} from './rig-file.ts';

/** N m, N m/rad or N m s/rad: more than any joint needs, and finite times any time step. */
const boundless = 1e12;

/** Limits beyond this are held at it, degrees: the simulator's angles end at a half turn. */
const widest = 179;

/**
 * A rig as worlds carry it.
 *
 * @param where the rig's file, for messages.
 * @throws UserError naming the feature, and the body that has it, which no world of ours can carry.
 */
export function ragdollOfFile(rig: RigFile, character: CharacterFile, where: string): Ragdoll {
  refuseWhatCannotBeCarried(rig, where);
  const joints = jointsOf(rig);
  const moved = new Set([...character.actions.rotations.map(({ joint }) => joint), ...character.actions.strengths]);
  const withStrength = new Set(character.actions.strengths);
  const layers = layersOf(rig);
  const touching = new Set(character.target.touchedBy);
  const categoryOf = ({ layer, name }: RigFileBody) =>
    firstOfLayers + 2 * layers.indexOf(layer) + (touching.has(name) ? 1 : 0);
  return {
    name: rig.name,
    bodies: rig.bodies.map(({ position, rotation, mass }) => ({ start: position, rotation: unit(rotation), mass })),
    motors: joints.flatMap(({ name }, index) => (moved.has(name) ? [index] : [])),
    passive: joints.flatMap(({ name, joint }, index) => {
      if (withStrength.has(name)) return [];
      if (moved.has(name)) return [{ joint: index, strength: driveOf(character, name).maxStrength }];
      return joint.drive ? [{ joint: index, strength: strengthOf(joint.drive) }] : [];
    }),
    touchesTarget: rig.bodies.reduce((bits, body) => bits | (touching.has(body.name) ? 1 << categoryOf(body) : 0), 0),
    sceneIn(dialect, settings, parts) {
      const collidesWith = ({ layer }: RigFileBody) => {
        const others = layers.filter((other) => {
          if (parts.selfCollision === false) return true;
          return rig.collisions.apart.some(([a, b]) => (a === layer && b === other) || (b === layer && a === other));
        });
        return others.reduce((bits, other) => bits & ~(3 << (firstOfLayers + 2 * layers.indexOf(other))), everything);
      };
      const bodies: Body[] = rig.bodies.map((body) => ({
        name: body.name,
        mass: body.mass,
        linearDamping: body.linearDamping,
        angularDamping: body.angularDamping,
        maxSpin: body.maxAngularVelocity,
        gravityShare: body.useGravity ? 1 : 0,
        shapes: body.colliders.map((collider) => ({
          ...geometryOf(collider),
          friction:
            (collider.material?.dynamicFriction ?? settings.friction) *
            (collider.shape === 'box' ? dialect.flatFriction : 1),
          contactOffset: settings.contactOffset,
          category: categoryOf(body),
          collidesWith: collidesWith(body),
        })),
      }));
      const made = joints.map((joint) => jointOf(rig, joint, moved.has(joint.name), character, dialect));
      return inItsWorld({ bodies, joints: made, ...ordersOf(rig, joints, dialect) }, dialect, settings, {
        ...parts,
        target: targetOf(character),
      });
    },
  };
}

/** Physics of a character's scene. */
export function settingsOf({ ground, physics }: CharacterFile, usual: PhysicsSettings): PhysicsSettings {
  const { gravity, friction } = physics;
  return { ...usual, gravity, friction, groundHeight: ground.height, groundEdge: ground.edge };
}

/** The spring and damper of a joint that has an action, and its greatest torque. */
export function driveOf({ drive: { joints, ...usual } }: CharacterFile, name: string): CharacterDrive {
  const own = Object.hasOwn(joints, name) ? joints[name]! : {};
  const { stiffness = usual.stiffness, damping = usual.damping, maxStrength = usual.maxStrength } = own;
  return { stiffness, damping, maxStrength };
}

/** The categories below are those of what is around; each layer has two, of which the second touches the target. */
const firstOfLayers = Math.max(...Object.values(category)) + 1;

function layersOf({ bodies }: RigFile): string[] {
  return [...new Set(bodies.map(({ layer }) => layer))];
}

function targetOf({ target: { edge, mass } }: CharacterFile) {
  return { edge, mass, linearDamping: 0, angularDamping: 0.05 };
}

/** A joint's own drive, as strong as its weakest part. */
function strengthOf(drive: NonNullable<NamedJoint['joint']['drive']>): number {
  const parts = drive.kind === 'slerp' ? [drive] : [drive.x, drive.yz];
  return Math.min(...parts.map((part) => part?.max ?? boundless));
}

/**
 * The dialect's order of joints, and of bodies as they enter. A dialect orders things of which 0 is the root, without a joint:
 * here joint i is thing i + 1, and all bodies that own none enter with the root.
 *
 * Where a scene is PhysX's own, bodies enter in the rig's order, and a joint with the later of its two bodies: that, not the
 * order of its owners, is the order in which joints are made there.
 */
function ordersOf(rig: RigFile, joints: readonly NamedJoint[], dialect: Dialect) {
  const solvingOrder = (rig.solvingOrder ?? joints.map(({ name }) => name).toReversed()).map(
    (name) => joints.findIndex((joint) => joint.name === name) + 1,
  );
  const things = joints.map((_, joint) => joint + 1);
  const ownersOf = (thing: number) =>
    thing === 0 ? rig.bodies.filter((body) => body.joints.length === 0) : [joints[thing - 1]!.owner];
  const entered = dialect.entered({ solvingOrder, enteringOrder: [0, ...things] });
  const bodyOrder = [...new Set(entered.flatMap(ownersOf))].map((body) => rig.bodies.indexOf(body));
  const places = new Map(bodyOrder.map((body, place) => [rig.bodies[body]!.name, place]));
  const madeAt = (thing: number) => {
    const { owner, joint } = joints[thing - 1]!;
    return Math.max(...[owner.name, joint.connectedTo ?? owner.name].map((name) => places.get(name)!));
  };
  const made = things.toSorted((a, b) => madeAt(a) - madeAt(b));
  const jointOrder = dialect.order({ solvingOrder, enteringOrder: [0, ...made] }).map((thing) => thing - 1);
  return { jointOrder, bodyOrder };
}

/** Where what has no body in the rig is told from. */
const world: { readonly position: Vector; readonly rotation: Quaternion } = {
  position: [0, 0, 0],
  rotation: [0, 0, 0, 1],
};

function jointOf(
  rig: RigFile,
  { name, owner, joint }: NamedJoint,
  isMoved: boolean,
  character: CharacterFile,
  dialect: Dialect,
): Joint {
  const other = rig.bodies.find((body) => body.name === joint.connectedTo) ?? world;
  const [own, others] = [unit(owner.rotation), unit(other.rotation)];
  const rotation = jointRotation({ axis: joint.axis, secondaryAxis: secondaryOf(joint) });
  const anchorNow = sum(owner.position, turned(own, joint.anchor));
  const connectedAnchor = joint.connectedAnchor ?? turned(conjugate(others), difference(anchorNow, other.position));
  const play = isMoved ? dialect.play : 0;
  const { x, y, z, linearLimit } = joint;
  const springs = limitSpringsOf(joint, play);
  const [twist, swing1, swing2] = [x, [-y, y] as const, [-z, z] as const].map((limit, axis) =>
    motionOf(joint.angular[axis]!, limit, play, axis === 0 && springs?.twist !== undefined),
  );
  // A lock's play is as wide whatever the other swing does: a pyramid. Beside a free swing there is none in PhysX, nor a need.
  const [, ...swings] = joint.angular;
  const isPyramid = play > 0 && swings.includes('locked') && !swings.includes('free');
  return {
    name,
    body: rig.bodies.indexOf(owner),
    connectedTo: joint.connectedTo === null ? theWorld : rig.bodies.findIndex(({ name }) => name === joint.connectedTo),
    frame: { anchor: joint.anchor, rotation },
    connectedFrame: { anchor: connectedAnchor, rotation: product(conjugate(others), product(own, rotation)) },
    twist: twist!,
    swing1: swing1!,
    swing2: swing2!,
    swingShape: isPyramid ? 'pyramid' : 'cone',
    linear: linearMotionsOf(joint.linear, linearLimit > 0 || springs?.linear !== undefined),
    linearLimit: Math.min(linearLimit, boundless),
    limitSprings: springs,
    drive: isMoved ? slerp(driveOf(character, name)) : ownDriveOf(joint.drive),
    collide: joint.enableCollision,
    massScale: joint.massScale,
  };
}

function slerp({ stiffness, damping }: { readonly stiffness: number; readonly damping: number }): Drive {
  return { kind: 'slerp', stiffness, damping };
}

function ownDriveOf(drive: NamedJoint['joint']['drive']): Drive | undefined {
  if (!drive) return undefined;
  if (drive.kind === 'slerp') return slerp(drive);
  if (!drive.x && !drive.yz) return undefined;
  return { kind: 'twist-swing', twist: drive.x, swing: drive.yz };
}

/**
 * Springs of limits that have one. A lock's play is hard; and as both swings share a spring, so is the limit beside it.
 *
 * @param play degrees that locked axes may give.
 */
function limitSpringsOf({ limitSprings, angular, linear }: NamedJoint['joint'], play: number): Joint['limitSprings'] {
  const springOf = (limit: LimitSpring | undefined) =>
    limit?.spring
      ? { stiffness: Math.min(limit.spring, boundless), damping: Math.min(limit.damper, boundless) }
      : undefined;
  const twist = angular[0] === 'limited' ? springOf(limitSprings?.x) : undefined;
  const [, ...swings] = angular;
  const besidePlay = play > 0 && swings.includes('locked');
  const swing = swings.includes('limited') && !besidePlay ? springOf(limitSprings?.yz) : undefined;
  const along = linear.includes('limited') ? springOf(limitSprings?.linear) : undefined;
  return twist || swing || along ? { twist, swing, linear: along } : undefined;
}

/** @param hasRoom whether limited axes may give at all; without it they are locked. */
function linearMotionsOf([x, y, z]: LinearMotions, hasRoom: boolean): LinearMotions {
  const motion = (each: Motion) => (each === 'limited' && !hasRoom ? 'locked' : each);
  return [motion(x), motion(y), motion(z)];
}

/**
 * A limited axis without room is locked, as Unity has it of y and z; where its limit is soft, the spring holds it.
 *
 * @param limit degrees.
 * @param play degrees that a locked axis may give.
 */
function motionOf(motion: Motion, [low, high]: readonly [number, number], play: number, soft: boolean): AxisMotion {
  if (motion === 'free') return 'free';
  const isLocked = motion === 'locked' || (low === high && !soft);
  if (isLocked) return play > 0 ? [-play * degrees, play * degrees] : 'locked';
  return [Math.max(low, -widest) * degrees, Math.min(high, widest) * degrees];
}

/** Any direction does that is not along the axis, as Unity takes one where the file's is none. */
function secondaryOf({ axis, secondaryAxis }: NamedJoint['joint']): Vector {
  const [ax, ay, az] = axis;
  const [bx, by, bz] = secondaryAxis;
  const cross = Math.hypot(ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx);
  if (cross > 1e-6 * Math.hypot(ax, ay, az) * Math.hypot(bx, by, bz)) return secondaryAxis;
  return Math.abs(ax) < Math.abs(ay) ? [1, 0, 0] : [0, 1, 0];
}

function geometryOf(collider: RigFileCollider): Pick<Shape, 'position' | 'rotation'> & GeometryOf<Shape> {
  const { center: position } = collider;
  const rotation = unit(collider.rotation);
  switch (collider.shape) {
    case 'sphere':
      return { kind: 'sphere', position, rotation, radius: collider.radius };
    case 'capsule':
      return {
        kind: 'capsule',
        position,
        rotation: product(rotation, alongAxis[collider.along]),
        radius: collider.radius,
        halfHeight: halfHeightOf(collider),
      };
    case 'box': {
      const [x, y, z] = collider.size;
      return { kind: 'box', position, rotation, halfExtents: [x / 2, y / 2, z / 2] };
    }
  }
}

type Material = 'friction' | 'contactOffset' | 'category' | 'collidesWith';
/** What a shape is beside its material, kind by kind. */
type GeometryOf<Each> = Each extends Shape ? Omit<Each, Material> : never;

function unit([x, y, z, w]: Quaternion): Quaternion {
  const length = Math.sqrt(x * x + y * y + z * z + w * w);
  return length === 1 ? [x, y, z, w] : [x / length, y / length, z / length, w / length];
}

/** What no world of ours can do, each with how to tell it of a body. */
const features: readonly { readonly name: string; readonly has: (body: RigFileBody) => boolean }[] = [
  { name: 'a kinematic body', has: ({ kinematic }) => kinematic },
  { name: 'a frozen position or rotation', has: ({ frozen }) => frozen.length > 0 },
  { name: 'a centre of mass of its own', has: ({ centerOfMass }) => centerOfMass !== undefined },
  { name: 'a body without a collider', has: ({ colliders }) => colliders.length === 0 },
  { name: 'a material that bounces', has: ({ colliders }) => colliders.some(({ material }) => material?.bounciness) },
  {
    name: 'static friction that is not the dynamic one',
    has: ({ colliders }) => colliders.some(({ material: it }) => it && it.staticFriction !== it.dynamicFriction),
  },
  {
    name: "a material's friction combined otherwise than by average",
    has: ({ colliders }) => colliders.some(({ material }) => material && material.frictionCombine !== 'average'),
  },
  { name: 'a joint that breaks', has: ({ joints }) => joints.some((it) => it.breakForce || it.breakTorque) },
  {
    name: "drives of different greatest torques about a joint's x and y, z",
    has: ({ joints }) =>
      joints.some(({ drive }) => drive?.kind === 'x-yz' && drive.x && drive.yz && drive.x.max !== drive.yz.max),
  },
];

function refuseWhatCannotBeCarried(rig: RigFile, where: string): void {
  const [told] = rig.cannotCarry;
  if (told) {
    const { body, feature, advice } = told;
    refuse(where, feature, body, advice);
  }
  for (const body of rig.bodies) {
    const feature = features.find(({ has }) => has(body));
    if (feature) refuse(where, feature.name, body.name);
  }
  if (layersOf(rig).length > mostLayers) {
    refuse(where, `more than ${mostLayers} layers`, rig.bodies.at(-1)!.name);
  }
}

/** What 32 categories leave. */
const mostLayers = (32 - firstOfLayers) / 2;

function refuse(where: string, feature: string, body: string, mend?: string): never {
  throw new UserError({
    where: `${where}: body ${body}`,
    what: `no world of ours can carry ${feature}`,
    ...(mend === undefined ? {} : { mend }),
  });
}
