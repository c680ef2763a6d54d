/**
 * The deploy stage: puts a model into a Unity project, where ML-Agents finds it.
 *
 * Reads everything and checks everything first, then writes at most a few files, all or none of them. Order, and why:
 * folder .metas, the model's .meta, the model last. A process killed in between then leaves at worst a .meta without
 * its asset: Unity removes it or the next deploy finds it, and either way the GUID comes out the same. The other way
 * round it would leave a model without .meta, Unity would give that a random GUID, and every prefab that refers to the
 * model would have lost it for good.
 *
 * Never edits a prefab, a scene or an existing .meta.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { clearLeftovers, type PlannedFile, writeAllOrNothing } from '../base/files/all-or-nothing.ts';
import { type Disk, realDisk } from '../base/files/disk.ts';
import { sha256 } from '../base/files/hash.ts';
import { type Assets, openAssets } from '../unity-assets/assets.ts';
import { isLfsPointer } from '../unity-assets/git-lfs.ts';
import { type ProjectScan, scanProject } from '../unity-assets/scan-project.ts';
import { assetGuid } from './asset-guid.ts';
import { checkAssetPath } from './asset-path.ts';
import { lookAtAssetPlace } from './asset-place.ts';
import { chooseMeta, guidOfModel } from './choose-meta.ts';
import { warningsAboutOpenEditor } from './editor-open.ts';
import type { InferenceKind, InferencePackageId } from './inference-packages.ts';
import { newFolderMeta } from './meta-file.ts';
import { readModelFile } from './model-file.ts';
import type { PackageVersion } from './package-versions.ts';
import { type RecognisedPackages, recognisePackages } from './recognise-packages.ts';
import { findReferences, type ModelContract } from './references.ts';
import { warningsAboutScan } from './scan-warnings.ts';
import { openUnityProject, type UnityProject } from './unity-project.ts';
import type { Warning } from './warning.ts';

export type { ModelContract } from './references.ts';
export type { Warning, WarningCode } from './warning.ts';

export interface DeployRequest {
  /** Path of the .onnx to deploy. */
  readonly model: string;
  /** Folder of the Unity project, the one that holds Assets, Packages and ProjectSettings. */
  readonly unityProject: string;
  /** Where the model is to lie in the project: `Assets/Gaitsmith/Walker/Walker.onnx`. */
  readonly asset: string;
  /** Do everything but write. */
  readonly dryRun?: boolean;
  /** Sizes of the model; where given, Behavior Parameters bound to the model with other sizes are warned about. */
  readonly contract?: ModelContract;
}

export interface DeployResult {
  /** Absolute path of the project. */
  readonly project: string;
  readonly asset: string;
  readonly dryRun: boolean;
  /** Did the project hold exactly this model before? The file is then left untouched, and Unity imports nothing. */
  readonly unchanged: boolean;
  /** Files written, relative to the project, in that order; in a dry run, those that would be. */
  readonly written: readonly string[];
  /** The GUID by which prefabs and scenes refer to the model. */
  readonly guid: string;
  readonly meta: 'kept' | 'written';
  /** SHA-256 of the model file that lay there before, undefined where there was none, and of the one there now. */
  readonly sha256Before: string | undefined;
  readonly sha256: string;
  readonly recognised: {
    readonly editor: string;
    readonly mlAgents: PackageVersion | undefined;
    readonly inference: {
      readonly id: InferencePackageId;
      readonly kind: InferenceKind;
      readonly version: string | undefined;
      readonly source: RecognisedPackages['inferenceSource'];
    };
  };
  /** Prefabs and scenes that refer to the model, relative to the project. */
  readonly references: readonly string[];
  readonly warnings: readonly Warning[];
}

/**
 * Deploys a model. Afterwards the model and its .meta are both in place, or the project is as it was.
 *
 * @param disk what does the writing; tests hand in one that fails
 * @throws UserError where the project, the asset path, the model or the place is not fit, or the disk fails
 */
