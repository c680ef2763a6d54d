import { describe, expect, test } from 'vitest';
import { deploy } from '../../deploy-unity/deploy.ts';
import type { ModelContract } from '../../deploy-unity/references.ts';
import { idOfCopy } from '../../unity-assets/prefab-instance.ts';
import { gameObject, HEAD, instance, type Override } from '../unity-assets/project.ts';
import { ASSET, ASSET_GUID, INFERENCE_ENGINE, LFS_POINTER, modelFile, unityProject } from './projects.ts';

const contract: ModelContract = { observationSize: 243, actionSize: 39 };
const BASE_GUID = 'dd62a2a5a838943fba3d2cbb377a75b3';

function prefab({
  observations = 243,
  stacked = 1,
  actions = 39,
  behaviorType = 0,
  model = ASSET_GUID,
  fileId = '5022602860645237092',
} = {}): string {
  return `%YAML 1.1
%TAG !u! tag:unity3d.com,2011:
--- !u!1 &1
GameObject:
  m_Name: Walker
--- !u!114 &3599283675615088294
MonoBehaviour:
  m_Script: {fileID: 11500000, guid: 5d1c4e0b1822b495aa52bc52839ecb30, type: 3}
  m_BrainParameters:
    VectorObservationSize: ${observations}
    NumStackedVectorObservations: ${stacked}
    m_ActionSpec:
      m_NumContinuousActions: ${actions}
      BranchSizes:${' '}
  m_Model: {fileID: ${fileId}, guid: ${model}, type: 3}
  m_BehaviorType: ${behaviorType}
  m_BehaviorName: Walker
`;
}

/** A prefab instance that gives the base prefab its model, with lines wrapped as Unity wraps them. */
const platform = `%YAML 1.1
--- !u!1001 &5
PrefabInstance:
  m_Modification:
    m_TransformParent: {fileID: 0}
    m_Modifications:
    - target: {fileID: 3599283675615088294, guid: ${BASE_GUID},
        type: 3}
      propertyPath: m_Model
      value:${' '}
      objectReference: {fileID: 5022602860645237092, guid: ${ASSET_GUID},
        type: 3}
    - target: {fileID: 3599283675615088294, guid: ${BASE_GUID}, type: 3}
      propertyPath: m_BrainParameters.NumStackedVectorObservations
      value: 2
      objectReference: {fileID: 0}
  m_SourcePrefab: {fileID: 100100000, guid: ${BASE_GUID}, type: 3}
`;

async function deployed(files: Record<string, string>, sizes: ModelContract | null = contract) {
  const project = unityProject(INFERENCE_ENGINE, files);
  return deploy({
    model: modelFile(),
    unityProject: project,
    asset: ASSET,
    ...(sizes ? { contract: sizes } : {}),
  });
}

test('prefabs and scenes that refer to the model are found by its GUID', async () => {
  const { references, warnings } = await deployed({
    'Assets/B.unity': prefab(),
    'Assets/Deep/A.prefab': prefab(),
    'Assets/Other.prefab': prefab({ model: BASE_GUID }),
    'Assets/notes.txt': prefab(),
    'Assets/Ignored~/C.prefab': prefab(),
  });
  expect(references).toEqual(['Assets/B.unity', 'Assets/Deep/A.prefab']);
  expect(warnings).toEqual([]);
});

test('a model that nothing refers to is told, with what to do', async () => {
  const { references, warnings } = await deployed({ 'Assets/Other.prefab': prefab({ model: BASE_GUID }) });
  expect(references).toEqual([]);
  expect(warnings).toMatchObject([{ code: 'not-referenced', message: expect.stringContaining('Behavior Parameters') }]);
});

