import { afterEach, describe, expect, it } from 'vitest';
import { RandomStream } from '../../../base/random/stream.ts';
import { actionNames } from '../../../envs/walker/action.ts';
import { behavior } from '../../../envs/walker/behavior.ts';
import { observationNames } from '../../../envs/walker/observation.ts';
import { walkerRig } from '../../../envs/walker/rig.ts';
import type { Walker } from '../../../envs/walker/walker.ts';
import { likeness, MirroredStream, mirrored } from '../mirrored.ts';
import { closeAll, newWalker } from './in-worlds.ts';

const { observations, actions } = behavior.mirror!;
const names = observationNames(walkerRig);
afterEach(closeAll);

function started(stream: RandomStream, parameters: Record<string, number> = {}): Walker {
  const walker = newWalker('unity', parameters);
  walker.start(stream);
  return walker;
}

function observed(walker: Walker): Float32Array {
  const observation = new Float32Array(behavior.observationSize);
  walker.observe(observation, 0);
  return observation;
}

/** What a floating walker sees after one decision. */
function afterwards(stream: RandomStream, acted: Float32Array): Float32Array {
  const walker = started(stream, { gravity: 0 });
  walker.decide(acted, 0);
  return observed(walker);
}

/** Numbers from -1 to 1, of which no two are alike. */
const wild = (length: number, seed: number) => {
  const random = new RandomStream(seed);
  return Float32Array.from({ length }, () => random.uniform(-1, 1));
};

function largestDifference(one: Float32Array, other: Float32Array): number {
  return one.reduce((largest, value, at) => Math.max(largest, Math.abs(value - other[at]!)), 0);
}

const difference = (one: Float32Array, other: Float32Array) => one.map((value, at) => value - other[at]!);

describe('the mirror', () => {
  it('of a mirror image is the original', () => {
    for (const [mirror, length] of [
      [observations, 243],
      [actions, 39],
    ] as const) {
      const row = wild(length, length);
      expect(mirrored(mirror, mirrored(mirror, row))).toEqual(row);
      expect(mirrored(mirror, row)).not.toEqual(row);
    }
  });

  it.each([
    ['mean velocity x', 'mean velocity x', -1],
    ['mean velocity y', 'mean velocity y', 1],
    ['hips to goal y', 'hips to goal y', -1],
    ['hips to goal x', 'hips to goal x', 1],
    ['footL ground contact', 'footR ground contact', 1],
    ['handL angular velocity x', 'handR angular velocity x', 1],
    ['shinR rotation z', 'shinL rotation z', -1],
    ['head strength', 'head strength', 1],
  ])("sees in %s the walker's %s times %i", (image, original, sign) => {
    const at = names.indexOf(image);
    expect(names[observations.from[at]!]).toBe(original);
    expect(observations.signs[at]).toBe(sign);
  });

  it.each([
    ['thighL rotation x', 'thighR rotation x', 1],
    ['footR rotation z', 'footL rotation z', -1],
    ['chest rotation y', 'chest rotation y', -1],
    ['forearmR strength', 'forearmL strength', 1],
  ])('acts in %s as the walker does in its %s, times %i', (image, original, sign) => {
    const at = actionNames().indexOf(image);
    expect(actionNames()[actions.from[at]!]).toBe(original);
    expect(actions.signs[at]).toBe(sign);
  });

  it("shows, of a mirrored world's first moment, the mirrored observation", () => {
    for (let seed = 0; seed < 5; seed++) {
      const walker = observed(started(new RandomStream(seed)));
      const image = observed(started(new MirroredStream(seed)));
      expect(image).not.toEqual(walker);
      expect(largestDifference(image, mirrored(observations, walker))).toBeLessThan(1e-5);
    }
  });

  // The solver takes one joint after the other, so that even at rest left and right are no images of each other to the last
  // digit: what is compared is the direction in which an action moves all 243 numbers. A wrong sign gives about -1.
  it.each(actionNames())('does with the mirrored %s what the action does here', (name) => {
    const still = new Float32Array(behavior.actionSize);
    const acted = still.slice();
    acted[actionNames().indexOf(name)] = 0.5;
    const effect = difference(afterwards(new RandomStream(1), acted), afterwards(new RandomStream(1), still));
    const image = difference(
      afterwards(new MirroredStream(1), mirrored(actions, acted)),
      afterwards(new MirroredStream(1), still),
    );
    expect(likeness(mirrored(observations, effect), image)).toBeGreaterThan(0.8);
  });
});
