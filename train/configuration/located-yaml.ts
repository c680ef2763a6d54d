/**
 * A YAML text whose values can be traced back to their lines, and the words for what is wrong with one.
 *
 * It is read as ML-Agents' own reader does, where that is no trap: `<<` merges, 1_000_000 is a number. Its yes, no, on and off
 * are words here, as in YAML 1.2; where true or false is meant, that is told.
 */
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type ScalarTag,
} from 'yaml';
import type { z } from 'zod';
import { nearestName } from '../../base/failure/nearest-name.ts';
import { UserError, visible } from '../../base/failure/user-error.ts';

export type Path = readonly PropertyKey[];

/** 1_000_000: a number to YAML 1.1, and so to ML-Agents' reader. */
export const groupedNumber: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  test: /^[-+]?[1-9][0-9_]*$/,
  resolve: (text) => Number(text.replaceAll('_', '')),
};

/** A YAML text whose values can be traced back to their lines. */
export class LocatedYaml {
  #value: unknown;
  readonly #document;
  readonly #lines = new LineCounter();
  readonly #path: string;
  /** What was laid over the file. */
  readonly #overrides: { readonly path: Path; readonly label: string }[] = [];

  constructor(text: string, path: string) {
    this.#path = path;
    this.#document = parseDocument(text, { lineCounter: this.#lines, customTags: [groupedNumber], merge: true });
    const problem = this.#document.errors[0];
    if (problem) {
      const line = problem.linePos?.[0].line;
      const what =
        problem.code === 'MULTIPLE_DOCS'
          ? 'a second YAML document begins here (---), and a configuration is one'
          : `not valid YAML: ${problem.message.split('\n')[0]!.replace(/ at line \d+, column \d+:$/, '')}`;
      throw new UserError({ what, where: line ? `${path}:${line}` : path }, { cause: problem });
    }
    try {
      this.#value = this.#document.toJS() ?? {};
    } catch (error) {
      // An alias without an anchor, or more of them than a file can mean.
      throw new UserError({ what: `not valid YAML: ${(error as Error).message}`, where: path }, { cause: error });
    }
  }

  /** All of it, with what was laid over it. */
  get value(): unknown {
    return this.#value;
  }

  /** Lays a value over what the file says at a place. @param label what errors call it instead of a line. */
  set(path: Path, value: unknown, label: string): void {
    this.#value = withValue(this.#value, path, value);
    this.#overrides.push({ path, label });
  }

  /** What stands at a place of the file, as plain values; undefined where nothing does. */
  valueAt(path: Path): unknown {
    return path.reduce<unknown>((inside, key) => (inside as Record<PropertyKey, unknown> | null)?.[key], this.value);
  }

  has(path: Path): boolean {
    if (path.length === 0) return true;
    const around = this.valueAt(path.slice(0, -1));
    return typeof around === 'object' && around !== null && path.at(-1)! in around;
  }

