/**
 * Finds what refers to the model by its GUID, and what is odd about the Behavior Parameters that do: other sizes than the
 * model's, a reference left over from an old Unity, an agent told to ignore its model, an override that takes it away.
 * Every value is the one in effect, after all overrides. Only reads.
 */
import { UserError } from '../base/failure/user-error.ts';
import type { Assets } from '../unity-assets/assets.ts';
import type { ProjectScan } from '../unity-assets/scan-project.ts';
import { type Behavior, behaviorOf, behaviorsIn, isBoundWithin, MODEL_FILE_ID } from './behavior-parameters.ts';
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
  /** Prefabs, scenes and other assets with the GUID in them, relative to the project, sorted. */
  readonly files: readonly string[];
  /** Behavior Parameters that have the model, in prefabs and scenes, nested ones included. */
  readonly behaviors: readonly Behavior[];
  readonly warnings: readonly Warning[];
}

/** What a file is made of can hold Behavior Parameters; other assets only refer. */
const HOLDS_AGENTS = /\.(prefab|unity)$/i;

export function findReferences(
  project: UnityProject,
  scan: ProjectScan,
  assets: Assets,
  guid: string,
  contract: ModelContract | undefined,
): References {
  const files = [...scan.texts.values()].filter(({ mentions }) => mentions.has(guid)).map(({ path }) => path);
  const warnings: Warning[] = [];
  const behaviors: Behavior[] = [];
  for (const path of withAllThatContain(files, scan)) {
    try {
      const found = behaviorsIn(assets, path);
      behaviors.push(...found.filter(({ model }) => model?.guid === guid));
      warnings.push(
        ...counted(
          found.flatMap((behavior) => newOddities(assets, behavior, guid, scan, contract)),
          path,
        ),
      );
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      const message = `It could not be searched: ${error.message}`;
      warnings.push({ code: 'malformed-asset', where: path, message });
    }
  }
  if (!project.savesText) {
    const message = 'The project does not save scenes and prefabs as text (Force Text), so references may be missed.';
    warnings.push({ code: 'not-searchable', where: 'ProjectSettings/EditorSettings.asset', message });
  }
  const isSearched = !scan.problems.some(({ path }) => HOLDS_AGENTS.test(path));
  if (files.length === 0 && warnings.length === 0 && isSearched) {
    const message =
      'No prefab or scene refers to the model yet. Drag it into Behavior Parameters > Model of the agent that is to walk, or deploy with --bind PREFAB.';
    warnings.push({ code: 'not-referenced', message });
  }
  return { files: files.sort(), behaviors, warnings };
}

/** These prefabs and scenes, and every one that has an instance of one of them, however deep. */
function withAllThatContain(paths: readonly string[], { texts, assetsByGuid }: ProjectScan): string[] {
  const guidsOf = new Map<string, string[]>();
  for (const [guid, owners] of assetsByGuid) {
    for (const owner of owners) guidsOf.set(owner, [...(guidsOf.get(owner) ?? []), guid]);
  }
  const containing = new Map<string, string[]>();
  for (const { path, sources } of texts.values()) {
    for (const source of sources) containing.set(source, [...(containing.get(source) ?? []), path]);
  }
  const all = new Set(paths.filter((path) => HOLDS_AGENTS.test(path)));
  for (const path of all) {
    for (const guid of guidsOf.get(path) ?? []) for (const outer of containing.get(guid) ?? []) all.add(outer);
  }
  return [...all].sort();
}

/** Oddities that come about in this file; those of a prefab in it are told of that prefab. */
function newOddities(
  assets: Assets,
  behavior: Behavior,
  guid: string,
  { assetsByGuid }: ProjectScan,
  contract: ModelContract | undefined,
): Warning[] {
  const { object } = behavior;
  const found = oddities(assets, behavior, guid, contract);
  const source = object.copy && assetsByGuid.get(object.copy.by.source)?.[0];
  if (!object.copy || source === undefined) return found;
  const inner = oddities(assets, behaviorOf(assets, source, object.copy.of), guid, contract);
  return found.filter(({ message }) => !inner.some((known) => known.message === message));
}

/** Each way in which Behavior Parameters that have the model can be odd, as a sentence without its subject. */
const ODDITIES: readonly {
  readonly code: Warning['code'];
  readonly told: (behavior: Behavior, contract: ModelContract | undefined) => string | undefined;
}[] = [
  {
    code: 'stale-file-id',
    told: ({ model }) =>
      model?.fileId === MODEL_FILE_ID
        ? undefined
        : `refers to the model by local id ${model?.fileId}, which an imported .onnx does not have; assign the model again.`,
  },
  {
    code: 'heuristic-only',
    told: ({ isHeuristicOnly }) =>
      isHeuristicOnly ? 'has Behavior Type "Heuristic Only" and ignores its model.' : undefined,
  },
  {
    code: 'size-mismatch',
    told: ({ observationSize }, contract) =>
      observationSize === undefined ||
      contract === undefined ||
      [contract.observationSize, ...(contract.sensors ?? []).map(({ size }) => size)].includes(observationSize)
        ? undefined
        : `has ${observationSize} observations, and the model has ${contract.observationSize}.`,
  },
  {
    code: 'size-mismatch',
    told: ({ actionSize }, contract) =>
      actionSize === undefined || contract === undefined || actionSize === contract.actionSize
        ? undefined
        : `has ${actionSize} continuous actions, and the model has ${contract.actionSize}.`,
  },
  {
    code: 'discrete-branches',
    told: ({ branches }, contract) =>
      branches.length === 0 || contract === undefined
        ? undefined
        : `has discrete branches of ${branches.join(', ')}, and the model has none.`,
  },
  {
    code: 'extra-sensors',
    told: ({ sensors, observationSize }, contract) => {
      if (contract === undefined) return undefined;
      const own = observationSize === 0 ? 0 : 1;
      const filled = contract.sensors?.length ?? 1;
      if (own + sensors.length === filled || sensors.length === 0) return undefined;
      return `observes by ${sensors.join(', ')} too: ${own + sensors.length} inputs, and the model has ${filled}.`;
    },
  },
];

function oddities(
  assets: Assets,
  behavior: Behavior,
  guid: string,
  contract: ModelContract | undefined,
): Omit<Warning, 'where'>[] {
  const who = `Behavior Parameters "${behavior.name ?? '?'}"`;
  if (behavior.model === undefined && isBoundWithin(assets, behavior.object, guid)) {
    return [{ code: 'model-removed', message: `${who} has the model in its prefab, and an override here removes it.` }];
  }
  if (behavior.model?.guid !== guid) return [];
  return ODDITIES.flatMap(({ code, told }) => {
    const what = told(behavior, contract);
    return what === undefined ? [] : [{ code, message: `${who} ${what}` }];
  });
}

/** The same of several agents in one file is told once. */
function counted(found: readonly Omit<Warning, 'where'>[], where: string): Warning[] {
  const times = new Map<string, number>();
  for (const { message } of found) times.set(message, (times.get(message) ?? 0) + 1);
  return [...times].map(([message, count]) => {
    const { code } = found.find((each) => each.message === message)!;
    return { code, where, message: count === 1 ? message : `${message} (${count} agents)` };
  });
}
