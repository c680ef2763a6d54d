/**
 * `environment_parameters` of a configuration: numbers, samplers and curricula in ML-Agents' schema, defaults spelled out.
 *
 * Source: `EnvironmentParameterSettings` of ML-Agents 1.1. Which parameters a world has, and in which range, it says itself.
 */
import { z } from 'zod';
import { nearestName } from '../../base/failure/nearest-name.ts';
import { UserError } from '../../base/failure/user-error.ts';
import type { ParameterValue, ParameterValues, Sampler } from '../../envs/env.ts';

/** By name: one value, or one after the other. */
export type EnvironmentParameters = Readonly<Record<string, ParameterSettings>>;
export type ParameterSettings = ParameterValue | { readonly curriculum: readonly Lesson[] };

export interface Lesson {
  readonly name: string;
  /** When it is over; the last lesson needs none, and one that it has is ignored. */
  readonly completion_criteria?: CompletionCriteria;
  readonly value: ParameterValue;
}

export type CompletionCriteria = z.infer<typeof criteriaSchema>;

/** Says that a world refuses a value of a parameter. @throws UserError */
export type ParameterCheck = (name: string, value: ParameterValue) => void;

/** A configuration file: what checks a part of it, and tells where it stands. */
interface Source {
  check<Schema extends z.ZodType>(schema: Schema, value: unknown, toFile: (inside: Path) => Path): z.output<Schema>;
  place(path: Path): string;
}
type Path = readonly PropertyKey[];

const block = z.record(z.string(), z.unknown());
const seed = () => z.int().min(-1).default(-1).describe("-1: the run's");

const samplerSchema = z.strictObject({
  sampler_type: z.enum(['uniform', 'gaussian', 'multirangeuniform', 'constant']),
  sampler_parameters: block,
});

/** What stands under `sampler_parameters`, by `sampler_type`. */
const samplerParameters = {
  uniform: z
    .strictObject({ seed: seed(), min_value: z.number().default(0), max_value: z.number().default(1) })
    .refine(({ min_value, max_value }) => min_value <= max_value, {
      path: ['min_value'],
      error: 'the least value (min_value) is above the greatest (max_value)',
    }),
  gaussian: z.strictObject({
    seed: seed(),
    mean: z.number().default(1),
    st_dev: z.number().nonnegative().default(1),
  }),
  multirangeuniform: z.strictObject({
    seed: seed(),
    intervals: z
      .custom<[low: number, high: number][]>(areIntervals, {
        error: 'intervals are a list of [least, greatest], such as [[7, 10], [15, 20]]',
      })
      .refine((intervals) => intervals.some(([low, high]) => low < high), {
        error: 'none of the intervals has any length; for one value write a number',
      })
      .default([[0, 1]]),
  }),
  constant: z.strictObject({ seed: seed(), value: z.number().default(0) }),
};

const curriculumSchema = z.strictObject({
  curriculum: z.array(block).refine((lessons) => lessons.length > 0, { error: 'a curriculum without a lesson' }),
});

const lessonSchema = z.strictObject({
  // A name may be spelled as a number.
  name: z.union([z.string(), z.number()], { error: 'a name' }).transform(String),
  completion_criteria: block.nullish(),
  value: z.unknown().optional(),
});

const criteriaSchema = z
  .strictObject({
    behavior: z.string().describe('whose progress counts'),
    measure: z
      .enum(['reward', 'progress'])
      .default('reward')
      .describe('the mean reward of the last episodes, or the share of max_steps that is done'),
    min_lesson_length: z.int().nonnegative().default(0).describe('episodes that must have ended before'),
    signal_smoothing: z.boolean().default(true).describe('a quarter of the measure is what it was before'),
    threshold: z.number().default(0).describe('above it the lesson is over'),
    require_reset: z.boolean().default(false).describe('start every episode anew with the next lesson'),
  })
  .refine(({ measure, threshold }) => measure !== 'progress' || (threshold >= 0 && threshold <= 1), {
    path: ['threshold'],
    error: 'progress is a share of max_steps, so its threshold lies from 0 to 1',
  });

/**
 * Checks the section and fills in its defaults.
 *
 * @param section what the file has under `environment_parameters`.
 * @param behaviors those whose progress a curriculum may follow; undefined: any.
 * @param check the world's own opinion of each value.
 * @throws UserError naming file and line.
 */
