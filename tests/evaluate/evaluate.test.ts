/** Episodes are played, and what came of them is told. */
import { beforeAll, describe, expect, it } from 'vitest';
import { startOf } from '../../evaluate/episodes.ts';
import { type EvaluationReport, evaluate } from '../../evaluate/evaluate.ts';
import { withPlayers } from '../../evaluate/players.ts';
import { reportText } from '../../evaluate/report-text.ts';
import { smallPolicyFile } from '../small-policies.ts';

const policy = smallPolicyFile(1);
const parameters = { max_steps: 150, push_speed: 0.3, push_interval: 0.4 };
const plan = { seed: 3, speeds: 'grid', parameters } as const;
const request = { policy, deterministic: false, world: 'unity', plan, from: 0, to: 20 } as const;

describe('an episode', () => {
  it('comes to the same whoever else is played beside it, by whichever thread, whichever lane', async () => {
    await withPlayers({ workers: 2 }, async (players) => {
      const together = await players.play(request);
      expect(together.map(({ episode }) => episode)).toEqual(Array.from({ length: 20 }, (_, index) => index));
      const alone = await players.play({ ...request, from: 13, to: 14 });
      expect(alone).toEqual([together[13]]);
      const later = await players.play({ ...request, from: 5, to: 20 });
      expect(later).toEqual(together.slice(5));
    });
  });

  it('comes to the same where it is solved otherwise than its neighbours are, and is measured there', async () => {
    const order = { sampler_type: 'uniform', sampler_parameters: { seed: -1, min_value: 0, max_value: 1 } } as const;
    const mixed = {
      ...request,
      plan: { ...plan, parameters: { max_steps: 60, solver_order: order } },
      to: 10,
      gait: true,
    } as const;
    await withPlayers({ workers: 1 }, async (players) => {
      const together = await players.play(mixed);
      expect(await players.play({ ...mixed, from: 7, to: 8 })).toEqual([together[7]]);
      for (const { gait, steps } of together) {
        expect(gait.work).toBeGreaterThan(0);
        expect(Object.values(gait.contact).reduce((a, b) => a + b)).toBe(steps);
      }
    });
  });

  it('comes to the same whether its gait is measured or not, which is told only where it was asked for', async () => {
    await withPlayers({ workers: 1 }, async (players) => {
      const plain = await players.play({ ...request, to: 10 });
      const metered = await players.play({ ...request, to: 10, gait: true });
      expect(plain.every((episode) => !('gait' in episode))).toBe(true);
      expect(metered.map(({ gait: _, ...episode }) => episode)).toEqual(plain);
    });
  });

  it('is another one by another seed', async () => {
    await withPlayers({ workers: 1 }, async (players) => {
      const of = (seed: number) => players.play({ ...request, plan: { ...plan, seed }, to: 2 });
      expect(await of(3)).not.toEqual(await of(4));
    });
  });

  it('has a target speed of the grid, which is even for any number of episodes', () => {
    for (const count of [10, 37, 400]) {
      const speeds = Array.from({ length: count }, (_, episode) => startOf(plan, episode).parameters.target_speed_min);
      for (const [low, high] of [
        [0.1, 5],
        [5, 10],
        [2, 4],
      ] as const) {
        const inside = speeds.filter((speed) => speed > low && speed <= high).length;
        // One drawn at random would be off by sqrt(count p (1 - p)): by 10 of 400.
        expect(Math.abs(inside - (count * (high - low)) / 9.9)).toBeLessThan(2.5);
      }
      expect(Math.min(...speeds)).toBeGreaterThanOrEqual(0.1);
      expect(Math.max(...speeds)).toBeLessThan(10);
    }
  });

  it('has the speeds that are named, in turn, or draws one as Unity does', () => {
    const of = (speeds: 'drawn' | number[], episode: number) => startOf({ ...plan, speeds }, episode).parameters;
    expect([0, 1, 2, 3].map((episode) => of([1, 2, 3], episode).target_speed_min)).toEqual([1, 2, 3, 1]);
    expect(of('drawn', 3)).toMatchObject({ target_speed_min: 0.1, target_speed_max: 10 });
  });
});

