/**
 * The parity test that a deploy writes for Unity: compiled against stand-ins for the Editor and for each engine, and run in Mono. The
 * engines' answers are onnxruntime's, asked row by row here, or wrong ones. No Unity has any part in it.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '../../../base/files/hash.ts';
import { Session } from '../../../compile/onnxruntime.ts';
import { deploy } from '../../../deploy-unity/deploy.ts';
import { type ParityPairs, parityFolder } from '../../../deploy-unity/parity/parity-test.ts';
import { encodeModel } from '../../../onnx/encode.ts';
import { parityPairs } from '../../../pipeline/stages/deploy-parity.ts';
import { copyExampleProject } from '../../example-project.ts';
import { because } from '../../skipping.ts';
import { twoSensors } from '../../small-policies.ts';
import { build, compiler, run, runtime } from '../../unity/compiled.ts';

const STUBS = join(import.meta.dirname, 'csharp');
const root = join(import.meta.dirname, '../../..');
const ASSET = 'Assets/Walker.onnx';
const TESTS = [
  'TheModelIsTheFileThatThePairsWereMadeOf',
  'AllRowsTogetherAreAnsweredAsRecorded',
  'EachRowAloneIsAnsweredAsRecorded',
];
const passed = [...TESTS.map((name) => `${name}: passed`), 'left open: 0'];

interface Deployed {
  readonly project: string;
  readonly pairs: ParityPairs;
  readonly bytes: Uint8Array;
  readonly guid: string;
}

let folder: string;
let walker: Deployed;

/** A project with a model and its parity test. */
async function deployed(name: string, bytes: Uint8Array): Promise<Deployed> {
  const project = join(folder, name);
  copyExampleProject(project);
  const model = join(folder, `${name}.onnx`);
  writeFileSync(model, bytes);
  const pairs = await parityPairs(bytes, model);
  const { guid } = await deploy({ model, unityProject: project, asset: ASSET, parity: pairs });
  return { project, pairs, bytes, guid };
}

interface EngineOptions {
  /** What of the answers is wrong, [rows, actions]. */
  readonly wrong?: (answers: Float32Array) => void;
  readonly isImported?: boolean;
  /** The model's bytes where the project holds another file. */
  readonly bytes?: Uint8Array;
}

/** @returns what the tests of a compiled program say, and at last what was left open. */
async function said(program: string, { project, pairs, bytes, guid }: Deployed, options: EngineOptions = {}) {
  const answers = await answersRowByRow(bytes, pairs);
  options.wrong?.(answers);
  const width = pairs.sizes.reduce((sum, size) => sum + size, 0);
  const lines = Array.from({ length: answers.length / pairs.actionSize }, (_, row) => {
    const part = (of: Float32Array, size: number) =>
      Array.from(of.subarray(row * size, (row + 1) * size), (value) => value.toPrecision(9)).join(' ');
    return `${part(pairs.observations, width)}|${part(answers, pairs.actionSize)}`;
  });
  const [model, file] = [join(folder, 'in-project.onnx'), join(folder, 'answers.txt')];
  writeFileSync(model, options.bytes ?? bytes);
  writeFileSync(file, lines.join('\n'));
  const imported = options.isImported === false ? 'not' : 'imported';
  const pairsFile = join(project, parityFolder(ASSET), 'pairs.json');
  return (await run(runtime!, [program, pairsFile, model, guid, file, imported], folder)).trimEnd().split('\n');
}

async function answersRowByRow(bytes: Uint8Array, { inputs, sizes, output, observations, actionSize }: ParityPairs) {
  const width = sizes.reduce((sum, size) => sum + size, 0);
  const answers = new Float32Array((observations.length / width) * actionSize);
  const session = await Session.open(bytes, { threads: 1 });
  for (let row = 0; row < observations.length / width; row++) {
    let at = row * width;
    const feeds = inputs.map((input, which) => {
      const data = observations.slice(at, at + sizes[which]!);
      at += sizes[which]!;
      return [input, { type: 'float32', shape: [1, sizes[which]!], data }] as const;
    });
    const { [output]: answer } = await session.run(Object.fromEntries(feeds), [output]);
    answers.set(answer!.data as Float32Array, row * actionSize);
  }
  await session.release();
  return answers;
}

