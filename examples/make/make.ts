/**
 * `npm run build:example`: writes what of examples/unity-project is made from the world that walkers are trained in.
 *
 * What is not made here is the C# that walks these tables. `madeFiles` is what the tests compare the project with.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomically } from '../../base/files/write-atomically.ts';
import { assetGuid } from '../../deploy-unity/asset-guid.ts';
import { unityPhysics } from '../../envs/walker/physics-settings.ts';
import { walkerRig } from '../../envs/walker/rig.ts';
import { metaOf } from './metas.ts';
import { prefab } from './prefab.ts';
import { rigScript } from './rig-script.ts';
import { scene } from './scene.ts';
import { buildSettings, physicsManager, timeManager } from './settings.ts';
import { tablesScript } from './tables-script.ts';
import { worldScript } from './world-script.ts';

export const project = join(import.meta.dirname, '../unity-project');

const WALKER = 'Assets/Gaitsmith/Walker';
export const SCENE = `${WALKER}/Walker.unity`;
export const PREFAB = `${WALKER}/Walker.prefab`;
const SCRIPTS = `${WALKER}/Scripts`;

/** The files as they should be, by their path in the project; metas for all of its assets, by hand or made. */
export function madeFiles(): Record<string, string> {
  const made: Record<string, string> = {
    [`${SCRIPTS}/WalkerRig.cs`]: rigScript(walkerRig),
    [`${SCRIPTS}/WalkerTables.cs`]: tablesScript(walkerRig),
    [`${SCRIPTS}/WalkerWorld.cs`]: worldScript(),
    [PREFAB]: prefab(walkerRig, {
      model: assetGuid(`${WALKER}/Walker.onnx`),
      agent: assetGuid(`${SCRIPTS}/WalkerAgent.cs`),
    }),
    [SCENE]: scene(
      { prefab: assetGuid(PREFAB), camera: assetGuid(`${SCRIPTS}/WalkerCamera.cs`) },
      walkerRig.bodies[0]!.start,
    ),
    'ProjectSettings/DynamicsManager.asset': physicsManager(unityPhysics),
    'ProjectSettings/TimeManager.asset': timeManager(unityPhysics),
    'ProjectSettings/EditorBuildSettings.asset': buildSettings(SCENE, assetGuid(SCENE)),
  };
  const assets = new Set([...Object.keys(made).filter((path) => path.startsWith('Assets/')), ...assetsByHand()]);
  for (const asset of [...assets].sort()) made[`${asset}.meta`] = metaOf(asset);
  return made;
}

/** Files and folders under Assets, without metas, and without the model, whose meta a deploy writes. */
function assetsByHand(): string[] {
  return readdirSync(join(project, 'Assets'), { recursive: true, encoding: 'utf8' })
    .map((path) => `Assets/${path.replaceAll('\\', '/')}`)
    .filter((path) => !/\.(meta|onnx)$/.test(path));
}

if (process.argv[1] === import.meta.filename) {
  for (const [path, text] of Object.entries(madeFiles())) writeAtomically(join(project, path), text);
}
