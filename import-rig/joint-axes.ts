/** Axes of a joint as files may have them, of any length and any angle to one another, made such that a frame can stand on them. */
import type { Vector } from '../physics/rotation.ts';
import type { Told } from './findings.ts';

interface Axes {
  readonly axis: Vector;
  readonly secondaryAxis: Vector;
}

/** Directions of a length that can be drawn; an axis of length 0 is x, and a secondary one along the axis is any other. */
export function axesOf({ axis, secondaryAxis }: Axes, told: Told): Axes {
  const first = unit(axis);
  if (!first) {
    told({
      kind: 'assumed',
      feature: 'axis',
      told: 'its axis has no length: it is taken as x, (1, 0, 0)',
      advice: 'set the Axis of the joint in Unity',
    });
  }
  const x = first ?? ([1, 0, 0] as const);
  const second = unit(secondaryAxis);
  const isParallel = !second || Math.hypot(...cross(x, second)) < 1e-3;
  if (isParallel) {
    told({
      kind: 'assumed',
      feature: 'secondary axis',
      told: 'its secondary axis has no length or lies along its axis: one at a right angle is taken',
      advice: 'set the Secondary Axis (Swing Axis) of the joint in Unity',
    });
  }
  return { axis: x, secondaryAxis: isParallel ? perpendicularTo(x) : second };
}

/** How far something lies along x, y and z of the frame that stands on two axes. */
export function alongFrame({ axis, secondaryAxis }: Axes, way: Vector): Vector {
  const z = unit(cross(axis, secondaryAxis))!;
  return [dot(axis, way), dot(cross(z, axis), way), dot(z, way)];
}

/** Some direction at a right angle. */
export function perpendicularTo(axis: Vector): Vector {
  const [x, y, z] = axis.map(Math.abs) as readonly number[] as Vector;
  const least: Vector = y <= x && y <= z ? [0, 1, 0] : z <= x ? [0, 0, 1] : [1, 0, 0];
  const other = cross(axis, least);
  return unit(cross(other, axis)) ?? [0, 1, 0];
}

function cross([ax, ay, az]: Vector, [bx, by, bz]: Vector): Vector {
  return [ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx];
}

function dot([ax, ay, az]: Vector, [bx, by, bz]: Vector): number {
  return ax * bx + ay * by + az * bz;
}

function unit([x, y, z]: Vector): Vector | undefined {
  const length = Math.hypot(x, y, z);
  return length < 1e-6 ? undefined : [x / length, y / length, z / length];
}
