import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../base/random/stream.ts';
import { gravity } from '../../bench/random-ragdolls.ts';
import { loadPhysX } from '../../envs/walker/physx/physx.ts';
import type { PhysX } from '../../envs/walker/physx/physx-types.ts';
import { walkerRig } from '../../envs/walker/rig.ts';
import { walkerScene } from '../../envs/walker/rig-scene.ts';
import { isRange } from '../../physics/check-scene.ts';
import { dialects } from '../../physics/dialects.ts';
import { loadKernel } from '../../physics/kernel.ts';
import { type Quaternion, sum, type Vector } from '../../physics/rotation.ts';
import { type Drive, type Joint, type LinearMotions, type Scene, type Spring, theWorld } from '../../physics/scene.ts';
import { Simulator } from '../../physics/simulator.ts';
import { Referee } from './referee.ts';

let physx: PhysX;
let module: WebAssembly.Module;
beforeAll(async () => {
  [physx, module] = await Promise.all([loadPhysX(), loadKernel()]);
});

const unturned: Quaternion = [0, 0, 0, 1];

/** Indices of the bodies that a joint holds: two, or the one that hangs. */
function bodiesOf({ body, connectedTo }: Joint): number[] {
  return connectedTo === theWorld ? [body] : [body, connectedTo];
}

/** The two bodies of a joint and nothing else; a slerp drive where PhysX's own acts, which is where no axis is locked. */
function pairOf(whole: Scene, index: number): Scene {
  const joint = whole.joints[index]!;
  const locked = [joint.twist, joint.swing1, joint.swing2].includes('locked');
  const drive = locked && joint.drive?.kind === 'slerp' ? undefined : joint.drive;
  return {
    bodies: bodiesOf(joint).map((body) => whole.bodies[body]!),
    joints: [{ ...joint, body: 0, connectedTo: joint.connectedTo === theWorld ? theWorld : 1, drive }],
    fixtures: whole.fixtures,
    jointOrder: [0],
    bodyOrder: bodiesOf(joint).map((_, body) => body),
  };
}

/** A scene whose joints hold on to the world where they held on to a body. */
function hung(scene: Scene): Scene {
  const joints = scene.joints.map((joint) => {
    const { start } = walkerRig.bodies[joint.connectedTo]!;
    const anchor = sum(joint.connectedFrame.anchor, start);
    return { ...joint, connectedTo: theWorld, connectedFrame: { ...joint.connectedFrame, anchor } };
  });
  return { ...scene, joints };
}

function randomVector(random: RandomStream, most: number): Vector {
  return [0, 1, 2].map(() => Math.fround(random.uniform(-most, most))) as unknown as Vector;
}

interface PairOptions {
  readonly improvedSlerp?: boolean;
  /** N m. */
  readonly strength?: number;
  /** Greatest x, y and z of the target's quaternion. */
  readonly reach?: number;
  /** Whether the referee's joint is told from its other end, so that what is the connected body here is its owner there. */
  readonly swapped?: boolean;
  readonly steps?: number;
  /** How far from where they start in the rig, metres. */
  readonly away?: Vector;
}

/** A scene whose joints are told from their other ends. */
function swap(scene: Scene): Scene {
  const joints = scene.joints.map((joint) => ({
    ...joint,
    body: joint.connectedTo,
    connectedTo: joint.body,
    frame: joint.connectedFrame,
    connectedFrame: joint.frame,
  }));
  return { ...scene, joints };
}

