/**
 * Writes the .meta Unity wants beside an asset, and reads the two things of an existing one that matter here: its GUID
 * and whose importer it belongs to. An existing .meta is never rewritten: it holds the GUID that prefabs refer to and
 * import settings that people chose. Unity writes these files with LF on every platform, so they are LF here too.
 */
import { type InferencePackage, metaFieldsOf } from './inference-packages.ts';

/** The .meta of a new .onnx, byte for byte as the importer of this package would write it. */
export function newModelMeta(guid: string, inference: InferencePackage, version: string | undefined): string {
  return text([
    'fileFormatVersion: 2',
    `guid: ${guid}`,
    'ScriptedImporter:',
    '  internalIDToNameTable: []',
    '  externalObjects: {}',
    '  serializedVersion: 2',
    '  userData: ',
    '  assetBundleName: ',
    '  assetBundleVariant: ',
    `  script: {fileID: 11500000, guid: ${inference.importer}, type: 3}`,
    ...metaFieldsOf(inference, version).map((line) => `  ${line}`),
  ]);
}

/** The .meta of a new folder. Unity would write the same with a random GUID; this one is alike on every machine. */
export function newFolderMeta(guid: string): string {
  return text([
    'fileFormatVersion: 2',
    `guid: ${guid}`,
    'folderAsset: yes',
    'DefaultImporter:',
    '  externalObjects: {}',
    '  userData: ',
    '  assetBundleName: ',
    '  assetBundleVariant: ',
  ]);
}

export interface MetaFacts {
  readonly guid: string;
  /** GUID of the importer script; undefined where the meta names none (DefaultImporter, or Unity before 2019). */
  readonly importer: string | undefined;
}

/** What an existing .meta says, or undefined where it does not name exactly one GUID (a merge conflict names two). */
export function readMeta(content: Uint8Array): MetaFacts | undefined {
  const lines = Buffer.from(content).toString('utf8');
  const guids = [...lines.matchAll(/^guid: ([0-9a-f]{32})\s*$/gm)];
  if (guids.length !== 1) return undefined;
  const importer = /^\s+script: \{fileID: -?\d+, guid: ([0-9a-f]{32}),/m.exec(lines);
  return { guid: guids[0]![1]!, importer: importer?.[1] };
}

function text(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}
