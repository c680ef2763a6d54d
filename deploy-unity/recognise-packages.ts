/**
 * Decides which inference package will run the model, from the packages a project has and from what its ML-Agents
 * depends on, and refuses the projects in which the model can't run at all.
 */
import { UserError } from '../base/failure/user-error.ts';
import { INFERENCE_PACKAGES, type InferencePackage } from './inference-packages.ts';
import {
  FIRST_WITH_DETERMINISTIC_INFERENCE,
  FIRST_WITH_VERSION_3,
  ML_AGENTS,
  ML_AGENTS_RELEASES,
  type MlAgentsRelease,
} from './ml-agents-releases.ts';
import { type PackageVersion, readPackages } from './package-versions.ts';
import type { UnityProject } from './unity-project.ts';
import { isAtLeast, rowFor } from './version.ts';
import type { Warning } from './warning.ts';

export interface RecognisedPackages {
  readonly mlAgents: PackageVersion | undefined;
  readonly inference: InferencePackage;
  /** Undefined where the package is there but its version can't be told. */
  readonly inferenceVersion: string | undefined;
  /** Where the inference package was found, or that it follows from ML-Agents' own dependencies. */
  readonly inferenceSource: PackageVersion['source'] | 'dependency of com.unity.ml-agents';
  readonly warnings: readonly Warning[];
}

/** @throws UserError where ML-Agents is older than 2.0 or no inference package can be told. */
export function recognisePackages(project: UnityProject): RecognisedPackages {
  const { versionOf, warningsAbout } = readPackages(project.root);
  const mlAgents = versionOf(ML_AGENTS);
  if (mlAgents?.version !== undefined) refuseVersion1(mlAgents.version, mlAgents.source);
  const release = mlAgents?.version === undefined ? undefined : rowFor(ML_AGENTS_RELEASES, mlAgents.version);

  const installed = INFERENCE_PACKAGES.flatMap((inference) => {
    const found = versionOf(inference.id);
    return found ? [{ inference, version: found.version, source: found.source }] : [];
  });
  const chosen =
    // A project may hold a second engine for other ends; ML-Agents runs only on the one it depends on,
    installed.find(({ inference }) => inference.id === release?.engine) ??
    // unless it is a fork that was moved to another one, which shows in what Unity resolved.
    installed.find(({ source }) => source !== 'manifest.json') ??
    // Unity will bring the engine along when it first opens the project.
    implied(release) ??
    installed[0];
  if (!chosen) throw mlAgents ? unknownInferencePackage(mlAgents) : noInferencePackage();

  return {
    mlAgents,
    inference: chosen.inference,
    inferenceVersion: chosen.version,
    inferenceSource: chosen.source,
    warnings: [
      ...warningsAbout([ML_AGENTS, ...INFERENCE_PACKAGES.map(({ id }) => id)]),
      ...warningsAboutMlAgents(mlAgents, release, project.editor),
      ...warningsAboutEngine(chosen, release, mlAgents?.version),
    ],
  };
}

/** Before Unity has opened a project there is no lock, and the manifest need not name what ML-Agents brings along. */
function implied(release: MlAgentsRelease | undefined) {
  const inference = INFERENCE_PACKAGES.find(({ id }) => id === release?.engine);
  if (!release || !inference) return undefined;
  return { inference, version: release.engineVersion, source: 'dependency of com.unity.ml-agents' as const };
}

function refuseVersion1(version: string, source: string): void {
  if (isAtLeast(version, FIRST_WITH_VERSION_3)) return;
  throw new UserError({
    what: `${ML_AGENTS} ${version} can't run this model: it reads model version 2 and the model is version 3`,
    where: `Packages (${source})`,
    value: version,
    expected: `${ML_AGENTS} 2.0.0 or newer`,
    mend: `update ${ML_AGENTS} in Unity's Package Manager`,
  });
}

/** ML-Agents brings a package that runs the model, but which one depends on its version. */
function unknownInferencePackage({ source, address }: PackageVersion): UserError {
  return new UserError({
    what: `the version of ${ML_AGENTS} can't be told, nor the package that runs its models`,
    where: `Packages (${source})`,
    value: address,
    expected: 'a version, or an address that leads to the package',
    mend: 'open the project in Unity once, which writes what it finds there into Packages/packages-lock.json',
  });
}

function noInferencePackage(): UserError {
  const newest = ML_AGENTS_RELEASES.at(-1)!;
  return new UserError({
    what: 'the project has no package that could run the model',
    where: 'Packages/manifest.json',
    expected: `${ML_AGENTS} of a known version, or one of ${INFERENCE_PACKAGES.map(({ id }) => id).join(', ')}`,
    mend: `add "${ML_AGENTS}": "${newest.from}" to its dependencies and open the project in Unity once`,
  });
}

function warningsAboutMlAgents(
  mlAgents: PackageVersion | undefined,
  release: MlAgentsRelease | undefined,
  editor: string,
): Warning[] {
  const where = 'Packages/manifest.json';
  if (!mlAgents) {
    return [
      { code: 'ml-agents-missing', where, message: `${ML_AGENTS} is not in the project, so no agent runs the model.` },
    ];
  }
  const { version } = mlAgents;
  if (version === undefined || !release) {
    const message = `The version of ${ML_AGENTS} can't be told, so whether it runs this model was not checked.`;
    return [{ code: 'ml-agents-version-unknown', where, message }];
  }
  const warnings: Warning[] = [];
  if (!isAtLeast(version, FIRST_WITH_DETERMINISTIC_INFERENCE)) {
    warnings.push({
      code: 'no-deterministic-inference',
      message: `${ML_AGENTS} ${version} has no Deterministic Inference and always samples; 2.2.1 and newer have it.`,
    });
  }
  if (!isAtLeast(editor, release.editor)) {
    warnings.push({
      code: 'editor-too-old',
      where: 'ProjectSettings/ProjectVersion.txt',
      message: `${ML_AGENTS} ${version} needs Unity ${release.editor}, and the project is of ${editor}.`,
    });
  }
  return warnings;
}

function warningsAboutEngine(
  chosen: { readonly inference: InferencePackage; readonly version: string | undefined },
  release: MlAgentsRelease | undefined,
  mlAgentsVersion: string | undefined,
): Warning[] {
  const warnings: Warning[] = [];
  const { id } = chosen.inference;
  if (chosen.version === undefined) {
    const message = `The version of ${id} can't be told; a new .meta gets the newest version's fields.`;
    warnings.push({ code: 'engine-version-unknown', message });
  }
  if (release && release.engine !== id) {
    const message = `${ML_AGENTS} ${mlAgentsVersion} runs on ${release.engine}, and the project has ${id} instead.`;
    warnings.push({ code: 'engine-mismatch', message });
  }
  return warnings;
}
