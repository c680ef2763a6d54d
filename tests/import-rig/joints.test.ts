/** Joints read into rigs, of each of Unity's kinds. What is expected was worked out by hand from Unity's rules. */
import { describe, expect, test } from 'vitest';
import { reportMarkdown } from '../../import-rig/report.ts';
import { guid } from '../unity-assets/project.ts';
import { bodyOf, heroOf } from './imported.ts';
import { closeTo, pair, QUARTER, toldBy } from './pair.ts';
import {
  characterJoint,
  configurableJoint,
  driveFields,
  fixedJoint,
  hingeJoint,
  type ObjectRow,
  rigidbody,
  sphere,
  springJoint,
} from './prefab-builder.ts';

describe('joints', () => {
  const jointOf = (joint: NonNullable<ObjectRow['components']>[number], row: Partial<ObjectRow> = {}) =>
    bodyOf(heroOf(pair({ joint, ...row })), 'limb').joints[0]!;

  test('compute an automatic connected anchor and never read the one that is there; a manual one is scaled', () => {
    const anchored = { high: 10, m_Anchor: [0, -0.5, 0], m_ConnectedAnchor: [0, 0.25, 0] } as const;
    expect(jointOf(configurableJoint('hips', anchored)).connectedAnchor).toBeUndefined();
    const manual = configurableJoint('hips', { ...anchored, m_AutoConfigureConnectedAnchor: false });
    const hero = heroOf(pair({ joint: manual }, { scale: [2, 2, 2] }));
    expect(bodyOf(hero, 'limb').joints[0]!.connectedAnchor).toEqual([0, 0.5, 0]);
    // The owner's own anchor is at 0 above the hips, the other at 0.5: they are pulled together.
    expect(hero.findings.find(({ feature }) => feature === 'anchors apart')?.told).toContain('0.5 m apart');
  });

  test('have the sense of a ConfigurableJoint: a hinge counts the other way, swapped bodies too', () => {
    expect(jointOf(hingeJoint('hips', { min: -75, max: 10 })).x).toEqual([-10, 75]);
    expect(jointOf(configurableJoint('hips', { low: -10, high: 75 })).x).toEqual([-10, 75]);
    expect(jointOf(configurableJoint('hips', { low: -10, high: 75, m_SwapBodies: 1 })).x).toEqual([-75, 10]);
    expect(jointOf(characterJoint('hips', { low: -10, high: 75 })).x).toEqual([-10, 75]);
  });

  test('without limits are free where they turn', () => {
    expect(jointOf(hingeJoint('hips'))).toMatchObject({ angular: ['free', 'locked', 'locked'], x: [0, 0] });
    const loose = configurableJoint('hips', { m_AngularXMotion: 2, m_XMotion: 1, m_LinearLimit: { limit: 0.2 } });
    expect(jointOf(loose)).toMatchObject({
      angular: ['free', 'locked', 'locked'],
      linear: ['limited', 'locked', 'locked'],
      linearLimit: 0.2,
    });
  });

  test('that may come apart say how far and how softly; no room is a lock, unless a spring is there', () => {
    const rope = (limit: number, spring: number) =>
      configurableJoint('hips', {
        m_XMotion: 1,
        m_YMotion: 2,
        m_LinearLimit: { limit, bounciness: 0, contactDistance: 0 },
        m_LinearLimitSpring: { spring, damper: 3 },
      });
    expect(jointOf(rope(0.2, 90))).toMatchObject({
      linear: ['limited', 'free', 'locked'],
      linearLimit: 0.2,
      limitSprings: { linear: { spring: 90, damper: 3 } },
    });
    expect(reportMarkdown(heroOf(pair({ joint: rope(0.2, 90) })), 'a.svg')).toContain(
      'configurable, not held along y, held within 0.2 m along x',
    );
    expect(jointOf(rope(0, 90))).toMatchObject({ linear: ['limited', 'free', 'locked'], linearLimit: 0 });
    expect(jointOf(rope(0, 0))).toMatchObject({ linear: ['locked', 'free', 'locked'], linearLimit: 0 });
    expect(toldBy(pair({ joint: rope(0, 0) }))).toContain('assumed: limb: linear limit');
    expect(toldBy(pair({ joint: rope(0, 90) }))).not.toContain('assumed: limb: linear limit');
  });

  test('that may come apart tell what of them is not carried: a bounce, a drive, bodies swapped', () => {
    const bouncy = { m_LinearLimit: { limit: 1, bounciness: 0.5, contactDistance: 0 } };
    const loose = (more: Parameters<typeof configurableJoint>[1]) => pair({ joint: configurableJoint('hips', more) });
    expect(toldBy(loose({ ...bouncy, m_XMotion: 1 }))).toContain('lost: limb: bounciness of a limit');
    expect(toldBy(loose(bouncy))).not.toContain('lost: limb: bounciness of a limit');
    const driven = { m_XDrive: driveFields(9, 1) };
    expect(heroOf(loose({ ...driven, m_XMotion: 2 })).rig.cannotCarry).toMatchObject([{ feature: 'linear drive' }]);
    expect(heroOf(loose(driven)).rig.cannotCarry).toEqual([]);
    const swapped = 'Swap Bodies of a joint that is not held in place';
    expect(heroOf(loose({ m_SwapBodies: 1, m_ZMotion: 2 })).rig.cannotCarry).toMatchObject([{ feature: swapped }]);
    expect(heroOf(loose({ m_SwapBodies: 1 })).rig.cannotCarry).toEqual([]);
  });

  test('whose anchors lie apart along an axis that is free pull nothing together', () => {
    const gap = { m_AutoConfigureConnectedAnchor: false, m_ConnectedAnchor: [0, 0.25, 0] } as const;
    const toldOf = (more: object) => toldBy(pair({ joint: configurableJoint('hips', { ...gap, ...more }) }));
    expect(toldOf({})).toContain('note: limb: anchors apart');
    expect(toldOf({ m_YMotion: 2 })).not.toContain('note: limb: anchors apart');
    expect(toldOf({ m_YMotion: 1, m_LinearLimit: { limit: 2 } })).not.toContain('note: limb: anchors apart');
    expect(toldOf({ m_YMotion: 1, m_LinearLimit: { limit: 0.1 } })).toContain('note: limb: anchors apart');
  });

  test('turn as Unity has it in each of the 27 ways', () => {
    const words = ['locked', 'limited', 'free'] as const;
    for (let way = 0; way < 27; way++) {
      const [x, y, z] = [9, 3, 1].map((digit) => Math.floor(way / digit) % 3) as [number, number, number];
      const motions = { m_AngularXMotion: x, m_AngularYMotion: y, m_AngularZMotion: z };
      const joint = jointOf(configurableJoint('hips', { low: -20, high: 25, y: 15, z: 10, ...motions }));
      expect(joint.angular).toEqual([words[x], words[y], words[z]]);
      expect(joint).toMatchObject({
        x: x === 1 ? [-20, 25] : [0, 0],
        y: y === 1 ? 15 : 0,
        z: z === 1 ? 10 : 0,
      });
    }
  });

  test('tell drives and soft limits of their own', () => {
    const driven = configurableJoint('hips', {
      high: 20,
      m_SlerpDrive: driveFields(300, 30, 100),
      m_AngularXLimitSpring: { spring: 50, damper: 5 },
    });
    expect(jointOf(driven)).toMatchObject({
      drive: { kind: 'slerp', stiffness: 300, damping: 30, max: 100 },
      limitSprings: { x: { spring: 50, damper: 5 } },
    });
    const twist = configurableJoint('hips', { high: 20, m_RotationDriveMode: 0, m_AngularXDrive: driveFields(9, 1) });
    expect(jointOf(twist).drive).toEqual({ kind: 'x-yz', x: { stiffness: 9, damping: 1, max: null } });
    const sprung = hingeJoint('hips', { m_UseSpring: true, m_Spring: { spring: 7, damper: 1, targetPosition: 30 } });
    expect(jointOf(sprung).drive).toMatchObject({ kind: 'x-yz', x: { stiffness: 7 } });
  });

  test('of a hinge tell its motor, the target of its spring and a spring per inertia, where they are switched on', () => {
    const toldOf = (more: object) => toldBy(pair({ joint: hingeJoint('hips', { min: -20, max: 20, ...more }) }));
    const all = {
      m_Motor: { targetVelocity: 90, force: 12, freeSpin: 0 },
      m_Spring: { spring: 7, damper: 1, targetPosition: 30 },
      m_UseAcceleration: true,
    };
    const [motor, target, perMass] = ['motor of a HingeJoint', 'target of a spring', 'drive by acceleration'].map(
      (feature) => `lost: limb: ${feature}`,
    );
    const on = toldOf({ ...all, m_UseMotor: true, m_UseSpring: true });
    for (const finding of [motor, target, perMass]) expect(on).toContain(finding);
    for (const finding of [motor, target, perMass]) expect(toldOf(all)).not.toContain(finding);
    expect(toldOf({ ...all, m_UseMotor: true })).toContain(motor);
    expect(toldOf({ m_UseSpring: true, m_Spring: { spring: 7, damper: 1 } })).not.toContain(target);
    const { findings, rig } = heroOf(pair({ joint: hingeJoint('hips', { ...all, m_UseMotor: true }) }));
    expect(findings.find(({ feature }) => feature === 'motor of a HingeJoint')?.told).toBe(
      'turns at 90 degrees/s with up to 12 N m in Unity; it is left out',
    );
    // What is left out does not keep it from training.
    expect(rig.cannotCarry).toEqual([]);
  });

  test('tell targets of their own that a drive has, and not those that nothing drives to', () => {
    const aimed = { m_TargetRotation: QUARTER.z, m_TargetAngularVelocity: [3, 0, 0] };
    const toldOf = (more: object) => toldBy(pair({ joint: configurableJoint('hips', { high: 20, ...more }) }));
    for (const feature of ['target rotation', 'target angular velocity']) {
      expect(toldOf({ ...aimed, m_SlerpDrive: driveFields(300, 30) })).toContain(`lost: limb: ${feature}`);
      expect(toldOf(aimed)).not.toContain(`lost: limb: ${feature}`);
      expect(toldOf({ m_SlerpDrive: driveFields(300, 30) })).not.toContain(`lost: limb: ${feature}`);
    }
  });

  test('tell a limit that bounces, which no world carries, where there is a limit', () => {
    const bouncy = (bounciness: number) => ({ min: -20, max: 20, bounciness });
    const told = 'lost: limb: bounciness of a limit';
    expect(toldBy(pair({ joint: hingeJoint('hips', { min: 0, m_Limits: bouncy(0.5) }) }))).toContain(told);
    expect(toldBy(pair({ joint: hingeJoint('hips', { m_Limits: bouncy(0.5) }) }))).not.toContain(told);
    expect(toldBy(pair({ joint: hingeJoint('hips', { min: 0, m_Limits: bouncy(0) }) }))).not.toContain(told);
    const swings = { low: -20, high: 20, y: 10, m_Swing1Limit: { limit: 10, bounciness: 0.3, contactDistance: 0 } };
    expect(toldBy(pair({ joint: characterJoint('hips', swings) }))).toContain(told);
  });

  test('turn axes given in the world into those of the body', () => {
    const inWorld = configurableJoint('hips', { high: 20, m_ConfiguredInWorldSpace: 1 });
    // The body lies a quarter turn about z: the world's x is its -y.
    closeTo(jointOf(inWorld, { turn: QUARTER.z }).axis, [0, -1, 0]);
    closeTo(jointOf(configurableJoint('hips', { high: 20 }), { turn: QUARTER.z }).axis, [1, 0, 0]);
  });

  test('take another secondary axis where theirs lies along the axis, and x where they have none', () => {
    const parallel = pair({ joint: configurableJoint('hips', { high: 20, m_SecondaryAxis: [2, 0, 0] }) });
    const { axis, secondaryAxis } = bodyOf(heroOf(parallel), 'limb').joints[0]!;
    expect(axis[0] * secondaryAxis[0] + axis[1] * secondaryAxis[1] + axis[2] * secondaryAxis[2]).toBeCloseTo(0, 6);
    expect(toldBy(parallel)).toContain('assumed: limb: secondary axis');
    expect(jointOf(configurableJoint('hips', { high: 20, m_Axis: [0, 0, 0] })).axis).toEqual([1, 0, 0]);
  });

  test('have limits that can be held: lows below highs, none beyond 177 degrees, 0 is locked', () => {
    expect(jointOf(configurableJoint('hips', { low: 30, high: -30 })).x).toEqual([-30, 30]);
    expect(jointOf(configurableJoint('hips', { low: -300, high: 0, y: 200 }))).toMatchObject({ x: [-177, 0], y: 177 });
    const zero = characterJoint('hips', { low: -20, high: 20, y: 0, z: 15 });
    expect(jointOf(zero).angular).toEqual(['limited', 'locked', 'limited']);
  });

  test('to the world, of a spring, to an inactive body or to nothing in the file are told each by name', () => {
    const toWorld = heroOf([
      ...pair(),
      {
        name: 'tail',
        parent: 'hips',
        components: [rigidbody(), sphere({ radius: 0.1 }), fixedJoint('hips'), configurableJoint(undefined)],
      },
    ]);
    expect(bodyOf(toWorld, 'tail').joints.map(({ type, connectedTo }) => [type, connectedTo])).toEqual([
      ['fixed', 'hips'],
      ['configurable', null],
    ]);
    const more = (joint: NonNullable<ObjectRow['components']>[number]): ObjectRow[] => [
      ...pair(),
      { name: 'ghost', parent: 'Hero', isActive: false, components: [rigidbody()] },
      { name: 'tail', parent: 'hips', components: [rigidbody(), sphere({ radius: 0.1 }), fixedJoint('hips'), joint] },
    ];
    expect(toldBy(more(springJoint('hips')))).toContain('lost: tail: SpringJoint');
    expect(toldBy(more(hingeJoint('ghost')))).toContain('lost: tail: HingeJoint');
    expect(heroOf(more(hingeJoint('ghost'))).rig.cannotCarry).toEqual([]);
    expect(heroOf(more(hingeJoint(`{fileID: 5400000, guid: ${guid(9)}, type: 3}`))).rig.cannotCarry).toMatchObject([
      { body: 'tail', feature: 'HingeJoint' },
    ]);
  });
});
