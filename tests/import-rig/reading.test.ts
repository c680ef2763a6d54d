/** Prefabs read into rigs. What is expected was worked out by hand from Unity's rules, or stands in Unity's own wizard. */
import { describe, expect, test } from 'vitest';
import { readRigFile } from '../../envs/ragdoll/rig-file.ts';
import { rigText } from '../../import-rig/rig-text.ts';
import { callsIn } from '../../import-rig/scripts.ts';
import { guid, HEAD, instance } from '../unity-assets/project.ts';
import { bodyOf, HERO, heroOf, imported } from './imported.ts';
import { nestedBiped, tiedBiped } from './nested.ts';
import { closeTo, HALF, pair, QUARTER, toldBy } from './pair.ts';
import {
  articulationBody,
  behaviorParameters,
  box,
  capsule,
  configurableJoint,
  fixedJoint,
  idsOf,
  meshCollider,
  type ObjectRow,
  prefabText,
  rigidbody,
  script,
  sphere,
} from './prefab-builder.ts';
import { hingeQuadruped, wizardBiped } from './ragdolls.ts';

describe('a biped by the Ragdoll Wizard', () => {
  const hero = heroOf(wizardBiped);

  test('is 11 bodies of 70 kg, held by 10 joints that have no drive', () => {
    const { bodies } = hero.rig;
    expect(bodies).toHaveLength(11);
    expect(bodies.reduce((sum, { mass }) => sum + mass, 0)).toBeCloseTo(70, 4);
    const joints = bodies.flatMap((body) => body.joints);
    expect(joints).toHaveLength(10);
    for (const joint of joints) expect(joint).toMatchObject({ type: 'character', preprocessing: false });
    expect(joints.filter(({ drive }) => drive)).toEqual([]);
  });

  test('has its bodies depth first, from the hips on, by paths from the root of the prefab', () => {
    expect(hero.rig.bodies.map(({ path }) => path).slice(0, 4)).toEqual([
      'Hips',
      'Hips/LeftUpLeg',
      'Hips/LeftUpLeg/LeftLeg',
      'Hips/RightUpLeg',
    ]);
    expect(bodyOf(hero, 'LeftLeg')).toMatchObject({ parent: 'LeftUpLeg', path: 'Hips/LeftUpLeg/LeftLeg' });
    closeTo(bodyOf(hero, 'LeftLeg').position, [-0.1, 0.48, 0]);
  });

  test('has the knee of the wizard: 80 degrees one way about its axis, nothing else', () => {
    expect(bodyOf(hero, 'LeftLeg').joints[0]).toMatchObject({
      connectedTo: 'LeftUpLeg',
      axis: [1, 0, 0],
      secondaryAxis: [0, 0, 1],
      angular: ['limited', 'locked', 'locked'],
      x: [-80, 0],
    });
    expect(bodyOf(hero, 'LeftUpLeg').joints[0]).toMatchObject({ x: [-20, 70], y: 30, z: 0 });
  });

  test('is read the same again from the text of its file', () => {
    expect(readRigFile(JSON.parse(rigText(hero.rig)), 'again')).toEqual(hero.rig);
  });
});

test('a quadruped of hinges turns the other way round than a ConfigurableJoint, about its one axis', () => {
  const hero = heroOf(hingeQuadruped);
  expect(hero.rig.bodies).toHaveLength(9);
  expect(bodyOf(hero, 'FrontLeftLower').joints[0]).toMatchObject({
    type: 'hinge',
    axis: [1, 0, 0],
    angular: ['limited', 'locked', 'locked'],
    x: [-80, 0],
  });
  expect(bodyOf(hero, 'BackLeftLower').joints[0]!.x).toEqual([0, 80]);
});

