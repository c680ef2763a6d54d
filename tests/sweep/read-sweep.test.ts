import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../base/failure/user-error.ts';
import { embeddedWorldOf } from '../../pipeline/embedded-world.ts';
import { readSweep } from '../../sweep/read-sweep.ts';
import { sweepSchemaText } from '../../sweep/schema.ts';
import { trialConfiguration } from '../../sweep/settings.ts';
import { temporaryFolder } from '../temporary-folders.ts';
import { pointerWorld, writeSweep } from './pointer-sweep.ts';

const folder = temporaryFolder('read-sweep-');
const walkerWorld = await embeddedWorldOf('config/walker-quick.yaml');

function problemOf(text: string): UserError {
  const path = join(folder, 'sweep.yaml');
  writeFileSync(path, text);
  try {
    readSweep(path, walkerWorld);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('it was taken');
}

const head = 'kind: random\ntrials: 4\ndecisions: 300000\nset: [gaitsmith.phases=null]\n';
const rate = 'settings:\n  hyperparameters.learning_rate: { log_uniform: [1e-4, 1e-3] }\n';

/** What is wrong, and what the error has to say: the line, the value or the word that mends it. */
const wrong: [what: string, text: string, told: RegExp[]][] = [
  ['no YAML', 'kind: [', [/sweep\.yaml:1/, /not valid YAML/]],
  ['no kind', `decisions: 1\n${rate}`, [/kind/, /missing/]],
  ['an unknown kind', `kind: randon\n${rate}`, [/sweep\.yaml:1 \(kind\)/, /did you mean "random"/]],
  ['a misspelt key', `${head}trails: 4\n${rate}`, [/sweep\.yaml:5 \(trails\)/, /did you mean "trials"/]],
  ['a key of another kind', `${head}eta: 4\n${rate}`, [/\(eta\)/, /unknown setting/]],
  ['no settings', head, [/settings/, /missing/]],
  ['an empty block of settings', `${head}settings: {}\n`, [/a setting at least/]],
  ['no decisions', `kind: random\ntrials: 2\n${rate}`, [/decisions/, /missing/]],
  [
    'a range the wrong way round',
    `${head}settings:\n  max_x: { uniform: [2, 1] }\n`,
    [/\(settings\.max_x\.uniform\)/, /the higher end comes second/],
  ],
  [
    'a domain that there is not',
    `${head}settings:\n  hyperparameters.beta: { normal: [0, 1] }\n`,
    [/\(settings\.hyperparameters\.beta\)/, /log_uniform/],
  ],
  [
    'a setting that there is not',
    `${head}settings:\n  hyperparameters.learning_rat: [1e-4]\n`,
    [/sweep\.yaml:6/, /did you mean "learning_rate"/],
  ],
  [
    'a value that the setting does not take',
    `${head}settings:\n  hyperparameters.num_epoch: [2, 0]\n`,
    [/sweep\.yaml:6/, /got 0/],
  ],
  [
    'an end of a range that it does not take',
    `${head}settings:\n  hyperparameters.epsilon: { uniform: [0.1, 1.5] }\n`,
    [/got 1.5/],
  ],
  [
    'what the sweep decides itself',
    `${head}settings:\n  gaitsmith.evaluation_interval: [5000]\n`,
    [/not for a sweep to try/, /looks/],
  ],
  ['max_steps', `${head}settings:\n  max_steps: [5000]\n`, [/decisions/]],
  [
    'a configuration that is not there',
    `config: no.yaml\n${head}${rate}`,
    [/sweep\.yaml:1 \(config\)/, /no such configuration file/],
  ],
  [
    'a line of set that is none',
    `${head.replace('gaitsmith.phases=null', 'agents')}${rate}`,
    [/sweep\.yaml:4/, /names no setting/],
  ],
  [
    'a line of set that is wrong',
    `${head.replace('gaitsmith.phases=null', 'hyperparameters.beta=-1')}${rate}`,
    [/sweep\.yaml:4/, /got -1/],
  ],
  ['a range in a grid', `kind: grid\ndecisions: 300000\n${rate}`, [/a grid needs the values themselves/]],
  [
    'too large a grid',
    `kind: grid\ndecisions: 300000\nsettings:\n${['lambd', 'beta', 'epsilon', 'learning_rate', 'num_epoch'].map((name) => `  hyperparameters.${name}: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]\n`).join('')}`,
    [/16807 combinations/, /10,000/],
  ],
  [
    'values of a grid that do not fit together',
    'kind: grid\ndecisions: 300000\nset: [gaitsmith.phases=null]\nsettings:\n  hyperparameters.batch_size: [128, 4096]\n  hyperparameters.buffer_size: [2560, 20480]\n',
    [/larger than the whole buffer/],
  ],
  [
    'fewer decisions than an update takes',
    `kind: random\ntrials: 2\nlooks: 4\ndecisions: 4000\n${rate}`,
    [/sweep\.yaml:4 \(decisions\)/, /an update alone takes/],
  ],
  [
    'a network that changes in a population',
    'kind: pbt\nmembers: 4\ngenerations: 3\ndecisions: 300000\nset: [gaitsmith.phases=null]\nsettings:\n  network_settings.hidden_units: [64, 128]\n',
    [/can not change then/, /halving/],
  ],
  [
    'phases that would undo what a population finds',
    `kind: pbt\nmembers: 4\ngenerations: 3\ndecisions: 300000\n${rate}`,
    [/in a phase from 700000 decisions/, /gaitsmith\.phases=null/],
  ],
  [
    'a parameter that the world does not have',
    `${head}settings:\n  environment_parameters.frictoin: [1]\n`,
    [/sweep\.yaml:6/, /write friction instead of frictoin/],
  ],
];

