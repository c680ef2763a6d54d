/** The site's table of contents has every page that people read, once. */
import { expect, it } from 'vitest';
import { sections, sitePath } from '../../docs/make/site.ts';
import { pagesRead } from './pages.ts';

/** Pages that go with their folder and are nobody's to look for on a site. */
const ELSEWHERE = ['unity/com.gaitsmith/CHANGELOG.md', 'unity/com.gaitsmith/LICENSE.md'];

const listed = sections.flatMap((section) => section.pages.map(({ path }) => path));

it('every page stands in the table of contents, once', () => {
  const read = [...pagesRead().keys()].filter((path) => !ELSEWHERE.includes(path));
  expect([...listed].sort()).toEqual(read.sort());
});

it('each page has an address of its own', () => {
  expect(new Set(listed.map(sitePath)).size).toBe(listed.length);
  expect(sitePath('docs/runs.md')).toBe('runs.md');
});
