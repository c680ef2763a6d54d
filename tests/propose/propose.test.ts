import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { anatomyOf } from '../../envs/ragdoll/anatomy/anatomy.ts';
import { characterOf } from '../../envs/ragdoll/character.ts';
import { readCharacterFile } from '../../envs/ragdoll/character-file.ts';
import { type RigFileInput, readRigFile } from '../../envs/ragdoll/rig-file.ts';
import { proposeCharacter } from '../../propose/character.ts';
import { checkCharacter } from '../../propose/checks.ts';
import { proposeConfiguration } from '../../propose/configuration.ts';
import { heroOf } from '../import-rig/imported.ts';
import { wizardBiped as prefabOfWizard } from '../import-rig/ragdolls.ts';
import { armsMended, hingeQuadruped, scaled, withFeet, wizardBiped } from './ragdolls.ts';

const root = join(import.meta.dirname, '../..');
const stock = (name: string) => JSON.parse(readFileSync(join(root, `rigs/${name}.json`), 'utf8')) as RigFileInput;
const read = (rig: RigFileInput) => readRigFile(rig, 'a rig');
const propose = (rig: RigFileInput) => proposeCharacter(read(rig), { rigFile: 'a.json' });

function characterFor(rig: RigFileInput) {
  const file = read(rig);
  return characterOf(file, readCharacterFile(proposeCharacter(file, { rigFile: 'a.json' }).character, file, 'c'), 'c');
}

describe('anatomy', () => {
  it.each([
    ['a wizard, which has no feet', wizardBiped(), ['LeftLeg', 'RightLeg'], 'Head', ['LeftForeArm', 'RightForeArm']],
    ["ML-Agents' Walker", stock('walker'), ['footL', 'footR'], 'head', ['handL', 'handR']],
    [
      'a dog of hinges',
      hingeQuadruped(),
      ['FrontLeftLower', 'FrontRightLower', 'BackLeftLower', 'BackRightLower'],
      'Head',
      [],
    ],
    [
      "ML-Agents' Crawler, whose legs lie level and whose trunk is lower",
      stock('crawler'),
      ['foreleg0', 'foreleg1', 'foreleg2', 'foreleg3'],
      'Body',
      [],
    ],
  ])('of %s', (_whose, rig, feet, head, hands) => {
    const anatomy = anatomyOf(read(rig));
    expect(anatomy.feet).toEqual(feet);
    expect(anatomy.head).toBe(head);
    expect(anatomy.hands).toEqual(hands);
  });

  it('pairs what lies across from each other, left first', () => {
    expect(anatomyOf(read(wizardBiped())).pairs).toEqual([
      ['LeftUpLeg', 'RightUpLeg'],
      ['LeftLeg', 'RightLeg'],
      ['LeftArm', 'RightArm'],
      ['LeftForeArm', 'RightForeArm'],
    ]);
  });

  it('lets what flat feet hang by touch the ground, and nothing else', () => {
    expect(anatomyOf(read(stock('walker'))).mayTouchGround).toEqual(['shinL', 'footL', 'shinR', 'footR']);
    expect(anatomyOf(read(wizardBiped())).mayTouchGround).toEqual(['LeftLeg', 'RightLeg']);
  });

  it('measures legs from where they hang, whichever end owns the joint', () => {
    expect(anatomyOf(read(wizardBiped())).legLength).toBeCloseTo(0.92, 2);
    const rig = wizardBiped();
    const hips = rig.bodies[0]!;
    // The hips own the joints of both thighs now.
    const thighs = rig.bodies.filter(({ name }) => name.endsWith('UpLeg'));
    const turned = {
      ...rig,
      bodies: rig.bodies.map((body) => {
        if (body === hips) {
          const joints = thighs.map(({ name, position, joints }) => ({
            ...joints![0]!,
            connectedTo: name,
            anchor: position.map((at, axis) => at - hips.position[axis]!) as [number, number, number],
          }));
          return { ...body, joints };
        }
        return thighs.includes(body) ? { ...body, joints: [] } : body;
      }),
    };
    expect(anatomyOf(read(turned)).legLength).toBeCloseTo(0.92, 2);
    expect(anatomyOf(read(turned)).feet).toEqual(['LeftLeg', 'RightLeg']);
  });
});

