/**
 * Held-out evaluation: now and then the policy plays a fixed set of episodes in worlds of their own, whose seed no training
 * has. Nothing of it is learnt from or counted, and every policy, of whatever run, meets the same episodes.
 *
 * Actions are sampled, as in training and as Unity's scene has it (BehaviorParameters' default), with noise of its own
 * seed; on the means where the run is trained so (`network_settings.deterministic`).
 */

import { UserError } from '../../base/failure/user-error.ts';
import { RandomStream } from '../../base/random/stream.ts';
import type { BehaviorSpec, Environment, EnvironmentModule, Episode, EvaluationCondition } from '../../envs/env.ts';
import type { PlayedCondition } from '../../evaluate/score.ts';
import { requireFinite } from '../numbers/not-finite.ts';
import { STREAMS } from '../numbers/streams.ts';
import { type ActingPolicy, deviationOf, drawAction } from '../policy/acting-policy.ts';

/** Far from the seeds that people choose for their runs. */
const EVALUATION_SEED = 0x6576616c;
/** Episodes one after the other in a trial: few enough that the workers end together. */
const EPISODES_OF_TRIAL = 4;

/** The first agent whose episodes no policy is chosen by: they judge the one that was chosen. */
export const FRESH_AGENTS = 2 ** 15;

/** Some episodes of one agent by itself: alone, it waits for nobody. */
export interface Trial {
  /** Which of the conditions it is. */
  readonly condition: number;
  readonly parameters: Readonly<Record<string, number>>;
  /** Its number among all trials: whose episodes and noise are its own. */
  readonly agent: number;
  readonly episodes: number;
}

/** @throws UserError where the world has none. */
export function evaluationConditions({ name, evaluationConditions }: BehaviorSpec): readonly EvaluationCondition[] {
  if (evaluationConditions) return evaluationConditions;
  throw new UserError({
    what: `the behaviour ${JSON.stringify(name)} can't be evaluated apart from training`,
    where: 'gaitsmith.evaluation_interval',
    expected: '0',
  });
}

/**
 * @param configured `environment_parameters`: what is no plain number there (a sampler, a lesson) is left to training.
 * @param episodes in all; each condition has the same number, rounded up, and two at least: how far they lie apart is told.
 * @param firstAgent whose episodes they are, and those of the agents after it.
 */
export function trialsOf(
  conditions: readonly EvaluationCondition[],
  configured: Readonly<Record<string, unknown>>,
  episodes: number,
  firstAgent = 0,
): Trial[] {
  const plain = Object.fromEntries(
    Object.entries(configured).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  );
  const each = Math.max(2, Math.ceil(episodes / conditions.length));
  const trials = Math.ceil(each / EPISODES_OF_TRIAL);
  return conditions.flatMap((condition, index) =>
    Array.from({ length: trials }, (_, trial) => ({
      condition: index,
      parameters: { ...plain, ...condition.parameters },
      agent: firstAgent + index * trials + trial,
      episodes: Math.min(EPISODES_OF_TRIAL, each - trial * EPISODES_OF_TRIAL),
    })),
  );
}

/** Plays a trial in a world that is made for it. */
export async function playTrial(
  { createEnvironment }: Pick<EnvironmentModule, 'createEnvironment'>,
  policy: ActingPolicy,
  { parameters, agent, episodes }: Trial,
): Promise<Episode[]> {
  const environment = await createEnvironment({ seed: EVALUATION_SEED, firstAgent: agent, agents: 1, parameters });
  try {
    return await play(environment, policy, agent, episodes);
  } finally {
    await environment.close();
  }
}

async function play(environment: Environment, policy: ActingPolicy, agent: number, count: number): Promise<Episode[]> {
  const { observationSize, actionSize } = environment.behavior;
  const played: Episode[] = [];
  const deviation = deviationOf(policy.logDeviation);
  const about = (data: Float32Array) => () => ({
    place: `in held-out episode ${played.length + 1} of trial ${agent + 1}`,
    evidence: { found: { shape: [data.length], data: data.slice() } },
  });
  const numbers = () => new Float32Array(actionSize);
  const drawn = { actions: numbers(), logProbabilities: numbers(), squashed: numbers() };
  let noise = new RandomStream(EVALUATION_SEED, STREAMS.evaluation, agent, 0);
  let observations = await environment.reset();
  while (played.length < count) {
    requireFinite('an observation', observations, about(observations));
    const feeds = { observations: { type: 'float32', shape: [1, observationSize], data: observations } } as const;
    const means = (await policy.session.run(feeds))['means']!.data as Float32Array;
    requireFinite("the policy's means", means, about(observations));
    drawAction(means, deviation, policy.deterministic ? undefined : noise, drawn);
    const step = await environment.step(drawn.squashed);
    observations = step.observations;
    for (const episode of step.episodes) {
      played.push(episode);
      noise = new RandomStream(EVALUATION_SEED, STREAMS.evaluation, agent, played.length);
    }
  }
  return played;
}

/** @param played the episodes of each trial. */
export function byCondition(
  conditions: readonly EvaluationCondition[],
  trials: readonly Trial[],
  played: readonly (readonly Episode[])[],
): PlayedCondition[] {
  return conditions.map(({ name }, index) => ({
    name,
    episodes: played.filter((_, trial) => trials[trial]!.condition === index).flat(),
  }));
}
