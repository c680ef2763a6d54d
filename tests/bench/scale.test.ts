import { describe, expect, it } from 'vitest';
import { measured, network, shared } from '../../bench/scale/constants.ts';
import {
  type Fleet,
  type Job,
  simulated,
  withRemoteRollouts,
  withSharedGradients,
} from '../../bench/scale/simulate.ts';

const nothing = { bytesPerSecond: 1e15, secondsPerRequest: 0 };
const job: Job = { seconds: 10, begins: 1e6, kept: 1e6, result: 1e6, keeps: 1 };
const fleet = (cores: number, more: Partial<Fleet> = {}): Fleet => ({
  cores,
  redis: nothing,
  link: nothing,
  dispatcher: nothing,
  startSeconds: 0,
  ...more,
});
const jobs = (count: number) => Array.from({ length: count }, () => job);

describe('the simulation of a fleet', () => {
  it('reproduces what pretended jobs took through a real Redis, to a third', () => {
    for (const { actors, jobs: count, seconds } of measured.points) {
      const all = Array.from({ length: count }, () => measured.job);
      const told = simulated([all], fleet(actors, { redis: measured.redis }));
      expect(told.seconds / seconds, `${actors} actors`).toBeGreaterThan(0.7);
      expect(told.seconds / seconds, `${actors} actors`).toBeLessThan(1.3);
    }
  });

  it('takes the jobs times their seconds over the cores where nothing else costs anything', () => {
    expect(simulated([jobs(8)], fleet(4)).seconds).toBeCloseTo(20, 6);
    expect(simulated([jobs(8)], fleet(4)).coresBusy).toBeCloseTo(1, 6);
    expect(simulated([jobs(5)], fleet(4)).seconds).toBeCloseTo(20, 6);
  });

  it('begins a round when the one before is whole', () => {
    expect(simulated([jobs(1), jobs(1)], fleet(4)).seconds).toBeCloseTo(20, 6);
    expect(simulated([jobs(2)], fleet(4)).seconds).toBeCloseTo(10, 6);
  });

  it("comes to the Redis' own time where that is the wall, however many cores there are", () => {
    const redis = { bytesPerSecond: 1e6, secondsPerRequest: 0 };
    // Each job moves 1 MB four times: what it begins with, what is kept, and the result in and out.
    for (const cores of [100, 1000]) {
      const { seconds, redisBusy } = simulated([jobs(1000)], fleet(cores, { redis }));
      expect(seconds).toBeGreaterThanOrEqual(4000);
      expect(seconds).toBeLessThan(4030);
      expect(redisBusy).toBeGreaterThan(0.99);
    }
  });
});

describe('one training on many cores', () => {
  it('with remote roll-outs is never faster than its learner', () => {
    const most = 2 / shared.learning;
    const at = (cores: number) => withRemoteRollouts(shared, cores, 2, network(10));
    expect(at(10)).toBeLessThan(most);
    expect(at(100)).toBeLessThan(most);
    expect(at(10)).toBeGreaterThan(at(1));
  });

  it('with shared gradients gets slower again once they cost more than they save', () => {
    const at = (cores: number) => withSharedGradients(shared, cores, network(10));
    expect(at(1000)).toBeLessThan(at(10));
  });
});
