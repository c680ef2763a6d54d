/** Reading what a document says. The judge is the npm package `yaml`, told to keep every scalar as text. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readDocuments } from '../../unity-assets/documents.ts';
import { wholeNumbersIn } from '../../unity-assets/overrides.ts';
import { readValues, type Value } from '../../unity-assets/values.ts';
import { HEAD } from './project.ts';

type Plain = string | Plain[] | { [name: string]: Plain };

function plain(value: Value): Plain {
  if (value.kind === 'scalar') return value.text;
  if (value.kind === 'sequence') return value.items.map(plain);
  return Object.fromEntries([...value.entries].map(([name, inner]) => [name, plain(inner)]));
}

function ours(body: string): Plain {
  const file = readDocuments('Test.prefab', Buffer.from(`${HEAD}--- !u!114 &1\n${body}`));
  return plain(readValues(file, file.documents[0]!));
}

function judge(body: string): unknown {
  const [values] = Object.values(parse(body, { schema: 'failsafe', uniqueKeys: false }));
  return JSON.parse(JSON.stringify(values, (_, value) => value ?? ''));
}

const bodies: Readonly<Record<string, string>> = {
  'a list set in as far as its name': 'A:\n  list:\n  - x: 1\n    y: 2\n  - x: 3\n  after: 4\n',
  'a list set in further': 'A:\n  list:\n    - 1\n    - 2\n  after: 4\n',
  'lists in lists': 'A:\n  list:\n  - - 1\n    - -2\n  - - 3\n',
  'empty lists and values': 'A:\n  list: []\n  nothing: \n  bare:\n  last: x\n',
  'a reference over two lines':
    'A:\n  m_Model: {fileID: 5022602860645237092, guid: 0000000000000000e000000000000000,\n    type: 3}\n  b: 1\n',
  'numbers that must stay text': 'A:\n  a: 0123\n  b: 1e3\n  c: -9223372036854775808\n  d: Infinity\n  e: -0\n',
  'quotes of both kinds': `A:\n  a: "two\\nlines \\u00e9 \\x41"\n  b: 'it''s'\n  c: "with: colon"\n`,
  'quotes that go on': 'A:\n  a: "a long text that\n    goes on"\n  b: \'so does\n    this\'\n',
  'plain text that goes on': 'A:\n  a: a long text\n    that goes on\n  b: 1\n',
  'names with blanks and numbers for names': 'A:\n  Fixed Timestep: 0.02\n  first:\n    74: 12\n',
  'flow in flow': 'A:\n  a: {x: {y: [1, 2, {z: 3}]}, w: }\n',
  'a tree of objects': 'A:\n  m_Rate:\n    m_Denominator: 1\n    m_Numerator: 141120000\n  m_TimeScale: 1\n',
  'text beyond ASCII': 'A:\n  m_Name: Läufer 歩\n',
};

describe('values are those that a YAML parser finds', () => {
  it.each(Object.entries(bodies))('in %s', (_, body) => {
    expect(ours(body)).toEqual(judge(body));
    expect(ours(body.replaceAll('\n', '\r\n'))).toEqual(judge(body));
    expect(ours(body.trimEnd())).toEqual(judge(body));
  });

  it('in the prefab and the settings of the example project', () => {
    const project = join(import.meta.dirname, '../../examples/unity-project');
    for (const path of [
      'Assets/Gaitsmith/Walker/Walker.prefab',
      'ProjectSettings/DynamicsManager.asset',
      'ProjectSettings/TimeManager.asset',
    ]) {
      const file = readDocuments(path, readFileSync(join(project, path)));
      expect(file.documents.length).toBeGreaterThan(0);
      for (const document of file.documents) {
        const body = Buffer.from(file.text.slice(document.at, document.end), 'latin1').toString();
        expect(plain(readValues(file, document))).toEqual(judge(body));
      }
    }
  });

  it('in three hundred trees printed as Unity prints them', () => {
    const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_ ]{0,10}[a-z]$/);
    const scalar = fc.oneof(fc.integer().map(String), fc.double({ noNaN: true }).map(String), name);
    const { tree } = fc.letrec<{ tree: Plain; inner: Plain }>((tie) => ({
      inner: fc.oneof({ depthSize: 'small' }, scalar, fc.array(tie('inner'), { maxLength: 3 }), tie('tree')),
      tree: fc.dictionary(name, tie('inner'), { maxKeys: 4, minKeys: 1 }),
    }));
    fc.assert(
      fc.property(tree, (values) => {
        const body = `A:\n${printed(values, 2)}`;
        expect(ours(body)).toEqual(judge(body));
        expect(ours(body)).toEqual(JSON.parse(JSON.stringify(values)));
      }),
      { numRuns: 300, seed: 18 },
    );
  });
});

/** Block style, lists set in as far as their names. */
function printed(value: Plain, column: number): string {
  const blanks = ' '.repeat(column);
  return Object.entries(value as { [name: string]: Plain })
    .map(([name, inner]) => `${blanks}${name}:${below(inner, column)}`)
    .join('');
}

