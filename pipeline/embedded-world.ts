/**
 * Whom the embedded world trains: ML-Agents' Walker, or the character that the settings of a behaviour name
 * (`gaitsmith.character`), with all that is to be known of it before its world is made.
 */
import { resolve } from 'node:path';
import { UserError } from '../base/failure/user-error.ts';
import { fromHere } from '../base/files/from-here.ts';
import type { BehaviorSpec, ParameterValue, ParameterValues } from '../envs/env.ts';

export interface EmbeddedWorld {
  readonly behavior: BehaviorSpec;
  /** Address of the module that makes the environment, for worker threads. */
  readonly module: string;
  /** What it is read from, by short names; none of the Walker's. */
  readonly files: Readonly<Record<string, string>>;
  /** @throws UserError where there is no such environment parameter, or a value is out of its range. */
  checkParameter(name: string, value: ParameterValue): void;
  checkParameters(values: ParameterValues): void;
  /** The world of this name, or the usual one. @throws UserError where there is none of that name. */
  worldNamed(name: string | undefined): string;
}

/**
 * Who is trained by a configuration file.
 *
 * @param set what is laid over the file, as `--set` gives it.
 * @throws UserError where the character's files are missing or wrong, or the file's behaviour has another name.
 */
export async function embeddedWorldOf(file: string, set?: readonly string[]): Promise<EmbeddedWorld> {
  const { readUnityConfiguration } = await import('../train/configuration/read.ts');
  const configuration = readUnityConfiguration(file, undefined, set);
  for (const name of configuration.behaviors) {
    const { character } = configuration.of(name).behavior.gaitsmith;
    if (character === null) continue;
    const world = await characterWorld(character);
    if (world.behavior.name === name) return world;
    throw new UserError({
      what: `the character in ${character} is of another behaviour than the one whose settings name it`,
      where: `${file}: behaviors.${name}.gaitsmith.character`,
      value: name,
      expected: world.behavior.name,
    });
  }
  return walkerWorld();
}

async function walkerWorld(): Promise<EmbeddedWorld> {
  const { behavior } = await import('../envs/walker/behavior.ts');
  const { environmentUrl } = await import('../envs/walker/environment-url.ts');
  const { worldNamed } = await import('../envs/walker/dialects.ts');
  const { checkParameter, checkParameters } = await import('../envs/walker/parameters.ts');
  return {
    behavior,
    module: environmentUrl,
    files: {},
    checkParameter: (name, value) => checkParameter(name, value),
    checkParameters: (values) => checkParameters(values),
    worldNamed,
  };
}

/** @param path as a configuration or a flag has it: from the working folder, or one of ours. */
export async function characterWorld(path: string): Promise<EmbeddedWorld> {
  const { characterPaths, openCharacter } = await import('../envs/ragdoll/open.ts');
  const { environmentUrlOf } = await import('../envs/ragdoll/environment-url.ts');
  const { worldNamed } = await import('../envs/walker/dialects.ts');
  const { checkParameter, checkParameters } = await import('../envs/walker/parameters.ts');
  const { file, rigFile } = characterPaths(path);
  const { task } = openCharacter(file);
  return {
    behavior: task.behavior,
    module: environmentUrlOf(resolve(file)),
    files: { character: file, rig: fromHere(rigFile) },
    checkParameter: (name, value) => checkParameter(name, value, task.parameters),
    checkParameters: (values) => checkParameters(values, undefined, task.parameters),
    worldNamed,
  };
}
