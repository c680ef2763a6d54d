/**
 * What a document says, as a tree of values: mappings, sequences and scalars, each with the bytes it stands in.
 *
 * A reader of the part of YAML that Unity writes: block mappings and sequences, flow ones on one or several lines, plain and
 * quoted scalars that may go on over lines. All scalars are text: a GUID of digits must not become a number, nor an id of
 * 64 bits. What a person or a merge made of a file is refused with its line, never guessed at.
 */
import { UserError } from '../base/failure/user-error.ts';
import type { UnityDocument, UnityFile } from './documents.ts';

/** The bytes of a value in its file, [at, end). Values that came about by an override stand nowhere. */
export interface Span {
  readonly at: number;
  readonly end: number;
}

export interface Scalar {
  readonly kind: 'scalar';
  readonly text: string;
  readonly span?: Span;
}
export interface Mapping {
  readonly kind: 'mapping';
  readonly entries: ReadonlyMap<string, Value>;
  readonly span?: Span;
}
export interface Sequence {
  readonly kind: 'sequence';
  readonly items: readonly Value[];
  readonly span?: Span;
}
export type Value = Scalar | Mapping | Sequence;

/** Unity's own files nest a dozen deep. */
const DEEPEST = 64;

/**
 * The values of one object, without the name of its type around them.
 *
 * @throws UserError, with file and line, where the document is not what Unity writes.
 */
export function readValues(file: UnityFile, document: UnityDocument): Mapping {
  const whole = new Reader(file, document).read();
  const [type] = whole.entries.values();
  if (whole.entries.size !== 1) throw malformed(file, document.at, 'one object was expected after this line');
  // An object without a single field.
  if (type!.kind === 'scalar' && type!.text === '') return { kind: 'mapping', entries: new Map() };
  if (type!.kind !== 'mapping') throw malformed(file, document.at, 'the fields of an object were expected here');
  return type!;
}

/** The value at `m_BrainParameters.VectorObservationSize`; undefined where there is none. */
export function valueAt(values: Value | undefined, path: string): Value | undefined {
  let value = values;
  for (const name of path.split('.')) value = value?.kind === 'mapping' ? value.entries.get(name) : undefined;
  return value;
}

/** The same, where it is a scalar. */
export function textAt(values: Value | undefined, path: string): string | undefined {
  const value = valueAt(values, path);
  return value?.kind === 'scalar' ? value.text : undefined;
}

/** The same, where it is a finite number. */
export function numberAt(values: Value | undefined, path: string): number | undefined {
  return numberIn(textAt(values, path));
}

