/** What a training in a page is made from. */
import { UserError } from '../../base/failure/user-error.ts';
import { behavior } from '../../envs/walker/behavior.ts';
import { parseConfiguration } from '../../train/configuration/parse.ts';
import type { LearningOptions } from '../../train/train-options.ts';

/**
 * @param settings YAML in ML-Agents' schema.
 * @throws UserError where they are wrong, or ask for what a page can't do.
 */
export function learningOptions(settings: string, seed: number): LearningOptions {
  const configuration = parseConfiguration(settings, 'the settings', behavior.name);
  const { evaluation_interval, agents } = configuration.behavior.gaitsmith;
  if (evaluation_interval > 0) {
    // Workers share out the episodes by memory of all, which a page has only with headers that a static host doesn't send.
    throw new UserError({
      what: 'there are no held-out evaluations in a page',
      where: 'gaitsmith.evaluation_interval',
      value: evaluation_interval,
      expected: '0',
    });
  }
  return { configuration, behavior, seed, agents };
}
