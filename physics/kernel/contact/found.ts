// Contacts of one pair of shapes in one step, as its kind of pair found them: what patches are made from.

import { copy, fromPose, pointOut, scale, set, x, y, z } from './vector';
import { ON_SECOND, pointAt, pointCount, SEPARATION } from './manifold';

/** Bytes of a contact: normal (from the second shape towards the first), separation, point in the world. */
export const CONTACT: usize = 32;
export const CONTACT_SEPARATION: usize = 12;
export const CONTACT_POINT: usize = 16;
/** More than any pair makes. */
const most = 4;

const contacts = memory.data(4 * 32);
export let contactCount: i32 = 0;

// @ts-ignore: decorator
@inline export function contactAt(index: i32): usize {
  return contacts + <usize>index * CONTACT;
}
export function forgetContacts(): void {
  contactCount = 0;
}
export function addContact(normal: usize, px: f32, py: f32, pz: f32, separation: f32): void {
  if (contactCount === most) return;
  const at = contactAt(contactCount++);
  copy(at, normal);
  store<f32>(at, separation, CONTACT_SEPARATION);
  set(at + CONTACT_POINT, px, py, pz);
}
/** Turns every normal round: the pair was looked at the other way round. */
export function flipContacts(): void {
  for (let i = 0; i < contactCount; i++) scale(contactAt(i), contactAt(i), -1);
}

const world = memory.data(12);

/** The manifold's points within reach, on the second shape; `frame` is the second's. */
export function addPoints(manifold: usize, normal: usize, frame: usize, reach: f32): void {
  const count = pointCount(manifold);
  for (let i = 0; i < count; i++) {
    const point = pointAt(manifold, i);
    const separation = load<f32>(point, SEPARATION);
    if (separation > reach) continue;
    pointOut(world, frame, point + ON_SECOND);
    addContact(normal, x(world), y(world), z(world), separation);
  }
}

/** The manifold's points within reach, on a capsule's surface towards -`outwards`; `pose` is the capsule's. */
export function addCapsulePoints(
  manifold: usize,
  normal: usize,
  outwards: usize,
  pose: usize,
  radius: f32,
  reach: f32,
): void {
  const count = pointCount(manifold);
  for (let i = 0; i < count; i++) {
    const point = pointAt(manifold, i);
    const separation = load<f32>(point, SEPARATION) - radius;
    if (separation > reach) continue;
    fromPose(world, pose, point);
    addContact(
      normal,
      x(world) - x(outwards) * radius,
      y(world) - y(outwards) * radius,
      z(world) - z(outwards) * radius,
      separation,
    );
  }
}
