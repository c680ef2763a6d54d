/** The physics of a project against those of the training. */
import { describe, expect, test } from 'vitest';
import { deploy } from '../../deploy-unity/deploy.ts';
import { trainedPhysics } from '../../pipeline/stages/deploy-physics.ts';
import { guid, HEAD, instance } from '../unity-assets/project.ts';
import { ASSET, ASSET_GUID, INFERENCE_ENGINE, modelFile, read, refusal, snapshot, unityProject } from './projects.ts';

const script = (id: string) => `m_Script: {fileID: 11500000, guid: ${id}, type: 3}`;

/** What the training has, in the words of Unity's files; each value can be another one. */
const GOOD = {
  gravity: '-14.715',
  iterations: '12',
  solver: '0',
  friction: '0',
  offset: '0.01',
  bounce: '2',
  step: ' 0.01333',
  period: '5',
  spring: '40000',
  mass: '8',
  drag: 'm_Drag: 0.05',
  low: '-20',
  swing: '20',
  motion: '1',
  joint: '',
};

function files(changed: Partial<typeof GOOD> = {}, more: Record<string, string> = {}): Record<string, string> {
  const it = { ...GOOD, ...changed };
  return {
    'ProjectSettings/DynamicsManager.asset': `${HEAD}--- !u!55 &1
PhysicsManager:
  m_Gravity: {x: 0, y: ${it.gravity}, z: 0}
  m_BounceThreshold: ${it.bounce}
  m_DefaultContactOffset: ${it.offset}
  m_DefaultSolverIterations: ${it.iterations}
  m_DefaultSolverVelocityIterations: 12
  m_FrictionType: ${it.friction}
  m_SolverType: ${it.solver}
`,
    'ProjectSettings/TimeManager.asset': `${HEAD}--- !u!5 &1\nTimeManager:\n  Fixed Timestep:${it.step}\n  m_TimeScale: 1\n`,
    'Assets/Walker.prefab': `${HEAD}--- !u!1 &10
GameObject:
  m_Name: Walker
--- !u!4 &11
Transform:
  m_GameObject: {fileID: 10}
  m_Father: {fileID: 0}
--- !u!114 &12
MonoBehaviour:
  m_GameObject: {fileID: 10}
  ${script('5d1c4e0b1822b495aa52bc52839ecb30')}
  m_Model: {fileID: 5022602860645237092, guid: ${ASSET_GUID}, type: 3}
  m_BehaviorName: Walker
--- !u!114 &13
MonoBehaviour:
  m_GameObject: {fileID: 10}
  ${script('3a5c9d521e5ef4759a8246a07d52221e')}
  DecisionPeriod: ${it.period}
--- !u!114 &14
MonoBehaviour:
  m_GameObject: {fileID: 10}
  ${script('1b29724baddfa457da6eeab446fa49ca')}
  maxJointSpring: ${it.spring}
  jointDampen: 5000
  maxJointForceLimit: 20000
--- !u!1 &20
GameObject:
  m_Name: chest
--- !u!4 &21
Transform:
  m_GameObject: {fileID: 20}
  m_Father: {fileID: 11}
--- !u!54 &22
Rigidbody:
  m_GameObject: {fileID: 20}
  m_Mass: ${it.mass}
  ${it.drag}
  m_AngularDrag: 0.05
--- !u!153 &23
ConfigurableJoint:
  m_GameObject: {fileID: 20}
  m_AngularXMotion: 1
  m_AngularYMotion: ${it.motion}
  m_AngularZMotion: 1
  m_LowAngularXLimit:
    limit: ${it.low}
  m_HighAngularXLimit:
    limit: 20
  m_AngularYLimit:
    limit: ${it.swing}
  m_AngularZLimit:
    limit: 15
${it.joint}`,
    'Assets/Walker.prefab.meta': `guid: ${guid(1)}\n`,
    ...more,
  };
}

async function drift(of: Record<string, string>, applyPhysics = false) {
  const project = unityProject(INFERENCE_ENGINE, of);
  const request = { model: modelFile(), unityProject: project, asset: ASSET, physics: trainedPhysics(), applyPhysics };
  const result = await deploy(request);
  const told = result.drift.map(({ what, current, wanted, unit }) => `${what} ${current} -> ${wanted} ${unit}`.trim());
  return { project, result, told };
}

test('a project that has what the training had is not warned about', async () => {
  const { result, told } = await drift(files());
  expect(told).toEqual([]);
  expect(result.warnings).toEqual([]);
});

