/** How large a static folder is, as it is and as a host sends it. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

export function sizesOf(folder: string): { readonly files: number; readonly bytes: number; readonly gzipped: number } {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => join(folder, path))
    .filter((path) => statSync(path).isFile());
  const contents = paths.map((path) => readFileSync(path));
  const total = (sizes: readonly number[]) => sizes.reduce((sum, size) => sum + size, 0);
  return {
    files: paths.length,
    bytes: total(contents.map(({ length }) => length)),
    gzipped: total(contents.map((content) => gzipSync(content, { level: 9 }).length)),
  };
}
