/**
 * A ragdoll as a scene of the simulator: bodies with their colliders, joints with limits and drives, ground, walls and target.
 *
 * Bodies stand in the rig's order, the target is the one after the last; a joint is numbered by the order in which bodies
 * have one.
 */
import type { AxisMotion, Body, Joint, Scene, Shape } from '../../physics/scene.ts';
import type { Slab } from '../terrain.ts';
import type { Dialect } from './dialects.ts';
import type { PhysicsSettings } from './physics-settings.ts';
import { type AngleRange, type Collider, isLocked, motorBodies, type Rig, type RigJoint, type Vector } from './rig.ts';
import { degrees, fromAxes, identity, type Quaternion } from './rotation.ts';
import { type Target, target as usualTarget, wall } from './world.ts';

/** What kind of thing a shape is. */
export const category = { ground: 0, body: 1, target: 2, wall: 3 } as const;

/** Of shapes that touch all kinds. */
export const everything = 0xffffffff;

export interface SceneParts {
  /** Without it nothing holds the walker. Default true. */
  readonly ground?: boolean;
  /** The target cube and four walls. Default true. */
  readonly targetAndWalls?: boolean;
  /** Ground above the flat one. Default none. */
  readonly slabs?: readonly Slab[];
  /** What the target is like. Default the Walker's. */
  readonly target?: Target;
  /** Whether bodies of the walker touch one another. Default true. */
  readonly selfCollision?: boolean;
  /** A loose box as the body after the target, to be thrown: nothing but what it hits hears of it. Default none. */
  readonly box?: { readonly edge: number; readonly mass: number } | undefined;
}

/** What worlds need to know of a ragdoll, the Walker's or another. */
export interface Ragdoll {
  readonly name: string;
  /** In the start pose: places of their origins, metres, and masses, kg. */
  readonly bodies: readonly { readonly start: Vector; readonly rotation: Quaternion; readonly mass: number }[];
  /** The joint of each motor, by its number in the scene. */
  readonly motors: readonly number[];
  /** Joints that hold their start pose whatever is decided: by their own drives, at this strength, N m. */
  readonly passive: readonly { readonly joint: number; readonly strength: number }[];
  /** Bit c: touched by a body's shape of category c, the target counts as touched. */
  readonly touchesTarget: number;
  sceneIn(dialect: Dialect, settings: PhysicsSettings, parts: SceneParts): Scene;
}

/** A rig as worlds carry it. */
export function ragdollOf(rig: Rig): Ragdoll {
  const owners = rig.bodies.flatMap(({ joint }, body) => (joint ? [body] : []));
  return {
    name: rig.name,
    bodies: rig.bodies.map(({ start, mass }) => ({ start, rotation: identity, mass })),
    motors: motorBodies(rig).map((body) => owners.indexOf(body)),
    passive: [],
    touchesTarget: 1 << category.body,
    sceneIn: (dialect, settings, parts) => sceneOfRig(rig, dialect, settings, parts),
  };
}

/** Bodies that a joint holds together don't touch one another; all else may. */
export function sceneOfRig(rig: Rig, dialect: Dialect, settings: PhysicsSettings, parts: SceneParts = {}): Scene {
  const touches = parts.selfCollision === false ? everything & ~(1 << category.body) : everything;
  const bodies: Body[] = rig.bodies.map(({ name, mass, collider }) => ({
    name,
    mass,
    linearDamping: rig.linearDamping,
    angularDamping: rig.angularDamping,
    shapes: [shapeOf(collider, category.body, dialect, settings, touches)],
  }));
  const joints = rig.bodies.flatMap(({ joint }, body) => (joint ? [jointOf(rig, body, joint, dialect)] : []));
  const jointOrder = dialect.order(rig).map((owner) => joints.findIndex(({ body }) => body === owner));
  return inItsWorld({ bodies, joints, jointOrder, bodyOrder: dialect.entered(rig) }, dialect, settings, parts);
}

/** A shape of a body, with the friction of its kind. */
function shapeOf(
  collider: Collider,
  what: number,
  dialect: Dialect,
  settings: PhysicsSettings,
  collidesWith = everything,
): Shape {
  return {
    ...geometryOf(collider),
    friction: settings.friction * (collider.shape === 'box' ? dialect.flatFriction : 1),
    contactOffset: settings.contactOffset,
    category: what,
    collidesWith,
  };
}