describe('each number that differs is told, with what it is and what it should be', () => {
  test.each<[Partial<typeof GOOD>, string]>([
    [{ step: ' 0.02' }, 'fixed timestep 0.02 -> 0.01333 s'],
    [
      { step: '\n    m_Count: 2822399\n    m_Rate:\n      m_Denominator: 1\n      m_Numerator: 141120000' },
      'fixed timestep 0.01999999 -> 0.01333 s',
    ],
    [{ gravity: '-9.81' }, 'gravity 9.81 -> 14.715 m/s2 down'],
    [{ iterations: '6' }, 'solver iterations 6 -> 12'],
    [{ solver: '1' }, 'solver type temporal Gauss-Seidel -> projected Gauss-Seidel'],
    [{ friction: '1' }, 'friction type one directional -> patch'],
    [{ offset: '0.05' }, 'default contact offset 0.05 -> 0.01 m'],
    [{ bounce: '0.5' }, 'bounce threshold 0.5 -> 2 m/s'],
    [{ period: '4' }, 'decision period 4 -> 5 steps'],
    [{ spring: '3000' }, 'drive spring 3000 -> 40000 N m/rad'],
    [{ mass: '9' }, 'mass of chest 9 -> 8 kg'],
    [{ drag: 'm_LinearDamping: 0' }, 'linear damping of chest 0 -> 0.05 1/s'],
    [{ low: '-45' }, 'lower twist limit of chest -45 -> -20 degrees'],
    [{ swing: '5' }, 'swing limit about y of chest 5 -> 20 degrees'],
    [{ motion: '0' }, 'swing limit about y of chest 0 -> 20 degrees'],
    [{ motion: '2' }, 'swing limit about y of chest 180 -> 20 degrees'],
  ])('%o', async (changed, expected) => {
    const { told, result } = await drift(files(changed));
    expect(told).toEqual([expected]);
    expect(result.warnings).toMatchObject([{ code: 'physics-drift', message: expect.stringContaining(expected) }]);
  });

  test('and what a missing settings file leaves to Unity', async () => {
    const { 'ProjectSettings/TimeManager.asset': _, ...without } = files();
    expect((await drift(without)).told).toEqual(['fixed timestep 0.02 -> 0.01333 s']);
  });
});

