import { describe, expect, it } from 'vitest';
import type { Episode } from '../../../envs/env.ts';
import { inOrderOfTheirEnds } from '../../../train/collect/rollout.ts';
import type { CompletionCriteria, EnvironmentParameters } from '../../../train/configuration/environment-parameters.ts';
import { Curriculum } from '../../../train/judge/curriculum.ts';

const criteria = (changes: Partial<CompletionCriteria>): CompletionCriteria => ({
  behavior: 'Walker',
  measure: 'reward',
  min_lesson_length: 0,
  signal_smoothing: false,
  threshold: 0,
  require_reset: false,
  ...changes,
});

/** Lessons named 0, 1, ... whose values are 0, 10, ...; each but the last ends by one of these. */
const course = (...ends: Partial<CompletionCriteria>[]) => ({
  curriculum: [
    ...ends.map((end, number) => ({ name: `${number}`, value: 10 * number, completion_criteria: criteria(end) })),
    { name: `${ends.length}`, value: 10 * ends.length },
  ],
});

const episodesOf = (...rewards: number[]): Episode[] =>
  rewards.map((reward, episode) => ({ agent: 0, episode, reward, decisions: 1, truncated: false, details: {} }));

describe('a lesson', () => {
  it('ends where the mean reward is above its threshold, not where it reaches it', () => {
    const curriculum = new Curriculum({ speed: course({ threshold: 5, min_lesson_length: 2 }) });
    expect(curriculum.advance(episodesOf(4, 6), 0)).toBeUndefined();
    expect(curriculum.values()).toEqual({ speed: 0 });
    expect(curriculum.advance(episodesOf(6.1), 0)).toBeDefined();
    expect(curriculum.values()).toEqual({ speed: 10 });
    expect(curriculum.lessons()).toEqual({ speed: 1 });
  });

  it('does not end before min_lesson_length episodes have, whatever they earned', () => {
    const curriculum = new Curriculum({ speed: course({ min_lesson_length: 3 }) });
    expect(curriculum.advance(episodesOf(100, 100), 0)).toBeUndefined();
    expect(curriculum.advance([], 0)).toBeUndefined();
    expect(curriculum.advance(episodesOf(100), 0)).toBeDefined();
  });

  it('looks at the last episodes alone: as many as the longest lesson of all asks for', () => {
    const parameters = {
      a: course({ threshold: 5, min_lesson_length: 2 }),
      b: course({ min_lesson_length: 4, threshold: 99 }),
    };
    // 5.25 over the last four, 3.5 over the last two.
    expect(new Curriculum(parameters).advance(episodesOf(-500, 7, 7, 6, 1), 0)).toBeDefined();
    expect(new Curriculum({ a: parameters.a }).advance(episodesOf(-500, 7, 7, 6, 1), 0)).toBeUndefined();
  });

  it('begins with no episodes to its credit', () => {
    const curriculum = new Curriculum({ speed: course({ min_lesson_length: 2 }, { min_lesson_length: 2 }) });
    expect(curriculum.advance(episodesOf(1, 1, 1), 0)).toBeDefined();
    expect(curriculum.advance(episodesOf(1), 0)).toBeUndefined();
    expect(curriculum.advance(episodesOf(1), 0)).toBeDefined();
    expect(curriculum.lessons()).toEqual({ speed: 2 });
  });

  it('is one further at most in an iteration, and the last one never ends', () => {
    const curriculum = new Curriculum({ speed: course({}, {}) });
    const numbers = [1, 2, 3, 4].map(() => {
      curriculum.advance(episodesOf(9, 9, 9), 0);
      return curriculum.lessons()['speed'];
    });
    expect(numbers).toEqual([1, 2, 2, 2]);
  });

  it('needs an episode where reward is its measure', () => {
    const curriculum = new Curriculum({ speed: course({ threshold: -1 }) });
    expect(curriculum.advance([], 0)).toBeUndefined();
    expect(curriculum.advance(episodesOf(0), 0)).toBeDefined();
  });

  it('weighs the measure with the one before, a quarter to three, where it smooths', () => {
    const curriculum = new Curriculum({ speed: course({ signal_smoothing: true, threshold: 9 }) });
    // 0.75 x 10 = 7.5; 0.25 x 7.5 + 7.5 = 9.375.
    expect(curriculum.advance(episodesOf(10), 0)).toBeUndefined();
    expect(curriculum.state()!.parameters['speed']!.smoothed).toBe(7.5);
    expect(curriculum.advance(episodesOf(10), 0)).toBeDefined();
    expect(curriculum.state()!.parameters['speed']!.smoothed).toBe(9.375);
  });

  it('may end by progress instead: above the share of max_steps, with enough episodes', () => {
    const curriculum = new Curriculum({ speed: course({ measure: 'progress', threshold: 0.3, min_lesson_length: 1 }) });
    expect(curriculum.advance([], 0.9)).toBeUndefined();
    expect(curriculum.advance(episodesOf(-100), 0.3)).toBeUndefined();
    expect(curriculum.advance([], 0.31)).toBeDefined();
  });

  it('asks for a reset where its criteria do', () => {
    const change = (require_reset: boolean) =>
      new Curriculum({ speed: course({ require_reset }) }).advance(episodesOf(1), 0);
    expect(change(true)!.reset).toBe(true);
    expect(change(false)!.reset).toBe(false);
  });

  it("is told in ML-Agents' words, whatever its value", () => {
    const sampler_parameters = { seed: -1, min_value: 0.5, max_value: 10 };
    const parameters: EnvironmentParameters = {
      mass: { sampler_type: 'uniform', sampler_parameters },
      scale: { sampler_type: 'gaussian', sampler_parameters: { seed: 1, mean: 2, st_dev: 0.3 } },
      length: {
        sampler_type: 'multirangeuniform',
        sampler_parameters: {
          seed: -1,
          intervals: [
            [7, 10],
            [15, 20.5],
          ],
        },
      },
      speed: course({}),
    };
    const curriculum = new Curriculum(parameters);
    expect(curriculum.lines()).toEqual([
      "Parameter 'mass' is in lesson 'mass' and has value 'Uniform sampler: min=0.5, max=10.0'.",
      "Parameter 'scale' is in lesson 'scale' and has value 'Gaussian sampler: mean=2.0, stddev=0.3'.",
      "Parameter 'length' is in lesson 'length' and has value 'MultiRangeUniform sampler: intervals=[(7.0, 10.0), (15.0, 20.5)]'.",
      "Parameter 'speed' is in lesson '0' and has value 'Float: value=0.0'.",
    ]);
    expect(curriculum.advance(episodesOf(1), 0)!.lines).toEqual([
      "Parameter 'speed' is in lesson '1' and has value 'Float: value=10.0'.",
    ]);
  });
});

