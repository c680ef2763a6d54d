/** Every link of every page leads somewhere: to a file that is there, and to a heading that it has. */
import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { anchorOf, anchorsOf, linksOf } from '../../docs/make/markdown.ts';
import { pagesRead, root } from './pages.ts';

const pages = pagesRead();

/** What is wrong with the links of a page, each with its line. */
function brokenLinks(path: string, page: string): string[] {
  return linksOf(page).flatMap(({ target, line }) => {
    if (/^[a-z]+:/.test(target)) return [];
    const [file, anchor] = target.split('#');
    const leadsTo = file === '' ? path : normalize(join(dirname(path), file!)).replaceAll('\\', '/');
    if (leadsTo !== path && !existsSync(join(root, leadsTo)))
      return [`${path}:${line}: ${target}: there is no ${leadsTo}`];
    if (anchor === undefined) return [];
    const anchors = anchorsOf(leadsTo === path ? page : (pages.get(leadsTo) ?? ''));
    return anchors.has(anchor) ? [] : [`${path}:${line}: ${target}: no heading of ${leadsTo} makes this anchor`];
  });
}

describe('the links', () => {
  it.each([...pages.keys()])('of %s all lead somewhere', (path) => {
    expect(brokenLinks(path, pages.get(path)!)).toEqual([]);
  });

  it('are some dozens', () => {
    expect([...pages.values()].flatMap(linksOf).length).toBeGreaterThan(80);
  });
});

describe('a link', () => {
  it.each([
    ['[a](nowhere.md)', 'there is no docs/nowhere.md'],
    ['[a](runs.md#nowhere)', 'no heading of docs/runs.md makes this anchor'],
    ['# Here\n\n[a](#there)', 'no heading of docs/page.md makes this anchor'],
    ['![a](../models/nothing.png)', 'there is no models/nothing.png'],
  ])('as in %j is told', (page, why) => {
    expect(brokenLinks('docs/page.md', page)).toEqual([expect.stringContaining(why)]);
  });

  it.each([
    '[a](runs.md#tensorboard)',
    '# A b: c\n\n[a](#a-b-c)',
    '`[a](nowhere.md)`',
    '    [a](nowhere.md)',
    '```\n[a](b.md)\n```',
  ])('as in %j is fine, or none', (page) => {
    expect(brokenLinks('docs/page.md', page)).toEqual([]);
  });

  it("has GitHub's anchors", () => {
    expect(anchorOf('npm run lint:policy')).toBe('npm-run-lintpolicy');
    expect(anchorOf('Play, Stop, Ctrl-C')).toBe('play-stop-ctrl-c');
    expect([...anchorsOf('# Twice\n## Twice\n')]).toEqual(['twice', 'twice-1']);
  });
});
