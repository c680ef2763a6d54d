/** ML-Agents' Walker as a scene of the simulator in physics/. */

import type { Quaternion, Vector } from '../../physics/rotation.ts';
import type { AxisMotion, Body, Joint, Scene, Shape } from '../../physics/scene.ts';
import { unityPhysics } from './physics-settings.ts';
import { type Collider, type AngleRange as Degrees, isLocked, type Rig, walkerRig } from './rig.ts';
import { fromAxes } from './rotation.ts';

export const category = { ground: 0, body: 1, target: 2, wall: 3 } as const;

const everything = 0b1111;
const radians = Math.PI / 180;

export interface WalkerSceneOptions {
  readonly rig?: Rig;
  /** Degrees of play of locked axes of driven joints, which PhysX 5 needs for its drives to act. Default 0. */
  readonly play?: number;
  /** Names of the bodies whose joints choose their partition first, first to last; default Unity's. */
  readonly order?: readonly string[];
  /** Names of the bodies as they entered the scene; default: as their joints were made, the last of which is first in `order`. */
  readonly entered?: readonly string[];
  /** Default true. */
  readonly ground?: boolean;
  /** The target cube as a last body, and four walls. Default false. */
  readonly cubeAndWalls?: boolean;
  /** Boxes have twice the friction, as envs/walker has them for PhysX 5. Default false. */
  readonly doubleFlatFriction?: boolean;
  /** Whether bodies of the walker touch one another. Default true. */
  readonly selfCollision?: boolean;
}

/** Root first, torso before legs, right leg before left. */
export const unityOrder = [
  ...['spine', 'chest', 'head', 'armL', 'forearmL', 'handL', 'armR', 'forearmR', 'handR'],
  ...['thighR', 'shinR', 'footR', 'thighL', 'shinL', 'footL'],
];

/** The order of a PhysX scene that bodies enter as envs/walker has it: last made, first solved. */
export function physxOrder(rig: Rig = walkerRig): string[] {
  return rig.hierarchy
    .map((body) => rig.bodies[body]!.name)
    .filter((name) => name !== rig.bodies[0]!.name)
    .reverse();
}

/** The bodies of envs/walker as they enter their scene. */
export function physxEntered(rig: Rig = walkerRig): string[] {
  return rig.hierarchy.map((body) => rig.bodies[body]!.name);
}

export function walkerScene(options: WalkerSceneOptions = {}): Scene {
  const { rig = walkerRig, play = 0, order = unityOrder, ground = true, cubeAndWalls = false } = options;
  const { selfCollision = true, doubleFlatFriction = false } = options;
  const settings = unityPhysics;
  const shapeOf = (collider: Collider, what: number): Shape => {
    const friction = collider.shape === 'box' && doubleFlatFriction ? 2 * settings.friction : settings.friction;
    const collidesWith = what === category.body && !selfCollision ? everything & ~(1 << category.body) : everything;
    const base = { friction, contactOffset: settings.contactOffset, category: what, collidesWith };
    const middle = { position: [0, 0, 0], rotation: [0, 0, 0, 1] } as const;
    switch (collider.shape) {
      case 'sphere':
        return { ...base, ...middle, kind: 'sphere', radius: collider.radius };
      case 'capsule':
        return {
          ...base,
          kind: 'capsule',
          position: [0, 0, 0],
          rotation: alongAxis[collider.along],
          radius: collider.radius,
          halfHeight: collider.height / 2 - collider.radius,
        };
      case 'box': {
        const [x, y, z] = collider.size;
        return { ...base, ...middle, kind: 'box', position: collider.center, halfExtents: [x / 2, y / 2, z / 2] };
      }
    }
  };
  const bodies: Body[] = rig.bodies.map(({ name, mass, collider }) => ({
    name,
    mass,
    linearDamping: rig.linearDamping,
    angularDamping: rig.angularDamping,
    shapes: [shapeOf(collider, category.body)],
  }));
  const joints = rig.bodies.flatMap(({ joint, name, start }, body): Joint[] => {
    if (!joint) return [];
    const rotation = frameRotation(joint.axis, joint.secondaryAxis);
    const other = rig.bodies[joint.connectedTo]!;
    const [twist, swing1, swing2] = joint.limits.map((limit) => motionOf(limit, joint.driven ? play : 0));
    const [, unitySwing1, unitySwing2] = joint.limits;
    const cone = play === 0 || (!isLocked(unitySwing1) && !isLocked(unitySwing2));
    return [
      {
        name,
        body,
        connectedTo: joint.connectedTo,
        frame: { anchor: joint.anchor, rotation },
        connectedFrame: {
          anchor: joint.anchor.map((at, i) => at + start[i]! - other.start[i]!) as unknown as Vector,
          rotation,
        },
        twist: twist!,
        swing1: swing1!,
        swing2: swing2!,
        swingShape: cone ? 'cone' : 'pyramid',
        drive: joint.driven ? { stiffness: rig.drive.stiffness, damping: rig.drive.damping } : undefined,
      },
    ];
  });
  const fixtures: Shape[] = [];
  const fixture = (what: number, size: Vector, center: Vector) =>
    fixtures.push(shapeOf({ shape: 'box', size, center } as Collider, what));
  const edge = settings.groundEdge;
  if (ground) fixture(category.ground, [edge, 1, edge], [0, settings.groundHeight - 0.5, 0]);
  if (cubeAndWalls) {
    const out = edge / 2 + 0.5;
    fixture(category.wall, [1, 10, edge], [out, 5, 0]);
    fixture(category.wall, [1, 10, edge], [-out, 5, 0]);
    fixture(category.wall, [edge, 10, 1], [0, 5, out]);
    fixture(category.wall, [edge, 10, 1], [0, 5, -out]);
    const cube: Collider = { shape: 'box', size: [0.25, 0.25, 0.25], center: [0, 0, 0] };
    bodies.push({
      name: 'target',
      mass: 1,
      linearDamping: 0,
      angularDamping: 0.05,
      shapes: [shapeOf(cube, category.target)],
    });
  }
  const entered = options.entered ?? [...[...order].reverse(), rig.bodies[0]!.name];
  const names = cubeAndWalls ? [...entered, 'target'] : entered;
  return {
    bodies,
    joints,
    fixtures,
    bodyOrder: names.map((name) => bodies.findIndex((body) => body.name === name)),
    jointOrder: order.map((name) => joints.findIndex((joint) => joint.name === name)),
  };
}

function motionOf(limit: Degrees, play: number): AxisMotion {
  if (!isLocked(limit)) return [limit[0] * radians, limit[1] * radians];
  return play ? [-play * radians, play * radians] : 'locked';
}

/** x = axis, z = axis x secondary axis, y = z x x. */
function frameRotation(axis: Vector, secondary: Vector): Quaternion {
  const z = cross(axis, secondary);
  return fromAxes(axis, cross(z, axis), z);
}

function cross([ax, ay, az]: Vector, [bx, by, bz]: Vector): Vector {
  return [ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx];
}

const alongAxis: Readonly<Record<'x' | 'y' | 'z', Quaternion>> = {
  x: [0, 0, 0, 1],
  y: [0, 0, Math.SQRT1_2, Math.SQRT1_2],
  z: [0, -Math.SQRT1_2, 0, Math.SQRT1_2],
};
