/** A Unity project's packages, as `npm run lint:policy` wants to know them. */
import { UserError } from '../base/failure/user-error.ts';
import { recognisePackages } from '../deploy-unity/recognise-packages.ts';
import { openUnityProject } from '../deploy-unity/unity-project.ts';
import type { ProjectPackages } from '../lint/command.ts';
import { oldestEngines } from '../lint/engines.ts';

/** @throws UserError where the folder is no Unity project. */
export function packagesOf(folder: string): ProjectPackages {
  const project = openUnityProject(folder);
  try {
    const { inference, inferenceVersion, warnings } = recognisePackages(project);
    const { kind } = inference;
    const version = inferenceVersion ?? oldestEngines.find(({ name }) => name === kind)!.version;
    return { engine: { name: kind, version }, refusals: [], warnings: warnings.map(({ message }) => message) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { engine: undefined, refusals: [error.problem.what], warnings: [] };
  }
}
