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

const ended = (agent: number, episode: number, reward: number): Episode => ({
  agent,
  episode,
  reward,
  decisions: 1,
  truncated: false,
  details: {},
});

/** Each of another agent, and begun in the lesson that it ends in. */
let agents = 0;
const episodesOf = (...rewards: number[]): Episode[] => rewards.map((reward) => ended(++agents, 1, reward));

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
    // 0.25 x 6 + 0.75 x 10 = 9; 0.25 x 9 + 0.75 x 10 = 9.75.
    for (const smoothed of [6, 9]) {
      expect(curriculum.advance(episodesOf(smoothed === 6 ? 6 : 10), 0)).toBeUndefined();
      expect(curriculum.state()!.parameters['speed']!.smoothed).toBe(smoothed);
    }
    expect(curriculum.advance(episodesOf(10), 0)).toBeDefined();
  });

  it('has nothing to smooth its first measure with: one below a threshold below zero does not end it', () => {
    // A quarter of nothing would make -60 a -45.
    const curriculum = new Curriculum({ speed: course({ signal_smoothing: true, threshold: -50 }) });
    expect(curriculum.advance(episodesOf(-60), 0)).toBeUndefined();
    expect(curriculum.state()!.parameters['speed']!.smoothed).toBe(-60);
  });

  it('is not smoothed with the measure of the lesson before', () => {
    const ends = [{ threshold: 400 }, { threshold: 300 }].map((end) => ({ ...end, signal_smoothing: true }));
    const curriculum = new Curriculum({ speed: course(...ends), friction: course({ ...ends[0], threshold: 1000 }) });
    expect(curriculum.advance(episodesOf(500), 0)).toBeDefined();
    // 0.25 x 500 + 0.75 x 250 = 312.5.
    expect(curriculum.advance(episodesOf(250), 0)).toBeUndefined();
    const { speed, friction } = curriculum.state()!.parameters;
    expect([speed!.smoothed, friction!.smoothed]).toEqual([250, 250]);
  });

  it('is not measured by episodes that began in the lesson before, each agent having one', () => {
    const run = (reset: boolean) => {
      const end = { min_lesson_length: 100, require_reset: reset };
      const curriculum = new Curriculum(
        { speed: course({ ...end, threshold: 400 }, { ...end, threshold: 270 }) },
        undefined,
        new Array<number>(32).fill(0),
      );
      const all = (episode: number, reward: number) =>
        Array.from({ length: 32 }, (_, agent) => ended(agent, episode, reward));
      expect(curriculum.advance([...all(0, 500), ...all(1, 500), ...all(2, 500), ...all(3, 500)], 0)).toBeDefined();
      return { curriculum, all };
    };
    const { curriculum, all } = run(false);
    // Those under way end with 500, and then there are 68 with 180: 282.4 in all.
    expect(
      curriculum.advance([...all(4, 500), ...all(5, 180), ...all(6, 180), ...all(7, 180).slice(0, 4)], 0),
    ).toBeUndefined();
    expect(curriculum.state()!.rewards).toEqual(new Array(68).fill(180));
    expect(curriculum.advance(all(8, 460), 0)).toBeUndefined();
    expect(curriculum.advance(all(9, 460), 0)).toBeDefined();

    // With a reset they are dropped, and the next ones count.
    const anew = run(true);
    anew.curriculum.advance(anew.all(5, 180), 0);
    expect(anew.curriculum.state()!.rewards).toEqual(new Array(32).fill(180));
    expect(anew.curriculum.state()!.begunBefore).toBeUndefined();
  });

  it('leaves out the episode that an agent was in which has told of none yet, also in a world whose agents come and go', () => {
    for (const running of [[0, 0], undefined]) {
      const curriculum = new Curriculum({ speed: course({}, { min_lesson_length: 5 }) }, undefined, running);
      expect(curriculum.advance([ended(0, 0, 1)], 0)).toBeDefined();
      curriculum.advance([ended(0, 1, 5), ended(1, 0, 6), ended(1, 1, 7)], 0);
      expect(curriculum.state()!.rewards).toEqual([7]);
    }
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
    const running = [3, 0];
    const whole = new Curriculum(parameters, undefined, running);
    let parted = new Curriculum(parameters, undefined, running);
    const rewards = [1.1, 3.3, 2.7, 4.9, 5.01, 0.3, 8.8, 4.2, 1e-9, 6];
    const toldBefore: boolean[] = [];
    for (const [index, reward] of rewards.entries()) {
      parted = new Curriculum(parameters, JSON.parse(JSON.stringify(parted.state())), running);
      // The first agent has most of the episodes.
      const agent = index % 4 === 3 ? 1 : 0;
      const episodes = [ended(agent, running[agent]!++, reward)];
      expect(parted.advance(episodes, 0)).toEqual(whole.advance(episodes, 0));
      expect(parted.state()).toEqual(whole.state());
      toldBefore.push(whole.state()!.begunBefore !== undefined);
    }
    expect(whole.lessons()['speed']).toBeGreaterThan(0);
    expect(toldBefore).toContain(true);
  });

  it('tells of no episode under way to a world that begins new ones', () => {
    const saved = { parameters: { speed: { lesson: 1, smoothed: null } }, rewards: [], begunBefore: { 0: 17 } };
    const curriculum = new Curriculum({ speed: course({}, { threshold: 9 }) }, saved);
    curriculum.advance([ended(0, 0, 4)], 0);
    expect(curriculum.state()!.rewards).toEqual([4]);
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
