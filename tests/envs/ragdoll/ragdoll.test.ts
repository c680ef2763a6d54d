import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../../base/random/stream.ts';
import { type Character, characterOf } from '../../../envs/ragdoll/character.ts';
import { readCharacterFile } from '../../../envs/ragdoll/character-file.ts';
import { openCharacter, openRagdollWorlds } from '../../../envs/ragdoll/open.ts';
import { type RigFileInput, readRigFile } from '../../../envs/ragdoll/rig-file.ts';
import { Agent } from '../../../envs/walker/agent.ts';
import { AgentsEnvironment } from '../../../envs/walker/agents-environment.ts';
import { openWorlds } from '../../../envs/walker/open-worlds.ts';
import { drawParametersOf } from '../../../envs/walker/parameters.ts';
import { WalkerEnvironment } from '../../../envs/walker/walker-environment.ts';
import { proposeCharacter } from '../../../propose/character.ts';
import { heroOf } from '../../import-rig/imported.ts';
import { hingeQuadruped as prefabOfHinges, wizardBiped as prefabOfWizard } from '../../import-rig/ragdolls.ts';
import { armsMended } from '../../propose/ragdolls.ts';
import { likeness, MirroredStream, mirrored } from '../mirrored.ts';

const root = join(import.meta.dirname, '../../..');
const crawler = openCharacter(join(root, 'rigs/crawler'));
const worm = openCharacter(join(root, 'rigs/worm'));
const walker = openCharacter(join(root, 'rigs/walker'));
const options = { seed: 3, firstAgent: 0, agents: 4, parameters: {} };

async function environmentOf(character: Character, more = {}): Promise<AgentsEnvironment> {
  const { task, settings } = character;
  return new AgentsEnvironment(await openRagdollWorlds(character, 'unity', 4), { ...options, ...more }, task, settings);
}

function wild(length: number, seed: number): Float32Array {
  const random = new RandomStream(seed);
  return Float32Array.from({ length }, () => random.uniform(-1, 1));
}

describe('a character file', () => {
  it.each([
    ['Walker', walker, 243, 39, [['obs_0', 243]]],
    [
      'Crawler',
      crawler,
      158,
      20,
      [
        ['obs_0', 126],
        ['obs_1', 32],
      ],
    ],
    ['Worm', worm, 64, 9, [['obs_0', 64]]],
  ] as const)(
    "gives the %s the sizes of ML-Agents' example",
    (name, { task, file }, observations, actions, sensors) => {
      expect(task.behavior).toMatchObject({ name, observationSize: observations, actionSize: actions });
      const told = task.behavior.sensors ?? [{ name: file.sensors[0]!.name, size: task.behavior.observationSize }];
      expect(told.map(({ name, size }) => [name, size])).toEqual(sensors);
    },
  );

  it('makes of the Walker, its frame set fresh, what envs/walker is: the same bytes', async () => {
    const fresh = characterOf(walker.rig, { ...walker.file, frame: { body: 'hips', lag: 0 } }, 'walker');
    const general = await environmentOf(fresh);
    const special = new WalkerEnvironment(await openWorlds('unity', 4), options);
    expect(await general.reset()).toEqual(await special.reset());
    let episodes = 0;
    for (let decision = 0; decision < 25; decision++) {
      const actions = wild(4 * 39, decision);
      const [mine, other] = [await general.step(actions), await special.step(actions)];
      expect(mine.observations).toEqual(other.observations);
      expect(mine.rewards).toEqual(other.rewards);
      episodes += other.episodes.length;
    }
    expect(episodes).toBeGreaterThan(3);
    expect(general.behavior.mirror).toEqual(special.behavior.mirror);
  });

  it('goes on from a snapshot with the same bytes', async () => {
    const kept = await environmentOf(crawler);
    await kept.reset();
    for (let decision = 0; decision < 8; decision++) await kept.step(wild(4 * 20, decision));
    const other = await environmentOf(crawler, { snapshots: kept.snapshots() });
    await other.reset();
    for (let decision = 8; decision < 14; decision++) {
      const actions = wild(4 * 20, decision);
      const { observations, rewards } = await kept.step(actions);
      expect(await other.step(actions)).toMatchObject({ observations, rewards });
    }
  });

  it('tells, in the frame of a step ago, where that frame is by now', async () => {
    const environment = await environmentOf(crawler);
    await environment.reset();
    const names = environment.behavior.observationNames!;
    const at = (name: string) => names.indexOf(name);
    for (let decision = 0; decision < 5; decision++) await environment.step(wild(4 * 20, decision));
    const { observations } = await environment.step(wild(4 * 20, 9));
    const fastest = Math.max(...['x', 'y', 'z'].map((part) => Math.abs(observations[at(`Body velocity ${part}`)]!)));
    expect(fastest).toBeGreaterThan(1);
    // A step's way is nearly the velocity times its length: poses move by what the solver has before its last iterations.
    for (const part of ['x', 'y', 'z']) {
      const way = observations[at(`Body frame position ${part}`)]!;
      expect(Math.abs(way / crawler.settings.step - observations[at(`Body velocity ${part}`)]!)).toBeLessThan(0.3);
    }
  });
});

