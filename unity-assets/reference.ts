/** How one object of Unity names another: `{fileID: N}` in the same file, `{fileID: N, guid: G, type: T}` in another. */
import { textAt, type Value } from './values.ts';

export interface Reference {
  /** Local id of the object in its file. */
  readonly fileId: string;
  /** Of the asset's .meta; undefined where the object is in this very file. */
  readonly guid?: string;
  /** 3 for what an importer made, 2 for Unity's own assets. */
  readonly type?: string;
}

/** @returns undefined where the value refers to nothing: it is none, or its local id is 0. */
export function referenceIn(value: Value | undefined): Reference | undefined {
  const fileId = textAt(value, 'fileID');
  if (fileId === undefined || !/^-?\d{1,20}$/.test(fileId) || fileId === '0') return undefined;
  const guid = textAt(value, 'guid');
  const type = textAt(value, 'type');
  if (guid === undefined) return { fileId };
  return { fileId, guid: guid.toLowerCase(), ...(type === undefined ? {} : { type }) };
}

/** As Unity writes it on one line. */
export function referenceText({ fileId, guid, type = '3' }: Reference): string {
  return guid === undefined ? `{fileID: ${fileId}}` : `{fileID: ${fileId}, guid: ${guid}, type: ${type}}`;
}

/** As a value: what an override puts in the place of another. */
export function referenceValue({ fileId, guid, type }: Reference): Value {
  const fields = { fileID: fileId, guid, type };
  const given = Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined);
  return { kind: 'mapping', entries: new Map(given.map(([name, text]) => [name, { kind: 'scalar', text }])) };
}