/** The largest difference of positions and rotations after so many steps of a joint's two bodies, from random velocities. */
function differenceOfPair(whole: Scene, index: number, options: PairOptions = {}): number {
  const { improvedSlerp = true, strength = 800, reach = 0.2, swapped = false, steps = 50, away = [0, 0, 0] } = options;
  const random = new RandomStream(1, index);
  const twistSwingAxes = swapped ? 'connectedFrame' : 'frame';
  const settings = { ...dialects.physx5, improvedSlerp, twistSwingAxes } as const;
  const scene = pairOf(whole, index);
  const simulator = new Simulator(module, scene, { lanes: 4, gravity, settings });
  const referee = new Referee(physx, swapped ? swap(scene) : scene, settings, gravity);
  const starts = bodiesOf(whole.joints[index]!).map((which) => sum(walkerRig.bodies[which]!.start, away));
  starts.forEach((start, which) => {
    referee.setPose(which, start, unturned);
    simulator.setPose(3, which, start, unturned);
  });
  referee.start();
  for (const which of starts.keys()) {
    const [velocity, spin] = [randomVector(random, 1), randomVector(random, 3)];
    referee.setVelocity(which, velocity, spin);
    simulator.setVelocity(3, which, velocity, spin);
  }
  const [x, y, z] = randomVector(random, reach);
  const target: Quaternion = [x, y, z, Math.fround(Math.sqrt(1 - x * x - y * y - z * z))];
  const { drive } = scene.joints[0]!;
  if (drive) {
    referee.setDrive(0, drive, target, strength);
    simulator.setDrive(3, 0, target, strength);
  }
  for (let step = 0; step < steps; step++) {
    referee.step();
    simulator.step();
  }
  const differences = starts.flatMap((_, which) => {
    const [ours, theirs] = [simulator.pose(3, which), referee.pose(which)];
    return [
      ...ours.position.map((at, part) => Math.abs(at - theirs.position[part]!)),
      ...ours.rotation.map((at, part) => Math.abs(at - theirs.rotation[part]!)),
    ];
  });
  referee.close();
  return Math.max(...differences);
}

describe.each([
  ['true locks: cones, single swings, locked axes', 0],
  ['2 degrees of play: pyramids and ranges', 2],
] as const)('two bodies and the joint between them, %s', (_, play) => {
  it.each([false, true])('move as in PhysX 5.6 for 50 steps (improved slerp: %s)', (improvedSlerp) => {
    const whole = walkerScene({ ground: false, play });
    const differences = whole.joints.map((__, index) => differenceOfPair(whole, index, { improvedSlerp }));
    // PhysX's twist angle comes from an arc cosine: near 0 it goes in steps of 7e-4 rad, and which step it is is a matter of
    // the last bit. Elbows and knees start at their limit of 0, and one of their pairs may fall on the other side of a step.
    const straight = (name: string) => /forearm|shin/.test(name) && play > 0;
    whole.joints.forEach(({ name }, index) => {
      expect(differences[index], name).toBeLessThan(straight(name) ? 4e-4 : 1e-5);
    });
    expect(differences.filter((difference) => difference < 1e-5).length).toBeGreaterThanOrEqual(13);
  });
});

/** A scene whose driven joints have another drive, and free axes where they are asked for. */
function drivenBy(scene: Scene, drive: Drive, free = false): Scene {
  const loose = free ? ({ twist: 'free', swing1: 'free', swing2: 'free' } as const) : {};
  return { ...scene, joints: scene.joints.map((joint) => (joint.drive ? { ...joint, ...loose, drive } : joint)) };
}

const stiff = { stiffness: 40_000, damping: 5_000 };
const soft = { stiffness: 900, damping: 40 };
/**
 * PhysX 4.1 drives about the axes of the connected body. In 5.6 it can be seen where a joint's other end can own it, which is
 * without errors of swings and with a target of no rotation.
 */
const connected = { swapped: true, reach: 0, strength: 60 };

