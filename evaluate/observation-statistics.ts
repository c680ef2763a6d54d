/**
 * The observations' means and deviations, next to those that an ML-Agents file's normaliser saw.
 *
 * The normaliser saw target speeds in the proportion in which its episodes lasted; here they last otherwise. So statistics
 * are kept by target speed, and the speeds are weighted so that the mean goal speed is the normaliser's.
 */
import { observationNames } from '../envs/walker/observation.ts';
import { walkerRig } from '../envs/walker/rig.ts';
import type { Normalizer } from './policy-graph.ts';
import { RunningStatistics, type Sums } from './running-statistics.ts';

export interface ObservationDifference {
  readonly name: string;
  readonly mean: number;
  readonly unity_mean: number;
  readonly deviation: number;
  readonly unity_deviation: number;
  /** Difference of the means in Unity's standard deviations. */
  readonly shift: number;
}

/** Off by more than this is told: means in Unity's deviations, deviations as a share of Unity's. */
export const tolerance = { shift: 0.35, deviation: 0.2 } as const;

/** Width of a bin of target speeds, m/s, and how many there are. */
const bin = { width: 0.5, count: 40 };

/** Gathers observations by target speed. */
export class ObservationStatistics {
  readonly #names: readonly string[];
  readonly #goalSpeed: number;
  readonly #bins: readonly RunningStatistics[];

  /** @param names of the observations. */
  constructor(names: readonly string[] = observationNames(walkerRig)) {
    this.#names = names;
    this.#goalSpeed = names.indexOf('goal velocity z');
    this.#bins = Array.from({ length: bin.count }, () => new RunningStatistics(names.length));
  }

  /** @param observed in an episode at this target speed, m/s. */
  add(targetSpeed: number, observed: Sums): void {
    this.#bins[Math.min(bin.count - 1, Math.floor(targetSpeed / bin.width))]!.merge(observed);
  }

  /** Every observation next to the normaliser's, least like it first. */
  differencesFrom(normalizer: Normalizer): ObservationDifference[] {
    const weights = this.#weightsFor(normalizer.mean[this.#goalSpeed]!);
    const rows = this.#names.map((name, which): ObservationDifference => {
      const { mean, deviation } = this.#weighted(weights, which);
      const unityMean = normalizer.mean[which]!;
      const unityDeviation = normalizer.deviation[which]!;
      const shift = (mean - unityMean) / unityDeviation;
      return { name, mean, unity_mean: unityMean, deviation, unity_deviation: unityDeviation, shift };
    });
    return rows.sort((a, b) => badness(b) - badness(a));
  }

  /** Weights of the bins, exp(a x speed) each, with the a at which the mean goal speed is the wanted one. */
  #weightsFor(wanted: number): number[] {
    const weigh = (slope: number) => {
      const raw = this.#bins.map(({ rows }, which) => rows * Math.exp(slope * (which + 0.5) * bin.width));
      const sum = raw.reduce((total, weight) => total + weight, 0);
      return raw.map((weight) => weight / sum);
    };
    let [low, high] = [-5, 5];
    for (let halving = 0; halving < 60; halving++) {
      const middle = (low + high) / 2;
      if (this.#weighted(weigh(middle), this.#goalSpeed).mean < wanted) low = middle;
      else high = middle;
    }
    return weigh(low);
  }

  #weighted(weights: readonly number[], which: number): { mean: number; deviation: number } {
    let mean = 0;
    let square = 0;
    this.#bins.forEach((statistics, at) => {
      mean += weights[at]! * statistics.mean[which]!;
      square += weights[at]! * (statistics.variance(which) + statistics.mean[which]! ** 2);
    });
    return { mean, deviation: Math.sqrt(Math.max(0, square - mean * mean)) };
  }
}

/** Whether a row is off by more than the tolerance; what never moves in Unity is not judged. */
export function isOff({ shift, deviation, unity_deviation: unity }: ObservationDifference): boolean {
  if (unity < 1e-3) return false;
  return Math.abs(shift) > tolerance.shift || Math.abs(deviation / unity - 1) > tolerance.deviation;
}

/** How unlike two distributions are, by mean or by width; what never moves in Unity is not judged. */
function badness({ shift, deviation, unity_deviation: unity }: ObservationDifference): number {
  if (unity < 1e-3) return 0;
  return Math.abs(shift) + Math.abs(Math.log((deviation + 1e-3) / unity));
}
