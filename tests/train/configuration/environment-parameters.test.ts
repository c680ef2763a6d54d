import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkParameter } from '../../../envs/walker/parameters.ts';
import { lessonsTogether } from '../../../train/configuration/environment-parameters.ts';
import {
  parseConfiguration,
  readConfiguration,
  readEnvironmentParameters,
  readUnityConfiguration,
} from '../../../train/configuration/read.ts';
import { configurationAsYaml } from '../../../train/configuration/write.ts';

const behaviors = 'behaviors:\n  Walker:\n    max_steps: 1000\n';
const parsed = (section: string, check?: typeof checkParameter) =>
  parseConfiguration(`${behaviors}environment_parameters:\n${section}`, 'my.yaml', 'Walker', check);

/** The examples of ML-Agents' documentation (Training-ML-Agents.md), their behaviour renamed. */
const documented = `
  my_environment_parameter: 3.0
  mass:
    sampler_type: uniform
    sampler_parameters:
        min_value: 0.5
        max_value: 10

  length:
    sampler_type: multirangeuniform
    sampler_parameters:
        intervals: [[7, 10], [15, 20]]

  scale:
    sampler_type: gaussian
    sampler_parameters:
        mean: 2
        st_dev: .3

  lessons:
    curriculum:
      - name: MyFirstLesson # The '-' is important as this is a list
        completion_criteria:
          measure: progress
          behavior: Walker
          signal_smoothing: true
          min_lesson_length: 100
          threshold: 0.2
        value: 0.0
      - name: MySecondLesson # This is the start of the second lesson
        completion_criteria:
          measure: progress
          behavior: Walker
          signal_smoothing: true
          min_lesson_length: 100
          threshold: 0.6
          require_reset: true
        value:
          sampler_type: uniform
          sampler_parameters:
            min_value: 4.0
            max_value: 7.0
      - name: MyLastLesson
        value: 8.0
`;

/** The same kinds of things as ML-Agents writes them into its own configuration.yaml. */
const written = `
  mass:
    curriculum:
    - value:
        sampler_type: constant
        sampler_parameters:
          seed: 123
          value: 2.5
      name: mass
      completion_criteria: null
`;

describe('environment_parameters', () => {
  it("are read as ML-Agents' documentation writes them", () => {
    const sampler = (sampler_type: string, sampler_parameters: object) => ({
      sampler_type,
      sampler_parameters: { seed: -1, ...sampler_parameters },
    });
    const criteria = {
      measure: 'progress',
      behavior: 'Walker',
      signal_smoothing: true,
      min_lesson_length: 100,
      require_reset: false,
    };
    expect(parsed(documented).environmentParameters).toEqual({
      my_environment_parameter: 3,
      mass: sampler('uniform', { min_value: 0.5, max_value: 10 }),
      length: sampler('multirangeuniform', {
        intervals: [
          [7, 10],
          [15, 20],
        ],
      }),
      scale: sampler('gaussian', { mean: 2, st_dev: 0.3 }),
      lessons: {
        curriculum: [
          { name: 'MyFirstLesson', completion_criteria: { ...criteria, threshold: 0.2 }, value: 0 },
          {
            name: 'MySecondLesson',
            completion_criteria: { ...criteria, threshold: 0.6, require_reset: true },
            value: sampler('uniform', { min_value: 4, max_value: 7 }),
          },
          { name: 'MyLastLesson', value: 8 },
        ],
      },
    });
  });

  it('are read as ML-Agents itself writes them', () => {
    expect(parsed(written).environmentParameters).toEqual({ mass: { curriculum: [{ name: 'mass', value: 2.5 }] } });
  });

  it("have ML-Agents' defaults where nothing is said", () => {
    const of = (sampler_type: string) =>
      parsed(`  x: { sampler_type: ${sampler_type}, sampler_parameters: {} }`).environmentParameters['x'];
    expect(of('uniform')).toMatchObject({ sampler_parameters: { seed: -1, min_value: 0, max_value: 1 } });
    expect(of('gaussian')).toMatchObject({ sampler_parameters: { seed: -1, mean: 1, st_dev: 1 } });
    expect(of('multirangeuniform')).toMatchObject({ sampler_parameters: { seed: -1, intervals: [[0, 1]] } });
    expect(of('constant')).toBe(0);
    const lessons =
      '  x: { curriculum: [{ name: 1, value: 2, completion_criteria: { behavior: Walker } }, { name: b, value: 3 }] }';
    expect(parsed(lessons).environmentParameters['x']).toEqual({
      curriculum: [
        {
          name: '1',
          value: 2,
          completion_criteria: {
            behavior: 'Walker',
            measure: 'reward',
            min_lesson_length: 0,
            signal_smoothing: true,
            threshold: 0,
            require_reset: false,
          },
        },
        { name: 'b', value: 3 },
      ],
    });
  });

  it.each([documented, written])('come out the same when what was resolved is read again', (section) => {
    const configuration = parsed(section);
    const again = parseConfiguration(configurationAsYaml(configuration), 'again.yaml', 'Walker');
    expect(again).toEqual(configuration);
  });

  it('may stand alone in a file', () => {
    const path = join(import.meta.dirname, '../../../config/walker-robust.yaml');
    expect(readEnvironmentParameters(path, 'Walker', checkParameter)).toEqual(
      readConfiguration(path, 'Walker', checkParameter).environmentParameters,
    );
  });
});

