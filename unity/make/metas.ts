/** The .meta files of assets of our own. Their GUIDs follow from their paths, so they are the same on every machine. */

const NAMES = ['userData: ', 'assetBundleName: ', 'assetBundleVariant: '];
const OBJECTS = 'externalObjects: {}';
const common = [OBJECTS, ...NAMES].map(indented);

/** By the name of an asset, or how it ends ('' for a folder): its importer and what that says. */
const importers: Readonly<Record<string, readonly string[]>> = {
  '': ['folderAsset: yes', 'DefaultImporter:', ...common],
  '.unity': ['DefaultImporter:', ...common],
  '.prefab': ['PrefabImporter:', ...common],
  '.asmdef': ['AssemblyDefinitionImporter:', ...common],
  '.md': ['TextScriptImporter:', ...common],
  'package.json': ['PackageManifestImporter:', ...common],
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

/** @param asset its path, which tells its importer. @throws Error where nothing is known of such files. */
export function metaOf(asset: string, guid: string): string {
  const importer = importers[asset.split('/').at(-1)!] ?? importers[/\.\w+$/.exec(asset)?.[0] ?? ''];
  if (!importer) throw new Error(`unity/make/metas.ts knows no importer of ${asset}`);
  return [`fileFormatVersion: 2`, `guid: ${guid}`, ...importer, ''].join('\n');
}

function indented(line: string): string {
  return `  ${line}`;
}