describe('world poses', () => {
  test('multiply positions, rotations and scales down the hierarchy', () => {
    const hero = heroOf([
      { name: 'Hero', at: [7, 0, 3], turn: QUARTER.y, scale: [2, 2, 2] },
      { name: 'hips', parent: 'Hero', at: [0, 1, 0], components: [rigidbody(), sphere({ radius: 0.1 })] },
      {
        name: 'limb',
        parent: 'hips',
        at: [1, 0, 0],
        turn: QUARTER.x,
        components: [
          rigidbody(),
          sphere({ radius: 0.1 }),
          configurableJoint('hips', { high: 1, m_Anchor: [0, 0.5, 0] }),
        ],
      },
    ]);
    // The root body stands above the middle of the world, 1 m times 2 up.
    closeTo(bodyOf(hero, 'hips').position, [0, 2, 0]);
    closeTo(bodyOf(hero, 'hips').rotation, QUARTER.y);
    // A quarter turn about y takes x to -z.
    closeTo(bodyOf(hero, 'limb').position, [0, 2, -2]);
    closeTo(bodyOf(hero, 'limb').rotation, [0.5, 0.5, -0.5, 0.5]);
    // An anchor is a point: scaled. A radius too.
    closeTo(bodyOf(hero, 'limb').joints[0]!.anchor, [0, 1, 0]);
    expect(bodyOf(hero, 'limb').colliders).toMatchObject([{ shape: 'sphere', radius: 0.2 }]);
  });

  test('mirror a rotation below a negative scale, and say so', () => {
    const rows = pair({ turn: QUARTER.z }, { scale: [-1, 1, 1] });
    // Seen in a mirror across x, a turn about z goes the other way.
    closeTo(bodyOf(heroOf(rows), 'limb').rotation, [0, 0, -HALF, HALF]);
    expect(toldBy(rows)).toContain('assumed: limb: mirrored scale');
  });

  test('are told where a turned object below a stretched one is skewed', () => {
    expect(toldBy(pair({ turn: [0, 0, 0.3826834, 0.9238795] }, { scale: [1, 2, 1] }))).toContain('assumed: limb: skew');
    expect(toldBy(pair({ turn: QUARTER.z }, { scale: [1, 2, 1] }))).not.toContain('assumed: limb: skew');
  });
});

describe('shapes', () => {
  test('take the largest scale where they are round, and each of their own where they are boxes', () => {
    const hero = heroOf(
      pair({
        scale: [1, 2, 3],
        components: [
          sphere({ radius: 0.1 }),
          capsule({ radius: 0.1, height: 1, along: 'y' }),
          capsule({ radius: 0.1, height: 1, along: 'z' }),
          box({ size: [0.1, 0.1, 0.1], centre: [1, 1, 1] }),
        ],
      }),
    );
    expect(bodyOf(hero, 'limb').colliders).toMatchObject([
      { shape: 'sphere', radius: 0.3 },
      { shape: 'capsule', along: 'y', radius: 0.3, height: 2 },
      { shape: 'capsule', along: 'z', radius: 0.2, height: 3 },
      { shape: 'box', size: [0.1, 0.2, 0.3], center: [1, 2, 3] },
    ]);
  });

  test('are balls where a capsule is lower than it is wide', () => {
    const hero = heroOf(pair({ components: [capsule({ radius: 0.2, height: 0.3 })] }));
    expect(bodyOf(hero, 'limb').colliders).toMatchObject([{ shape: 'sphere', radius: 0.2 }]);
  });

  test('on objects below belong to the body, turned and moved as those are', () => {
    const hero = heroOf([
      ...pair(),
      {
        name: 'mesh',
        parent: 'limb',
        at: [0, 0.3, 0],
        turn: QUARTER.z,
        components: [capsule({ radius: 0.05, height: 0.4 })],
      },
      { name: 'off', parent: 'limb', isActive: false, components: [sphere({ radius: 9 })] },
      { name: 'trigger', parent: 'limb', components: [sphere({ radius: 9, m_IsTrigger: true })] },
      { name: 'disabled', parent: 'limb', components: [sphere({ radius: 9, m_Enabled: false })] },
    ]);
    const { colliders } = bodyOf(hero, 'limb');
    expect(colliders).toHaveLength(2);
    expect(colliders[1]).toMatchObject({ shape: 'capsule', center: [0, 0.3, 0] });
    closeTo(colliders[1]!.rotation, QUARTER.z);
  });

  test("keep the friction of their material, and take the project's where they have none", () => {
    const material = (friction: number) =>
      `${HEAD}--- !u!134 &13400000\nPhysicMaterial:\n  dynamicFriction: ${friction}\n  staticFriction: ${friction}\n  bounciness: 0\n  frictionCombine: 3\n`;
    const rows = pair({
      components: [sphere({ radius: 1, m_Material: `{fileID: 13400000, guid: ${guid(1)}, type: 2}` })],
    });
    const hero = imported({
      [HERO]: prefabText(rows),
      'Assets/Grip.physicMaterial': material(0.9),
      'Assets/Usual.physicMaterial': material(0.3),
      'ProjectSettings/DynamicsManager.asset': `${HEAD}--- !u!55 &1\nPhysicsManager:\n  m_DefaultMaterial: {fileID: 13400000, guid: ${guid(2)}, type: 2}\n`,
    });
    expect(bodyOf(hero, 'limb').colliders[0]).toMatchObject({
      material: { dynamicFriction: 0.9, frictionCombine: 'maximum' },
    });
    expect(bodyOf(hero, 'hips').colliders[0]).toMatchObject({ material: { dynamicFriction: 0.3 } });
  });

  test("of Unity's own meshes are carried, other meshes are told and refused", () => {
    const builtIn = (id: number) => meshCollider(`{fileID: ${id}, guid: 0000000000000000e000000000000000, type: 0}`);
    const hero = heroOf(pair({ scale: [2, 2, 2], components: [builtIn(10202), builtIn(10208)] }));
    expect(bodyOf(hero, 'limb').colliders).toMatchObject([
      { shape: 'box', size: [2, 2, 2] },
      { shape: 'capsule', radius: 1, height: 4 },
    ]);
    const other = heroOf(pair({ components: [meshCollider()] }));
    expect(other.rig.cannotCarry).toMatchObject([{ body: 'limb', feature: 'MeshCollider' }]);
    expect(other.findings[0]!.advice).toContain('boxes, capsules or spheres');
  });
});

