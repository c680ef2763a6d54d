import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { deploy } from '../../deploy-unity/deploy.ts';
import { because } from '../skipping.ts';
import {
  ASSET,
  ASSET_GUID,
  INFERENCE_ENGINE,
  LFS_POINTER,
  modelBytes,
  modelFile,
  refusal,
  snapshot,
  temporaryFolder,
  unityProject,
  write,
} from './projects.ts';

/** Deploys to a project that is expected to refuse, and sees to it that nothing in it changed. */
async function refused(project: string, request: { model?: string; asset?: string } = {}): Promise<string> {
  const before = snapshot(project);
  const message = await refusal(deploy({ model: modelFile(), unityProject: project, asset: ASSET, ...request }));
  expect(snapshot(project)).toEqual(before);
  return message;
}

describe('a folder that is no Unity project is refused', () => {
  test('where there is none', async () => {
    const nowhere = join(temporaryFolder(), 'nowhere');
    const message = await refusal(deploy({ model: modelFile(), unityProject: nowhere, asset: ASSET }));
    expect(message).toContain('nowhere: there is no such Unity project folder');
  });

  test.each([
    { missing: 'Assets', present: ['Packages/manifest.json', 'ProjectSettings/ProjectVersion.txt'] },
    { missing: 'Packages/manifest.json', present: ['Assets/x.txt', 'ProjectSettings/ProjectVersion.txt'] },
    { missing: 'ProjectSettings/ProjectVersion.txt', present: ['Assets/x.txt', 'Packages/manifest.json'] },
  ])('naming $missing as the missing piece', async ({ missing, present }) => {
    const folder = temporaryFolder();
    write(folder, Object.fromEntries(present.map((path) => [path, '{}'])));
    const message = await refused(folder);
    expect(message).toContain(`not a Unity project: ${missing} is missing`);
    expect(message).toContain('Unity Hub');
  });

  test('with a hint where a folder above or below is one', async () => {
    const project = unityProject(INFERENCE_ENGINE, { 'Assets/Models/': '' });
    expect(await refused(join(project, 'Assets', 'Models'))).toContain(`name the project at ${project} instead`);
    expect(await refused(join(project, '..'))).toContain(`name the project at ${project} instead`);
  });

  test('where it names no Editor version', async () => {
    const project = unityProject(INFERENCE_ENGINE, { 'ProjectSettings/ProjectVersion.txt': '\n' });
    expect(await refused(project)).toContain('the Editor version is missing');
  });
});

describe("packages that can't run the model are refused", () => {
  test.each(['1.0.8', '1.9.1'])('ML-Agents %s, which reads version 2 only', async (version) => {
    const message = await refused(unityProject({ 'com.unity.ml-agents': version, 'com.unity.barracuda': '1.3.2' }));
    expect(message).toContain(`com.unity.ml-agents ${version} can't run this model`);
    expect(message).toContain('expected com.unity.ml-agents 2.0.0 or newer');
  });

  test('no inference package at all', async () => {
    const message = await refused(unityProject({}));
    expect(message).toContain('no package that could run the model');
    expect(message).toContain('add "com.unity.ml-agents": "4.0.3"');
  });

  test.each([
    'https://github.com/Unity-Technologies/ml-agents.git?path=com.unity.ml-agents#develop',
    'file:../../ml-agents/com.unity.ml-agents',
  ])('ML-Agents from %s, of which nothing is here yet', async (address) => {
    const message = await refused(unityProject({ 'com.unity.ml-agents': address }));
    expect(message).toContain("the version of com.unity.ml-agents can't be told");
    expect(message).toContain(`got "${address}"`);
    expect(message).toContain('open the project in Unity once');
  });

  test.each([
    { name: 'a manifest with a merge conflict', file: 'Packages/manifest.json', text: '<<<<<<< HEAD\n{}' },
    { name: 'a lock of another shape', file: 'Packages/packages-lock.json', text: '{"dependencies": {"a": 3}}' },
  ])('$name', async ({ file, text }) => {
    const message = await refused(unityProject(INFERENCE_ENGINE, { [file]: text }));
    expect(message).toContain('not a package file Unity could read');
    expect(message).toContain(join(...file.split('/')));
  });
});

