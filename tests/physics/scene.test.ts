import { beforeAll, describe, expect, it } from 'vitest';
import { checkScene } from '../../physics/check-scene.ts';
import { loadKernel } from '../../physics/kernel.ts';
import { solvingOrder } from '../../physics/order.ts';
import type { Body, Joint, Scene, Shape } from '../../physics/scene.ts';
import { Simulator } from '../../physics/simulator.ts';
import { unityOrder, walkerScene } from './walker-scene.ts';

let module: WebAssembly.Module;
beforeAll(async () => {
  module = await loadKernel();
});

const scene = walkerScene();

const withBody = (index: number, change: Partial<Body>): Scene => ({
  ...scene,
  bodies: scene.bodies.map((body, at) => (at === index ? { ...body, ...change } : body)),
});
const withShape = (change: object): Scene =>
  withBody(0, { shapes: [{ ...scene.bodies[0]!.shapes[0]!, ...change } as Shape] });
const withJoint = (change: Partial<Joint>): Scene => ({
  ...scene,
  joints: scene.joints.map((joint, at) => (at === 0 ? { ...joint, ...change } : joint)),
});

describe('a scene that cannot be simulated is refused by field, body and value', () => {
  it.each<[string, Scene, RegExp]>([
    ['a body without mass', withBody(0, { mass: 0 }), /body hips, mass: out of range; got 0; expected above 0 kg/],
    ['a mass that is not a number', withBody(0, { mass: Number.NaN }), /body hips, mass: out of range; got NaN/],
    ['damping below zero', withBody(1, { angularDamping: -1 }), /body chest, angularDamping.*got -1/],
    ['a body without a shape', withBody(2, { shapes: [] }), /body spine: a body without a shape has no inertia/],
    ['a shape without size', withShape({ radius: 0 }), /body hips, shape 0, radius: out of range; got 0/],
    ['a capsule that is a ball', withShape({ halfHeight: 0 }), /body hips, shape 0, halfHeight/],
    ['a rotation that is none', withShape({ rotation: [0, 0, 0, 2] }), /shape 0, rotation: not a rotation/],
    ['a category out of range', withShape({ category: 32 }), /shape 0, category: no such category; got 32/],
    ['friction below zero', withShape({ friction: -0.1 }), /shape 0, friction.*got -0.1/],
    ['two bodies of one name', withBody(1, { name: 'hips' }), /two bodies have the same name; got "hips"/],
    ['a joint to itself', withJoint({ connectedTo: 1 }), /joint chest: a joint holds a body to itself; got "chest"/],
    ['a joint to no body', withJoint({ connectedTo: 99 }), /joint chest, connectedTo: no such body; got 99/],
    [
      'a low limit above zero',
      withJoint({ twist: [0.1, 1] }),
      /joint chest, twist: the low limit is out of range; got 0.1/,
    ],
    ['a high limit below zero', withJoint({ swing1: [-1, -0.5] }), /joint chest, swing1: the high limit.*got -0.5/],
    ['a limit that is not a number', withJoint({ twist: [Number.NaN, 1] }), /twist: the low limit.*got NaN/],
    ['a range without room', withJoint({ twist: [0, 0] }), /a range without room is a lock/],
    ['one swing limited and the other free', withJoint({ swing2: 'free' }), /one swing is limited and the other free/],
    ['a spring below zero', withJoint({ drive: { stiffness: -1, damping: 0 } }), /drive.stiffness.*got -1/],
    [
      'an order that leaves a joint out',
      { ...scene, jointOrder: [0, 1] },
      /jointOrder: an order names everything once/,
    ],
    [
      'an order that names a body twice',
      { ...scene, bodyOrder: scene.bodyOrder.map(() => 0) },
      /bodyOrder: an order names/,
    ],
    [
      'no body at all',
      { ...scene, bodies: [], joints: [], jointOrder: [], bodyOrder: [] },
      /there is no body to simulate/,
    ],
  ])('%s', (_, wrong, message) => {
    expect(() => checkScene(wrong)).toThrow(message);
    expect(() => new Simulator(module, wrong, { lanes: 4 })).toThrow(message);
  });

  it('the walker itself is not', () => {
    expect(() => checkScene(scene)).not.toThrow();
  });
});

describe('the order of solving', () => {
  const nameOf = (index: number) => scene.joints[index]!.name;

  it("partitions Unity's walker as its locks show: spine, head, forearms and shins first, the arms last", () => {
    const { order, partitions } = solvingOrder(scene.joints, scene.jointOrder, scene.bodies.length);
    const byPartition = [0, 1, 2, 3].map((partition) => {
      return order.filter((index) => partitions[index] === partition).map(nameOf);
    });
    expect(byPartition).toEqual([
      ['spine', 'head', 'forearmL', 'forearmR', 'shinR', 'shinL'],
      ['chest', 'handL', 'handR', 'thighR', 'footR', 'footL'],
      ['armL', 'thighL'],
      ['armR'],
    ]);
  });

  it('never puts two joints of a body into one partition, whoever chooses first', () => {
    const choosing = [...scene.jointOrder].reverse();
    const { partitions, partitionsOfBody } = solvingOrder(scene.joints, choosing, scene.bodies.length);
    scene.bodies.forEach((_, body) => {
      const own = scene.joints.flatMap((joint, at) => {
        return joint.body === body || joint.connectedTo === body ? [partitions[at]!] : [];
      });
      expect(new Set(own).size).toBe(own.length);
      expect(partitionsOfBody[body]).toBe(own.reduce((bits, partition) => bits | (1 << partition), 0));
    });
    expect(unityOrder).toHaveLength(15);
  });

  it('refuses more than 32 joints at one body', () => {
    const joints = Array.from({ length: 33 }, (_, at) => ({
      ...scene.joints[0]!,
      name: `j${at}`,
      body: at + 1,
      connectedTo: 0,
    }));
    expect(() =>
      solvingOrder(
        joints,
        joints.map((_, at) => at),
        34,
      ),
    ).toThrow(/joint j32: too many joints meet here/);
  });
});
