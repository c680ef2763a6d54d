/**
 * The deploy stage: puts a model into a Unity project, where ML-Agents finds it.
 *
 * Reads everything and checks everything first, then changes at most a few files, all or none of them, whatever happens
 * (transaction.ts). Order, and why: folder .metas, the model's .meta, the model, what refers to it. An Editor that looks in
 * between sees at worst a .meta without its asset. The other way round it would give the model a random GUID, and every
 * prefab that refers to the model would have lost it for good.
 *
 * Never edits an existing .meta; prefabs, scenes and settings only where it is told to, and there the bytes of single values.
 */
import { commandText } from '../base/command-text.ts';
import { type Disk, realDisk } from '../base/files/disk.ts';
import { checkAssetPath } from './asset-path.ts';
import { type DeployRequest, type DeployResult, planDeploy } from './plan-deploy.ts';
import { lockProject, stateFolder } from './project-state.ts';
import { change, recover } from './transaction.ts';
import { openUnityProject } from './unity-project.ts';

export { checkDestination, type DeployRequest, type DeployResult } from './plan-deploy.ts';
export type { ModelContract } from './references.ts';
export type { Warning, WarningCode } from './warning.ts';

/**
 * Deploys a model. Afterwards everything that was asked for is in place, or the project is as it was.
 *
 * @param disk what does the writing; tests hand in one that fails
 * @throws UserError where the project, the asset path, the model or the place is not fit, or the disk fails
 */
export async function deploy(request: DeployRequest, disk: Disk = realDisk): Promise<DeployResult> {
  const { root } = openUnityProject(request.unityProject);
  if (request.dryRun) return planDeploy(request).result;
  checkAssetPath(request.asset);
  const lock = await lockProject(root, commandText('deploy'));
  try {
    const place = { root, state: stateFolder(root) };
    const recovered = recover(place, disk);
    const { result, changes, intent } = planDeploy(request);
    if (changes.length > 0) change(place, changes, intent, disk);
    return { ...result, recovered };
  } finally {
    lock.release();
  }
}
