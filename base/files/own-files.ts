/**
 * Files that come with Gaitsmith, such as config/ and models/: found from where it lies itself, a checkout or a folder in
 * node_modules, and never from the working folder, which is the user's.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fromHere } from './from-here.ts';

/** The folder of the whole: the nearest with a package.json above this file, whether that is a source or was built from it. */
export const packageRoot: string = rootAbove(import.meta.dirname);

/** Path of a file of ours, from the working folder where it lies below that. @param name from the root, with slashes */
export function ownFile(name: string): string {
  return fromHere(join(packageRoot, name));
}

/**
 * The user's file where there is one of that name, else ours: `config/walker-robust.yaml` can be said anywhere, and what a
 * run recorded of ours is found when the package has moved.
 */
export function givenOrOwnFile(path: string): string {
  if (existsSync(path)) return path;
  const name = /(?:^|[\\/])((?:config|models|rigs)[\\/][^\\/].*)$/.exec(path)?.[1];
  return name !== undefined && existsSync(join(packageRoot, name)) ? ownFile(name) : path;
}

function rootAbove(folder: string): string {
  for (let at = folder; ; at = dirname(at)) if (existsSync(join(at, 'package.json')) || at === dirname(at)) return at;
}
