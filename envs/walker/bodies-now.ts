/** What a step needs to know of its bodies, read where their numbers lie. */
import type { BodyView, Point } from './body-view.ts';

/** m/s. Motors at their strongest, thrown from end to end, made no body faster than 21 m/s in 8,000 decisions. */
const impossibleSpeed = 200;

/** Writes the mean velocity (m/s) of some bodies; false where one is no velocity any more, and then nothing is written. */
export function averageVelocity(
  { floats, part, velocity }: BodyView,
  averaged: Int32Array,
  meanVelocity: Point,
): boolean {
  const count = averaged.length;
  let [x, y, z, fastest] = [0, 0, 0, 0];
  for (let which = 0; which < count; which++) {
    const at = velocity.first + averaged[which]! * velocity.body;
    const vx = floats[at]!;
    const vy = floats[at + part]!;
    const vz = floats[at + 2 * part]!;
    x += vx;
    y += vy;
    z += vz;
    fastest = Math.max(fastest, vx * vx + vy * vy + vz * vz); // NaN stays
  }
  // Not `fastest > ...`: every comparison with NaN is false.
  if (!(fastest < impossibleSpeed * impossibleSpeed)) return false;
  meanVelocity.x = x / count;
  meanVelocity.y = y / count;
  meanVelocity.z = z / count;
  return true;
}

/** The first of some bodies that touches the ground, or -1. */
export function bodyOnGround({ words, touching, groundBit }: BodyView, bodies: Int32Array): number {
  for (let which = 0; which < bodies.length; which++) {
    if (words[touching.first + bodies[which]! * touching.body]! & groundBit) return bodies[which]!;
  }
  return -1;
}

/** Whether every number of `count` bodies is one, and the first not farther than `reach` metres from the middle. */
export function areSound({ floats, part, position, rotation, spin }: BodyView, count: number, reach: number): boolean {
  let sum = 0;
  for (let body = 0; body < count; body++) {
    const [p, q, w] = [
      position.first + body * position.body,
      rotation.first + body * rotation.body,
      spin.first + body * spin.body,
    ];
    for (let axis = 0; axis < 3; axis++)
      sum += floats[p + axis * part]! + floats[q + axis * part]! + floats[w + axis * part]!;
    sum += floats[q + 3 * part]!;
  }
  const at = position.first;
  const [x, y, z] = [floats[at]!, floats[at + part]!, floats[at + 2 * part]!];
  return Number.isFinite(sum) && Math.abs(x) < reach && Math.abs(z) < reach && y > -1 && y < reach;
}
