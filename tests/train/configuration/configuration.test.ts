import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { behavior as spec } from '../../../envs/walker/behavior.ts';
import { settingsAt } from '../../../train/configuration/phases.ts';
import { parseConfiguration, readConfiguration, readUnityConfiguration } from '../../../train/configuration/read.ts';
import { configurationAsYaml } from '../../../train/configuration/write.ts';
import { networkOf } from '../../../train/learn/learner-options.ts';

const root = join(import.meta.dirname, '../../..');
const parsed = (text: string) => parseConfiguration(text, 'my.yaml', 'Walker');
const walker = (...lines: string[]) => ['behaviors:', '  Walker:', ...lines.map((line) => `    ${line}`)].join('\n');

/** ML-Agents' own file for its Walker, setting for setting. */
const stock = walker(
  'trainer_type: ppo',
  'hyperparameters:',
  '  batch_size: 2048',
  '  buffer_size: 20480',
  '  learning_rate: 0.0003',
  '  beta: 0.005',
  '  epsilon: 0.2',
  '  lambd: 0.95',
  '  num_epoch: 3',
  '  learning_rate_schedule: linear',
  'network_settings:',
  '  normalize: true',
  '  hidden_units: 256',
  '  num_layers: 3',
  '  vis_encode_type: simple',
  'reward_signals:',
  '  extrinsic:',
  '    gamma: 0.995',
  '    strength: 1.0',
  'keep_checkpoints: 5',
  'max_steps: 30000000',
  'time_horizon: 1000',
  'summary_freq: 30000',
);

describe('a configuration', () => {
  it("reads ML-Agents' own file for its Walker as it is", () => {
    const { behavior } = parsed(stock);
    expect(behavior.max_steps).toBe(30_000_000);
    expect(behavior.hyperparameters).toMatchObject({ batch_size: 2048, learning_rate: 3e-4 });
  });

  it("of ours, config/walker.yaml, is ML-Agents' own", () => {
    const { behavior } = readConfiguration(join(root, 'config/walker.yaml'), 'Walker');
    expect(behavior).toEqual(parsed(stock).behavior);
  });

  it('of ours learns the same network fast, trains it on, and in a varied world too', () => {
    const read = (name: string) => readConfiguration(join(root, `config/${name}.yaml`), 'Walker');
    const [fast, tune, long] = [read('walker-fast'), read('walker-tune'), read('walker-long')];
    const robust = read('walker-robust');
    const quick = read('walker-quick');
    const { network_settings } = parsed(stock).behavior;
    for (const { behavior } of [fast, tune, long, quick]) expect(behavior.network_settings).toEqual(network_settings);
    expect(settingsAt(long.behavior, long.behavior.max_steps).gaitsmith.max_log_deviation).toBeLessThan(
      tune.behavior.gaitsmith.max_log_deviation!,
    );
    expect(settingsAt(quick.behavior, quick.behavior.max_steps).gaitsmith.max_log_deviation).toBe(
      tune.behavior.gaitsmith.max_log_deviation,
    );
    expect(robust.behavior).toEqual(tune.behavior);
    expect(Object.keys(fast.environmentParameters)).toEqual(['target_speed_max']);
    expect(tune.environmentParameters).toEqual({});
    expect(Object.keys(robust.environmentParameters)).toContain('friction');
  });

  it("of the lecture's PPO-A2C has its networks, its agents and its weights", () => {
    const { behavior } = readConfiguration(join(root, 'config/walker-deck.yaml'), 'Walker');
    expect(networkOf(spec, behavior)).toEqual({
      observationSize: 243,
      actionSize: 39,
      hiddenUnits: 512,
      layers: 2,
      layerNorm: true,
      activation: 'none',
    });
    const { hyperparameters, gaitsmith } = behavior;
    expect(hyperparameters.buffer_size / gaitsmith.agents).toBe(254);
    expect(hyperparameters.beta).toBe(0.001);
    expect(gaitsmith).toMatchObject({
      agents: 10,
      ratio: 'per_dimension',
      minibatches: 'with_replacement',
      value_loss_weight: 0.5,
    });
  });

  it("has ML-Agents' defaults where nothing is said", () => {
    const { behavior, seed } = parsed(walker('trainer_type: ppo'));
    expect(behavior).toMatchObject({ max_steps: 500_000, time_horizon: 64, keep_checkpoints: 5 });
    expect(behavior.hyperparameters).toMatchObject({ batch_size: 1024, buffer_size: 10240, num_epoch: 3 });
    expect(behavior.network_settings).toMatchObject({ hidden_units: 128, num_layers: 2, normalize: false });
    expect(seed).toBe(-1);
  });

  it('takes from default_settings what the behaviour leaves open', () => {
    const text = `default_settings:\n  max_steps: 5e6\n  hyperparameters:\n    beta: 0.01\n${walker('hyperparameters:', '  epsilon: 0.3')}`;
    const { behavior } = parsed(text);
    expect(behavior.max_steps).toBe(5_000_000);
    expect(behavior.hyperparameters).toMatchObject({ beta: 0.01, epsilon: 0.3 });
  });

  it("takes whole numbers with underscores between their digits, as ML-Agents' reader does", () => {
    const { behavior } = parsed(walker('max_steps: 1_000_000', 'time_horizon: 1_0', 'init_path: "1_000"'));
    expect(behavior).toMatchObject({ max_steps: 1_000_000, time_horizon: 10, init_path: '1_000' });
    expect(parsed(configurationAsYaml({ ...parsed(stock), behavior })).behavior).toEqual(behavior);
    expect(() => parsed(walker('max_steps: -1_000'))).toThrow(/my\.yaml:3.*got -1000; expected a number of at least 0/);
    expect(() => parsed(walker('max_steps: _1'))).toThrow(/got "_1"; expected a number/);
  });

  it('comes out the same when what was resolved is read again', () => {
    const configuration = parsed(`${stock}\nenvironment_parameters:\n  gravity: 9.81\nenv_settings:\n  seed: 7`);
    expect(parsed(configurationAsYaml(configuration))).toEqual(configuration);
  });
});

