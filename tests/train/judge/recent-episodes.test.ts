/** The mean of the latest episodes, and when it is told. */
import { describe, expect, it } from 'vitest';
import type { Episode } from '../../../envs/env.ts';
import { isFull, NO_EPISODES, recentReward, withEpisodes } from '../../../train/judge/recent-episodes.ts';

const episode = (agent: number, reward: number): Episode => ({
  agent,
  episode: 0,
  reward,
  decisions: 1,
  truncated: false,
  details: {},
});
const agents = [0, 1, 2];

describe('the mean of the latest episodes', () => {
  it('is not told before every agent has ended one: those that fall early earn little', () => {
    const early = withEpisodes(NO_EPISODES, [episode(0, 1), episode(0, 1), episode(1, 2)], agents);
    expect(recentReward(early)).toBeUndefined();
    const all = withEpisodes(early, [episode(2, 1000)], agents);
    expect(recentReward(all)).toMatchObject({ mean: 251, episodes: 4 });
  });

  it('is over the last 100, in the order in which they ended', () => {
    const many = Array.from({ length: 250 }, (_, index) => episode(index % 3, index));
    const recent = withEpisodes(NO_EPISODES, many, agents);
    expect(recentReward(recent)).toMatchObject({ mean: 199.5, episodes: 100 });
    expect(isFull(recent)).toBe(true);
    expect(isFull(withEpisodes(NO_EPISODES, many.slice(0, 99), agents))).toBe(false);
  });

  it('is the same whatever buffers the episodes ended in, and after it was written down in between', () => {
    const all = Array.from({ length: 130 }, (_, index) => episode(index % 3, index));
    const whole = withEpisodes(NO_EPISODES, all, agents);
    const part = JSON.parse(JSON.stringify(withEpisodes(NO_EPISODES, all.slice(0, 2), agents)));
    expect(withEpisodes(part, all.slice(2), agents)).toEqual(whole);
  });

  it('waits in a world whose agents come and go for those that have lived, and for one at least', () => {
    expect(recentReward(withEpisodes(NO_EPISODES, [], []))).toBeUndefined();
    const some = withEpisodes(NO_EPISODES, [episode(7, 1), episode(7, 3)], [7, 9]);
    expect(recentReward(some)).toBeUndefined();
    expect(recentReward(withEpisodes(some, [], [7]))).toMatchObject({ mean: 2 });
  });
});
