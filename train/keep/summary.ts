/** What is gathered of the episodes and updates between two summaries. */
import type { Episode } from '../../envs/env.ts';
import { type Statistics, together } from '../collect/statistics.ts';

/** Mean and population deviation; undefined where there is no value. */
export function momentsOf(values: readonly number[]): { mean: number; deviation: number } | undefined {
  if (values.length === 0) return undefined;
  const meanOf = (each: readonly number[]) => each.reduce((sum, value) => sum + value, 0) / each.length;
  const mean = meanOf(values);
  return { mean, deviation: Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2))) };
}

/** How many of the episodes were cut off because the world's physics blew up. */
export function countBlowUps(episodes: readonly Episode[]): number {
  return episodes.reduce((sum, { details }) => sum + (details['blowUps'] ?? 0), 0);
}

/** What came together since the last summary: goes into the checkpoint, so that a resumed run sums up the same. */
export interface SummaryState {
  /** Of the episodes that ended, in their order. */
  readonly rewards: readonly number[];
  /** The same in decisions. */
  readonly lengths: readonly number[];
  readonly blowUps: number;
  /** Other numbers, one of each iteration, by name. */
  readonly sums: Readonly<Record<string, number>>;
  readonly iterations: number;
  /** What the world measured; absent in a checkpoint from before it was gathered. */
  readonly statistics?: Statistics;
}

/** A period between two summaries, summed up. */
export interface SummaryPeriod extends Pick<SummaryState, 'rewards' | 'lengths' | 'blowUps'> {
  /** The multiple of the frequency that was passed. */
  readonly step: number;
  /** Means of the other numbers over the period's iterations. */
  readonly means: Readonly<Record<string, number>>;
  readonly statistics: Statistics;
}

const NOTHING: SummaryState = { rewards: [], lengths: [], blowUps: 0, sums: {}, iterations: 0 };

/** Gathers, and sums up each time the step passes a multiple of `frequency`, as ML-Agents does. */
export class PeriodicSummary {
  readonly #frequency: number;
  #next: number;
  #state: SummaryState;

  constructor(frequency: number, step: number, state: SummaryState = NOTHING) {
    this.#frequency = frequency;
    this.#next = this.#boundaryAfter(step);
    this.#state = state;
  }

  get state(): SummaryState {
    return this.#state;
  }

  /**
   * @param numbers of this iteration; always the same names.
   * @param measured by the world meanwhile.
   * @returns the period, where it is over.
   */
  add(
    episodes: readonly Episode[],
    numbers: Readonly<Record<string, number>>,
    step: number,
    measured: Statistics = {},
  ): SummaryPeriod | undefined {
    const { rewards, lengths, blowUps, sums, iterations, statistics = {} } = this.#state;
    // A checkpoint may be from before a number had its name.
    const goesOn = Object.keys(numbers).every((name) => name in sums);
    this.#state = {
      rewards: [...rewards, ...episodes.map(({ reward }) => reward)],
      lengths: [...lengths, ...episodes.map(({ decisions }) => decisions)],
      blowUps: blowUps + countBlowUps(episodes),
      sums: Object.fromEntries(
        Object.entries(numbers).map(([name, value]) => [name, (goesOn ? sums[name]! : 0) + value]),
      ),
      iterations: goesOn ? iterations + 1 : 1,
      statistics: together(statistics, measured),
    };
    if (step < this.#next) return undefined;
    const boundary = this.#boundaryAfter(step) - this.#frequency;
    const over = this.#state;
    this.#state = NOTHING;
    this.#next = boundary + this.#frequency;
    return {
      step: boundary,
      rewards: over.rewards,
      lengths: over.lengths,
      blowUps: over.blowUps,
      means: Object.fromEntries(Object.entries(over.sums).map(([name, sum]) => [name, sum / over.iterations])),
      statistics: over.statistics ?? {},
    };
  }

  #boundaryAfter(step: number): number {
    return (Math.floor(step / this.#frequency) + 1) * this.#frequency;
  }
}

/** The period in the words of ML-Agents' log. @param elapsed seconds since training began. */
export function summaryLine(behaviorName: string, { step, rewards, blowUps }: SummaryPeriod, elapsed: number): string {
  const moments = momentsOf(rewards);
  const outcome = moments
    ? `Mean Reward: ${moments.mean.toFixed(3)}. Std of Reward: ${moments.deviation.toFixed(3)}.`
    : 'No episode was completed since last summary.';
  const warning = blowUps > 0 ? ` Episodes cut off because physics blew up: ${blowUps}.` : '';
  return `${behaviorName}. Step: ${step}. Time Elapsed: ${elapsed.toFixed(3)} s. ${outcome}${warning} Training.`;
}
