/**
 * The walker in a mirror: left and right swapped, the world's x turned round. What it does there is as good as what it does
 * here, so training may learn from both.
 *
 * Derived from the table of observations and the table of actions. A velocity or position turns its x round; an angular
 * velocity its y and z; a quaternion (x, y, z, w) becomes (x, -y, -z, w); numbers about a body go to the body on the other
 * side. A joint's x (twist) bends the same way on both sides; its y and z (swing) are symmetric in their limits and turn round.
 */
import type { Mirror } from '../env.ts';
import { actionNames } from './action.ts';
import { type ObservationField, observationLayout, observationNames } from './observation.ts';
import type { Rig } from './rig.ts';

/** The mirror of a rig's observations and actions. */
export function walkerMirror(rig: Rig): { observations: Mirror; actions: Mirror } {
  const signs = observationLayout(rig).flatMap(signsOf);
  const actions = actionNames();
  return {
    observations: swapped(observationNames(rig), (_name, index) => signs[index]!),
    actions: swapped(actions, (name) => (/ rotation [yz]$/.test(name) ? -1 : 1)),
  };
}

/** Which of a field's numbers turn round. */
function signsOf({ name, parts }: ObservationField): readonly number[] {
  switch (parts) {
    case '':
      return [1];
    case 'xyz':
      return name.endsWith('angular velocity') ? [1, -1, -1] : [-1, 1, 1];
    case 'xyzw':
      return [1, -1, -1, 1];
    default:
      throw new Error(`no mirror is known for the parts ${parts} of ${name}`);
  }
}

/** Every name takes the number of its namesake on the other side. */
function swapped(names: readonly string[], signOf: (name: string, index: number) => number): Mirror {
  return {
    from: Uint16Array.from(names, (name) => names.indexOf(otherSide(name))),
    signs: Float32Array.from(names, signOf),
  };
}

/** "thighL rotation x" -> "thighR rotation x". */
function otherSide(name: string): string {
  return name.replace(/^(\w+)([LR])\b/, (_, body: string, side: string) => body + (side === 'L' ? 'R' : 'L'));
}
