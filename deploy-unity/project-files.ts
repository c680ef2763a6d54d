/**
 * Lists once what the later steps ask of a project's files: every GUID in a .meta with the asset it belongs to, and
 * every prefab and scene. Looks under Assets and under embedded packages, where Unity looks too; `Library` with its
 * imported copies is left alone.
 */
import { type Dirent, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readMeta } from './meta-file.ts';

export interface ProjectFiles {
  /** GUID -> the assets whose .meta claims it, relative to the project. More than one is a fault. */
  readonly assetsByGuid: ReadonlyMap<string, readonly string[]>;
  /** Prefabs and scenes under Assets, relative to the project, sorted. */
  readonly prefabsAndScenes: readonly string[];
}

export function listProjectFiles(root: string): ProjectFiles {
  const assetsByGuid = new Map<string, string[]>();
  const prefabsAndScenes: string[] = [];
  for (const path of [...filesUnder(root, 'Assets'), ...filesUnder(root, 'Packages')]) {
    if (path.endsWith('.meta')) {
      const guid = readMeta(readFileSync(join(root, path)))?.guid;
      if (guid) assetsByGuid.set(guid, [...(assetsByGuid.get(guid) ?? []), path.slice(0, -'.meta'.length)]);
    } else if (path.startsWith('Assets/') && /\.(prefab|unity)$/.test(path)) {
      prefabsAndScenes.push(path);
    }
  }
  return { assetsByGuid, prefabsAndScenes: prefabsAndScenes.sort() };
}

/** Every file that Unity would see. Symbolic links are followed, each folder once, so a loop ends. */
function* filesUnder(root: string, folder: string, visited = new Set<string>()): Generator<string> {
  const real = realpathSync(join(root, folder));
  if (visited.has(real)) return;
  visited.add(real);
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    if (entry.name.startsWith('.') || entry.name.endsWith('~')) continue; // Unity does not import these.
    const path = `${folder}/${entry.name}`;
    const kind = kindOf(join(root, path), entry);
    if (kind === 'folder') yield* filesUnder(root, path, visited);
    else if (kind === 'file') yield path;
  }
}

function kindOf(path: string, entry: Dirent): 'folder' | 'file' | 'neither' {
  const stats = entry.isSymbolicLink() ? statSync(path, { throwIfNoEntry: false }) : entry;
  if (stats?.isDirectory()) return 'folder';
  return stats?.isFile() ? 'file' : 'neither';
}
