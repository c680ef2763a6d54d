/**
 * Motors for joints that have none: as strong as the masses and lever arms ask for.
 *
 * A joint has to hold what hangs by it, stretched out level; a joint of a leg has to carry the rest of the body too, at half the length
 * between it and the ground. ML-Agents' Walker has some 45 times of that at its hips, and learns to walk; what is here is that measure, joint by joint.
 */

import type { Anatomy } from '../envs/ragdoll/anatomy/anatomy.ts';
import { anchorOf, distance } from '../envs/ragdoll/anatomy/geometry.ts';
import type { Link } from '../envs/ragdoll/anatomy/tree.ts';
import type { RigFile } from '../envs/ragdoll/rig-file.ts';

export interface ProposedDrive {
  readonly joint: string;
  /** N m: what gravity asks for. */
  readonly needed: number;
  /** N m at a strength of 1. */
  readonly maxStrength: number;
  /** N m/rad and N m s/rad. */
  readonly stiffness: number;
  readonly damping: number;
}

/** Times what gravity asks for. */
export const reserve = 45;
/** Of the strongest: no motor is weaker, for a light limb must be able to swing. */
const weakest = 1 / 8;

/** Of each joint that is driven. @param gravity m/s2. */
export function proposeDrives(
  rig: RigFile,
  anatomy: Anatomy,
  gravity: number,
  joints: readonly string[],
): ProposedDrive[] {
  const links = anatomy.tree.links.filter(({ joint }) => joints.includes(joint.name));
  const needs = links.map((link) => ({ joint: link.joint.name, needed: torqueNeeded(rig, anatomy, gravity, link) }));
  const strongest = reserve * Math.max(...needs.map(({ needed }) => needed));
  // Stock's damper over its spring is 1/8 s, for legs of 0.71 m; times scale with the root of length over gravity.
  const seconds = 0.125 * Math.sqrt((anatomy.legLength / 0.71) * (14.715 / gravity));
  return needs.map(({ joint, needed }) => {
    const maxStrength = rounded(Math.max(reserve * needed, weakest * strongest));
    return { joint, needed, maxStrength, stiffness: 2 * maxStrength, damping: rounded(2 * maxStrength * seconds) };
  });
}

/** N m. */
export function torqueNeeded(rig: RigFile, anatomy: Anatomy, gravity: number, link: Link): number {
  const { tree, bodies, feet, lowest } = anatomy;
  const { owner, joint } = link.joint;
  const at = anchorOf(rig.bodies.find(({ name }) => name === owner.name)!, joint.anchor);
  const below = tree.below(link.far);
  const hanging = bodies.filter(({ name }) => below.includes(name));
  const held = hanging.reduce((sum, { mass, centre }) => sum + mass * distance(at, centre), 0);
  if (!feet.some((foot) => below.includes(foot))) return gravity * held;
  const rest = bodies.filter(({ name }) => !below.includes(name)).reduce((sum, { mass }) => sum + mass, 0);
  const lever = Math.max(at[1] - lowest, 0) / 2;
  // At every moment half of the legs stand.
  const legs = Math.max(feet.length / 2, 1);
  return gravity * Math.max(held, (rest * lever) / legs);
}

/** To two digits. */
export function rounded(value: number): number {
  return Number(value.toPrecision(2));
}
