/** Settings said on the command line, over a file: what they come to, and how what is wrong with one is told. */
import { describe, expect, it } from 'vitest';
import { type Configuration, parseConfiguration } from '../../../train/configuration/read.ts';
import { configurationAsYaml } from '../../../train/configuration/write.ts';

const file = `
base: &body { normalize: true, hidden_units: 64 }
behaviors:
  Walker:
    hyperparameters:
      batch_size: 32
      buffer_size: 64
    network_settings:
      <<: *body
      num_layers: 1
    gaitsmith:
      adaptive_learning_rate: { desired_kl: 0.1, max: 0.01 }
      phases: [{ from_step: 10, beta: 0.1 }, { from_step: 20, beta: 0.2 }]
environment_parameters:
  friction: { sampler_type: uniform, sampler_parameters: { min_value: 0.4, max_value: 1 } }
`.replace(/^base: (.*)$/m, 'default_settings:\n  network_settings: $1');

const withSet = (...overrides: string[]): Configuration =>
  parseConfiguration(file, 'my.yaml', 'Walker', undefined, undefined, overrides);

describe('a setting on the command line', () => {
  it.each([
    [
      'of the behaviour',
      'hyperparameters.batch_size=16',
      ({ behavior }: Configuration) => behavior.hyperparameters.batch_size,
      16,
    ],
    [
      'by its whole path',
      'behaviors.Walker.max_steps=1_000_000',
      ({ behavior }: Configuration) => behavior.max_steps,
      1e6,
    ],
    [
      'of a block that the file lacks',
      'reward_signals.extrinsic.gamma=0.9',
      ({ behavior }: Configuration) => behavior.reward_signals.extrinsic.gamma,
      0.9,
    ],
    [
      'beside others of its block',
      'gaitsmith.adaptive_learning_rate.max=0.02',
      ({ behavior }: Configuration) => behavior.gaitsmith.adaptive_learning_rate,
      { desired_kl: 0.1, factor: 1.5, min: 1e-5, max: 0.02 },
    ],
    [
      'that takes one away',
      'gaitsmith.adaptive_learning_rate=null',
      ({ behavior }: Configuration) => behavior.gaitsmith.adaptive_learning_rate,
      null,
    ],
    [
      'with a block for its value',
      'gaitsmith.phases=[{ from_step: 5, beta: 0 }]',
      ({ behavior }: Configuration) => behavior.gaitsmith.phases,
      [{ from_step: 5, beta: 0 }],
    ],
    [
      'of one in a list',
      'gaitsmith.phases.1.beta=0.3',
      ({ behavior }: Configuration) => behavior.gaitsmith.phases?.map(({ beta }) => beta),
      [0.1, 0.3],
    ],
    [
      'of the environment',
      'environment_parameters.friction=0.5',
      ({ environmentParameters }: Configuration) => environmentParameters,
      { friction: 0.5 },
    ],
    [
      'within a sampler',
      'environment_parameters.friction.sampler_parameters.max_value=0.6',
      ({ environmentParameters }: Configuration) => environmentParameters['friction'],
      { sampler_type: 'uniform', sampler_parameters: { seed: -1, min_value: 0.4, max_value: 0.6 } },
    ],
    ['of the seed', 'env_settings.seed=7', ({ seed }: Configuration) => seed, 7],
  ])('%s holds', (_, override, of, expected) => {
    expect(of(withSet(override))).toEqual(expected);
  });

  it('leaves all others as they are, what a block has from an anchor among them', () => {
    const [before, after] = [withSet(), withSet('network_settings.num_layers=3')];
    expect(after).toEqual({
      ...before,
      behavior: { ...before.behavior, network_settings: { ...before.behavior.network_settings, num_layers: 3 } },
    });
    expect(after.behavior.network_settings.hidden_units).toBe(64);
  });

  it('counts where it is said last', () => {
    expect(withSet('max_steps=5', 'max_steps=6').behavior.max_steps).toBe(6);
  });

  it('stands in the configuration that a run leaves', () => {
    const yaml = configurationAsYaml(withSet('hyperparameters.beta=0.25'));
    expect(parseConfiguration(yaml, 'config.yaml', 'Walker').behavior.hyperparameters.beta).toBe(0.25);
  });

  it.each([
    ['a wrong value', 'max_steps=many', ['--set max_steps=many (behaviors.Walker.max_steps)', 'a number', 'many']],
    [
      'an unknown setting',
      'hyperparameters.betta=1',
      ['--set hyperparameters.betta=1 (behaviors', 'did you mean "beta"'],
    ],
    [
      'an unknown one inside of its value',
      'gaitsmith.adaptive_learning_rate={ kl: 1 }',
      ['--set gaitsmith.adaptive_learning_rate={ kl: 1 } (', 'adaptive_learning_rate.kl', 'desired_kl'],
    ],
    [
      'a sampler that is none',
      'environment_parameters.friction.sampler_type=even',
      ['--set environment_parameters.friction.sampler_type=even (', 'uniform'],
    ],
    [
      'what only Unity has',
      'engine_settings.width=80',
      ['--set engine_settings.width=80 (', 'not for the embedded world'],
    ],
    ['another behaviour', 'behaviors.Wallker.max_steps=1', ['--set behaviors.Wallker', 'did you mean "Walker"']],
    ['no value', 'max_steps', ['--set', 'max_steps', 'path=value']],
    ['an empty value', 'max_steps=', ['--set', 'path=value', 'null']],
    ['no path', '=3', ['--set', 'path=value']],
    ['a path with a hole', 'hyperparameters..beta=1', ['--set', 'path=value']],
    ['a value that is no YAML', 'gaitsmith.phases=[{', ['--set', 'not valid YAML']],
  ])('with %s is told by what was typed', (_, override, words) => {
    let message = '';
    try {
      withSet(override);
    } catch (error) {
      message = (error as Error).message;
      expect(error).toMatchObject({ name: 'UserError' });
    }
    for (const word of words) expect(message).toContain(word);
  });

  it('leaves errors of the file at their lines', () => {
    expect(() => withSet('hyperparameters.buffer_size=16')).toThrow(
      /my\.yaml:\d+ \(behaviors\.Walker\.hyperparameters\.batch_size\)/,
    );
  });
});