export function numberIn(text: string | undefined): number | undefined {
  if (text === undefined || !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return undefined;
  return Number(text);
}

export function malformed(file: UnityFile, at: number, what: string): UserError {
  let line = 1;
  for (let next = file.text.indexOf('\n'); next !== -1 && next < at; next = file.text.indexOf('\n', next + 1)) line++;
  return new UserError({
    what: `not what Unity writes: ${what}`,
    where: `${file.path}:${line}`,
    mend: 'open and save the asset in Unity, or restore it from version control',
  });
}

/** A line that is being read: where it begins to say something, and in which column. */
interface Line {
  readonly at: number;
  readonly column: number;
  /** Without the line's end. */
  readonly end: number;
  readonly next: number;
}

const isBlank = (character: string | undefined) => character === ' ' || character === '\t';

class Reader {
  private readonly file: UnityFile;
  private readonly document: UnityDocument;
  private line: Line | undefined;

  constructor(file: UnityFile, document: UnityDocument) {
    this.file = file;
    this.document = document;
    this.line = this.lineFrom(document.at);
  }

  read(): Mapping {
    const value = this.line && this.block(this.line.column, 0);
    if (this.line) throw this.wrong(this.line.at, 'this line belongs to nothing');
    if (value?.kind !== 'mapping') throw this.wrong(this.document.at, 'an object was expected here');
    return value;
  }

  private wrong(at: number, what: string): UserError {
    return malformed(this.file, at, what);
  }

  /** The next line that is not empty. */
  private lineFrom(start: number): Line | undefined {
    const { text } = this.file;
    let from = start;
    while (from < this.document.end) {
      const feed = text.indexOf('\n', from);
      const next = feed === -1 || feed >= this.document.end ? this.document.end : feed + 1;
      let end = feed === -1 || feed >= this.document.end ? next : feed;
      while (end > from && (isBlank(text[end - 1]) || text[end - 1] === '\r')) end--;
      let at = from;
      while (at < end && text[at] === ' ') at++;
      if (at < end) return { at, column: at - from, end, next };
      from = next;
    }
    return undefined;
  }

  private advance(from: number): void {
    this.line = this.lineFrom(from);
  }

  private isItem({ at, end }: Pick<Line, 'at' | 'end'>): boolean {
    const { text } = this.file;
    return text[at] === '-' && (at + 1 === end || isBlank(text[at + 1]));
  }

  private block(column: number, depth: number): Value {
    if (depth > DEEPEST) throw this.wrong(this.line!.at, `values are nested more than ${DEEPEST} deep`);
    return this.isItem(this.line!) ? this.sequence(column, depth) : this.mapping(column, depth);
  }

  private sequence(column: number, depth: number): Sequence {
    const items: Value[] = [];
    const { at } = this.line!;
    let end = at;
    while (this.line && this.line.column === column && this.isItem(this.line)) {
      const { line } = this;
      let inner = line.at + 1;
      while (inner < line.end && isBlank(this.file.text[inner])) inner++;
      const innerColumn = column + inner - line.at;
      if (inner === line.end) {
        this.advance(line.next);
        items.push(this.isDeeper(column) ? this.block(this.line!.column, depth + 1) : empty(inner));
      } else if (this.keyEnd(inner, line.end) !== undefined || this.isItem({ at: inner, end: line.end })) {
        this.line = { ...line, at: inner, column: innerColumn };
        items.push(this.block(innerColumn, depth + 1));
      } else {
        items.push(this.inline(inner, line, column, depth));
      }
      end = items.at(-1)!.span!.end;
    }
    return { kind: 'sequence', items, span: { at, end } };
  }

  private mapping(column: number, depth: number): Mapping {
    const entries = new Map<string, Value>();
    const { at } = this.line!;
    let end = at;
    while (this.line && this.line.column === column && !this.isItem(this.line)) {
      const { line } = this;
      const colon = this.keyEnd(line.at, line.end);
      if (colon === undefined) throw this.wrong(line.at, 'a name and a colon were expected here');
      const name = unquoted(this.file.text.slice(line.at, colon));
      let inner = colon + 1;
      while (inner < line.end && isBlank(this.file.text[inner])) inner++;
      let value: Value;
      if (inner < line.end) value = this.inline(inner, line, column, depth);
      else {
        this.advance(line.next);
        const isList = this.line?.column === column && this.isItem(this.line);
        const isNested = isList || this.isDeeper(column);
        // The blank after the colon is Unity's; an edit goes after it.
        value = isNested
          ? this.block(this.line!.column, depth + 1)
          : empty(Math.min(colon + 2, this.endOfWhole(colon + 1)));
      }
      if (!entries.has(name)) entries.set(name, value);
      end = value.span!.end;
    }
    if (this.line && this.line.column > column) throw this.wrong(this.line.at, 'this line is set in too deep');
    return { kind: 'mapping', entries, span: { at, end } };
  }

  private isDeeper(column: number): boolean {
    return this.line !== undefined && this.line.column > column;
  }

  /** Where the line ends, blanks before that counted in. */
  private endOfWhole(from: number): number {
    let end = from;
    while (end < this.document.end && isBlank(this.file.text[end])) end++;
    return end;
  }

  /** The colon that ends a name which begins here; undefined where there is none. */
  private keyEnd(at: number, end: number): number | undefined {
    const { text } = this.file;
    const first = text[at];
    if (first === '{' || first === '[') return undefined;
    let colon = at;
    if (first === '"' || first === "'") colon = text.indexOf(first, at + 1) + 1 || end;
    for (colon = text.indexOf(':', colon); colon !== -1 && colon < end; colon = text.indexOf(':', colon + 1)) {
      if (colon + 1 === end || isBlank(text[colon + 1])) return colon > at ? colon : undefined;
    }
    return undefined;
  }

  /** A value that begins in the middle of a line. Leaves the reader at the line after it. */
  private inline(at: number, line: Line, column: number, depth: number): Value {
    const first = this.file.text[at]!;
    if (first === '{' || first === '[') {
      const value = this.flow(at, depth + 1);
      this.endLine(value.span!.end);
      return value;
    }
    if (first === '"' || first === "'") {
      const value = this.quoted(at);
      this.endLine(value.span!.end);
      return value;
    }
    return this.plain(at, line, column);
  }

  private endLine(from: number): void {
    const { text } = this.file;
    let at = from;
    while (at < this.document.end && (isBlank(text[at]) || text[at] === '\r')) at++;
    if (at < this.document.end && text[at] !== '\n') throw this.wrong(at, 'the line should end here');
    this.advance(at + 1);
  }

  /** Lines that are set in deeper go on with it, or, after a | or >, are all of it. */
  private plain(at: number, line: Line, column: number): Scalar {
    const parts = [this.file.text.slice(at, line.end)];
    let { end } = line;
    this.advance(line.next);
    while (this.isDeeper(column)) {
      parts.push(this.file.text.slice(this.line!.at, this.line!.end));
      end = this.line!.end;
      this.advance(this.line!.next);
    }
    return { kind: 'scalar', text: decoded(parts.join(' ')), span: { at, end } };
  }

  private quoted(at: number): Scalar {
    const { text } = this.file;
    const quote = text[at]!;
    let end = at + 1;
    for (; end < this.document.end; end++) {
      if (quote === '"' && text[end] === '\\') end++;
      else if (text[end] === quote) {
        if (quote === '"' || text[end + 1] !== quote) break;
        end++;
      }
    }
    if (end >= this.document.end) throw this.wrong(at, 'these quotes are never closed');
    return { kind: 'scalar', text: unquoted(text.slice(at, end + 1)), span: { at, end: end + 1 } };
  }

  private flow(at: number, depth: number): Value {
    if (depth > DEEPEST) throw this.wrong(at, `values are nested more than ${DEEPEST} deep`);
    const { text } = this.file;
    const first = text[at];
    if (first === '"' || first === "'") return this.quoted(at);
    if (first !== '{' && first !== '[') return this.flowScalar(at);
    const close = first === '{' ? '}' : ']';
    const entries = new Map<string, Value>();
    const items: Value[] = [];
    let next = this.afterBlanks(at + 1);
    while (text[next] !== close) {
      if (next >= this.document.end) throw this.wrong(at, `this ${first} is never closed`);
      if (close === '}') {
        const colon = text.indexOf(':', next);
        const name = colon === -1 || colon >= this.document.end ? undefined : text.slice(next, colon);
        if (name === undefined || /[,{}[\]\n]/.test(name))
          throw this.wrong(next, 'a name and a colon were expected here');
        const value = this.flow(this.afterBlanks(colon + 1), depth + 1);
        if (!entries.has(unquoted(name.trim()))) entries.set(unquoted(name.trim()), value);
        next = this.afterBlanks(value.span!.end);
      } else {
        const value = this.flow(next, depth + 1);
        items.push(value);
        next = this.afterBlanks(value.span!.end);
      }
      if (text[next] === ',') next = this.afterBlanks(next + 1);
      else if (text[next] !== close) throw this.wrong(next, `a comma or ${close} was expected here`);
    }
    const span = { at, end: next + 1 };
    return close === '}' ? { kind: 'mapping', entries, span } : { kind: 'sequence', items, span };
  }

  private flowScalar(at: number): Scalar {
    const { text } = this.file;
    let end = at;
    while (end < this.document.end && !',{}[]\n'.includes(text[end]!)) end++;
    while (end > at && (isBlank(text[end - 1]) || text[end - 1] === '\r')) end--;
    return { kind: 'scalar', text: decoded(text.slice(at, end)), span: { at, end } };
  }

  private afterBlanks(at: number): number {
    const { text } = this.file;
    let next = at;
    while (next < this.document.end && (isBlank(text[next]) || text[next] === '\n' || text[next] === '\r')) next++;
    return next;
  }
}

function empty(at: number): Scalar {
  return { kind: 'scalar', text: '', span: { at, end: at } };
}

/** Bytes, one a character, as the text they are. */
function decoded(bytes: string): string {
  for (let at = 0; at < bytes.length; at++) {
    if (bytes.charCodeAt(at) > 127) return Buffer.from(bytes, 'latin1').toString('utf8');
  }
  return bytes;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '0': '\0', e: '\x1b', _: '\xa0' };

function unquoted(source: string): string {
  const text = decoded(source);
  const folded = () => text.slice(1, -1).replace(/[ \t]*\r?\n[ \t]*/g, ' ');
  if (text.startsWith("'")) return folded().replaceAll("''", "'");
  if (!text.startsWith('"')) return text;
  return text
    .slice(1, -1)
    .replace(/\\\r?\n[ \t]*/g, '')
    .replace(/[ \t]*\r?\n[ \t]*/g, ' ')
    .replace(/\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8})|(.))/gi, (_, x, u, long, single) => {
      const code = x ?? u ?? long;
      if (code === undefined) return ESCAPES[single] ?? single;
      const point = Number.parseInt(code, 16);
      return point <= 0x10ffff ? String.fromCodePoint(point) : '\ufffd';
    });
}
