/** Every agent in a Unity project: its Behavior Parameters as they are in effect, in prefabs and scenes. */

import { join } from 'node:path';
import { UserError } from '../base/failure/user-error.ts';
import { readFileTold } from '../base/files/read-file.ts';
import { type Assets, openAssets } from '../unity-assets/assets.ts';
import { type ProjectScan, scanProject } from '../unity-assets/scan-project.ts';
import { BEHAVIOR_PARAMETERS_SCRIPT, type Behavior, behaviorsIn } from './behavior-parameters.ts';

export interface ProjectAgents {
  readonly assets: Assets;
  readonly scan: ProjectScan;
  readonly agents: readonly Behavior[];
  /** Files that could not be looked into, each with why. */
  readonly unreadable: readonly string[];
}

/** @param root of a Unity project. */
export function agentsOf(root: string): ProjectAgents {
  const scan = scanProject(root, [BEHAVIOR_PARAMETERS_SCRIPT]);
  const assets = openAssets({
    bytesOf: (path) => readFileTold(join(root, path)),
    pathOf: (guid) => scan.assetsByGuid.get(guid)?.[0],
  });
  const agents: Behavior[] = [];
  const unreadable: string[] = [];
  for (const { path, mentions } of scan.texts.values()) {
    if (mentions.size === 0) continue;
    try {
      agents.push(...behaviorsIn(assets, path));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      unreadable.push(error.message);
    }
  }
  return { assets, scan, agents, unreadable };
}
