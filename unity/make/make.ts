/**
 * `npm run build:unity`: writes what of the Unity package and of the example project is made from the world that walkers are
 * trained in.
 *
 * What is not made here is the C# that walks these tables, and the Editor window. `packageFiles` and `exampleFiles` are what the
 * tests compare both folders with.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomically } from '../../base/files/write-atomically.ts';
import { assetGuid } from '../../deploy-unity/asset-guid.ts';
import { newAssetMeta } from '../../deploy-unity/meta-file.ts';
import { unityPhysics } from '../../envs/walker/physics-settings.ts';
import { walkerRig } from '../../envs/walker/rig.ts';
import { packageManifest } from './package-manifest.ts';
import { prefab } from './prefab.ts';
import { rigScript } from './rig-script.ts';
import { scene } from './scene.ts';
import { buildSettings, physicsManager, timeManager } from './settings.ts';
import { tablesScript } from './tables-script.ts';
import { worldScript } from './world-script.ts';

const root = join(import.meta.dirname, '../..');
export const packageFolder = join(root, 'unity/com.gaitsmith');
export const exampleProject = join(root, 'examples/unity-project');

const WALKER = 'Assets/Gaitsmith/Walker';
/** Where a deploy puts the model, if it is told nothing else. */
const MODEL = `${WALKER}/Walker.onnx`;
export const SCENE = `${WALKER}/Walker.unity`;
export const PREFAB = `${WALKER}/Walker.prefab`;
export const SAMPLE = 'Samples~/Walker';

/** The GUID of a file of the package, by its path in there. */
export function packageGuid(path: string): string {
  return assetGuid(`Packages/com.gaitsmith/${path}`);
}

/** The files of unity/com.gaitsmith as they should be, by their path in it; metas for all of its assets, by hand or made. */
export function packageFiles(): Record<string, string> {
  const { version, license } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, string>;
  return withMetas(
    packageFolder,
    {
      'package.json': packageManifest({ version: version!, license: license!, sample: SAMPLE }),
      'LICENSE.md': readFileSync(join(root, 'LICENSE'), 'utf8'),
      'Runtime/WalkerRig.cs': rigScript(walkerRig),
      'Runtime/WalkerTables.cs': tablesScript(walkerRig),
      'Runtime/WalkerWorld.cs': worldScript(),
      ...walkerAssets(`${SAMPLE}/Walker.prefab`, `${SAMPLE}/Walker.unity`, packageGuid),
    },
    packageGuid,
  );
}

/** The files of examples/unity-project as they should be, by their path in it, its assets' metas among them. */
export function exampleFiles(): Record<string, string> {
  return withMetas(
    exampleProject,
    {
      ...walkerAssets(PREFAB, SCENE, assetGuid),
      'ProjectSettings/DynamicsManager.asset': physicsManager(unityPhysics),
      'ProjectSettings/TimeManager.asset': timeManager(unityPhysics),
      'ProjectSettings/EditorBuildSettings.asset': buildSettings(SCENE, assetGuid(SCENE)),
    },
    assetGuid,
    'Assets',
  );
}

/** Prefab and scene under these paths. Their scripts are the package's. */
function walkerAssets(prefabPath: string, scenePath: string, guidOf: (path: string) => string): Record<string, string> {
  return {
    [prefabPath]: prefab(walkerRig, { model: assetGuid(MODEL), agent: packageGuid('Runtime/WalkerAgent.cs') }),
    [scenePath]: scene(
      { prefab: guidOf(prefabPath), camera: packageGuid('Runtime/WalkerCamera.cs') },
      walkerRig.bodies[0]!.start,
    ),
  };
}

/** With a meta for each asset in `under`: those made and those that lie there already. A deploy writes the model's itself. */
function withMetas(
  folder: string,
  made: Readonly<Record<string, string>>,
  guidOf: (path: string) => string,
  under = '',
): Record<string, string> {
  const there = readdirSync(join(folder, under), { recursive: true, encoding: 'utf8' })
    .map((path) => join(under, path).replaceAll('\\', '/'))
    .filter((path) => !/\.(meta|onnx)$/.test(path));
  const assets = new Set([...Object.keys(made), ...there].filter((path) => path.startsWith(under) && hasMeta(path)));
  return {
    ...made,
    ...Object.fromEntries([...assets].sort().map((path) => [`${path}.meta`, newAssetMeta(path, guidOf(path))])),
  };
}

/** Unity does not look into a folder whose name ends in ~, nor at one; whoever imports a sample gets the files in it. */
function hasMeta(path: string): boolean {
  return !path.endsWith('~') && path !== SAMPLE;
}

if (process.argv[1] === import.meta.filename) {
  for (const [folder, files] of [
    [packageFolder, packageFiles()],
    [exampleProject, exampleFiles()],
  ] as const) {
    for (const [path, text] of Object.entries(files)) writeAtomically(join(folder, path), text);
  }
}