/** As they are imported and proposed. The wizard's arms are no mirror images until they are mended. */
const proposed = (rig: RigFileInput) => {
  const file = readRigFile(rig, 'a rig');
  const { character } = proposeCharacter(file, { rigFile: 'a.json' });
  return characterOf(file, readCharacterFile(character, file, 'a character'), 'a character');
};

describe.each([
  ['Crawler', crawler],
  ['Worm', worm],
  ['prefab of a biped by the Ragdoll Wizard, its arms mended', proposed(armsMended(heroOf(prefabOfWizard).rig))],
  ['prefab of a quadruped of hinges', proposed(heroOf(prefabOfHinges).rig)],
] as const)('the mirror of the %s', (_, { task, ragdoll, settings, file, rig }) => {
  const { observations, actions } = task.behavior.mirror!;
  const open = async (stream: RandomStream, acted?: Float32Array) => {
    const parameters = drawParametersOf(task.parameters, { gravity: 0 }, 0);
    const [world] = (await openRagdollWorlds({ task, ragdoll, settings, file, rig }, 'unity', 1)).each;
    const agent = new Agent(world!, task, parameters, settings);
    agent.start(stream);
    if (acted) agent.decide(acted, 0);
    const observation = new Float32Array(task.behavior.observationSize);
    agent.observe(observation, 0);
    return observation;
  };

  it('shows the mirrored start, and of a mirrored mirror the original', async () => {
    const [here, there] = [await open(new RandomStream(2)), await open(new MirroredStream(2))];
    const image = mirrored(observations, here);
    expect(there).not.toEqual(here);
    // A quaternion and its opposite are one rotation.
    image.forEach((value, at) => {
      expect(Math.abs(value), task.behavior.observationNames![at]).toBeCloseTo(Math.abs(there[at]!), 2);
    });
    expect(mirrored(observations, image)).toEqual(here);
  });

  it('does with every mirrored action what the action does here', async () => {
    const still = new Float32Array(task.behavior.actionSize);
    const [here, there] = [await open(new RandomStream(2), still), await open(new MirroredStream(2), still)];
    // A start whose mirror image has its quaternions of the same sign: differences can be compared.
    for (let action = 0; action < still.length; action++) {
      const acted = still.slice();
      acted[action] = 0.5;
      const effect = (await open(new RandomStream(2), acted)).map((value, at) => value - here[at]!);
      const other = await open(new MirroredStream(2), mirrored(actions, acted));
      const image = other.map((value, at) => value - there[at]!);
      const isRotation = task.layout.flatMap(({ parts, size }) => new Array<boolean>(size).fill(parts === 'xyzw'));
      const moved = (row: Float32Array) => row.map((value, at) => (isRotation[at] ? 0 : value));
      expect(likeness(moved(mirrored(observations, effect)), moved(image)), `action ${action}`).toBeGreaterThan(0.7);
    }
  });
});