it('the robust configuration differs from the one that trains a walker on in its environment parameters alone', () => {
  const read = (name: string) => readConfiguration(join(import.meta.dirname, '../../../config', name), 'Walker');
  const { environmentParameters, ...rest } = read('walker-robust.yaml');
  expect({ ...rest, environmentParameters: {} }).toEqual(read('walker-tune.yaml'));
  expect(Object.keys(environmentParameters).length).toBeGreaterThan(5);
});

describe('lessons of a training in Unity', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lessons-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const lessons = (...behaviors: string[]) =>
    `{ curriculum: [${behaviors.map(
      (behavior, index) =>
        `{ name: l${index}, value: ${index}, completion_criteria: { behavior: ${behavior}, threshold: 1 } }`,
    )}, { name: last, value: 9 }] }`;
  function read(section: string, more = '') {
    const file = join(folder, 'game.yaml');
    writeFileSync(file, `behaviors:\n  Runner: {}\n  Goalie: {}\n${more}environment_parameters:\n${section}`);
    return readUnityConfiguration(file);
  }

  it('follow one behaviour each, and belong to the training of that one', () => {
    const sampler = '{ sampler_type: uniform, sampler_parameters: {} }';
    const configuration = read(
      `  wind: 2\n  mass: ${sampler}\n  width: ${lessons('Goalie', 'Goalie')}\n  speed: ${lessons('Runner')}\n`,
    );
    expect(Object.keys(configuration.environmentParameters)).toEqual(['wind', 'mass', 'width', 'speed']);
    const [runner, goalie] = ['Runner', 'Goalie'].map((name) => configuration.of(name).environmentParameters);
    expect([Object.keys(runner!), Object.keys(goalie!)]).toEqual([
      ['wind', 'mass', 'speed'],
      ['wind', 'mass', 'width'],
    ]);
    // Of two samplers that are the same object, Unity is not told twice.
    expect(runner!['mass']).toBe(goalie!['mass']);
  });

  it('are refused where they follow several behaviours, or one that has no settings', () => {
    expect(() => read(`  speed: ${lessons('Runner', 'Goalie')}\n`)).toThrow(
      /game\.yaml:5 .*completion_criteria\.behavior\): the lessons .* one behaviour; got "Goalie"; expected "Runner", as before/,
    );
    expect(() => read(`  speed: ${lessons('Runer')}\n`)).toThrow(
      /unknown behaviour, did you mean "Runner"\?; got "Runer"; expected "Runner" or "Goalie"/,
    );
    const { environmentParameters } = read(`  speed: ${lessons('Keeper')}\n`, 'default_settings: {}\n');
    expect(environmentParameters).toHaveProperty('speed');
  });
});

