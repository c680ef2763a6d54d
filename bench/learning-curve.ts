/** A training from scratch, looked at: its reward against decisions and against the clock, when it came to what, and as a table. */
import type { IterationMetrics } from '../train/keep/metrics-table.ts';

/** A stretch of a training: all the episodes that ended in it. */
export interface CurvePoint {
  /** Decisions at its end. */
  readonly step: number;
  /** Since the first decision, updates and evaluations included. */
  readonly seconds: number;
  /** Mean of an episode, by the task alone; null where none ended. */
  readonly reward: number | null;
  /** Mean of an episode, in decisions. */
  readonly decisions: number | null;
}

export interface LearningRun {
  readonly seed: number;
  readonly curve: readonly CurvePoint[];
  /** Seconds after which a hundred episodes in a row, those of whole iterations, first earned so much on average; null: they did not. */
  readonly reached: readonly { readonly reward: number; readonly seconds: number | null }[];
  /** Held-out, over all of Unity's target speeds, as often as the configuration asks for it. */
  readonly evaluations: readonly {
    readonly step: number;
    readonly reward: number;
    readonly reward_ci95: number;
    readonly falls_share: number;
  }[];
}

/** What an iteration tells, and the seconds from the first decision to its end. */
export type TimedIteration = Pick<IterationMetrics, 'step' | 'episodes' | 'reward' | 'taskReward' | 'episodeLength'> & {
  readonly elapsed: number;
};

/** By the task alone, whatever terms have a weight: standing still may earn much by those. */
const ofTask = ({ taskReward, reward }: TimedIteration) => taskReward ?? reward;

/** Rewards of an episode whose minute is told: a gait that a game could use, and one that gets far. */
const goals = [150, 500];

/** Episodes that have to earn them on average. */
const enough = 100;

/** When a training first earned each of the goals. */
export function reachedBy(iterations: readonly TimedIteration[]): LearningRun['reached'] {
  return goals.map((reward) => {
    const there = iterations.find((_, index) => {
      let [episodes, total] = [0, 0];
      for (let back = index; back >= 0 && episodes < enough; back--) {
        const iteration = iterations[back]!;
        episodes += iteration.episodes;
        total += iteration.episodes * (ofTask(iteration) ?? 0);
      }
      return episodes >= enough && total / episodes >= reward;
    });
    return { reward, seconds: there?.elapsed ?? null };
  });
}

/** Parts a training into stretches of as many decisions each; those that it did not come to are left out. */
export function curveOf(iterations: readonly TimedIteration[], maxSteps: number, points: number): CurvePoint[] {
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
      reward: mean(ofTask),
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
  const minutes = goals.map((reward, goal) => {
    const each = runs.map(({ seed, reached }) => {
      const { seconds } = reached[goal]!;
      return `seed ${seed} ${seconds === null ? 'never' : `after ${(seconds / 60).toFixed(1)} min`}`;
    });
    return `  ${reward} earned by ${enough} episodes in a row: ${each.join(', ')}`;
  });
  const title = `${config} (rewards of an episode by the task alone, at the target speeds of the lesson, their mean first; its length in decisions)`;
  return [title, head, ...rows, ...minutes, ...evaluations].join('\n');
}
