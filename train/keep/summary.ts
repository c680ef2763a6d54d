/** What is gathered of the episodes and updates between two summaries. */
import type { Episode } from '../../envs/env.ts';
import { type Statistics, together } from '../collect/statistics.ts';
import { countBlowUps } from './metrics-table.ts';
import { momentsOf } from './moments.ts';

/** What came together since the last summary: goes into the checkpoint, so that a resumed run sums up the same. */
export interface SummaryState {
  /** Of the episodes that ended, in their order. */
  readonly rewards: readonly number[];
  /** The same in decisions. */
  readonly lengths: readonly number[];
  readonly blowUps: number;
  /** Other numbers, by name: what they add up to, and over how much. */
  readonly numbers: Readonly<Record<string, Weighed>>;
  /** What the world measured; absent in a checkpoint from before it was gathered. */
  readonly statistics?: Statistics;
}

/** A number that counts for so much; of several the sum of both, so that their mean is value / weight. */
export interface Weighed {
  /** Times its weight. */
  readonly sum: number;
  readonly weight: number;
}

/** A period between two summaries, summed up. */
export interface SummaryPeriod extends Pick<SummaryState, 'rewards' | 'lengths' | 'blowUps'> {
  /** The multiple of the frequency that was passed. */
  readonly step: number;
  /** Means of the other numbers over the period. */
  readonly means: Readonly<Record<string, number>>;
  readonly statistics: Statistics;
}

const NOTHING: SummaryState = { rewards: [], lengths: [], blowUps: 0, numbers: {} };

/** Gathers, and sums up each time the step passes a multiple of `frequency`, as ML-Agents does. */
export class PeriodicSummary {
  readonly #frequency: number;
  #next: number;
  #state: SummaryState;

  constructor(frequency: number, step: number, state: SummaryState = NOTHING) {
    this.#frequency = frequency;
    this.#next = this.#boundaryAfter(step);
    // A checkpoint from before numbers had weights begins anew with them.
    this.#state = { ...state, numbers: state.numbers ?? {} };
  }

  get state(): SummaryState {
    return this.#state;
  }

  /**
   * @param numbers of this iteration; one that there is none of is left out.
   * @param measured by the world meanwhile.
   * @returns the period, where it is over.
   */
  add(
    episodes: readonly Episode[],
    numbers: Readonly<Record<string, Weighed>>,
    step: number,
    measured: Statistics = {},
  ): SummaryPeriod | undefined {
    const { rewards, lengths, blowUps, statistics = {} } = this.#state;
    this.#state = {
      rewards: [...rewards, ...episodes.map(({ reward }) => reward)],
      lengths: [...lengths, ...episodes.map(({ decisions }) => decisions)],
      blowUps: blowUps + countBlowUps(episodes),
      numbers: addedUp(this.#state.numbers, numbers),
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
      means: meansOf(over.numbers),
      statistics: over.statistics ?? {},
    };
  }

  #boundaryAfter(step: number): number {
    return (Math.floor(step / this.#frequency) + 1) * this.#frequency;
  }
}

/** Numbers of two stretches as one. */
export function addedUp(
  before: SummaryState['numbers'],
  now: SummaryState['numbers'],
): Readonly<Record<string, Weighed>> {
  const added = Object.entries(now).map(([name, { sum, weight }]) => {
    const earlier = before[name] ?? { sum: 0, weight: 0 };
    return [name, { sum: earlier.sum + sum, weight: earlier.weight + weight }];
  });
  return { ...before, ...Object.fromEntries(added) };
}

export function meansOf(numbers: SummaryState['numbers']): Record<string, number> {
  return Object.fromEntries(Object.entries(numbers).map(([name, { sum, weight }]) => [name, sum / weight]));
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
