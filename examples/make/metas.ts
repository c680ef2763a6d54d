/** The .meta files of the project's own assets, each with the GUID that its path yields. */
import { assetGuid } from '../../deploy-unity/asset-guid.ts';

const NAMES = ['userData: ', 'assetBundleName: ', 'assetBundleVariant: '];
const OBJECTS = 'externalObjects: {}';

/** By the end of an asset's name ('' for a folder): its importer and what that says. */
const importers: Readonly<Record<string, readonly string[]>> = {
  '': ['folderAsset: yes', 'DefaultImporter:', ...[OBJECTS, ...NAMES].map(indented)],
  '.unity': ['DefaultImporter:', ...[OBJECTS, ...NAMES].map(indented)],
  '.prefab': ['PrefabImporter:', ...[OBJECTS, ...NAMES].map(indented)],
  '.cs': [
    'MonoImporter:',
    ...[
      OBJECTS,
      'serializedVersion: 2',
      'defaultReferences: []',
      'executionOrder: 0',
      'icon: {instanceID: 0}',
      ...NAMES,
    ].map(indented),
  ],
};

/** @param asset its path in the project. @throws Error where nothing is known of such files. */
export function metaOf(asset: string): string {
  const importer = importers[/\.\w+$/.exec(asset)?.[0] ?? ''];
  if (!importer) throw new Error(`examples/make/metas.ts knows no importer of ${asset}`);
  return [`fileFormatVersion: 2`, `guid: ${assetGuid(asset)}`, ...importer, ''].join('\n');
}

function indented(line: string): string {
  return `  ${line}`;
}
