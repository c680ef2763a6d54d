/** The licences of the packages that became a part of ours, as those ask for. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @param inputs files that the build read, from the root
 * @returns a part for each package among them: name, version, licence, and its text
 */
export function noticesOf(inputs: readonly string[], root: string): string {
  const folders = inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []);
  const parts = [...new Set(folders)].sort().map((folder) => partOf(join(root, folder)));
  return [`Parts of these packages are included in the files beside this one.\n`, ...parts].join(
    `\n${'-'.repeat(72)}\n`,
  );
}

function partOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<
    string,
    string
  >;
  const texts = readdirSync(folder)
    .filter((file) => /^(licen[cs]e|notice)/i.test(file))
    .map((file) => readFileSync(join(folder, file), 'utf8').trim());
  return [`${name} ${version} (${license})`, ...texts].join('\n\n');
}
