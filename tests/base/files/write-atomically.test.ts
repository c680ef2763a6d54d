import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { UserError } from '../../../base/failure/user-error.ts';
import { appendDurably } from '../../../base/files/append-durably.ts';
import { checkWritable, removeLeftovers, writeAtomically } from '../../../base/files/write-atomically.ts';
import { because } from '../../skipping.ts';

/** What the next call of one function of node:fs does instead; the disk is never really full in a test. */
const broken = vi.hoisted(() => ({ call: '', code: '', after: 0 }));
/** Folders that were opened, which is done to have their entries on the disk. */
const synced = vi.hoisted(() => [] as string[]);

vi.mock('node:fs', async (original) => {
  const real = await original<typeof import('node:fs')>();
  const breakable = <Name extends 'writeSync' | 'fsyncSync' | 'renameSync' | 'openSync'>(name: Name) =>
    ((...args: unknown[]) => {
      if (broken.call === name && broken.after-- <= 0)
        throw Object.assign(new Error(broken.code), { code: broken.code });
      if (name === 'openSync' && args[1] === 'r') synced.push(String(args[0]));
      return (real[name] as (...args: unknown[]) => unknown)(...args);
    }) as (typeof real)[Name];
  return {
    ...real,
    openSync: breakable('openSync'),
    fsyncSync: breakable('fsyncSync'),
    renameSync: breakable('renameSync'),
    // A disk that takes a few bytes at a time, as a write may.
    writeSync: (file: number, bytes: Uint8Array, offset: number, length: number) =>
      breakable('writeSync')(file, bytes, offset, Math.min(length, 4)),
  };
});

let folder: string;

beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'gaitsmith-write-'));
});

afterEach(() => {
  Object.assign(broken, { call: '', code: '', after: 0 });
  synced.length = 0;
  fs.rmSync(folder, { recursive: true, force: true });
});

test('the whole content is written, byte for byte, also in many small pieces and into new folders', () => {
  const path = join(folder, 'deep', 'er', 'file.bin');
  const content = Uint8Array.from({ length: 1000 }, (_, index) => index % 256);
  writeAtomically(path, content);
  expect(new Uint8Array(fs.readFileSync(path))).toEqual(content);
  writeAtomically(path, 'naïve ✓');
  expect(fs.readFileSync(path, 'utf8')).toBe('naïve ✓');
  writeAtomically(path, '');
  expect(fs.readFileSync(path, 'utf8')).toBe('');
});

test.each([
  [
    'the disk is full when it is written',
    'writeSync',
    'ENOSPC',
    0,
    /file\.txt: the disk is full\. To mend it: free some space/,
  ],
  ['the disk is full after half of it', 'writeSync', 'ENOSPC', 1, /file\.txt: the disk is full/],
  ['the quota is used up', 'fsyncSync', 'EDQUOT', 0, /the disk is full/],
  ['the file system is read-only', 'openSync', 'EROFS', 0, /no permission to write here/],
  ['the rename is not allowed', 'renameSync', 'EPERM', 0, /no permission to write here/],
])('where %s, the old content stays and nothing is left beside it', (_what, call, code, after, message) => {
  const path = join(folder, 'file.txt');
  writeAtomically(path, 'old');
  Object.assign(broken, { call, code, after });
  let error: unknown;
  try {
    writeAtomically(path, 'new content');
  } catch (thrown) {
    error = thrown;
  }
  broken.call = '';
  expect(error).toBeInstanceOf(UserError);
  expect((error as Error).message).toMatch(message);
  expect(fs.readFileSync(path, 'utf8')).toBe('old');
  expect(fs.readdirSync(folder)).toEqual(['file.txt']);
});

test('an error that is no fault of the user is passed on as it is, and leaves nothing behind either', () => {
  Object.assign(broken, { call: 'renameSync', code: 'EIO' });
  expect(() => writeAtomically(join(folder, 'file.txt'), 'x')).toThrow('EIO');
  broken.call = '';
  expect(fs.readdirSync(folder)).toEqual([]);
});

test('a path that leads through a file is one clear error', () => {
  writeAtomically(join(folder, 'file.txt'), 'x');
  expect(() => writeAtomically(join(folder, 'file.txt', 'y.txt'), 'y')).toThrow(
    'a part of this path is a file, not a folder',
  );
  expect(fs.readFileSync(join(folder, 'file.txt'), 'utf8')).toBe('x');
});

test.skipIf(
  because(process.platform === 'win32' || process.getuid?.() === 0, 'permissions bind neither root nor Windows'),
)('a folder without permission is one clear error', () => {
  fs.chmodSync(folder, 0o500);
  expect(() => writeAtomically(join(folder, 'file.txt'), 'x')).toThrow('no permission to write here');
});

test('a target that is a folder is refused, and stays', () => {
  fs.mkdirSync(join(folder, 'target'));
  expect(() => writeAtomically(join(folder, 'target'), 'x')).toThrow();
  expect(fs.readdirSync(folder)).toEqual(['target']);
});

test('what a killed writer left is deleted, and nothing else', () => {
  const others = ['.gitignore', '.file.txt.swp', 'file.txt.0123abcd.tmp', '.file.tmp'];
  for (const name of ['.file.txt.0123abcd.tmp', '.step-000000001.safetensors.ffffffff.tmp', ...others]) {
    fs.writeFileSync(join(folder, name), 'x');
  }
  removeLeftovers(folder);
  expect(fs.readdirSync(folder).sort()).toEqual(others.sort());
  removeLeftovers(join(folder, 'none'));
});

test('whether a file can be written is told before there is anything to write, and leaves nothing', () => {
  const path = join(folder, 'new', 'film.png');
  checkWritable(path);
  expect(fs.readdirSync(join(folder, 'new'))).toEqual([]);
  fs.writeFileSync(path, 'old');
  checkWritable(path);
  expect(fs.readdirSync(join(folder, 'new'))).toEqual(['film.png']);
  expect(fs.readFileSync(path, 'utf8')).toBe('old');
  expect(() => checkWritable(join(path, 'in-a-file.png'))).toThrow(/a part of this path is a file/);
  expect(() => checkWritable(join(folder, 'new'))).toThrow(/there is a folder where a file is to be written/);
  Object.assign(broken, { call: 'openSync', code: 'EACCES', after: 0 });
  expect(() => checkWritable(join(folder, 'new', 'other.png'))).toThrow(/no permission to write here/);
});

test.skipIf(because(process.platform === 'win32', 'Windows can not open folders'))(
  'a folder that is made for a file is on the disk before the file is, and so are those it lies in',
  () => {
    writeAtomically(join(folder, 'a/b/c.txt'), 'x');
    expect(synced).toEqual([join(folder, 'a'), folder, join(folder, 'a/b')]);
  },
);

test.skipIf(because(process.platform === 'win32', 'Windows can not open folders'))(
  'what is added to a file comes after what was there, and a new file is on the disk with its name',
  () => {
    const path = join(folder, 'logs/all.txt');
    appendDurably(path, 'one ');
    expect(synced).toEqual([folder, join(folder, 'logs')]);
    appendDurably(path, 'two');
    expect(fs.readFileSync(path, 'utf8')).toBe('one two');
    expect(synced).toHaveLength(2);
  },
);
