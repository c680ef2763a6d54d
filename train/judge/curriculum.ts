/**
 * The lessons that environment parameters are in, and when the next ones begin.
 *
 * Source: ML-Agents' `EnvironmentParameterManager` and `CompletionCriteriaSettings.need_increment`. There the criteria are
 * looked at after every step of the environment; here once an iteration, since a new lesson can begin nowhere else. So what
 * is smoothed is the measure of one iteration with those before.
 *
 * A lesson is measured by what was lived in it alone. ML-Agents drops the rewards of before when a lesson changes, and so
 * does this. It still counts episodes that were under way by then, and its smoothing goes on from the lesson before, at first
 * from 0. There that is gone within a few steps of the environment; here, once an iteration, an easy lesson would lend a hard
 * one a quarter of its reward, and each agent one whole episode: with 32 agents, a third of a lesson of 100 episodes. So
 * neither counts here: an episode belongs to the lesson it began in, and smoothing begins anew with each.
 */

import { UserError } from '../../base/failure/user-error.ts';
import type { Episode, ParameterValue, ParameterValues } from '../../envs/env.ts';
import {
  type CompletionCriteria,
  type EnvironmentParameters,
  type Lesson,
  lessonsOf,
} from '../configuration/environment-parameters.ts';

/** What a checkpoint keeps. */
export interface CurriculumState {
  /**
   * By parameter: the lesson it is in, from 0, and the measure that `signal_smoothing` goes on from; null where nothing was
   * measured in it yet.
   */
  readonly parameters: Readonly<Record<string, { readonly lesson: number; readonly smoothed: number | null }>>;
  /** Rewards of the last episodes since a lesson changed, the latest at the end. */
  readonly rewards: readonly number[];
  /** By agent: the number of an episode that is under way since before a lesson changed; absent where none is. */
  readonly begunBefore?: Readonly<Record<string, number>>;
}

/** That a lesson has changed. */
export interface LessonChange {
  /** In ML-Agents' words, one for each parameter that has changed. */
  readonly lines: readonly string[];
  /** Whether every episode is to be started anew. */
  readonly reset: boolean;
}

interface Course {
  readonly parameter: string;
  readonly lessons: readonly Lesson[];
  lesson: number;
  smoothed: number | null;
}

export class Curriculum {
  readonly #courses: readonly Course[];
  /** Episodes whose rewards count: as many as the longest of all lessons asks for. */
  readonly #window: number;
  #rewards: readonly number[];
  /** By agent: the number of the episode it is in; whom nothing was heard of yet is in the first, or in one after a reset. */
  readonly #running: Map<number, number>;
  #resets = 0;
  /** By agent: of the lesson before; what is not yet known of at a change is, too. */
  #begunBefore: Map<number, number>;
  #unknownBegunBefore = -1;

