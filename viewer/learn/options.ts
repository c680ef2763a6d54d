/** What a training in a page is made from. */
import { behavior } from '../../envs/walker/behavior.ts';
import { parseConfiguration } from '../../train/configuration/parse.ts';
import type { LearningOptions } from '../../train/train-options.ts';

/**
 * @param settings YAML in ML-Agents' schema.
 * @throws UserError where they are wrong.
 */
export function learningOptions(settings: string, seed: number): LearningOptions {
  const configuration = parseConfiguration(settings, 'the settings', behavior.name);
  return { configuration, behavior, seed, agents: configuration.behavior.gaitsmith.agents };
}
