import { beforeAll, describe, expect, it } from 'vitest';
import { gravity, startRagdoll } from '../../bench/random-ragdolls.ts';
import { category, unityOrder, walkerScene } from '../../envs/walker/rig-scene.ts';
import { checkScene } from '../../physics/check-scene.ts';
import { loadKernel } from '../../physics/kernel.ts';
import { solvingOrder } from '../../physics/order.ts';
import { type Body, type Joint, type Scene, type Shape, theWorld } from '../../physics/scene.ts';
import { Simulator } from '../../physics/simulator.ts';

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
      withJoint({ swing1: [0.1, 1] }),
      /joint chest, swing1: the low limit is out of range; got 0.1/,
    ],
    [
      'a low limit above the high one',
      withJoint({ twist: [1, 0.1] }),
      /joint chest, twist: limits the wrong way round; got \[1,0.1\]/,
    ],
    [
      'a limit of more than half a turn',
      withJoint({ twist: [0.1, 3.2] }),
      /joint chest, twist: the high limit is out of range; got 3.2/,
    ],
    ['a high limit below zero', withJoint({ swing1: [-1, -0.5] }), /joint chest, swing1: the high limit.*got -0.5/],
    ['a limit that is not a number', withJoint({ twist: [Number.NaN, 1] }), /twist: the low limit.*got NaN/],
    ['a range without room', withJoint({ twist: [0, 0] }), /a range without room is a lock/],
    [
      'a soft limit without a spring',
      withJoint({ limitSprings: { swing: { stiffness: 0, damping: 1 } } }),
      /joint chest, limitSprings.swing.stiffness: out of range; got 0; expected above 0 N m\/rad/,
    ],
    [
      'a spring beyond single precision',
      withJoint({ limitSprings: { twist: { stiffness: 1e40, damping: 1 } } }),
      /joint chest, limitSprings.twist.stiffness: out of range; got 1e\+40/,
    ],
    [
      'one swing limited in a pyramid and the other free',
      withJoint({ swing2: 'free', swingShape: 'pyramid' }),
      /a swing beside a free one has no even cone/,
    ],
    [
      'a linear limit of no room',
      withJoint({ linear: ['limited', 'locked', 'free'], linearLimit: 0 }),
      /joint chest, linearLimit: out of range; got 0; expected above 0 m/,
    ],
    [
      'a linear limit that is not told',
      withJoint({ linear: ['locked', 'limited', 'free'] }),
      /joint chest, linearLimit: out of range; got NaN/,
    ],
    [
      'a linear motion that is none',
      withJoint({ linear: ['locked', 'loose' as 'free', 'free'] }),
      /joint chest, linear: no such motion; got "loose"/,
    ],
    [
      'a soft linear limit without a spring',
      withJoint({ limitSprings: { linear: { stiffness: 0, damping: 1 } } }),
      /joint chest, limitSprings.linear.stiffness: out of range; got 0; expected above 0 N\/m/,
    ],
    [
      'a spring below zero',
      withJoint({ drive: { kind: 'slerp', stiffness: -1, damping: 0 } }),
      /joint chest, drive.stiffness.*got -1/,
    ],
    [
      'a twist spring that is not a number',
      withJoint({ drive: { kind: 'twist-swing', twist: { stiffness: Number.NaN, damping: 0 }, swing: undefined } }),
      /joint chest, drive.twist.stiffness: out of range; got NaN; expected at least 0 N m\/rad/,
    ],
    [
      'a swing damper below zero',
      withJoint({ drive: { kind: 'twist-swing', twist: undefined, swing: { stiffness: 0, damping: -2 } } }),
      /joint chest, drive.swing.damping: out of range; got -2; expected at least 0 N m s\/rad/,
    ],
    [
      'a drive without a spring',
      withJoint({ drive: { kind: 'twist-swing', twist: undefined, swing: undefined } }),
      /joint chest, drive: a drive without a spring/,
    ],
    [
      'a drive of no kind',
      withJoint({ drive: { stiffness: 1, damping: 1 } as Joint['drive'] }),
      /joint chest, drive.kind: no such drive; got {"stiffness":1,"damping":1}; expected kind 'slerp' or 'twist-swing'/,
    ],
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

  it('the walker itself is not, nor with soft limits at 0, a joint to the world or a twist that leaves out its start', () => {
    expect(() => checkScene(scene)).not.toThrow();
    const soft = withJoint({ twist: [0, 0], limitSprings: { twist: { stiffness: 9, damping: 0 } } });
    expect(() => checkScene(soft)).not.toThrow();
    expect(() => checkScene(withJoint({ connectedTo: theWorld }))).not.toThrow();
    const rope = { linear: ['limited', 'free', 'locked'] as const, linearLimit: 0 };
    const sprung = { ...rope, limitSprings: { linear: { stiffness: 9, damping: 0 } } };
    expect(() => checkScene(withJoint(sprung))).not.toThrow();
    expect(() => checkScene(withJoint({ twist: [0.1, 0.5] }))).not.toThrow();
  });
});

