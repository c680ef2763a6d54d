/**
 * The worlds by name: which there are, and how those of the batched simulator differ.
 *
 * `unity` solves as Unity does and is what walkers are trained in. `physx5` is the same simulator set like PhysX 5 as this
 * project used it before, and `physx` is PhysX 5.6 itself: two other solvers to judge a policy in, slower or less like Unity.
 */

import { nearestName } from '../../base/failure/nearest-name.ts';
import { UserError } from '../../base/failure/user-error.ts';
import { type DialectName, dialects, type SolverSettings } from '../../physics/dialects.ts';
import { unityPhysics } from './physics-settings.ts';
import type { Rig } from './rig.ts';

export const worldNames = ['unity', 'physx5', 'physx'] as const;
export type WorldName = (typeof worldNames)[number];

export const defaultWorld: WorldName = 'unity';

/** @throws UserError where there is no world of that name. */
export function worldNamed(name: string = defaultWorld): WorldName {
  const found = worldNames.find((known) => known === name);
  if (found) return found;
  const near = nearestName(name, worldNames);
  throw new UserError({
    what: 'there is no such world',
    where: 'world',
    value: name,
    expected: `one of ${worldNames.join(', ')}`,
    ...(near ? { mend: `write ${near} instead of ${name}` } : {}),
  });
}

/** What the dialects choose from, of a rig. */
export type Orders = Pick<Rig, 'solvingOrder' | 'enteringOrder'>;

/** How a rig is put into the simulator. */
export interface Dialect {
  readonly name: DialectName;
  readonly solver: SolverSettings;
  /** Degrees to both sides by which locked axes of driven joints may give: PhysX's own slerp drive does nothing where an axis is locked. */
  readonly play: number;
  /** Friction of boxes over that of round shapes; of two the lesser counts where the solver says so. */
  readonly flatFriction: number;
  /** Bodies by their joints, the first to be solved first. */
  order(rig: Orders): readonly number[];
  /** All bodies as they entered the scene, which orders contacts between bodies. */
  entered(rig: Orders): readonly number[];
}

export const walkerDialects: Readonly<Record<DialectName, Dialect>> = {
  unity: {
    name: 'unity',
    solver: dialects.unity,
    play: 0,
    flatFriction: 1,
    order: ({ solvingOrder }) => solvingOrder,
    // The joint made last is solved first, so this is the order that makes it so.
    entered: ({ solvingOrder }) => [...solvingOrder.toReversed(), 0],
  },
  physx5: {
    name: 'physx5',
    solver: dialects.physx5,
    play: unityPhysics.lockedAxisPlay,
    // PhysX holds a patch of contact by at most two anchors. As Unity has it by default, each of them may pull with the whole
    // friction, so flat on flat holds twice as well as Coulomb says (Unity's documentation, `Physics.improvedPatchFriction`);
    // PhysX 5 shares the load out between them. So boxes have twice the friction, and of two materials the lesser counts:
    // flat on flat (sole on ground) 2 x friction, all else friction.
    flatFriction: 2,
    order: ({ enteringOrder }) => enteringOrder.filter((body) => body !== 0).toReversed(),
    entered: ({ enteringOrder }) => enteringOrder,
  },
};