describe('what ML-Agents has not', () => {
  it('stands in a block of its own, and is as in ML-Agents where the block is missing', () => {
    const { gaitsmith } = parsed(stock).behavior;
    expect(gaitsmith).toMatchObject({
      agents: 32,
      ratio: 'per_dimension',
      value_loss: 'squared',
      value_loss_weight: 0.5,
      normalize_advantages: 'buffer',
      minibatches: 'shuffled',
      initial_weights: 'ml-agents',
      activation: 'swish',
    });
    for (const off of ['target_kl', 'train_pi_iters', 'max_gradient_norm', 'adaptive_learning_rate'] as const)
      expect(gaitsmith[off]).toBeNull();
  });

  it('is not read as if it were one of its settings', () => {
    expect(() => parsed(walker('hyperparameters:', '  target_kl: 0.1'))).toThrow(/my\.yaml:4.*unknown setting/);
    expect(parsed(walker('gaitsmith:', '  target_kl: 0.1')).behavior.gaitsmith.target_kl).toBe(0.1);
  });

  it('comes out the same when what was resolved is read again', () => {
    const configuration = parsed(
      walker(
        'gaitsmith: { adaptive_learning_rate: { desired_kl: 0.1 }, mirror_loss: 0.2, phases: [{ from_step: 9, beta: 0 }] }',
      ),
    );
    expect(parsed(configurationAsYaml(configuration))).toEqual(configuration);
  });
});

