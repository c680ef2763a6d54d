/** Trains with one seed, here or elsewhere, for `bench -- learn`. */
import type { Dispatcher } from '../fleet/dispatcher.ts';
import type { Configuration } from '../train/configuration/read.ts';
import { configurationAsYaml } from '../train/configuration/write.ts';
import type { EvaluationMetrics } from '../train/keep/metrics.ts';
import type { IterationMetrics } from '../train/keep/metrics-table.ts';
import { curveOf, type LearningRun, reachedBy, type TimedIteration } from './learning-curve.ts';
import { shortTraining } from './short-training.ts';

export interface LearningOptions {
  readonly configuration: Configuration;
  readonly seed: number;
  readonly maxSteps: number;
  readonly workers: number;
  /** Points of the curve. */
  readonly points: number;
  readonly onProgress: (step: number) => void;
  readonly signal: AbortSignal;
}

/** Trains once, from nothing learnt, and leaves nothing behind. */
export async function learn(options: LearningOptions): Promise<LearningRun> {
  const { configuration, seed, maxSteps, workers, points, onProgress, signal } = options;
  const iterations: TimedIteration[] = [];
  let began = 0;
  const evaluations = await shortTraining({
    configuration,
    maxSteps,
    seed,
    agents: configuration.behavior.gaitsmith.agents,
    workers,
    signal,
    iteration: (metrics) => {
      began ||= performance.now() - 1000 * metrics.seconds.all;
      iterations.push({ ...metrics, elapsed: (performance.now() - began) / 1000 });
      onProgress(metrics.step);
    },
  });
  return {
    seed,
    curve: curveOf(iterations, maxSteps, points),
    reached: reachedBy(iterations),
    evaluations: evaluations.map(({ step, evaluation: { reward, rewardInterval, fallShare } }) => ({
      step,
      reward,
      reward_ci95: rewardInterval,
      falls_share: fallShare,
    })),
  };
}

/** The same as `learn`, by whoever does jobs. Its seconds are those of the iterations alone, wherever they were. */
export async function learnElsewhere(
  dispatcher: Dispatcher,
  { configuration, seed, maxSteps, points, onProgress, signal }: Omit<LearningOptions, 'workers'>,
): Promise<LearningRun> {
  const { behavior } = configuration;
  const settings = { ...behavior, max_steps: Math.max(maxSteps, behavior.max_steps), init_path: null };
  const { value, files } = await dispatcher.dispatch(
    'train',
    {
      configuration: configurationAsYaml({ ...configuration, behavior: settings, seed }),
      file: 'bench',
      character: null,
      commit: null,
      seed,
      start: null,
      until: maxSteps,
    },
    { signal, onProgress: ({ done }) => onProgress(done) },
  );
  const lines = Buffer.from(files['metrics.jsonl']!).toString().split('\n').filter(Boolean);
  const told = lines.map((line): IterationMetrics | EvaluationMetrics => JSON.parse(line));
  let elapsed = 0;
  const iterations = told.flatMap((metrics): TimedIteration[] => {
    if ('evaluation' in metrics) return [];
    elapsed += metrics.seconds.all;
    return [{ ...metrics, elapsed }];
  });
  const evaluations = value.evaluations.map(({ step, reward, rewardInterval, fallShare }) => ({
    step,
    reward,
    reward_ci95: rewardInterval,
    falls_share: fallShare,
  }));
  return { seed, curve: curveOf(iterations, maxSteps, points), reached: reachedBy(iterations), evaluations };
}
