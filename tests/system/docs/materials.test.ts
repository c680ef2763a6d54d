/** The bill of materials that a release keeps names every package that Gaitsmith is built with. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../../docs/pages.ts';

const { version, dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

it.each(['spdx', 'cyclonedx'])(
  'npm sbom as %s has this version, and all that it depends on or is built with',
  (format) => {
    const words = ['sbom', `--sbom-format=${format}`, '--package-lock-only'];
    const bill = JSON.parse(execFileSync('npm', words, { cwd: root, encoding: 'utf8' }));
    const told: { group?: string; name: string }[] = bill.packages ?? bill.components;
    const names = told.map(({ group, name }) => (group ? `${group}/${name}` : name));
    for (const name of Object.keys({ ...dependencies, ...devDependencies })) expect(names).toContain(name);
    expect(JSON.stringify(bill)).toContain(`gaitsmith@${version}`);
  },
);
