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

const NAMES = ['  userData: ', '  assetBundleName: ', '  assetBundleVariant: '];
const COMMON = ['  externalObjects: {}', ...NAMES];

/** By the name of an asset, or how it ends ('' for a folder): its importer and what that says. */
const IMPORTERS: Readonly<Record<string, readonly string[]>> = {
  '': ['folderAsset: yes', 'DefaultImporter:', ...COMMON],
  '.unity': ['DefaultImporter:', ...COMMON],
  '.prefab': ['PrefabImporter:', ...COMMON],
  '.asmdef': ['AssemblyDefinitionImporter:', ...COMMON],
  '.md': ['TextScriptImporter:', ...COMMON],
  '.json': ['TextScriptImporter:', ...COMMON],
  'package.json': ['PackageManifestImporter:', ...COMMON],
  '.cs': [
    'MonoImporter:',
    '  externalObjects: {}',
    '  serializedVersion: 2',
    '  defaultReferences: []',
    '  executionOrder: 0',
    '  icon: {instanceID: 0}',
    ...NAMES,
  ],
};

/**
 * The .meta of a new asset of ours that is no model. Unity would write the same with a random GUID; one that follows from the path
 * is alike on every machine.
 *
 * @param asset its path, which tells its importer. @throws Error where nothing is known of such files.
 */
export function newAssetMeta(asset: string, guid: string): string {
  const importer = IMPORTERS[asset.split('/').at(-1)!] ?? IMPORTERS[/\.\w+$/.exec(asset)?.[0] ?? ''];
  if (!importer) throw new Error(`no importer is known of ${asset}`);
  return text(['fileFormatVersion: 2', `guid: ${guid}`, ...importer]);
}

/** The same of a folder, whatever it is called. */
export function newFolderMeta(guid: string): string {
  return newAssetMeta('', guid);
}

function text(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}
