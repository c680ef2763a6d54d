/** `npm run docs`: writes what of the documentation is made from the code. `pages` is what tests/docs.test.ts compares with. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomically } from '../../base/files/write-atomically.ts';
import { ruleGroups } from '../../lint/rules.ts';
import { commandTable } from '../../pipeline/command-table.ts';
import { projectSchemaText } from '../../pipeline/project-file.ts';
import { stages } from '../../pipeline/stages.ts';
import { commandsText } from './commands.ts';
import { mapOf, pictureOf } from './house.ts';
import { importsOf } from './imports.ts';
import { jsonText } from './json.ts';
import { rulesText } from './lint.ts';
import { withMade } from './made-blocks.ts';
import { metricsText } from './metrics.ts';
import { rooms } from './rooms.ts';

export const root = join(import.meta.dirname, '../..');

/** The pages as they should be, by their path from the root. */
export async function pages(): Promise<Record<string, string>> {
  const imports = importsOf(root);
  const read = (path: string) => readFileSync(join(root, path), 'utf8');
  const house = `${mapOf(rooms, imports)}\n\n${pictureOf(rooms, imports)}`;
  return {
    'CONTRIBUTING.md': withMade(read('CONTRIBUTING.md'), 'house', house),
    'docs/commands.md': withMade(read('docs/commands.md'), 'commands', await commandsText(commandTable(stages))),
    'docs/json.md': withMade(read('docs/json.md'), 'json', await jsonText(commandTable(stages))),
    'gaitsmith.schema.json': projectSchemaText(),
    'docs/runs.md': withMade(read('docs/runs.md'), 'metrics', metricsText()),
    'docs/lint.md': withMade(read('docs/lint.md'), 'rules', rulesText(ruleGroups)),
  };
}

if (process.argv[1] === import.meta.filename) {
  for (const [path, text] of Object.entries(await pages())) writeAtomically(join(root, path), text);
}