/** A ragdoll's scene with all that is around it: ground, walls, target and box. */
export function inItsWorld(
  ragdoll: Omit<Scene, 'fixtures'>,
  dialect: Dialect,
  settings: PhysicsSettings,
  { ground = true, targetAndWalls = true, slabs = [], target = usualTarget, box }: SceneParts,
): Scene {
  const shape = (collider: Collider, what: number) => shapeOf(collider, what, dialect, settings);
  const bodies = [...ragdoll.bodies];
  const fixtures: Shape[] = [];
  const fixture = (what: number, size: [number, number, number], center: [number, number, number]) =>
    fixtures.push(shape({ shape: 'box', size, center }, what));
  const { groundEdge: edge, groundHeight } = settings;
  if (ground) fixture(category.ground, [edge, 1, edge], [0, groundHeight - 0.5, 0]);
  for (const {
    size,
    center: [x, y, z],
    rotation,
  } of slabs) {
    const box = shape({ shape: 'box', size: [...size], center: [x, y + groundHeight, z] }, category.ground);
    fixtures.push({ ...box, rotation });
  }
  if (targetAndWalls) {
    const { height, thickness } = wall;
    const out = (edge + thickness) / 2;
    for (const side of [out, -out]) fixture(category.wall, [thickness, height, edge], [side, height / 2, 0]);
    for (const side of [out, -out]) fixture(category.wall, [edge, height, thickness], [0, height / 2, side]);
    const { edge: size, mass, linearDamping, angularDamping } = target;
    const cube = shape({ shape: 'box', size: [size, size, size], center: [0, 0, 0] }, category.target);
    bodies.push({ name: 'target', mass, linearDamping, angularDamping, shapes: [cube] });
  }
  if (box) {
    const { edge: size, mass } = box;
    // Of the walls' kind: walking into it is neither a fall nor a target reached.
    const loose = shape({ shape: 'box', size: [size, size, size], center: [0, 0, 0] }, category.wall);
    const { linearDamping, angularDamping } = usualTarget;
    bodies.push({ name: 'box', mass, linearDamping, angularDamping, shapes: [loose] });
  }
  const own = ragdoll.bodies.length;
  // The target comes after the ragdoll, and the box last.
  const bodyOrder = [...ragdoll.bodyOrder, ...bodies.slice(own).map((_, more) => own + more)];
  return { ...ragdoll, bodies, fixtures, bodyOrder };
}

function jointOf(rig: Rig, body: number, joint: RigJoint, dialect: Dialect): Joint {
  const rotation = jointRotation(joint);
  const { name, start } = rig.bodies[body]!;
  const other = rig.bodies[joint.connectedTo]!.start;
  const [ax, ay, az] = joint.anchor;
  const [twist, swing1, swing2] = joint.limits.map((limit) => motionOf(limit, joint.driven ? dialect.play : 0));
  const [, first, second] = joint.limits;
  return {
    name,
    body,
    connectedTo: joint.connectedTo,
    frame: { anchor: joint.anchor, rotation },
    // In the start pose no body is turned against another, so the two frames differ by where the bodies are alone.
    connectedFrame: {
      anchor: [ax + start[0] - other[0], ay + start[1] - other[1], az + start[2] - other[2]],
      rotation,
    },
    twist: twist!,
    swing1: swing1!,
    swing2: swing2!,
    // Two swing limits make a cone in Unity; play beside a limit makes a pyramid.
    swingShape: dialect.play === 0 || (!isLocked(first) && !isLocked(second)) ? 'cone' : 'pyramid',
    drive: joint.driven ? { kind: 'slerp', stiffness: rig.drive.stiffness, damping: rig.drive.damping } : undefined,
  };
}

export function motionOf(limit: AngleRange, play: number): AxisMotion {
  if (!isLocked(limit)) return [limit[0] * degrees, limit[1] * degrees];
  return play > 0 ? [-play * degrees, play * degrees] : 'locked';
}

/** A joint's frame in its own body: x = axis, z = axis x secondaryAxis, y = z x x. */
export function jointRotation({ axis, secondaryAxis }: Pick<RigJoint, 'axis' | 'secondaryAxis'>): Quaternion {
  const x = unit(axis);
  const z = unit(cross(x, secondaryAxis));
  return fromAxes(x, cross(z, x), z);
}

/** A capsule lies along its x: this turns x to the axis that is wanted. */
export const alongAxis: Readonly<Record<'x' | 'y' | 'z', Quaternion>> = {
  x: identity,
  y: [0, 0, Math.SQRT1_2, Math.SQRT1_2],
  z: [0, -Math.SQRT1_2, 0, Math.SQRT1_2],
};

/** Half the length of a capsule without its ends. Unity's height counts them; one no longer than wide is a ball there, here nearly one. */
export function halfHeightOf({ height, radius }: { readonly height: number; readonly radius: number }): number {
  return Math.max(height / 2 - radius, 1e-4);
}

function geometryOf(collider: Collider) {
  const origin: Vector = [0, 0, 0];
  switch (collider.shape) {
    case 'sphere':
      return { kind: 'sphere', position: origin, rotation: identity, radius: collider.radius } as const;
    case 'capsule': {
      const { radius, along } = collider;
      const halfHeight = halfHeightOf(collider);
      return { kind: 'capsule', position: origin, rotation: alongAxis[along], radius, halfHeight } as const;
    }
    case 'box': {
      const [x, y, z] = collider.size;
      const halfExtents: Vector = [x / 2, y / 2, z / 2];
      return { kind: 'box', position: collider.center, rotation: identity, halfExtents } as const;
    }
  }
}

function cross([ax, ay, az]: Vector, [bx, by, bz]: Vector): Vector {
  return [ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx];
}

function unit([x, y, z]: Vector): Vector {
  const length = Math.sqrt(x * x + y * y + z * z);
  return [x / length, y / length, z / length];
}