describe('a joint', () => {
  /** The project with a joint of another kind in the chest. */
  function withJoint(text: string): Record<string, string> {
    const all = files();
    const prefab = all['Assets/Walker.prefab']!;
    return { ...all, 'Assets/Walker.prefab': prefab.slice(0, prefab.indexOf('--- !u!153')) + text };
  }
  const limit = (name: string, value: number, bounciness = 0) =>
    `  ${name}:\n    limit: ${value}\n    bounciness: ${bounciness}\n    contactDistance: 0\n`;
  const spring = (name: string, value: number) => `  ${name}:\n    spring: ${value}\n    damper: 0\n`;
  const common = '  m_BreakForce: Infinity\n  m_EnableCollision: 0\n  m_MassScale: 1\n  m_ConnectedMassScale: 1\n';

  const character = (twist: number, swing1: number, more = '') =>
    `--- !u!144 &23\nCharacterJoint:\n  m_GameObject: {fileID: 20}\n${spring('m_TwistLimitSpring', 0)}${limit('m_LowTwistLimit', twist)}${limit('m_HighTwistLimit', 20)}${spring('m_SwingLimitSpring', 0)}${limit('m_Swing1Limit', swing1)}${limit('m_Swing2Limit', 15)}${common}${more}`;
  const OF_CHEST = 'joint of chest CharacterJoint (has no drive) -> ConfigurableJoint';

  test('of a CharacterJoint is told, and its limits where they differ', async () => {
    expect((await drift(withJoint(character(-20, 20)))).told).toEqual([OF_CHEST]);
    expect((await drift(withJoint(character(-45, 5)))).told).toEqual([
      OF_CHEST,
      'lower twist limit of chest -45 -> -20 degrees',
      'swing limit about y of chest 5 -> 20 degrees',
    ]);
  });

  const hinge = (min: number, max: number, more: string) =>
    `--- !u!59 &23\nHingeJoint:\n  m_GameObject: {fileID: 20}\n  m_Limits:\n    min: ${min}\n    max: ${max}\n    bounciness: 0\n${common}${more}`;

  test('of a HingeJoint is told, with limits the other way round, and its spring and motor', async () => {
    const kind = 'joint of chest HingeJoint (has no slerp drive) -> ConfigurableJoint';
    const locked = ['swing limit about y of chest 0 -> 20 degrees', 'swing limit about z of chest 0 -> 15 degrees'];
    expect((await drift(withJoint(hinge(-20, 20, '  m_UseLimits: 1\n')))).told).toEqual([kind, ...locked]);
    expect((await drift(withJoint(hinge(-75, 0, '  m_UseLimits: 1\n')))).told).toEqual([
      kind,
      'lower twist limit of chest 0 -> -20 degrees',
      'upper twist limit of chest 75 -> 20 degrees',
      ...locked,
    ]);
    const driven = `  m_UseLimits: 0\n  m_UseSpring: 1\n  m_Spring:\n    spring: 200\n    damper: 3\n  m_UseMotor: 1\n  m_Motor:\n    targetVelocity: 90\n    force: 50\n`;
    expect((await drift(withJoint(hinge(-20, 20, driven)))).told).toEqual([
      kind,
      'lower twist limit of chest -180 -> -20 degrees',
      'upper twist limit of chest 180 -> 20 degrees',
      ...locked,
      'spring of chest on (200, damper 3) -> off',
      'motor of chest on (90 degrees/s, force 50) -> off',
    ]);
  });

  test('of a FixedJoint, and none at all, are told by their names', async () => {
    const fixed = `--- !u!138 &23\nFixedJoint:\n  m_GameObject: {fileID: 20}\n`;
    expect((await drift(withJoint(fixed))).told).toEqual(['joint of chest FixedJoint -> ConfigurableJoint']);
    expect((await drift(withJoint(''))).told).toEqual(['joint of chest none of its own -> ConfigurableJoint']);
    const both = character(-45, 5) + fixed.replace('&23', '&24');
    expect((await drift(withJoint(both))).told).toContain('number of joints of chest 2 -> 1');
  });

  test.each([
    [spring('m_AngularXLimitSpring', 30), 'twist limit spring of chest 30 -> 0 N m/rad'],
    [spring('m_AngularYZLimitSpring', 7), 'swing limit spring of chest 7 -> 0 N m/rad'],
    ['  m_XMotion: 2\n', 'motion along x of chest free -> locked'],
    ['  m_ZMotion: 1\n', 'motion along z of chest limited -> locked'],
    ['  m_RotationDriveMode: 0\n', 'rotation drive mode of chest X and YZ -> slerp'],
    ['  m_EnableCollision: 1\n', 'collision with the connected body of chest on -> off'],
    ['  m_MassScale: 0.1\n', 'mass scale of chest 0.1 -> 1'],
    ['  m_ConnectedMassScale: 2\n', 'mass scale of the connected body of chest 2 -> 1'],
    ['  m_BreakForce: 500\n', 'break force of chest 500 -> none'],
    ['  m_BreakTorque: 40\n', 'break torque of chest 40 -> none'],
  ])('%j of a ConfigurableJoint is told', async (joint, expected) => {
    expect((await drift(files({ joint }))).told).toEqual([expected]);
  });

  test('of a ConfigurableJoint that has all that in the way of the training is not', async () => {
    const joint = `${spring('m_AngularXLimitSpring', 0)}${common}  m_XMotion: 0\n  m_RotationDriveMode: 1\n  m_BreakTorque: 3.4028235e+38\n`;
    expect((await drift(files({ joint }))).told).toEqual([]);
  });

  test('whose limits bounce is told', async () => {
    const text = files()['Assets/Walker.prefab']!.replace('    limit: -20\n', '    limit: -20\n    bounciness: 0.5\n');
    expect((await drift({ ...files(), 'Assets/Walker.prefab': text })).told).toEqual([
      'bounciness of a limit of chest 0.5 -> 0',
    ]);
  });
});

