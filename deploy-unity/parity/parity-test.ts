/**
 * `--parity-test`: beside the model, a folder with observations, what the policy answers to them, and a test for Unity's Test
 * Runner that has the project's own engine answer the same.
 *
 *     Assets/Gaitsmith/Walker/Walker.onnx
 *     Assets/Gaitsmith/Walker/WalkerParityTest/   pairs.json, ParityTest.cs, and an assembly definition
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assetGuid } from '../asset-guid.ts';
import { lookAtAssetPlace } from '../asset-place.ts';
import { newAssetMeta, newFolderMeta } from '../meta-file.ts';
import { readPackages } from '../package-versions.ts';
import type { Change } from '../transaction.ts';
import type { Warning } from '../warning.ts';
import { assemblyDefinition, SCRIPT, TEST_FRAMEWORK } from './test-script.ts';

/** Observations, and what the model answers to them by its deterministic actions. */
export interface ParityPairs {
  /** Names of the model's inputs, and how many numbers a row of each has. */
  readonly inputs: readonly string[];
  readonly sizes: readonly number[];
  readonly output: string;
  readonly actionSize: number;
  /** [rows, sum of sizes], input after input in a row. */
  readonly observations: Float32Array;
  /** [rows, actionSize]. */
  readonly actions: Float32Array;
}

/**
 * Largest difference between two engines' actions, in [-1, 1], that counts as none. Two engines here differ by less than 1e-5
 * (validate); Unity's were never measured, and may take another exponential function.
 */
export const PARITY_TOLERANCE = 1e-3;

/** The folder of an asset's parity test. */
export function parityFolder(asset: string): string {
  return `${asset.replace(/\.onnx$/i, '')}ParityTest`;
}

export interface ParityChanges {
  /** In the order in which they are to be made; none of files that are as they should be. */
  readonly changes: readonly Change[];
  /** To be made first. */
  readonly newFolders: readonly string[];
}

/**
 * @param model GUID and SHA-256 of the model that the pairs are of.
 * @throws UserError where files can't be written there
 */
export function parityChanges(
  root: string,
  asset: string,
  pairs: ParityPairs,
  model: { readonly guid: string; readonly sha256: string },
): ParityChanges {
  const folder = parityFolder(asset);
  const stem = asset.slice(asset.lastIndexOf('/') + 1).replace(/\.onnx$/i, '');
  const assembly = `Gaitsmith.Parity.${stem.replace(/\W/g, '_')}.${model.guid.slice(0, 8)}`;
  const files: Readonly<Record<string, string>> = {
    'pairs.json': pairsText(pairs, model),
    'ParityTest.cs': SCRIPT,
    [`${stem}ParityTest.asmdef`]: assemblyDefinition(assembly),
  };
  const changes: Change[] = [];
  const newFolders = new Set<string>();
  if (!existsSync(join(root, `${folder}.meta`)))
    changes.push(created(`${folder}.meta`, newFolderMeta(assetGuid(folder))));
  for (const [name, text] of Object.entries(files)) {
    const path = `${folder}/${name}`;
    const place = lookAtAssetPlace(root, path);
    for (const each of place.newFolders) newFolders.add(each);
    if (!place.meta) changes.push(created(`${path}.meta`, newAssetMeta(path, assetGuid(path))));
    const after = Buffer.from(text);
    if (!place.model?.equals(after)) changes.push({ path, before: place.model, after });
  }
  return { changes, newFolders: [...newFolders] };
}

/** A deploy that writes no pairs leaves the test of an earlier one, which then fails, and rightly. */
export function warningsAboutStaleParity(root: string, asset: string, sha256: string): Warning[] {
  const where = `${parityFolder(asset)}/pairs.json`;
  if (!existsSync(join(root, where)) || readFileSync(join(root, where), 'utf8').includes(sha256)) return [];
  const message =
    'The parity test beside the model is of another file, and will fail: deploy with --parity-test, or delete its folder.';
  return [{ code: 'parity-test-stale', where, message }];
}

/** As far as the files of the project's packages tell. */
export function warningsAboutTestFramework(root: string): Warning[] {
  if (readPackages(root).versionOf(TEST_FRAMEWORK.name)) return [];
  const message = `${TEST_FRAMEWORK.name} is not among the project's packages, so nothing may run the parity test: add it in the Package Manager.`;
  return [{ code: 'no-test-framework', where: 'Packages/manifest.json', message }];
}

function created(path: string, text: string): Change {
  return { path, before: undefined, after: Buffer.from(text) };
}

/** As the script reads it. Nine digits tell any two numbers of single precision apart. */
function pairsText({ observations, actions, ...told }: ParityPairs, model: { guid: string; sha256: string }): string {
  const numbers = (values: Float32Array) =>
    `[${Array.from(values, (value) => Number(value.toPrecision(9))).join(',')}]`;
  const head = JSON.stringify({ ...model, ...told, tolerance: PARITY_TOLERANCE }, null, 2).slice(0, -2);
  return `${head},\n  "observations": ${numbers(observations)},\n  "actions": ${numbers(actions)}\n}\n`;
}