describe('two bodies and the joint between them, driven', () => {
  it.each<[string, Drive, Parameters<typeof walkerScene>[0], boolean, PairOptions]>([
    ['about twist and swings, past locked axes', twistSwing(stiff, soft), {}, false, {}],
    ['the same, within 2 degrees of play', twistSwing(soft, stiff), { play: 2 }, false, {}],
    [
      'the same, free to turn, cut at little strength',
      twistSwing(stiff, stiff),
      {},
      true,
      { strength: 15, reach: 0.5 },
    ],
    ['the same, free to turn, to far targets', twistSwing(soft, stiff), {}, true, { reach: 0.55 }],
    ['about the twist alone', twistSwing(stiff, undefined), {}, true, { reach: 0.5 }],
    ['about the swings alone', twistSwing(undefined, soft), {}, true, { reach: 0.5 }],
    ['by dampers about twist and swings', twistSwing(damper(40), damper(9)), {}, true, { strength: 15 }],
    ['by dampers about the axes of the connected body', twistSwing(damper(40), damper(9)), {}, true, connected],
    ['about the twist of the connected body', twistSwing(soft, undefined), {}, true, connected],
    ['by a slerp drive, free to turn', { kind: 'slerp', ...soft }, {}, true, { reach: 0.5 }],
    [
      'by a slerp drive that only damps',
      { kind: 'slerp', ...damper(40) },
      {},
      true,
      { strength: 15, improvedSlerp: false },
    ],
  ])('%s, move as in PhysX 5.6 for 50 steps', (_, drive, options, free, pair) => {
    const whole = drivenBy(walkerScene({ ground: false, ...options }), drive, free);
    const differences = whole.joints.map((__, index) => differenceOfPair(whole, index, pair));
    // A body that nothing holds about its twist turns on: rounding adds up along the turn, evenly, to 1.1e-5 for one of them.
    const drifting = drive.kind === 'twist-swing' && !drive.twist;
    whole.joints.forEach(({ name }, index) => {
      expect(differences[index], name).toBeLessThan(drifting && name === 'footR' ? 2e-5 : 1e-5);
    });
  });
});

/** A scene whose limits are springs. */
function springy(scene: Scene, limitSprings: Joint['limitSprings'], drive?: Drive): Scene {
  const joints = scene.joints.map((joint) => ({ ...joint, limitSprings, ...(drive && joint.drive ? { drive } : {}) }));
  return { ...scene, joints };
}

/** A scene whose twists are limited to 0. */
function withoutTwist(scene: Scene): Scene {
  const joints = scene.joints.map((joint) => (isRange(joint.twist) ? { ...joint, twist: [0, 0] as const } : joint));
  return { ...scene, joints };
}

/** Soft enough that a limit is passed by far. */
const springs = { twist: { stiffness: 30, damping: 0 }, swing: { stiffness: 20, damping: 1 } };
const pushed = { strength: 25, reach: 0.5 };

describe('two bodies and the joint between them, with soft limits', () => {
  it.each<[string, Joint['limitSprings'], Drive | undefined, Parameters<typeof walkerScene>[0], PairOptions]>([
    ['of cones, single swings and twists', springs, undefined, {}, pushed],
    ['the same, of swings alone', { swing: springs.swing }, undefined, {}, pushed],
    ['of pyramids, solved before a slerp drive', springs, undefined, { play: 2 }, { strength: 800 }],
    ['solved after a drive of twist and swings', springs, twistSwing(soft, stiff), {}, pushed],
    ['so stiff and damped that cones are felt before they are reached', { swing: stiff }, undefined, {}, pushed],
    ['of no room at the twist', { twist: springs.twist }, undefined, { play: 0 }, pushed],
  ])('%s, move as in PhysX 5.6 for 50 steps', (_, limitSprings, drive, options, pair) => {
    const room = walkerScene({ ground: false, ...options });
    const whole = springy(options?.play === 0 ? withoutTwist(room) : room, limitSprings, drive);
    whole.joints.forEach(({ name }, index) => {
      // Near 0 PhysX's twist angle goes in steps: see above. Elbows and knees start there; without room all stay there.
      const least = options?.play === 0 ? 4e-4 : /forearm|shin/.test(name) ? 2e-5 : 1e-5;
      expect(differenceOfPair(whole, index, pair), name).toBeLessThan(least);
    });
  });
});

/** The 27 ways in which a joint may turn: each of twist, swing 1 and swing 2 locked, limited or free. */
const turns = (['locked', [-0.6, 0.5], 'free'] as const).flatMap((twist) =>
  (['locked', [-0.4, 0.4], 'free'] as const).flatMap((swing1) =>
    (['locked', [-0.3, 0.3], 'free'] as const).map((swing2) => ({
      twist,
      swing1,
      swing2,
      swingShape: 'cone' as const,
    })),
  ),
);
const named = ({ twist, swing1, swing2 }: (typeof turns)[number]) =>
  [twist, swing1, swing2].map((motion) => (typeof motion === 'string' ? motion : 'limited')).join(', ');

