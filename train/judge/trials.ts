/**
 * Held-out evaluation: now and then the policy plays a fixed set of episodes in worlds of their own, whose seed no training
 * has. Nothing of it is learnt from or counted, and every policy, of whatever run, meets the same episodes.
 *
 * Actions are sampled, as in training and as Unity's scene has it (BehaviorParameters' default), with noise of its own
 * seed; on the means where the run is trained so (`network_settings.deterministic`).
 */

import { UserError } from '../../base/failure/user-error.ts';
import { RandomStream } from '../../base/random/stream.ts';
import type { BehaviorSpec, EnvironmentModule, Episode, EpisodeStart, EvaluationCondition } from '../../envs/env.ts';
import type { PlayedCondition } from '../../evaluate/score.ts';
import { playTrials, rowsOfTrials, type TrialRow } from '../../evaluate/trials.ts';
import { type EnvironmentParameters, lessonsOf } from '../configuration/environment-parameters.ts';
import { requireFinite } from '../numbers/not-finite.ts';
import { STREAMS } from '../numbers/streams.ts';
import { type ActingPolicy, drawAction, spreadOf } from '../policy/acting-policy.ts';

/** Far from the seeds that people choose for their runs. */
const EVALUATION_SEED = 0x6576616c;
/** Episodes of an agent, whose number and theirs name all that is drawn in them. */
const EPISODES_OF_AGENT = 4;

/** The first agent whose episodes no policy is chosen by: they judge the one that was chosen. */
export const FRESH_AGENTS = 2 ** 15;

/** A held-out episode. */
export interface Trial extends EpisodeStart {
  /** Which of the conditions it is played in. */
  readonly condition: number;
  readonly parameters: Readonly<Record<string, number>>;
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
 * @param configured `environment_parameters`: of a curriculum its last lesson; what is no plain number there (a sampler) is left to training.
 * @param episodes in all; each condition has the same number, rounded up, and two at least: how far they lie apart is told.
 * @param firstAgent whose episodes they are, and those of the agents after it.
 */
export function trialsOf(
  conditions: readonly EvaluationCondition[],
  configured: EnvironmentParameters,
  episodes: number,
  firstAgent = 0,
): Trial[] {
  const plain = Object.fromEntries(
    Object.entries(configured)
      .map(([name, settings]) => [name, lessonsOf(name, settings).at(-1)?.value] as const)
      .filter((entry): entry is readonly [string, number] => typeof entry[1] === 'number'),
  );
  const each = Math.max(2, Math.ceil(episodes / conditions.length));
  const agents = Math.ceil(each / EPISODES_OF_AGENT);
  return conditions.flatMap((condition, index) => {
    const parameters = { ...plain, ...condition.parameters };
    return Array.from({ length: each }, (_, trial) => ({
      condition: index,
      parameters,
      agent: firstAgent + index * agents + Math.floor(trial / EPISODES_OF_AGENT),
      episode: trial % EPISODES_OF_AGENT,
    }));
  });
}

/**
 * Plays held-out episodes in a world that is made for them.
 *
 * @param ended told of each as it ends.
 * @throws NotFiniteError at the first number of the world or the policy that is none.
 */
export async function playHeldOut<Played extends Trial>(
  { createEnvironment }: Pick<EnvironmentModule, 'createEnvironment'>,
  policy: ActingPolicy,
  trials: Iterable<Played>,
  ended: (trial: Played, episode: Episode) => void,
): Promise<void> {
  const spread = spreadOf(policy.logDeviation);
  const environment = await createEnvironment({
    seed: EVALUATION_SEED,
    firstAgent: 0,
    agents: rowsOfTrials,
    parameters: {},
  });
  const { actionSize } = environment.behavior;
  const actions = new Float32Array(rowsOfTrials * actionSize);
  const [drawn, logProbabilities] = [new Float32Array(actionSize), new Float32Array(actionSize)];
  try {
    await playTrials({
      environment,
      trials,
      noiseOf: ({ agent, episode }) => new RandomStream(EVALUATION_SEED, STREAMS.evaluation, agent, episode),
      ended,
      async act(observations, rows) {
        requireFinite('an observation', observations, about(observations, rows));
        const feeds = {
          observations: {
            type: 'float32',
            shape: [rows.length, observations.length / rows.length],
            data: observations,
          },
        } as const;
        const means = (await policy.session.run(feeds))['means']!.data as Float32Array;
        requireFinite("the policy's means", means, about(means, rows));
        rows.forEach(({ noise }, row) => {
          const at = row * actionSize;
          drawAction(means, at, spread, policy.deterministic ? undefined : noise, {
            actions: drawn,
            logProbabilities,
            at: 0,
            squashed: actions,
            squashedAt: at,
          });
        });
        return actions;
      },
    });
  } finally {
    await environment.close();
  }
}

/** Tells of the row that a number stands in: whose it is, and all of it. */
function about(data: Float32Array, rows: readonly TrialRow[]) {
  const width = data.length / rows.length;
  return (index: number) => {
    const row = Math.floor(index / width);
    const { agent, episode } = rows[row]!.trial;
    return {
      place: `in held-out episode ${episode + 1} of agent ${agent + 1}`,
      evidence: { found: { shape: [width], data: data.slice(row * width, (row + 1) * width) } },
    };
  };
}

/** @param played the episode of each trial. */
export function byCondition(
  conditions: readonly EvaluationCondition[],
  trials: readonly Trial[],
  played: readonly Episode[],
): PlayedCondition[] {
  return conditions.map(({ name }, index) => ({
    name,
    episodes: played.filter((_, trial) => trials[trial]!.condition === index),
  }));
}