describe("ML-Agents' own file of resolved settings, as it writes it at the end of a run", () => {
  it('is read as it is', () => {
    const network =
      'network_settings: {normalize: false, hidden_units: 128, num_layers: 2, vis_encode_type: simple, memory: null, goal_conditioning_type: hyper, deterministic: false}';
    const { behavior } = parsed(
      walker(
        'trainer_type: ppo',
        'hyperparameters: {batch_size: 2048, buffer_size: 20480, learning_rate: 0.0003, beta: 0.005, epsilon: 0.2, lambd: 0.95, num_epoch: 3, shared_critic: false, learning_rate_schedule: linear, beta_schedule: linear, epsilon_schedule: linear}',
        'checkpoint_interval: 500000',
        network,
        `reward_signals: {extrinsic: {gamma: 0.995, strength: 1.0, ${network}}}`,
        'init_path: null',
        'keep_checkpoints: 5',
        'even_checkpoints: false',
        'max_steps: 30000000',
        'time_horizon: 1000',
        'summary_freq: 30000',
        'threaded: false',
        'self_play: null',
        'behavioral_cloning: null',
      ),
    );
    expect(behavior).toMatchObject({ init_path: null, max_steps: 30_000_000 });
  });

  const others = `default_settings: null
behaviors: { Walker: { max_steps: 1000 } }
env_settings: {env_path: null, env_args: null, base_port: 5005, num_envs: 1, num_areas: 1, timeout_wait: 60, seed: -1, max_lifetime_restarts: 10, restarts_rate_limit_n: 1, restarts_rate_limit_period_s: 60}
engine_settings: {width: 84, height: 84, quality_level: 5, time_scale: 20, target_frame_rate: -1, capture_frame_rate: 60, no_graphics: false, no_graphics_monitor: false}
environment_parameters: null
checkpoint_settings: {run_id: ppo, initialize_from: null, load_model: false, resume: false, force: false, train_model: false, inference: false, results_dir: results}
torch_settings: {device: null}
debug: false`;

  it('is read with all that stands beside the behaviours, where that is as ML-Agents has it', () => {
    expect(parsed(others)).toMatchObject({ seed: -1, behavior: { max_steps: 1000 } });
    // A run of another name and place has written just such a file.
    const named = others
      .replace('run_id: ppo', 'run_id: walker-3')
      .replace('results_dir: results', 'results_dir: /data');
    expect(parsed(named)).toEqual(parsed(others));
  });

  it.each([
    ['force: false', 'force: true', /force is left out; .* --force\.$/],
    ['resume: false', 'resume: true', /resume is left out; .* --resume\.$/],
    ['initialize_from: null', 'initialize_from: other', /initialize_from is left out; .* --initialize-from RUN\.$/],
    ['inference: false', 'inference: true', /inference is left out\.$/],
    ['device: null', 'device: cuda', /torch_settings\.device is left out; .* --device NAME\.$/],
  ])('is read without the command line of its run, and that is told: %s', (was, is, told) => {
    const notes: string[] = [];
    const note = (sentence: string) => notes.push(sentence);
    const text = others.replace(was, is);
    expect(parseConfiguration(text, 'my.yaml', 'Walker', undefined, note)).toEqual(parsed(others));
    expect(notes).toEqual([expect.stringMatching(told)]);
    notes.length = 0;
    parseConfiguration(others, 'my.yaml', 'Walker', undefined, note);
    expect(notes).toEqual([]);
  });

  it('is not what a hand wrote that asks for a flag: that is refused, and the flag named', () => {
    const file = (setting: string) => `${stock}\ncheckpoint_settings: { run_id: mine, ${setting} }`;
    expect(() => parsed(file('resume: true'))).toThrow(/\(checkpoint_settings\.resume\).*--resume/);
    expect(() => parsed(file('initialize_from: other'))).toThrow(
      /checkpoint_settings\.initialize_from.*--initialize-from RUN/,
    );
    expect(() => parsed(`${stock}\ntorch_settings: { device: cuda }`)).toThrow(
      /\(torch_settings\.device\).*--device NAME; got "cuda"/,
    );
  });

  it('is refused by name where something beside the behaviours asks for what this world has not', () => {
    expect(() => parsed(others.replace('time_scale: 20', 'time_scale: 5'))).toThrow(
      /my\.yaml:4 \(engine_settings\.time_scale\).*Unity engine/,
    );
    expect(() => parsed(others.replace('timeout_wait: 60', 'timeout_wait: 5'))).toThrow(/env_settings\.timeout_wait/);
  });
});