describe('Behavior Parameters bound to the model are warned about', () => {
  const only = async (parameters: Parameters<typeof prefab>[0], sizes: ModelContract | null = contract) => {
    const { warnings } = await deployed({ 'Assets/Walker.prefab': prefab(parameters) }, sizes);
    return warnings.map(({ code, message, where }) => `${code} ${where}: ${message}`);
  };

  test('where they have other sizes than the model', async () => {
    expect(await only({ observations: 126 })).toEqual([
      'size-mismatch Assets/Walker.prefab: Behavior Parameters "Walker" has 126 observations, and the model has 243.',
    ]);
    expect(await only({ stacked: 2 })).toEqual([expect.stringContaining('has 486 observations')]);
    expect(await only({ actions: 20 })).toEqual([expect.stringContaining('has 20 continuous actions')]);
  });

  test("but not for sizes where the model's are not given", async () => {
    expect(await only({ observations: 126 }, null)).toEqual([]);
  });

  test('nor where they tell the size of one sensor of several', async () => {
    const sizes = { ...contract, sensors: [{ size: 117 }, { size: 126 }] };
    expect(await only({ observations: 126 }, sizes)).toEqual([]);
    expect(await only({ observations: 125 }, sizes)).toEqual([expect.stringContaining('has 125 observations')]);
  });

  test('where they refer to a local id that only Unity before 2019 used', async () => {
    expect(await only({ fileId: '11400000' })).toEqual([expect.stringContaining('stale-file-id')]);
  });

  test('where they ignore their model', async () => {
    expect(await only({ behaviorType: 1 })).toEqual([expect.stringContaining('heuristic-only')]);
  });

  test('where an override in another prefab binds them', async () => {
    const { references, warnings } = await deployed({
      'Assets/Ragdoll.prefab': prefab({ model: 'f'.repeat(32), actions: 20 }),
      'Assets/Ragdoll.prefab.meta': `fileFormatVersion: 2\nguid: ${BASE_GUID}\n`,
      'Assets/Platform.prefab': platform,
    });
    expect(references).toEqual(['Assets/Platform.prefab']);
    expect(warnings.map(({ message }) => message)).toEqual([
      'Behavior Parameters "Walker" has 486 observations, and the model has 243.',
      'Behavior Parameters "Walker" has 20 continuous actions, and the model has 39.',
    ]);
  });

  test('but not where the prefab that an override speaks of is not there', async () => {
    const { references, warnings } = await deployed({ 'Assets/Platform.prefab': platform });
    expect(references).toEqual(['Assets/Platform.prefab']);
    expect(warnings).toEqual([]);
  });
});

