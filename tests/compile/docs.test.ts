import { readFileSync } from 'node:fs';
import { execaNode } from 'execa';
import { describe, expect, it } from 'vitest';
import { table } from '../../compile/table.ts';

const root = new URL('../..', import.meta.url);
const page = readFileSync(new URL('docs/compile.md', root), 'utf8');
const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, text]) => text!);
const [sketch, traced, trained] = blocks('ts') as [string, string, string];
const [sketchPrints, tracedPrints] = blocks('text') as [string, string];

/** The page names the installed package; here its sources run. */
const fromSources = (program: string) => program.replaceAll("'gaitsmith/compile'", "'./compile/index.ts'");

async function printed(program: string): Promise<string> {
  const options = { nodeOptions: ['--import', 'tsx', '--input-type=module'] };
  const { stdout } = await execaNode(options)('-', [], { input: fromSources(program), cwd: root });
  return stdout.replace(/^=+\n.*?^=+\n/ms, '').trim();
}

describe('docs/compile.md', () => {
  it('shows programs that print what it says', async () => {
    expect(await printed(sketch)).toContain(sketchPrints.trim());
    expect(await printed(traced)).toBe(tracedPrints.trim());
  });

  it('shows a training loop that learns', async () => {
    const losses = (await printed(trained)).split('\n').map((line) => Number(line.split('loss ')[1]));
    expect(losses).toHaveLength(4);
    expect(losses[3]!).toBeLessThan(losses[0]! / 5);
  });

  it('says how many rows the table has', () => {
    expect(page).toContain(`with ${table.length} rows in its table`);
  });
});
