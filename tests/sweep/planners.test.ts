import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../base/random/stream.ts';
import { changed, drawn } from '../../sweep/domains.ts';
import { allCombinations, drawnCombinations } from '../../sweep/plan/candidates.ts';
import { isClearlyWorse, isWorthCopying } from '../../sweep/plan/compare.ts';
import { rungsOf } from '../../sweep/plan/halving.ts';
import { evenly, type History, type Outcome, type Round, type Values } from '../../sweep/plan/plan.ts';
import { endsOf, nextRound } from '../../sweep/plan/planners.ts';
import { valuesOf } from '../../sweep/plan/population.ts';
import { type Domain, type Sweep, type SweepKind, sweepSchemas } from '../../sweep/schema.ts';

const RATE = 'hyperparameters.learning_rate';
const EPOCHS = 'hyperparameters.num_epoch';
const settings: Record<string, Domain> = { [RATE]: { log_uniform: [1e-4, 1e-2] }, [EPOCHS]: [2, 4, 8] };

function sweepOf(kind: SweepKind, more: Record<string, unknown>): Sweep {
  return sweepSchemas[kind].parse({ kind, decisions: 8100, settings, ...more }) as Sweep;
}

/** What came of a round, by a score for each leg: twelve episodes of each seed, a little apart. */
function played(round: Round, score: (values: Values, candidate: string) => number | 'fails', seeds = 1): Outcome[] {
  return round.map((leg) => {
    const reward = score(leg.stages.at(-1)!.values, leg.candidate);
    const one = (seed: number) => {
      if (reward === 'fails') return { failed: 'the loss is NaN' };
      const returns = Array.from({ length: 12 }, (_, episode) => reward + Math.sin(episode) + seed);
      const heldOut = { step: leg.until, reward: reward + seed, rewardInterval: 1, returns };
      return { heldOut, best: heldOut };
    };
    return { leg, seeds: Array.from({ length: seeds }, (_, seed) => one(seed)) };
  });
}

/** All rounds of a sweep whose trainings score so. */
function whole(sweep: Sweep, score: Parameters<typeof played>[1], isValid = (_: Values) => true): History {
  const history: Outcome[][] = [];
  for (;;) {
    const round = nextRound({ sweep, isValid }, history);
    if (!round) return history;
    history.push(played(round, score, sweep.seeds));
  }
}

const named = (history: History) => history.map((round) => round.map(({ leg }) => leg.candidate));
const byEpochs = (values: Values) => 100 * (values[EPOCHS] as number);

describe('values', () => {
  it('of a logarithmic range are drawn evenly over its logarithm, within it', () => {
    const random = new RandomStream(3);
    const all = Array.from({ length: 4000 }, () => drawn({ log_uniform: [1e-4, 1e-2] }, random) as number);
    expect(Math.min(...all)).toBeGreaterThanOrEqual(1e-4);
    expect(Math.max(...all)).toBeLessThanOrEqual(1e-2);
    const below = all.filter((value) => value < 1e-3).length / all.length;
    expect(below).toBeGreaterThan(0.46);
    expect(below).toBeLessThan(0.54);
  });

  it('of a range of whole numbers are all of them, both ends included', () => {
    const random = new RandomStream(4);
    const all = new Set(Array.from({ length: 200 }, () => drawn({ integer: [2, 5] }, random)));
    expect([...all].sort()).toEqual([2, 3, 4, 5]);
  });

  it('are changed by a factor and kept within their range, whole where they have to be', () => {
    const random = new RandomStream(5);
    const change = (domain: Domain, value: number, factor: number) => changed(domain, value, [factor], random);
    expect(change({ uniform: [0, 1] }, 0.5, 1.25)).toBe(0.625);
    expect(change({ uniform: [0, 1] }, 0.9, 1.25)).toBe(1);
    expect(change({ integer: [1, 8] }, 2, 0.8)).toBe(1);
    expect(change({ integer: [1, 8] }, 1, 0.8)).toBe(1);
    expect(change({ integer: [1, 8] }, 8, 1.25)).toBe(8);
  });

  it('of a list of numbers are changed to a neighbour, of other lists to any', () => {
    const random = new RandomStream(6);
    const next = new Set(Array.from({ length: 50 }, () => changed([8, 2, 4], 4, [2], random)));
    expect([...next].sort()).toEqual([2, 8]);
    const words = new Set(Array.from({ length: 50 }, () => changed(['a', 'b', 'c'], 'a', [2], random)));
    expect([...words].sort()).toEqual(['a', 'b', 'c']);
  });
});

