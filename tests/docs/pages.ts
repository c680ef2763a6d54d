/** The pages that people read, by their path from the root. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '../..');

/** Every Markdown file under version control, or about to be; tests' own left out. */
export function pagesRead(): Map<string, string> {
  const words = ['ls-files', '--cached', '--others', '--exclude-standard', '-z', '--', '*.md'];
  const paths = execFileSync('git', words, { cwd: root, encoding: 'utf8' }).split('\0').filter(Boolean);
  const pages = paths.filter((path) => !path.startsWith('tests/') && existsSync(join(root, path)));
  return new Map(pages.sort().map((path) => [path, readFileSync(join(root, path), 'utf8')]));
}
