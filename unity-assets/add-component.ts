/**
 * Adds components to game objects of a Unity file by its text: every byte that was there stays where it was.
 *
 * To a game object of the file itself: an entry in its m_Component, and a document behind its last one. To one of a prefab
 * instance (nested, or a variant's): the same document, whose owner is a stripped handle of that object, which is added where
 * there is none, and an entry in m_AddedComponents where the file has that list: Unity writes it from 2022.2 on, and a file
 * keeps the form that it was last saved in.
 */
import { sha256 } from '../base/files/hash.ts';
import { type Assets, GAME_OBJECT, MONO_BEHAVIOUR, type UnityObject } from './assets.ts';
import type { UnityFile } from './documents.ts';
import { columnOf, type Edit, lineEndOf, withItems } from './edit.ts';
import type { PrefabInstance } from './prefab-instance.ts';
import { referenceText } from './reference.ts';
import { malformed, valueAt } from './values.ts';

/** A script that is to be on a game object. */
export interface NewScript {
  /** Of the script's own asset. */
  readonly guid: string;
  /** Its fields, in lines of YAML: `MaxStep: 0`. */
  readonly fields: readonly string[];
}

/**
 * The edits that add these scripts, in this order, to a game object of the file.
 *
 * @throws UserError where the file is not of the form that Unity writes
 */
export function editsToAdd(
  assets: Assets,
  path: string,
  gameObject: UnityObject,
  scripts: readonly NewScript[],
): Edit[] {
  if (scripts.length === 0) return [];
  const file = assets.file(path);
  const taken = new Set([...file.documents.map(({ id }) => id), ...assets.objectsOf(path).keys()]);
  const ids = scripts.map(({ guid }) => newId(`${path} ${gameObject.id} ${guid}`, taken));
  const documents = scripts
    .map(({ guid, fields }, at) => scriptDocument(ids[at]!, gameObject.id, guid, fields))
    .join('');
  return gameObject.copy
    ? toCopy(file, gameObject, gameObject.copy, ids, documents)
    : toOwn(assets, path, gameObject, ids, documents);
}

/** An id that follows from what it is for, alike on every machine, and that nothing has yet. */
function newId(about: string, taken: Set<string>): string {
  for (let attempt = 0; ; attempt++) {
    // As Unity's own: positive, 64 bits.
    const id = String(BigInt(`0x${sha256(`gaitsmith unity object 1\n${about} ${attempt}`).slice(0, 16)}`) >> 1n);
    if (taken.has(id)) continue;
    taken.add(id);
    return id;
  }
}

/** As Unity writes it, lines ended by a feed alone. */
function scriptDocument(id: string, owner: string, guid: string, fields: readonly string[]): string {
  return [
    `--- !u!${MONO_BEHAVIOUR} &${id}`,
    'MonoBehaviour:',
    '  m_ObjectHideFlags: 0',
    '  m_CorrespondingSourceObject: {fileID: 0}',
    '  m_PrefabInstance: {fileID: 0}',
    '  m_PrefabAsset: {fileID: 0}',
    `  m_GameObject: {fileID: ${owner}}`,
    '  m_Enabled: 1',
    '  m_EditorHideFlags: 0',
    `  m_Script: ${referenceText({ fileId: '11500000', guid })}`,
    '  m_Name: ',
    '  m_EditorClassIdentifier: ',
    ...fields.map((field) => `  ${field}`),
    '',
  ].join('\n');
}

function toOwn(assets: Assets, path: string, gameObject: UnityObject, ids: readonly string[], text: string): Edit[] {
  const { file, document } = gameObject;
  const list = valueAt(assets.valuesOf(gameObject), 'm_Component');
  if (list?.kind !== 'sequence' || list.items.length === 0 || !list.span) {
    throw malformed(file, document.at, 'a GameObject without m_Component');
  }
  const dash = ' '.repeat(columnOf(file, list.span.at));
  const entries = ids.map((id) => `${dash}- component: {fileID: ${id}}\n`);
  const own = assets.componentsOf(path, gameObject).filter(({ copy }) => !copy);
  const last = Math.max(document.end, ...own.map((component) => component.document.end));
  return [withItems(file, list, entries), inserted(file, last, text)];
}

function toCopy(
  file: UnityFile,
  { id }: UnityObject,
  { of, by }: NonNullable<UnityObject['copy']>,
  ids: readonly string[],
  text: string,
): Edit[] {
  const hasHandle = file.documents.some((document) => document.isStripped && document.id === id);
  const handle = hasHandle ? '' : handleDocument(id, of.id, by);
  const list = valueAt(by.values, 'm_Modification.m_AddedComponents');
  const edits = [inserted(file, by.document.end, handle + text)];
  if (!list) return edits;
  if (!list.span) throw malformed(file, by.document.at, 'a prefab instance with an odd m_AddedComponents');
  const dash = ' '.repeat(list.kind === 'sequence' && list.items.length > 0 ? columnOf(file, list.span.at) : 4);
  const target = referenceText({ fileId: of.id, guid: by.source });
  const entries = ids.map(
    (added) =>
      `${dash}- targetCorrespondingSourceObject: ${target.replace(', type', `,\n${dash}    type`)}\n` +
      `${dash}  insertIndex: -1\n${dash}  addedObject: {fileID: ${added}}\n`,
  );
  return [withItems(file, list, entries), ...edits];
}

/** By which the file itself refers to an object of an instance. */
function handleDocument(id: string, sourceId: string, { source, document }: PrefabInstance): string {
  return [
    `--- !u!${GAME_OBJECT} &${id} stripped`,
    'GameObject:',
    `  m_CorrespondingSourceObject: {fileID: ${sourceId}, guid: ${source},`,
    '    type: 3}',
    `  m_PrefabInstance: {fileID: ${document.id}}`,
    '  m_PrefabAsset: {fileID: 0}',
    '',
  ].join('\n');
}

/** Whole lines between two documents, or behind the last one, which may end without a line's end. */
function inserted(file: UnityFile, at: number, text: string): Edit {
  const lineEnd = lineEndOf(file);
  const isOnLine = file.text[at - 1] === '\n';
  if (!isOnLine && at !== file.text.length) throw malformed(file, at, 'a document that ends within a line');
  const lines = (isOnLine ? text : `\n${text.slice(0, -1)}`).replaceAll('\n', lineEnd);
  return { at, end: at, text: lines };
}
