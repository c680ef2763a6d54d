/** What a Unity project measures (`StatsRecorder`), gathered until it is asked for. */
import type { Statistic } from '../../env.ts';
import { AGGREGATION, type SideChannelMessage } from '../protocol/side-channels.ts';

export class Statistics {
  #values = new Map<string, Statistic>();

  add({ name, value, aggregation }: Extract<SideChannelMessage, { kind: 'statistic' }>): void {
    const { sum, count } = this.#values.get(name) ?? { sum: 0, count: 0 };
    this.#values.set(name, { aggregation: wordFor(aggregation), sum: sum + value, count: count + 1, latest: value });
  }

  /** By name; a histogram counts with its mean. What was not measured since the last time is not there. */
  take(): Record<string, Statistic> {
    const taken = Object.fromEntries(this.#values);
    this.#values = new Map();
    return taken;
  }
}

function wordFor(aggregation: number): Statistic['aggregation'] {
  if (aggregation === AGGREGATION.sum) return 'sum';
  return aggregation === AGGREGATION.mostRecent ? 'latest' : 'mean';
}
