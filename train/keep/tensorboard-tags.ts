/** What TensorBoard shows of a training: the tags of ML-Agents, so that the curves of both lie in one diagram. */

import type { Evaluation } from '../../evaluate/score.ts';
import { numbersOf } from '../collect/statistics.ts';
import type { IterationMetrics } from './metrics.ts';
import { type SummaryPeriod, statisticsOf } from './summary.ts';
import type { Value } from './tensorboard/event.ts';
import { histogramOf } from './tensorboard/histogram.ts';

/** Tags of numbers that each iteration has; under `Gaitsmith/` stands what ML-Agents has no tag for. */
const ITERATION_TAGS: Readonly<Record<string, (metrics: IterationMetrics) => number>> = {
  'Losses/Policy Loss': ({ absolutePolicyLoss }) => absolutePolicyLoss,
  'Losses/Value Loss': ({ valueLoss }) => valueLoss,
  'Policy/Beta': ({ beta }) => beta,
  'Policy/Entropy': ({ entropy }) => entropy,
  'Policy/Epsilon': ({ epsilon }) => epsilon,
  'Policy/Extrinsic Value Estimate': ({ valueEstimate }) => valueEstimate,
  'Policy/Learning Rate': ({ learningRate }) => learningRate,
  'Gaitsmith/Blow-ups': ({ blowUps }) => blowUps,
  'Gaitsmith/Divergence': ({ divergence }) => divergence,
  'Gaitsmith/Sigma': ({ sigma }) => sigma,
};

/** The numbers of an iteration that summaries gather, by tag. */
export function taggedNumbers(metrics: IterationMetrics): Record<string, number> {
  return Object.fromEntries(Object.entries(ITERATION_TAGS).map(([tag, numberOf]) => [tag, numberOf(metrics)]));
}

/** @param rewardStrength what rewards are multiplied by before anything is learnt from them. */
export function taggedValues({ rewards, lengths, means, statistics }: SummaryPeriod, rewardStrength: number): Value[] {
  const numbers = [...Object.entries(means), ...Object.entries(numbersOf(statistics))];
  const values: Value[] = numbers.map(([tag, value]) => ({ tag, value }));
  const reward = statisticsOf(rewards)?.mean;
  if (reward !== undefined) {
    values.push(
      { tag: 'Environment/Cumulative Reward', value: reward },
      { tag: 'Environment/Cumulative Reward_hist', value: histogramOf(rewards) },
      { tag: 'Environment/Episode Length', value: statisticsOf(lengths)!.mean },
      { tag: 'Policy/Extrinsic Reward', value: reward * rewardStrength },
    );
  }
  return values;
}

/** @param lessons the number of each environment parameter's lesson, from 0. */
export function taggedLessons(lessons: IterationMetrics['lessons']): Value[] {
  return Object.entries(lessons).map(([name, value]) => ({ tag: `Environment/Lesson Number/${name}`, value }));
}

/** ML-Agents evaluates nothing, so these tags are ours. */
export function taggedEvaluation({ reward, episodeLength, fallShare, conditions }: Evaluation): Value[] {
  return [
    { tag: 'Evaluation/Cumulative Reward', value: reward },
    { tag: 'Evaluation/Episode Length', value: episodeLength },
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