  /**
   * @param running the number of the episode that each agent is in, where a world is known so well; then those of the saved
   *   state go on.
   * @throws UserError where a parameter was saved in a lesson that it doesn't have.
   */
  constructor(parameters: EnvironmentParameters, saved?: CurriculumState, running?: readonly number[]) {
    this.#courses = Object.entries(parameters).map(([parameter, settings]) => {
      const lessons = lessonsOf(parameter, settings);
      const { lesson, smoothed } = saved?.parameters[parameter] ?? { lesson: 0, smoothed: null };
      if (lesson >= lessons.length) throw tooFar(parameter, lesson, lessons);
      return { parameter, lessons, lesson, smoothed };
    });
    const lengths = this.#courses.flatMap(({ lessons }) =>
      lessons.map(({ completion_criteria }) => completion_criteria?.min_lesson_length ?? 0),
    );
    this.#window = Math.max(1, ...lengths);
    this.#rewards = saved?.rewards ?? [];
    this.#running = new Map(running?.entries());
    const begunBefore = running ? Object.entries(saved?.begunBefore ?? {}) : [];
    this.#begunBefore = new Map(begunBefore.map(([agent, episode]) => [Number(agent), episode]));
  }

  /** What the parameters are in their present lessons. */
  values(): ParameterValues {
    return Object.fromEntries(
      this.#courses.map(({ parameter, lessons, lesson }) => [parameter, lessons[lesson]!.value]),
    );
  }

  /** The number of each parameter's lesson, from 0. */
  lessons(): Record<string, number> {
    return Object.fromEntries(this.#courses.map(({ parameter, lesson }) => [parameter, lesson]));
  }

  /** Where each parameter stands, in ML-Agents' words. */
  lines(): string[] {
    return this.#courses.map(told);
  }

  /** What is in the settings and has no effect. */
  warnings(): string[] {
    return this.#courses.flatMap(({ parameter, lessons }) => {
      const { name, completion_criteria } = lessons.at(-1)!;
      return completion_criteria
        ? [`The completion_criteria of '${name}', the last lesson of '${parameter}', are ignored.`]
        : [];
    });
  }

  /**
   * Takes in the episodes that have ended and moves on each parameter whose lesson is over, by one lesson.
   *
   * @param episodes in the order in which they ended.
   * @param progress the share of max_steps that is done.
   * @returns what has changed, if anything.
   */
  advance(episodes: readonly Episode[], progress: number): LessonChange | undefined {
    const counted = episodes.filter((episode) => this.#hasBegunInLesson(episode));
    this.#rewards = [...this.#rewards, ...counted.map(({ reward }) => reward)].slice(-this.#window);
    const over = this.#courses.filter((course) => this.#isOver(course, progress));
    if (over.length === 0) return undefined;
    const reset = over.some(({ lessons, lesson }) => lessons[lesson]!.completion_criteria!.require_reset);
    for (const course of over) course.lesson += 1;
    this.#measureAnew(reset);
    return { lines: over.map(told), reset };
  }

  /** Whether an episode that has ended began since a lesson changed last; from now on its agent is in the next one. */
  #hasBegunInLesson({ agent, episode }: Episode): boolean {
    const before = this.#begunBefore.get(agent) ?? (this.#running.has(agent) ? -1 : this.#unknownBegunBefore);
    this.#running.set(agent, episode + 1);
    if (episode >= before) this.#begunBefore.delete(agent);
    return episode > before;
  }

  /** What was measured was of another world, also for the parameters that have not changed. */
  #measureAnew(reset: boolean): void {
    this.#rewards = [];
    for (const course of this.#courses) course.smoothed = null;
    if (reset) {
      // The episodes under way are dropped, and each agent is in the one after.
      for (const [agent, episode] of this.#running) this.#running.set(agent, episode + 1);
      this.#resets += 1;
    }
    this.#begunBefore = reset ? new Map() : new Map(this.#running);
    this.#unknownBegunBefore = reset ? -1 : this.#resets;
  }

  /** What a checkpoint keeps; nothing where there is but one lesson for all. */
  state(): CurriculumState | undefined {
    if (this.#courses.every(({ lessons }) => lessons.length === 1)) return undefined;
    return {
      parameters: Object.fromEntries(
        this.#courses.map(({ parameter, lesson, smoothed }) => [parameter, { lesson, smoothed }]),
      ),
      rewards: this.#rewards,
      ...(this.#begunBefore.size > 0 ? { begunBefore: Object.fromEntries(this.#begunBefore) } : {}),
    };
  }

  #isOver(course: Course, progress: number): boolean {
    const criteria = course.lessons[course.lesson]!.completion_criteria;
    const isLast = course.lesson === course.lessons.length - 1;
    if (!criteria || isLast || this.#rewards.length < criteria.min_lesson_length) return false;
    if (criteria.measure === 'progress') return progress > criteria.threshold;
    if (this.#rewards.length === 0) return false;
    const measure = this.#measured(criteria, course.smoothed);
    if (criteria.signal_smoothing) course.smoothed = measure;
    return measure > criteria.threshold;
  }

  #measured({ signal_smoothing }: CompletionCriteria, before: number | null): number {
    const mean = this.#rewards.reduce((sum, reward) => sum + reward, 0) / this.#rewards.length;
    return signal_smoothing && before !== null ? 0.25 * before + 0.75 * mean : mean;
  }
}

function told({ parameter, lessons, lesson }: Course): string {
  const { name, value } = lessons[lesson]!;
  return `Parameter '${parameter}' is in lesson '${name}' and has value '${valueText(value)}'.`;
}

/** A value as ML-Agents prints it, which is as Python does. */
function valueText(value: ParameterValue): string {
  const float = (number: number) => (Number.isInteger(number) ? `${number}.0` : String(number));
  if (typeof value === 'number') return `Float: value=${float(value)}`;
  switch (value.sampler_type) {
    case 'uniform': {
      const { min_value, max_value } = value.sampler_parameters;
      return `Uniform sampler: min=${float(min_value)}, max=${float(max_value)}`;
    }
    case 'gaussian': {
      const { mean, st_dev } = value.sampler_parameters;
      return `Gaussian sampler: mean=${float(mean)}, stddev=${float(st_dev)}`;
    }
    case 'multirangeuniform': {
      const { intervals } = value.sampler_parameters;
      const pairs = intervals.map(([low, high]) => `(${float(low)}, ${float(high)})`);
      return `MultiRangeUniform sampler: intervals=[${pairs.join(', ')}]`;
    }
  }
}

function tooFar(parameter: string, lesson: number, { length }: readonly Lesson[]): UserError {
  return new UserError({
    what: 'the checkpoint is in a lesson that the configuration no longer has',
    where: `environment_parameters.${parameter}`,
    value: lesson + 1,
    expected: `one of its ${length}`,
    mend: 'resume with the lessons it was made with, or name another run with --run-id',
  });
}
