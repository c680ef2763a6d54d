/**
 * The objects of prefabs and scenes as they are in effect: those of the file itself and those of every prefab instance in it,
 * however deep, each with all that was overridden on the way.
 *
 *     const assets = openAssets(source);
 *     for (const object of assets.objectsOf('Assets/Game.unity').values())
 *       if (object.classId === RIGIDBODY) textAt(assets.valuesOf(object), 'm_Mass');
 *
 * A file is read when it is first asked for and kept; an object's values are read when they are.
 */
import { UserError } from '../base/failure/user-error.ts';
import { readDocuments, type UnityDocument, type UnityFile } from './documents.ts';
import { overridden } from './overrides.ts';
import {
  fieldPattern,
  PREFAB_INSTANCE,
  type PrefabInstance,
  prefabInstancesOf,
  quickReference,
} from './prefab-instance.ts';
import { type Reference, referenceIn, referenceValue } from './reference.ts';
import { type Mapping, readValues, textAt, type Value, valueAt } from './values.ts';

export const GAME_OBJECT = 1;
export const TRANSFORM = 4;
export const RECT_TRANSFORM = 224;
export const MONO_BEHAVIOUR = 114;

export interface UnityObject {
  /** In the file that was asked about. */
  readonly id: string;
  readonly classId: number;
  /** The document it is made of; of a copy, the innermost one. */
  readonly file: UnityFile;
  readonly document: UnityDocument;
  /** Of a copy: what it is a copy of, and the instance that made it. */
  readonly copy?: { readonly of: UnityObject; readonly by: PrefabInstance; readonly in: UnityFile };
}

/** An instance whose objects can't be told, and why. */
export interface UnresolvedInstance {
  readonly path: string;
  readonly instance: PrefabInstance;
  readonly why: 'not in the project' | 'no text file of Unity' | 'a prefab within itself';
}

/** Where the bytes come from: the disk, or what would be on it after a deploy. */
export interface AssetSource {
  /** @throws what reading a file throws */
  bytesOf(path: string): Buffer;
  /** Path of the asset with that GUID, relative to the project. */
  pathOf(guid: string): string | undefined;
}

export interface Assets {
  /** @throws UserError where it is no Unity text file. */
  file(path: string): UnityFile;
  /** @throws UserError where the file, or a prefab in it, is malformed. */
  objectsOf(path: string): ReadonlyMap<string, UnityObject>;
  unresolvedIn(path: string): readonly UnresolvedInstance[];
  instancesOf(path: string): readonly PrefabInstance[];
  /** What is in effect for the object. @throws UserError where its document is malformed. */
  valuesOf(object: UnityObject): Mapping;
  /** The GameObject that a component belongs to, and the one that a GameObject hangs from. */
  gameObjectOf(path: string, component: UnityObject): UnityObject | undefined;
  parentOf(path: string, gameObject: UnityObject): UnityObject | undefined;
  /** All components of a GameObject, in the order of the file. */
  componentsOf(path: string, gameObject: UnityObject): readonly UnityObject[];
}

/** A damaged file may nest prefabs so that their copies would never end. */
const MOST_OBJECTS = 1_000_000;

interface Flattened {
  readonly file: UnityFile;
  readonly instances: readonly PrefabInstance[];
  readonly objects: Map<string, UnityObject>;
  readonly unresolved: UnresolvedInstance[];
  /** Components by the id of their GameObject, once they were asked for. */
  components?: ReadonlyMap<string, readonly UnityObject[]>;
}

const GAME_OBJECT_FIELD = fieldPattern('m_GameObject');
const FATHER_FIELD = fieldPattern('m_Father');
const SCRIPT_FIELD = fieldPattern('m_Script');

