import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseConfiguration } from '../../train/configuration/read.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/ppo.md'), 'utf8');

describe('docs/ppo.md', () => {
  it('has every setting of the gaitsmith block in its table, with its default', () => {
    const { gaitsmith } = parseConfiguration('behaviors: { Walker: {} }', 'w.yaml', 'Walker').behavior;
    const rows = page.matchAll(/^\| `(\w+)`(?: \(PPO\))? \| (\S+) \|/gm);
    const told = Object.fromEntries([...rows].map(([, name, value]) => [name, value]));
    expect(told).toEqual(Object.fromEntries(Object.entries(gaitsmith).map(([name, value]) => [name, String(value)])));
  });

  it('names files that exist', () => {
    const named = [...page.matchAll(/`((?:train|envs|tests|config)\/[\w/.-]+)`/g)].map(([, path]) => path!);
    expect(named.length).toBeGreaterThan(20);
    for (const path of new Set(named)) {
      expect(() => readFileSync(join(import.meta.dirname, '../..', path)), path).not.toThrow();
    }
  });
});
