/** Which bodies of a ragdoll are its feet and hands, as the terms of a reward must know: from its anatomy, and from what may touch the ground. */
import { conjugate, turned } from '../../physics/rotation.ts';
import type { CharacterBodies, Limb } from '../reward-terms/moment.ts';
import { anatomyOf } from './anatomy/anatomy.ts';
import type { CharacterFile } from './character-file.ts';
import type { RigFile } from './rig-file.ts';

/** Feet are the ends of what may touch the ground; where anything may, what stands on it in the start pose. */
export function limbsOf(rig: RigFile, { frame, endings, ground }: CharacterFile): CharacterBodies {
  const anatomy = anatomyOf(rig);
  const { tree, bodies, sideOf } = anatomy;
  const root = rig.bodies.findIndex(({ name }) => name === frame.body);
  const falling = endings.groundTouch?.bodies;
  const mayTouch = bodies.map(({ name }) => name).filter((name) => falling && !falling.includes(name));
  const isEnd = (name: string) => !mayTouch.some((other) => other !== name && tree.below(name).includes(other));
  const feet = falling ? mayTouch.filter(isEnd) : anatomy.feet;
  const limb = (name: string): Limb => {
    const body = bodies.findIndex((each) => each.name === name);
    return { body, side: sideOf(name), height: bodies[body]!.centre[1] - ground.height };
  };
  const toRoot = conjugate(rig.bodies[root]!.rotation);
  return {
    root,
    up: turned(toRoot, [0, 1, 0]),
    forward: turned(toRoot, [0, 0, 1]),
    feet: feet.map(limb),
    hands: anatomy.hands.filter((name) => !feet.includes(name)).map(limb),
    legLength: anatomy.legLength,
    armLength: anatomy.armLength,
    masses: rig.bodies.map(({ mass }) => mass),
  };
}
