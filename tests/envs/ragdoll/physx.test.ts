import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { RandomStream } from '../../../base/random/stream.ts';
import { type Character, characterOf } from '../../../envs/ragdoll/character.ts';
import { readCharacterFile } from '../../../envs/ragdoll/character-file.ts';
import { openCharacter, openRagdollWorlds } from '../../../envs/ragdoll/open.ts';
import { type RigFile, type RigFileInput, readRigFile } from '../../../envs/ragdoll/rig-file.ts';
import { AgentsEnvironment } from '../../../envs/walker/agents-environment.ts';
import { poseSize, posesOf } from '../../../envs/walker/body-view.ts';
import type { World } from '../../../envs/walker/world.ts';
import { proposeCharacter } from '../../../propose/character.ts';
import { nestedBiped } from '../../import-rig/nested.ts';
import { hingeQuadruped, wizardBiped } from '../../propose/ragdolls.ts';

const root = join(import.meta.dirname, '../../..');
const stock = (name: string) => openCharacter(join(root, 'rigs', name));
const crawler = stock('crawler');
const worm = stock('worm');

function proposed(json: RigFileInput): Character {
  const rig = readRigFile(json, 'a rig');
  return characterOf(rig, readCharacterFile(proposeCharacter(rig, { rigFile: 'a.json' }).character, rig, 'c'), 'c');
}

/** The Crawler with some of its bodies otherwise. */
function crawlerWith(change: (body: RigFile['bodies'][number], name: string) => object, more: object = {}): Character {
  const rig = structuredClone(crawler.rig);
  rig.bodies = rig.bodies.map((body) => ({ ...body, ...change(body, body.name) }));
  return characterOf({ ...rig, ...more }, crawler.file, 'crawler');
}

/** What a rig of version 2 can have and the Crawler has not: each world makes something of each of these. */
const odd = crawlerWith(
  ({ colliders, joints: [joint], position: [x, y, z] }, name) => {
    const ball = { shape: 'sphere', radius: 0.2, center: [0.25, 0.1, 0.05], rotation: [0, 0, 0, 1] };
    const slippery = { staticFriction: 0.2, dynamicFriction: 0.2, bounciness: 0, frictionCombine: 'average' };
    const held = { stiffness: 300, damping: 20, max: 90 };
    const locked = ['locked', 'locked', 'locked'];
    const soft = { spring: 60, damper: 4 };
    const changes: Record<string, object> = {
      Body: { colliders: [...colliders, ball, { ...ball, center: [-0.3, 0, 0.1] }], position: [x, y + 0.3, z] },
      leg0: { linearDamping: 0.5, angularDamping: 1.5, maxAngularVelocity: 3, useGravity: false },
      leg1: { joints: [{ ...joint, massScale: [0.2, 3] }] },
      leg2: { joints: [{ ...joint, angular: ['free', 'limited', 'limited'], z: 40, limitSprings: { yz: soft } }] },
      leg3: { joints: [{ ...joint, limitSprings: { x: soft, yz: soft } }] },
      foreleg1: { colliders: colliders.map((each) => ({ ...each, material: slippery })) },
      foreleg2: { joints: [{ ...joint, type: 'fixed', angular: locked, enableCollision: true }] },
      foreleg3: { joints: [{ ...joint, drive: { kind: 'x-yz', x: held, yz: { ...held, stiffness: 500 } } }] },
    };
    return changes[name] ?? {};
  },
  { name: 'odd' },
);
/** The Crawler with a foot that is held where it starts, and turns there. */
const tethered = crawlerWith(({ joints: [joint] }, name) => {
  const toWorld = { ...joint, connectedTo: null, angular: ['free', 'limited', 'limited'], y: 20, z: 30 };
  return name === 'foreleg0' ? { joints: [joint, toWorld] } : {};
});

/** The Crawler whose body is led along two axes of the world, with a leg that gives softly and one that hangs by a rope. */
const led = crawlerWith(({ joints: [joint], position }, name) => {
  const freely = ['free', 'free', 'free'];
  const toWorld = { type: 'configurable', connectedTo: null, anchor: [0, 0, 0], axis: [1, 0, 0], angular: freely };
  const spring = { spring: 4000, damper: 60 };
  const changes: Record<string, object> = {
    Body: {
      joints: [
        { ...crawler.rig.bodies[1]!.joints[0]!, ...toWorld, linear: ['free', 'free', 'locked'], drive: undefined },
      ],
      position,
    },
    leg0: { joints: [{ ...joint, linear: ['limited', 'limited', 'locked'], limitSprings: { linear: spring } }] },
    leg1: { joints: [{ ...joint, linear: ['limited', 'limited', 'limited'], linearLimit: 0.1 }] },
    leg2: { joints: [{ ...joint, linear: ['limited', 'locked', 'limited'] }] },
  };
  return changes[name] ?? {};
});

