import { describe, expect, test } from 'vitest';
import { deploy } from '../../deploy-unity/deploy.ts';
import type { ModelContract } from '../../deploy-unity/references.ts';
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

test("prefabs that can't be searched are told", async () => {
  const pointer = await deployed({ 'Assets/Walker.prefab': LFS_POINTER });
  expect(pointer.warnings).toMatchObject([{ code: 'not-searchable', where: 'Assets/Walker.prefab' }]);
  const binary = await deployed({ 'ProjectSettings/EditorSettings.asset': '  m_SerializationMode: 1\n' });
  expect(binary.warnings).toMatchObject([{ code: 'not-searchable', message: expect.stringContaining('Force Text') }]);
});
