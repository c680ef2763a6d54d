/** The edge to the disk: a ragdoll read from a Unity project. Nothing is ever written there. */
import { existsSync, realpathSync } from 'node:fs';
import { join, relative } from 'node:path';
import { nearestName } from '../base/failure/nearest-name.ts';
import { UserError } from '../base/failure/user-error.ts';
import { readFileTold } from '../base/files/read-file.ts';
import { behaviorsIn } from '../deploy-unity/behavior-parameters.ts';
import { openUnityProject } from '../deploy-unity/unity-project.ts';
import type { RigFile } from '../envs/ragdoll/rig-file.ts';
import { type Assets, openAssets } from '../unity-assets/assets.ts';
import { referenceIn } from '../unity-assets/reference.ts';
import { scanProject } from '../unity-assets/scan-project.ts';
import { type AgentFacts, agentFacts, isSetUp } from './agent.ts';
import type { Finding } from './findings.ts';
import { readHierarchy } from './hierarchy.ts';
import { defaultMaterialOf, layersOf, maxAngularSpeedOf } from './layers.ts';
import { findRagdoll, type Ragdoll } from './ragdoll.ts';
import { rigOfRagdoll } from './rig-of-ragdoll.ts';
import { scriptFindings } from './scripts.ts';

export interface ImportRequest {
  /** Prefab or scene, from the project: `Assets/Hero/Hero.prefab`. */
  readonly asset: string;
  /** Name of the object whose ragdoll is meant, or its place in the file. */
  readonly object?: string | undefined;
  readonly unityProject: string;
}

export interface ImportedRig {
  readonly rig: RigFile;
  readonly findings: readonly Finding[];
  readonly agent: AgentFacts | null;
  /** Other ragdolls of the file. */
  readonly others: Ragdoll['others'];
}

/**
 * Reads the ragdoll of a prefab or scene.
 *
 * @throws UserError where the project, the file or the ragdoll is missing or malformed, and where what it is made of can't be
 *   read from text
 */
export function importRig({ asset, object, unityProject }: ImportRequest): ImportedRig {
  const project = openUnityProject(unityProject);
  const path = assetIn(project.root, asset);
  const scan = scanProject(project.root, []);
  const pathOf = (guid: string) => scan.assetsByGuid.get(guid)?.[0];
  const bytesOf = (file: string) => readFileTold(join(project.root, file));
  const textOf = (file: string) => {
    if (!/\.cs$/i.test(file)) return undefined;
    try {
      return bytesOf(file).toString('utf8');
    } catch {
      return undefined; // What a script does is told where it can be.
    }
  };
  const known = [...scan.texts.keys()].filter((each) => /\.(prefab|unity)$/i.test(each));
  if (!existsSync(join(project.root, path))) {
    throw new UserError({
      what: 'there is no such prefab or scene in the Unity project',
      where: project.root,
      value: path,
      expected: nearestName(path, known),
      mend: 'name it from the project on, with the folder Assets: Assets/Hero/Hero.prefab',
    });
  }
  return importFrom({ assets: openAssets({ bytesOf, pathOf }), path, object, pathOf, textOf });
}

export interface ImportSource {
  readonly assets: Assets;
  /** Of the prefab or scene, in the project. */
  readonly path: string;
  readonly object?: string | undefined;
  /** Path of the asset with a GUID. */
  pathOf(guid: string): string | undefined;
  /** Of a script; undefined where there is none. */
  textOf(path: string): string | undefined;
}

/** The same, from assets wherever they are. */
export function importFrom({ assets, path, object, pathOf, textOf }: ImportSource): ImportedRig {
  const hierarchy = readHierarchy(assets, path);
  const ragdoll = findRagdoll(hierarchy, object);
  const materials = { assets, pathOf, ofProject: referenceIn(defaultMaterialOf(assets)) };
  const usualSpeed = maxAngularSpeedOf(assets);
  const { rig, findings, names } = rigOfRagdoll(hierarchy, ragdoll, {
    materials,
    layers: layersOf(assets),
    // Where a script sets bodies up, the others keep the project's; without one, the agent of ours sets up all.
    maxAngularVelocityOf: (body) => (isSetUp(hierarchy, ragdoll, body) ? undefined : usualSpeed),
  });
  return {
    rig,
    findings: [...findings, ...scriptFindings(ragdoll, { pathOf, textOf })],
    agent: agentFacts(hierarchy, ragdoll, names, behaviorsIn(assets, path)),
    others: ragdoll.others,
  };
}

/** The path from the project, with slashes, however it was typed. */
function assetIn(root: string, asset: string): string {
  // Seen from here, where it is there and lies in the project; else seen from the project.
  const fromProject = existsSync(asset) ? relative(root, realpathSync(asset)) : '..';
  const typed = /^\.\.|^[A-Za-z]:/.test(fromProject) ? asset : fromProject;
  const path = typed.replaceAll('\\', '/').replace(/^\.\//, '');
  if (!/\.(prefab|unity)$/i.test(path)) {
    throw new UserError({
      what: 'neither a prefab nor a scene',
      where: 'PREFAB|SCENE',
      value: asset,
      expected: 'a file that ends in .prefab or .unity, such as Assets/Hero/Hero.prefab',
      mend: /\.(fbx|blend|obj|dae)$/i.test(path)
        ? 'drag the model into a scene in Unity, add its ragdoll, GameObject > Prefab > Unpack Completely, and save it as a prefab'
        : undefined,
    });
  }
  return path;
}
