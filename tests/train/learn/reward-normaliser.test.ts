import { describe, expect, it } from 'vitest';
import { LaneRecord } from '../../../train/collect/lane-record.ts';
import { RewardNormaliser } from '../../../train/learn/reward-normaliser.ts';

/** Rewards [agents, decisions], and 1 where an episode ended. */
function rolled(agents: number, rewards: readonly number[], terminated: readonly number[] = []) {
  return {
    agents,
    decisions: rewards.length / agents,
    rewards: Float32Array.from(rewards),
    terminated: Uint8Array.from(rewards, (_, row) => terminated[row] ?? 0),
    truncated: new Uint8Array(rewards.length),
  };
}

describe('the reward normaliser', () => {
  it('divides by the deviation of the discounted return of all decisions, episodes apart', () => {
    const rewards = [1, 2, 3, 4, -1, 5, 0, 2];
    const normaliser = new RewardNormaliser([0, 0]);
    const once = normaliser.normalise(rolled(2, rewards, [0, 1, 0, 0, 0, 0, 1, 0]), 0.5);
    const [first, second] = [
      [1, 2.5, 3, 5.5],
      [-1, 4.5, 2.25, 2],
    ];
    const deviation = (values: number[]) => {
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    };
    once.forEach((value, row) => {
      expect(value).toBeCloseTo(rewards[row]! / deviation([...first!, ...second!]), 5);
    });
    // The returns of the running episodes go on.
    expect([...normaliser.inOrder]).toEqual([5.5, 2]);
    const again = normaliser.normalise(rolled(2, [1, 1]), 0.5);
    expect(again[0]).toBeCloseTo(1 / deviation([...first!, ...second!, 3.75, 2]), 5);
  });

  it("follows each of a live world's agents by its number, from one roll-out to the next, however many decide how often", () => {
    const normaliser = new RewardNormaliser([]);
    const record = (decisions: readonly (readonly [agent: number, reward: number, ended?: 'terminated'])[]) => {
      const lanes = new LaneRecord(1, 1);
      const one = Float32Array.of(0);
      for (const [agent, reward, ended = 'no'] of decisions)
        lanes.add(agent, { observation: one, actions: one, logProbabilities: one, reward, ended, next: one });
      return lanes;
    };
    const take = (lanes: LaneRecord) => normaliser.normalise(lanes.finish({ world: 1, policy: 1 }, {}), 0.5);
    // Agent 7 decides twice and agent 70,000 once: the rows lie in one lane, each agent's cut where it ends.
    take(
      record([
        [7, 1],
        [70_000, 8],
        [7, 2],
      ]),
    );
    expect([...normaliser.inOrder]).toEqual([2.5, 8]);
    // In the next one it is the other way round, and an episode ends.
    take(
      record([
        [70_000, 1],
        [7, 4, 'terminated'],
        [70_000, 2],
      ]),
    );
    expect([...normaliser.inOrder]).toEqual([0, 0.5 * (0.5 * 8 + 1) + 2]);
    expect(normaliser.moments.rows).toBe(6);
    // Agent 70,000's world goes away, before and after a decision; the other one only waits.
    const gone = record([[7, 3]]);
    gone.cut(70_000);
    take(gone);
    expect([...normaliser.inOrder]).toEqual([3, 0]);
    const late = record([
      [7, 2],
      [70_000, 5],
    ]);
    late.cut(70_000);
    take(late);
    expect([...normaliser.inOrder]).toEqual([3.5, 0]);
  });

  it('forgets the running episodes where all are dropped for a lesson, and nothing else', () => {
    const normaliser = new RewardNormaliser([0, 0]);
    normaliser.normalise(rolled(2, [1, 2, 3, 4]), 0.5);
    normaliser.beginAnew();
    expect([...normaliser.inOrder]).toEqual([0, 0]);
    expect(normaliser.moments.rows).toBe(4);
  });

  it('keeps rewards within ten deviations', () => {
    const normaliser = new RewardNormaliser([0]);
    const rewards = new Array<number>(1000).fill(0.001);
    rewards[999] = -1000;
    const ends = new Array<number>(1000).fill(1);
    expect(normaliser.normalise(rolled(1, rewards, ends), 0.9)[999]).toBe(-10);
  });
});
