import { describe, expect, it } from 'vitest';
import { behavior } from '../../../envs/walker/behavior.ts';
import type { BodyView } from '../../../envs/walker/body-view.ts';
import {
  observationLayout,
  observationNames,
  planObservation,
  type WalkerState,
  writeObservation,
} from '../../../envs/walker/observation.ts';
import { walkerRig } from '../../../envs/walker/rig.ts';

const names = observationNames(walkerRig);

describe('the observation layout', () => {
  it('adds up to 243 numbers with a name of its own each', () => {
    expect(names).toHaveLength(243);
    expect(new Set(names).size).toBe(243);
    expect(behavior).toMatchObject({ name: 'Walker', observationSize: 243, actionSize: 39, observationNames: names });
  });

  it('has no gaps', () => {
    let next = 0;
    for (const { offset, size } of observationLayout(walkerRig)) {
      expect(offset).toBe(next);
      next += size;
    }
    expect(next).toBe(243);
  });

  // Offsets as ML-Agents' policies know them.
  it.each([
    [0, 'speed error'],
    [1, 'mean velocity x'],
    [6, 'goal velocity z'],
    [7, 'hips to goal x'],
    [14, 'head to goal w'],
    [15, 'target position x'],
    [18, 'hips ground contact'],
    [19, 'hips velocity x'],
    [24, 'hips angular velocity z'],
    [25, 'hips position x'],
    [28, 'chest ground contact'],
    [38, 'chest rotation x'],
    [42, 'chest strength'],
    [72, 'head strength'],
    [103, 'footL ground contact'],
    [193, 'handL ground contact'],
    [203, 'armR ground contact'],
    [242, 'handR position z'],
  ])('has at %i: %s', (index, name) => {
    expect(names[index]).toBe(name);
  });

  it('tells rotation and strength of every body but hips and hands', () => {
    const strengths = names.filter((name) => name.endsWith('strength')).map((name) => name.split(' ')[0]);
    const bodies = walkerRig.bodies.map(({ name }) => name);
    expect(strengths).toEqual(bodies.filter((name) => !['hips', 'handL', 'handR'].includes(name)));
  });
});

describe('an observation', () => {
  const bodies = walkerRig.bodies.length;
  const state = () => {
    const poses = new Float32Array((bodies + 1) * 7);
    for (let body = 0; body <= bodies; body++) poses[body * 7 + 3] = 1;
    const velocities = poses.length;
    const floats = new Float32Array(velocities + bodies * 3 + bodies * 3 + bodies);
    floats.set(poses);
    const view: BodyView = {
      floats,
      words: new Uint32Array(floats.buffer),
      part: 1,
      rotation: { first: 0, body: 7 },
      position: { first: 4, body: 7 },
      velocity: { first: velocities, body: 3 },
      spin: { first: velocities + bodies * 3, body: 3 },
      touching: { first: velocities + bodies * 6, body: 1 },
      groundBit: 1,
      centres: new Float64Array((bodies + 1) * 3),
    };
    return {
      bodies: view,
      strengths: new Float32Array(bodies),
      targetSpeed: 3,
      goal: { x: 0, z: 1 },
      frameOrigin: { x: 0, y: 0, z: 0 },
      meanVelocity: { x: 0, y: 0, z: 0 },
    } satisfies WalkerState;
  };
  const observed = (given: WalkerState) => {
    const into = new Float32Array(243);
    writeObservation(planObservation(observationLayout(walkerRig)), given, into, 0);
    return (name: string) => into[names.indexOf(name)]!;
  };

  it('tells velocities in a frame whose z axis points to the target', () => {
    const given = state();
    given.goal.x = 1;
    given.goal.z = 0;
    given.meanVelocity.x = 2;
    given.bodies.floats.set([0, 0, 5], given.bodies.velocity.first + 3);
    const of = observed(given);
    expect(of('mean velocity z')).toBe(2);
    expect(of('speed error')).toBe(1);
    // With z to the world's x, the frame's x axis is the world's -z.
    expect(of('chest velocity x')).toBe(-5);
  });

  it('tells the shortest rotation from where hips and head look to the goal', () => {
    const given = state();
    given.goal.x = 1;
    given.goal.z = 0;
    const of = observed(given);
    expect(of('hips to goal y')).toBeCloseTo(Math.SQRT1_2);
    expect(of('hips to goal w')).toBeCloseTo(Math.SQRT1_2);
    given.goal.x = 0;
    given.goal.z = -1;
    expect(['x', 'y', 'z', 'w'].map((part) => observed(given)(`head to goal ${part}`))).toEqual([0, 1, 0, 0]);
  });

  it('tells rotations against the parent, not against the body that the joint holds', () => {
    const given = state();
    const shin = walkerRig.bodies.findIndex(({ name }) => name === 'shinL');
    given.bodies.floats.set([Math.SQRT1_2, 0, 0, Math.SQRT1_2], shin * 7);
    const of = observed(given);
    expect(of('shinL rotation x')).toBeCloseTo(Math.SQRT1_2);
    expect(of('footL rotation x')).toBeCloseTo(-Math.SQRT1_2);
  });

  it('tells where a body is by its origin, wherever its centre of mass lies', () => {
    const given = state();
    const foot = walkerRig.bodies.findIndex(({ name }) => name === 'footL');
    given.bodies.centres.set([0, 0.1, 0.5], foot * 3);
    // Turned a quarter about x: its y is the world's z, its z the world's -y.
    given.bodies.floats.set([Math.SQRT1_2, 0, 0, Math.SQRT1_2, 1, 2, 3], foot * 7);
    const of = observed(given);
    expect(['x', 'y', 'z'].map((part) => of(`footL position ${part}`))).toEqual([1, 2.5, expect.closeTo(2.9, 5)]);
  });

  it('tells the target from where the frame is, and bodies from the hips', () => {
    const given = state();
    given.frameOrigin.x = 0.25;
    given.bodies.floats.set([1, 0, 4], bodies * 7 + 4);
    given.bodies.floats.set([0.5, 0, 0], 4);
    const of = observed(given);
    expect([of('target position x'), of('target position z')]).toEqual([0.75, 4]);
    expect(of('chest position x')).toBe(-0.5);
  });
});
