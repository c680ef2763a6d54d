/** `--bind`: the reference to the model, and nothing else. */
import { describe, expect, test } from 'vitest';
import { bindingIn } from '../../deploy-unity/bind.ts';
import { deploy } from '../../deploy-unity/deploy.ts';
import { gameObject, guid, HEAD, instance } from '../unity-assets/project.ts';
import { ASSET, ASSET_GUID, INFERENCE_ENGINE, modelFile, read, refusal, snapshot, unityProject } from './projects.ts';

const agent = (name: string) => `114
MonoBehaviour:
  m_GameObject: {OWNER}
  m_Script: {fileID: 11500000, guid: 5d1c4e0b1822b495aa52bc52839ecb30, type: 3}
  m_BrainParameters:
    VectorObservationSize: 243
  m_Model: {fileID: 0}
  m_BehaviorName: ${name}
`;
const walker = HEAD + gameObject(10, 'Walker', { component: agent('Walker') });
const FILES = {
  'Assets/Walker.prefab': walker.replaceAll('\n', '\r\n'),
  'Assets/Walker.prefab.meta': `guid: ${guid(1)}\n`,
  'Assets/Two.prefab': walker + gameObject(40, 'Crawler', { component: agent('Crawler') }),
  'Assets/Game.unity': HEAD + instance(500, guid(1), []) + instance(564, guid(1), []),
  'Assets/Empty.prefab': HEAD + gameObject(10, 'Nothing'),
};
const MODEL = `{fileID: 5022602860645237092, guid: ${ASSET_GUID}, type: 3}`;

function deployBinding(words: string, project = unityProject(INFERENCE_ENGINE, FILES), dryRun = false) {
  const request = { model: modelFile(), unityProject: project, asset: ASSET, bind: [bindingIn(words)], dryRun };
  return { project, result: deploy({ ...request, contract: { observationSize: 243, actionSize: 39 } }) };
}

describe('a binding writes the reference', () => {
  test('in a prefab, that one value and no other byte', async () => {
    const { project, result } = deployBinding('Assets/Walker.prefab');
    expect(await result).toMatchObject({ bound: [{ path: 'Assets/Walker.prefab', agents: 1 }], warnings: [] });
    expect((await result).references).toEqual(['Assets/Walker.prefab']);
    expect((await result).written.at(-1)).toBe('Assets/Walker.prefab');
    expect(read(project, 'Assets/Walker.prefab')).toBe(
      FILES['Assets/Walker.prefab'].replace('m_Model: {fileID: 0}', `m_Model: ${MODEL}`),
    );
  });

  test('in a scene, as an override of every instance, and once', async () => {
    const { project, result } = deployBinding('Assets/Game.unity:Walker');
    expect((await result).bound).toEqual([{ path: 'Assets/Game.unity', agents: 2 }]);
    const scene = read(project, 'Assets/Game.unity');
    expect(scene.match(/propertyPath: m_Model/g)).toHaveLength(2);
    expect(read(project, 'Assets/Walker.prefab')).toBe(FILES['Assets/Walker.prefab']);
    const again = await deployBinding('Assets/Game.unity:Walker', project).result;
    expect(again.written).toEqual([]);
    expect(read(project, 'Assets/Game.unity')).toBe(scene);
  });

  test('of the behaviour that is named, of several', async () => {
    const { project, result } = deployBinding('Assets/Two.prefab:Crawler');
    await result;
    expect(read(project, 'Assets/Two.prefab').replace(MODEL, '{fileID: 0}')).toBe(FILES['Assets/Two.prefab']);
    expect(read(project, 'Assets/Two.prefab')).toMatch(/m_Model: \{fileID: 5022.*\}\n {2}m_BehaviorName: Crawler/);
  });

  test('in a dry run nowhere: it shows the diff', async () => {
    const project = unityProject(INFERENCE_ENGINE, FILES);
    const before = snapshot(project);
    const { diff, written } = await deployBinding('Assets/Walker.prefab', project, true).result;
    expect(snapshot(project)).toEqual(before);
    expect(written).toContain('Assets/Walker.prefab');
    expect(diff).toContain('--- /dev/null\n+++ Assets/Gaitsmith.meta\n@@ -0,0 +1,8 @@\n+fileFormatVersion: 2\n');
    expect(diff).toMatch(/\nAssets\/Gaitsmith\/Walker\/Walker\.onnx: nothing -> \d+ bytes, sha256 [0-9a-f]{12}\n/);
    expect(diff.split('\n').slice(-9)).toEqual(
      [
        '@@ -19,5 +19,5 @@',
        '   m_Script: {fileID: 11500000, guid: 5d1c4e0b1822b495aa52bc52839ecb30, type: 3}',
        '   m_BrainParameters:',
        '     VectorObservationSize: 243',
        '-  m_Model: {fileID: 0}',
        `+  m_Model: ${MODEL}`,
        '   m_BehaviorName: Walker',
      ].flatMap((line, index) =>
        index === 0 ? ['--- Assets/Walker.prefab', '+++ Assets/Walker.prefab', line] : [line],
      ),
    );
  });
});

describe('a binding is refused, and nothing is written,', () => {
  test.each([
    ['Assets/Walkr.prefab', 'there is no such prefab or scene', 'write --bind Assets/Walker.prefab'],
    ['Assets/Two.prefab', 'several behaviours', 'write --bind Assets/Two.prefab:Walker'],
    ['Assets/Two.prefab:Crawlr', 'no Behavior Parameters of that name', 'write --bind Assets/Two.prefab:Crawler'],
    ['Assets/Empty.prefab', 'no agent is in this file', 'add Behavior Parameters'],
  ])('%s', async (words, reason, mend) => {
    const project = unityProject(INFERENCE_ENGINE, FILES);
    const before = snapshot(project);
    const message = await refusal(deployBinding(words, project).result);
    expect(message).toContain(reason);
    expect(message).toContain(mend);
    expect(snapshot(project)).toEqual(before);
  });

  test.each([
    'Walker',
    'Assets/Walker.onnx',
    'Assets/../Walker.prefab',
    'Assets/Walker.prefab:',
    '/Assets/Walker.prefab',
  ])('words that name none: %s', (words) => {
    expect(() => bindingIn(words)).toThrow('this names no prefab or scene to bind');
  });

  test('where the prefab is binary, in the middle of a merge or cut short', async () => {
    for (const [text, reason] of [
      ['\0\0\0\0', 'not saved as text'],
      [`${walker}<<<<<<< HEAD\n=======\n>>>>>>> b\n`, 'merge conflict'],
      [`${walker}nonsense`, 'not what Unity writes'],
    ] as const) {
      const project = unityProject(INFERENCE_ENGINE, { ...FILES, 'Assets/Walker.prefab': text });
      const before = snapshot(project);
      expect(await refusal(deployBinding('Assets/Walker.prefab', project).result)).toContain(reason);
      expect(snapshot(project)).toEqual(before);
    }
  });
});
