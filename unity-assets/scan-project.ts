/**
 * One walk through a Unity project: every GUID in a `.meta`, and every prefab, scene and asset file with the prefabs that it
 * is made of and the GUIDs asked about that it mentions.
 *
 * Each file is read once, in pieces, and forgotten; what needs more than this of a file opens it then (`assets.ts`). Looks
 * under Assets and embedded packages, where Unity looks; `Library` with its imported copies is left alone.
 */
import { closeSync, type Dirent, openSync, readdirSync, readSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Unreadable } from './documents.ts';
import { isLfsPointer } from './git-lfs.ts';
import { type MetaFlaw, readMeta } from './meta.ts';

export interface TextAsset {
  /** Relative to the project. */
  readonly path: string;
  /** GUIDs of the prefabs that it has instances of. */
  readonly sources: ReadonlySet<string>;
  /** Which of the GUIDs that were asked about stand in it. */
  readonly mentions: ReadonlySet<string>;
}

export interface ScanProblem {
  readonly kind: 'unreadable' | Unreadable | `meta-${MetaFlaw}`;
  readonly path: string;
  /** The system's word for it: EACCES. */
  readonly code?: string;
}

export interface ProjectScan {
  /** GUID -> the assets whose .meta claims it, relative to the project. More than one is a fault. */
  readonly assetsByGuid: ReadonlyMap<string, readonly string[]>;
  /** Prefabs, scenes and other assets saved as text, by path. */
  readonly texts: ReadonlyMap<string, TextAsset>;
  readonly problems: readonly ScanProblem[];
}

/** What Unity saves objects with references to others in. */
const HOLDS_OBJECTS = /\.(prefab|unity|asset|preset|playable)$/i;
/** Of those, what should be text where the project saves text; some .asset files are always binary. */
const SHOULD_BE_TEXT = /\.(prefab|unity)$/i;

/** @param guids whose mention is looked for */
export function scanProject(root: string, guids: readonly string[]): ProjectScan {
  const assetsByGuid = new Map<string, string[]>();
  const texts = new Map<string, TextAsset>();
  const problems: ScanProblem[] = [];
  const looking = { needles: guids.map((guid) => ({ guid, bytes: Buffer.from(guid) })), piece: Buffer.alloc(PIECE) };

  const unreadable = (path: string, error: unknown) => {
    problems.push({ kind: 'unreadable', path, code: (error as NodeJS.ErrnoException).code ?? 'unknown' });
  };
  const look = (path: string) => {
    if (path.endsWith('.meta')) {
      const facts = readMeta(firstPiece(join(root, path), looking.piece));
      if (typeof facts === 'string') problems.push({ kind: `meta-${facts}`, path });
      else addTo(assetsByGuid, facts.guid, path.slice(0, -'.meta'.length));
    } else if (HOLDS_OBJECTS.test(path)) {
      const found = scanText(join(root, path), looking);
      if (typeof found !== 'string') texts.set(path, { path, ...found });
      else if (SHOULD_BE_TEXT.test(path)) problems.push({ kind: found, path });
    }
  };
  for (const folder of ['Assets', 'Packages']) {
    for (const path of filesUnder(root, folder, unreadable)) {
      try {
        look(path);
      } catch (error) {
        unreadable(path, error);
      }
    }
  }
  return { assetsByGuid, texts, problems };
}

function addTo(map: Map<string, string[]>, key: string, value: string): void {
  const there = map.get(key);
  if (there) there.push(value);
  else map.set(key, [value]);
}

/** Bytes read at a time. What is looked for never lies astride two pieces: the second begins a little before the first ends. */
const PIECE = 1 << 20;
const OVERLAP = 256;

/** The head of a file is all of a .meta but for those of models, whose GUID stands there too. */
function firstPiece(path: string, piece: Buffer): Buffer {
  const file = openSync(path, 'r');
  try {
    return piece.subarray(0, readSync(file, piece, 0, 1 << 16, null));
  } finally {
    closeSync(file);
  }
}

interface Looking {
  readonly needles: readonly { readonly guid: string; readonly bytes: Buffer }[];
  readonly piece: Buffer;
}

const CONFLICT = Buffer.from('\n<<<<<<< ');
/** How the source of an instance is written, since Unity 2018.3 and before. */
const SOURCES = ['m_SourcePrefab: {', 'm_ParentPrefab: {'].map((text) => Buffer.from(text));

function scanText(path: string, { needles, piece }: Looking): Pick<TextAsset, 'sources' | 'mentions'> | Unreadable {
  const sources = new Set<string>();
  const mentions = new Set<string>();
  const file = openSync(path, 'r');
  try {
    for (let kept = 0; ; ) {
      const read = readSync(file, piece, kept, PIECE - kept, null);
      if (read === 0) return { sources, mentions };
      const bytes = piece.subarray(0, kept + read);
      if (kept === 0 && isLfsPointer(bytes)) return 'git-lfs-pointer';
      if (kept === 0 && !bytes.subarray(0, 16).includes('%YAML')) return 'binary';
      if (bytes.includes(CONFLICT)) return 'merge-conflict';
      for (const { guid, bytes: needle } of needles) if (bytes.includes(needle)) mentions.add(guid);
      for (const needle of SOURCES) {
        for (let at = bytes.indexOf(needle); at !== -1; at = bytes.indexOf(needle, at + 1)) {
          const guid = /guid:\s+([0-9a-f]{32})/.exec(bytes.toString('latin1', at, at + OVERLAP / 2))?.[1];
          if (guid !== undefined) sources.add(guid);
        }
      }
      kept = Math.min(OVERLAP, bytes.length);
      bytes.copyWithin(0, bytes.length - kept);
    }
  } finally {
    closeSync(file);
  }
}

/** Every file that Unity would see. Symbolic links are followed, each folder once, so a loop ends. */
function* filesUnder(
  root: string,
  folder: string,
  unreadable: (path: string, error: unknown) => void,
  visited = new Set<string>(),
): Generator<string> {
  let entries: Dirent[] = [];
  try {
    const real = realpathSync(join(root, folder));
    if (visited.has(real)) return;
    visited.add(real);
    entries = readdirSync(join(root, folder), { withFileTypes: true });
  } catch (error) {
    unreadable(folder, error);
  }
  for (const entry of entries) {
    if (entry.name.startsWith('.') || entry.name.endsWith('~')) continue; // Unity does not import these.
    const path = `${folder}/${entry.name}`;
    const kind = kindOf(join(root, path), entry);
    if (kind === 'folder') yield* filesUnder(root, path, unreadable, visited);
    else if (kind === 'file') yield path;
  }
}

function kindOf(path: string, entry: Dirent): 'folder' | 'file' | 'neither' {
  try {
    const stats = entry.isSymbolicLink() ? statSync(path, { throwIfNoEntry: false }) : entry;
    if (stats?.isDirectory()) return 'folder';
    return stats?.isFile() ? 'file' : 'neither';
  } catch {
    return 'neither'; // A link that leads in a circle.
  }
}
