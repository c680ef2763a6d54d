/** `npm pack` makes of the Unity package a tarball that has all of it, the sample and every .meta included. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packageFolder } from '../../../unity/make/make.ts';

it("is a tarball as Unity's Package Manager takes it: every file of the folder, below package/", () => {
  const folder = mkdtempSync(join(tmpdir(), 'gaitsmith-tarball-'));
  try {
    const words = ['pack', '--json', '--pack-destination', folder];
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
    const [packed] = JSON.parse(execFileSync(npm, words, { cwd: packageFolder, encoding: 'utf8' }));
    const inside = execFileSync('tar', ['-tzf', join(folder, packed.filename)], { encoding: 'utf8' })
      .trim()
      .split('\n');
    const files = readdirSync(packageFolder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(packageFolder.length).replaceAll('\\', '/'));
    expect(inside.sort()).toEqual(files.map((path) => `package${path}`).sort());
    expect(inside).toContain('package/Samples~/Walker/Walker.unity.meta');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
