/** Pages that hold a part made from the code, between two comments: `<!-- made: NAME -->` and `<!-- end: NAME -->`. */

/**
 * The page with the part of that name replaced.
 *
 * @throws Error where the page has no such part.
 */
export function withMade(page: string, name: string, made: string): string {
  const [begin, end] = [`<!-- made: ${name} (npm run docs) -->`, `<!-- end: ${name} -->`];
  const [at, until] = [page.indexOf(begin), page.indexOf(end)];
  if (at < 0 || until < at) throw new Error(`the page has no part between ${begin} and ${end}`);
  return `${page.slice(0, at + begin.length)}\n\n${made.trim()}\n\n${page.slice(until)}`;
}
