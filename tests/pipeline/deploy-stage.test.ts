/** The stage `deploy`: what it says before anything runs, and which place it takes where none is named. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sha256 } from '../../base/files/hash.ts';
import { writeAtomically } from '../../base/files/write-atomically.ts';
import { checkOptions, type Given } from '../../cli/parse-options.ts';
import { exportActor } from '../../export/export-actor.ts';
import { encodeModel } from '../../onnx/encode.ts';
import { runFolder } from '../../pipeline/run-folder.ts';
import deployStage from '../../pipeline/stages/deploy.ts';
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
