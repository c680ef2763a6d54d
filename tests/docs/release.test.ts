/** What a release goes by: the changelog, and .github/workflows/release.yml, whose steps run here as far as they need no server. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { commandsIn } from '../../docs/make/markdown.ts';
import { root } from './pages.ts';

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const changelog = readFileSync(join(root, 'CHANGELOG.md'), 'utf8');
const workflow = parse(readFileSync(join(root, '.github/workflows/release.yml'), 'utf8'));
const steps: { name?: string; uses?: string; run?: string; env?: Record<string, string> }[] =
  workflow.jobs.release.steps;
const named = (name: string) => steps.find((step) => step.name === name)!.run!;

describe('the changelog', () => {
  const versions = [...changelog.matchAll(/^## \[([^\]]+)\](?: - (\d{4}-\d\d-\d\d))?$/gm)];

  it('begins with what is not released yet, then has this version, each older one after it with its day', () => {
    expect(versions.map(([, version]) => version).slice(0, 2)).toEqual(['Unreleased', manifest.version]);
    const days = versions.slice(1).map(([, , day]) => day);
    expect(days).not.toContain(undefined);
    expect(days).toEqual([...days].sort().reverse());
  });

  it("has Keep a Changelog's kinds of change and no others", () => {
    const kinds = [...changelog.matchAll(/^### (.*)$/gm)].map(([, kind]) => kind);
    expect(kinds.filter((kind) => !/^(Added|Changed|Deprecated|Removed|Fixed|Security)$/.test(kind!))).toEqual([]);
  });
});

describe('the workflow of a release', () => {
  it.each(steps.filter(({ run }) => run).map(({ name, run }) => [name, run]))(
    'has in its step %s lines for bash',
    (_, run) => {
      expect(spawnSync('bash', ['-n'], { input: run }).status).toBe(0);
      for (const { text } of commandsIn(run!)) expect(manifest.scripts).toHaveProperty([text.split(' ')[2]!]);
    },
  );

  it('may ask for a provenance, and asks', () => {
    expect(workflow.jobs.release.permissions).toMatchObject({ 'id-token': 'write' });
    expect(named('publish')).toContain('--provenance');
    expect(steps.findIndex(({ name }) => name === 'check')).toBeLessThan(
      steps.findIndex(({ name }) => name === 'publish'),
    );
  });

  it.each([
    [`v${manifest.version}`, 0],
    ['v9.9.9', 1],
    ['v', 1],
  ])('takes the tag %s with exit code %i: versions and changelog agree or it ends', (tag, code) => {
    const env = { ...process.env, GITHUB_REF_NAME: tag };
    expect(spawnSync('bash', ['-e', '-c', named('versions')], { cwd: root, env }).status).toBe(code);
  });
});
