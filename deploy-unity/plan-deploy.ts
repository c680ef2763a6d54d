/**
 * What a deploy would do: looks at the model and at the project from all sides, and says which files change into what, and
 * what there is to warn of. Writes nothing.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../base/failure/user-error.ts';
import { sha256 } from '../base/files/hash.ts';
import { readFileTold, toldAsUnreadable } from '../base/files/read-file.ts';
import { type Assets, openAssets } from '../unity-assets/assets.ts';
import { unifiedDiff } from '../unity-assets/diff.ts';
import { isLfsPointer } from '../unity-assets/git-lfs.ts';
import { type ProjectScan, scanProject } from '../unity-assets/scan-project.ts';
import { type EditedAsset, editedAssets, type WantedValue } from './asset-changes.ts';
import { assetGuid } from './asset-guid.ts';
import { checkAssetPath } from './asset-path.ts';
import { lookAtAssetPlace } from './asset-place.ts';
import {
  agentFileChanges,
  agentFileGuid,
  refuseOtherSizes,
  warningsAboutPackage,
} from './attach/agent-file-changes.ts';
import { type Attachment, type AttachRequest, agentFilePath, attachTo } from './attach/attach.ts';
import { behaviorOf } from './behavior-parameters.ts';
import { type Binding, bindTo } from './bind.ts';
import { chooseMeta, guidOfModel } from './choose-meta.ts';
import { isEditorRunning, warningsAboutOpenEditor } from './editor-open.ts';
import type { InferenceKind, InferencePackageId } from './inference-packages.ts';
import { newFolderMeta } from './meta-file.ts';
import { readModelFile } from './model-file.ts';
import type { PackageVersion } from './package-versions.ts';
import {
  type ParityPairs,
  parityChanges,
  parityFolder,
  warningsAboutStaleParity,
  warningsAboutTestFramework,
} from './parity/parity-test.ts';
import type { Drift } from './physics/drift.ts';
import { driftMessages, driftOf } from './physics/physics-drift.ts';
import type { TrainedPhysics } from './physics/trained-physics.ts';
import { stateFolder } from './project-state.ts';
import { type RecognisedPackages, recognisePackages } from './recognise-packages.ts';
import { readRecords } from './records.ts';
import { findReferences, type ModelContract } from './references.ts';
import { warningsAboutScan } from './scan-warnings.ts';
import type { Change, Intent } from './transaction.ts';
import { openUnityProject, type UnityProject } from './unity-project.ts';
import type { Warning } from './warning.ts';

export interface DeployRequest {
  /** Path of the .onnx to deploy. */
  readonly model: string;
  /** Folder of the Unity project, the one that holds Assets, Packages and ProjectSettings. */
  readonly unityProject: string;
  /** Where the model is to lie in the project: `Assets/Gaitsmith/Walker/Walker.onnx`. */
  readonly asset: string;
  /** Do everything but write. */
  readonly dryRun?: boolean;
  /** Behavior Parameters that are to refer to the model. */
  readonly bind?: readonly Binding[];
  /** The agent that is to be put onto an object of a prefab or scene. */
  readonly attach?: AttachRequest;
  /** What the policy was trained with; where given, a project that differs is warned about. */
  readonly physics?: TrainedPhysics;
  /** Why nothing is known of that, as the beginning of a sentence. */
  readonly physicsUnknown?: string;
  /** Write what of that can safely be written. */
  readonly applyPhysics?: boolean;
  /** What the model answers: where given, a test for Unity's Test Runner is written beside it. */
  readonly parity?: ParityPairs;
  /** Where the model comes from and how it scored, for the record. */
  readonly origin?: { readonly from: string; readonly score?: string };
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
  /** What changes, as people read it: a unified diff of texts, a line for the model. */
  readonly diff: string;
  /** Prefabs and scenes that were given the model, and how many agents of theirs. */
  readonly bound: readonly { readonly path: string; readonly agents: number }[];
  /** The object that was given the agent, and what was switched off for it. */
  readonly attached: Pick<Attachment, 'path' | 'place' | 'switchedOff'> | undefined;
  /** The folder with the parity test, where one was asked for. */
  readonly parityTest: string | undefined;
  /** Numbers of the project that are not those of the training, and were not written. */
  readonly drift: readonly Omit<Drift, 'write'>[];
  /** What was done first about a deploy that had been killed. */
  readonly recovered: 'finished' | 'undone' | undefined;
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
  /** Prefabs, scenes and other assets that refer to the model, relative to the project. */
  readonly references: readonly string[];
  readonly warnings: readonly Warning[];
}

export interface DeployPlan {
  readonly result: DeployResult;
  /** In the order in which they are to be made. */
  readonly changes: readonly Change[];
  /** For the record. */
  readonly intent: Intent;
}

