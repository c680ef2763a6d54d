/** From lines of metrics to points: what is no number is left out, many become few, several seeds become a line with a band. */
import { describe, expect, it } from 'vitest';
import { lineChart } from '../../report/chart.ts';
import { curveGroups } from '../../report/curves.ts';
import { parseMetrics } from '../../report/read-run.ts';
import { linesOf } from '../../report/sections/curves.ts';
import { familyOf, overSeeds, pointsOf, thinned } from '../../report/series.ts';
import { metricsTable } from '../../train/keep/metrics-table.ts';
import { metricsOf } from './run-files.ts';

describe('the lines of metrics.jsonl', () => {
  it('are iterations and held-out evaluations; a line that was cut off and one of no known kind are passed over', () => {
    const judged = { step: 500, evaluation: { reward: 3, rewardInterval: 1, fallShare: 1, conditions: [] } };
    const text = `${metricsOf([1, 2])}${JSON.stringify(judged)}\n"words"\n[]\n{"step":"many"}\n{"step":3000,"rew`;
    const { iterations, heldOut } = parseMetrics(text);
    expect(iterations.map(({ step }) => step)).toEqual([1000, 2000]);
    expect(heldOut).toEqual([{ step: 500, reward: 3, rewardInterval: 1, fallShare: 1, conditions: [] }]);
  });

  it('of an earlier version are told by the names of today', () => {
    const { iterations } = parseMetrics(
      '{"step":10,"divergence":0.2,"lastDivergence":0.3,"sigma":0.4,"rewardDeviation":5}',
    );
    expect(iterations).toEqual([{ step: 10, kl: 0.2, klLastEpoch: 0.3, actionStd: 0.4, rewardStd: 5 }]);
  });

  it('with an interval that is infinite, which JSON writes as null, are evaluations without one', () => {
    const { heldOut } = parseMetrics('{"step":1,"evaluation":{"reward":3,"rewardInterval":null}}');
    expect(heldOut[0]).toMatchObject({ reward: 3, rewardInterval: undefined });
  });
});

describe('points', () => {
  const iterations = [
    { step: 10, reward: null, seconds: { physics: 1 } },
    { step: 20, reward: 5, seconds: { physics: 3 } },
    { step: 30, reward: Number.NaN },
  ];

  it('are of numbers alone: iterations in which no episode ended leave a gap', () => {
    expect(pointsOf(iterations, 'reward')).toEqual([{ x: 20, y: 5 }]);
    expect(pointsOf(iterations, 'not there')).toEqual([]);
  });

  it('of a record are found by its key', () => {
    expect(pointsOf(iterations, 'seconds.physics')).toEqual([
      { x: 10, y: 1 },
      { x: 20, y: 3 },
    ]);
  });

  it('that are too many become means of neighbours, all of them counted once', () => {
    const points = Array.from({ length: 1003 }, (_, x) => ({ x, y: 2 * x }));
    const few = thinned(points, 10);
    expect(few).toHaveLength(10);
    expect(few[0]).toEqual({ x: 49.5, y: 99 });
    expect(few.at(-1)!.x).toBeGreaterThan(950);
    expect(thinned(points.slice(0, 10), 10)).toEqual(points.slice(0, 10));
  });
});

describe('several seeds', () => {
  const run = (...rewards: number[]) => rewards.map((y, at) => ({ x: 100 * (at + 1), y }));

  it('become their mean, from the lowest to the highest', () => {
    expect(overSeeds([run(1, 2), run(3, 8), run(2, 5)])).toEqual([
      { x: 100, y: 2, low: 1, high: 3 },
      { x: 200, y: 5, low: 2, high: 8 },
    ]);
  });

  it('of other buffer sizes are cut into the same stretches', () => {
    const fine = [50, 100, 150, 200].map((x) => ({ x, y: x }));
    expect(overSeeds([run(10, 20), fine])).toEqual([
      { x: 87.5, y: 42.5, low: 10, high: 75 },
      { x: 187.5, y: 97.5, low: 20, high: 175 },
    ]);
  });

  it('have no band where only one has come so far', () => {
    const stretches = overSeeds([run(1, 1, 1, 1), run(3, 3)]);
    expect(stretches).toEqual([
      { x: expect.any(Number), y: 2, low: 1, high: 3 },
      { x: expect.any(Number), y: 1 },
    ]);
  });

  it('of which one has told nothing yet are the others; of nothing there is nothing', () => {
    expect(overSeeds([[], run(4)])).toEqual([{ x: 100, y: 4 }]);
    expect(overSeeds([])).toEqual([]);
  });

  it('are known by the names that train --seeds gives them', () => {
    expect(['walk-seed1', 'walk-seed12', 'walk', 'seed3', 'walk-seed'].map(familyOf)).toEqual([
      'walk',
      'walk',
      'walk',
      'seed3',
      'walk-seed',
    ]);
  });
});

describe('a chart', () => {
  it.each([0.03, 0.3, 1, 7e-4, 4, 12_345, 3e6])(
    'up to %s has no two numbers at its axis that read the same',
    (most) => {
      for (const percent of [true, false]) {
        const lines = [{ name: 'a', points: [0, 0.4, 1].map((part, x) => ({ x, y: part * most })) }];
        const { text } = lineChart({ alternative: 'a', unit: '', lines, fromZero: true, percent });
        const [, axis] = /<g[^>]*text-anchor="end"[^>]*>(.*?)<\/g>/s.exec(text)!;
        const told = [...axis!.matchAll(/<text[^>]*>([^<]*)</g)].map(([, each]) => each);
        expect(told.length).toBeGreaterThan(2);
        expect(new Set(told).size, told.join(' ')).toBe(told.length);
      }
    },
  );
});

describe('the table of curves', () => {
  const curves = curveGroups.flatMap((group) => group.curves);

  it('asks for metrics that there are', () => {
    for (const path of curves.flatMap(({ lines }) => Object.values(lines))) {
      expect(Object.keys(metricsTable), path).toContain(path.split('.')[0]);
    }
  });

  it('shows seconds as shares of their sum', () => {
    const curve = curves.find(({ stacked }) => stacked)!;
    const { iterations } = parseMetrics(metricsOf([1]));
    expect(linesOf(curve, iterations).map(({ points }) => points[0]!.y)).toEqual([0.25, 0.25, 0.5]);
  });
});
