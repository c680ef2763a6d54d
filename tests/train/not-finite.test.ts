/** A NaN or an infinity anywhere in training: found where it first shows, told by name, kept, and never saved. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UserError } from '../../base/failure/user-error.ts';
import { sha256OfFile } from '../../base/files/hash.ts';
import { readTensorFile } from '../../base/files/safetensors.ts';
import { RandomStream } from '../../base/random/stream.ts';
import { openEngine } from '../../compile/index.ts';
import { parseConfiguration } from '../../train/configuration/read.ts';
import { readCheckpoint } from '../../train/keep/checkpoint.ts';
import { writeCheckpoint } from '../../train/keep/checkpoint-folder.ts';
import { Learner, type LearningBuffer } from '../../train/learn/learner.ts';
import { NotFiniteError } from '../../train/numbers/not-finite.ts';
import { train } from '../../train/train.ts';
import { behavior } from './fixtures/pointing-environment.ts';

const environment = pathToFileURL(join(import.meta.dirname, 'fixtures/pointing-environment.ts')).href;

describe('training', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'not-finite-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const checkpoints = () => readdirSync(join(folder, 'checkpoints'));
  async function run(parameters: string, resume = false, hyperparameters = 'batch_size: 64, learning_rate: 0.003') {
    const text = `
behaviors:
  Pointer:
    hyperparameters: { buffer_size: 512, num_epoch: 1, ${hyperparameters} }
    network_settings: { normalize: true, hidden_units: 8, num_layers: 1 }
    max_steps: 2000
    checkpoint_interval: 1000
environment_parameters: ${parameters}`;
    const done = train(
      {
        configuration: parseConfiguration(text, 'pointer.yaml', 'Pointer'),
        environment: { kind: 'embedded', module: environment },
        behavior,
        seed: 5,
        agents: 20,
        workers: 1,
        checkpointFolder: join(folder, 'checkpoints'),
        metricsPath: join(folder, 'metrics.jsonl'),
        dumpFolder: join(folder, 'dumps'),
        resume,
      },
      { info: () => {}, warn: () => {}, iteration: () => {}, signal: new AbortController().signal },
    );
    return done.then(
      (result) => ({ result }),
      (error: unknown) => ({ error }),
    );
  }
  async function problemOf(...args: Parameters<typeof run>) {
    const outcome = await run(...args);
    const error = 'error' in outcome ? outcome.error : undefined;
    expect(error).toBeInstanceOf(UserError);
    return (error as UserError).message;
  }

  it('stops at a NaN among the observations, keeps what led to it, and goes on from the last good checkpoint', async () => {
    // 26 decisions of each agent make an iteration; a checkpoint is made after the second.
    const message = await problemOf('{ nan_observation: 60 }');
    expect(message).toMatch(
      /^iteration 3, after 1040 steps, decision 9 of its roll-out, in its episode \d+: .*the observation "goal y" of agent 11 is not a finite number; got NaN\./,
    );
    expect(message).toContain(`look at ${join(folder, 'dumps', 'iteration-000003.json')}`);
    expect(message).toContain(`${join(folder, 'checkpoints', 'step-000001040.safetensors')} with --resume`);
    expect(checkpoints()).toEqual(['step-000001040.safetensors']);

    const { finding, configuration, tensors } = JSON.parse(
      readFileSync(join(folder, 'dumps/iteration-000003.json'), 'utf8'),
    );
    expect(finding).toMatchObject({ value: 'NaN', agent: 11 });
    expect(configuration.environmentParameters).toEqual({ nan_observation: 60 });
    expect(tensors['found']).toMatchObject({ shape: [3], notFinite: 1 });
    expect(tensors['parameter.actor.mean.weight']).toMatchObject({ shape: [8, 2], notFinite: 0 });
    const dump = readTensorFile(join(folder, 'dumps/iteration-000003.safetensors')).tensors;
    expect(dump['found']!.data[1]).toBeNaN();
    expect(dump['rollout.observations']!.shape).toEqual([9, 3]);
    expect(dump['parameter.actor.mean.weight']!.data).toEqual(
      readCheckpoint(join(folder, 'checkpoints/step-000001040.safetensors')).parameters['actor.mean.weight'],
    );

    const gone = await run('{}', true);
    const resumed = 'result' in gone ? sha256OfFile(gone.result.checkpoint) : gone.error;
    rmSync(join(folder, 'checkpoints'), { recursive: true });
    const whole = await run('{}');
    expect(resumed).toBe('result' in whole && sha256OfFile(whole.result.checkpoint));
  });

  it('stops at a NaN among the rewards, and says so where there is no checkpoint yet', async () => {
    const message = await problemOf('{ nan_reward: 3 }');
    expect(message).toMatch(/^iteration 1, after 0 steps, decision 3 of its roll-out.*the reward of agent 11 is not/);
    expect(message).toContain('begin again');
    expect(readdirSync(folder)).toEqual(['dumps', 'metrics.jsonl']);
  });

  it('stops at a NaN in what an episode was cut off in', async () => {
    expect(await problemOf('{ nan_ending: 8 }')).toMatch(
      /the observation "goal x" that its episode ended in of agent \d+ is not/,
    );
  });

  it('stops, rather than save, where the learning rate leads out of the numbers', async () => {
    const message = await problemOf(
      '{}',
      false,
      'batch_size: 64, learning_rate: 1.0e+39, learning_rate_schedule: constant',
    );
    expect(message).toMatch(/^iteration 1, after 0 steps.* is not a finite number.*lower learning_rate/);
    expect(readdirSync(folder)).toEqual(['dumps', 'metrics.jsonl']);
  });

  it('stops, rather than save, where the parameters are numbers still and what they make of an observation is none', async () => {
    const hyperparameters = 'batch_size: 512, learning_rate: 1.0e+38, learning_rate_schedule: constant';
    const message = await problemOf('{}', false, hyperparameters);
    expect(message).toMatch(
      /^iteration 1, after 0 steps, after its update: .*the (policy|critic)'s .* is not a finite/,
    );
    expect(readdirSync(folder)).toEqual(['dumps', 'metrics.jsonl']);
    const { finding, tensors } = JSON.parse(readFileSync(join(folder, 'dumps/iteration-000001.json'), 'utf8'));
    expect(finding.place).toBe('after its update');
    const kept = Object.entries(tensors as Record<string, { notFinite: number }>);
    const parameters = kept.filter(([name]) => name.startsWith('parameter.'));
    // Two layers of weights and biases of either, and the deviation.
    expect(parameters).toHaveLength(9);
    for (const [name, { notFinite }] of parameters) expect(notFinite, name).toBe(0);
  });

  it('stops where a poisoned parameter shows first', async () => {
    const { result } = (await run('{}')) as { result: { checkpoint: string } };
    const whole = readCheckpoint(result.checkpoint);
    for (const [name, told] of [
      ['actor.mean.bias', /the policy's mean of action 1 of agent 0/],
      ['actor.logDeviation', /the deviation of the policy's actions/],
      ['critic.value.bias', /the critic's value of a state of agent 0/],
    ] as const) {
      rmSync(join(folder, 'checkpoints'), { recursive: true });
      const values = whole.parameters[name]!.slice().fill(Number.NaN, -1);
      const poisoned = writeCheckpoint(join(folder, 'checkpoints'), {
        ...whole,
        progress: { ...whole.progress, step: 1000 },
        parameters: { ...whole.parameters, [name]: values },
      });
      expect(await problemOf('{}', true)).toMatch(told);
      expect(checkpoints().map((file) => join(folder, 'checkpoints', file))).toEqual([poisoned]);
    }
  });
});

describe('the learner', () => {
  const network = { observationSize: 4, actionSize: 2, hiddenUnits: 8, layers: 1 };
  const rows = 48;
  const random = new RandomStream(1);
  const draw = (count: number) => Float32Array.from({ length: count }, () => random.normal());
  const buffer = (): LearningBuffer => ({
    observations: draw(rows * 4),
    actions: draw(rows * 2),
    logProbabilities: draw(rows * 2),
    advantages: draw(rows),
    returns: draw(rows),
  });
  const settings = { learningRate: 0.003, epsilon: 0.2, beta: 0.001, epochs: 1 };
  async function findingOf(damage: (buffer: LearningBuffer, learner: Learner) => void, backend: 'onnx' | 'cpu') {
    const learner = await Learner.create(network, 16, 7, await openEngine({ backend }));
    const given = buffer();
    damage(given, learner);
    const before = structuredClone({ ...learner.parameters });
    const error = await learner.update(given, settings, new RandomStream(2)).catch((thrown: unknown) => thrown);
    await learner.release();
    expect(error).toBeInstanceOf(NotFiniteError);
    return { ...(error as NotFiniteError).finding, before, learner };
  }

  it.each(['onnx', 'cpu'] as const)('names the gradient that overflows where no loss does, on %s', async (backend) => {
    // The square of a return is finite; that of its gradient by a weight is not.
    const damage = ({ returns, observations }: LearningBuffer) => {
      returns.fill(1e18);
      observations.forEach((value, at) => {
        observations[at] = value * 1000;
      });
    };
    const { tensor, place, evidence, before, learner } = await findingOf(damage, backend);
    expect(tensor).toMatch(/^the squared gradient of critic\./);
    expect(place).toBe('minibatch 1 of 3');
    expect(evidence['minibatch.returns']!.shape).toEqual([16, 1]);
    expect(evidence['minibatch.rows']!.data).toHaveLength(16);
    expect(learner.parameters).toEqual(before);
    expect(learner.optimiser.counts).toEqual({ actor: 0, critic: 0 });
  });

  it('is as it was before the minibatch that a number stops being one in, whichever of the two meets it', async () => {
    const given = buffer();
    const met = new Set<string>();
    for (const row of [0, 17, 40]) {
      const states = [];
      for (const column of ['advantages', 'returns'] as const) {
        const learner = await Learner.create(network, 16, 7, await openEngine());
        const broken = { ...given, [column]: given[column].slice().fill(Number.NaN, row, row + 1) };
        const error = await learner.update(broken, settings, new RandomStream(2)).catch((thrown: unknown) => thrown);
        const { place } = (error as NotFiniteError).finding;
        met.add(place!);
        states.push({ place, parameters: learner.parameters, optimiser: learner.optimiser });
        await learner.release();
      }
      expect(states[0]).toEqual(states[1]);
    }
    expect(met.size).toBeGreaterThan(1);
  });

  it.each([
    ['the value loss', ({ returns }: LearningBuffer) => returns.fill(1e30)],
    ['the policy loss', ({ advantages }: LearningBuffer) => advantages.fill(Number.NaN)],
    ['the entropy', (_: LearningBuffer, { parameters }: Learner) => parameters['actor.logDeviation']!.fill(100)],
  ])('names %s where it is the first', async (name, damage) => {
    expect((await findingOf(damage, 'onnx')).tensor).toBe(name);
  });
});
