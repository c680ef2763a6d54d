/**
 * What a `.meta` says: the GUID of the asset beside it and whose importer it belongs to. Read from its bytes alone, so that
 * tens of thousands can be read; each way in which one can be unfit has its own word.
 */
import { hasConflictMarkers } from './documents.ts';
import { isLfsPointer } from './git-lfs.ts';

export interface MetaFacts {
  readonly guid: string;
  /** GUID of the importer script; undefined where the meta names none (DefaultImporter, or Unity before 2019). */
  readonly importer: string | undefined;
}

export type MetaFlaw = 'git-lfs-pointer' | 'merge-conflict' | 'zero-guid' | 'no-single-guid';

const GUID = /^guid: ([0-9a-f]{32})[ \t]*\r?$/gm;
const ZEROS = '0'.repeat(32);

/** @returns what it says, or the flaw that keeps it from saying it. */
export function readMeta(content: Uint8Array): MetaFacts | MetaFlaw {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.length);
  if (isLfsPointer(bytes)) return 'git-lfs-pointer';
  if (hasConflictMarkers(bytes)) return 'merge-conflict';
  const text = bytes.toString('latin1');
  const guids = text.match(GUID);
  if (guids?.length !== 1) return 'no-single-guid';
  const guid = guids[0].slice(6, 38);
  if (guid === ZEROS) return 'zero-guid';
  const importer = /^\s+script: \{fileID: -?\d+, guid: ([0-9a-f]{32}),/m.exec(text);
  return { guid, importer: importer?.[1] };
}