describe('a proposal', () => {
  it('fits its rig, is the same again, and has the mirror that the world finds', () => {
    for (const rig of [wizardBiped(), hingeQuadruped(), scaled(wizardBiped(), 2, 'Giant'), stock('walker')]) {
      expect(propose(rig).character).toEqual(propose(rig).character);
      expect(characterFor(rig).task.behavior.mirror).toBeDefined();
    }
  });

  it('gives a joint that can turn its axes, and one that can not none', () => {
    const { rotations, strengths } = propose(wizardBiped()).character.actions;
    expect(rotations.find(({ joint }) => joint === 'LeftLeg')?.axes).toBe('x');
    expect(rotations.find(({ joint }) => joint === 'LeftUpLeg')?.axes).toBe('xy');
    expect(strengths).toHaveLength(10);
    expect(propose(stock('walker')).character.actions.strengths).not.toContain('handL');
  });

  it('scales as the body does: speeds by the root of its size, motors by its fourth power, times by the root', () => {
    const [one, two] = [propose(wizardBiped()), propose(scaled(wizardBiped(), 4, 'Four'))];
    expect(two.character.target.speed.high / one.character.target.speed.high).toBeCloseTo(2, 0.5);
    const [thigh, giant] = [one, two].map(({ drives }) => drives.find(({ joint }) => joint === 'LeftUpLeg')!);
    expect(giant!.maxStrength / thigh!.maxStrength / 4 ** 4).toBeCloseTo(1, 0.5);
    const seconds = [thigh, giant].map((drive) => drive!.damping / drive!.stiffness);
    expect(seconds[1]! / seconds[0]!).toBeCloseTo(2, 0.5);
    expect(two.character.ground.edge).toBeCloseTo(4 * one.character.ground.edge, -1);
  });

  it('asks for what the Walker can walk: motors near those of ML-Agents, speeds that a human walks', () => {
    const { drives, character } = proposeCharacter(read(stock('walker')), { rigFile: 'a.json', gravity: 14.715 });
    const thigh = drives.find(({ joint }) => joint === 'thighL')!;
    expect(thigh.maxStrength).toBeGreaterThan(20000 / 2);
    expect(thigh.maxStrength).toBeLessThan(20000 * 2);
    expect(thigh.damping / thigh.stiffness).toBeCloseTo(5000 / 40000, 2);
    expect(character.target.speed.high).toBeGreaterThan(1.5);
    expect(character.target.speed.high).toBeLessThan(3);
  });

  it('tells each thing that it chose and why', () => {
    const { reasons } = propose(wizardBiped());
    expect(reasons.map(({ what }) => what)).toEqual(
      expect.arrayContaining(['feet', 'head', 'target speeds', 'motors', 'gravity', 'mirror']),
    );
    for (const { value, because } of reasons) expect(value.length * because.length).toBeGreaterThan(0);
  });

  it('makes settings that name the character, in valid YAML', () => {
    const quick = readFileSync(join(root, 'config/walker-quick.yaml'), 'utf8');
    const text = proposeConfiguration(propose(wizardBiped()), { quick, symmetric: true, path: 'rigs/Wizard' });
    const settings = parse(text) as {
      behaviors: Record<string, { gaitsmith: object }>;
      environment_parameters: object;
    };
    expect(Object.keys(settings.behaviors)).toEqual(['Wizard']);
    expect(settings.behaviors['Wizard']!.gaitsmith).toMatchObject({ character: 'rigs/Wizard', symmetric: true });
    expect(settings.environment_parameters).toMatchObject({
      target_speed_min: 0.075,
      target_speed_max: { curriculum: [{ value: 0.5 }, { value: 1 }, { value: 1.5 }] },
      target_turn: {
        curriculum: [
          { value: 30, completion_criteria: { measure: 'reward', threshold: 1400, min_lesson_length: 100 } },
          { value: 60 },
        ],
      },
      // As it walks slowly, it comes to near ones alone in a short episode.
      target_radius: { curriculum: [{ value: 2.4 }, { value: 12 }] },
      max_steps: { curriculum: [{ value: 1000 }, { value: 5000 }] },
      // Nothing is paid for going before it stands.
      reward_go: {
        curriculum: [{ value: 0, completion_criteria: { measure: 'reward', threshold: 600 } }, { value: 1 }],
      },
    });
  });

  it('turns what has four legs all the way round, and what has two as far as it learns in these minutes', () => {
    const quick = readFileSync(join(root, 'config/walker-quick.yaml'), 'utf8');
    const turnsOf = (rig: RigFileInput) => {
      const text = proposeConfiguration(propose(rig), { quick, symmetric: true, path: 'rigs/a' });
      expect(text).not.toContain('A walker from nothing learnt');
      return (parse(text) as Turns).environment_parameters.target_turn.curriculum.map(({ value }) => value);
    };
    type Turns = { environment_parameters: { target_turn: { curriculum: { value: number }[] } } };
    expect(turnsOf(hingeQuadruped())).toEqual([30, 60, 100, 180]);
    expect(turnsOf(withFeet(wizardBiped()))).toEqual([30, 60]);
  });
});

