/**
 * Writes the .meta Unity wants beside an asset. An existing one is never rewritten: it holds the GUID that prefabs refer to
 * and import settings that people chose. Unity writes these files with LF on every platform, so they are LF here too.
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

function text(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}
