import { readFileSync } from 'node:fs';
import { execaNode } from 'execa';
import { expect, it } from 'vitest';

const root = new URL('../..', import.meta.url);
const page = readFileSync(new URL('docs/physics.md', root), 'utf8');
const block = (language: string) => page.match(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'ms'))![1]!;

it('docs/physics.md shows a program that prints what it says', async () => {
  const options = { nodeOptions: ['--import', 'tsx', '--input-type=module'] };
  const { stdout } = await execaNode(options)('-', [], { input: block('ts'), cwd: root });
  expect(stdout.trim()).toBe(block('text').trim());
});
