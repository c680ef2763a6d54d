/** What TensorBoard shows of a training: the tags of ML-Agents, so that the curves of both lie in one diagram. */

import type { Evaluation } from '../../evaluate/score.ts';
import { aggregated } from '../collect/statistics.ts';
import { type IterationMetrics, type MetricRow, metricsTable } from './metrics-table.ts';
import { momentsOf } from './moments.ts';
import type { SummaryPeriod, Weighed } from './summary.ts';
import type { Value } from './tensorboard/event.ts';
import { histogramOf } from './tensorboard/histogram.ts';

/**
 * The numbers of an iteration that summaries gather, by tag; `clock` has those that no checkpoint keeps, for they are never
 * the same again.
 */
export function taggedNumbers(metrics: IterationMetrics): Record<'exact' | 'clock', Record<string, Weighed>> {
  const tagged = { exact: {} as Record<string, Weighed>, clock: {} as Record<string, Weighed> };
  for (const [name, { tag, over }] of Object.entries<MetricRow>(metricsTable)) {
    const value = metrics[name as keyof IterationMetrics];
    if (tag === undefined || over === 'own' || value === undefined || value === null) continue;
    const weight = over === 'episodes' ? metrics.episodes : over === 'seconds' ? metrics.seconds.all : 1;
    const into = over === 'seconds' ? tagged.clock : tagged.exact;
    const numbers = typeof value === 'object' ? Object.entries<number>(value as object as Record<string, number>) : [];
    if (typeof value === 'number') into[tag] = { sum: value * weight, weight };
    for (const [each, number] of numbers) into[`${tag}/${each}`] = { sum: number * weight, weight };
  }
  return tagged;
}

/** @param rewardStrength what rewards are multiplied by before anything is learnt from them. */
export function taggedValues({ rewards, lengths, means, statistics }: SummaryPeriod, rewardStrength: number): Value[] {
  const numbers = [...Object.entries(means), ...Object.entries(aggregated(statistics))];
  const values: Value[] = numbers.map(([tag, value]) => ({ tag, value }));
  const reward = momentsOf(rewards)?.mean;
  if (reward !== undefined) {
    values.push(
      { tag: 'Environment/Cumulative Reward', value: reward },
      { tag: 'Environment/Cumulative Reward_hist', value: histogramOf(rewards) },
      { tag: 'Environment/Episode Length', value: lengthAsShown(momentsOf(lengths)!.mean) },
      { tag: 'Policy/Extrinsic Reward', value: reward * rewardStrength },
    );
  }
  return values;
}

/** ML-Agents counts the steps of an episode that another one follows in it: one less than its decisions (`AgentProcessor`). */
function lengthAsShown(decisions: number): number {
  return decisions - 1;
}

/** @param lessons the number of each environment parameter's lesson, from 0. */
export function taggedLessons(lessons: IterationMetrics['lessons']): Value[] {
  return Object.entries(lessons).map(([name, value]) => ({ tag: `Environment/Lesson Number/${name}`, value }));
}

/** ML-Agents evaluates nothing, so these tags are ours; lengths are counted as in `Environment/Episode Length`. */
export function taggedEvaluation({ reward, episodeLength, fallShare, conditions }: Evaluation): Value[] {
  return [
    { tag: 'Evaluation/Cumulative Reward', value: reward },
    { tag: 'Evaluation/Episode Length', value: lengthAsShown(episodeLength) },
    { tag: 'Evaluation/Fall Share', value: fallShare },
    ...conditions.map(({ name, reward: each }) => ({ tag: `Evaluation/Cumulative Reward, ${name}`, value: each })),
  ];
}

/** Settings as ML-Agents writes them for its text tab: a line each, what is inside others set in. */
export function settingsText(settings: object, depth = 0): string {
  const lines = Object.entries(settings)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => {
      const inside = typeof value === 'object' && value !== null && !Array.isArray(value);
      const told = inside
        ? `\n${settingsText(value, depth + 1)}`
        : Array.isArray(value)
          ? JSON.stringify(value)
          : value;
      return `\t${'  '.repeat(depth)}${name}:\t${told}`;
    });
  return lines.join('\n');
}
