/** What can be wrong with a project and does not stop a deploy, or stops it: each thing has its own sentence. */
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { deploy } from '../../deploy-unity/deploy.ts';
import { because } from '../skipping.ts';
import { HEAD } from '../unity-assets/project.ts';
import {
  ASSET,
  ASSET_GUID,
  INFERENCE_ENGINE,
  LFS_POINTER,
  lock,
  modelBytes,
  modelFile,
  refusal,
  unityProject,
} from './projects.ts';

async function told(files: Record<string, string>, packages: Record<string, string> = INFERENCE_ENGINE) {
  const { warnings, recognised } = await deploy({
    model: modelFile(),
    unityProject: unityProject(packages, { 'Assets/Referring.prefab': `${HEAD}x: ${ASSET_GUID}\n`, ...files }),
    asset: ASSET,
    dryRun: true,
  });
  return { recognised, warnings: warnings.map(({ code, where, message }) => `${code} ${where}: ${message}`) };
}
const manifest = (dependencies: Record<string, string>) => JSON.stringify({ dependencies });

describe('manifest and lock', () => {
  test('that disagree are told, and the lock is taken', async () => {
    const { warnings, recognised } = await told({
      'Packages/manifest.json': manifest({ ...INFERENCE_ENGINE, 'com.unity.ml-agents': '4.0.3' }),
    });
    expect(warnings).toEqual([
      'packages-disagree Packages/manifest.json: It asks for com.unity.ml-agents 4.0.3, and packages-lock.json has 4.0.0: Unity has not resolved the packages since. What the lock says is taken; open the project in Unity once.',
    ]);
    expect(recognised.mlAgents?.version).toBe('4.0.0');
  });

  test('agree where the lock has a newer version, which another package asked for', async () => {
    const newer = {
      'Packages/packages-lock.json': lock({ 'com.unity.ml-agents': '4.0.1', 'com.unity.ai.inference': '2.4.1' }),
    };
    expect((await told(newer)).warnings).toEqual([]);
  });

  test('disagree where the lock lacks what is asked for, or has it from elsewhere', async () => {
    const lacking = { 'Packages/packages-lock.json': lock({ 'com.unity.ai.inference': '2.2.1' }) };
    expect((await told(lacking)).warnings).toEqual([expect.stringMatching(/has none.*The manifest is taken/)]);
    const moved = {
      'Packages/manifest.json': manifest({ ...INFERENCE_ENGINE, 'com.unity.ml-agents': 'file:../fork' }),
    };
    expect((await told(moved)).warnings).toEqual([
      expect.stringContaining('asks for com.unity.ml-agents file:../fork'),
    ]);
  });
});

describe('two folders of one package in PackageCache', () => {
  const address = 'https://example.org/ml-agents.git?path=com.unity.ml-agents#develop';
  const packages = { 'com.unity.ml-agents': address, 'com.unity.ai.inference': '2.2.1' };
  const cached = {
    'Library/PackageCache/com.unity.ml-agents@1a2b3c4d5e/package.json': '{ "version": "3.0.0" }',
    'Library/PackageCache/com.unity.ml-agents@ffffffffff/package.json': '{ "version": "4.0.0" }',
  };
  const withHash = (hash: string) =>
    JSON.stringify({
      dependencies: {
        'com.unity.ml-agents': { version: address, hash },
        'com.unity.ai.inference': { version: '2.2.1' },
      },
    });

  test('are told apart by the commit in the lock', async () => {
    const { recognised, warnings } = await told(
      { ...cached, 'Packages/packages-lock.json': withHash('ffffffffffeeeeeeeeee') },
      packages,
    );
    expect(recognised.mlAgents?.version).toBe('4.0.0');
    expect(warnings).toEqual([]);
  });

  test('are told, and neither is believed, where it fits none', async () => {
    const { recognised, warnings } = await told(cached, packages);
    expect(recognised.mlAgents?.version).toBeUndefined();
    expect(warnings[0]).toMatch(
      /two-package-folders .*com\.unity\.ml-agents@1a2b3c4d5e, com\.unity\.ml-agents@ffffffffff/,
    );
  });
});

test.each([
  ['merge-conflict', '<<<<<<< HEAD\nguid: 1\n=======\nguid: 2\n>>>>>>> b\n', 'the markers of a merge conflict'],
  ['meta-unfit', `guid: ${'0'.repeat(32)}\n`, 'nothing but zeros'],
  ['meta-unfit', 'fileFormatVersion: 2\n', 'exactly one GUID'],
  ['meta-unfit', LFS_POINTER, 'git lfs pull'],
])('a .meta elsewhere that is unfit is warned about: %s %j', async (code, text, reason) => {
  expect((await told({ 'Assets/Other.png.meta': text })).warnings).toEqual([
    expect.stringMatching(new RegExp(`^${code} Assets/Other\\.png\\.meta: 1 .*${reason}`)),
  ]);
});

test.each([
  ['<<<<<<< HEAD\nguid: 1\n=======\nguid: 2\n>>>>>>> b\n', 'holds the markers of a merge conflict'],
  [`guid: ${'0'.repeat(32)}\n`, 'a GUID of nothing but zeros'],
])("the model's own .meta that is unfit is refused: %j", async (text, reason) => {
  const project = unityProject(INFERENCE_ENGINE, { [ASSET]: modelBytes('old'), [`${ASSET}.meta`]: text });
  const message = await refusal(deploy({ model: modelFile(), unityProject: project, asset: ASSET }));
  expect(message).toContain(`${ASSET}.meta: the .meta in place`);
  expect(message).toContain(reason);
});

test('an asset path whose accents are composed in another way than on the disk is refused, with the name that is there', async () => {
  const onDisk = 'Läufer'.normalize('NFD');
  const project = unityProject(INFERENCE_ENGINE, { [`Assets/${onDisk}/`]: '' });
  const asset = `Assets/${'Läufer'.normalize('NFC')}/Walker.onnx`;
  const message = await refusal(deploy({ model: modelFile(), unityProject: project, asset }));
  expect(message).toContain('only in how its accented letters are composed (Unicode NFC or NFD)');
  expect(message).toContain(`write Assets/${onDisk}`);
  await deploy({ model: modelFile(), unityProject: project, asset: `Assets/${onDisk}/Walker.onnx` });
});

// Reading it fails for everyone, root included.
const FAILS = '/proc/self/mem';
describe.skipIf(because(process.platform !== 'linux', `only Linux has ${FAILS}`))('a file that can not be read', () => {
  const withUnreadable = (path: string) => {
    const project = unityProject();
    mkdirSync(join(project, path, '..'), { recursive: true });
    rmSync(join(project, path), { force: true });
    symlinkSync(FAILS, join(project, path));
    return deploy({ model: modelFile(), unityProject: project, asset: ASSET });
  };

  test.each([
    'Packages/manifest.json',
    'Packages/packages-lock.json',
    'ProjectSettings/ProjectVersion.txt',
    'ProjectSettings/EditorSettings.asset',
  ])('is told where the deploy needs it: %s', async (path) => {
    expect(await refusal(withUnreadable(path))).toMatch(new RegExp(`${path}: the disk can not read this`));
  });

  test('is warned about where it may refer to the model', async () => {
    const { warnings } = await withUnreadable('Assets/Other.prefab');
    expect(warnings.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      'unreadable: 1 files or folders could not be read and were not searched (EIO).',
    ]);
  });
});