describe('YAML as ML-Agents reads it', () => {
  it('merges with <<, and what stands beside it wins', () => {
    const text = `default_settings: &base
  max_steps: 7
  hyperparameters: &fast { batch_size: 16, buffer_size: 64 }
behaviors:
  Walker:
    <<: *base
    time_horizon: 5
    hyperparameters:
      <<: [*fast]
      buffer_size: 128`;
    const { behavior } = parsed(text);
    expect(behavior).toMatchObject({ max_steps: 7, time_horizon: 5 });
    expect(behavior.hyperparameters).toMatchObject({ batch_size: 16, buffer_size: 128 });
    // What is wrong is told where it stands, through << and through aliases.
    expect(() => parsed(text.replace('batch_size: 16', 'batch_size: 0'))).toThrow(/my\.yaml:3 .*batch_size/);
    const aliased = 'default_settings: &d { hyperparameters: { beta: x } }\nbehaviors:\n  Walker: *d';
    expect(() => parsed(aliased)).toThrow(/my\.yaml:1 .*beta/);
  });

  it.each([
    ['yes', true],
    ['No', false],
    ['on', true],
    ['off', false],
  ])('has %s as a word, and says what it is in YAML 1.1', (word, meaning) => {
    expect(() => parsed(walker('network_settings:', `  normalize: ${word}`))).toThrow(
      `got "${word}"; expected true or false: ${word} means ${meaning} in YAML 1.1`,
    );
  });
});

