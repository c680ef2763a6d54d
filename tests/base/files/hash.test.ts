import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { sha256, sha256OfFile } from '../../../base/files/hash.ts';

test("the hash of a text is FIPS 180-2's own example", () => {
  expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});

test('the hash of a file is that of its bytes, and there is none where there is no file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gaitsmith-hash-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'a'), 'abc');
  expect(sha256OfFile(join(folder, 'a'))).toBe(sha256('abc'));
  expect(sha256OfFile(join(folder, 'b'))).toBeUndefined();
  expect(() => sha256OfFile(folder)).toThrow('EISDIR');
});