/** Crawlers whose joints turn in all of the 27 ways: each axis locked, limited or free. */
const turning = [0, 8, 16, 24].map((first) =>
  crawlerWith(({ joints: [joint] }, name) => {
    const which = crawler.rig.bodies.findIndex((body) => body.name === name) - 1;
    if (which < 0) return {};
    const motions = ['locked', 'limited', 'free'] as const;
    const angular = [9, 3, 1].map((digit) => motions[Math.floor((first + which) / digit) % 3]!);
    return { joints: [{ ...joint!, angular, x: [-20, 25], y: 15, z: 10 }] };
  }),
);

/** Two of its joints have no action, so that what they do themselves is seen. */
const { rotations, strengths } = odd.file.actions;
const moved = (name: string) => !['foreleg2', 'foreleg3'].includes(name);
const oddities = characterOf(
  odd.rig,
  {
    ...odd.file,
    actions: { rotations: rotations.filter(({ joint }) => moved(joint)), strengths: strengths.filter(moved) },
  },
  'odd',
);

const open: { close(): void }[] = [];
afterEach(() => {
  for (const each of open.splice(0)) each.close();
});

async function worldsOf(character: Character, ...names: readonly string[]): Promise<World[]> {
  const made = await Promise.all(names.map((name) => openRagdollWorlds(character, name, 1)));
  open.push(...made);
  return made.map(({ each }) => each[0]!);
}

/** Starts worlds alike and lets them decide alike. @param strength 0: limp. */
function startAlike(character: Character, worlds: readonly World[], strength: number): void {
  const { task, settings, file } = character;
  const random = new RandomStream(7);
  const actions = Float32Array.from({ length: task.behavior.actionSize }, () => random.uniform(-0.3, 0.3));
  if (strength === 0) actions.fill(-1, actions.length - file.actions.strengths.length);
  for (const world of worlds) {
    world.start({ yaw: 0.7, target: [20, settings.groundHeight + 1, 5] });
    task.muscles().apply(world, actions, 0);
  }
}

/** The largest difference of a pose's number between two worlds, after so many steps. */
function apartAfter(steps: number, worlds: readonly World[]): number {
  for (let step = 0; step < steps; step++) for (const world of worlds) world.simulate();
  const [ours, theirs] = worlds.map((world) => {
    world.read();
    return posesOf(world.bodies);
  });
  let most = 0;
  for (let at = 0; at < ours!.length; at += poseSize) {
    const row = (poses: Float32Array) => [...poses.subarray(at, at + poseSize)];
    const [here, there] = [row(ours!), row(theirs!)];
    // A quaternion and its opposite are one rotation.
    const sign = Math.sign(here.slice(0, 4).reduce((dot, value, part) => dot + value * there[part]!, 0));
    here.forEach((value, part) => {
      most = Math.max(most, Math.abs(value - (part < 4 ? sign : 1) * there[part]!));
    });
  }
  return most;
}

describe.each([
  ['the Walker', stock('walker')],
  ['the Crawler', crawler],
  ['the Worm', worm],
  ["a wizard's biped of CharacterJoints", proposed(wizardBiped())],
  ['a quadruped of HingeJoints', proposed(hingeQuadruped())],
  ['a Crawler with all that a rig can have beside', oddities],
  ['a Crawler with a foot tied to the world', tethered],
  ['a Crawler whose body is led, with loose legs', led],
  ...turning.map(
    (character, at) => [`a Crawler whose joints turn in ways ${8 * at + 1} and on of 27`, character] as const,
  ),
  ['a biped of nested, scaled and turned prefabs, limits soft and a leg tied', proposed(nestedBiped.rig)],
] as const)('in PhysX itself %s', (_, character) => {
  it.each([
    ['limp', 0],
    ['driven', 1],
  ])('%s, falls, lands and turns as in the dialect of PhysX', async (_, strength) => {
    const worlds = await worldsOf(character, 'physx5', 'physx');
    startAlike(character, worlds, strength);
    expect(apartAfter(1, worlds)).toBeLessThan(2e-6);
    expect(apartAfter(19, worlds)).toBeLessThan(5e-5);
    expect(apartAfter(1, [worlds[0]!, (await worldsOf(character, 'unity'))[0]!])).toBeGreaterThan(1e-4);
  });
});

