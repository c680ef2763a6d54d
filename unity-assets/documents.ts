/**
 * A Unity text file cut into its documents: one for each object, after a line `--- !u!<class> &<local id>[ stripped]`.
 *
 * The text is held one character a byte (latin1), so that an offset in it is an offset in the file and an edit can change
 * bytes in place; what a document says is decoded where it is read (`values.ts`). Documents are cut by their header lines
 * alone: Unity's tags and `stripped` are not YAML, and most of a scene is never asked about.
 */
import { UserError } from '../base/failure/user-error.ts';
import { isLfsPointer } from './git-lfs.ts';

export interface UnityDocument {
  /** Local id of the object, a signed 64-bit integer; too long for a number. */
  readonly id: string;
  /** 1 is a GameObject, 114 a MonoBehaviour, 1001 a PrefabInstance. */
  readonly classId: number;
  /** A handle to an object of a prefab instance, with next to nothing in it. */
  readonly isStripped: boolean;
  /** Bytes from the start of the file: where the line after the header begins, and where the next header does. */
  readonly at: number;
  readonly end: number;
}

export interface UnityFile {
  /** Relative to the project. */
  readonly path: string;
  /** The whole file, one character a byte. */
  readonly text: string;
  readonly documents: readonly UnityDocument[];
}

/** Why a file has no documents to read. */
export type Unreadable = 'binary' | 'git-lfs-pointer' | 'merge-conflict';

/** @returns undefined where the bytes are a Unity text file. */
export function whyUnreadable(bytes: Buffer): Unreadable | undefined {
  if (isLfsPointer(bytes)) return 'git-lfs-pointer';
  if (!bytes.subarray(0, 16).includes('%YAML')) return 'binary';
  return hasConflictMarkers(bytes) ? 'merge-conflict' : undefined;
}

/** Git's marks of a merge that was not resolved: both must stand at the beginning of a line. */
export function hasConflictMarkers(bytes: Buffer): boolean {
  const opens = bytes.subarray(0, 8).toString('latin1') === '<<<<<<< ' || bytes.includes('\n<<<<<<< ');
  return opens && bytes.includes('\n>>>>>>> ');
}

const TOLD: Readonly<Record<Unreadable, { readonly what: string; readonly mend: string }>> = {
  binary: {
    what: 'this file is not saved as text',
    mend: 'set Edit > Project Settings > Editor > Asset Serialization to Force Text in Unity, and save the project',
  },
  'git-lfs-pointer': { what: 'this file is a Git LFS pointer, not the asset itself', mend: 'git lfs pull' },
  'merge-conflict': {
    what: 'this file holds the markers of a merge conflict',
    mend: 'resolve the conflict, or restore the file from version control',
  },
};

/**
 * @param path as it is told in errors, relative to the project
 * @throws UserError where the file is binary, a Git LFS pointer or in the middle of a merge.
 */
export function readDocuments(path: string, bytes: Buffer): UnityFile {
  const why = whyUnreadable(bytes);
  if (why) throw new UserError({ where: path, ...TOLD[why] });
  const text = bytes.toString('latin1');
  return { path, text, documents: cut(text) };
}

const HEADER = /--- !u!(\d{1,10}) &(-?\d{1,20})( stripped)?[ \t\r]*(?:\n|$)/y;

function cut(text: string): UnityDocument[] {
  const found: (Omit<UnityDocument, 'end'> & { readonly header: number })[] = [];
  for (let at = text.indexOf('--- !u!'); at !== -1; at = text.indexOf('\n--- !u!', at)) {
    if (text[at] === '\n') at += 1;
    else if (at > 0 && text[at - 1] !== '\n') continue;
    HEADER.lastIndex = at;
    const header = HEADER.exec(text);
    if (!header) {
      at += 1;
      continue;
    }
    const [whole, classId, id, stripped] = header;
    found.push({ id: id!, classId: Number(classId), isStripped: !!stripped, at: at + whole.length, header: at });
    at += whole.length - 1;
  }
  return found.map(({ header, ...document }, index) => ({ ...document, end: found[index + 1]?.header ?? text.length }));
}
