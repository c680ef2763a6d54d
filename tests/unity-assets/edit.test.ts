/** Changing bytes in place, and showing what changes. */
import { describe, expect, it } from 'vitest';
import { unifiedDiff } from '../../unity-assets/diff.ts';
import { editsToSet, type NewValue, withEdits } from '../../unity-assets/edit.ts';
import { referenceIn } from '../../unity-assets/reference.ts';
import { textAt, valueAt } from '../../unity-assets/values.ts';
import { assetsIn, gameObject, guid, HEAD, instance, type MemoryFile, theObject } from './project.ts';

const MODEL = { fileId: '5022602860645237092', guid: guid(77) };
const model: NewValue = { reference: MODEL };
const AGENT = `114
MonoBehaviour:
  m_GameObject: {OWNER}
  m_Name: agent
  m_Model: {fileID: 0}
  period: 5
`;
const base = { guid: guid(1), text: HEAD + gameObject(10, 'Läufer', { component: AGENT }) };

function changed(files: Record<string, MemoryFile>, path: string, property: string, value: NewValue) {
  const assets = assetsIn(files);
  const object = theObject(assets, path, 'm_Name', 'agent');
  const edits = editsToSet(assets, path, [{ object, property, value }]);
  const before = Buffer.from(files[path]!.text);
  const text = withEdits(before, edits).toString();
  const after = assetsIn({ ...files, [path]: { ...files[path]!, text } });
  return { text, edits, values: after.valuesOf(theObject(after, path, 'm_Name', 'agent')), before };
}

describe.each([
  ['LF', (text: string) => text],
  ['CRLF', (text: string) => text.replaceAll('\n', '\r\n')],
])('in a file with %s', (_, ended) => {
  it('a value of the file itself is replaced where it stands, and no other byte', () => {
    const file = { ...base, text: ended(base.text) };
    const { text, values } = changed({ 'A.prefab': file }, 'A.prefab', 'm_Model', model);
    // Short enough for one line by Unity's own measure.
    expect(text).toBe(
      file.text.replace('m_Model: {fileID: 0}', `m_Model: {fileID: ${MODEL.fileId}, guid: ${MODEL.guid}, type: 3}`),
    );
    expect(referenceIn(valueAt(values, 'm_Model'))).toEqual({ ...MODEL, type: '3' });
  });

  it('one of a copy becomes a new override at the end of the list, broken as Unity breaks it', () => {
    const variant = {
      guid: guid(2),
      text: ended(HEAD + instance(500, base.guid, [{ target: '12', path: 'period', value: '4' }])),
    };
    const { text, values } = changed({ 'A.prefab': base, 'V.prefab': variant }, 'V.prefab', 'm_Model', model);
    const entry = ended(`    - target: {fileID: 12, guid: ${base.guid}, type: 3}
      propertyPath: m_Model
      value:${' '}
      objectReference: {fileID: 5022602860645237092, guid: ${MODEL.guid},
        type: 3}
`);
    const end = variant.text.indexOf('    m_RemovedComponents');
    expect(text).toBe(variant.text.slice(0, end) + entry + variant.text.slice(end));
    expect(referenceIn(valueAt(values, 'm_Model'))).toEqual({ ...MODEL, type: '3' });
    expect(textAt(values, 'period')).toBe('4');
  });

  it('one of a copy without any override begins the list', () => {
    for (const empty of ['m_Modifications: []', 'm_Modifications:', 'm_Modifications: ']) {
      const text = ended((HEAD + instance(500, base.guid, [])).replace('m_Modifications: []', empty));
      const files = { 'A.prefab': base, 'V.prefab': { guid: guid(2), text } };
      const { values, text: after } = changed(files, 'V.prefab', 'period', { text: '7' });
      expect(textAt(values, 'period'), empty).toBe('7');
      expect(after).toContain(ended('m_Modifications:\n    - target: '));
      expect(after.replaceAll('\r\n', '').includes('\r')).toBe(false);
    }
  });

  it('an override that is there is changed in place, one that says nothing too', () => {
    for (const reference of ['{fileID: 0}', `{fileID: 11400000, guid: ${guid(6)},\n        type: 3}`]) {
      const overrides = [
        { target: '12', path: 'm_Model', reference },
        { target: '12', path: 'period', value: '9' },
      ];
      const variant = { guid: guid(2), text: ended(HEAD + instance(500, base.guid, overrides)) };
      const { text, values, edits } = changed({ 'A.prefab': base, 'V.prefab': variant }, 'V.prefab', 'm_Model', model);
      expect(edits).toHaveLength(1);
      expect(referenceIn(valueAt(values, 'm_Model'))?.guid).toBe(MODEL.guid);
      expect(text.length - variant.text.length).toBe(edits[0]!.text.length - (edits[0]!.end - edits[0]!.at));
    }
  });

  it('what is as wanted already is not touched, however it is broken', () => {
    const reference = `{fileID: ${MODEL.fileId},\n        guid: ${MODEL.guid}, type: 3}`;
    const text = ended(HEAD + instance(500, base.guid, [{ target: '12', path: 'm_Model', reference }]));
    const { edits } = changed({ 'A.prefab': base, 'V.prefab': { guid: guid(2), text } }, 'V.prefab', 'm_Model', model);
    expect(edits).toEqual([]);
  });
});

it('a field that is not there is not invented', () => {
  const file = { ...base, text: base.text.replace('  m_Model: {fileID: 0}\n', '') };
  expect(() => changed({ 'A.prefab': file }, 'A.prefab', 'm_Model', model)).toThrow(
    /A\.prefab: .*has no m_Model to change/,
  );
});

describe('a diff', () => {
  it('shows each change with three lines around it, and neighbours together', () => {
    const before = Array.from({ length: 30 }, (_, line) => `line ${line}\n`).join('');
    const edit = (line: number, text: string, insert = false) => {
      const at = before.indexOf(`line ${line}\n`);
      return { at, end: insert ? at : at + `line ${line}`.length, text };
    };
    const shown = unifiedDiff('A.txt', before, [edit(2, 'two'), edit(5, 'new\n', true), edit(20, 'twenty')]);
    expect(shown).toBe(
      [
        '--- A.txt',
        '+++ A.txt',
        '@@ -1,8 +1,9 @@',
        ' line 0',
        ' line 1',
        '-line 2',
        '+two',
        ' line 3',
        ' line 4',
        '+new',
        ' line 5',
        ' line 6',
        ' line 7',
        '@@ -18,7 +19,7 @@',
        ' line 17',
        ' line 18',
        ' line 19',
        '-line 20',
        '+twenty',
        ' line 21',
        ' line 22',
        ' line 23',
      ].join('\n'),
    );
  });

  it('of a new file is all of it, and of none is empty', () => {
    expect(unifiedDiff('A.meta', undefined, [{ at: 0, end: 0, text: 'a\nb\n' }])).toBe(
      '--- /dev/null\n+++ A.meta\n@@ -0,0 +1,2 @@\n+a\n+b',
    );
    expect(unifiedDiff('A.meta', 'a\n', [])).toBe('');
  });
});
