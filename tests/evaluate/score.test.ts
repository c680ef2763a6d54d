import { describe, expect, it } from 'vitest';
import type { Episode } from '../../envs/env.ts';
import { evaluationOf, scoreOf } from '../../evaluate/score.ts';

const episode = (reward: number, truncated = true, details = {}): Episode => ({
  agent: 0,
  episode: 0,
  reward,
  decisions: 10,
  truncated,
  details,
});

describe('a score', () => {
  it('counts each condition the same, and knows how sure it is', () => {
    const easy = [2, 4, 2, 4].map((reward) => episode(reward));
    const hard = [0, 0, 0, 0].map((reward) => episode(reward, false));
    const { conditions: parts, ...all } = evaluationOf([
      { name: 'a', episodes: easy },
      { name: 'b', episodes: hard },
    ]);
    // The standard error of the first is sqrt(4/3) / sqrt(4), and 3.182446 is Student's quantile for three degrees of freedom.
    const interval = 3.182446305 * Math.sqrt(4 / 3 / 4);
    expect(parts[0]).toMatchObject({ name: 'a', episodes: 4, reward: 3, fallShare: 0, episodeLength: 10 });
    expect(parts[0]!.rewardInterval).toBeCloseTo(interval, 8);
    expect(parts[1]).toMatchObject({ name: 'b', reward: 0, rewardInterval: 0, fallShare: 1 });
    expect(all).toMatchObject({ episodes: 8, reward: 1.5, fallShare: 0.5 });
    expect(all.rewardInterval).toBeCloseTo(interval / 2, 8);
  });

  it('does not take a world that broke down for one that was walked in to the end', () => {
    const episodes = [episode(1, true, { blowUps: 0 }), episode(1, true, { blowUps: 1 }), episode(1, false)];
    expect(scoreOf(episodes).fallShare).toBeCloseTo(2 / 3, 12);
  });
});