describe('several parameters', () => {
  it('move on each by itself, and a change of one takes the episodes from all', () => {
    const curriculum = new Curriculum({
      speed: course({ threshold: 1, min_lesson_length: 2 }),
      friction: course({ threshold: 5, min_lesson_length: 2 }, {}),
      gravity: 9.81,
    });
    curriculum.advance(episodesOf(2, 2), 0);
    expect(curriculum.lessons()).toEqual({ speed: 1, friction: 0, gravity: 0 });
    expect(curriculum.values()).toEqual({ speed: 10, friction: 0, gravity: 9.81 });
    expect(curriculum.advance(episodesOf(9), 0)).toBeUndefined();
    expect(curriculum.advance(episodesOf(9), 0)).toBeDefined();
    expect(curriculum.lessons()['friction']).toBe(1);
  });
});

describe('the state of a curriculum', () => {
  const parameters = {
    speed: course({ signal_smoothing: true, threshold: 3, min_lesson_length: 4 }, { threshold: 4 }),
  };

  it('is all that it takes to go on exactly there', () => {
    const whole = new Curriculum(parameters);
    let parted = new Curriculum(parameters);
    const rewards = [1.1, 3.3, 2.7, 4.9, 5.01, 0.3, 8.8, 4.2, 1e-9, 6];
    for (const reward of rewards) {
      parted = new Curriculum(parameters, JSON.parse(JSON.stringify(parted.state())));
      expect(parted.advance(episodesOf(reward), 0)).toEqual(whole.advance(episodesOf(reward), 0));
      expect(parted.state()).toEqual(whole.state());
    }
    expect(whole.lessons()['speed']).toBeGreaterThan(0);
  });

  it('is nothing where no parameter has a second lesson', () => {
    expect(new Curriculum({ gravity: 3 }).state()).toBeUndefined();
    expect(new Curriculum({}).advance(episodesOf(1), 0.5)).toBeUndefined();
  });

  it('is refused where a lesson in it is gone from the configuration', () => {
    const saved = { parameters: { speed: { lesson: 2, smoothed: 0 } }, rewards: [] };
    expect(() => new Curriculum({ speed: course({}) }, saved)).toThrow(/no longer has.*got 3.*one of its 2/);
  });

  it('leaves a parameter that is new in its first lesson', () => {
    const saved = { parameters: { speed: { lesson: 1, smoothed: 0 } }, rewards: [] };
    const curriculum = new Curriculum({ ...parameters, friction: course({}) }, saved);
    expect(curriculum.lessons()).toEqual({ speed: 1, friction: 0 });
  });
});

it('criteria of the last lesson are ignored, and that is told', () => {
  const { curriculum } = course({}, {});
  const parameters = { speed: { curriculum: curriculum.slice(0, 2) } };
  expect(new Curriculum(parameters).warnings()).toEqual([
    "The completion_criteria of '1', the last lesson of 'speed', are ignored.",
  ]);
  expect(new Curriculum({ speed: course({}) }).warnings()).toEqual([]);
});

it('episodes are put into the order in which they ended, whatever group their agents are in', () => {
  const agents = 3;
  const decisions = 4;
  // An end of agent 1 after decision 0, of agents 0 and 2 after decision 1, of agent 1 after decision 3.
  const terminated = new Uint8Array(agents * decisions);
  const truncated = new Uint8Array(agents * decisions);
  terminated[decisions] = truncated[1] = terminated[2 * decisions + 1] = truncated[decisions + 3] = 1;
  const episodes = [
    [0, 7],
    [1, 4],
    [1, 5],
    [2, 9],
  ].map(([agent, episode]) => ({ ...episodesOf(0)[0]!, agent: agent!, episode: episode! }));
  const rollout = { agents, decisions, terminated, truncated, episodes };
  expect(inOrderOfTheirEnds(rollout).map(({ agent, episode }) => [agent, episode])).toEqual([
    [1, 4],
    [0, 7],
    [2, 9],
    [1, 5],
  ]);
});