describe('a parameter out of range is refused', () => {
  const simulator = () => new Simulator(module, scene, { lanes: 4 });
  it('a mass', () => {
    expect(() => simulator().setMass(0, 3, 0)).toThrow(/mass of head: out of range; got 0; expected above 0 kg/);
    expect(() => simulator().setMass(0, 3, Number.NaN)).toThrow(/got NaN/);
  });
  it('gravity, friction and drive scales', () => {
    expect(() => simulator().setGravity(1, [0, Number.NaN, 0])).toThrow(/gravity of lane 1: out of range; got NaN/);
    expect(() => simulator().setFrictionScale(2, -1)).toThrow(/friction scale of lane 2.*got -1/);
    expect(() => simulator().setDriveScale(2, Number.POSITIVE_INFINITY)).toThrow(/drive scale of lane 2.*got Infinity/);
  });
});

describe('a parameter of one lane', () => {
  /** What the second lane does with a parameter that only it has, beside the first. */
  const played = (change: (simulator: Simulator) => void, steps = 30) => {
    const walkers = new Simulator(module, walkerScene(), { lanes: 4, gravity });
    for (const lane of [0, 1]) startRagdoll(walkers, lane, 0);
    change(walkers);
    for (let step = 0; step < steps; step++) walkers.step();
    return walkers;
  };

  it('is its own: gravity', () => {
    const walkers = played((simulator) => simulator.setGravity(1, [0, -1, 0]), 2);
    expect(walkers.velocity(0, 3)[1]).toBeCloseTo(-2 * 14.715 * 0.01333, 2);
    expect(walkers.velocity(1, 3)[1]).toBeCloseTo(-2 * 0.01333, 3);
  });

  it('is its own: friction', () => {
    const slides = played((simulator) => {
      simulator.setFrictionScale(1, 0);
      for (const lane of [0, 1]) for (let body = 0; body < 16; body++) simulator.push(lane, body, [1, 0, 0]);
    });
    const momentum = (lane: number) => slides.velocity(lane, 6)[0];
    expect(Math.abs(momentum(1))).toBeGreaterThan(Math.abs(momentum(0)) + 0.2);
  });

  it("is its own: masses, which change how two bodies share a motor's push", () => {
    const turn = played((simulator) => {
      simulator.setMass(1, 3, 60);
      for (const lane of [0, 1]) simulator.setDrive(lane, 2, [0.2, 0, 0, Math.sqrt(0.96)], 20);
    }, 3);
    expect(Math.abs(turn.spin(1, 3)[0])).toBeLessThan(0.6 * Math.abs(turn.spin(0, 3)[0]));
  });

  it('is its own: drive scale', () => {
    const turn = played((simulator) => {
      simulator.setDriveScale(1, 0);
      for (const lane of [0, 1]) simulator.setDrive(lane, 2, [0.2, 0, 0, Math.sqrt(0.96)], 20_000);
    }, 3);
    expect(Math.abs(turn.spin(1, 3)[0])).toBeLessThan(0.01 * Math.abs(turn.spin(0, 3)[0]));
  });
});

describe('a free body that is put elsewhere', () => {
  it('falls from there, and its touch of what it lay on ends', () => {
    const withCube = walkerScene({ cubeAndWalls: true });
    const simulator = new Simulator(module, withCube, { lanes: 4, gravity });
    startRagdoll(simulator, 0, 0);
    for (let step = 0; step < 100; step++) simulator.step();
    expect(simulator.touching(0, 16)).toBe(1 << category.ground);
    simulator.setPose(0, 16, [3, 2, 3], [0, 0, 0, 1]);
    simulator.step();
    expect(simulator.touching(0, 16)).toBe(0);
    expect(simulator.happened(0) & (1 << category.target)).toBeTruthy();
    simulator.step();
    expect(simulator.happened(0)).toBe(0);
    expect(simulator.pose(0, 16).position[1]).toBeLessThan(2);
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