describe('a rig file', () => {
  const small = (change: (body: RigFileInput['bodies'][number]) => object, more: object = {}) => {
    const rig = structuredClone(JSON.parse(readFileSync(join(root, 'rigs/crawler.json'), 'utf8'))) as RigFileInput;
    const body = rig.bodies[1]!;
    Object.assign(body, change(body));
    return { ...rig, ...more };
  };
  const joint = (more: object) => (body: RigFileInput['bodies'][number]) => ({
    joints: [{ ...body.joints![0]!, ...more }],
  });
  const collider = (material: object) => ({
    colliders: [{ shape: 'sphere', radius: 0.1, material: { staticFriction: 1, dynamicFriction: 1, ...material } }],
  });

  it.each([
    ['a kinematic body', small(() => ({ kinematic: true }))],
    ['a frozen position or rotation', small(() => ({ frozen: ['position x'] }))],
    ['a centre of mass of its own', small(() => ({ centerOfMass: [0, 0, 0] }))],
    ['a body without a collider', small(() => ({ colliders: [] }))],
    ['a material that bounces', small(() => collider({ bounciness: 1 }))],
    ['static friction that is not the dynamic one', small(() => collider({ staticFriction: 2 }))],
    ["a material's friction combined otherwise", small(() => collider({ frictionCombine: 'maximum' }))],
    ['a joint that breaks', small(joint({ breakForce: 10 }))],
    ['ArticulationBody', small(() => ({}), { cannotCarry: [{ body: 'leg0', feature: 'ArticulationBody' }] })],
  ])('with %s is refused by the name of that and of the body', (feature, json) => {
    const rig = readRigFile(json, 'rig.json');
    const open = () => characterOf(rig, crawler.file, 'rig.json');
    expect(open).toThrow(feature);
    expect(open).toThrow('body leg0');
  });

  it('is carried where a twist starts outside its limits and a leg is loose, and every number stays finite', async () => {
    const odd = joint({ x: [10, 40], linear: ['free', 'limited', 'locked'], linearLimit: 0.1 });
    const environment = await environmentOf(characterOf(readRigFile(small(odd), 'rig.json'), crawler.file, 'odd'));
    const seen = [...(await environment.reset())];
    const still = new Float32Array(crawler.task.behavior.actionSize);
    for (let decision = 0; decision < 5; decision++) seen.push(...(await environment.step(still)).observations);
    expect(seen.every(Number.isFinite)).toBe(true);
  });

  it.each([
    [{ version: 1 }, /version/],
    [{ bodies: [] }, /bodies/],
    [{ solvingOrder: ['leg0'] }, /names every joint once/],
  ])('with %j is refused by the field', (more, field) => {
    expect(() =>
      readRigFile({ ...JSON.parse(readFileSync(join(root, 'rigs/crawler.json'), 'utf8')), ...more }, 'rig.json'),
    ).toThrow(field);
  });
});

it('shows a body whose mass lies askew in it as the body is turned, not as its mass is', async () => {
  const rig = structuredClone(crawler.rig);
  const { colliders } = rig.bodies[0]!;
  const askew = { center: [0.2, 0.1, 0.05] as [number, number, number], radius: 0.3, shape: 'sphere' as const };
  const rotation: [number, number, number, number] = [0, 0, 0, 1];
  rig.bodies[0] = { ...rig.bodies[0]!, colliders: [...colliders, { ...askew, rotation }] };
  const [odd, usual] = [characterOf(rig, crawler.file, 'askew'), crawler];
  const first = async (character: Character) => (await environmentOf(character)).reset();
  const [seen, expected] = [await first(odd), await first(usual)];
  odd.task.behavior.observationNames!.forEach((name, at) => {
    if (!name.startsWith('Body') || name.includes('velocity')) return;
    expect(seen[at], name).toBeCloseTo(expected[at]!, 4);
  });
});
