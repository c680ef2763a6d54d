/** Imports from prefabs in memory. */
import { type ImportedRig, importFrom } from '../../import-rig/read-project.ts';
import { assetsIn, guid } from '../unity-assets/project.ts';
import { type ObjectRow, prefabText } from './prefab-builder.ts';

export const HERO = 'Assets/Hero.prefab';

/** @param files texts by path; the GUID of the file number N is `guid(N)`. */
export function imported(
  files: Readonly<Record<string, string>>,
  { path = Object.keys(files)[0]!, object }: { readonly path?: string; readonly object?: string } = {},
): ImportedRig {
  const paths = Object.keys(files);
  const assets = assetsIn(
    Object.fromEntries(paths.map((each, which) => [each, { guid: guid(which), text: files[each]! }])),
  );
  return importFrom({
    assets,
    path,
    object,
    pathOf: (wanted) => paths.find((_, which) => guid(which) === wanted),
    textOf: (file) => files[file],
  });
}

/** A prefab by itself. */
export function heroOf(rows: readonly ObjectRow[], files: Readonly<Record<string, string>> = {}): ImportedRig {
  return imported({ [HERO]: prefabText(rows), ...files });
}

export function bodyOf({ rig }: ImportedRig, name: string) {
  const body = rig.bodies.find((each) => each.name === name);
  if (!body) throw new Error(`no body ${name} among ${rig.bodies.map((each) => each.name).join(', ')}`);
  return body;
}
