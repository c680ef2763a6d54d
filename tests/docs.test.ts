/** What is made from the code stands in the documentation as it would be made now, and every command that a page shows is one that there is. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandText } from '../base/command-text.ts';
import { outputSchema } from '../cli/json-output.ts';
import { pages, root } from '../docs/make/make.ts';
import { commandsIn } from '../docs/make/markdown.ts';
import { initOutput } from '../init/output.ts';
import { commandTable } from '../pipeline/command-table.ts';
import { stages } from '../pipeline/stages.ts';
import { complaintOf } from './docs/complaint.ts';
import { pagesRead } from './docs/pages.ts';

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

  it.each(commandTable(stages))('$name says what its JSON holds', async ({ load }) => {
    expect((await load()).output?.length).toBeGreaterThan(0);
  });

  it.each(commandTable(stages))('$name says what it needs', ({ needs }) => {
    expect(needs?.[0]).toMatch(/^Needs .*; downloads nothing\.$/);
    if (needs!.length > 2) expect(needs!.at(-1)).toMatch(/: npm install -D /);
  });

  it.each(stages)('the stage $name says what it tells of its result', async ({ load }) => {
    expect((await load()).details).toBeDefined();
  });
});

describe('what a command may end stdout with', () => {
  const schema = outputSchema('init', [initOutput]);
  const head = { schemaVersion: 1, ok: true, command: 'init' };
  const whole = { ...head, project: null, written: [], kept: [] };
  const failed = { ...head, ok: false, error: { message: 'no such folder', what: 'no such folder' } };

  it.each([
    ['what is its own', whole],
    ['why it failed', failed],
    ['a failure and what there is of its own', { ...failed, written: ['gaitsmith.yaml'] }],
    ['an interruption', { ...head, ok: false, interrupted: true }],
    ['help', { ...head, help: 'Usage' }],
  ])('is %s', (_what, told) => {
    expect(schema.safeParse(told).success).toBe(true);
  });

  it.each([
    ['less than that', { ...head, project: null, written: [] }],
    ['a key that the documentation does not tell', { ...whole, more: 1 }],
    ['another type', { ...whole, written: [1] }],
    ['another version', { ...whole, schemaVersion: 2 }],
    ["another command's", { ...whole, command: 'doctor' }],
  ])('is not %s', (_what, told) => {
    expect(schema.safeParse(told).success).toBe(false);
  });
});

describe('the commands', () => {
  const shown = [...pagesRead()].flatMap(([path, page]) =>
    commandsIn(page).map(({ text, line }) => ({ where: `${path}:${line}`, text })),
  );

  it('that pages show are all commands that there are, with flags and values that they take', async () => {
    const complaints = await Promise.all(
      shown.map(async ({ where, text }) => [where, text, await complaintOf(text)] as const),
    );
    expect(complaints.filter(([, , complaint]) => complaint !== undefined)).toEqual([]);
  });

  it('are some hundred', () => {
    expect(shown.length).toBeGreaterThan(100);
  });

  it.each([
    ['npm run trian', 'no script trian'],
    ['npm run train --resume', '-- has to be'],
    ['npm run train -- --resmue', '--resume'],
    ['npm run train -- --max-steps many', 'a whole number'],
    ['npm run film -- --run-id', '--run-id'],
    ['npx gaitsmith trian', 'no command trian'],
  ])('such as %s are told', async (command, why) => {
    expect(await complaintOf(command)).toContain(why);
  });

  it('are found in sentences and blocks, without comments, over several lines', () => {
    const page =
      'See `npm run train`:\n\n    npm run train -- --run-id a \\\n      --resume   # goes on\n    cd ..\n\n`npm ci`\n    npm run docs\n';
    expect(commandsIn(page)).toEqual([
      { text: 'npm run train', line: 1 },
      { text: 'npm run train -- --run-id a  --resume', line: 3 },
      { text: 'npm run docs', line: 8 },
    ]);
  });
});
