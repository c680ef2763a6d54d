/** What an iteration is told by, of a made-up one whose numbers are known. */
import { describe, expect, it } from 'vitest';
import type { Episode } from '../../../envs/env.ts';
import { explainedVariance, type Iterated, metricsOf, metricsTable } from '../../../train/keep/metrics-table.ts';
import { PeriodicSummary } from '../../../train/keep/summary.ts';
import { taggedNumbers } from '../../../train/keep/tensorboard-tags.ts';

const episode = (meanSpeed: number, fallenBody: number): Episode => ({
  agent: 0,
  episode: 0,
  reward: 1,
  decisions: 10,
  truncated: fallenBody < 0,
  details: { meanSpeed, targetSpeed: 4, fallenBody, blowUps: 0 },
});

function iterated(episodes: readonly Episode[], more: Partial<Iterated> = {}): Iterated {
  const array = new Float32Array(4);
  return {
    progress: {
      seed: 1,
      agents: 2,
      step: 40,
      iteration: 2,
      episodes: 5,
      recent: { rewards: [0.25, 0.75], ended: 'all' },
    },
    rollout: {
      agents: 2,
      decisions: 10,
      observations: array,
      actions: array,
      logProbabilities: array,
      rewards: array,
      terminated: new Uint8Array(4),
      truncated: new Uint8Array(4),
      truncatedAt: new Uint32Array(),
      truncatedObservations: array,
      nextObservations: array,
      episodes,
      seconds: { world: 3, policy: 1 },
    },
    bodyNames: ['hips', 'head', 'footL'],
    lessons: {},
    settings: { learningRate: 3e-4, epsilon: 0.2, beta: 0.01, epochs: 3 },
    losses: {
      policyLoss: 0,
      absolutePolicyLoss: 0,
      valueLoss: 0.25,
      entropy: 1,
      divergence: 0.1,
      lastDivergence: 0.2,
      actorMinibatches: 4,
      actorGradientNorm: 0.5,
      criticGradientNorm: 2,
    },
    divergence: 0.15,
    rewardScale: undefined,
    buffer: { values: Float32Array.of(1, 2), returns: Float32Array.of(1, 3) },
    logDeviation: Float32Array.of(0),
    clock: { began: 1000, collected: 1500, learnt: 2000 },
    ...more,
  };
}

describe('the metrics of an iteration', () => {
  it('tell how fast it went, how fast it was to go, and the share of episodes that each body ended', () => {
    const told = metricsOf(iterated([episode(1, 0), episode(2, 1), episode(3, 1), episode(6, -1)]));
    expect(told).toMatchObject({ meanSpeed: 3, targetSpeed: 4, fallen: { hips: 0.25, head: 0.5, footL: 0 } });
  });

  it('tell null where no episode ended, and nothing at all where the world knows of no bodies', () => {
    expect(metricsOf(iterated([]))).toMatchObject({ reward: null, meanSpeed: null, targetSpeed: null, fallen: null });
    const bare = metricsOf(iterated([{ ...episode(1, 0), details: {} }], { bodyNames: [] }));
    for (const name of ['meanSpeed', 'targetSpeed', 'fallen']) expect(bare).not.toHaveProperty(name);
  });

  it('tell the reward of the task alone where other terms added to it, and nothing of it where none did', () => {
    const paid = { ...episode(1, 0), reward: 9, details: { addedReward: 5 } };
    expect(metricsOf(iterated([paid, { ...paid, reward: 7 }]))).toMatchObject({ reward: 8, taskReward: 3 });
    // Begun in a lesson without such terms.
    expect(metricsOf(iterated([paid, episode(1, 0)])).taskReward).toBe(2.5);
    expect(metricsOf(iterated([episode(1, 0)]))).not.toHaveProperty('taskReward');
  });

  it('tell decisions a second with the learning, and values in rewards', () => {
    const told = metricsOf(iterated([], { rewardScale: 10 }));
    expect(told.decisionsPerSecond).toBe(20);
    expect(told.seconds).toEqual({ physics: 0.375, inference: 0.125, learning: 0.5, all: 1 });
    expect([told.valueEstimate, told.valueLoss, told.rewardScale]).toEqual([15, 25, 10]);
  });

  it('leave out what is not in use, and have no name that the table has not', () => {
    const told = metricsOf(iterated([]));
    for (const name of [
      'mirrorLoss',
      'clipFraction',
      'gradientNorm',
      'criticLearningRate',
      'rewardScale',
      'statistics',
    ])
      expect(told).not.toHaveProperty(name);
    for (const name of Object.keys(told)) expect(metricsTable).toHaveProperty(name);
  });
});

describe('the variance that a critic explains', () => {
  it('is 1 of one that is right but for a constant, 0 of a constant, and below 0 of one that is worse', () => {
    const returns = Float32Array.of(1, 2, 4, 9);
    expect(
      explainedVariance(
        returns.map((each) => each - 3),
        returns,
      ),
    ).toBe(1);
    expect(
      explainedVariance(
        returns.map(() => 5),
        returns,
      ),
    ).toBe(0);
    expect(
      explainedVariance(
        returns.map((each) => -each),
        returns,
      ),
    ).toBeCloseTo(1 - 4, 6);
  });

  it('is 0 where there is nothing to explain', () => {
    expect(explainedVariance(Float32Array.of(1, 2), Float32Array.of(3, 3))).toBe(0);
  });
});

describe('a summary', () => {
  it('has means of episodes over all episodes of its period, iterations in which none ended among them', () => {
    const summary = new PeriodicSummary(100, 0);
    const add = (episodes: readonly Episode[], step: number) =>
      summary.add(episodes, taggedNumbers(metricsOf(iterated(episodes))).exact, step);
    add([episode(1, 0), episode(1, 0), episode(1, -1)], 30);
    add([], 60);
    const { means } = add([episode(5, 1)], 100)!;
    expect(means).toMatchObject({
      'Gaitsmith/Mean Speed': 2,
      'Gaitsmith/Target Speed': 4,
      'Gaitsmith/Fallen/hips': 0.5,
      'Gaitsmith/Fallen/head': 0.25,
      'Gaitsmith/Gradient Norm, critic': 2,
    });
    expect(add([], 200)!.means).not.toHaveProperty('Gaitsmith/Mean Speed');
  });

  it('keeps nothing that a clock said, which no resumed run would come to again', () => {
    const { exact, clock } = taggedNumbers(metricsOf(iterated([])));
    expect(clock).toEqual({ 'Gaitsmith/Decisions per Second': { sum: 20, weight: 1 } });
    expect(Object.keys(exact)).not.toContain('Gaitsmith/Decisions per Second');
  });
});
