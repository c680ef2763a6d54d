/** docs/json.md's tables: what each command ends stdout with under `--json`, from the schemas that tests parse it by. */
import { z } from 'zod';
import { commandText } from '../../base/command-text.ts';
import type { CommandEntry } from '../../cli/command-line.ts';
import { envelope, type OutputForm } from '../../cli/json-output.ts';
import { tableText } from './house.ts';
import { anchorOf } from './markdown.ts';

/** As much of a JSON Schema as our schemas become. */
interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly prefixItems?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly required?: readonly string[];
  readonly description?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
}

/** What all have, each command, then the parts that several places refer to. */
export async function jsonText(commands: readonly CommandEntry[]): Promise<string> {
  const parts = new Map<string, Schema>();
  const read = (form: z.ZodType): Schema => {
    const schema = z.toJSONSchema(form) as Schema;
    for (const [name, part] of Object.entries(schema.$defs ?? {})) if (!isUnnamed(name)) parts.set(name, part);
    return schema;
  };
  const sections = [];
  for (const { name, load } of commands) {
    const { output = [] } = await load();
    sections.push(`## ${commandText(name)}`, ...output.map((form) => formText(form, read)));
  }
  return [
    '## Every command',
    tableOf(read(envelope)),
    ...sections,
    '## Parts',
    'What the tables above refer to.',
    ...[...parts].flatMap(([name, part]) => [`### ${name}`, tableOf(part)]),
  ].join('\n\n');
}

function formText(form: OutputForm, read: (form: z.ZodType) => Schema): string {
  const { description, ...schema } = read(form);
  return description === undefined ? tableOf(schema) : `${description}\n\n${tableOf(schema)}`;
}

function tableOf(schema: Schema): string {
  return tableText(['key', 'what it holds', 'what it is'], rowsOf(schema, ''));
}

/** A row for each key, and under it those of the objects that it holds. */
function rowsOf(schema: Schema, path: string): string[][] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, value]) => {
    const isOptional = !(schema.required ?? []).includes(name);
    const key = `${path}${name}`;
    const row = [`\`${key}\``, `${textOf(value)}${isOptional ? ', or missing' : ''}`, value.description ?? ''];
    const inside = objectIn(value, key);
    return [row.map((cell) => cell.replaceAll('|', '\\|')), ...(inside ? rowsOf(...inside) : [])];
  });
}

/** The object whose keys get rows of their own, and what they begin with. */
function objectIn(schema: Schema, path: string): [Schema, string] | undefined {
  if (schema.properties) return [schema, `${path}.`];
  if (schema.items) return objectIn(schema.items, `${path}[]`);
  if (typeof schema.additionalProperties === 'object') return objectIn(schema.additionalProperties, `${path}.*`);
  for (const each of schema.anyOf ?? []) {
    const inside = objectIn(each, path);
    if (inside) return inside;
  }
  return undefined;
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'number',
  integer: 'whole number',
  boolean: 'true or false',
  null: 'null',
  object: 'object',
};

function textOf(schema: Schema): string {
  const { $ref, type, anyOf, items, prefixItems, additionalProperties } = schema;
  if ($ref !== undefined) {
    const name = $ref.replace(/^.*\//, '');
    return isUnnamed(name) ? 'anything' : `[${name}](#${anchorOf(name)})`;
  }
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum) return schema.enum.map((value) => `\`${JSON.stringify(value)}\``).join(', ');
  if (anyOf) return [...new Set(anyOf.map(textOf))].join(' or ');
  if (prefixItems) return `list: ${prefixItems.map(textOf).join(', ')}`;
  if (items) return `list of ${pluralOf(textOf(items))}`;
  if (!schema.properties && typeof additionalProperties === 'object') {
    const values = textOf(additionalProperties);
    return values === 'anything' ? 'object' : `object: by name ${values}`;
  }
  const names = [type ?? []].flat().map((name) => typeNames[name]);
  return names.join(' or ') || 'anything';
}

/** Parts that zod itself makes: of `z.json()`, which is anything. */
function isUnnamed(name: string): boolean {
  return name.startsWith('__');
}

function pluralOf(text: string): string {
  return /^(number|whole number|object)$/.test(text) ? `${text}s` : text;
}
