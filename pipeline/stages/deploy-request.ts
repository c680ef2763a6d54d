/** From a policy, of a run or a file of its own, to what is asked of `deploy-unity`. */

import { readFileSync } from 'node:fs';
import { commandText, quoted } from '../../base/command-text.ts';
import { UserError } from '../../base/failure/user-error.ts';
import { sha256OfFile } from '../../base/files/hash.ts';
import type { OptionsOf } from '../../cli/options.ts';
import type { DeployRequest } from '../../deploy-unity/deploy.ts';
import { readModelFile } from '../../deploy-unity/model-file.ts';
import type { ParityPairs } from '../../deploy-unity/parity/parity-test.ts';
import { behavior as walker } from '../../envs/walker/behavior.ts';
import type { PolicyShape } from '../../lint/contract.ts';
import { oldestEngines } from '../../lint/engines.ts';
import { toldFinding } from '../../lint/lint.ts';
import { lintFile } from '../../lint/lint-file.ts';
import { decodeModel } from '../../onnx/decode.ts';
import type { Model } from '../../onnx/model.ts';
import { readReport } from '../../validate/report.ts';
import type { RunFolder } from '../run-folder.ts';
import { LIVE_WORLD, liveWorldOf } from '../trained-world.ts';
import { packagesOf } from '../unity-packages.ts';
import { assetOf, attachRequestOf } from './deploy-character.ts';
import { type deployOptions, unityProjectOf, WALKER_ASSET } from './deploy-options.ts';
import { physicsOf, trainedPhysics } from './deploy-physics.ts';

type Options = OptionsOf<typeof deployOptions>;

/**
 * The exported policy of a run.
 *
 * @throws UserError where it was not validated, or is not a Walker's and goes nowhere else
 */
export async function requestOfRun(options: Options, run: RunFolder): Promise<DeployRequest> {
  const { passed, sha256, shape } = readReport(run.validation, run.flags);
  if (!passed || sha256 !== sha256OfFile(run.policy)) {
    throw new UserError({
      what: passed ? 'this file is not the one that was validated' : 'this file did not pass validation',
      where: run.policy,
      mend: commandText('validate', run.flags),
    });
  }
  const { metadata } = decodeModel(readFileSync(run.policy), run.policy);
  return requestOf(options, {
    model: run.policy,
    from: run.path,
    flags: run.flags,
    contract: shape,
    // A policy exported before there was metadata is a Walker's.
    behavior: metadata['gaitsmith.behavior'] ?? walker.name,
    score: metadata['gaitsmith.score'],
    liveWorld: liveWorldOf(run),
  });
}

/**
 * A file that no run vouches for: it has to pass lint, for the packages of the project.
 *
 * @throws UserError with what it breaks
 */
export async function requestOfFile(options: Options, path: string): Promise<DeployRequest> {
  const { bytes } = readModelFile(path);
  const unityProject = unityProjectOf(options);
  const { engine, ...project } = packagesOf(unityProject);
  const engines = engine ? [engine] : oldestEngines;
  const { findings } = await lintFile(bytes, path, { engines, project });
  const errors = findings.filter(({ level }) => level === 'error');
  if (errors.length > 0) {
    throw new UserError({
      what: `ML-Agents would not take this file: ${errors.map(toldFinding).join('; ')}`,
      where: path,
      mend: `see why: ${commandText('lint', `${quoted(path)} --unity-project ${quoted(unityProject)}`)}`,
    });
  }
  const model = decodeModel(bytes, path);
  const { 'gaitsmith.behavior': behavior, 'gaitsmith.score': score, [LIVE_WORLD]: liveWorld } = model.metadata;
  return requestOf(options, {
    model: path,
    from: path,
    flags: `--model ${quoted(path)}`,
    contract: shapeOf(model),
    behavior,
    score,
    liveWorld,
  });
}

interface Policy extends Pick<DeployRequest, 'model'> {
  /** For the record of the deploy. */
  readonly from: string;
  /** The flags that name it. */
  readonly flags: string;
  /** Undefined where Behavior Parameters tell other things than its sizes. */
  readonly contract: PolicyShape | undefined;
  readonly behavior: string | undefined;
  readonly score: string | undefined;
  /** The live Unity that it was trained in; undefined for the embedded world, or where nothing tells. */
  readonly liveWorld: string | undefined;
}

async function requestOf(options: Options, policy: Policy): Promise<DeployRequest> {
  const { bind, applyPhysics, parityTest } = options;
  const { model, from, flags, contract, behavior, score } = policy;
  const attach = options.attach && attachRequestOf(options.attach, options.rig);
  const asset = options.asset ?? (attach && assetOf(attach));
  if (asset === undefined && behavior !== walker.name) {
    throw new UserError({
      what: "this policy is not a Walker's, so it must not take the place of one: say where it goes",
      where: model,
      value: behavior,
      mend: commandText('deploy', `${flags} --asset Assets/PATH.onnx`),
    });
  }
  const isKnown = (attach !== undefined || behavior === walker.name) && policy.liveWorld === undefined;
  if (applyPhysics && !isKnown) {
    throw new UserError({
      what: 'the physics that this policy was trained with are not known, so they can not be written',
      where: '--apply-physics',
      value: behavior,
      mend: 'leave --apply-physics out',
    });
  }
  return {
    model,
    unityProject: unityProjectOf(options),
    asset: asset ?? WALKER_ASSET,
    ...(contract === undefined ? {} : { contract }),
    ...(bind === undefined ? {} : { bind }),
    ...(attach === undefined ? {} : { attach }),
    origin: { from, ...(score === undefined ? {} : { score }) },
    ...(isKnown
      ? { physics: attach ? physicsOf(attach) : trainedPhysics(), applyPhysics }
      : { physicsUnknown: whyUnknown(policy) }),
    ...(parityTest ? { parity: await pairsOf(model) } : {}),
  };
}

function whyUnknown({ behavior, liveWorld }: Policy): string {
  if (behavior === undefined) return 'Nothing tells with which physics this file was trained';
  if (liveWorld === undefined) return `Nothing tells with which physics ${behavior} was trained`;
  const where = liveWorld === 'unity' ? "the Editor's Play mode" : liveWorld;
  return `This policy was trained in a live Unity (${where}), which tells a trainer nothing of its physics, so none were recorded`;
}

/** Loads the simulator and onnxruntime, which no other deploy needs. */
async function pairsOf(model: string): Promise<ParityPairs> {
  const { parityPairs } = await import('./deploy-parity.ts');
  return parityPairs(readModelFile(model).bytes, model);
}

/** Sizes as the file itself tells them; undefined for one with other inputs than vectors or other actions than continuous ones. */
function shapeOf({ graph }: Model): PolicyShape | undefined {
  const sizes = graph.inputs.map(({ name, shape }) =>
    /^obs_\d+$/.test(name) && shape?.length === 2 ? shape[1] : null,
  );
  const isContinuous = !graph.outputs.some(({ name }) => name.includes('discrete_action'));
  const actionSize = graph.outputs.find(({ name }) => name === 'continuous_actions')?.shape?.at(-1);
  if (!isContinuous || typeof actionSize !== 'number' || sizes.length === 0) return undefined;
  if (!sizes.every((size) => typeof size === 'number')) return undefined;
  const observationSize = sizes.reduce((sum, size) => sum + size, 0);
  return { observationSize, actionSize, ...(sizes.length === 1 ? {} : { sensors: sizes.map((size) => ({ size })) }) };
}
