import { stringify } from 'yaml';
import type { Configuration } from './read.ts';

/** The whole configuration as ML-Agents' YAML, every default spelled out; reading it back gives the same. */
export function configurationAsYaml({ behaviorName, behavior, environmentParameters, seed }: Configuration): string {
  return stringify({
    behaviors: { [behaviorName]: behavior },
    env_settings: { seed },
    ...(Object.keys(environmentParameters).length > 0 ? { environment_parameters: environmentParameters } : {}),
  });
}
