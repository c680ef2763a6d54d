/** What worlds measure, over longer than a world gathers it: added up, and brought to a number. */
import type { Statistic } from '../../envs/env.ts';

/** By name. */
export type Statistics = Readonly<Record<string, Statistic>>;

/** Two stretches of time as one; what was measured in one of them alone is there as it is. */
export function together(earlier: Statistics, later: Statistics): Statistics {
  const both = Object.entries(later).map(([name, { sum, count, ...newest }]) => {
    const before = earlier[name] ?? { sum: 0, count: 0 };
    return [name, { ...newest, sum: before.sum + sum, count: before.count + count }];
  });
  return { ...earlier, ...Object.fromEntries(both) };
}

/** What each comes to. */
export function aggregated(statistics: Statistics): Record<string, number> {
  return Object.fromEntries(Object.entries(statistics).map(([name, statistic]) => [name, aggregate(statistic)]));
}

function aggregate({ aggregation, sum, count, latest }: Statistic): number {
  switch (aggregation) {
    case 'mean':
      return sum / count;
    case 'sum':
      return sum;
    case 'latest':
      return latest;
  }
}
