/**
 * Changes single values of a Unity file in place: every other byte, line ends included, stays as it was.
 *
 * A value of an object of the file itself is replaced where it stands. One of a copy (an object of a prefab instance) becomes
 * an override of that instance: an existing one is changed, a missing one is put at the end of its list, as Unity does.
 */
import { UserError } from '../base/failure/user-error.ts';
import type { Assets, UnityObject } from './assets.ts';
import type { UnityFile } from './documents.ts';
import type { Modification, PrefabInstance } from './prefab-instance.ts';
import { type Reference, referenceText } from './reference.ts';
import { malformed, type Value, valueAt } from './values.ts';

/** Bytes [at, end) of a file become the text, which is one character a byte too. */
export interface Edit {
  readonly at: number;
  readonly end: number;
  readonly text: string;
}

export type NewValue = { readonly reference: Reference } | { readonly text: string };

/** @returns the bytes with all edits made; they may not overlap. */
export function withEdits(bytes: Buffer, edits: readonly Edit[]): Buffer {
  const parts: Buffer[] = [];
  let done = 0;
  for (const { at, end, text } of edits.toSorted((a, b) => a.at - b.at)) {
    if (at < done) throw new Error('two edits of the same bytes');
    parts.push(bytes.subarray(done, at), Buffer.from(text, 'latin1'));
    done = end;
  }
  return Buffer.concat([...parts, bytes.subarray(done)]);
}

/**
 * The edits that give properties of objects of a file these values; none where they have them already. Wanted changes of
 * one file go into one call: several overrides may be put at the same place.
 *
 * @throws UserError where an object has no such property to change in place
 */
export function editsToSet(
  assets: Assets,
  path: string,
  wanted: readonly { readonly object: UnityObject; readonly property: string; readonly value: NewValue }[],
): Edit[] {
  const file = assets.file(path);
  const edits: Edit[] = [];
  const added = new Map<PrefabInstance, string[]>();
  for (const { object, property, value } of wanted) {
    if (!object.copy) edits.push(...inPlace(file, valueAt(assets.valuesOf(object), property), value, object, property));
    else {
      const { by, of } = object.copy;
      const existing = by.modifications.findLast(({ target, path: named }) => target === of.id && named === property);
      if (existing) edits.push(...changedOverride(file, existing, value));
      else added.set(by, [...(added.get(by) ?? []), newOverride(file, by, of.id, property, value)]);
    }
  }
  return [...edits, ...[...added].map(([instance, entries]) => withAdded(file, instance, entries))];
}

function inPlace(
  file: UnityFile,
  now: Value | undefined,
  value: NewValue,
  object: UnityObject,
  property: string,
): Edit[] {
  if (!now?.span) {
    throw new UserError({
      what: `the object ${object.id} has no ${property} to change`,
      where: file.path,
      mend: 'open and save the asset in the Unity of the project, which writes every field',
    });
  }
  return replaced(file, now.span, value);
}

function changedOverride(file: UnityFile, { reference, text }: Modification, value: NewValue): Edit[] {
  const place = 'reference' in value ? reference?.span : text?.span;
  if (!place) throw malformed(file, reference?.span?.at ?? 0, 'an override without objectReference or value');
  return replaced(file, place, value);
}

function replaced(file: UnityFile, { at, end }: { at: number; end: number }, value: NewValue): Edit[] {
  const text = written(file, at, value);
  const before = file.text.slice(at, end);
  const isSame = flat(before) === flat(text);
  // After a colon there is a blank, which Unity leaves out of no line but an editor may.
  const blank = file.text[at - 1] === ':' ? ' ' : '';
  return isSame ? [] : [{ at, end, text: blank + text }];
}

const flat = (text: string) => text.replace(/\s+/g, ' ');

/** Unity breaks a reference before its type where the line is longer than this. */
const WIDTH = 80;

/** @param at where it is to stand: a long reference goes on in the next line, set in by two more than its name is */
function written(file: UnityFile, at: number, value: NewValue): string {
  const start = file.text.lastIndexOf('\n', at - 1) + 1;
  return wrapped(file.text.slice(start, at), value, lineEndOf(file));
}

function wrapped(before: string, value: NewValue, lineEnd: string): string {
  if ('text' in value) return value.text;
  const text = referenceText(value.reference);
  const comma = text.indexOf(', type:') + 1;
  if (comma === 0 || before.length + comma <= WIDTH) return text;
  // The name may be the first of an item: "- target: ".
  const column = /^ *(?:- )*/.exec(before)![0].length;
  return `${text.slice(0, comma)}${lineEnd}${' '.repeat(column + 2)}${text.slice(comma + 1)}`;
}

function newOverride(
  file: UnityFile,
  instance: PrefabInstance,
  target: string,
  property: string,
  value: NewValue,
): string {
  const lineEnd = lineEndOf(file);
  const dash = ' '.repeat(columnOfItems(file, instance));
  const reference = { fileId: target, guid: instance.source };
  const line = (name: string, before: string, of: NewValue) => {
    const head = `${before}${name}: `;
    return `${head}${wrapped(head, of, lineEnd)}${lineEnd}`;
  };
  return [
    line('target', `${dash}- `, { reference }),
    line('propertyPath', `${dash}  `, { text: property }),
    line('value', `${dash}  `, { text: 'text' in value ? value.text : '' }),
    line('objectReference', `${dash}  `, 'reference' in value ? value : { reference: { fileId: '0' } }),
  ].join('');
}

/** Unity sets items in as far as the name of their list, four blanks here. */
function columnOfItems(file: UnityFile, { list }: PrefabInstance): number {
  if (list?.kind !== 'sequence' || list.items.length === 0) return 4;
  return columnOf(file, list.span!.at);
}

function withAdded(file: UnityFile, { list, document }: PrefabInstance, entries: readonly string[]): Edit {
  if (!list?.span) throw malformed(file, document.at, 'a prefab instance without m_Modifications');
  return withItems(file, list, entries);
}

/**
 * Puts items at the end of a list of the file, empty or not.
 *
 * @param list with its span
 * @param entries each of whole lines, from its dash on, ended by a feed or as the file's lines are
 */
export function withItems(file: UnityFile, list: Value, entries: readonly string[]): Edit {
  const lineEnd = lineEndOf(file);
  const span = list.span!;
  const text = entries.join('').replaceAll(/\r?\n/g, lineEnd);
  if (list.kind === 'sequence' && list.items.length > 0) {
    const feed = file.text.indexOf('\n', span.end);
    if (feed !== -1) return { at: feed + 1, end: feed + 1, text };
    return { at: file.text.length, end: file.text.length, text: `${lineEnd}${text.slice(0, -lineEnd.length)}` };
  }
  // `m_Modifications: []`, or nothing after the colon: the items begin in the next line.
  const from = file.text.lastIndexOf(':', span.at) + 1;
  return { at: from, end: span.end, text: `${lineEnd}${text.slice(0, -lineEnd.length)}` };
}

/** How far a byte is set in on its line. */
export function columnOf(file: UnityFile, at: number): number {
  return at - (file.text.lastIndexOf('\n', at - 1) + 1);
}

export function lineEndOf({ text }: UnityFile): string {
  const feed = text.indexOf('\n');
  return feed > 0 && text[feed - 1] === '\r' ? '\r\n' : '\n';
}