describe('bodies', () => {
  test('keep damping under either name, constraints, gravity and a centre of mass of their own', () => {
    const of = (fields: Parameters<typeof rigidbody>[0]) => {
      const [top, hips, limb] = pair();
      return bodyOf(
        heroOf([top!, hips!, { ...limb!, components: [rigidbody(fields), limb!.components![2]!] }]),
        'limb',
      );
    };
    expect(of({ m_Drag: 0.3, m_AngularDrag: 0.4 })).toMatchObject({ linearDamping: 0.3, angularDamping: 0.4 });
    expect(of({ m_LinearDamping: 0.5, m_AngularDamping: 0.6 })).toMatchObject({
      linearDamping: 0.5,
      angularDamping: 0.6,
    });
    expect(of({ m_Constraints: 2 + 64, m_UseGravity: false, m_IsKinematic: true })).toMatchObject({
      frozen: ['position x', 'rotation z'],
      useGravity: false,
      kinematic: true,
    });
    expect(of({ m_ImplicitCom: false, m_CenterOfMass: [0, 0.1, 0] }).centerOfMass).toEqual([0, 0.1, 0]);
    expect(of({ m_ImplicitCom: true, m_CenterOfMass: [0, 0.1, 0] }).centerOfMass).toBeUndefined();
  });

  test('of one name are told apart by what is above them, siblings by their numbers', () => {
    const limb = (parent: string, key: string): ObjectRow => ({
      name: 'limb',
      key,
      parent,
      components: [rigidbody(), sphere({ radius: 0.1 }), fixedJoint('hips')],
    });
    const hero = heroOf([
      ...pair(),
      { name: 'left', parent: 'hips' },
      { name: 'right', parent: 'hips' },
      limb('left', 'limbL'),
      limb('right', 'limbR0'),
      limb('right', 'limbR1'),
    ]);
    expect(hero.rig.bodies.map(({ name }) => name)).toEqual(['hips', 'hips/limb', 'left/limb', 'limb[0]', 'limb[1]']);
    expect(hero.rig.bodies.at(-1)!.path).toBe('hips/right/limb[1]');
  });

  test('on layers that do not touch are told apart in the rig', () => {
    const row = (clear: number) => (0xffffffff ^ clear) >>> 0;
    const bytes = Buffer.alloc(128, 255);
    bytes.writeUInt32LE(row(1 << 8), 4 * 8);
    const hero = heroOf(pair({ layer: 8 }), {
      'ProjectSettings/TagManager.asset': `${HEAD}--- !u!78 &1\nTagManager:\n  layers:\n${['Default', '', '', '', '', '', '', '', 'Limbs'].map((name) => `  - ${name}\n`).join('')}`,
      'ProjectSettings/DynamicsManager.asset': `${HEAD}--- !u!55 &1\nPhysicsManager:\n  m_LayerCollisionMatrix: ${bytes.toString('hex')}\n`,
    });
    expect(bodyOf(hero, 'limb').layer).toBe('Limbs');
    expect(hero.rig.collisions.apart).toEqual([['Limbs', 'Limbs']]);
  });

  test('without a shape, with an inertia of their own, or loose are told', () => {
    const [top, hips, limb] = pair({ components: [] });
    expect(toldBy([top!, hips!, limb!])).toContain('assumed: limb: no shape');
    expect(toldBy([...pair(), { name: 'hat', parent: 'limb', components: [rigidbody()] }])).toContain(
      'note: hat: loose body',
    );
    expect(toldBy([...pair(), { name: 'fin', parent: 'limb', components: [articulationBody()] }])).toContain(
      'lost: limb: ArticulationBody',
    );
  });
});

