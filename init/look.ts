/** What a Unity project says of itself, as far as a set-up has to know it. */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { UserError } from '../base/failure/user-error.ts';
import { agentsOf } from '../deploy-unity/agents.ts';
import { recognisePackages } from '../deploy-unity/recognise-packages.ts';
import { openUnityProject } from '../deploy-unity/unity-project.ts';

export interface FoundAgent {
  /** The prefab or scene that says so, from the project. */
  readonly path: string;
  readonly behavior: string | null;
  readonly observations: number | null;
  /** Continuous actions. */
  readonly actions: number | null;
  readonly branches: readonly number[];
  /** What it observes besides its own vector. */
  readonly sensors: readonly string[];
  /** The asset that it has for a model. */
  readonly model: string | null;
}

export interface FoundProject {
  /** As it is written into gaitsmith.yaml: from the working folder, with slashes. */
  readonly path: string;
  readonly editor: string;
  /** "com.unity.ml-agents 4.0.0"; null where it has none. */
  readonly mlAgents: string | null;
  /** What runs its models: "com.unity.ai.inference 2.2.1"; null where that can't be told. */
  readonly engine: string | null;
  readonly agents: readonly FoundAgent[];
  readonly warnings: readonly string[];
}

/** @throws UserError where the folder is no Unity project. */
export function lookInto(folder: string): FoundProject {
  const project = openUnityProject(folder);
  const warnings: string[] = [];
  let packages: ReturnType<typeof recognisePackages> | undefined;
  try {
    packages = recognisePackages(project);
    warnings.push(...packages.warnings.map(({ message }) => message));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    warnings.push(error.message);
  }
  const { agents, scan, unreadable } = agentsOf(project.root);
  const named = (name: string, version: string | undefined) => [name, version].filter(Boolean).join(' ');
  return {
    path: relative('.', folder).replaceAll('\\', '/') || '.',
    editor: project.editor,
    mlAgents: packages?.mlAgents ? named('com.unity.ml-agents', packages.mlAgents.version) : null,
    engine: packages ? named(packages.inference.id, packages.inferenceVersion) : null,
    agents: agents.map(({ path, name, observationSize, actionSize, branches, sensors, model }) => ({
      path,
      behavior: name ?? null,
      observations: observationSize ?? null,
      actions: actionSize ?? null,
      branches,
      sensors,
      model: (model?.guid && scan.assetsByGuid.get(model.guid)?.[0]) || null,
    })),
    warnings: [...warnings, ...unreadable],
  };
}

/** Unity projects in a folder, two folders down, and beside it. */
export function projectsNear(folder: string): string[] {
  const isProject = (path: string) =>
    ['Assets', 'Packages/manifest.json', 'ProjectSettings/ProjectVersion.txt'].every((piece) =>
      existsSync(join(path, piece)),
    );
  const here = resolve(folder);
  const below = foldersIn(here);
  const all = [here, ...below, ...below.flatMap(foldersIn), ...foldersIn(dirname(here))];
  return [...new Set(all)].filter(isProject);
}

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules')
      .map((entry) => join(folder, entry.name))
      .sort();
  } catch {
    return []; // one that can't be looked into holds no project of this person's
  }
}