/** The script of a project with a stand-in for an engine. */
async function programOf(
  define: string,
  script: string,
  stub: { file: string; change?: [string, string] } | undefined,
) {
  const sources = ['Editor.cs', 'Program.cs', 'StandIn.cs'].map((name) => join(STUBS, name));
  if (stub) {
    const text = readFileSync(join(STUBS, stub.file), 'utf8');
    const source = join(folder, `${define}.cs`);
    writeFileSync(source, stub.change ? text.replaceAll(...stub.change) : text);
    sources.push(source);
  }
  const program = join(folder, `${define}.exe`);
  await build(program, [define, 'UNITY_INCLUDE_TESTS'], [...sources, script]);
  return program;
}

const canRun = Boolean(compiler && runtime);

describe.skipIf(because(!canRun, 'there are no mcs and mono on the PATH to run C# with'))(
  'in Mono the parity test',
  () => {
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'gaitsmith-parity-'));
      walker = await deployed('walker', readFileSync(join(root, 'models/walker/walker.onnx')));
    });
    afterAll(() => rmSync(folder, { recursive: true }));
    const scriptOf = ({ project }: Deployed) => join(project, parityFolder(ASSET), 'ParityTest.cs');

    it.each<[string, { file: string; change?: [string, string] }]>([
      ['GAITSMITH_BARRACUDA', { file: 'Barracuda.cs' }],
      ['GAITSMITH_SENTIS_1', { file: 'Sentis1.cs' }],
      ['GAITSMITH_SENTIS_2', { file: 'Sentis2.cs' }],
      ['GAITSMITH_INFERENCE_ENGINE', { file: 'Sentis2.cs', change: ['Unity.Sentis', 'Unity.InferenceEngine'] }],
    ])(
      'passes by the API of %s where that answers as onnxruntime does, and fails by one wrong action',
      async (define, stub) => {
        const program = await programOf(define, scriptOf(walker), stub);
        expect(await said(program, walker)).toEqual(passed);
        const [row, action] = [17, 5];
        const at = row * walker.pairs.actionSize + action;
        const wrong = await said(program, walker, { wrong: (answers) => (answers[at]! += 0.002) });
        expect(wrong[0]).toBe(passed[0]);
        expect(wrong[1]).toMatch(
          `1 of ${walker.pairs.actions.length} actions are off by more than 0.001; row 17, action 5: `,
        );
        expect(wrong[2]).toMatch(`1 of 39 actions are off by more than 0.001; row 17, action 5: `);
        expect(wrong[3]).toBe(passed[3]);
      },
    );

    describe('of Inference Engine', () => {
      let program: string;
      beforeAll(async () => {
        const stub = { file: 'Sentis2.cs', change: ['Unity.Sentis', 'Unity.InferenceEngine'] as [string, string] };
        program = await programOf('GAITSMITH_INFERENCE_ENGINE', scriptOf(walker), stub);
      });

      it('passes where actions differ by no more than another order of adding makes', async () => {
        const wrong = (answers: Float32Array) => answers.set(answers.map((action) => action + 1e-5));
        expect(await said(program, walker, { wrong })).toEqual(passed);
      });

      it('fails where an action is no number', async () => {
        const lines = await said(program, walker, { wrong: (answers) => (answers[3] = Number.NaN) });
        expect(lines[1]).toContain('row 0, action 3: NaN instead of');
      });

      it('fails where the model is another file than the pairs were made of', async () => {
        const bytes = Uint8Array.from(walker.bytes);
        bytes[bytes.length - 1]! ^= 1;
        expect(sha256(bytes)).not.toBe(sha256(walker.bytes));
        const lines = await said(program, walker, { bytes });
        expect(lines[0]).toContain('is another file than these pairs were made of: deploy it with --parity-test');
      });

      it('fails, and says why, where the model is gone or was not imported', async () => {
        const gone = await said(program, { ...walker, guid: '0'.repeat(32) });
        for (const line of gone.slice(0, 3))
          expect(line).toContain(`: failed: no asset of this project has the model's GUID`);
        const broken = await said(program, walker, { isImported: false });
        expect(broken[1]).toContain('was not imported as a ModelAsset: see the Console for why');
      });

      it('feeds each of several sensors its own columns', async () => {
        const several = await deployed('several', encodeModel(twoSensors()));
        expect(await said(program, several)).toEqual(passed);
      });
    });

    it('fails, and says what it knows, in a project with none of the engines', async () => {
      const program = await programOf('GAITSMITH_NONE', scriptOf(walker), undefined);
      const lines = await said(program, walker);
      expect(lines[1]).toContain('this project has no engine that this test knows');
    });
  },
);