/** @throws UserError where the project, the asset path, the model or the place is not fit */
export function planDeploy(request: DeployRequest): DeployPlan {
  // What is asked for, and what is there?
  const {
    asset,
    project,
    packages,
    place,
    scan,
    meta,
    assets: before,
    bindings,
    attachment,
  } = checkDestination(request);
  const model = readModelFile(request.model);
  const sourceOf = (guid: string) => scan.assetsByGuid.get(guid)?.[0];
  const agentsBefore = () => [
    ...findReferences(project, scan, before, meta.guid, undefined).behaviors,
    ...bindings.map(({ path, object }) => behaviorOf(before, path, object)),
  ];
  const physics =
    request.physics && request.applyPhysics
      ? driftOf(before, agentsBefore(), request.physics, sourceOf).flatMap(({ write }) => write ?? [])
      : [];
  const wanted = [...bindings, ...(attachment?.wanted ?? []), ...physics];
  const edited = editedAssets(project.root, before, onceEach(wanted), attachment ? [attachment.added] : []);
  refuseOpenEditor(project.root, edited);

  // What is to be written, in this order?
  const unchanged = place.model?.equals(model.bytes) ?? false;
  const changes: Change[] = [...folderMetas(project, asset, scan.assetsByGuid)];
  if (meta.text !== undefined)
    changes.push({ path: `${asset}.meta`, before: place.meta, after: Buffer.from(meta.text) });
  if (!unchanged) changes.push({ path: asset, before: place.model, after: model.bytes });
  if (attachment) changes.push(...agentFileChanges(project.root, asset, attachment.text, scan.assetsByGuid));
  changes.push(...edited);
  const parity =
    request.parity && parityChanges(project.root, asset, request.parity, { guid: meta.guid, sha256: model.sha256 });
  changes.push(...(parity?.changes ?? []));

  // What will be there then?
  const [scanAfter, after] = afterEdits(project, scan, edited, meta.guid);
  const references = findReferences(project, scanAfter, after, meta.guid, request.contract);
  const drift = request.physics ? driftOf(after, references.behaviors, request.physics, sourceOf) : [];
  const { inference, inferenceVersion, inferenceSource, mlAgents } = packages;
  const result: DeployResult = {
    project: project.root,
    asset,
    dryRun: request.dryRun ?? false,
    unchanged,
    written: changes.map(({ path }) => path),
    diff: diffOf(changes, edited),
    bound: agentsByFile(bindings),
    attached: attachment && told(attachment),
    parityTest: parity && parityFolder(asset),
    drift: drift.map(({ write, ...told }) => told),
    recovered: undefined,
    guid: meta.guid,
    meta: meta.text === undefined ? 'kept' : 'written',
    sha256Before: place.model && sha256(place.model),
    sha256: model.sha256,
    recognised: {
      editor: project.editor,
      mlAgents,
      inference: { id: inference.id, kind: inference.kind, version: inferenceVersion, source: inferenceSource },
    },
    references: references.files,
    warnings: [
      ...warningsAboutUnfinished(project.root),
      ...warningsAboutOpenEditor(project.root),
      ...packages.warnings,
      ...meta.warnings,
      ...warningsAboutReplaced(asset, place.model),
      ...references.warnings,
      ...(attachment ? warningsAboutPackage(project.root) : []),
      ...(parity
        ? warningsAboutTestFramework(project.root)
        : warningsAboutStaleParity(project.root, asset, model.sha256)),
      ...warningsAboutUnknownPhysics(request.physicsUnknown),
      ...driftMessages(drift).map((told): Warning => ({ code: 'physics-drift', ...told })),
      ...warningsAboutScan(scan.problems),
    ],
  };
  const intent: Intent = {
    what: 'deploy',
    asset,
    from: request.origin?.from ?? request.model,
    score: request.origin?.score ?? null,
    sha256: result.sha256,
    sha256Before: result.sha256Before ?? null,
    folders: [...new Set([...place.newFolders, ...(parity?.newFolders ?? [])])],
    emptied: [],
  };
  return { result, changes, intent };
}

/** The project as it will be, for what is read of it. */
function afterEdits(
  project: UnityProject,
  scan: ProjectScan,
  edited: readonly EditedAsset[],
  guid: string,
): [ProjectScan, Assets] {
  const texts = new Map(scan.texts);
  for (const { path, after } of edited) {
    const text = texts.get(path);
    if (text && after.includes(guid)) texts.set(path, { ...text, mentions: new Set([...text.mentions, guid]) });
  }
  const bytes = new Map(edited.map(({ path, after }) => [path, after]));
  return [{ ...scan, texts }, assetsOf(project, scan, bytes)];
}

/** An Editor holds the settings in memory and writes them back over what is on the disk. */
function refuseOpenEditor(root: string, edited: readonly EditedAsset[]): void {
  const settings = edited.find(({ path }) => path.startsWith('ProjectSettings/'));
  if (!settings || !isEditorRunning(root)) return;
  throw new UserError({
    what: 'the Unity Editor has this project open, and would write its own settings over these',
    where: join(root, settings.path),
    mend: 'close the Editor and run the same command again, or leave out --apply-physics',
  });
}

function told({ path, place, switchedOff }: Attachment): DeployResult['attached'] {
  return { path, place, switchedOff };
}

/** What is wanted twice of one property, by a binding and by an attachment, is the same. */
function onceEach(wanted: readonly WantedValue[]): WantedValue[] {
  return wanted.filter(
    ({ object, property }, at) =>
      wanted.findIndex((each) => each.object === object && each.property === property) === at,
  );
}

