/** What a Unity project measures (`StatsRecorder`), brought to one number each time that it is asked for. */
import { AGGREGATION, type SideChannelMessage } from '../protocol/side-channels.ts';

type Statistic = Extract<SideChannelMessage, { kind: 'statistic' }>;

export class Statistics {
  #values = new Map<string, { sum: number; count: number; last: number; aggregation: number }>();

  add({ name, value, aggregation }: Statistic): void {
    const { sum, count } = this.#values.get(name) ?? { sum: 0, count: 0 };
    this.#values.set(name, { sum: sum + value, count: count + 1, last: value, aggregation });
  }

  /** By name; a histogram counts with its mean. What was not measured since the last time is not there. */
  take(): Record<string, number> {
    const taken = [...this.#values].map(([name, { sum, count, last, aggregation }]) => {
      if (aggregation === AGGREGATION.sum) return [name, sum];
      return [name, aggregation === AGGREGATION.mostRecent ? last : sum / count];
    });
    this.#values = new Map();
    return Object.fromEntries(taken);
  }
}
