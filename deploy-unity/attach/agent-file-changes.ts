/** The agent's file beside the model, and what has to fit so that the agent can play it. */
import { join } from 'node:path';
import { UserError } from '../../base/failure/user-error.ts';
import { readMeta } from '../../unity-assets/meta.ts';
import { assetGuid } from '../asset-guid.ts';
import { lookAtAssetPlace } from '../asset-place.ts';
import { newAssetMeta } from '../meta-file.ts';
import { readPackages } from '../package-versions.ts';
import type { ModelContract } from '../references.ts';
import type { Change } from '../transaction.ts';
import type { Warning } from '../warning.ts';
import type { AgentFile } from './agent-file.ts';
import { agentFilePath } from './attach.ts';

const PACKAGE = 'com.gaitsmith';

/**
 * The GUID by which a prefab refers to the agent's file: what its .meta says, else one that follows from its path.
 *
 * @throws UserError where the .meta tells none, or another asset has it
 */
export function agentFileGuid(
  root: string,
  path: string,
  assetsByGuid: ReadonlyMap<string, readonly string[]>,
): string {
  const { meta } = lookAtAssetPlace(root, path);
  const facts = meta && readMeta(meta);
  const where = join(root, `${path}.meta`);
  if (typeof facts === 'string') {
    throw new UserError({
      what: `the .meta of the agent's file is unfit: ${facts}`,
      where,
      mend: 'restore it from version control, or delete it',
    });
  }
  const guid = facts?.guid ?? assetGuid(path);
  const other = assetsByGuid.get(guid)?.find((each) => each !== path);
  if (other === undefined) return guid;
  throw new UserError({
    what: "the GUID of the agent's file is another asset's",
    where,
    value: guid,
    expected: `one that ${other} does not have`,
    mend: 'name another asset path: --asset Assets/PATH.onnx',
  });
}

/** @returns none of files that are as they should be. @throws UserError where files can't be written there */
export function agentFileChanges(
  root: string,
  asset: string,
  text: string,
  assetsByGuid: ReadonlyMap<string, readonly string[]>,
): Change[] {
  const path = agentFilePath(asset);
  const { model: before, meta } = lookAtAssetPlace(root, path);
  const after = Buffer.from(text);
  const guid = agentFileGuid(root, path, assetsByGuid);
  return [
    ...(meta ? [] : [{ path: `${path}.meta`, before: undefined, after: Buffer.from(newAssetMeta(path, guid)) }]),
    ...(before?.equals(after) ? [] : [{ path, before, after }]),
  ];
}

/** @throws UserError where the model is not of what the character observes and does */
export function refuseOtherSizes({ name, sensors, actionSize }: AgentFile, contract: ModelContract): void {
  const sizes = sensors.map(({ size }) => size);
  const ofModel = contract.sensors?.map(({ size }) => size) ?? [contract.observationSize];
  const told = (observations: readonly number[], actions: number) =>
    `${observations.join(' and ')} observations, ${actions} actions`;
  if (told(sizes, actionSize) === told(ofModel, contract.actionSize)) return;
  throw new UserError({
    what: 'this policy was not trained for that character',
    where: `--rig, the character ${name}`,
    value: told(sizes, actionSize),
    expected: `what the model has: ${told(ofModel, contract.actionSize)}`,
    mend: 'name the character file that the run was trained with',
  });
}

/** Without the package the prefab has a script that is missing. */
export function warningsAboutPackage(root: string): Warning[] {
  if (readPackages(root).versionOf(PACKAGE)) return [];
  const message = `The project does not have the package ${PACKAGE}, whose Ragdoll Agent was attached: add it by Window > Package Manager > + > Add package from tarball.`;
  return [{ code: 'package-missing', where: 'Packages/manifest.json', message }];
}
