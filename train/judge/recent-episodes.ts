/**
 * What a run earns while it trains: the mean of its latest episodes, once every agent has ended one. Before that only those
 * that ended early are known, and what falls early earns little.
 */
import type { Episode } from '../../envs/env.ts';
import { type Estimate, estimate } from '../../evaluate/estimate.ts';

/** Episodes that the mean is over. */
const LATEST = 100;

/** Goes into the checkpoint. */
export interface RecentEpisodes {
  /** Of the latest, in the order in which they ended. */
  readonly rewards: readonly number[];
  /** The agents that have ended one; all: as many as there are. */
  readonly ended: readonly number[] | 'all';
}

export const NO_EPISODES: RecentEpisodes = { rewards: [], ended: [] };

/**
 * @param episodes that have ended since, in their order.
 * @param agents that there are.
 */
export function withEpisodes(
  { rewards, ended }: RecentEpisodes,
  episodes: readonly Episode[],
  agents: Iterable<number>,
): RecentEpisodes {
  const latest = [...rewards, ...episodes.map(({ reward }) => reward)].slice(-LATEST);
  if (ended === 'all') return { rewards: latest, ended };
  const known = new Set([...ended, ...episodes.map(({ agent }) => agent)]);
  const isAll = known.size > 0 && [...agents].every((agent) => known.has(agent));
  return { rewards: latest, ended: isAll ? 'all' : [...known] };
}

/** The mean of the latest episodes; undefined while an agent has not ended its first one, and of fewer than two. */
export function recentReward({
  rewards,
  ended,
}: RecentEpisodes): (Estimate & { readonly episodes: number }) | undefined {
  if (ended !== 'all' || rewards.length < 2) return undefined;
  return { ...estimate(rewards), episodes: rewards.length };
}

/** Whether there are as many as the mean is over. */
export function isFull({ rewards }: RecentEpisodes): boolean {
  return rewards.length === LATEST;
}
