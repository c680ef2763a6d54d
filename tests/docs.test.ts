/** What is made from the code stands in the documentation as it would be made now. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandText } from '../base/command-text.ts';
import { pages, root } from '../docs/make/make.ts';
import { commandTable } from '../pipeline/command-table.ts';
import { stages } from '../pipeline/stages.ts';

const made = await pages();

describe('the documentation', () => {
  it.each(Object.keys(made))('%s is as npm run docs makes it', (path) => {
    expect(readFileSync(join(root, path), 'utf8')).toBe(made[path]);
  });
});

describe('the table of commands', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };

  it.each(commandTable(stages))(
    '$name has its script in package.json, and calls itself by it',
    async ({ name, load }) => {
      const script = commandText(name).replace('npm run ', '');
      expect(scripts[script]).toBe(`node --import tsx pipeline/gaitsmith.ts ${name}`);
      const command = await load();
      expect(command).toMatchObject({ name, typed: `npm run ${script}` });
    },
  );
});
