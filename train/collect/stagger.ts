/**
 * Staggered first episodes (`stagger_episodes`): while all agents begin at once and fall as seldom as a good walker does, buffers hold
 * beginnings, then middles, then ends. Where the first buffer's episodes are cut off at moments drawn for each, agents are in
 * all parts of an episode from then on.
 */
import { UserError } from '../../base/failure/user-error.ts';
import type { BehaviorSpec, ParameterValues } from '../../envs/env.ts';

/**
 * The parameters of the episodes that begin in the first buffer: each draws when it is cut off, from at once to where it would be.
 *
 * @throws UserError where the world has no parameter for that.
 */
export function staggered({ name, episodeLimit }: BehaviorSpec, parameters: ParameterValues): ParameterValues {
  if (!episodeLimit) {
    throw new UserError({
      what: `episodes of the behaviour ${JSON.stringify(name)} can't be staggered, for nothing says when they are cut off`,
      where: 'gaitsmith.stagger_episodes',
      expected: 'false',
    });
  }
  const { parameter, default: otherwise, least } = episodeLimit;
  const set = parameters[parameter];
  const max_value = typeof set === 'number' ? set : otherwise;
  const sampler_parameters = { seed: -1, min_value: Math.min(least, max_value), max_value };
  return { ...parameters, [parameter]: { sampler_type: 'uniform', sampler_parameters } };
}
