import { stringify } from 'yaml';
import { groupedNumber } from './located-yaml.ts';
import type { Configuration, UnityConfiguration } from './read.ts';

/**
 * The whole configuration as ML-Agents' YAML, every default spelled out; reading it back gives the same.
 *
 * @param unity how Unity was started and set up, in a training there.
 */
export function configurationAsYaml(
  { behaviorName, behavior, environmentParameters, seed }: Configuration,
  unity?: Pick<UnityConfiguration, 'environment' | 'engine'>,
): string {
  const file = {
    behaviors: { [behaviorName]: behavior },
    env_settings: { ...unity?.environment, seed },
    ...(unity ? { engine_settings: unity.engine } : {}),
    ...(Object.keys(environmentParameters).length > 0 ? { environment_parameters: environmentParameters } : {}),
  };
  // A text that would be read as a number is quoted.
  return stringify(file, { customTags: [groupedNumber] });
}
