/** How tests start scripts of this project: on what `build.ts` made of them. */
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const folder = process.env.GAITSMITH_COMPILED!;

/** What goes behind node's `--import`, in place of tsx. */
export const compiled = pathToFileURL(join(folder, 'loader.mjs')).href;

/**
 * What was made of one of the scripts that build.ts lists, for a node without any loader: that starts fastest, but can load
 * no other script of the list by the path of its source.
 *
 * @param script its path from the root of the project.
 */
export function compiledScript(script: string): string {
  return join(folder, script.replace(/\.ts$/, '.mjs'));
}

/** What was made of a module that a thread runs, for a thread without any loader. */
export function compiledModule(module: URL): URL {
  return pathToFileURL(compiledScript(relative(join(import.meta.dirname, '../..'), fileURLToPath(module))));
}
