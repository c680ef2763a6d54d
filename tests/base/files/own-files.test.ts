/** Files of ours are found from wherever one stands, and files of the user's come first. */
import { existsSync, mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { givenOrOwnFile, ownFile, packageRoot } from '../../../base/files/own-files.ts';

const home = process.cwd();
afterEach(() => process.chdir(home));

it('are said as short as they can be, and are there', () => {
  expect(ownFile('config/walker.yaml')).toBe(join('config', 'walker.yaml'));
  process.chdir(mkdtempSync(join(tmpdir(), 'gaitsmith-own-')));
  expect(ownFile('config/walker.yaml')).toBe(join(packageRoot, 'config/walker.yaml'));
  expect(existsSync(ownFile('models/walker/walker.onnx'))).toBe(true);
});

it('are meant by their name where the user has none of it, and by a path of a package that has moved', () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'gaitsmith-own-')));
  process.chdir(folder);
  expect(givenOrOwnFile('config/walker.yaml')).toBe(join(packageRoot, 'config/walker.yaml'));
  expect(givenOrOwnFile('/gone/node_modules/gaitsmith/models/walker')).toBe(join(packageRoot, 'models/walker'));
  mkdirSync('config');
  writeFileSync('config/walker.yaml', '');
  expect(givenOrOwnFile('config/walker.yaml')).toBe('config/walker.yaml');
  expect(givenOrOwnFile('config/mine.yaml')).toBe('config/mine.yaml');
});
