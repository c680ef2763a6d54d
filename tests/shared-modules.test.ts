/** Where test files share a process (`together` in vitest.config.ts), a module that several of them import is evaluated once. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const hook = /^(?:before|after)(?:All|Each)\(/m;

/** Of the modules that tests import, those that register a hook when they are evaluated: it counts in the first file alone. */
function withHooks(folder: string): string[] {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const shared = paths.filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts') && path !== 'each-file.ts');
  return shared.filter((path) => hook.test(readFileSync(join(folder, path), 'utf8')));
}

describe('a module that tests share', () => {
  it('registers no hook of its own: what every file needs stands in tests/each-file.ts', () => {
    expect(withHooks(import.meta.dirname)).toEqual([]);
  });

  it('is known to do so by a hook at the start of a line', () => {
    expect('const made = [];\nafterEach(() => made.splice(0));').toMatch(hook);
    expect('export function open() {\n  afterEach(close);\n}').not.toMatch(hook);
  });
});