function below(value: Plain, column: number): string {
  if (typeof value === 'string') return ` ${value}\n`;
  if (!Array.isArray(value)) return Object.keys(value).length === 0 ? ' {}\n' : `\n${printed(value, column + 2)}`;
  if (value.length === 0) return ' []\n';
  return `\n${value.map((item) => `${' '.repeat(column)}-${afterDash(item, column)}`).join('')}`;
}

function afterDash(item: Plain, column: number): string {
  if (typeof item === 'string') return ` ${item}\n`;
  if (Array.isArray(item)) return item.length === 0 ? ' []\n' : ` ${below(item, column + 2).slice(column + 3)}`;
  return Object.keys(item).length === 0 ? ' {}\n' : ` ${printed(item, column + 2).slice(column + 2)}`;
}

describe('what is not what Unity writes is refused with its line', () => {
  it.each([
    ['a line without a colon', 'A:\n  a: 1\n  nonsense\n', ':6', 'a name and a colon'],
    ['a brace that is never closed', 'A:\n  a: {fileID: 1\n  b: 2\n', ':6', 'a comma or }'],
    ['quotes that are never closed', 'A:\n  a: "open\n  b: 2\n', ':5', 'never closed'],
    ['text after a value', 'A:\n  a: {fileID: 1} x\n', ':5', 'should end here'],
    ['a line set in too deep', 'A:\n  a: {fileID: 1}\n      b: 2\n', ':6', 'too deep'],
    ['two objects in one document', 'A:\n  a: 1\nB:\n  b: 1\n', ':4', 'one object'],
    ['an abyss', `A:\n  a: ${'['.repeat(5000)}`, ':5', 'nested more than 64'],
  ])('%s', (_, body, line, reason) => {
    expect(() => ours(body)).toThrow(`Test.prefab${line}: not what Unity writes`);
    expect(() => ours(body)).toThrow(reason);
  });
});

it('documents are cut by their headers, with ids of 64 bits, and none is found within a text', () => {
  const text = `${HEAD}--- !u!1 &-9223372036854775808\nGameObject:\n  m_Name: "a\n    --- !u!1 &5"\n--- !u!4 &8 stripped\r\nTransform:\r\n`;
  const { documents } = readDocuments('A.prefab', Buffer.from(text));
  expect(documents.map(({ id, classId, isStripped }) => [id, classId, isStripped])).toEqual([
    ['-9223372036854775808', 1, false],
    ['8', 4, true],
  ]);
});

it.each([
  ['binary', Buffer.from([0, 1, 2, 3]), 'not saved as text'],
  ['a Git LFS pointer', Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:0\n'), 'git lfs pull'],
  ['in the middle of a merge', Buffer.from(`${HEAD}<<<<<<< HEAD\n=======\n>>>>>>> b\n`), 'merge conflict'],
])('a file that is %s is refused by name', (_, bytes, reason) => {
  expect(() => readDocuments('Assets/A.prefab', bytes)).toThrow(/Assets\/A\.prefab: /);
  expect(() => readDocuments('Assets/A.prefab', bytes)).toThrow(reason);
});

it('lists of whole numbers are read in both forms', () => {
  const list = (text: string) => wholeNumbersIn({ kind: 'scalar', text });
  expect(list('27000000')).toEqual([39]);
  expect(list('0300000002000000')).toEqual([3, 2]);
  expect(list('')).toEqual([]);
  expect(list('030000')).toBeUndefined();
  expect(wholeNumbersIn({ kind: 'sequence', items: [{ kind: 'scalar', text: '3' }] })).toEqual([3]);
});