function agentsByFile(wanted: readonly WantedValue[]): { path: string; agents: number }[] {
  const paths = [...new Set(wanted.map(({ path }) => path))];
  return paths.map((path) => ({ path, agents: wanted.filter((each) => each.path === path).length }));
}

function diffOf(changes: readonly Change[], edited: readonly EditedAsset[]): string {
  return changes
    .map(({ path, before, after }) => {
      const edits = edited.find((each) => each.path === path)?.edits;
      if (edits && before) return unifiedDiff(path, before.toString('latin1'), edits);
      if (path.endsWith('.meta'))
        return unifiedDiff(path, undefined, [{ at: 0, end: 0, text: after!.toString('latin1') }]);
      const told = (bytes: Buffer | undefined) =>
        bytes ? `${bytes.length} bytes, sha256 ${sha256(bytes).slice(0, 12)}` : 'nothing';
      return `${path}: ${told(before)} -> ${told(after)}`;
    })
    .join('\n');
}

/**
 * Where a model is to go, looked at from all sides; the model itself need not be there yet.
 *
 * @throws UserError where the project, the asset path, the place or what is to be bound is not fit
 */
export function checkDestination({
  unityProject,
  asset: path,
  bind,
  attach,
  contract,
}: Pick<DeployRequest, 'unityProject' | 'asset' | 'bind' | 'attach' | 'contract'>) {
  const asset = checkAssetPath(path);
  const project = openUnityProject(unityProject);
  try {
    if (attach && contract) refuseOtherSizes(attach.character, contract);
    return lookAt(project, asset, bind ?? [], attach);
  } catch (error) {
    throw toldAsUnreadable(error);
  }
}

function lookAt(project: UnityProject, asset: string, bind: readonly Binding[], attach: AttachRequest | undefined) {
  const packages = recognisePackages(project);
  const place = lookAtAssetPlace(project.root, asset);
  const scan = scanProject(project.root, [guidOfModel(asset, place.meta)]);
  const meta = chooseMeta(asset, place.meta, packages, scan.assetsByGuid);
  const assets = assetsOf(project, scan);
  const bindings = bind.flatMap((binding) => bindTo(meta.guid, binding, assets, scan));
  const agentFile = agentFileGuid(project.root, agentFilePath(asset), scan.assetsByGuid);
  const attachment = attach && attachTo({ model: meta.guid, agentFile }, attach, assets, scan);
  return { asset, project, packages, place, scan, meta, assets, bindings, attachment };
}

/** The project's prefabs and scenes, read as they are asked for. @param changed bytes that take the place of files */
function assetsOf(
  { root }: UnityProject,
  { assetsByGuid }: ProjectScan,
  changed: ReadonlyMap<string, Buffer> = new Map(),
): Assets {
  return openAssets({
    bytesOf: (path) => changed.get(path) ?? readFileTold(join(root, path)),
    pathOf: (guid) => assetsByGuid.get(guid)?.[0],
  });
}

/**
 * Folders on the way get a .meta too, new ones and those that an interrupted deploy left without. Unity would make one by
 * itself, with a random GUID on each machine, and a team that deploys on two machines would find them in conflict. One that is
 * there stays (Git keeps it where it does not keep the empty folder), and a GUID that is taken is left for Unity to sort
 * out: nothing refers to folders.
 */
function* folderMetas(
  { root }: UnityProject,
  asset: string,
  assetsByGuid: ReadonlyMap<string, readonly string[]>,
): Generator<Change> {
  const parts = asset.split('/').slice(0, -1);
  for (let depth = 2; depth <= parts.length; depth++) {
    const folder = parts.slice(0, depth).join('/');
    const guid = assetGuid(folder);
    if (existsSync(join(root, `${folder}.meta`)) || assetsByGuid.has(guid)) continue;
    yield { path: `${folder}.meta`, before: undefined, after: Buffer.from(newFolderMeta(guid)) };
  }
}

/** Only a dry run meets one: a deploy sees to it first. */
function warningsAboutUnfinished(root: string): Warning[] {
  const { records } = readRecords(stateFolder(root));
  if (records.every(({ phase }) => phase === 'done')) return [];
  const message =
    'A deploy into this project was killed. The next one finishes or undoes it first, so it may find other files.';
  return [{ code: 'deploy-unfinished', message }];
}

function warningsAboutUnknownPhysics(why: string | undefined): Warning[] {
  if (why === undefined) return [];
  const message = `${why}, and the project's are not compared with them. It walks where they are the same: fixed timestep, gravity, solver and its iterations, decision period, bodies, joints and drives.`;
  return [{ code: 'physics-unknown', message }];
}

function warningsAboutReplaced(asset: string, before: Buffer | undefined): Warning[] {
  if (!before || !isLfsPointer(before)) return [];
  const message =
    'The file in place was a Git LFS pointer. Before you commit the model, see that Git LFS is installed (git lfs install).';
  return [{ code: 'replaces-lfs-pointer', where: asset, message }];
}