describe('the checks', () => {
  const states = async (rig: RigFileInput) =>
    Object.fromEntries((await checkCharacter(characterFor(rig))).map(({ check, state }) => [check, state]));

  it('find nothing wrong with a body that is fit', async () => {
    const good = { overlap: 'good', feet: 'good', torques: 'good', stands: 'good', mirror: 'good' };
    expect(await states(withFeet(wizardBiped()))).toEqual(good);
    expect(await states(hingeQuadruped())).toEqual(good);
  });

  it('tell what a biped by the wizard lacks, which ends in two points; a quadruped may end in four', async () => {
    const found = (await checkCharacter(characterFor(wizardBiped()))).find(({ check }) => check === 'feet')!;
    expect(found).toMatchObject({
      state: 'bad',
      sentence: expect.stringMatching(/^LeftLeg, RightLeg end in points.*Box Collider/),
    });
    const short = withFeet(wizardBiped());
    for (const { name, colliders } of short.bodies) {
      if (name.endsWith('Foot')) colliders[0] = { shape: 'sphere', radius: 0.07, center: [0, -0.0001, 0] };
    }
    expect(await states(short)).toMatchObject({ feet: 'bad' });
  });

  it('name the bodies that overlap', async () => {
    const rig = wizardBiped();
    for (const body of rig.bodies) {
      if (body.name.endsWith('UpLeg'))
        body.colliders = [{ ...body.colliders[0]!, shape: 'capsule', radius: 0.14, height: 0.42, along: 'y' }];
    }
    const found = (await checkCharacter(characterFor(rig))).find(({ check }) => check === 'overlap')!;
    expect(found.state).toBe('bad');
    expect(found.sentence).toMatch(/Leg and \w+Leg start inside something/);
  });

  it('tell which way a body falls that can not stand, and that its one side is not the other', async () => {
    const rig = wizardBiped();
    rig.bodies.find(({ name }) => name === 'Head')!.position = [0, 1.56, 0.5];
    rig.bodies.find(({ name }) => name === 'Head')!.mass = 30;
    rig.bodies.find(({ name }) => name === 'RightLeg')!.mass = 3;
    const found = await checkCharacter(characterFor(rig));
    expect(found.find(({ check }) => check === 'stands')!.sentence).toMatch(
      /falls forward: \w+ touches the ground after \d\.\d s/,
    );
    expect(found.find(({ check }) => check === 'mirror')).toMatchObject({
      state: 'note',
      sentence: expect.stringMatching(
        /no mirror images.*LeftLeg: weighs 1.88 kg.*no counterpart: the nearest is RightLeg, 0 mm from its mirror image, which weighs 3 kg/,
      ),
    });
  });

  it('name the joints of a prefab by the wizard whose limits are no mirror images: it gives both arms the same axes', async () => {
    const { rig } = heroOf(prefabOfWizard);
    const found = (await checkCharacter(characterFor(rig))).find(({ check }) => check === 'mirror')!;
    expect(found).toEqual({
      check: 'mirror',
      state: 'note',
      sentence:
        'Left and right are nearly mirror images, so it learns both sides at once. What differs: ' +
        'RightArm: its x turns -70 to 10 degrees, where the mirror image of LeftArm turns -10 to 70; ' +
        'RightForeArm: its x turns -90 to 0 degrees, where the mirror image of LeftForeArm turns 0 to 90.',
    });
    expect(await states(armsMended(rig))).toMatchObject({ mirror: 'good' });
  });

  it('find no mirror image where a leg bends another way than the other', async () => {
    const rig = wizardBiped();
    rig.bodies.find(({ name }) => name === 'RightLeg')!.joints![0]!.x = [0, 80];
    const found = (await checkCharacter(characterFor(rig))).find(({ check }) => check === 'mirror')!;
    expect(found.sentence).toMatch(
      /no mirror images.*RightLeg: its x turns 0 to 80 degrees, where the mirror image of LeftLeg turns -80 to 0\.$/,
    );
  });

  it('tell which joint is too weak to carry the body', async () => {
    const rig = read(wizardBiped());
    const { character } = proposeCharacter(rig, { rigFile: 'a.json' });
    const weak = { ...character, drive: { ...character.drive, joints: { LeftLeg: { maxStrength: 5 } } } };
    const found = await checkCharacter(characterOf(rig, readCharacterFile(weak, rig, 'c'), 'c'));
    expect(found.find(({ check }) => check === 'torques')).toMatchObject({
      state: 'bad',
      sentence: expect.stringContaining('LeftLeg has 5 N m'),
    });
  });
});