describe('a sweep file', () => {
  it.each(wrong)('with %s gets one error that says where and what', (_, text, told) => {
    const { message } = problemOf(text);
    for (const each of told) expect(message).toMatch(each);
    expect(message.split('\n')).toHaveLength(1);
  });

  it('that is not there is told as that', () => {
    expect(() => readSweep(join(folder, 'none.yaml'), walkerWorld)).toThrow('there is no such sweep file');
  });

  it('that takes a setting which a phase sets later is taken, with a warning', () => {
    writeFileSync(join(folder, 'sweep.yaml'), `kind: random\ntrials: 4\ndecisions: 300000\n${rate}`);
    const { warnings } = readSweep(join(folder, 'sweep.yaml'), walkerWorld);
    expect(warnings).toEqual([expect.stringContaining('a phase of the configuration sets it as well')]);
  });

  it('tells which combinations its configuration takes', () => {
    writeFileSync(
      join(folder, 'sweep.yaml'),
      `${head}settings:\n  hyperparameters.batch_size: [128, 4096]\n`.replace(
        'set: [gaitsmith.phases=null]',
        'set: [gaitsmith.phases=null, hyperparameters.buffer_size=4096]',
      ),
    );
    const { isValid } = readSweep(join(folder, 'sweep.yaml'), walkerWorld);
    expect(isValid({ 'hyperparameters.buffer_size': 2048 })).toBe(true);
    expect(isValid({ 'hyperparameters.buffer_size': 2048, 'hyperparameters.batch_size': 4096 })).toBe(false);
    expect(isValid({ 'hyperparameters.buffer_size': 200_000 })).toBe(false);
  });

  it('lays what changed on the way into phases, among those of the configuration', () => {
    const path = writeSweep(folder, {
      kind: 'pbt',
      members: 2,
      generations: 3,
      decisions: 1560,
      settings: { 'hyperparameters.beta': { uniform: [0, 1] } },
    });
    const { base, sweep } = readSweep(path, pointerWorld);
    const text = base.text.replace(
      'agents: 20,',
      'agents: 20, phases: [{ from_step: 520, gamma: 0.9 }, { from_step: 600, gamma: 0.8 }],',
    );
    const beta = (value: number) => ({ 'hyperparameters.beta': value });
    const stages = [
      { from: 0, values: beta(0.1) },
      { from: 520, values: beta(0.2) },
      { from: 1040, values: beta(0.2) },
    ];
    const { behavior } = trialConfiguration({ ...base, text }, sweep, stages, pointerWorld);
    expect(behavior.hyperparameters.beta).toBe(0.1);
    expect(behavior.gaitsmith.phases).toEqual([
      { from_step: 520, gamma: 0.9, beta: 0.2 },
      { from_step: 600, gamma: 0.8 },
    ]);
  });

  it('has a schema for editors, which is the one that lies there', () => {
    const schema = JSON.parse(sweepSchemaText());
    expect(schema.anyOf).toHaveLength(4);
    expect(readFileSync('sweep.schema.json', 'utf8')).toBe(sweepSchemaText());
  });
});