describe('a file that is no plain UTF-8', () => {
  const folder = mkdtempSync(join(tmpdir(), 'configuration-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const read = (bytes: Uint8Array | string) => {
    const path = join(folder, 'my.yaml');
    writeFileSync(path, bytes);
    return readConfiguration(path, 'Walker');
  };
  const utf16 = Buffer.from(`\ufeff${stock}`, 'utf16le');

  it.each([
    ['UTF-16, as PowerShell writes it', utf16, /my\.yaml: .*not in UTF-8.*\(UTF-16\).*Out-File -Encoding utf8/],
    ['UTF-16 of the other order', Buffer.from(utf16).swap16(), /\(UTF-16\)/],
    ['UTF-16 without its mark', utf16.subarray(2), /\(UTF-16\)/],
    [
      'Latin-1',
      Buffer.concat([Buffer.from('# g'), Buffer.from([0xfc]), Buffer.from(`nstig\n${stock}`)]),
      /my\.yaml:1: .*not in UTF-8.*the byte FC, as in Latin-1/,
    ],
    [
      'Latin-1 at the very end',
      Buffer.concat([Buffer.from(`${stock}\n# gr`), Buffer.from([0xfc])]),
      /my\.yaml:\d+: .*FC/,
    ],
    ['something that is no text', Buffer.concat([Buffer.from(stock), Buffer.from([0])]), /a byte 0: this is no text/],
  ])('is told as what it is: %s', (_what, bytes, told) => {
    expect(() => read(bytes)).toThrow(expect.objectContaining({ name: 'UserError' }));
    expect(() => read(bytes)).toThrow(told);
  });

  it('may begin with a mark of UTF-8, and hold any text of it', () => {
    expect(read(`\ufeff# größer 步 🚶\n${stock}`)).toEqual(parsed(stock));
  });

  it('is no folder', () => {
    expect(() => readConfiguration(folder, 'Walker')).toThrow(/this is a folder, not a configuration file.*--config/);
  });
});

describe("ML-Agents' schemas of earlier years", () => {
  const flat = '  trainer: ppo\n  batch_size: 1024\n  summary_freq: 1000';
  it.each([
    [
      'trainer_config.yaml',
      `default:\n${flat}\nWalker:\n  max_steps: 5e5`,
      /my\.yaml:2 \(default\.trainer\): .*Release 2/,
    ],
    ['one without a default', `Walker:\n  batch_size: 8`, /my\.yaml:2 \(Walker\.batch_size\): .*Release 2/],
    ['flat settings under behaviors', `behaviors:\n  Walker:\n    trainer: ppo`, /my\.yaml:3 .*up to Release 2/],
    ['a curriculum', 'measure: progress\nthresholds: [0.1]', /--curriculum of ML-Agents 0\.x/],
    ['a file of samplers', 'resampling-interval: 5000', /--sampler of ML-Agents 0\.x/],
    ['what stood beside the behaviours', `${stock}\nparameter_randomization: {}`, /from Release 3 to 7/],
    ['the curricula beside them', `${stock}\ncurriculum: {}`, /\(curriculum\): .*from Release 3 to 7/],
  ])('are named, with the way to the one of today: %s', (_what, text, told) => {
    expect(() => parsed(text)).toThrow(told);
    expect(() => parsed(text)).toThrow(/To mend it: (python -m mlagents\.trainers\.upgrade_config|write )/);
  });
});

describe('the behaviours of a Unity', () => {
  const folder = mkdtempSync(join(tmpdir(), 'behaviours-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const unity = (text: string) => {
    const path = join(folder, 'unity.yaml');
    writeFileSync(path, text);
    return readUnityConfiguration(path);
  };

  it('are told with the names of the file where Unity writes them in other capitals', () => {
    expect(() => unity('behaviors:\n  walker: {}\n  Goalie: {}').of('Walker')).toThrow(
      /"Walker" has no settings, did you mean "walker"\?; got \["walker","Goalie"\].*capitals count/,
    );
    expect(() => unity('behaviors:\n  Goalie: {}').of('Walker')).toThrow(
      /got \["Goalie"\]; expected a block "Walker:"/,
    );
  });

  it('have to be some, or default_settings for all', () => {
    for (const none of ['behaviors: {}', '{}', '', 'env_settings: { seed: 1 }']) {
      expect(() => unity(none), none).toThrow(/has settings for no behaviour.*Behavior Name/);
    }
    expect(unity('default_settings: {}').behaviors).toEqual([]);
  });

  it('are another matter than the embedded world, whose Walker alone it trains', () => {
    expect(() => parsed('behaviors:\n  3DBall: {}')).toThrow(
      /unknown behaviour; got "3DBall".*--env unity for the Editor/,
    );
    expect(() => parsed('behaviors:\n  walker: {}')).toThrow(/did you mean "Walker"\?; got "walker"; expected [^.]*$/);
  });
});

describe('trainer_type: a2c', () => {
  it("has the settings of ML-Agents' plug-in", () => {
    const { behavior } = parsed(walker('trainer_type: a2c', 'hyperparameters:', '  beta: 0.001', '  num_epoch: 1'));
    expect(behavior.trainer_type).toBe('a2c');
    expect(behavior.hyperparameters).toMatchObject({ num_epoch: 1, learning_rate: 3e-4, lambd: 0.95 });
    expect(parsed(configurationAsYaml({ ...parsed(stock), behavior }))).toEqual({ ...parsed(stock), behavior });
  });

  it.each([
    ['a clip', ['hyperparameters:', '  epsilon: 0.2'], /my\.yaml:5.*epsilon/],
    ['several passes over the buffer', ['hyperparameters:', '  num_epoch: 3'], /my\.yaml:5.*one pass/],
    ['a ratio', ['gaitsmith:', '  ratio: joint'], /my\.yaml:5.*ratio/],
  ])('does not take %s', (_what, lines, told) => {
    expect(() => parsed(walker('trainer_type: a2c', ...lines))).toThrow(told);
  });
});

describe('a wrong configuration is refused with file, line, value and what was allowed:', () => {
  const cases: [what: string, text: string, told: (string | RegExp)[]][] = [
    ['an unknown setting', walker('max_step: 3'), ['my.yaml:3', 'max_step', 'did you mean "max_steps"']],
    [
      'an unknown setting further in',
      walker('hyperparameters:', '  batchsize: 5'),
      ['my.yaml:4', 'did you mean "batch_size"', 'buffer_size'],
    ],
    [
      'an unknown behaviour',
      'behaviors:\n  Walkr:\n    max_steps: 1',
      ['my.yaml:2', '"Walkr"', 'did you mean "Walker"'],
    ],
    ['a word for a number', walker('max_steps: many'), ['my.yaml:3', '"many"', 'a number']],
    ['a number below the range', walker('time_horizon: -3'), ['my.yaml:3', '-3', 'above 0']],
    [
      'a fraction for a whole number',
      walker('time_horizon: 1', 'max_steps: 1.5'),
      ['my.yaml:4', '1.5', 'whole number'],
    ],
    [
      'a misspelt choice',
      walker('hyperparameters:', '  learning_rate_schedule: lineer'),
      ['my.yaml:4', '"lineer"', 'linear, constant', 'did you mean "linear"'],
    ],
    [
      'a trainer of ML-Agents that we do not have, by its name',
      walker('trainer_type: sac'),
      ['my.yaml:3 (behaviors.Walker.trainer_type): the trainer sac is not supported yet', 'ppo and a2c are'],
    ],
    [
      'the trainer of groups, by its name',
      'default_settings: { trainer_type: poca }\nbehaviors: { Walker: {} }',
      ['my.yaml:1 (default_settings.trainer_type): the trainer poca is not supported yet'],
    ],
    ['a trainer that is none', walker('trainer_type: pop'), ['my.yaml:3', '"pop"', 'did you mean "ppo"', 'ppo, a2c']],
    ['a value from default_settings', 'default_settings:\n  max_steps: x\nbehaviors:\n  Walker:\n', ['my.yaml:2']],
    ['a number for a block', walker('hyperparameters: 7'), ['my.yaml:3', '7', 'a block of settings']],
    ['a behaviour that is no block', 'behaviors:\n  Walker: 3', ['my.yaml:2', 'a block of settings']],
    ['no behaviour at all', '', ['my.yaml', '"Walker"']],
    ['an alias without an anchor', walker('max_steps: *many'), ['my.yaml', 'not valid YAML', 'many']],
    [
      'a seed that would be the same as another one',
      `${walker('max_steps: 1')}\nenv_settings: { seed: 4294967296 }`,
      ['env_settings.seed', '4294967296', 'at most 4294967295'],
    ],
    [
      'a minibatch larger than the buffer',
      walker('hyperparameters:', '  batch_size: 100', '  buffer_size: 50'),
      ['my.yaml:4', 'batch_size 100', 'buffer_size 50'],
    ],
    [
      'a minibatch larger than the buffer, where only that is told',
      walker('hyperparameters:', '  buffer_size: 50'),
      ['my.yaml:3', 'hyperparameters.batch_size', 'batch_size 1024', 'buffer_size 50'],
    ],
    [
      'a feature that is not supported yet, by its name',
      walker('network_settings:', '  memory:', '    memory_size: 128'),
      ['my.yaml:4', 'recurrent memory', 'not supported'],
    ],
    [
      'what would make a run not repeat itself, with the reason',
      walker('threaded: true'),
      ['my.yaml:3', 'threaded', 'repeat'],
    ],
    [
      'an unknown setting of our own',
      walker('gaitsmith:', '  target_lk: 0.1'),
      ['my.yaml:4', 'did you mean "target_kl"', 'mirror_loss'],
    ],
    [
      'an unknown setting in a block that may be null',
      walker('gaitsmith:', '  adaptive_learning_rate: { kl: 1 }'),
      ['my.yaml:4', 'adaptive_learning_rate.kl', 'desired_kl'],
    ],
    [
      'a learning rate of its own for a critic that has no body of its own',
      walker('hyperparameters: { shared_critic: true }', 'gaitsmith:', '  critic_learning_rate: 1.0e-3'),
      ['my.yaml:5', 'shared_critic'],
    ],
    [
      'symmetric networks and mirror images for them to learn from',
      walker('gaitsmith:', '  symmetric: true', '  mirror_samples: true'),
      ['my.yaml:5', 'symmetric learns nothing from the mirror', 'mirror_samples', 'take one of the two out'],
    ],
    [
      'symmetric networks and a mirror loss',
      walker('gaitsmith:', '  symmetric: true', '  mirror_loss: 0.5'),
      ['my.yaml:5', 'symmetric learns nothing from the mirror', 'mirror_loss'],
    ],
    [
      'symmetric networks of an odd number of units',
      walker('network_settings:', '  hidden_units: 127', 'gaitsmith: { symmetric: true }'),
      ['my.yaml:4', 'hidden_units', '127', 'pairs', 'even number'],
    ],
    [
      'an unknown setting in a phase',
      walker('gaitsmith:', '  phases:', '    - from_step: 5', '      batchsize: 7'),
      ['my.yaml:6', 'phases.0.batchsize', 'did you mean "batch_size"', 'max_log_deviation'],
    ],
    [
      'a phase that does not begin after the one before it',
      walker('gaitsmith:', '  phases:', '    - { from_step: 5 }', '    - { from_step: 5 }'),
      ['my.yaml:6', 'phases.1.from_step', '5'],
    ],
    [
      'a phase with a minibatch larger than the buffer that an earlier one left it',
      walker(
        'gaitsmith:',
        '  phases:',
        '    - { from_step: 5, buffer_size: 2000 }',
        '    - from_step: 6',
        '      batch_size: 3000',
      ),
      ['my.yaml:7', 'batch_size 3000', 'buffer_size 2000'],
    ],
    [
      'a least deviation above the greatest',
      walker('gaitsmith:', '  min_log_deviation: -1', '  max_log_deviation: -1.5'),
      ['my.yaml:4', 'min_log_deviation', '-1'],
    ],
    [
      'a deviation beyond all that can be reckoned with',
      walker('gaitsmith:', '  initial_log_deviation: 100'),
      ['my.yaml:4', 'initial_log_deviation', '100', 'at most 2'],
    ],
    [
      'a least deviation that is none',
      walker('gaitsmith:', '  min_log_deviation: -1000'),
      ['my.yaml:4', '-1000', 'at least -20'],
    ],
    [
      'a phase with a deviation beyond all that can be reckoned with',
      walker('gaitsmith:', '  phases: [{ from_step: 1, max_log_deviation: 90 }]'),
      ['my.yaml:4', 'phases.0.max_log_deviation', '90', 'at most 2'],
    ],
    [
      'a phase that takes the greatest deviation below the least',
      walker('gaitsmith:', '  min_log_deviation: -1', '  phases: [{ from_step: 1, max_log_deviation: -1.5 }]'),
      ['my.yaml:5', 'phases.0.max_log_deviation', '-1.5'],
    ],
    [
      'a clip in a phase of a2c',
      walker('trainer_type: a2c', 'gaitsmith: { phases: [{ from_step: 1, epsilon: 0.1 }] }'),
      ['my.yaml:4', 'epsilon'],
    ],
    ['text that is no YAML', 'behaviors: [', ['my.yaml:1', 'YAML']],
    ['a second document', `${walker('max_steps: 1')}\n---\n{}`, ['my.yaml:4', 'second YAML document']],
    [
      'a setting with a blank of no width in it',
      walker('max_\u200bsteps: 3'),
      [
        'my.yaml:3 (behaviors.Walker.max_\\u200bsteps)',
        'cannot be seen',
        'got "max_\\u200bsteps"',
        'did you mean "max_steps"',
      ],
    ],
    ['a setting behind a blank that is none', walker('\u00a0max_steps: 3'), ['"\\u00a0max_steps"', 'cannot be seen']],
    ['a value with a mark of direction in it', walker('trainer_type: "ppo\u200e"'), ['"ppo\\u200e"']],
  ];
  it.each(cases)('%s', (_what, text, told) => {
    expect(() => parsed(text)).toThrow(expect.objectContaining({ name: 'UserError' }));
    for (const part of told) expect(() => parsed(text)).toThrow(part);
  });

  it('a file that does not exist', () => {
    expect(() => readConfiguration('no/such.yaml', 'Walker')).toThrow(/no\/such\.yaml.*no such.*--config/);
  });
});
