/** `npm run bench -- regress`: which files it tries, how it goes on after a kill, and what its table counts. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addTried, filesToTry, readTried, SOUND, type Tried } from '../../bench/regress-files.ts';
import { powerTable, powerText } from '../../bench/regress-table.ts';
import { decodeModel } from '../../onnx/decode.ts';
import { readBaseline } from '../../regress/baseline.ts';

const root = join(import.meta.dirname, '../..');
const policy = join(root, 'models/walker/walker.onnx');
const sound = decodeModel(readFileSync(policy), policy);

/** What came of a file, with what is told otherwise. */
function tried(kind: string, seed: number, behaviour: Partial<NonNullable<Tried['behaviour']>> | null = {}): Tried {
  const passed = { verdict: 'pass', change: 0, detectable: 0.05, correlation: 0.9, pairs: 100 } as const;
  const told = behaviour === null ? null : { ...passed, ...behaviour };
  const at = '2026-01-02T03:04:05.000Z';
  return {
    baseline: 'b',
    margin: 0.1,
    kind,
    seed,
    contract: false,
    golden: kind !== SOUND,
    behaviour: told,
    seconds: 20,
    cpu_seconds: 10,
    at,
  };
}

describe('the files that are tried', () => {
  it('are so mixed that any first part of them holds the same share of every kind', () => {
    const files = filesToTry(sound, 20, 100, [policy]);
    const seeded = new Set(files.filter(({ seed }) => seed === 19).map(({ kind }) => kind));
    for (const half of [0.25, 0.5, 0.75]) {
      const part = files.slice(0, Math.round(files.length * half));
      const counts = [...seeded].map((kind) => part.filter((each) => each.kind === kind).length);
      const expected = (kind: string) => half * files.filter((each) => each.kind === kind).length;
      [...seeded].forEach((kind, which) => {
        expect(Math.abs(counts[which]! - expected(kind))).toBeLessThan(5);
      });
    }
    expect(files.filter(({ kind }) => kind === SOUND)).toHaveLength(100);
  });

  it('are the same files for the same seeds', () => {
    const bytes = () =>
      filesToTry(sound, 2, 0, [])
        .filter(({ kind }) => kind === 'two rows of weights swapped')
        .map(({ make }) => make().bytes);
    const [one, other] = bytes();
    expect(one).toEqual(bytes()[0]);
    expect(one).not.toEqual(other);
  });
});

describe('what came of them', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gaitsmith-bench-'));
    path = join(folder, 'files.jsonl');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is read back, also behind a line that a kill cut short, which is taken out by the next one', () => {
    expect(readTried(path)).toEqual([]);
    const [first, second] = [tried(SOUND, 0), tried(SOUND, 1, { verdict: 'fail' })];
    addTried(path, first);
    appendFileSync(path, JSON.stringify(second).slice(0, 50));
    expect(readTried(path)).toEqual([first]);
    addTried(path, second);
    expect(readTried(path)).toEqual([first, second]);
  });

  it('is refused with its line where somebody changed it', () => {
    writeFileSync(path, `${JSON.stringify(tried(SOUND, 0))}\n{"kind": 1}\n`);
    expect(() => readTried(path)).toThrow(/files\.jsonl:2.*this line tells of no file/);
  });
});

it('the table counts which check found what, the costly ones that were caught, and the sound ones that were accused', () => {
  const baseline = readBaseline(join(root, 'models/walker/walker.baseline.json'), policy);
  const table = powerTable(baseline, 0.1, [
    tried(SOUND, 0),
    tried(SOUND, 1, { verdict: 'fail', change: -0.03 }),
    tried(SOUND, 2, { verdict: 'undecided' }),
    tried('noise', 0, { verdict: 'fail', change: -0.2, pairs: 200 }),
    tried('noise', 1, { verdict: 'undecided', change: -0.12 }),
    tried('noise', 2, { verdict: 'pass', change: -0.11 }),
    tried('noise', 3, { verdict: 'pass', change: -0.02 }),
    { ...tried('form', 0, null), contract: true },
  ]);
  expect(table).toMatchObject({ costly: 3, costlyCaught: 2, sound: 3, accused: 1, unsure: 1, longest_cpu_seconds: 10 });
  expect(table.rows[1]).toMatchObject({
    name: 'noise',
    files: 4,
    golden: 4,
    fail: 1,
    undecided: 1,
    pass: 2,
    pairs: 125,
  });
  // 5 % takes four times the pairs of 10 %, by what the sound files' pairs showed.
  const [ten, five] = table.margins;
  expect(five!.pairs / ten!.pairs).toBeCloseTo(4, 1);
  const text = powerText(table);
  expect(text).toContain('| noise | 4 | 0 | 4 | 1 / 1 / 2 | -11 % | 125 |');
  expect(text).toContain('| form | 1 | 1 |  | onnxruntime does not take it |  |  |');
  expect(text).toContain('damages that cost 10 % or more: 2 of 3 (66.7 %) caught');
  expect(text).toContain('sound files: 1 of 3 (33.3 %) accused, 1 undecided');
});
