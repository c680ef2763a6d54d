import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sha256 } from '../../base/files/hash.ts';
import { assetGuid } from '../../deploy-unity/asset-guid.ts';
import { INFERENCE_PACKAGES } from '../../deploy-unity/inference-packages.ts';
import { newModelMeta } from '../../deploy-unity/meta-file.ts';
import { isAtLeast } from '../../deploy-unity/version.ts';
import { readMeta } from '../../unity-assets/meta.ts';
import { ASSET, ASSET_GUID, LFS_POINTER } from './projects.ts';

test("the meta of Unity's own Walker.onnx comes out byte for byte", () => {
  const inference = INFERENCE_PACKAGES.find(({ kind }) => kind === 'inference-engine')!;
  const meta = newModelMeta('b000e8fcd1edc454d9e6deb84abefbf9', inference, '2.2.1');
  expect(Buffer.byteLength(meta)).toBe(335);
  expect(sha256(meta)).toBe('02d86cd4618be1a9bddde05fd7516f17e6c059dc41002756be17c1783cd0cfd4');
});

test('the derived GUID of a path never changes', () => {
  expect(assetGuid(ASSET)).toBe(ASSET_GUID);
  expect(assetGuid('Assets/Gaitsmith')).toBe('13deb0e304e6bc28970a4bfb547907ad');
});

test('the derived GUID does not depend on case, separators or the form of an accent', () => {
  expect(assetGuid('assets\\gaitsmith\\walker\\WALKER.onnx')).toBe(ASSET_GUID);
  expect(assetGuid('Assets/Caf\u00e9.onnx')).toBe(assetGuid('Assets/Cafe\u0301.onnx'));
});

test('derived GUIDs are 32 lower-case hexadecimal digits, and different for different paths', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (one, other) => {
      expect(assetGuid(one)).toMatch(/^[0-9a-f]{32}$/);
      const plain = (text: string) => text.replaceAll('\\', '/').normalize('NFC').toLowerCase();
      expect(assetGuid(one) === assetGuid(other)).toBe(plain(one) === plain(other));
    }),
  );
});

test('a new meta reads back with its GUID and its importer, for every package', () => {
  for (const inference of INFERENCE_PACKAGES) {
    const meta = newModelMeta(ASSET_GUID, inference, undefined);
    expect(readMeta(Buffer.from(meta))).toEqual({ guid: ASSET_GUID, importer: inference.importer });
    expect(meta).not.toContain('\r');
  }
});

test('a meta that names no GUID says which way it is unfit', () => {
  const flaw = (text: string) => readMeta(Buffer.from(text));
  expect(flaw('fileFormatVersion: 2\n')).toBe('no-single-guid');
  expect(flaw(`guid: ${ASSET_GUID}\nguid: ${assetGuid('other')}\n`)).toBe('no-single-guid');
  expect(flaw(`guid: ${'0'.repeat(32)}\n`)).toBe('zero-guid');
  expect(flaw(`<<<<<<< mine\nguid: ${ASSET_GUID}\n=======\nguid: ${assetGuid('other')}\n>>>>>>> theirs\n`)).toBe(
    'merge-conflict',
  );
  expect(flaw(`<<<<<<< mine\n=======\nguid: ${ASSET_GUID}\n>>>>>>> theirs\n`)).toBe('merge-conflict');
  expect(flaw(LFS_POINTER)).toBe('git-lfs-pointer');
});

test('a meta from before 2019 has a GUID and no importer script', () => {
  const old = `fileFormatVersion: 2\nguid: ${ASSET_GUID}\nScriptedImporter:\n  fileIDToRecycleName:\n    11400000: main obj\n`;
  expect(readMeta(Buffer.from(old))).toEqual({ guid: ASSET_GUID, importer: undefined });
});

test('versions are ordered with pre-releases before their release', () => {
  const order = [
    '1.0.8',
    '2.0.0-exp.1',
    '2.0.0-pre.3',
    '2.0.0',
    '2.2.1-exp.1',
    '2.3.0-exp.3',
    '3.0.0-exp.1',
    '3.0.0',
    '10.0.0',
  ];
  for (const [place, version] of order.entries()) {
    for (const [otherPlace, other] of order.entries()) {
      expect(isAtLeast(version, other), `${version} >= ${other}`).toBe(place >= otherPlace);
    }
  }
  expect(isAtLeast('6000.0.40f1', '6000.0')).toBe(true);
  expect(isAtLeast('2022.3.10f1', '6000.0')).toBe(false);
  expect(isAtLeast('develop', '1.0.0')).toBe(false);
});