describe('an asset path is refused', () => {
  test.each([
    ['', 'is empty', ASSET],
    ['/home/me/Project/Assets/Models/Walker.onnx', 'relative to the Unity project', 'Assets/Models/Walker.onnx'],
    ['C:\\Project\\Assets\\Walker.onnx', 'relative to the Unity project', 'Assets/Walker.onnx'],
    ['C:Walker.onnx', 'relative to the Unity project', ASSET],
    ['Assets\\Models\\Walker.onnx', 'written with \\', 'Assets/Models/Walker.onnx'],
    ['Assets/../Walker.onnx', 'a part that is empty, . or ..', 'Walker.onnx'],
    ['Assets//Walker.onnx', 'a part that is empty', 'Assets/Walker.onnx'],
    ['./Assets/Walker.onnx', 'a part that is empty', 'Assets/Walker.onnx'],
    ['assets/Walker.onnx', 'capital A', 'Assets/Walker.onnx'],
    ['Models/Walker.onnx', 'outside Assets', ASSET],
    ['Packages/Walker.onnx', 'outside Assets', ASSET],
    ['Assets', 'outside Assets', ASSET],
    ['Assets/StreamingAssets/Walker.onnx', 'StreamingAssets', ASSET],
    ['Assets/Walker', 'does not end in .onnx', 'Assets/Walker.onnx'],
    ['Assets/Walker.nn', 'does not end in .onnx', 'Assets/Walker.onnx'],
    ['Assets/Walker.ONNX', 'does not end in .onnx', 'Assets/Walker.onnx'],
    ['Assets/.hidden/Walker.onnx', 'does not import', ASSET],
    ['Assets/Old~/Walker.onnx', 'does not import', ASSET],
    ['Assets/.onnx', 'does not import', ASSET],
    ['Assets/a:b/Walker.onnx', 'Windows does not allow', ASSET],
    ['Assets/aux/Walker.onnx', 'Windows does not allow', ASSET],
    ['Assets/Models /Walker.onnx', 'Windows does not allow', ASSET],
    ['Assets/tab\tbed/Walker.onnx', 'Windows does not allow', ASSET],
  ])('%j', async (asset, reason, mend) => {
    const message = await refused(unityProject(), { asset });
    expect(message).toContain('asset path: ');
    expect(message).toContain(reason);
    expect(message.endsWith(`To mend it: write ${mend}`), message).toBe(true);
  });

  test('where it differs from a folder or file on disk only in case', async () => {
    const inFolder = await refused(unityProject(INFERENCE_ENGINE, { 'Assets/gaitsmith/': '' }));
    expect(inFolder).toContain('only in upper and lower case');
    expect(inFolder).toContain('write Assets/gaitsmith');
    const inFile = await refused(unityProject(INFERENCE_ENGINE, { 'Assets/Gaitsmith/Walker/walker.onnx': 'x' }));
    expect(inFile).toContain('write Assets/Gaitsmith/Walker/walker.onnx');
  });

  test('where a file lies in the place of a folder, or a folder in the place of the file', async () => {
    const file = await refused(unityProject(INFERENCE_ENGINE, { 'Assets/Gaitsmith': 'a file' }));
    expect(file).toContain('a file lies where the asset path needs a folder');
    const folder = await refused(unityProject(INFERENCE_ENGINE, { [`${ASSET}/`]: '' }));
    expect(folder).toContain('a folder lies where the file should be');
    const meta = await refused(unityProject(INFERENCE_ENGINE, { [`${ASSET}.meta/`]: '' }));
    expect(meta).toContain('Walker.onnx.meta: a folder lies where the file should be');
  });

  test.skipIf(because(process.platform === 'win32', 'Windows makes symbolic links for administrators only'))(
    'where a symbolic link leads out of the project',
    async () => {
      const [project, outside] = [unityProject(), temporaryFolder()];
      symlinkSync(outside, join(project, 'Assets', 'Gaitsmith'));
      const message = await refused(project);
      expect(message).toContain('a symbolic link leads out of the Unity project');
      expect(snapshot(outside)).toEqual({});
    },
  );

  test.skipIf(because(process.platform === 'win32', 'Windows makes symbolic links for administrators only'))(
    'where a symbolic link leads nowhere or stands for the file',
    async () => {
      const project = unityProject();
      symlinkSync(join(project, 'nowhere'), join(project, 'Assets', 'Gaitsmith'));
      expect(await refused(project)).toContain('a symbolic link leads nowhere');
      symlinkSync(modelFile(), join(project, 'Assets', 'Linked.onnx'));
      expect(await refused(project, { asset: 'Assets/Linked.onnx' })).toContain('a symbolic link lies where the file');
    },
  );

  test('where the file in place is read-only, as Perforce leaves it', async () => {
    const project = unityProject(INFERENCE_ENGINE, { [ASSET]: modelBytes('old') });
    chmodSync(join(project, ASSET), 0o444);
    const message = await refused(project);
    expect(message).toContain('the file in place is read-only');
    expect(message).toContain('check it out');
  });

  test.skipIf(
    because(process.platform === 'win32' || process.getuid?.() === 0, 'permissions bind neither root nor Windows'),
  )('where the folder is read-only', async () => {
    const project = unityProject();
    chmodSync(join(project, 'Assets'), 0o555);
    expect(await refused(project)).toContain('the folder is read-only');
    chmodSync(join(project, 'Assets'), 0o755);
  });
});