describe('a grid', () => {
  it('tries every combination once', () => {
    const all = allCombinations({ a: [1, 2], b: { values: ['x', 'y', 'z'] } });
    expect(all).toHaveLength(6);
    expect(new Set(all.map((values) => JSON.stringify(values))).size).toBe(6);
    expect(all[1]).toEqual({ a: 1, b: 'y' });
  });

  it('is judged at even looks, the last of them at the end', () => {
    expect(evenly(1000, 3)).toEqual([333, 666, 1000]);
    const history = whole(sweepOf('grid', { settings: { [EPOCHS]: [2, 4, 8] }, looks: 3 }), () => 1);
    expect(history.map((round) => round[0]!.leg.until)).toEqual([2700, 5400, 8100]);
  });

  it('stops at a look who is clearly worse than the median candidate, and nobody who is a little worse', () => {
    const grid = { settings: { [EPOCHS]: [1, 2, 3, 4, 5] }, looks: 2 };
    expect(named(whole(sweepOf('grid', grid), byEpochs))[1]).toEqual(['c03', 'c04', 'c05']);
    const near = (values: Values) => 0.01 * Math.sin(byEpochs(values));
    const noisy = (history: History) => named(history)[1];
    expect(noisy(whole(sweepOf('grid', { ...grid, stop_hopeless: false }), byEpochs))).toHaveLength(5);
    expect(whole(sweepOf('grid', grid), near)[1]!.length).toBeGreaterThanOrEqual(3);
  });

  it('goes on without candidates whose training fails, and ends where all have', () => {
    const grid = sweepOf('grid', { settings: { [EPOCHS]: [1, 2, 3] }, looks: 3, stop_hopeless: false });
    expect(named(whole(grid, (_, name) => (name === 'c02' ? 'fails' : 1)))).toEqual([
      ['c01', 'c02', 'c03'],
      ['c01', 'c03'],
      ['c01', 'c03'],
    ]);
    expect(whole(grid, () => 'fails')).toHaveLength(1);
  });
});

describe('a random search', () => {
  it('draws the same candidates for the same seed, others for another, and the first of more are those of fewer', () => {
    const of = (trials: number, seed = 1) => {
      const sweep = sweepOf('random', { trials, seed });
      return drawnCombinations({ sweep, isValid: () => true }, trials);
    };
    expect(of(5)).toEqual(of(5));
    expect(of(8).slice(0, 5)).toEqual(of(5));
    expect(of(5, 2)).not.toEqual(of(5));
  });

  it('draws again what the configuration does not take, and says so where it takes nothing', () => {
    const sweep = sweepOf('random', { trials: 20 });
    const fits = (values: Values) => values[EPOCHS] !== 8;
    expect(drawnCombinations({ sweep, isValid: fits }, 20).every(fits)).toBe(true);
    expect(() => drawnCombinations({ sweep, isValid: () => false }, 1)).toThrow('the configuration takes none');
  });
});

describe('successive halving', () => {
  it('lets one of eta go on at each rung, for eta times as long', () => {
    const sweep = sweepOf('halving', { trials: 9, eta: 3, rungs: 3 });
    expect(rungsOf({ decisions: 8100, eta: 3, rungs: 3 })).toEqual([900, 2700, 8100]);
    const history = whole(sweep, (_, name) => Number(name.slice(1)));
    expect(named(history).map(({ length }) => length)).toEqual([9, 3, 1]);
    expect(named(history)[1]).toEqual(['c07', 'c08', 'c09']);
    expect(named(history)[2]).toEqual(['c09']);
  });

  it('goes on from the checkpoint that a candidate ended the rung before with', () => {
    const history = whole(sweepOf('halving', { trials: 4, eta: 2, rungs: 2 }), byEpochs);
    expect(history[0]!.every(({ leg }) => leg.from === undefined)).toBe(true);
    expect(history[1]!.every(({ leg }) => leg.from === leg.candidate)).toBe(true);
  });
});

