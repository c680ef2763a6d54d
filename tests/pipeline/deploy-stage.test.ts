/** The stage `deploy`: what it says before anything runs, and which place it takes where none is named. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../base/files/hash.ts';
import { writeAtomically } from '../../base/files/write-atomically.ts';
import { checkOptions, type Given } from '../../cli/parse-options.ts';
import { openTerminal } from '../../cli/terminal.ts';
import { exportActor } from '../../export/export-actor.ts';
import { decodeModel } from '../../onnx/decode.ts';
import { encodeModel } from '../../onnx/encode.ts';
import { recordStage } from '../../pipeline/manifest.ts';
import { pipelineCommand } from '../../pipeline/pipeline-command.ts';
import { runFolder } from '../../pipeline/run-folder.ts';
import deployStage from '../../pipeline/stages/deploy.ts';
import { requestOfRun } from '../../pipeline/stages/deploy-request.ts';
import { hashInputs } from '../../pipeline/up-to-date.ts';
import { Normaliser } from '../../train/policy/normaliser.ts';
import { initialParameters } from '../../train/policy/policy.ts';
import type { ValidationReport } from '../../validate/report.ts';
import { INFERENCE_ENGINE, temporaryFolder, unityProject } from '../deploy-unity/projects.ts';

const WALKER_ASSET = 'Assets/Gaitsmith/Walker/Walker.onnx';
const optionsOf = (given: Given) => checkOptions(deployStage.options, given);

/** A run with a validated policy of this behaviour. */
function validatedRun(behavior: string) {
  const run = runFolder('done', temporaryFolder());
  const network = { observationSize: 6, actionSize: 2, hiddenUnits: 4, layers: 1 };
  const actor = { network, parameters: initialParameters(network, 1), normaliser: new Normaliser(6) };
  const policy = encodeModel(exportActor(actor, '0.0.0', { 'gaitsmith.behavior': behavior }));
  const report: ValidationReport = {
    passed: true,
    problems: [],
    sha256: sha256(policy),
    shape: { observationSize: 6, actionSize: 2 },
    tolerance: 1e-5,
    rows: { episodes: 1000, edge: 11 },
    engines: [],
  };
  writeAtomically(run.policy, policy);
  writeAtomically(run.validation, JSON.stringify(report));
  return run;
}

function deploy(behavior: string, given: Given) {
  const say = () => {};
  return deployStage.run(optionsOf(given), {
    run: validatedRun(behavior),
    logger: { info: say, warn: say, error: say },
    progress: { update: say, end: say },
    signal: new AbortController().signal,
    force: false,
    last: undefined,
  });
}

it('says before a training what would stand in its way after it', async () => {
  const project = unityProject(INFERENCE_ENGINE, { 'Assets/Models/Old.onnx': 'x' });
  const check = (asset: string) => deployStage.check!(optionsOf({ unityProject: project, asset }));
  await expect(check('Assets/models/Walker.onnx')).rejects.toThrow(/upper and lower case.*Assets\/Models/);
  await expect(check('Assets/Models/Old.onnx/Walker.onnx')).rejects.toThrow(/a file lies where .* needs a folder/);
  await check('Assets/Models/Walker.onnx');
});

