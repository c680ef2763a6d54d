/** What TensorBoard shows of a training: the tags of ML-Agents, so that the curves of both lie in one diagram. */

import type { Evaluation } from '../../evaluate/score.ts';
import { aggregated } from '../collect/statistics.ts';
import type { IterationMetrics } from './metrics.ts';
import { momentsOf, type SummaryPeriod } from './summary.ts';
import type { Value } from './tensorboard/event.ts';
import { histogramOf } from './tensorboard/histogram.ts';

type Tags = Readonly<Record<string, (metrics: IterationMetrics) => number>>;

/** Tags of numbers that each iteration has; under `Gaitsmith/` stands what ML-Agents has no tag for. */
const ITERATION_TAGS: Tags = {
  'Losses/Policy Loss': ({ absolutePolicyLoss }) => absolutePolicyLoss,
  'Policy/Beta': ({ beta }) => beta,
  'Policy/Entropy': ({ entropy }) => entropy,
  'Policy/Epsilon': ({ epsilon }) => epsilon,
  'Policy/Learning Rate': ({ learningRate }) => learningRate,
  'Gaitsmith/Action Std': ({ actionStd }) => actionStd,
  'Gaitsmith/Blow-ups': ({ blowUps }) => blowUps,
  'Gaitsmith/KL': ({ kl }) => kl,
};

/** Of the critic, where rewards count as the world pays them, */
const VALUE_TAGS: Tags = {
  'Losses/Value Loss': ({ valueLoss }) => valueLoss,
  'Policy/Extrinsic Value Estimate': ({ valueEstimate }) => valueEstimate,
};

/** and where they are divided by their scale, which ML-Agents doesn't do: no curve of its own compares with these. */
const NORMALISED_VALUE_TAGS: Tags = {
  'Gaitsmith/Reward Scale': ({ rewardScale }) => rewardScale!,
  'Gaitsmith/Value Estimate (normalised rewards)': ({ valueEstimate }) => valueEstimate,
  'Gaitsmith/Value Loss (normalised rewards)': ({ valueLoss }) => valueLoss,
};

/** The numbers of an iteration that summaries gather, by tag. */
export function taggedNumbers(metrics: IterationMetrics): Record<string, number> {
  const values = metrics.rewardScale === undefined ? VALUE_TAGS : NORMALISED_VALUE_TAGS;
  const tags = Object.entries({ ...ITERATION_TAGS, ...values });
  return Object.fromEntries(tags.map(([tag, numberOf]) => [tag, numberOf(metrics)]));
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
