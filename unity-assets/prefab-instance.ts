/**
 * A prefab instance: another file's objects under new ids, with what this file says otherwise about them. A variant is a file
 * whose root is one.
 *
 * The id of a copy is (source id XOR instance id) without the sign bit, unless a stripped document of this file gives it
 * another, as happens in scenes. (Counted over stripped objects of 38 projects' prefabs: 1,018 of 1,018.)
 */
import type { UnityDocument, UnityFile } from './documents.ts';
import { type Reference, referenceIn } from './reference.ts';
import { type Mapping, readValues, type Scalar, type Value, valueAt } from './values.ts';

export const PREFAB_INSTANCE = 1001;

export interface Modification {
  /** Local id of the object in the flattened source. */
  readonly target: string;
  readonly targetGuid: string | undefined;
  readonly path: string;
  /** What the property is set to: the reference where there is one, else the text. */
  readonly value: Value;
  /** Its `objectReference`, for an edit in place. */
  readonly reference: Value | undefined;
  /** Its `value`, likewise. */
  readonly text: Scalar | undefined;
}

export interface PrefabInstance {
  readonly document: UnityDocument;
  /** GUID of the file that it is an instance of. */
  readonly source: string;
  /** The Transform of this file that it hangs from; undefined for the root of a variant. */
  readonly parent: Reference | undefined;
  readonly modifications: readonly Modification[];
  /** The list itself, for an edit in place, and all else that the document says. */
  readonly list: Value | undefined;
  readonly values: Mapping;
  /** Local ids, in the flattened source, of what this file removes. */
  readonly removed: ReadonlySet<string>;
  /** Local id in this file of a copied object. */
  idOf(sourceId: string): string;
}

/**
 * All prefab instances of a file.
 *
 * @throws UserError where one of them is malformed
 */
export function prefabInstancesOf(file: UnityFile): PrefabInstance[] {
  const handles = handlesOf(file);
  return file.documents
    .filter(({ classId, isStripped }) => classId === PREFAB_INSTANCE && !isStripped)
    .flatMap((document): PrefabInstance[] => {
      const values = readValues(file, document);
      // Before Unity 2018.3 it was the parent.
      const source = referenceIn(valueAt(values, 'm_SourcePrefab') ?? valueAt(values, 'm_ParentPrefab'))?.guid;
      if (source === undefined) return [];
      const list = valueAt(values, 'm_Modification.m_Modifications');
      const named = handles.get(document.id);
      return [
        {
          document,
          source,
          parent: referenceIn(valueAt(values, 'm_Modification.m_TransformParent')),
          modifications: itemsOf(list).flatMap(modificationIn),
          list,
          values,
          removed: removedBy(values),
          idOf: (sourceId) => named?.get(sourceId) ?? idOfCopy(sourceId, document.id),
        },
      ];
    });
}

const WITHOUT_SIGN = 0x7fff_ffff_ffff_ffffn;

/** The local id that Unity gives to the copy of an object. */
export function idOfCopy(sourceId: string, instanceId: string): string {
  return String((BigInt(sourceId) ^ BigInt(instanceId)) & WITHOUT_SIGN);
}

/** A few fields of a document, without reading the rest of it: found in scenes of tens of thousands of documents. */
export function quickReference(file: UnityFile, { at, end }: UnityDocument, field: RegExp): Reference | undefined {
  const match = field.exec(file.text.slice(at, end));
  if (!match || match[1] === '0') return undefined;
  return match[2] === undefined ? { fileId: match[1]! } : { fileId: match[1]!, guid: match[2] };
}

export function fieldPattern(...names: readonly string[]): RegExp {
  return new RegExp(`^  (?:${names.join('|')}): \\{fileID: (-?\\d{1,20})(?:,\\s*guid: ([0-9a-f]{32}))?`, 'm');
}

const OF_INSTANCE = fieldPattern('m_PrefabInstance', 'm_PrefabInternal');
const COPY_OF = fieldPattern('m_CorrespondingSourceObject', 'm_PrefabParentObject');

/** Instance -> id in its source -> id of the handle to the copy. */
function handlesOf(file: UnityFile): Map<string, Map<string, string>> {
  const handles = new Map<string, Map<string, string>>();
  for (const document of file.documents) {
    if (!document.isStripped) continue;
    const instance = quickReference(file, document, OF_INSTANCE)?.fileId;
    const source = quickReference(file, document, COPY_OF)?.fileId;
    if (instance === undefined || source === undefined) continue;
    if (!handles.has(instance)) handles.set(instance, new Map());
    handles.get(instance)!.set(source, document.id);
  }
  return handles;
}

function itemsOf(value: Value | undefined): readonly Value[] {
  return value?.kind === 'sequence' ? value.items : [];
}

function modificationIn(item: Value): Modification[] {
  const target = referenceIn(valueAt(item, 'target'));
  const path = valueAt(item, 'propertyPath');
  if (!target || path?.kind !== 'scalar') return [];
  const reference = valueAt(item, 'objectReference');
  const text = valueAt(item, 'value');
  const scalar: Scalar = text?.kind === 'scalar' ? text : { kind: 'scalar', text: '' };
  return [
    {
      target: target.fileId,
      targetGuid: target.guid,
      path: path.text,
      value: referenceIn(reference) ? reference! : scalar,
      reference,
      text: text?.kind === 'scalar' ? text : undefined,
    },
  ];
}

function removedBy(values: Mapping): Set<string> {
  const lists = ['m_Modification.m_RemovedComponents', 'm_Modification.m_RemovedGameObjects', 'm_RemovedComponents'];
  return new Set(
    lists.flatMap((list) => itemsOf(valueAt(values, list))).flatMap((item) => referenceIn(item)?.fileId ?? []),
  );
}