it("does not put another behaviour's policy where the Walker's goes, but where it is told to", async () => {
  const project = unityProject(INFERENCE_ENGINE);
  await expect(deploy('Roller', { unityProject: project })).rejects.toThrow(/not a Walker's.*got "Roller".*--asset/);
  expect(existsSync(join(project, WALKER_ASSET))).toBe(false);
  const told = await deploy('Roller', { unityProject: project, asset: 'Assets/Roller.onnx' });
  expect(told.outputs['asset']).toBe(join(project, 'Assets/Roller.onnx'));
  await deploy('Walker', { unityProject: project });
  expect(existsSync(join(project, WALKER_ASSET))).toBe(true);
});

it('--parity-test is one of its inputs, and the pairs are one of its results', async () => {
  const project = unityProject(INFERENCE_ENGINE);
  const plain = { unityProject: project, asset: 'Assets/Roller.onnx' };
  const given = { ...plain, parityTest: true } as const;
  const { outputs, summary } = await deploy('Roller', given);
  expect(outputs['parityPairs']).toBe(join(project, 'Assets/RollerParityTest/pairs.json'));
  expect(JSON.parse(readFileSync(outputs['parityPairs']!, 'utf8'))).toMatchObject({ sizes: [6], actionSize: 2 });
  expect(summary).toContain('with Assets/RollerParityTest');
  const settings = async (options: Given) =>
    (await deployStage.inputs(optionsOf(options), validatedRun('Roller'))).settings;
  expect(await settings(given)).not.toEqual(await settings(plain));
});

it('tells of a run in a live Unity that nothing was recorded of its physics, and compares none', async () => {
  const run = validatedRun('Walker');
  const request = () => requestOfRun(optionsOf({ unityProject: unityProject(INFERENCE_ENGINE) }), run);
  expect(await request()).toMatchObject({ physics: { gravity: 14.715 } });
  recordStage(run, 'train', {
    status: 'done',
    started: new Date().toISOString(),
    seconds: 1,
    pid: 1,
    command: '',
    inputs: { files: {}, settings: { world: ['build/Game', {}] } },
    outputs: {},
    versions: { gaitsmith: '', node: '', platform: '', commit: null, dirty: null },
  });
  const told = await request();
  expect(told.physics).toBeUndefined();
  expect(told.physicsUnknown).toContain('a live Unity (build/Game)');
});

describe('what decides how a model is deployed', () => {
  const inputsOf = (project: string, given: Given = {}) =>
    deployStage.inputs(optionsOf({ unityProject: project, ...given }), validatedRun('Walker'));

  it('are the packages, the Editor and the settings of the project too, so that an upgrade deploys again', async () => {
    const project = unityProject(INFERENCE_ENGINE, { 'ProjectSettings/TimeManager.asset': 'x' });
    const { files } = await inputsOf(project);
    expect(Object.keys(files)).toEqual([
      'policy',
      'validation',
      'manifest',
      'packagesLock',
      'editorVersion',
      'editorSettings',
      'timeSettings',
    ]);
    const run = validatedRun('Walker');
    const hashes = async () => (await hashInputs(deployStage, optionsOf({ unityProject: project }), run)).files;
    const before = await hashes();
    writeAtomically(join(project, 'ProjectSettings/ProjectVersion.txt'), 'm_EditorVersion: 6000.3.0f1\n');
    expect(await hashes()).not.toEqual(before);
  });

  it('are not the settings that --apply-physics writes itself', async () => {
    const project = unityProject(INFERENCE_ENGINE, { 'ProjectSettings/TimeManager.asset': 'x' });
    expect(Object.keys((await inputsOf(project, { applyPhysics: true })).files)).not.toContain('timeSettings');
  });
});

describe("the command's own flags", () => {
  const besides = async (given: Given, run = validatedRun('Walker')) => {
    const said: string[] = [];
    const stream = { write: (text: string) => said.push(text) };
    const options = checkOptions({ ...deployStage.options, ...deployStage.besides!.options }, given);
    const terminal = openTerminal(false, {}, { stdout: stream, stderr: stream });
    const result = await deployStage.besides!.run(options, { run, terminal });
    return { result, said: said.join('') };
  };

  it('are none that the pipeline has', async () => {
    const project = unityProject(INFERENCE_ENGINE);
    expect((await besides({ unityProject: project })).result).toBeUndefined();
    expect(Object.keys(pipelineCommand([deployStage]).options)).not.toContain('model');
  });

  it('show the diff and change nothing: --dry-run', async () => {
    const project = unityProject(INFERENCE_ENGINE);
    const { said } = await besides({ unityProject: project, dryRun: true });
    expect(said).toContain(`+++ ${WALKER_ASSET}.meta`);
    expect(said).toMatch(/Walker\.onnx: nothing -> \d+ bytes/);
    expect(existsSync(join(project, WALKER_ASSET))).toBe(false);
  });

  it('deploy a file without a run, take it back and tell of it: --model, --rollback, --history', async () => {
    const project = unityProject(INFERENCE_ENGINE);
    const { policy: model } = validatedRun('Walker');
    const elsewhere = runFolder('nothing', temporaryFolder());
    await besides({ unityProject: project, model }, elsewhere);
    expect(existsSync(join(project, WALKER_ASSET))).toBe(true);
    expect(existsSync(elsewhere.path)).toBe(false);
    expect((await besides({ unityProject: project, history: true })).said).toContain(model);
    expect((await besides({ unityProject: project, rollback: true })).said).toContain(`removed  ${WALKER_ASSET}`);
    expect(existsSync(join(project, WALKER_ASSET))).toBe(false);
    await expect(besides({ unityProject: project, rollback: true, history: true })).rejects.toThrow(
      'only one of these',
    );
  });

  it('say of a policy that was trained in a live Unity, or by others, that its physics are not known', async () => {
    const other = { 'ProjectSettings/TimeManager.asset': 'TimeManager:\n  Fixed Timestep: 0.1\n' };
    const said = async (metadata: Record<string, string>) => {
      const model = decodeModel(readFileSync(validatedRun('Walker').policy));
      const file = join(temporaryFolder(), 'policy.onnx');
      writeAtomically(file, encodeModel({ ...model, metadata }));
      const given = { unityProject: unityProject(INFERENCE_ENGINE, other), asset: 'Assets/A.onnx', model: file };
      return (await besides({ ...given, dryRun: true })).said;
    };
    expect(await said({ 'gaitsmith.behavior': 'Walker' })).not.toContain('physics are');
    expect(await said({ 'gaitsmith.behavior': 'Walker', 'gaitsmith.live_world': 'unity' })).toContain(
      "trained in a live Unity (the Editor's Play mode), which tells a trainer nothing of its physics",
    );
    expect(await said({})).toContain('Nothing tells with which physics this file was trained');
  });

  it('refuse a file that ML-Agents would not take, with why: --model', async () => {
    const { policy } = validatedRun('Walker');
    const model = decodeModel(readFileSync(policy));
    const broken = join(temporaryFolder(), 'broken.onnx');
    const outputs = model.graph.outputs.filter(({ name }) => name !== 'version_number');
    writeAtomically(broken, encodeModel({ ...model, graph: { ...model.graph, outputs } }));
    const refused = besides({ unityProject: unityProject(INFERENCE_ENGINE), model: broken });
    await expect(refused).rejects.toThrow(/ML-Agents would not take this file: .*version_number/);
  });
});