describe('the report', () => {
  let report: EvaluationReport;
  beforeAll(async () => {
    report = await evaluate({ policy, compare: smallPolicyFile(2), episodes: 30, parameters, workers: 1 });
  });

  it('has the same bytes for any number of threads, observations included', async () => {
    const options = { policy, episodes: 20, parameters, statistics: true };
    const [one, three] = [await evaluate({ ...options, workers: 1 }), await evaluate({ ...options, workers: 3 })];
    expect(one.observations).toHaveLength(243);
    expect(JSON.stringify(three)).toBe(JSON.stringify(one));
  });

  it('tells in JSON what is promised, by these names', () => {
    const told = JSON.parse(JSON.stringify(report));
    expect(told).toMatchObject({
      policy: 'small-1.onnx',
      world: 'unity',
      dialect: 'unity',
      episodes: 30,
      seed: 0,
      reward: expect.any(Number),
      reward_ci95: expect.any(Number),
      falls_share: expect.any(Number),
      difference: expect.any(Number),
      difference_ci95: expect.any(Number),
      detectable: expect.any(Number),
    });
    expect(told.steps_per_fall).toBeGreaterThan(0);
    expect(told.bands).toHaveLength(5);
    const band = { speed: [0, 2], episodes: 5, reward: expect.any(Number), falls_share: expect.any(Number) };
    expect(told.bands[0]).toMatchObject({ ...band, mean_speed: expect.any(Number) });
    expect(told.bands[0]).toHaveProperty('steps_per_fall');
  });

  it('adds up: bands to the whole, shares of the feet to one', () => {
    const { bands, episodes, reward, falls, foot_contact: feet } = report;
    const sum = (of: (band: (typeof bands)[number]) => number) => bands.reduce((total, band) => total + of(band), 0);
    expect(sum((band) => band.episodes)).toBe(episodes);
    expect(sum((band) => band.falls)).toBe(falls);
    expect(sum((band) => band.reward * band.episodes) / episodes).toBeCloseTo(reward, 9);
    expect(feet.left + feet.right + feet.both + feet.none).toBeCloseTo(1, 9);
    expect(Object.values(report.fallen).reduce((total, count) => total + count, 0)).toBe(falls);
  });

  it('tells of the other policy what it would tell of it alone, and the difference in pairs', async () => {
    const other = await evaluate({ policy: smallPolicyFile(2), episodes: 30, parameters, workers: 1 });
    expect(report.compared_with).toMatchObject({ policy: 'small-2.onnx', reward: other.reward, falls: other.falls });
    expect(report.difference).toBeCloseTo(report.reward - other.reward, 9);
    const { onlyFirst, onlySecond } = report.paired_falls!;
    expect(onlySecond - onlyFirst).toBe(report.falls + report.blow_ups - other.falls - other.blow_ups);
  });

  it('finds no difference at all between a file and itself', async () => {
    const same = await evaluate({ policy, compare: policy, episodes: 12, parameters, workers: 2 });
    expect(same).toMatchObject({ difference: 0, difference_ci95: 0, detectable: 0, correlation: 1 });
  });

  it('is told as text with the whole, the bands and the comparison', () => {
    const text = reportText(report);
    expect(text).toContain(
      'small-1.onnx in the world unity: 30 episodes, sampled actions, seed 0, target speeds on a grid',
    );
    expect(text).toMatch(/^4-6 +6 +\d/m);
    expect(text).toMatch(/paired difference [+-][\d.]+ \+- [\d.]+ \(correlation/);
    expect(text).not.toMatch(/NaN|undefined/);
  });
});

describe('what can be asked for', () => {
  it('mean actions do not depend on the noise, so only the rest of the seed tells episodes apart', async () => {
    const options = { policy, episodes: 4, parameters: { max_steps: 100 }, workers: 1, speeds: [2] };
    const means = await evaluate({ ...options, deterministic: true });
    expect(means).toMatchObject({ deterministic: true, speeds: [2] });
    expect(means.reward).not.toBe((await evaluate(options)).reward);
  });

  it('another world: the same episodes come to something else in it', async () => {
    const options = { policy, episodes: 4, parameters: { max_steps: 100 }, workers: 1 };
    const [unity, physx5, physx] = [
      await evaluate(options),
      await evaluate({ ...options, world: 'physx5' }),
      await evaluate({ ...options, world: 'physx' }),
    ];
    expect([unity, physx5, physx].map(({ dialect }) => dialect)).toEqual(['unity', 'physx5', null]);
    expect(new Set([unity, physx5, physx].map(({ reward }) => reward)).size).toBe(3);
    for (const { energy_per_metre, foot_contact } of [unity, physx5, physx]) {
      expect(energy_per_metre ?? 1).toBeGreaterThan(0);
      expect(foot_contact.none).toBeLessThan(1);
    }
  });

  it('a file that is no policy of the Walker is refused, in the words of the thread that opened it', async () => {
    const junk = { name: 'junk.onnx', bytes: Uint8Array.of(1, 2, 3) };
    const refused = evaluate({ policy: junk, episodes: 2, workers: 1 });
    await expect(refused).rejects.toThrow(expect.objectContaining({ name: 'UserError' }));
    await expect(refused).rejects.toThrow(/junk\.onnx/);
  });

  it('it can be stopped in the middle', async () => {
    const stop = new AbortController();
    const watch = { signal: stop.signal, progress: () => stop.abort(new Error('enough')) };
    await expect(evaluate({ policy, episodes: 50, parameters, workers: 1 }, watch)).rejects.toThrow('enough');
  });
});
