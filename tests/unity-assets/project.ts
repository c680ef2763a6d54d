/** Assets in memory for the tests: the texts of a few files, each with the GUID it is known by. */
import { type Assets, openAssets, type UnityObject } from '../../unity-assets/assets.ts';
import { textAt } from '../../unity-assets/values.ts';

export interface MemoryFile {
  readonly guid: string;
  readonly text: string;
}

export const HEAD = '%YAML 1.1\n%TAG !u! tag:unity3d.com,2011:\n';

/** GUID number N. */
export const guid = (number: number) => number.toString(16).padStart(32, 'a');

export function assetsIn(files: Readonly<Record<string, MemoryFile>>, mostObjects?: number): Assets {
  const source = {
    bytesOf: (path: string) => Buffer.from(files[path]!.text),
    pathOf: (wanted: string) => Object.keys(files).find((path) => files[path]!.guid === wanted),
  };
  return openAssets(source, mostObjects);
}

/** The one object whose field has that text. */
export function theObject(assets: Assets, path: string, field: string, text: string): UnityObject {
  const found = [...assets.objectsOf(path).values()].filter((each) => textAt(assets.valuesOf(each), field) === text);
  if (found.length !== 1) throw new Error(`${found.length} objects with ${field}: ${text}`);
  return found[0]!;
}

/** A GameObject with its Transform and, where given, one more component; ids count on from the first. */
export function gameObject(
  id: number,
  name: string,
  { father = '0', component = '' }: { father?: string; component?: string } = {},
): string {
  const more = component === '' ? '' : `  - component: {fileID: ${id + 2}}\n`;
  return `--- !u!1 &${id}
GameObject:
  m_Component:
  - component: {fileID: ${id + 1}}
${more}  m_Name: ${name}
  m_IsActive: 1
--- !u!4 &${id + 1}
Transform:
  m_GameObject: {fileID: ${id}}
  m_LocalPosition: {x: 0, y: 1.5, z: -0}
  m_Children: []
  m_Father: {fileID: ${father}}
${component === '' ? '' : `--- !u!${component.replace('\n', ` &${id + 2}\n`).replace('{OWNER}', `{fileID: ${id}}`)}`}`;
}

export interface Override {
  readonly target: string;
  readonly path: string;
  readonly value?: string;
  readonly reference?: string;
}

/** A prefab instance, its overrides wrapped as Unity wraps them. */
export function instance(
  id: number | string,
  source: string,
  overrides: readonly Override[],
  { parent = '0', removed = [] as readonly string[] } = {},
): string {
  const entries = overrides.map(
    ({ target, path, value = '', reference = '{fileID: 0}' }) => `    - target: {fileID: ${target}, guid: ${source},
        type: 3}
      propertyPath: ${path}
      value: ${value}
      objectReference: ${reference}
`,
  );
  const gone = removed.map((each) => `    - {fileID: ${each}, guid: ${source}, type: 3}\n`).join('');
  return `--- !u!1001 &${id}
PrefabInstance:
  m_ObjectHideFlags: 0
  m_Modification:
    m_TransformParent: {fileID: ${parent}}
    m_Modifications:${entries.length === 0 ? ' []' : ''}
${entries.join('')}    m_RemovedComponents: []
    m_RemovedGameObjects:${gone === '' ? ' []' : ''}
${gone}  m_SourcePrefab: {fileID: 100100000, guid: ${source}, type: 3}
`;
}
