/** One walk through a project. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { scanProject } from '../../unity-assets/scan-project.ts';
import { LFS_POINTER, temporaryFolder, write } from '../deploy-unity/projects.ts';
import { because } from '../skipping.ts';
import { guid, HEAD, instance } from './project.ts';

function scanned(files: Record<string, string | Uint8Array>, guids: readonly string[] = []) {
  const root = temporaryFolder();
  write(root, { 'Assets/': '', 'Packages/': '', ...files });
  return scanProject(root, guids);
}

it('every GUID is found with its asset, and every prefab with what it is made of and mentions', () => {
  const { assetsByGuid, texts, problems } = scanned(
    {
      'Assets/A.prefab': HEAD + instance(1, guid(1), []) + instance(2, guid(2), []),
      'Assets/A.prefab.meta': `fileFormatVersion: 2\nguid: ${guid(3)}\n`,
      'Packages/mine/B.asset': `${HEAD}x: ${guid(4)}\n`,
      'Packages/mine/B.asset.meta': `guid: ${guid(5)}\r\n`,
      'Assets/Copy.prefab.meta': `guid: ${guid(3)}\n`,
      'Assets/Hidden~/C.prefab': HEAD,
      'Library/D.prefab': HEAD,
    },
    [guid(4), guid(9)],
  );
  expect(problems).toEqual([]);
  expect([...assetsByGuid]).toEqual([
    [guid(3), ['Assets/A.prefab', 'Assets/Copy.prefab']],
    [guid(5), ['Packages/mine/B.asset']],
  ]);
  expect([...texts.keys()]).toEqual(['Assets/A.prefab', 'Packages/mine/B.asset']);
  expect(texts.get('Assets/A.prefab')!.sources).toEqual(new Set([guid(1), guid(2)]));
  expect([...texts.values()].map(({ mentions }) => [...mentions])).toEqual([[], [guid(4)]]);
});

it('what lies astride two pieces of a large file is found', () => {
  for (let shift = 0; shift < 300; shift += 7) {
    const filler = 'x'.repeat((1 << 20) - HEAD.length - shift);
    const text = `${HEAD}${filler}\n${instance(1, guid(1), [])}m: ${guid(2)}\n`;
    const found = scanned({ 'Assets/A.prefab': text }, [guid(2)]).texts.get('Assets/A.prefab')!;
    expect([...found.sources, ...found.mentions], `${shift}`).toEqual([guid(1), guid(2)]);
  }
});

it('what can not be read as it should is told by its kind, and the rest is read', () => {
  const { problems, texts } = scanned({
    'Assets/A.prefab': LFS_POINTER,
    'Assets/B.unity': Buffer.from([0, 0, 1, 2]),
    'Assets/Baked.asset': Buffer.from([0, 0, 1, 2]),
    'Assets/C.prefab': `${HEAD}\n<<<<<<< HEAD\n=======\n>>>>>>> b\n`,
    'Assets/D.meta': '<<<<<<< HEAD\n=======\n>>>>>>> b\n',
    'Assets/E.meta': `guid: ${'0'.repeat(32)}\n`,
    'Assets/F.meta': 'fileFormatVersion: 2\n',
    'Assets/G.meta': LFS_POINTER,
    'Assets/H.prefab': HEAD,
  });
  expect(problems).toEqual([
    { kind: 'git-lfs-pointer', path: 'Assets/A.prefab' },
    { kind: 'binary', path: 'Assets/B.unity' },
    { kind: 'merge-conflict', path: 'Assets/C.prefab' },
    { kind: 'meta-merge-conflict', path: 'Assets/D.meta' },
    { kind: 'meta-zero-guid', path: 'Assets/E.meta' },
    { kind: 'meta-no-single-guid', path: 'Assets/F.meta' },
    { kind: 'meta-git-lfs-pointer', path: 'Assets/G.meta' },
  ]);
  expect([...texts.keys()]).toEqual(['Assets/H.prefab']);
});

// Reading that file fails for everyone, root included.
const FAILS = '/proc/self/mem';
it.skipIf(because(process.platform !== 'linux', `only Linux has ${FAILS}`))(
  'a file that can not be read is told with the word of the system, and the rest is read',
  () => {
    const root = temporaryFolder();
    mkdirSync(join(root, 'Assets'));
    symlinkSync(FAILS, join(root, 'Assets/A.prefab'));
    symlinkSync(FAILS, join(root, 'Assets/A.prefab.meta'));
    symlinkSync('Loop', join(root, 'Assets/Loop'));
    writeFileSync(join(root, 'Assets/B.prefab'), HEAD);
    const { problems, texts } = scanProject(root, []);
    expect(problems).toMatchObject([
      { kind: 'unreadable', path: 'Assets/A.prefab', code: 'EIO' },
      { kind: 'unreadable', path: 'Assets/A.prefab.meta', code: 'EIO' },
      { kind: 'unreadable', path: 'Packages', code: 'ENOENT' },
    ]);
    expect([...texts.keys()]).toEqual(['Assets/B.prefab']);
  },
);
