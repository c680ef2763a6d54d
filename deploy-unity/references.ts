/**
 * Finds the prefabs and scenes that refer to the model by its GUID, and what is odd about them: other sizes than the
 * model's, a reference left over from an old Unity, an agent told to ignore its model. Only reads.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BoundBehavior, behaviorsBoundTo, MODEL_FILE_ID } from './behavior-parameters.ts';
import { isLfsPointer } from './git-lfs.ts';
import type { ProjectFiles } from './project-files.ts';
import type { UnityProject } from './unity-project.ts';
import type { Warning } from './warning.ts';

/** The sizes of the model that is deployed. */
export interface ModelContract {
  readonly observationSize: number;
  readonly actionSize: number;
  /** Where there are several: Behavior Parameters tell the size of one of them only. */
  readonly sensors?: readonly { readonly size: number }[] | undefined;
}

export interface References {
  /** Prefabs and scenes with the GUID in them, relative to the project, sorted. */
  readonly files: readonly string[];
  readonly warnings: readonly Warning[];
}

export function findReferences(
  project: UnityProject,
  { assetsByGuid, prefabsAndScenes }: ProjectFiles,
  guid: string,
  contract: ModelContract | undefined,
): References {
  const files: string[] = [];
  const warnings: Warning[] = [];
  const unsearched: string[] = [];
  const textOfAsset = (ofGuid: string): string | undefined => {
    const path = assetsByGuid.get(ofGuid)?.find((asset) => prefabsAndScenes.includes(asset));
    return path && readFileSync(join(project.root, path), 'utf8');
  };

  for (const where of prefabsAndScenes) {
    const content = readFileSync(join(project.root, where));
    if (isLfsPointer(content)) unsearched.push(where);
    if (!content.includes(guid)) continue;
    files.push(where);
    for (const behavior of behaviorsBoundTo(content.toString('utf8'), guid, textOfAsset)) {
      warnings.push(...oddities(behavior, contract).map((oddity) => ({ ...oddity, where })));
    }
  }

  warnings.push(...warningsAboutSearch(project, unsearched));
  if (files.length === 0 && warnings.length === 0) {
    const message =
      'No prefab or scene refers to the model yet. Drag it into Behavior Parameters > Model of the agent that is to walk.';
    warnings.push({ code: 'not-referenced', message });
  }
  return { files, warnings };
}

function oddities(behavior: BoundBehavior, contract: ModelContract | undefined): Warning[] {
  const who = `Behavior Parameters "${behavior.name ?? '?'}"`;
  const found: Warning[] = [];
  if (behavior.modelFileId !== MODEL_FILE_ID) {
    const message = `${who} refers to the model by local id ${behavior.modelFileId}, which an imported .onnx does not have; assign the model again.`;
    found.push({ code: 'stale-file-id', message });
  }
  if (behavior.isHeuristicOnly) {
    found.push({ code: 'heuristic-only', message: `${who} has Behavior Type "Heuristic Only" and ignores its model.` });
  }
  for (const size of ['observationSize', 'actionSize'] as const) {
    const expected = contract?.[size];
    const actual = behavior[size];
    if (expected === undefined || actual === undefined || actual === expected) continue;
    if (size === 'observationSize' && contract?.sensors?.some((sensor) => sensor.size === actual)) continue;
    const name = size === 'observationSize' ? 'observations' : 'continuous actions';
    found.push({ code: 'size-mismatch', message: `${who} has ${actual} ${name}, and the model has ${expected}.` });
  }
  return found;
}

function warningsAboutSearch(project: UnityProject, pointers: readonly string[]): Warning[] {
  const warnings: Warning[] = [];
  if (!project.savesText) {
    const message = 'The project does not save scenes and prefabs as text (Force Text), so references may be missed.';
    warnings.push({ code: 'not-searchable', where: 'ProjectSettings/EditorSettings.asset', message });
  }
  if (pointers.length > 0) {
    const message = `${pointers.length} prefabs or scenes are Git LFS pointers and were not searched; run: git lfs pull`;
    warnings.push({ code: 'not-searchable', where: pointers[0]!, message });
  }
  return warnings;
}
