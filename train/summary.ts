/** What the log says of training now and then, and the statistics of the episodes behind it. */
import type { Episode } from '../envs/env.ts';

/** Mean and population deviation of the episodes' rewards; undefined where there is none. */
export function rewardStatistics(episodes: readonly Episode[]): { mean: number; deviation: number } | undefined {
  if (episodes.length === 0) return undefined;
  const mean = meanOf(episodes, ({ reward }) => reward);
  return { mean, deviation: Math.sqrt(meanOf(episodes, ({ reward }) => (reward - mean) ** 2)) };
}

/** The mean of something over the episodes, of which there must be one at least. */
export function meanOf(episodes: readonly Episode[], value: (episode: Episode) => number): number {
  return episodes.reduce((sum, episode) => sum + value(episode), 0) / episodes.length;
}

/** How many of the episodes were cut off because the world's physics blew up. */
export function countBlowUps(episodes: readonly Episode[]): number {
  return episodes.reduce((sum, { details }) => sum + (details['blowUps'] ?? 0), 0);
}

/** Gathers episodes and says a line, in ML-Agents' words, each time the step passes a multiple of `frequency`. */
export class Summary {
  readonly #behaviorName: string;
  readonly #frequency: number;
  readonly #began = performance.now();
  #episodes: Episode[] = [];
  #next: number;

  constructor(behaviorName: string, frequency: number, step: number) {
    this.#behaviorName = behaviorName;
    this.#frequency = frequency;
    this.#next = this.#boundaryAfter(step);
  }

  /** The line, where it is time for one. */
  add(episodes: readonly Episode[], step: number): string | undefined {
    this.#episodes.push(...episodes);
    if (step < this.#next) return undefined;
    const boundary = this.#boundaryAfter(step) - this.#frequency;
    const elapsed = ((performance.now() - this.#began) / 1000).toFixed(3);
    const rewards = rewardStatistics(this.#episodes);
    const blowUps = countBlowUps(this.#episodes);
    this.#episodes = [];
    this.#next = boundary + this.#frequency;
    const outcome = rewards
      ? `Mean Reward: ${rewards.mean.toFixed(3)}. Std of Reward: ${rewards.deviation.toFixed(3)}.`
      : 'No episode was completed since last summary.';
    const warning = blowUps > 0 ? ` Episodes cut off because physics blew up: ${blowUps}.` : '';
    return `${this.#behaviorName}. Step: ${boundary}. Time Elapsed: ${elapsed} s. ${outcome}${warning} Training.`;
  }

  #boundaryAfter(step: number): number {
    return (Math.floor(step / this.#frequency) + 1) * this.#frequency;
  }
}