export function environmentParameters(
  source: Source,
  section: Readonly<Record<string, unknown>>,
  behaviors: readonly string[] | undefined,
  check: ParameterCheck,
): EnvironmentParameters {
  const read = (name: string, value: unknown): ParameterSettings => {
    const path = ['environment_parameters', name];
    return isBlock(value) && 'curriculum' in value
      ? { curriculum: lessons(name, value, path) }
      : checkedValue(name, value, path, 'a number, a sampler or a curriculum');
  };

  const lessons = (parameter: string, value: unknown, path: Path): Lesson[] => {
    const { curriculum } = checked(curriculumSchema, value, path);
    let followed: string | undefined;
    return curriculum.map((lesson, index) => {
      const at = [...path, 'curriculum', index];
      const { name, completion_criteria, value } = checked(lessonSchema, lesson, at);
      const criteria = completion_criteria
        ? checked(criteriaSchema, completion_criteria, [...at, 'completion_criteria'])
        : undefined;
      if (criteria) {
        refuseOtherBehavior(criteria.behavior, followed, [...at, 'completion_criteria', 'behavior']);
        followed = criteria.behavior;
      } else if (index < curriculum.length - 1) {
        throw new UserError({
          what: 'every lesson but the last needs completion_criteria',
          where: source.place(at),
          value: name,
        });
      }
      return {
        name,
        ...(criteria ? { completion_criteria: criteria } : {}),
        value: checkedValue(parameter, value, [...at, 'value'], 'a number or a sampler'),
      };
    });
  };

  const checkedValue = (name: string, value: unknown, path: Path, expected: string): ParameterValue => {
    const parsed = parameterValue(value, path, expected);
    try {
      check(name, parsed);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      throw new UserError({ ...error.problem, where: source.place(path) }, { cause: error });
    }
    return parsed;
  };

  const parameterValue = (value: unknown, path: Path, expected: string): ParameterValue => {
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    if (!isBlock(value)) {
      const what = value === undefined ? 'a setting is missing' : 'wrong value';
      throw new UserError({ what, where: source.place(path), value, expected });
    }
    const { sampler_type, sampler_parameters } = checked(samplerSchema, value, path);
    const at = [...path, 'sampler_parameters'];
    const numbers = checked(samplerParameters[sampler_type], sampler_parameters, at);
    // Under its long name, as ML-Agents writes it, a number is still one.
    if ('value' in numbers) return numbers.value;
    return { sampler_type, sampler_parameters: numbers } as Sampler;
  };

  const refuseOtherBehavior = (behavior: string, followed: string | undefined, path: Path) => {
    const where = source.place(path);
    if (followed !== undefined && behavior !== followed) {
      const what = 'the lessons of a parameter have to follow the progress of one behaviour';
      throw new UserError({ what, where, value: behavior, expected: `${JSON.stringify(followed)}, as before` });
    }
    if (behaviors === undefined || behaviors.includes(behavior)) return;
    const near = nearestName(behavior, behaviors);
    throw new UserError({
      what: `unknown behaviour${near ? `, did you mean ${JSON.stringify(near)}?` : ''}`,
      where,
      value: behavior,
      expected: `${behaviors.map((name) => JSON.stringify(name)).join(' or ')}, as there ${behaviors.length === 1 ? 'is no other' : 'are no others'}`,
    });
  };

  const checked = <Schema extends z.ZodType>(schema: Schema, value: unknown, path: Path) =>
    source.check(schema, value, (inside) => [...path, ...inside]);

  return Object.fromEntries(Object.entries(section).map(([name, value]) => [name, read(name, value)]));
}

/** The lessons of a parameter; one without a curriculum has a single lesson, named after it, as in ML-Agents. */
export function lessonsOf(name: string, settings: ParameterSettings): readonly Lesson[] {
  return typeof settings === 'object' && 'curriculum' in settings ? settings.curriculum : [{ name, value: settings }];
}

/** What parameters can be at once: each lesson of one with each of another, all others being in their first. */
export function lessonsTogether(parameters: EnvironmentParameters): ParameterValues[] {
  const all = Object.entries(parameters).map(([name, settings]) => ({ name, lessons: lessonsOf(name, settings) }));
  const first = Object.fromEntries(all.map(({ name, lessons }) => [name, lessons[0]!.value]));
  const others = all.flatMap((one, index) =>
    [...all.slice(index + 1), one].flatMap((other) =>
      one.lessons.flatMap(({ value }) =>
        other.lessons.map((lesson) => ({ ...first, [one.name]: value, [other.name]: lesson.value })),
      ),
    ),
  );
  return [first, ...others];
}

/** Those that a training of this behaviour has to do with: all but the ones whose lessons follow another one's progress. */
export function parametersOf(behavior: string, parameters: EnvironmentParameters): EnvironmentParameters {
  const own = Object.entries(parameters).filter(([name, settings]) => {
    const { completion_criteria } = lessonsOf(name, settings)[0]!;
    return !completion_criteria || completion_criteria.behavior === behavior;
  });
  return Object.fromEntries(own);
}

function areIntervals(value: unknown): boolean {
  const isInterval = (pair: unknown) =>
    Array.isArray(pair) && pair.length === 2 && pair.every(Number.isFinite) && pair[0] <= pair[1];
  return Array.isArray(value) && value.length > 0 && value.every(isInterval);
}

function isBlock(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