describe('a wrong environment parameter is refused with file, line, value and what was allowed:', () => {
  const uniform = (parameters: string) => `  x:\n    sampler_type: uniform\n    sampler_parameters: ${parameters}`;
  const criteria = (text: string) =>
    `  x:\n    curriculum:\n      - name: a\n        value: 1\n        completion_criteria: ${text}\n      - name: b\n        value: 2`;
  const cases: [what: string, section: string, told: (string | RegExp)[]][] = [
    ['a word', '  x: fast', ['my.yaml:5', '"fast"', 'a number, a sampler or a curriculum']],
    ['nothing', '  x:', ['my.yaml:5', 'a number, a sampler or a curriculum']],
    ['no number', '  x: .nan', ['my.yaml:5', 'NaN', 'a number']],
    ['a sampler without a type', '  x:\n    sampler_parameters: {}', ['my.yaml:5', 'sampler_type', 'missing']],
    [
      'a sampler without parameters',
      '  x:\n    sampler_type: uniform',
      ['my.yaml:5', 'sampler_parameters', 'missing', 'a block of settings'],
    ],
    [
      'a misspelt sampler',
      '  x:\n    sampler_type: gausian\n    sampler_parameters: {}',
      ['my.yaml:6', '"gausian"', 'did you mean "gaussian"', 'multirangeuniform'],
    ],
    [
      "the spelling of ML-Agents' documentation that ML-Agents refuses too",
      '  x:\n    sampler_type: multirange_uniform\n    sampler_parameters: {}',
      ['my.yaml:6', 'did you mean "multirangeuniform"'],
    ],
    ['a parameter of another sampler', uniform('{ mean: 3 }'), ['my.yaml:7', '"mean"', 'min_value, max_value']],
    ['a range the wrong way round', uniform('{ min_value: 3, max_value: 1 }'), ['my.yaml:7', 'min_value', 'above']],
    ['a range that is half the default', uniform('{ min_value: 3 }'), ['my.yaml:7', 'min_value', 'above']],
    ['a seed that is no whole number', uniform('{ seed: 1.5 }'), ['my.yaml:7', '1.5', 'whole number']],
    [
      'a deviation below 0',
      '  x:\n    sampler_type: gaussian\n    sampler_parameters:\n      st_dev: -1',
      ['my.yaml:8', '-1', 'at least 0'],
    ],
    ...['[[1, 2, 3]]', '[[2, 1]]', '[1, 2]', '[]', '[[a, b]]'].map((intervals): [string, string, string[]] => [
      `intervals that are none: ${intervals}`,
      `  x:\n    sampler_type: multirangeuniform\n    sampler_parameters:\n      intervals: ${intervals}`,
      ['my.yaml:8', 'a list of [least, greatest]'],
    ]),
    [
      'intervals of no length',
      '  x:\n    sampler_type: multirangeuniform\n    sampler_parameters:\n      intervals: [[3, 3]]',
      ['my.yaml:8', 'length', 'write a number'],
    ],
    ['a curriculum with something beside it', '  x:\n    curriculum: []\n    value: 3', ['my.yaml:7', '"value"']],
    ['a curriculum without lessons', '  x:\n    curriculum: []', ['my.yaml:6', 'without a lesson']],
    ['a curriculum that is no list', '  x:\n    curriculum: 4', ['my.yaml:6', '4', 'a list']],
    ['a lesson that is no block', '  x:\n    curriculum:\n      - 4', ['my.yaml:7', '4', 'a block of settings']],
    ['a lesson without a name', '  x:\n    curriculum:\n      - value: 4', ['my.yaml:7', 'name', 'a name']],
    [
      'a lesson as ML-Agents wrote it before release 5',
      '  x:\n    curriculum:\n      - Lesson0:\n          value: 4',
      ['my.yaml:7', 'Lesson0', 'name, completion_criteria, value'],
    ],
    [
      'a lesson without a value',
      '  x:\n    curriculum:\n      - name: a',
      ['my.yaml:7', 'value', 'a number or a sampler'],
    ],
    [
      'a wrong value in a lesson',
      '  x:\n    curriculum:\n      - name: a\n        value:\n          sampler_type: uniform\n          sampler_parameters: { max_value: -1 }',
      ['my.yaml:10', 'curriculum.0.value.sampler_parameters', 'above'],
    ],
    [
      'a lesson that others follow and that never ends',
      '  x:\n    curriculum:\n      - name: a\n        value: 1\n      - name: b\n        value: 2',
      ['my.yaml:7', '"a"', 'needs completion_criteria'],
    ],
    ['criteria without a behaviour', criteria('{}'), ['my.yaml:9', 'behavior', 'missing']],
    [
      'criteria of another behaviour',
      criteria('{ behavior: Walkr }'),
      ['my.yaml:9', '"Walkr"', 'did you mean "Walker"'],
    ],
    [
      'a measure that is not supported',
      criteria('{ behavior: Walker, measure: Elo }'),
      ['my.yaml:9', '"Elo"', 'reward, progress'],
    ],
    [
      'progress beyond the end',
      criteria('{ behavior: Walker, measure: progress, threshold: 1.5 }'),
      ['my.yaml:9', '1.5', 'from 0 to 1'],
    ],
    [
      'a misspelt criterion',
      criteria('{ behavior: Walker, treshold: 1 }'),
      ['my.yaml:9', '"treshold"', 'did you mean "threshold"'],
    ],
    [
      'fewer episodes than none',
      criteria('{ behavior: Walker, min_lesson_length: -1 }'),
      ['my.yaml:9', '-1', 'at least 0'],
    ],
  ];
  it.each(cases)('%s', (_what, section, told) => {
    expect(() => parsed(section)).toThrow(expect.objectContaining({ name: 'UserError' }));
    for (const part of told) expect(() => parsed(section)).toThrow(part);
  });

  it("what the world doesn't know or allow, in a later lesson too", () => {
    const refused = (section: string) => expect(() => parsed(section, checkParameter));
    refused('  friction: 1\n  frictoin: 2').toThrow(/my\.yaml:6.*frictoin.*write friction/);
    refused('  friction: 99').toThrow(/my\.yaml:5 \(environment_parameters\.friction\).*got 99.*from 0 to 10/);
    refused(
      '  friction:\n    curriculum:\n      - name: a\n        value: 1\n        completion_criteria: { behavior: Walker }\n      - name: b\n        value: -2',
    ).toThrow(/my\.yaml:11.*curriculum\.1\.value.*got -2/);
  });
});

it('parameters with lessons are together what each lesson of one makes with each of another', () => {
  const lesson = (value: number) =>
    `{ name: l${value}, value: ${value}, completion_criteria: { behavior: Walker, threshold: 1 } }`;
  const { environmentParameters } = parsed(
    `  target_speed_min: { curriculum: [${lesson(1)}, { name: b, value: 3 }] }
  target_speed_max: { curriculum: [${lesson(5)}, { name: b, value: 2 }] }
  gravity: 10`,
  );
  const together = lessonsTogether(environmentParameters).map(({ target_speed_min, target_speed_max, gravity }) => {
    expect(gravity).toBe(10);
    return `${target_speed_min}-${target_speed_max}`;
  });
  expect(new Set(together)).toEqual(new Set(['1-5', '1-2', '3-5', '3-2']));
});
