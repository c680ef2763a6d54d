/** `--parity-test`: pairs and a test for Unity's Test Runner beside the model; tests/system/deploy-unity runs that test. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { deploy } from '../../deploy-unity/deploy.ts';
import { ENGINES } from '../../deploy-unity/parity/test-script.ts';
import { rollback } from '../../deploy-unity/rollback.ts';
import { isAtLeast } from '../../deploy-unity/version.ts';
import { encodeModel } from '../../onnx/encode.ts';
import type { Model } from '../../onnx/model.ts';
import { parityPairs } from '../../pipeline/stages/deploy-parity.ts';
import { continuous, discrete, remembering } from '../lint/fixtures/policies.ts';
import { twoSensors } from '../small-policies.ts';
import {
  ASSET,
  ASSET_GUID,
  INFERENCE_ENGINE,
  modelBytes,
  modelFile,
  read,
  refusal,
  snapshot,
  unityProject,
} from './projects.ts';

const FOLDER = 'Assets/Gaitsmith/Walker/WalkerParityTest';
const withTests = { ...INFERENCE_ENGINE, 'com.unity.test-framework': '1.4.5' };
const pairs = {
  inputs: ['obs_0'],
  sizes: [2],
  output: 'deterministic_continuous_actions',
  actionSize: 1,
  observations: Float32Array.of(0.1, 1e6, -3, 4),
  actions: Float32Array.of(-1, 1 / 3),
};
const request = (project: string, more: object = {}) => ({
  model: modelFile(modelBytes()),
  unityProject: project,
  asset: ASSET,
  parity: pairs,
  ...more,
});

describe('a deploy with --parity-test', () => {
  test('writes pairs, script and assembly definition with their metas, says where, and a rollback takes all of it out', async () => {
    const project = unityProject(withTests);
    const before = snapshot(project);
    const { parityTest, written, warnings, sha256 } = await deploy(request(project));
    expect(parityTest).toBe(FOLDER);
    for (const name of ['pairs.json', 'ParityTest.cs', 'WalkerParityTest.asmdef']) {
      expect(written).toContain(`${FOLDER}/${name}`);
      // A .meta without its asset is what an Editor may see in between, never the other way round.
      expect(written.indexOf(`${FOLDER}/${name}.meta`)).toBeLessThan(written.indexOf(`${FOLDER}/${name}`));
    }
    expect(written).toContain(`${FOLDER}.meta`);
    expect(warnings.map(({ code }) => code)).toEqual(['not-referenced']);
    expect(JSON.parse(read(project, `${FOLDER}/pairs.json`))).toEqual({
      guid: ASSET_GUID,
      sha256,
      inputs: ['obs_0'],
      sizes: [2],
      output: 'deterministic_continuous_actions',
      actionSize: 1,
      tolerance: 0.001,
      observations: [0.1, 1e6, -3, 4].map((value) => Number(Math.fround(value).toPrecision(9))),
      actions: [-1, 0.333333343],
    });
    expect(read(project, `${FOLDER}/ParityTest.cs`)).toMatch(/^\/\/ This test has never run in a Unity Editor/);
    await rollback(project);
    expect(snapshot(project)).toEqual(before);
  });

  test('shows in a dry run what it would write, and writes nothing', async () => {
    const project = unityProject(withTests);
    const before = snapshot(project);
    const { diff, written } = await deploy(request(project, { dryRun: true }));
    expect(diff).toContain(`${FOLDER}/pairs.json: nothing -> `);
    expect(written).toContain(`${FOLDER}/ParityTest.cs`);
    expect(snapshot(project)).toEqual(before);
  });

  test('writes nothing the second time, keeps metas that are there, and writes anew what somebody changed', async () => {
    const project = unityProject(withTests);
    await deploy(request(project));
    expect((await deploy(request(project))).written).toEqual([]);
    writeFileSync(join(project, `${FOLDER}/ParityTest.cs.meta`), 'guid: 0123456789abcdef0123456789abcdef\n');
    writeFileSync(join(project, `${FOLDER}/ParityTest.cs`), '// nothing\n');
    expect((await deploy(request(project))).written).toEqual([`${FOLDER}/ParityTest.cs`]);
    expect(read(project, `${FOLDER}/ParityTest.cs.meta`)).toContain('0123456789abcdef');
  });

  test('warns where nothing may run it', async () => {
    const { warnings } = await deploy(request(unityProject(INFERENCE_ENGINE)));
    expect(warnings).toContainEqual(
      expect.objectContaining({
        code: 'no-test-framework',
        message: expect.stringContaining('com.unity.test-framework'),
      }),
    );
  });

  test('a later deploy of another file without it warns that the test will fail, until its folder is gone', async () => {
    const project = unityProject(withTests);
    await deploy(request(project));
    const another = { model: modelFile(modelBytes('second')), parity: undefined };
    const codes = async () => (await deploy(request(project, another))).warnings.map(({ code }) => code);
    expect(await codes()).toContain('parity-test-stale');
    rmSync(join(project, FOLDER), { recursive: true });
    expect(await codes()).not.toContain('parity-test-stale');
  });

  test("is refused where a file lies in its folder's place", async () => {
    const project = unityProject(withTests, { [FOLDER]: 'a file' });
    const before = snapshot(project);
    expect(await refusal(deploy(request(project)))).toContain('a file lies where the asset path needs a folder');
    expect(snapshot(project)).toEqual(before);
  });
});

test('two models of one name in two folders have tests in assemblies of two names', async () => {
  const project = unityProject(withTests);
  await deploy(request(project));
  await deploy(request(project, { asset: 'Assets/Other/Walker.onnx' }));
  const nameIn = (folder: string) => JSON.parse(read(project, `${folder}/WalkerParityTest.asmdef`)).name;
  expect(nameIn(FOLDER)).toBe(`Gaitsmith.Parity.Walker.${ASSET_GUID.slice(0, 8)}`);
  expect(nameIn('Assets/Other/WalkerParityTest')).not.toBe(nameIn(FOLDER));
});

describe('the engine that the script takes', () => {
  /** As Unity reads such expressions: a version alone is the least one; [ includes, ) excludes. */
  function isMet(expression: string, version: string): boolean {
    const range = /^\[([^,]+),([^)]+)\)$/.exec(expression);
    if (!range) return isAtLeast(version, expression);
    return isAtLeast(version, range[1]!) && !isAtLeast(version, range[2]!);
  }

  // What releases of ML-Agents depend on.
  test.each([
    ['com.unity.barracuda', '2.0.0', 'GAITSMITH_BARRACUDA'],
    ['com.unity.barracuda', '2.3.1-preview', 'GAITSMITH_BARRACUDA'],
    ['com.unity.barracuda', '3.0.0', 'GAITSMITH_BARRACUDA'],
    ['com.unity.sentis', '1.2.0-exp.2', 'GAITSMITH_SENTIS_1'],
    ['com.unity.sentis', '1.3.0-pre.3', 'GAITSMITH_SENTIS_1'],
    ['com.unity.sentis', '2.1.0', 'GAITSMITH_SENTIS_2'],
    ['com.unity.ai.inference', '2.2.1', 'GAITSMITH_INFERENCE_ENGINE'],
    ['com.unity.ai.inference', '2.6.1', 'GAITSMITH_INFERENCE_ENGINE'],
    // Other names of things, and no release of ML-Agents asks for them.
    ['com.unity.sentis', '1.4.0-pre.1', undefined],
    ['com.unity.sentis', '1.6.0-pre.1', undefined],
  ])('of %s %s is %s', (id, version, define) => {
    const met = ENGINES.filter(({ name, expression }) => name === id && isMet(expression, version));
    expect(met.map((engine) => engine.define)).toEqual(define === undefined ? [] : [define]);
  });
});