describe('in PhysX itself', () => {
  it('an episode is the same after others as in a new scene, to the last bit', async () => {
    const worlds = await worldsOf(oddities, 'physx', 'physx');
    const [used] = worlds;
    startAlike(oddities, [used!], 1);
    for (let step = 0; step < 60; step++) used!.simulate();
    startAlike(oddities, worlds, 0);
    expect(apartAfter(60, worlds)).toBe(0);
  });

  it.each(['physx5', 'physx'])("the Worm's target is touched by its mouth and by no other body (%s)", async (name) => {
    const [world] = await worldsOf(worm, name);
    const touches = (body: number) => {
      world!.start({ yaw: 0, target: [20, 5, 5], conditions: { ...conditionsOf(worm), gravity: 0 } });
      world!.simulate();
      world!.read();
      const [x, y, z] = posesOf(world!.bodies).subarray(body * poseSize + 4, body * poseSize + 7);
      world!.moveTarget([x!, y!, z!]);
      world!.simulate();
      return world!.targetTouched();
    };
    const bodies = worm.rig.bodies.map(({ name }) => name);
    const mouth = bodies.indexOf(worm.file.target.touchedBy[0]!);
    expect(touches(mouth)).toBe(true);
    // Far enough from the mouth that the target, a cube, doesn't reach it.
    expect(touches(bodies.indexOf('BodySeg3'))).toBe(false);
  });

  it('a body of several shapes stands on the ground until the last of them has left it', async () => {
    const worlds = await worldsOf(oddities, 'physx5', 'physx');
    startAlike(oddities, worlds, 0);
    let [began, ended] = [0, 0];
    let before: number[] = [];
    for (let step = 0; step < 150; step++) {
      const [ours, theirs] = worlds.map((world) => {
        world.simulate();
        world.read();
        const { words, touching, groundBit } = world.bodies;
        return oddities.rig.bodies.map((_, body) =>
          words[touching.first + body * touching.body]! & groundBit ? 1 : 0,
        );
      });
      if (step < 60) expect(theirs, `step ${step}`).toEqual(ours);
      began += theirs!.filter((now, body) => now > before[body]!).length;
      ended += theirs!.filter((now, body) => now < before[body]!).length;
      before = theirs!;
    }
    expect(began).toBeGreaterThan(4);
    expect(ended).toBeGreaterThan(0);
  });

  it.each(['physx5', 'physx'])('layers that are set apart pass through one another (%s)', async (name) => {
    const apart = crawlerWith((_, name) => ({ layer: name.startsWith('leg') ? 'legs' : 'rest' }), {
      collisions: { apart: [['legs', 'legs']] },
    });
    // Four thick legs lie in one another.
    const thick = (character: Character) => {
      for (const body of character.rig.bodies.filter(({ name }) => name.startsWith('leg')))
        for (const each of body.colliders) Object.assign(each, { radius: 0.9 });
      return characterOf(character.rig, crawler.file, 'thick');
    };
    const still = async (character: Character) => {
      const [world] = await worldsOf(character, name);
      world!.start({ yaw: 0, target: [20, 5, 5], conditions: { ...conditionsOf(character), gravity: 0 } });
      for (let step = 0; step < 10; step++) world!.simulate();
      world!.read();
      return Math.max(
        ...[0, 1, 2].map((axis) =>
          Math.abs(posesOf(world!.bodies)[poseSize + 4 + axis]! - character.rig.bodies[1]!.position[axis]!),
        ),
      );
    };
    expect(await still(thick(apart))).toBeLessThan(1e-4);
    expect(await still(thick(crawlerWith(() => ({}))))).toBeGreaterThan(1e-2);
  });

  it('agents live, fall and earn what their reward says', async () => {
    const { task, settings } = crawler;
    const worlds = await openRagdollWorlds(crawler, 'physx', 2);
    open.push(worlds);
    const options = { seed: 3, firstAgent: 0, agents: 2, parameters: {} };
    const environment = new AgentsEnvironment(worlds, options, task, settings);
    await environment.reset();
    const random = new RandomStream(1);
    const endings: number[] = [];
    for (let decision = 0; decision < 60; decision++) {
      const actions = Float32Array.from({ length: 40 }, () => random.uniform(-1, 1));
      const { observations, rewards, episodes } = await environment.step(actions);
      expect([...observations, ...rewards].every(Number.isFinite)).toBe(true);
      endings.push(...episodes.map(({ details }) => details!['fallenBody']!));
    }
    expect(endings.length).toBeGreaterThan(2);
    expect(endings.every((body) => !crawler.rig.bodies[body]!.name.startsWith('foreleg'))).toBe(true);
  });

  it('what no world can carry is refused by the name of the feature and of the body', () => {
    expect(() => crawlerWith((_, name) => (name === 'leg2' ? { kinematic: true } : {}))).toThrow(
      /body leg2.*no world of ours can carry a kinematic body|no world of ours can carry a kinematic body.*body leg2/s,
    );
  });
});

function conditionsOf({ settings: { gravity, friction }, task: { masses } }: Character) {
  return { gravity, friction, masses, driveScale: 1 };
}