describe('what is in effect counts, wherever it is said', () => {
  const ragdoll = {
    'Assets/Ragdoll.prefab': prefab(),
    'Assets/Ragdoll.prefab.meta': `fileFormatVersion: 2\nguid: ${BASE_GUID}\n`,
  };
  const told = async (files: Record<string, string>, sizes: ModelContract | null = contract) => {
    const { warnings } = await deployed(files, sizes);
    return warnings.map(({ code, where, message }) => `${code} ${where}: ${message}`);
  };
  const target = '3599283675615088294';
  const sceneWith = (...overrides: Override[]) => HEAD + instance(500, BASE_GUID, overrides);

  test('sizes and behaviour type overridden in a scene', async () => {
    const scene = sceneWith(
      { target, path: 'm_BrainParameters.VectorObservationSize', value: '100' },
      { target, path: 'm_BehaviorType', value: '1' },
    );
    expect(await told({ ...ragdoll, 'Assets/Game.unity': scene })).toEqual([
      'heuristic-only Assets/Game.unity: Behavior Parameters "Walker" has Behavior Type "Heuristic Only" and ignores its model.',
      'size-mismatch Assets/Game.unity: Behavior Parameters "Walker" has 100 observations, and the model has 243.',
    ]);
  });

  test('a wrong size that a scene puts right is told of the prefab alone', async () => {
    const scene = sceneWith({ target, path: 'm_BrainParameters.VectorObservationSize', value: '243' });
    const files = { ...ragdoll, 'Assets/Ragdoll.prefab': prefab({ observations: 100 }), 'Assets/Game.unity': scene };
    expect(await told(files)).toEqual([expect.stringContaining('size-mismatch Assets/Ragdoll.prefab')]);
    const plain = { ...files, 'Assets/Game.unity': sceneWith() };
    expect(await told(plain)).toEqual([expect.stringContaining('size-mismatch Assets/Ragdoll.prefab')]);
  });

  test('a model that an override removes', async () => {
    const scene = sceneWith({ target, path: 'm_Model' });
    expect(await told({ ...ragdoll, 'Assets/Game.unity': scene })).toEqual([
      'model-removed Assets/Game.unity: Behavior Parameters "Walker" has the model in its prefab, and an override here removes it.',
    ]);
  });

  test('variants of variants', async () => {
    const variant = HEAD + instance(500, BASE_GUID, []);
    const inVariant = idOfCopy(target, '500');
    const outer = HEAD + instance(600, 'c'.repeat(32), [{ target: inVariant, path: 'm_BehaviorType', value: '1' }]);
    const files = {
      ...ragdoll,
      'Assets/Variant.prefab': variant,
      'Assets/Variant.prefab.meta': `guid: ${'c'.repeat(32)}\n`,
      'Assets/Outer.prefab': outer,
    };
    expect(await told(files)).toEqual([expect.stringContaining('heuristic-only Assets/Outer.prefab')]);
  });

  test('ten agents of one scene with the same oddity make one warning', async () => {
    const type = { target, path: 'm_BehaviorType', value: '1' };
    const scene = HEAD + Array.from({ length: 10 }, (_, each) => instance(500 + 64 * each, BASE_GUID, [type])).join('');
    expect(await told({ ...ragdoll, 'Assets/Game.unity': scene })).toEqual([
      expect.stringContaining('its model. (10 agents)'),
    ]);
  });

  test('discrete branches, in either of their forms', async () => {
    const packed = prefab().replace('BranchSizes: ', 'BranchSizes: 0300000002000000');
    expect(await told({ 'Assets/A.prefab': packed })).toEqual([
      expect.stringContaining('discrete branches of 3, 2, and'),
    ]);
    const listed = prefab().replace('BranchSizes: ', 'BranchSizes:\n      - 3');
    expect(await told({ 'Assets/A.prefab': listed })).toEqual([expect.stringContaining('discrete branches of 3, and')]);
  });

  test('what ML-Agents 1.x and the fields before ActionSpec say', async () => {
    const old = prefab().replace(
      /m_ActionSpec:\n.*\n.*\n/,
      'VectorActionSize: 14000000\n    VectorActionSpaceType: 1\n    hasUpgradedBrainParametersWithActionSpec: 0\n',
    );
    expect(await told({ 'Assets/A.prefab': old })).toEqual([expect.stringContaining('has 20 continuous actions')]);
    const lower = prefab({ observations: 100 }).replace('VectorObservationSize', 'vectorObservationSize');
    expect(await told({ 'Assets/A.prefab': lower })).toEqual([expect.stringContaining('has 100 observations')]);
  });

  test('sensors of the agent, and of its children where it uses those', async () => {
    const ray = `114\nMonoBehaviour:\n  m_GameObject: {OWNER}\n  m_Script: {fileID: 11500000, guid: 6bb6b867a41448888c1cd4f99643ad71, type: 3}\n`;
    const agentOn = (owner: number, children: number) =>
      prefab()
        .replace(
          /--- !u!1 &1\nGameObject:\n {2}m_Name: Walker\n/,
          gameObject(10, 'Walker') + gameObject(20, 'Head', { father: '11', component: ray }),
        )
        .replaceAll('  m_Script:', `  m_GameObject: {fileID: ${owner}}\n  m_UseChildSensors: ${children}\n  m_Script:`)
        .replace(/(MonoBehaviour:\n {2}m_GameObject: \{fileID: 20\}\n) {2}m_GameObject.*\n {2}m_Use.*\n/, '$1');
    const withChildren = await told({ 'Assets/A.prefab': agentOn(10, 1) });
    expect(withChildren).toEqual([
      'extra-sensors Assets/A.prefab: Behavior Parameters "Walker" observes by Ray Perception Sensor 3D on Head too: 2 inputs, and the model has 1.',
    ]);
    expect(await told({ 'Assets/A.prefab': agentOn(10, 0) })).toEqual([]);
    expect(await told({ 'Assets/A.prefab': agentOn(20, 0) })).toEqual([expect.stringContaining('extra-sensors')]);
    const two = { ...contract, sensors: [{ size: 243 }, { size: 8 }] };
    expect(await told({ 'Assets/A.prefab': agentOn(10, 1) }, two)).toEqual([]);
    const inactive = agentOn(10, 1).replace('m_Name: Head\n  m_IsActive: 1', 'm_Name: Head\n  m_IsActive: 0');
    expect(await told({ 'Assets/A.prefab': inactive })).toEqual([]);
  });

  test('a ScriptableObject that refers to the model', async () => {
    const models = `${HEAD}--- !u!114 &11400000\nMonoBehaviour:\n  model: {fileID: 5022602860645237092, guid: ${ASSET_GUID}, type: 3}\n`;
    const { references, warnings } = await deployed({ 'Assets/Models.asset': models });
    expect(references).toEqual(['Assets/Models.asset']);
    expect(warnings).toEqual([]);
  });

  test('a prefab that is no longer what Unity writes is told, and the deploy goes on', async () => {
    const { references, warnings } = await deployed({ 'Assets/A.prefab': `${prefab()}nonsense\n` });
    expect(references).toEqual(['Assets/A.prefab']);
    expect(warnings).toMatchObject([{ code: 'malformed-asset', message: expect.stringContaining('Assets/A.prefab:') }]);
  });
});

test("prefabs that can't be searched are told", async () => {
  const pointer = await deployed({ 'Assets/Walker.prefab': LFS_POINTER });
  expect(pointer.warnings).toMatchObject([{ code: 'not-searchable', where: 'Assets/Walker.prefab' }]);
  const binary = await deployed({ 'ProjectSettings/EditorSettings.asset': '  m_SerializationMode: 1\n' });
  expect(binary.warnings).toMatchObject([{ code: 'not-searchable', message: expect.stringContaining('Force Text') }]);
});
