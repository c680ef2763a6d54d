/**
 * What an agent looks like, for whoever draws it: its bodies' shapes, which of them are left and right, where it looks, how large it
 * is. Everything comes from what its world simulates.
 */
import { massFrame } from '../../physics/mass-frame.ts';
import { conjugate, difference, sum, turned, type Vector } from '../../physics/rotation.ts';
import type { Shape } from '../../physics/scene.ts';
import { walkerDialects } from './dialects.ts';
import { type PhysicsSettings, unityPhysics } from './physics-settings.ts';
import { walkerRig } from './rig.ts';
import { type Ragdoll, ragdollOf } from './scene-of-rig.ts';
import type { Task } from './task.ts';
import { stockTask } from './walker.ts';

/** Who is shown: a character, or the Walker. */
export interface Shown {
  readonly ragdoll: Ragdoll;
  readonly task: Task;
  readonly settings: PhysicsSettings;
}

export const walkerShown: Shown = { ragdoll: ragdollOf(walkerRig), task: stockTask, settings: unityPhysics };

/** Sides are told apart by colour, so that a step can be followed. */
export type Part = 'trunk' | 'head' | 'left' | 'right';

export interface Looks {
  readonly bodies: readonly { readonly name: string; readonly part: Part; readonly shapes: readonly Shape[] }[];
  /** Two balls that are on no collider: where it looks. In that body's coordinates, metres. */
  readonly eyes: { readonly body: number; readonly radius: number; readonly places: readonly Vector[] } | undefined;
  /** Edge of the target, a cube, metres. */
  readonly target: number;
  /** How many times as large as the Walker it is. */
  readonly size: number;
}

/** From a head's middle to an eye, in radii of the head: to the side, up, ahead; and an eye's radius. */
const eye: Vector = [0.364, 0.227, 0.886];
const eyeRadius = 0.16;
/** Nearer to the middle than this, in its own reaches, a body is neither left nor right. */
const middle = 0.05;

export function looksOf(shown: Shown): Looks {
  const { ragdoll, task, settings } = shown;
  const { bodies: made } = ragdoll.sceneIn(walkerDialects.unity, settings, {});
  const names = task.behavior.bodyNames!;
  const { reach, from } = ballAround(shown);
  const head = names.findIndex((name) => /^head$/i.test(name));
  const partOf = (body: number): Part => {
    if (body === head) return 'head';
    const { start, rotation } = ragdoll.bodies[body]!;
    const [x] = difference(sum(start, turned(rotation, massFrame(made[body]!.shapes).pose.position)), from);
    return Math.abs(x) < middle * reach ? 'trunk' : x < 0 ? 'left' : 'right';
  };
  const target = made[names.length]!.shapes[0]!;
  return {
    bodies: names.map((name, body) => ({ name, part: partOf(body), shapes: made[body]!.shapes })),
    eyes: names.some((name) => /eye/i.test(name)) ? undefined : eyesOn(head < 0 ? task.frame.body : head, shown, made),
    target: target.kind === 'box' ? 2 * target.halfExtents[0] : 0,
    size: reach / ballAround(walkerShown).reach,
  };
}

/** A ball, about the middle of its bodies in the start pose, that holds them and their shapes. */
function ballAround({ ragdoll, settings }: Shown): { readonly from: Vector; readonly reach: number } {
  const { bodies } = ragdoll.sceneIn(walkerDialects.unity, settings, {});
  const places = ragdoll.bodies.map(({ start }) => start);
  const [x, y, z] = places.reduce(sum);
  const from: Vector = [x / places.length, y / places.length, z / places.length];
  const reachOf = (shape: Shape) => normOf(shape.position) + lengthOf(shape);
  const reaches = places.map((place, body) => {
    return normOf(difference(place, from)) + Math.max(0, ...bodies[body]!.shapes.map(reachOf));
  });
  return { from, reach: Math.max(...reaches) };
}

/** Not by `Math.hypot`, which engines round differently. */
function normOf([x, y, z]: Vector): number {
  return Math.sqrt(x * x + y * y + z * z);
}

/** From its middle to its farthest point. */
function lengthOf(shape: Shape): number {
  switch (shape.kind) {
    case 'sphere':
      return shape.radius;
    case 'capsule':
      return shape.radius + shape.halfHeight;
    case 'box':
      return normOf(shape.halfExtents);
    case 'plane':
      return 0;
  }
}

/** On the surface of the body's first shape, where it looks ahead in the start pose. */
function eyesOn(
  body: number,
  { ragdoll }: Shown,
  made: readonly { readonly shapes: readonly Shape[] }[],
): Looks['eyes'] {
  const [shape] = made[body]!.shapes;
  if (!shape) return undefined;
  const inBody = conjugate(ragdoll.bodies[body]!.rotation);
  const [side, up, ahead] = eye;
  const places = [-side, side].map((x) => {
    const direction = turned(inBody, [x, up, ahead]);
    const far = surfaceOf(shape, direction);
    return sum(shape.position, [direction[0] * far, direction[1] * far, direction[2] * far]);
  });
  return { body, radius: eyeRadius * thicknessOf(shape), places };
}

/** About how far the surface is from the middle, in a direction of the body's. */
function surfaceOf(shape: Shape, direction: Vector): number {
  const [x, y, z] = turned(conjugate(shape.rotation), direction).map(Math.abs) as unknown as Vector;
  switch (shape.kind) {
    case 'sphere':
      return shape.radius;
    case 'capsule':
      return shape.radius + x * shape.halfHeight;
    case 'box': {
      const [a, b, c] = shape.halfExtents;
      return Math.min(a / x, b / y, c / z);
    }
    case 'plane':
      return 0;
  }
}

/** Half of the smallest width. */
function thicknessOf(shape: Shape): number {
  switch (shape.kind) {
    case 'box':
      return Math.min(...shape.halfExtents);
    case 'plane':
      return 0;
    default:
      return shape.radius;
  }
}
