/** The stage `deploy`: the validated file, with its .meta, in a Unity project, all of it or nothing. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { commandText } from '../../base/command-text.ts';
import type { OptionsOf } from '../../cli/options.ts';
import { defineStage } from '../stage.ts';
import { deployBesides, summaryOf, warningLines } from './deploy-besides.ts';
import { deployOptions, unityProjectOf, WALKER_ASSET } from './deploy-options.ts';
import { deployDetails } from './details.ts';

/** What of a project decides how a model is deployed into it, and what is warned about, by short names. */
const PROJECT_FILES = {
  manifest: 'Packages/manifest.json',
  packagesLock: 'Packages/packages-lock.json',
  editorVersion: 'ProjectSettings/ProjectVersion.txt',
  editorSettings: 'ProjectSettings/EditorSettings.asset',
} as const;
/** What --apply-physics writes: then a result, and else something to compare with. */
const PHYSICS_FILES = {
  physicsSettings: 'ProjectSettings/DynamicsManager.asset',
  timeSettings: 'ProjectSettings/TimeManager.asset',
} as const;

function thereIn(project: string, files: Readonly<Record<string, string>>): Record<string, string> {
  const paths = Object.entries(files).map(([name, path]) => [name, join(project, path)] as const);
  return Object.fromEntries(paths.filter(([, path]) => existsSync(path)));
}

/** What is to be attached, and where its model goes. */
async function attachmentOf({ attach, rig }: Pick<OptionsOf<typeof deployOptions>, 'attach' | 'rig'>) {
  if (attach === undefined) return undefined;
  const { assetOf, attachRequestOf } = await import('./deploy-character.ts');
  const request = attachRequestOf(attach, rig);
  return { asset: assetOf(request), request: { attach: request } };
}

export default defineStage({
  name: 'deploy',
  summary: 'put the validated file into a Unity project',
  details: deployDetails,
  options: deployOptions,
  besides: deployBesides,
  leftOut: ({ unityProject }, run) =>
    unityProject === undefined
      ? `no Unity project is named; to put the policy into one: ${commandText('deploy', `${run.flags} --unity-project PATH`)}`
      : undefined,

  // Told before a training of hours, not after it.
  async check({ bind, ...options }) {
    const unityProject = unityProjectOf(options);
    const { checkDestination } = await import('../../deploy-unity/deploy.ts');
    const attach = await attachmentOf(options);
    const asset = options.asset ?? attach?.asset ?? WALKER_ASSET;
    checkDestination({ unityProject, asset, ...(bind === undefined ? {} : { bind }), ...attach?.request });
  },

  async inputs({ bind, applyPhysics, parityTest, ...options }, run) {
    const unityProject = unityProjectOf(options);
    const attach = await attachmentOf(options);
    const settings = {
      unityProject,
      asset: options.asset ?? attach?.asset ?? WALKER_ASSET,
      ...(bind === undefined ? {} : { bind }),
      ...attach?.request,
      ...(applyPhysics ? { applyPhysics } : {}),
      ...(parityTest ? { parityTest } : {}),
    };
    const project = thereIn(unityProject, applyPhysics ? PROJECT_FILES : { ...PROJECT_FILES, ...PHYSICS_FILES });
    return { files: { policy: run.policy, validation: run.validation, ...project }, settings };
  },

  async run(options, { run, logger }) {
    const { deploy } = await import('../../deploy-unity/deploy.ts');
    const { requestOfRun } = await import('./deploy-request.ts');
    const result = await deploy(await requestOfRun(options, run));
    for (const warning of warningLines(result)) logger.warn(warning);
    const { project, asset, bound, attached, parityTest } = result;
    const boundFiles = bound.map(({ path }, index) => [`bound${index === 0 ? '' : index + 1}`, join(project, path)]);
    return {
      summary: summaryOf(result),
      outputs: {
        asset: join(project, asset),
        meta: join(project, `${asset}.meta`),
        ...Object.fromEntries(boundFiles),
        ...(attached ? { attached: join(project, attached.path) } : {}),
        ...(parityTest ? { parityPairs: join(project, parityTest, 'pairs.json') } : {}),
        ...(options.applyPhysics ? thereIn(project, PHYSICS_FILES) : {}),
      },
      details: result,
    };
  },
});
