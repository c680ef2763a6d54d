/** A rig's scene with parts left out or set otherwise: what tests and benches of physics/ simulate. */
import type { Scene } from '../../physics/scene.ts';
import { walkerDialects } from './dialects.ts';
import { unityPhysics } from './physics-settings.ts';
import { type Rig, walkerRig } from './rig.ts';
import { sceneOfRig } from './scene-of-rig.ts';

export { category } from './scene-of-rig.ts';

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
  /** Boxes have twice the friction, as the world physx has them. Default false. */
  readonly doubleFlatFriction?: boolean;
  /** Whether bodies of the walker touch one another. Default true. */
  readonly selfCollision?: boolean;
}

const namesOf = (rig: Rig, bodies: readonly number[]) => bodies.map((body) => rig.bodies[body]!.name);

/** Root first, torso before legs, right leg before left. */
export const unityOrder = namesOf(walkerRig, walkerDialects.unity.order(walkerRig));

/** The order of a PhysX scene that bodies enter as in the world physx: last made, first solved. */
export function physxOrder(rig: Rig = walkerRig): string[] {
  return namesOf(rig, walkerDialects.physx5.order(rig));
}

/** The bodies of the world physx as they enter their scene. */
export function physxEntered(rig: Rig = walkerRig): string[] {
  return namesOf(rig, walkerDialects.physx5.entered(rig));
}

export function walkerScene(options: WalkerSceneOptions = {}): Scene {
  const { rig = walkerRig, play = 0, order = unityOrder, ground = true, cubeAndWalls = false } = options;
  const { selfCollision = true, doubleFlatFriction = false } = options;
  const { entered = [...order.toReversed(), rig.bodies[0]!.name] } = options;
  const indices = (names: readonly string[]) => names.map((name) => rig.bodies.findIndex((body) => body.name === name));
  const dialect = {
    ...walkerDialects.unity,
    play,
    flatFriction: doubleFlatFriction ? 2 : 1,
    order: () => indices(order),
    entered: () => indices(entered),
  };
  return sceneOfRig(rig, dialect, unityPhysics, { ground, targetAndWalls: cubeAndWalls, selfCollision });
}