describe('which ragdoll', () => {
  const ragdoll = (name: string, parts: number, agent = false): ObjectRow[] => [
    { name, ...(agent ? { components: [behaviorParameters(name, 10, 4)] } : {}) },
    { name: `${name}-hips`, parent: name, components: [rigidbody(), sphere({ radius: 0.1 })] },
    ...Array.from(
      { length: parts },
      (_, part): ObjectRow => ({
        name: `${name}-${part}`,
        parent: `${name}-hips`,
        components: [rigidbody(), sphere({ radius: 0.1 }), fixedJoint(`${name}-hips`)],
      }),
    ),
  ];
  const scene = 'Assets/Game.unity';
  const read = (rows: readonly ObjectRow[], object?: string) =>
    imported({ [scene]: prefabText(rows) }, { ...(object === undefined ? {} : { object }) });

  test("is an agent's before a larger one, the larger of two, or the one below the object that is named", () => {
    const rows = [...ragdoll('Big', 4), ...ragdoll('Small', 2), ...ragdoll('Agent', 1, true)];
    expect(read(rows).rig).toMatchObject({ name: 'Agent', source: `${scene}:Agent` });
    expect(read(rows.slice(0, 9)).rig.name).toBe('Big');
    expect(read(rows, 'Small').rig.bodies).toHaveLength(3);
    expect(read(rows).others.map(({ root, bodies }) => [root, bodies])).toEqual([
      ['Big/Big-hips', 5],
      ['Small/Small-hips', 3],
    ]);
  });

  test('is refused by name where there is no such object, no joint, or no body', () => {
    expect(() => read(ragdoll('Big', 2), 'Huge')).toThrow(/no object of this name; got "Huge"/);
    expect(() => read([{ name: 'Tree' }])).toThrow(/no object has a Rigidbody/);
    expect(() => read(ragdoll('Big', 0))).toThrow(/no joint holds two/);
    const asleep = ragdoll('Big', 2).map((row) => (row.name === 'Big' ? { ...row, isActive: false } : row));
    expect(() => read(asleep)).toThrow(/every object with a Rigidbody is inactive/);
    expect(() => read([{ name: 'Arm', components: [articulationBody()] }])).toThrow(/ArticulationBodies/);
  });

  test('tells what its agent says: sizes, drives, who may touch the ground, whom its script names', () => {
    const hips = `{fileID: ${idsOf(pair()).transform('hips')}}`;
    const [, second, limb] = pair();
    const contact = script('2666e257ea992476cae0f7f163165e71', { agentDoneOnGroundContact: 1 });
    const hero = heroOf(
      [
        {
          name: 'Hero',
          components: [
            behaviorParameters('Walk', 31, 7),
            script(guid(70), { MaxStep: 5000, body: hips, leg: `{fileID: ${idsOf(pair()).transform('limb')}}` }),
            script(guid(71), { maxJointSpring: 100, jointDampen: 10, maxJointForceLimit: 50 }),
            script('3a5c9d521e5ef4759a8246a07d52221e', { DecisionPeriod: 4 }),
          ],
        },
        { ...second!, components: [...second!.components!, contact] },
        limb!,
        { name: 'eye', parent: 'hips', components: [rigidbody(), fixedJoint('hips')] },
      ],
      {
        'ProjectSettings/DynamicsManager.asset': `${HEAD}--- !u!55 &1\nPhysicsManager:\n  m_DefaultMaxAngularSpeed: 9\n`,
      },
    );
    expect(hero.agent).toMatchObject({
      behavior: 'Walk',
      observations: 31,
      actions: 7,
      decisionPeriod: 4,
      drive: { stiffness: 100, damping: 10, maxStrength: 50 },
      bodies: ['hips', 'limb'],
      groundTouchEnds: ['hips'],
    });
    // Its controller sets up the bodies that the agent names; the eye keeps the project's speed.
    expect(bodyOf(hero, 'eye').maxAngularVelocity).toBe(9);
    expect(bodyOf(hero, 'limb').maxAngularVelocity).toBeUndefined();
  });
});