export function openAssets(source: AssetSource, mostObjects = MOST_OBJECTS): Assets {
  const files = new Map<string, UnityFile>();
  const flattened = new Map<string, Flattened>();
  const underWay = new Set<string>();
  const values = new WeakMap<UnityObject, Mapping>();

  function file(path: string): UnityFile {
    const known = files.get(path);
    if (known) return known;
    const read = readDocuments(path, source.bytesOf(path));
    files.set(path, read);
    return read;
  }

  function flatten(path: string): Flattened {
    const known = flattened.get(path);
    if (known) return known;
    underWay.add(path);
    try {
      const own = file(path);
      const objects = new Map<string, UnityObject>();
      for (const document of own.documents) {
        const isHandle = document.isStripped || document.classId === PREFAB_INSTANCE;
        if (isHandle || objects.has(document.id)) continue;
        objects.set(document.id, { id: document.id, classId: document.classId, file: own, document });
      }
      const instances = prefabInstancesOf(own);
      const result: Flattened = { file: own, instances, objects, unresolved: [] };
      for (const instance of instances) addCopies(result, path, instance);
      flattened.set(path, result);
      return result;
    } finally {
      underWay.delete(path);
    }
  }

  function addCopies({ file: own, objects, unresolved }: Flattened, path: string, instance: PrefabInstance): void {
    const of = source.pathOf(instance.source);
    if (of === undefined) return void unresolved.push({ path, instance, why: 'not in the project' });
    if (!/\.prefab$/i.test(of)) return void unresolved.push({ path, instance, why: 'no text file of Unity' });
    if (underWay.has(of)) return void unresolved.push({ path, instance, why: 'a prefab within itself' });
    const removed = allRemoved(of, instance.removed);
    for (const object of flatten(of).objects.values()) {
      if (removed.has(object.id)) continue;
      const id = instance.idOf(object.id);
      const { classId, file: innermost, document } = object;
      objects.set(id, { id, classId, file: innermost, document, copy: { of: object, by: instance, in: own } });
    }
    if (objects.size > mostObjects) {
      throw new UserError({
        what: 'the prefabs in this file make more objects than any scene could hold',
        where: path,
        expected: `${mostObjects} at most`,
        mend: 'restore it from version control',
      });
    }
  }

  /** A GameObject that is removed takes its components and all below it along. */
  function allRemoved(of: string, ids: ReadonlySet<string>): ReadonlySet<string> {
    if (ids.size === 0) return ids;
    const all = new Set(ids);
    const { objects } = flatten(of);
    const isGone = (gameObject: UnityObject | undefined): boolean => {
      for (let at = gameObject, steps = 0; at && steps < 1000; at = parentOf(of, at), steps++) {
        if (ids.has(at.id)) return true;
      }
      return false;
    };
    for (const object of objects.values()) {
      if (isGone(object.classId === GAME_OBJECT ? object : gameObjectOf(of, object))) all.add(object.id);
    }
    return all;
  }

  function valuesOf(object: UnityObject): Mapping {
    const known = values.get(object);
    if (known) return known;
    const read = object.copy ? ofCopy(object, object.copy) : readValues(object.file, object.document);
    values.set(object, read);
    return read;
  }

  function ofCopy(object: UnityObject, { of, by }: NonNullable<UnityObject['copy']>): Mapping {
    let result = renamed(valuesOf(of), by) as Mapping;
    if (isTransform(object) && !referenceIn(valueAt(result, 'm_Father')) && by.parent) {
      result = overridden(result, 'm_Father', referenceValue(by.parent));
    }
    for (const { target, path, value } of by.modifications) {
      if (target === of.id) result = overridden(result, path, value);
    }
    return result;
  }

  /** A reference within the file, from the innermost document outwards, without reading the rest of it. */
  function quick(object: UnityObject, field: RegExp): Reference | undefined {
    if (!object.copy) return quickReference(object.file, object.document, field);
    const { of, by } = object.copy;
    const inner = quick(of, field);
    if (inner === undefined) return isTransform(object) && field === FATHER_FIELD ? by.parent : undefined;
    return inner.guid === undefined ? { fileId: by.idOf(inner.fileId) } : inner;
  }

  function componentsById(path: string): ReadonlyMap<string, readonly UnityObject[]> {
    const flat = flatten(path);
    if (flat.components) return flat.components;
    const components = new Map<string, UnityObject[]>();
    for (const object of flat.objects.values()) {
      const owner = object.classId === GAME_OBJECT ? undefined : quick(object, GAME_OBJECT_FIELD)?.fileId;
      if (owner === undefined) continue;
      const there = components.get(owner);
      if (there) there.push(object);
      else components.set(owner, [object]);
    }
    flat.components = components;
    return components;
  }

  function gameObjectOf(path: string, component: UnityObject): UnityObject | undefined {
    const owner = quick(component, GAME_OBJECT_FIELD);
    const found = owner && flatten(path).objects.get(owner.fileId);
    return found?.classId === GAME_OBJECT ? found : undefined;
  }

  function componentsOf(path: string, { id }: UnityObject): readonly UnityObject[] {
    return componentsById(path).get(id) ?? [];
  }

  function parentOf(path: string, gameObject: UnityObject): UnityObject | undefined {
    const transform = componentsOf(path, gameObject).find(isTransform);
    const father = transform && quick(transform, FATHER_FIELD);
    const found = father && flatten(path).objects.get(father.fileId);
    return found && gameObjectOf(path, found);
  }

  return {
    file,
    objectsOf: (path) => flatten(path).objects,
    unresolvedIn: (path) => flatten(path).unresolved,
    instancesOf: (path) => flatten(path).instances,
    valuesOf,
    gameObjectOf,
    parentOf,
    componentsOf,
  };
}

/** GUID of the script of a MonoBehaviour, which no override changes; undefined for anything else. */
export function scriptOf({ classId, file, document }: UnityObject): string | undefined {
  return classId === MONO_BEHAVIOUR ? quickReference(file, document, SCRIPT_FIELD)?.guid : undefined;
}

/** GameObjects from the root down to this one: `Platform/Walker/hips`. */
export function placeOf(assets: Assets, path: string, gameObject: UnityObject | undefined): string {
  return chainOf(assets, path, gameObject)
    .map((each) => textAt(assets.valuesOf(each), 'm_Name') ?? '?')
    .reverse()
    .join('/');
}

/** Whether the GameObject and all that it hangs from are active. */
export function isActive(assets: Assets, path: string, gameObject: UnityObject | undefined): boolean {
  return chainOf(assets, path, gameObject).every((each) => textAt(assets.valuesOf(each), 'm_IsActive') !== '0');
}

/** The GameObject, what it hangs from, and so on; a damaged file may hang in a circle. */
export function chainOf(assets: Assets, path: string, gameObject: UnityObject | undefined): UnityObject[] {
  const chain: UnityObject[] = [];
  for (let at = gameObject; at && !chain.includes(at); at = assets.parentOf(path, at)) chain.push(at);
  return chain;
}

function isTransform({ classId }: UnityObject): boolean {
  return classId === TRANSFORM || classId === RECT_TRANSFORM;
}

/** References within the file follow the objects to their new ids. */
function renamed(value: Value, by: PrefabInstance): Value {
  if (value.kind === 'scalar') return value;
  if (value.kind === 'sequence') return { kind: 'sequence', items: value.items.map((item) => renamed(item, by)) };
  if (value.entries.has('fileID')) {
    const reference = referenceIn(value);
    if (!reference || reference.guid !== undefined) return value;
    return referenceValue({ ...reference, fileId: by.idOf(reference.fileId) });
  }
  return { kind: 'mapping', entries: new Map([...value.entries].map(([name, inner]) => [name, renamed(inner, by)])) };
}
