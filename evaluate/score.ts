/** How a policy fared: means over the episodes it played, in each of some conditions and over all of them. */
import type { Episode } from '../envs/env.ts';
import { estimate, meanOf, meanOfMeans } from './estimate.ts';

/** How a policy fared in one condition, or in all. */
export interface Score {
  readonly episodes: number;
  /** Mean of an episode; over all conditions, each counts the same. */
  readonly reward: number;
  /** Half-width of its 95 % confidence interval, by Student's t: see `estimate`. */
  readonly rewardInterval: number;
  /** Share of the episodes that ended before their time, whether by a fall or because physics broke down. */
  readonly fallShare: number;
  /** In decisions. */
  readonly episodeLength: number;
}

export interface Evaluation extends Score {
  readonly conditions: readonly (Score & { readonly name: string })[];
}

/** What was played in one of the conditions. */
export interface PlayedCondition {
  readonly name: string;
  /** Two at least: one tells nothing of how far they lie apart. */
  readonly episodes: readonly Episode[];
}

/** @param played by the same policy; random numbers of one condition are none of another's. */
export function evaluationOf(played: readonly PlayedCondition[]): Evaluation {
  const conditions = played.map(({ name, episodes }) => ({ name, ...scoreOf(episodes) }));
  const reward = meanOfMeans(played.map(({ episodes }) => rewardsOf(episodes)));
  return {
    episodes: conditions.reduce((sum, { episodes }) => sum + episodes, 0),
    reward: reward.mean,
    rewardInterval: reward.plusMinus,
    fallShare: meanOf(conditions.map(({ fallShare }) => fallShare)),
    episodeLength: meanOf(conditions.map(({ episodeLength }) => episodeLength)),
    conditions,
  };
}

/** @param episodes two at least. */
export function scoreOf(episodes: readonly Episode[]): Score {
  const reward = estimate(rewardsOf(episodes));
  return {
    episodes: episodes.length,
    reward: reward.mean,
    rewardInterval: reward.plusMinus,
    fallShare: episodes.filter(({ truncated, details }) => !truncated || details['blowUps']).length / episodes.length,
    episodeLength: meanOf(episodes.map(({ decisions }) => decisions)),
  };
}

function rewardsOf(episodes: readonly Episode[]): number[] {
  return episodes.map(({ reward }) => reward);
}