describe('a scene', () => {
  const overrides = (multiplier: number, step: number) => `--- !u!1 &900
GameObject:
  m_Name: Settings
  m_IsActive: 1
--- !u!114 &901
MonoBehaviour:
  m_GameObject: {fileID: 900}
  m_Enabled: 1
  ${script('ec51f47c5ed0478080c449c74fd9c154')}
  gravityMultiplier: ${multiplier}
  fixedDeltaTime: ${step}
  solverIterations: 12
  solverVelocityIterations: 12
`;
  const inProject = { gravity: '-9.81', step: ' 0.02', iterations: '6' };
  const scene = (text: string) => ({ 'Assets/Game.unity': HEAD + instance(500, guid(1), []) + text });

  test('that sets its own physics counts, not the project', async () => {
    expect((await drift(files(inProject, scene(overrides(1.5, 0.01333))))).told).toEqual([]);
    const { told, result } = await drift(files(inProject, scene(overrides(1, 0.02))));
    expect(told).toEqual(['fixed timestep 0.02 -> 0.01333 s', 'gravity 9.81 -> 14.715 m/s2 down']);
    expect(result.warnings.map(({ where }) => where)).toEqual(['Assets/Game.unity']);
  });

  test('whose component is switched off does not', async () => {
    const off = overrides(1.5, 0.01333).replace('m_Enabled: 1', 'm_Enabled: 0');
    expect((await drift(files(inProject, scene(off)))).told).toHaveLength(3);
    const inactive = overrides(1.5, 0.01333).replace('m_IsActive: 1', 'm_IsActive: 0');
    expect((await drift(files(inProject, scene(inactive)))).told).toHaveLength(3);
  });

  test('that overrides a number of the agent is told, and what it leaves as it is not told twice', async () => {
    const changes = [{ target: '13', path: 'DecisionPeriod', value: '10' }];
    const text = HEAD + instance(500, guid(1), changes) + instance(564, guid(1), []);
    const { result } = await drift(files({ mass: '9' }, { 'Assets/Game.unity': text }));
    expect(result.drift.map(({ where, what }) => `${where} ${what}`)).toEqual([
      'Assets/Game.unity decision period',
      'Assets/Walker.prefab mass of chest',
    ]);
  });

  test('is written into by --apply-physics where it sets its own physics', async () => {
    const { project, told } = await drift(files(inProject, scene(overrides(1, 0.02))), true);
    expect(told).toEqual([]);
    expect(read(project, 'Assets/Game.unity')).toBe(scene(overrides(1.5, 0.01333))['Assets/Game.unity']);
    expect(read(project, 'ProjectSettings/DynamicsManager.asset')).toContain('y: -9.81');
  });
});

describe('--apply-physics', () => {
  test('writes what is safe and leaves gravity, masses and joints to people', async () => {
    const wrong = { gravity: '-9.81', iterations: '6', step: ' 0.02', period: '4', mass: '9', low: '-45' };
    const { project, told, result } = await drift(files(wrong), true);
    expect(told).toEqual([
      'gravity 9.81 -> 14.715 m/s2 down',
      'mass of chest 9 -> 8 kg',
      'lower twist limit of chest -45 -> -20 degrees',
    ]);
    const left = files({ gravity: '-9.81', mass: '9', low: '-45' });
    for (const path of Object.keys(left)) expect(read(project, path), path).toBe(left[path]);
    expect(result.warnings.map(({ message }) => message)).toEqual([
      expect.stringContaining('Yours to change: gravity (everything in the game would fall faster or slower).'),
      expect.stringContaining("bodies and joints are their author's work"),
    ]);
  });

  test("writes Unity 6's ticks as Unity does", async () => {
    const ticks = (count: number) =>
      `\n    m_Count: ${count}\n    m_Rate:\n      m_Denominator: 1\n      m_Numerator: 141120000`;
    const { project, told } = await drift(files({ step: ticks(2822399) }), true);
    expect(told).toEqual([]);
    // The count that the example project has.
    expect(read(project, 'ProjectSettings/TimeManager.asset')).toBe(
      files({ step: ticks(1881129) })['ProjectSettings/TimeManager.asset'],
    );
  });

  test('is refused while the Editor is open, which would write its own settings back', async () => {
    const editor = { 'Library/EditorInstance.json': JSON.stringify({ process_id: process.pid }) };
    const project = unityProject(INFERENCE_ENGINE, files({ iterations: '6' }, editor));
    const before = snapshot(project);
    const request = {
      model: modelFile(),
      unityProject: project,
      asset: ASSET,
      physics: trainedPhysics(),
      applyPhysics: true,
    };
    expect(await refusal(deploy(request))).toContain('the Unity Editor has this project open');
    expect(snapshot(project)).toEqual(before);
  });

  test('writes to the agent that is bound in the same go', async () => {
    const unbound = files({ period: '4' });
    unbound['Assets/Walker.prefab'] = unbound['Assets/Walker.prefab']!.replace(/m_Model: .*/, 'm_Model: {fileID: 0}');
    const project = unityProject(INFERENCE_ENGINE, unbound);
    const bind = [{ path: 'Assets/Walker.prefab' }];
    await deploy({
      model: modelFile(),
      unityProject: project,
      asset: ASSET,
      bind,
      physics: trainedPhysics(),
      applyPhysics: true,
    });
    expect(read(project, 'Assets/Walker.prefab')).toBe(files()['Assets/Walker.prefab']);
  });
});