describe('nested prefabs and variants', () => {
  const inner = prefabText(pair());
  const ids = idsOf(pair());

  test('are the same ragdoll with what the outer file says otherwise', () => {
    const variant =
      HEAD +
      instance(7777, guid(1), [
        { target: ids.component('limb', 0), path: 'm_Mass', value: '4.5' },
        { target: ids.transform('Hero'), path: 'm_LocalScale.x', value: '3' },
        { target: ids.transform('Hero'), path: 'm_LocalScale.y', value: '3' },
        { target: ids.transform('Hero'), path: 'm_LocalScale.z', value: '3' },
        { target: ids.component('limb', 2), path: 'm_HighAngularXLimit.limit', value: '45' },
        { target: ids.gameObject('limb'), path: 'm_Name', value: 'arm' },
      ]);
    const scene = prefabText(
      [{ name: 'Level', at: [0, 10, 0] }],
      instance(8888, guid(0), [], { parent: idsOf([{ name: 'Level' }]).transform('Level') }),
    );
    const files = { 'Assets/Variant.prefab': variant, [HERO]: inner, 'Assets/Level.unity': scene };
    const hero = imported(files, { path: 'Assets/Level.unity' });
    expect(bodyOf(hero, 'arm')).toMatchObject({ mass: 4.5, colliders: [{ radius: 0.3 }], joints: [{ x: [0, 45] }] });
    closeTo(bodyOf(hero, 'arm').position, [0, 14.5, 0]);
    expect(hero.rig.source).toBe('Assets/Level.unity:Level/Hero');
  });

  test('scaled and turned at three levels are the ragdoll so many times as large, with the limits of the last that says them', () => {
    const inside = heroOf(tiedBiped);
    const factor = 1.5 * 0.8;
    for (const { name, colliders, position, joints } of nestedBiped.rig.bodies) {
      const own = bodyOf(inside, name);
      const from = (at: readonly number[], to: readonly number[]) => Math.hypot(...at.map((part, i) => part - to[i]!));
      expect(from(position, bodyOf(nestedBiped, 'Hips').position)).toBeCloseTo(
        factor * from(own.position, bodyOf(inside, 'Hips').position),
        5,
      );
      colliders.forEach((collider, which) => {
        const other = own.colliders[which]!;
        const sizes = (of: typeof collider) =>
          of.shape === 'box' ? of.size : of.shape === 'sphere' ? [of.radius] : [of.radius, of.height];
        closeTo(
          sizes(collider),
          sizes(other).map((size) => factor * size),
        );
      });
      for (const [which, { anchor }] of joints.entries()) {
        closeTo(
          anchor,
          own.joints[which]!.anchor.map((part) => factor * part),
        );
      }
    }
    const springs = ['LeftLeg', 'RightLeg', 'Spine'].map((name) => bodyOf(nestedBiped, name).joints[0]!.limitSprings);
    expect(springs).toEqual([
      { x: { spring: 60, damper: 2 } },
      { x: { spring: 90, damper: 3 } },
      { x: { spring: 200, damper: 0 } },
    ]);
    expect(bodyOf(nestedBiped, 'LeftLeg').joints[1]).toMatchObject({ connectedTo: null });
  });

  test('may have joints added to their bones by the outer file', () => {
    const bones: ObjectRow[] = [
      { name: 'Bones' },
      { name: 'a', parent: 'Bones', components: [rigidbody(), sphere({ radius: 0.1 })] },
      { name: 'b', parent: 'a', components: [rigidbody(), sphere({ radius: 0.1 })] },
    ];
    const copy = (id: string) => String(BigInt(id) ^ 7777n);
    const of = idsOf(bones);
    const handle = copy(of.gameObject('b'));
    const outer = `${HEAD}--- !u!1 &${handle} stripped\nGameObject:\n  m_CorrespondingSourceObject: {fileID: ${of.gameObject('b')}, guid: ${guid(1)}, type: 3}\n  m_PrefabInstance: {fileID: 7777}\n--- !u!138 &99\nFixedJoint:\n  m_GameObject: {fileID: ${handle}}\n  m_ConnectedBody: {fileID: ${copy(of.component('a', 0))}}\n${instance(7777, guid(1), [])}`;
    const hero = imported({ 'Assets/Outer.prefab': outer, 'Assets/Bones.prefab': prefabText(bones) });
    expect(bodyOf(hero, 'b').joints).toMatchObject([{ type: 'fixed', connectedTo: 'a' }]);
  });

  test('of a model are refused, with how to unpack it', () => {
    const onBone = `--- !u!1 &501 stripped\nGameObject:\n  m_CorrespondingSourceObject: {fileID: 919132149155446097, guid: ${guid(1)}, type: 3}\n  m_PrefabInstance: {fileID: 7777}\n--- !u!54 &502\nRigidbody:\n  m_GameObject: {fileID: 501}\n  m_Mass: 3\n`;
    const files = { [HERO]: HEAD + onBone + instance(7777, guid(1), []), 'Assets/Hero.fbx': '' };
    expect(() => imported(files)).toThrow(/on bones of a model.*Unpack Completely/);
    const below = prefabText(
      pair().map((row) => (row.name === 'hips' ? { ...row, parent: '{fileID: 555}' } : row)),
      instance(7777, guid(1), []),
    );
    expect(() => imported({ [HERO]: below, 'Assets/Hero.fbx': '' })).toThrow(/hangs from a bone of a model/);
  });
});

