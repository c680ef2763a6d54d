/** Reads a configuration file: parse.ts, of what lies on the disk. */
import type { EnvironmentParameters, ParameterCheck } from './environment-parameters.ts';
import {
  type Configuration,
  type Note,
  parseConfiguration,
  parseEnvironmentParameters,
  parseUnityConfiguration,
  type UnityConfiguration,
} from './parse.ts';
import { readText } from './read-text.ts';

export { type Configuration, type Note, parseConfiguration, type UnityConfiguration } from './parse.ts';

/** @throws UserError for a file that is missing, and as `parseConfiguration` does. */
export function readConfiguration(
  path: string,
  behaviorName: string,
  check?: ParameterCheck,
  note?: Note,
  overrides?: readonly string[],
): Configuration {
  return parseConfiguration(readText(path), path, behaviorName, check, note, overrides);
}

/**
 * The environment parameters of a configuration file alone; it may lack all else.
 *
 * @throws UserError as `readConfiguration` does.
 */
export function readEnvironmentParameters(
  path: string,
  behaviorName: string,
  check: ParameterCheck,
): EnvironmentParameters {
  return parseEnvironmentParameters(readText(path), path, behaviorName, check);
}

/**
 * The configuration of a training in Unity, whose behaviours are found out only as Unity tells of them.
 *
 * @throws UserError as `readConfiguration` does.
 */
export function readUnityConfiguration(
  path: string,
  note?: Note,
  overrides: readonly string[] = [],
): UnityConfiguration {
  return parseUnityConfiguration(readText(path), path, note, overrides);
}