describe('a population', () => {
  const population = (more: Record<string, unknown> = {}) => sweepOf('pbt', { members: 8, generations: 4, ...more });

  it('keeps its size; the worst quarter goes on from members of the best', () => {
    const history = whole(population(), (_, name) => 10 * Number(name.slice(1)));
    expect(named(history).map(({ length }) => length)).toEqual([8, 8, 8, 8]);
    for (const round of history.slice(1)) {
      const copied = round.filter(({ leg }) => leg.from !== leg.candidate).map(({ leg }) => leg);
      expect(copied.map(({ candidate }) => candidate)).toEqual(['c01', 'c02']);
      expect(copied.every(({ from }) => from === 'c07' || from === 'c08')).toBe(true);
    }
  });

  it('changes the settings of who has copied, and tells since when they hold', () => {
    const sweep = population();
    const history = whole(sweep, (_, name) => 10 * Number(name.slice(1)));
    const [, second] = history;
    const copy = second![0]!.leg;
    const model = history[0]!.find(({ leg }) => leg.candidate === copy.from)!;
    expect(copy.stages).toHaveLength(2);
    expect(copy.stages[0]).toEqual(model.leg.stages[0]);
    expect(copy.stages[1]!.from).toBe(endsOf(sweep)[0]);
    expect(copy.stages[1]!.values).not.toEqual(valuesOf(model));
  });

  it('copies nobody who is not better on the same episodes', () => {
    const history = whole(population(), () => 5);
    expect(history[1]!.every(({ leg }) => leg.from === leg.candidate && leg.stages.length === 1)).toBe(true);
  });

  it('replaces a member whose training has failed, and ends where all have', () => {
    const history = whole(population({ generations: 2 }), (_, name) => (name === 'c03' ? 'fails' : 5));
    const third = history[1]![2]!.leg;
    expect(third.candidate).toBe('c03');
    expect(third.from).not.toBe('c03');
    expect(whole(population(), () => 'fails')).toHaveLength(1);
  });

  it('changes settings only into what the configuration takes', () => {
    const fits = (values: Values) => values[EPOCHS] !== 2;
    const history = whole(population({ generations: 6 }), (_, name) => 10 * Number(name.slice(1)), fits);
    expect(history.flat().every(({ leg }) => leg.stages.every(({ values }) => fits(values)))).toBe(true);
  });
});

describe('every kind of search', () => {
  const sweeps: [SweepKind, Record<string, unknown>][] = [
    ['grid', { settings: { [EPOCHS]: [2, 4, 8] } }],
    ['random', { trials: 6 }],
    ['halving', { trials: 6, eta: 2 }],
    ['pbt', { members: 6, generations: 3 }],
  ];

  it.each(sweeps)('%s comes to the same rounds from the same scores, with several seeds too', (kind, more) => {
    const sweep = sweepOf(kind, { ...more, seeds: 2 });
    expect(whole(sweep, byEpochs)).toEqual(whole(sweep, byEpochs));
  });

  it.each(sweeps)('%s ends its last round with all the decisions that a training may have', (kind, more) => {
    const history = whole(sweepOf(kind, more), byEpochs);
    expect(history.at(-1)!.every(({ leg }) => leg.until === 8100)).toBe(true);
  });
});

describe('two candidates', () => {
  const [low, high, near] = played(
    [1, 2, 3].map((at) => ({ candidate: `c${at}`, stages: [{ from: 0, values: {} }], until: 1 })),
    (_, name) => ({ c1: 0, c2: 10, c3: 0.001 })[name]!,
  ) as [Outcome, Outcome, Outcome];

  it('are told apart where the whole interval of their difference says so', () => {
    expect(isClearlyWorse(low, high)).toBe(true);
    expect(isClearlyWorse(high, low)).toBe(false);
    expect(isWorthCopying(high, low)).toBe(true);
    expect(isWorthCopying(low, high)).toBe(false);
    expect(isWorthCopying(near, near)).toBe(false);
  });
});