  /** "file:line (the.setting)" of a value, or of the nearest thing around it; the label of one that was laid over the file. */
  place(path: Path): string {
    const setting = visible(path.join('.'));
    const over =
      this.#overrides.findLast((each) => beginsWith(path, each.path)) ??
      // A block that is there only for what was laid into it.
      (pairAt(this.#document, path) ? undefined : this.#overrides.findLast((each) => beginsWith(each.path, path)));
    if (over && path.length > 0) return `${over.label} (${setting})`;
    for (let length = path.length; length > 0; length--) {
      const line = this.#lineOf(path.slice(0, length));
      if (line) return `${this.#path}:${line} (${setting})`;
    }
    return setting ? `${this.#path} (${setting})` : this.#path;
  }

  #lineOf(path: Path): number | undefined {
    const found = pairAt(this.#document, path);
    const node = found && 'key' in found ? found.key : found;
    return isNode(node) && node.range ? this.#lines.linePos(node.range[0]).line : undefined;
  }

  /** Validates; `toFile` says where in the file a path inside `value` comes from. */
  check<Schema extends z.ZodType>(schema: Schema, value: unknown, toFile: (inside: Path) => Path): z.output<Schema> {
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    // A misspelt setting is told before the one that seems to be missing for it.
    const { issues } = result.error;
    const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]!;
    throw new UserError(this.#told(issue, schema, value, toFile));
  }

  #told(issue: z.core.$ZodIssue, schema: z.ZodType, value: unknown, toFile: (inside: Path) => Path) {
    if (issue.code === 'unrecognized_keys') {
      const key = issue.keys[0]!;
      const known = knownKeys(schema, issue.path);
      const nearest = nearestName(key, known);
      const hides = visible(key) === key ? '' : ' (it has characters in it that cannot be seen)';
      return {
        what: `unknown setting${hides}${nearest ? `, did you mean ${JSON.stringify(nearest)}?` : ''}`,
        where: this.place(toFile([...issue.path, key])),
        value: key,
        expected: `one of ${known.join(', ')}`,
      };
    }
    const found = issue.path.reduce<unknown>((inside, key) => (inside as Record<PropertyKey, unknown>)?.[key], value);
    const nearest =
      issue.code === 'invalid_value' && typeof found === 'string'
        ? nearestName(found, issue.values.map(String))
        : undefined;
    if (found === undefined && issue.code !== 'custom') {
      return { what: 'a setting is missing', where: this.place(toFile(issue.path)), expected: allowed(issue) };
    }
    return {
      what: issue.code === 'custom' ? issue.message : `wrong value${nearest ? `, did you mean "${nearest}"?` : ''}`,
      where: this.place(toFile(issue.path)),
      value: found,
      expected: issue.code === 'custom' ? undefined : `${allowed(issue)}${asInYaml11(issue, found)}`,
    };
  }
}

function beginsWith(path: Path, beginning: Path): boolean {
  return beginning.every((key, at) => String(key) === String(path[at]));
}

/** The same with another value at a place; blocks on the way there are made where there are none. */
function withValue(inside: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value;
  if (Array.isArray(inside) && /^\d+$/.test(String(key))) {
    const items = [...inside];
    items[Math.min(Number(key), items.length)] = withValue(items[Number(key)], rest, value);
    return items;
  }
  const block = typeof inside === 'object' && inside !== null ? (inside as Record<PropertyKey, unknown>) : {};
  return { ...block, [key]: withValue(block[key], rest, value) };
}

/** The pair of a block's setting, or the item of a list, that stands at a place of the file: through aliases, and through `<<`. */
function pairAt(document: Document, path: Path): Pair | Node | undefined {
  let found: Pair | Node | undefined;
  let inside: unknown = document.contents;
  for (const key of path) {
    found = entryOf(document, inside, key);
    if (found === undefined) return undefined;
    inside = isNode(found) ? found : found.value;
  }
  return found;
}

function entryOf(document: Document, node: unknown, key: PropertyKey): Pair | Node | undefined {
  const block = isAlias(node) ? node.resolve(document) : node;
  if (isSeq(block)) return block.items[Number(key)] as Node | undefined;
  if (!isMap(block)) return undefined;
  const named = (name: string) => block.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === name);
  const own = named(String(key));
  if (own || key === '<<') return own;
  const merged = block.items.find((pair) => isScalar(pair.key) && pair.key.source === '<<')?.value;
  const sources: readonly unknown[] = isSeq(merged) ? merged.items : merged ? [merged] : [];
  for (const source of sources) {
    const entry = entryOf(document, source, key);
    if (entry) return entry;
  }
  return undefined;
}

/** ML-Agents' reader goes by YAML 1.1, where these are true and false. */
function asInYaml11(issue: z.core.$ZodIssue, found: unknown): string {
  const isWord = typeof found === 'string' && /^(y|n|yes|no|on|off)$/i.test(found);
  const isBoolean = issue.code === 'invalid_type' && issue.expected === 'boolean';
  if (!isWord || !isBoolean) return '';
  return `: ${found} means ${/^(y|yes|on)$/i.test(found)} in YAML 1.1, and is a word in YAML 1.2, which this is`;
}

/** What a zod issue says was allowed, in words. */
function allowed(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return (
        {
          int: 'a whole number',
          number: 'a number',
          boolean: 'true or false',
          object: 'a block of settings',
          record: 'a block of settings',
          array: 'a list',
        }[issue.expected as string] ?? `a ${issue.expected}`
      );
    case 'invalid_value':
      return `one of ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return `a number ${issue.inclusive ? 'of at least' : 'above'} ${issue.minimum}`;
    case 'too_big':
      return `a number ${issue.inclusive ? 'of at most' : 'below'} ${issue.maximum}`;
    default:
      return issue.message;
  }
}

/** The settings that the schema has in the block at `path`. */
function knownKeys(schema: z.ZodType, path: Path): string[] {
  let inner: unknown = schema;
  for (const key of path)
    inner = typeof key === 'number' ? unwrapped(inner)?.element : unwrapped(inner)?.shape?.[String(key)];
  return Object.keys(unwrapped(inner)?.shape ?? {});
}

interface Block {
  /** What an object has, */
  readonly shape?: Record<string, unknown>;
  /** or what each item of a list is. */
  readonly element?: unknown;
}

/** An object's or a list's schema, under whatever default or nullable it is wrapped in. */
function unwrapped(schema: unknown): Block | undefined {
  let inner = schema as (Block & { readonly def?: { readonly innerType?: unknown } }) | undefined;
  while (inner && !inner.shape && !inner.element) inner = inner.def?.innerType as typeof inner;
  return inner;
}
