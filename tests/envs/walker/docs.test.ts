import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execaNode } from 'execa';
import { describe, expect, it } from 'vitest';
import { parameterTable } from '../../../envs/walker/parameters.ts';

const root = join(import.meta.dirname, '../../..');

/** The table's rows of environment parameters: [name, unit, default, range, meaning]. */
function rowsOf(page: string): string[][] {
  const rows = readFileSync(join(root, page), 'utf8').matchAll(/^\| `(\w+)` \|([^|]*)\|([^|]*)\|([^|]*)\|([^|]*)\|$/gm);
  return [...rows].map((row) => row.slice(1).map((cell) => cell.trim()));
}

const parameters = parameterTable().map(({ name, unit, usual, range, meaning }) => [name, unit, usual, range, meaning]);

describe('every environment parameter of the Walker', () => {
  it('stands in docs/serve-env.md as it is defined', () => {
    expect(rowsOf('docs/serve-env.md')).toEqual(parameters);
  });

  it('stands in docs/randomisation.md with its unit, its default and its range', () => {
    const told = rowsOf('docs/randomisation.md').map((row) => row.slice(0, 4));
    expect(told).toEqual(parameters.map((row) => row.slice(0, 4)));
  });

  it('stands in the help of serve-env', async () => {
    const entry = join(root, 'pipeline/gaitsmith.ts');
    const { stdout } = await execaNode(entry, ['serve-env', '--help'], { nodeOptions: ['--import', 'tsx'], cwd: root });
    for (const [name, , value, range] of parameters) {
      expect(stdout).toMatch(new RegExp(`^ +${name} \\(.*`, 'm'));
      expect(stdout).toContain(`default ${value}, ${range}): `);
    }
  });
});