describe('two bodies and the joint between them, whose twist and swings are', () => {
  it.each(turns.map((turn) => [named(turn), turn] as const))('%s, move as in PhysX 5.6 for 50 steps', (_, turn) => {
    const whole = walkerScene({ ground: false });
    for (const limitSprings of [undefined, springs]) {
      const scene = { ...whole, joints: whole.joints.map((joint) => ({ ...joint, ...turn, limitSprings })) };
      for (const index of pairsTurned) {
        const { name } = scene.joints[index]!;
        expect(differenceOfPair(scene, index, { improvedSlerp: false }), name).toBeLessThan(1e-5);
      }
    }
  });
});

it.each([
  ['above', [0.2, 0.6]],
  ['below', [-0.7, -0.1]],
] as const)('a twist whose limits are %s where it starts is turned into them as in PhysX 5.6', (_, twist) => {
  const whole = walkerScene({ ground: false });
  const joints = whole.joints.map((joint) => ({ ...joint, ...turning, twist }));
  for (const index of [0, 1, 3]) {
    expect(differenceOfPair({ ...whole, joints }, index, { improvedSlerp: false, steps: 10 })).toBeLessThan(1e-5);
  }
});

/** Pairs that reach their limits and don't come to rest on one. */
const pairsTurned = [1, 2, 11];

describe('a body and its joint to the world', () => {
  it.each<[string, (scene: Scene) => Scene, Parameters<typeof walkerScene>[0], PairOptions]>([
    ['with cones, single swings, twists and locks', (scene) => scene, {}, {}],
    ['with a slerp drive and play', (scene) => scene, { play: 2 }, {}],
    ['with soft limits', (scene) => springy(scene, springs), {}, pushed],
    ['with masses scaled', scaled, {}, {}],
    ['on the ground, its contacts solved last', (scene) => scene, { ground: true }, {}],
  ])('%s, moves as in PhysX 5.6 for 50 steps', (_, change, options, pair) => {
    const whole = change(hung(walkerScene({ ground: false, ...options })));
    whole.joints.forEach(({ name }, index) => {
      expect(differenceOfPair(whole, index, pair), name).toBeLessThan(1e-5);
    });
  });
});

/** A scene whose joints are loose along some of their axes. */
function loose(scene: Scene, linear: LinearMotions, more: Partial<Joint> = {}): Scene {
  return { ...scene, joints: scene.joints.map((joint) => ({ ...joint, linear, ...more })) };
}

const same = (scene: Scene) => scene;
const turning = { twist: 'free', swing1: 'free', swing2: 'free' } as const;
const rigid = { twist: 'locked', swing1: 'locked', swing2: 'locked' } as const;
const hard = { linearLimit: 0.05 };
const rope = { linearLimit: 0.05, limitSprings: { linear: { stiffness: 400, damping: 3 } } };

/**
 * Limits of the twist let go: at rest on one a pair feels the last bit of its coarse angle, whatever its linear axes do. And
 * drives are not "improved": of masses that are scaled PhysX takes another response for that than for all else.
 */
function twisting(scene: Scene): Scene {
  const joints = scene.joints.map((joint) => (isRange(joint.twist) ? { ...joint, twist: 'free' as const } : joint));
  return { ...scene, joints };
}

/** Of a trunk, a thigh, a shin, a foot, a forearm and a hand. */
const pairsLoosened = [1, 3, 4, 5, 10, 11];

