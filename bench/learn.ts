/** How fast a policy learns: the reward of its episodes against decisions and against the clock, for each seed. */
import type { Dispatcher } from '../fleet/dispatcher.ts';
import type { Configuration } from '../train/configuration/read.ts';
import { configurationAsYaml } from '../train/configuration/write.ts';
import type { EvaluationMetrics } from '../train/keep/metrics.ts';
import type { IterationMetrics } from '../train/keep/metrics-table.ts';
import { shortTraining } from './short-training.ts';

/** A stretch of a training: all the episodes that ended in it. */
export interface CurvePoint {
  /** Decisions at its end. */
  readonly step: number;
  /** Since the first decision, updates and evaluations included. */
  readonly seconds: number;
  /** Mean of an episode; null where none ended. */
  readonly reward: number | null;
  /** Mean of an episode, in decisions. */
  readonly decisions: number | null;
}

export interface LearningRun {
  readonly seed: number;
  readonly curve: readonly CurvePoint[];
  /** Held-out, over all of Unity's target speeds, as often as the configuration asks for it. */
  readonly evaluations: readonly {
    readonly step: number;
    readonly reward: number;
    readonly reward_ci95: number;
    readonly falls_share: number;
  }[];
}

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
    evaluations: evaluations.map(({ step, evaluation: { reward, rewardInterval, fallShare } }) => ({
      step,
      reward,
      reward_ci95: rewardInterval,
      falls_share: fallShare,
    })),
  };
}

type TimedIteration = Pick<IterationMetrics, 'step' | 'episodes' | 'reward' | 'episodeLength'> & {
  readonly elapsed: number;
};

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
  return { seed, curve: curveOf(iterations, maxSteps, points), evaluations };
}

/** Parts a training into stretches of as many decisions each; those that it did not come to are left out. */
function curveOf(iterations: readonly TimedIteration[], maxSteps: number, points: number): CurvePoint[] {
  const curve: CurvePoint[] = [];
  let from = 0;
  for (let point = 1; point <= points; point++) {
    const to = iterations.findIndex(({ step }) => step >= (maxSteps * point) / points) + 1;
    if (to === 0) break;
    const stretch = iterations.slice(from, to);
    const last = stretch.at(-1);
    if (!last) continue;
    const mean = (value: (iteration: TimedIteration) => number | null) => {
      const episodes = stretch.reduce((sum, iteration) => sum + iteration.episodes, 0);
      const total = stretch.reduce((sum, iteration) => sum + iteration.episodes * (value(iteration) ?? 0), 0);
      return episodes > 0 ? total / episodes : null;
    };
    curve.push({
      step: last.step,
      seconds: last.elapsed,
      reward: mean(({ reward }) => reward),
      decisions: mean(({ episodeLength }) => episodeLength),
    });
    from = to;
  }
  return curve;
}

/** The curves of a configuration's seeds side by side, with their mean. */
export function printLearning(config: string, runs: readonly LearningRun[]): string {
  const number = (value: number | null | undefined) => (value == null ? '-' : value.toFixed(1)).padStart(8);
  const longest = runs.reduce((most, { curve }) => (curve.length > most.length ? curve : most), runs[0]!.curve);
  const rows = longest.map(({ step }, index) => {
    const at = runs.flatMap(({ curve }) => curve.slice(index, index + 1));
    const mean = (values: readonly (number | null)[]) => {
      const known = values.filter((value) => value !== null);
      return known.length > 0 ? known.reduce((sum, value) => sum + value, 0) / known.length : null;
    };
    return [
      String(step).padStart(10),
      number(mean(at.map(({ seconds }) => seconds / 60))),
      number(mean(at.map(({ reward }) => reward))),
      number(mean(at.map(({ decisions }) => decisions))),
      ...runs.map(({ curve }) => number(curve[index]?.reward)),
    ].join('  ');
  });
  const heads = ['minutes', 'reward', 'length', ...runs.map(({ seed }) => `seed ${seed}`)];
  const head = [' decisions', ...heads.map((name) => name.padStart(8))].join('  ');
  const evaluations = runs.flatMap(({ seed, evaluations }) =>
    evaluations.map(
      ({ step, reward, reward_ci95, falls_share }) =>
        `  seed ${seed}, held-out after ${step}: reward ${reward.toFixed(1)} +- ${reward_ci95.toFixed(1)}, ` +
        `falls in ${Math.round(100 * falls_share)} % of episodes`,
    ),
  );
  const title = `${config} (rewards of an episode at the target speeds of the lesson, their mean first; its length in decisions)`;
  return [title, head, ...rows, ...evaluations].join('\n');
}