describe('scripts on the ragdoll', () => {
  test('that push it are told with their lines, comments and resets left out', () => {
    const source = [
      'class Stabilizer : MonoBehaviour {',
      '  // rb.AddForce(up) would be too much',
      '  void FixedUpdate() {',
      '    rb.AddTorque(x); /* AddForce( */ rb.AddTorque(y);',
      '    rb.linearVelocity = Vector3.zero;',
      '    Physics.IgnoreCollision(a, b);',
      '    Debug.Log("AddForce(");',
      '  }',
      '}',
    ].join('\n');
    expect(callsIn('Assets/S.cs', source).map(({ feature, told }) => `${feature}: ${told}`)).toEqual([
      'AddTorque: called in line 4, and not simulated',
      'IgnoreCollision: called in line 6, and not simulated',
    ]);
    const [top, ...rest] = pair();
    const hero = imported({
      [HERO]: prefabText([{ ...top!, components: [script(guid(1))] }, ...rest]),
      'Assets/Scripts/Push.cs': 'void Update() { body.AddForce(up); }',
    });
    expect(hero.findings).toMatchObject([{ kind: 'force', on: 'Assets/Scripts/Push.cs', feature: 'AddForce' }]);
  });
});

test('what can not be read is refused by file, object and field', () => {
  const text = prefabText(pair()).replace('m_Mass: 5', 'm_Mass: heavy');
  expect(() => imported({ [HERO]: text })).toThrow(
    'Assets/Hero.prefab: Rigidbody of hips: m_Mass: this can not be read; got "heavy"; expected a number',
  );
  expect(() => heroOf(pair({ at: [0, 5000, 0] }))).toThrow(/5000 m away from hips/);
});
