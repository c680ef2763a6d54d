/**
 * What a deploy wants of values in prefabs, scenes and settings, gathered by file and turned into the bytes of each.
 */
import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../base/failure/user-error.ts';
import { editsToAdd, type NewScript } from '../unity-assets/add-component.ts';
import type { Assets, UnityObject } from '../unity-assets/assets.ts';
import { type Edit, editsToSet, type NewValue, withEdits } from '../unity-assets/edit.ts';

/** One property of one object of a file, and the value that it is to have. */
export interface WantedValue {
  /** Relative to the project. */
  readonly path: string;
  readonly object: UnityObject;
  readonly property: string;
  readonly value: NewValue;
}

/** Scripts that are to be added to an object of a file. */
export interface WantedScripts {
  readonly path: string;
  readonly gameObject: UnityObject;
  readonly scripts: readonly NewScript[];
}

export interface EditedAsset {
  readonly path: string;
  readonly before: Buffer;
  readonly after: Buffer;
  readonly edits: readonly Edit[];
}

/**
 * The files that change, each once; those that have all wanted values already are left out.
 *
 * @throws UserError where a value can't be changed in place, or the file can't be written
 */
export function editedAssets(
  root: string,
  assets: Assets,
  wanted: readonly WantedValue[],
  added: readonly WantedScripts[] = [],
): EditedAsset[] {
  return [...new Set([...wanted, ...added].map(({ path }) => path))].sort().flatMap((path) => {
    const here = <Each extends { readonly path: string }>(all: readonly Each[]) =>
      all.filter((each) => each.path === path);
    const edits = [
      ...editsToSet(assets, path, here(wanted)),
      ...here(added).flatMap(({ gameObject, scripts }) => editsToAdd(assets, path, gameObject, scripts)),
    ];
    if (edits.length === 0) return [];
    refuseReadOnly(join(root, path));
    const before = Buffer.from(assets.file(path).text, 'latin1');
    return [{ path, before, after: withEdits(before, edits), edits }];
  });
}

function refuseReadOnly(where: string): void {
  try {
    accessSync(where, constants.W_OK);
    if ((statSync(where).mode & 0o200) !== 0) return;
  } catch {
    // Told the same.
  }
  throw new UserError({
    what: 'this file is to be changed, and it is read-only',
    where,
    mend: 'check it out in version control or make it writable, and run the same command again',
  });
}
