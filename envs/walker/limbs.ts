/** What reward terms must know of the Walker's rig: which bodies are its feet and hands, and how long its legs and arms are. */
import type { CharacterBodies, Limb } from '../reward-terms/moment.ts';
import type { PhysicsSettings } from './physics-settings.ts';
import { bodyIndex, type Rig } from './rig.ts';

export function limbsOf(rig: Rig, { groundHeight }: PhysicsSettings): CharacterBodies {
  const startOf = (name: string) => rig.bodies[bodyIndex(rig, name)]!.start;
  const limb = (name: string, side: Limb['side']): Limb => {
    return { body: bodyIndex(rig, name), side, height: startOf(name)[1] - groundHeight };
  };
  const [shoulder, hand] = [startOf('armL'), startOf('handL')];
  return {
    root: bodyIndex(rig, 'hips'),
    up: [0, 1, 0],
    forward: [0, 0, 1],
    feet: [limb('footL', -1), limb('footR', 1)],
    hands: [limb('handL', -1), limb('handR', 1)],
    legLength: startOf('thighL')[1] - groundHeight,
    armLength: Math.sqrt(shoulder.reduce((sum, at, axis) => sum + (at - hand[axis]!) * (at - hand[axis]!), 0)),
    masses: rig.bodies.map(({ mass }) => mass),
  };
}