describe('a model is refused', () => {
  test('where there is none, or a folder in its place', async () => {
    const folder = temporaryFolder();
    const none = await refused(unityProject(), { model: join(folder, 'policy.onnx') });
    expect(none).toContain('policy.onnx: there is no such model file');
    mkdirSync(join(folder, 'policy.onnx'));
    expect(await refused(unityProject(), { model: join(folder, 'policy.onnx') })).toContain(
      'a folder, not a model file',
    );
  });

  test.each([
    { name: 'an empty file', content: '', reason: 'the model file is empty' },
    { name: 'a Git LFS pointer', content: LFS_POINTER, reason: 'git lfs pull' },
    { name: 'a web page', content: '<!DOCTYPE html><html></html>', reason: 'not an ONNX model' },
    { name: 'an archive', content: Buffer.from('504b030414000000080000002100', 'hex'), reason: 'not an ONNX model' },
    { name: 'a checkpoint in JSON', content: '{"step": 1, "weights": [0.5, 0.25]}', reason: 'not an ONNX model' },
    { name: 'a model without a graph', content: Buffer.from([0x08, 6]), reason: 'it holds no graph' },
    { name: 'a model cut short', content: modelBytes().subarray(0, 12), reason: 'the file is cut short' },
    { name: 'zeros', content: Buffer.alloc(64), reason: 'its bytes are not protobuf' },
  ])('where it is $name', async ({ content, reason }) => {
    expect(await refused(unityProject(), { model: modelFile(content) })).toContain(reason);
  });
});

describe('an existing meta is refused', () => {
  test('where it is a Git LFS pointer', async () => {
    const project = unityProject(INFERENCE_ENGINE, { [ASSET]: modelBytes('old'), [`${ASSET}.meta`]: LFS_POINTER });
    const message = await refused(project);
    expect(message).toContain('the .meta in place is a Git LFS pointer');
    expect(message).toContain('git lfs pull');
  });

  test('where it names no GUID', async () => {
    const project = unityProject(INFERENCE_ENGINE, { [ASSET]: modelBytes('old'), [`${ASSET}.meta`]: 'guid: \n' });
    expect(await refused(project)).toContain('does not name exactly one GUID');
  });
});

test('a derived GUID that another asset holds is refused, because the model was moved there', async () => {
  const moved = {
    'Assets/Elsewhere/Walker.onnx': modelBytes(),
    'Assets/Elsewhere/Walker.onnx.meta': `guid: ${ASSET_GUID}\n`,
  };
  const message = await refused(unityProject(INFERENCE_ENGINE, moved));
  expect(message).toContain('already belongs to Assets/Elsewhere/Walker.onnx');
  expect(message).toContain('deploy to Assets/Elsewhere/Walker.onnx');
});

test('a GUID in a folder that Unity ignores is no collision', async () => {
  const project = unityProject();
  write(project, { 'Assets/Backup~/Walker.onnx.meta': `guid: ${ASSET_GUID}\n` });
  writeFileSync(join(project, 'Assets', '.Walker.onnx.meta'), `guid: ${ASSET_GUID}\n`);
  await expect(deploy({ model: modelFile(), unityProject: project, asset: ASSET })).resolves.toMatchObject({
    guid: ASSET_GUID,
  });
});
