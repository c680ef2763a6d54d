/**
 * Fields of a Unity component as a table: under which names each may stand, what it is, and what Unity takes where it is
 * missing.
 *
 *     const BODY = { mass: number('m_Mass', 1), isKinematic: flag('m_IsKinematic') };
 *     readFields(BODY, assets.valuesOf(object), 'Assets/Hero.prefab: Rigidbody of hips').mass // kg
 *
 * Files of older Unity versions lack fields, so a missing one is no fault; one that is there and can't be read is.
 */
import { UserError } from '../base/failure/user-error.ts';
import type { Quaternion, Vector } from '../physics/rotation.ts';
import { type Reference, referenceIn } from '../unity-assets/reference.ts';
import { numberIn, type Value, valueAt } from '../unity-assets/values.ts';

export interface Field<Read> {
  /** From today's name to the oldest; the first that is there counts. */
  readonly names: readonly string[];
  /** @param value undefined where the field is missing. @param where file, object and field, for errors. */
  read(value: Value | undefined, where: string): Read;
}

export type FieldTable = Readonly<Record<string, Field<unknown>>>;
export type FieldsOf<Table extends FieldTable> = {
  readonly [Name in keyof Table]: Table[Name] extends Field<infer Read> ? Read : never;
};

/**
 * All fields of the table.
 *
 * @param where file and object, for errors
 * @throws UserError at the first that is there and can't be read
 */
export function readFields<Table extends FieldTable>(
  table: Table,
  values: Value | undefined,
  where: string,
): FieldsOf<Table> {
  const read = Object.entries(table).map(([name, field]) => {
    const at = field.names.find((each) => valueAt(values, each) !== undefined) ?? field.names[0]!;
    return [name, field.read(valueAt(values, at), `${where}: ${at}`)];
  });
  return Object.fromEntries(read);
}

/** Numbers at least this large stand for "no limit": Unity writes 3.4028233e+38, and Infinity. */
const NO_LIMIT = 1e30;

/** Which numbers a field may hold; without it, any finite one. */
export interface Range {
  readonly least?: number;
  readonly most?: number;
  /** Unity's word for "no limit" is allowed too, and read as `Infinity`. */
  readonly orNone?: boolean;
}

/** @param missing what Unity takes where the field is not there. */
export function number(names: string | readonly string[], missing: number, range: Range = {}): Field<number> {
  const { least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY, orNone = false } = range;
  const expected = [
    'a finite number',
    ...(least > Number.NEGATIVE_INFINITY ? [`${least} or more`] : []),
    ...(most < Number.POSITIVE_INFINITY ? [`${most} or less`] : []),
  ].join(', ');
  return {
    names: [names].flat(),
    read(value, where) {
      if (value === undefined) return missing;
      const read = numberOf(value, where);
      if (read === Number.POSITIVE_INFINITY && orNone) return read;
      if (!Number.isFinite(read) || read < least || read > most) throw unreadable(where, textOf(value), expected);
      return read;
    },
  };
}

/** 0 or 1. */
export function flag(name: string, missing = false): Field<boolean> {
  return {
    names: [name],
    read(value, where) {
      if (value === undefined) return missing;
      const read = numberOf(value, where);
      if (read !== 0 && read !== 1) throw unreadable(where, textOf(value), '0 or 1');
      return read === 1;
    },
  };
}

/** A whole number that stands for one of these words. */
export function word<const Word extends string>(
  names: string | readonly string[],
  words: readonly Word[],
  missing: Word,
): Field<Word> {
  return {
    names: [names].flat(),
    read(value, where) {
      if (value === undefined) return missing;
      const found = words[numberOf(value, where)];
      if (found === undefined) throw unreadable(where, textOf(value), `a whole number from 0 to ${words.length - 1}`);
      return found;
    },
  };
}

/** {x, y, z}, each finite. */
export function vector(name: string, missing: Vector): Field<Vector> {
  return {
    names: [name],
    read: (value, where) =>
      value === undefined ? missing : [part(value, 'x', where), part(value, 'y', where), part(value, 'z', where)],
  };
}

/** {x, y, z, w} of any length but 0, made one of length 1. */
export function rotation(name: string, missing: Quaternion): Field<Quaternion> {
  return {
    names: [name],
    read(value, where) {
      if (value === undefined) return missing;
      const [x, y, z, w] = [
        part(value, 'x', where),
        part(value, 'y', where),
        part(value, 'z', where),
        part(value, 'w', where),
      ];
      const length = Math.hypot(x, y, z, w);
      if (!(length > 1e-6 && length < NO_LIMIT)) throw unreadable(where, `length ${length}`, 'a rotation of length 1');
      return [x / length, y / length, z / length, w / length];
    },
  };
}

/** Undefined where it names nothing. */
export function reference(name: string): Field<Reference | undefined> {
  return { names: [name], read: (value) => referenceIn(value) };
}

/** A mapping with fields of its own. */
export function group<Table extends FieldTable>(name: string, table: Table): Field<FieldsOf<Table>> {
  return { names: [name], read: (value, where) => readFields(table, value, where) };
}

function part(value: Value, name: 'x' | 'y' | 'z' | 'w', where: string): number {
  const read = numberOf(valueAt(value, name), `${where}.${name}`);
  if (!Number.isFinite(read)) throw unreadable(`${where}.${name}`, read, 'a finite number');
  return read;
}

function numberOf(value: Value | undefined, where: string): number {
  const text = textOf(value);
  const infinite = /^([+-]?)(?:infinity|\.inf)$/i.exec(text ?? '');
  const read = infinite ? Number(`${infinite[1]}Infinity`) : numberIn(text);
  if (read === undefined) throw unreadable(where, text, 'a number');
  if (Math.abs(read) < NO_LIMIT) return read;
  return read > 0 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
}

function textOf(value: Value | undefined): string | undefined {
  return value?.kind === 'scalar' ? value.text : undefined;
}

function unreadable(where: string, value: unknown, expected: string): UserError {
  return new UserError({
    what: 'this can not be read',
    where,
    value,
    expected,
    mend: 'open and save the asset in Unity, or restore it from version control',
  });
}