export async function deploy(request: DeployRequest, disk: Disk = realDisk): Promise<DeployResult> {
  // What is asked for, and what is there?
  const { asset, project, packages, place, scan, meta } = checkDestination(request);
  const model = readModelFile(request.model);
  const references = findReferences(project, scan, assetsOf(project, scan), meta.guid, request.contract);

  // What is to be written, in this order?
  const unchanged = place.model?.equals(model.bytes) ?? false;
  const plan = [...folderMetas(project, place.newFolders, scan.assetsByGuid)];
  if (meta.text !== undefined) plan.push({ asset: `${asset}.meta`, bytes: Buffer.from(meta.text) });
  if (!unchanged) plan.push({ asset, bytes: model.bytes });

  if (!request.dryRun) {
    for (const path of [asset, `${asset}.meta`]) clearLeftovers(join(project.root, path), disk);
    const absolute = (path: string) => join(project.root, path);
    const files = plan.map((planned): PlannedFile => ({ path: absolute(planned.asset), bytes: planned.bytes }));
    writeAllOrNothing(place.newFolders.map(absolute), files, disk);
  }

  return {
    project: project.root,
    asset,
    dryRun: request.dryRun ?? false,
    unchanged,
    written: plan.map((planned) => planned.asset),
    guid: meta.guid,
    meta: meta.text === undefined ? 'kept' : 'written',
    sha256Before: place.model && sha256(place.model),
    sha256: model.sha256,
    recognised: {
      editor: project.editor,
      mlAgents: packages.mlAgents,
      inference: {
        id: packages.inference.id,
        kind: packages.inference.kind,
        version: packages.inferenceVersion,
        source: packages.inferenceSource,
      },
    },
    references: references.files,
    warnings: [
      ...warningsAboutOpenEditor(project.root),
      ...packages.warnings,
      ...meta.warnings,
      ...warningsAboutReplaced(asset, place.model),
      ...references.warnings,
      ...warningsAboutScan(scan.problems),
    ],
  };
}

/**
 * Where a model is to go, looked at from all sides; the model itself need not be there yet.
 *
 * @throws UserError where the project, the asset path or the place is not fit
 */
export function checkDestination({ unityProject, asset: path }: Pick<DeployRequest, 'unityProject' | 'asset'>) {
  const asset = checkAssetPath(path);
  const project = openUnityProject(unityProject);
  const packages = recognisePackages(project);
  const place = lookAtAssetPlace(project.root, asset);
  const scan = scanProject(project.root, [guidOfModel(asset, place.meta)]);
  const meta = chooseMeta(asset, place.meta, packages, scan.assetsByGuid);
  return { asset, project, packages, place, scan, meta };
}

/** The project's prefabs and scenes, read as they are asked for. */
function assetsOf({ root }: UnityProject, { assetsByGuid }: ProjectScan): Assets {
  return openAssets({
    bytesOf: (path) => readFileSync(join(root, path)),
    pathOf: (guid) => assetsByGuid.get(guid)?.[0],
  });
}

/**
 * New folders get a .meta too. Unity would make one by itself, with a random GUID on each machine, and a team that
 * deploys on two machines would find them in conflict. A .meta that already waits for its folder (Git keeps it where it
 * does not keep the empty folder) stays, and a GUID that is taken is left for Unity to sort out: nothing refers to folders.
 */
function* folderMetas(
  { root }: UnityProject,
  newFolders: readonly string[],
  assetsByGuid: ReadonlyMap<string, readonly string[]>,
): Generator<{ asset: string; bytes: Buffer }> {
  for (const folder of newFolders) {
    const guid = assetGuid(folder);
    if (existsSync(join(root, `${folder}.meta`)) || assetsByGuid.has(guid)) continue;
    yield { asset: `${folder}.meta`, bytes: Buffer.from(newFolderMeta(guid)) };
  }
}

function warningsAboutReplaced(asset: string, before: Buffer | undefined): Warning[] {
  if (!before || !isLfsPointer(before)) return [];
  const message =
    'The file in place was a Git LFS pointer. Before you commit the model, see that Git LFS is installed (git lfs install).';
  return [{ code: 'replaces-lfs-pointer', where: asset, message }];
}