describe('pairs', () => {
  const of = (model: Model) => parityPairs(encodeModel(model), 'policy.onnx');

  test("of any policy are drawn about what its normaliser saw, with the edges, and answered by the file's means", async () => {
    const { inputs, sizes, actionSize, observations, actions } = await of(continuous());
    expect([inputs, sizes, actionSize]).toEqual([['obs_0'], [8], 2]);
    expect(observations.length / 8).toBe(64 + 11);
    expect(actions.length / 2).toBe(64 + 11);
    expect(actions.every((action) => Math.abs(action) <= 1)).toBe(true);
    expect(new Set(actions).size).toBeGreaterThan(50);
  });

  test('of several sensors have a row of each', async () => {
    const { inputs, sizes, observations, actions, actionSize } = await of(twoSensors());
    expect(inputs).toHaveLength(2);
    const width = sizes[0]! + sizes[1]!;
    expect(observations.length / width).toBe(actions.length / actionSize);
  });

  test('are not made of a policy of other kinds, which is told', async () => {
    expect(await refusal(of(discrete()))).toContain('vectors and remember nothing');
    expect(await refusal(of(remembering()))).toContain('vectors and remember nothing');
    const sampling = continuous();
    const outputs = sampling.graph.outputs.filter(({ name }) => !name.startsWith('deterministic'));
    expect(await refusal(of({ ...sampling, graph: { ...sampling.graph, outputs } }))).toContain(
      'has no deterministic actions',
    );
  });
});