describe('two bodies and a joint that is loose along', () => {
  it.each<[string, LinearMotions, Partial<Joint>, (scene: Scene) => Scene, Parameters<typeof walkerScene>[0]]>([
    ['x', ['free', 'locked', 'locked'], {}, twisting, {}],
    ['y and z, in 2 degrees of play', ['locked', 'free', 'free'], {}, twisting, { play: 2 }],
    ['all axes, its twist limited', ['free', 'free', 'free'], {}, same, {}],
    ['x and z, with masses scaled', ['free', 'locked', 'free'], {}, (scene) => scaled(twisting(scene)), {}],
    ['y, from the world', ['locked', 'free', 'locked'], {}, (scene) => hung(twisting(scene)), {}],
    ['z within a limit', ['locked', 'locked', 'limited'], hard, twisting, {}],
    ['x and y within a limit', ['limited', 'limited', 'locked'], hard, twisting, {}],
    ['all within a limit, in play', ['limited', 'limited', 'limited'], hard, twisting, { play: 2 }],
    ['x within a limit and y freely', ['limited', 'free', 'locked'], hard, twisting, {}],
    ['y and z within a limit, turning freely', ['locked', 'limited', 'limited'], { ...hard, ...turning }, scaled, {}],
    ['all within a limit, never turning', ['limited', 'limited', 'limited'], { ...hard, ...rigid }, same, {}],
    ['y, never turning, from the world', ['locked', 'free', 'locked'], rigid, hung, {}],
    ['all within a limit, from the world', ['limited', 'limited', 'limited'], { ...hard, ...turning }, hung, {}],
    ['x and z within a soft limit', ['limited', 'locked', 'limited'], rope, twisting, {}],
    ['all within a soft limit, in play', ['limited', 'limited', 'limited'], rope, twisting, { play: 2 }],
    [
      'all within a soft limit of no room',
      ['limited', 'limited', 'limited'],
      { ...rope, linearLimit: 0 },
      twisting,
      {},
    ],
    ['y within a soft limit and z freely, hung', ['locked', 'limited', 'free'], { ...rope, ...turning }, hung, {}],
  ])('%s, move as in PhysX 5.6 for 50 steps', (_, linear, more, change, options) => {
    const whole = change(loose(walkerScene({ ground: false, ...options }), linear, more));
    for (const index of pairsLoosened) {
      const { name } = whole.joints[index]!;
      // They part by up to a metre, and what rounding there is grows with it.
      expect(differenceOfPair(whole, index, { improvedSlerp: false }), name).toBeLessThan(2e-5);
    }
  });

  it.each<[string, LinearMotions, Partial<Joint>, Vector]>([
    ['y and z, turning in that plane', ['locked', 'free', 'free'], { ...rigid, twist: 'free' }, [0, 0, 100]],
    ['x, never turning', ['free', 'locked', 'locked'], rigid, [100, 0, 0]],
    ['x and z, never turning', ['free', 'locked', 'free'], rigid, [60, 0, 80]],
    ['x and z, turning freely', ['free', 'locked', 'free'], turning, [60, 0, 80]],
  ])('%s, from the world, move as in PhysX 5.6 even 100 m out', (_, linear, more, away) => {
    const whole = hung(loose(walkerScene({ ground: false }), linear, { ...more, drive: undefined }));
    for (const index of [0, 5]) expect(differenceOfPair(whole, index, { away })).toBeLessThan(5e-5);
  });

  it('y, twist and swings limited, come to rest on a limit, which the last bit decides, and move as in PhysX 5.6 until then', () => {
    const whole = loose(walkerScene({ ground: false }), ['limited', 'free', 'locked'], hard);
    whole.joints.forEach(({ name }, index) => {
      expect(differenceOfPair(whole, index, { steps: 5 }), name).toBeLessThan(1e-6);
    });
    const differences = whole.joints.map((_, index) => differenceOfPair(whole, index)).toSorted((a, b) => a - b);
    expect(differences[12]).toBeLessThan(1e-5);
  });
});

/** A scene whose joints reckon with other masses than the bodies have. */
function scaled(scene: Scene): Scene {
  return { ...scene, joints: scene.joints.map((joint) => ({ ...joint, massScale: [0.3, 2] as const })) };
}

function twistSwing(twist: Spring | undefined, swing: Spring | undefined): Drive {
  return { kind: 'twist-swing', twist, swing };
}

function damper(damping: number): Spring {
  return { stiffness: 0, damping };
}
