/**
 * Pieces of Unity's text files: documents, references, and the components that prefab and scene have in common. As Unity 2021
 * writes them; a newer one reads that, as it does in every project that is older than itself.
 */

export const HEAD = '%YAML 1.1\n%TAG !u! tag:unity3d.com,2011:\n';

/** `--- !u!CLASS &ID`, the type's name, and its fields. */
export function documentOf(classId: number, id: string, type: string, fields: readonly string[]): string {
  return [`--- !u!${classId} &${id}`, `${type}:`, ...fields.map((field) => `  ${field}`), ''].join('\n');
}

const OWN = [
  'm_ObjectHideFlags: 0',
  'm_CorrespondingSourceObject: {fileID: 0}',
  'm_PrefabInstance: {fileID: 0}',
  'm_PrefabAsset: {fileID: 0}',
];

/** Something of a game object's, made here and not in another prefab. */
export function componentOf(
  classId: number,
  id: string,
  type: string,
  gameObject: string,
  fields: readonly string[],
): string {
  return documentOf(classId, id, type, [...OWN, `m_GameObject: {fileID: ${gameObject}}`, ...fields]);
}

export function gameObject(id: string, name: string, components: readonly string[], tag = 'Untagged'): string {
  return documentOf(1, id, 'GameObject', [
    ...OWN,
    'serializedVersion: 6',
    'm_Component:',
    ...components.map((component) => `- component: {fileID: ${component}}`),
    'm_Layer: 0',
    `m_Name: ${name}`,
    `m_TagString: ${tag}`,
    'm_Icon: {fileID: 0}',
    'm_NavMeshLayer: 0',
    'm_StaticEditorFlags: 0',
    'm_IsActive: 1',
  ]);
}

/** At the root of its file. @param rotation x y z w. @param order among the roots. */
export function rootTransform(
  id: string,
  of: string,
  position: readonly number[] = [0, 0, 0],
  rotation: readonly number[] = [0, 0, 0, 1],
  order = 0,
): string {
  return componentOf(4, id, 'Transform', of, [
    `m_LocalRotation: ${mapping('xyzw', rotation)}`,
    `m_LocalPosition: ${mapping('xyz', position)}`,
    'm_LocalScale: {x: 1, y: 1, z: 1}',
    'm_ConstrainProportionsScale: 0',
    'm_Children: []',
    'm_Father: {fileID: 0}',
    `m_RootOrder: ${order}`,
    'm_LocalEulerAnglesHint: {x: 0, y: 0, z: 0}',
  ]);
}

/** A script on a game object. @param guid of the script's asset. */
export function script(id: string, of: string, guid: string, fields: readonly string[]): string {
  return componentOf(114, id, 'MonoBehaviour', of, [
    'm_Enabled: 1',
    'm_EditorHideFlags: 0',
    `m_Script: {fileID: 11500000, guid: ${guid}, type: 3}`,
    'm_Name: ',
    'm_EditorClassIdentifier: ',
    ...fields,
  ]);
}

/** {x: 1, y: 2} */
export function mapping(names: string, values: readonly number[]): string {
  return `{${[...names].map((name, at) => `${name}: ${values[at]}`).join(', ')}}`;
}
