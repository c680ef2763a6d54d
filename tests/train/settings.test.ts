/** Training by every setting there is: exact whatever it is, and in effect. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256OfFile } from '../../base/files/hash.ts';
import { openEngine } from '../../compile/index.ts';
import { exportActor } from '../../export/export-actor.ts';
import { parseConfiguration } from '../../train/configuration/read.ts';
import { readCheckpoint } from '../../train/keep/checkpoint.ts';
import { Learner } from '../../train/learn/learner.ts';
import { mirrored } from '../../train/learn/mirrored.ts';
import { eagerActions } from '../../train/policy/eager-actor.ts';
import type { TrainOptions } from '../../train/train-options.ts';
import { behavior, stateOf } from './fixtures/pointing-environment.ts';
import { trainPointer } from './fixtures/train-pointer.ts';

/** 240 decisions an iteration. */
function configuration(maxSteps: number, settings: Settings) {
  const { trainer = 'ppo', learningRate = 0.003, hyperparameters = '', network = '', more = '', gaitsmith } = settings;
  return parseConfiguration(
    `behaviors:
  Pointer:
    trainer_type: ${trainer}
    hyperparameters: { learning_rate: ${learningRate}, ${hyperparameters || 'batch_size: 60, buffer_size: 240'} }
    network_settings: { normalize: ${settings.normalize ?? true}, hidden_units: 16, num_layers: 2, ${network} }
    reward_signals: { extrinsic: { gamma: ${settings.gamma ?? 0.5} } }
    max_steps: ${maxSteps}
    ${more}
    gaitsmith: { ${gaitsmith ?? ''} }`,
    'pointer.yaml',
    'Pointer',
  );
}

interface Settings {
  readonly trainer?: string;
  readonly learningRate?: number;
  readonly gamma?: number;
  readonly hyperparameters?: string;
  readonly network?: string;
  readonly normalize?: boolean;
  readonly more?: string;
  readonly gaitsmith?: string;
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'settings-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function run(
  settings: Settings,
  changes: Partial<TrainOptions> & { name: string; maxSteps?: number; stopAfter?: number },
) {
  const { name, maxSteps = 480, stopAfter, ...options } = changes;
  const where = { configuration: configuration(maxSteps, settings), folder, name, stopAfter };
  return trainPointer({ ...where, agents: 12, workers: 2, ...options });
}

describe('a run that was stopped and resumed, with other numbers of workers, ends with the very bytes of one that was not', () => {
  const cases: readonly [what: string, settings: Settings][] = [
    [
      'normalised rewards, early stop, adaptive and separate learning rates, rows drawn with replacement',
      {
        gaitsmith:
          'normalize_rewards: true, target_kl: 0.01, critic_learning_rate: 0.001, adaptive_learning_rate: { desired_kl: 0.001 }, minibatches: with_replacement',
      },
    ],
    [
      'a shared critic, a mirror loss, a joint ratio, clipped values and gradients, an orthogonal start',
      {
        hyperparameters: 'batch_size: 60, buffer_size: 240, shared_critic: true, epsilon: 0.1',
        gaitsmith:
          'mirror_loss: 0.5, target_kl: 0.01, ratio: joint, value_loss: clipped, max_gradient_norm: 0.5, normalize_advantages: minibatch, initial_weights: orthogonal, initial_log_deviation: -0.5',
      },
    ],
    [
      'mirrored samples, layer norm, few minibatches for the actor, no noise',
      {
        network: 'deterministic: true',
        gaitsmith:
          'mirror_samples: true, layer_norm: true, activation: none, train_pi_iters: 5, initial_weights: torch, max_log_deviation: -0.001',
      },
    ],
    [
      'symmetric networks, a phase that begins where the run was stopped, an average',
      {
        gaitsmith:
          'symmetric: true, average_updates: 2, adaptive_learning_rate: { desired_kl: 0.001 }, phases: [{ from_step: 100, batch_size: 30, max_log_deviation: -0.1 }]',
      },
    ],
    [
      'symmetric networks on one body, with layer norms and an orthogonal start',
      {
        hyperparameters: 'batch_size: 60, buffer_size: 240, shared_critic: true',
        gaitsmith: 'symmetric: true, layer_norm: true, activation: none, initial_weights: orthogonal',
      },
    ],
    [
      'a phase that begins where the run was stopped, another buffer, rate and noise with it',
      {
        gaitsmith:
          'adaptive_learning_rate: { desired_kl: 0.001 }, phases: [{ from_step: 100, batch_size: 40, buffer_size: 120, learning_rate: 0.001, max_log_deviation: -0.5 }]',
      },
    ],
    ['a policy that is averaged over updates', { gaitsmith: 'average_updates: 2' }],
    [
      'a policy that is averaged from a phase on, and over fewer updates from another one',
      { gaitsmith: 'phases: [{ from_step: 240, average_updates: 3 }, { from_step: 480, average_updates: 2 }]' },
    ],
    ['a2c', { trainer: 'a2c', gaitsmith: 'normalize_advantages: none, value_loss_weight: 1' }],
  ];
  it.each(cases)('%s', async (_what, settings) => {
    const whole = await run(settings, { name: 'whole', workers: 1 });
    const first = await run(settings, { name: 'parts', workers: 2, stopAfter: 1 });
    expect([first.interrupted, first.progress.step]).toEqual([true, 240]);
    const second = await run(settings, { name: 'parts', workers: 1, resume: true });
    expect(sha256OfFile(second.checkpoint)).toBe(sha256OfFile(whole.checkpoint));
  });
});

describe('a setting', () => {
  it('that wants the mirror is refused where nobody knows it', async () => {
    const { mirror, ...blind } = behavior;
    expect(mirror).toBeDefined();
    for (const gaitsmith of ['mirror_loss: 0.1', 'symmetric: true']) {
      await expect(run({ gaitsmith }, { name: 'blind', behavior: blind })).rejects.toThrow(
        /Pointer\.gaitsmith.*mirror image/,
      );
    }
  });

  it('of a buffer that agents cannot share evenly rounds their share up, so that the largest minibatch fits', async () => {
    const { iterations } = await run(
      { trainer: 'a2c', hyperparameters: 'batch_size: 100, buffer_size: 100' },
      { name: 'uneven', maxSteps: 1, workers: 1 },
    );
    expect(iterations[0]!.step).toBe(108);
    expect(iterations[0]!.actorMinibatches).toBe(1);
  });

  it('of the most noise holds from the first decision on, also in a run that starts from a noisier policy', async () => {
    const noisy = await run({}, { name: 'noisy', maxSteps: 1, workers: 1 });
    const start = `init_path: ${noisy.checkpoint}`;
    const { iterations, checkpoint } = await run(
      { gaitsmith: 'max_log_deviation: -0.5', more: start },
      { name: 'calmer', maxSteps: 1, workers: 1 },
    );
    const { parameters } = readCheckpoint(checkpoint);
    expect(Math.max(...parameters['actor.logDeviation']!)).toBeLessThanOrEqual(-0.5);
    expect(iterations[0]!.actionStd).toBeGreaterThan(0.5);
    // Entropy of a normal distribution, per action: the update saw the smaller deviation already.
    expect(iterations[0]!.entropy).toBeCloseTo(0.5 * Math.log(2 * Math.PI * Math.E) - 0.5, 1);
  });

  it('of the least noise widens a policy that has less, before it acts', async () => {
    const { iterations, checkpoint } = await run(
      { gaitsmith: 'initial_log_deviation: -2, min_log_deviation: -0.5' },
      { name: 'wider', maxSteps: 1, workers: 1 },
    );
    expect(Math.min(...readCheckpoint(checkpoint).parameters['actor.logDeviation']!)).toBeGreaterThanOrEqual(-0.5);
    expect(iterations[0]!.entropy).toBeCloseTo(0.5 * Math.log(2 * Math.PI * Math.E) - 0.5, 1);
  });

  it('of no noise acts on the means, which lie closer together than what is drawn about them', async () => {
    const noisy = readCheckpoint((await run({}, { name: 'noisy', maxSteps: 1, workers: 1 })).checkpoint);
    const still = readCheckpoint(
      (await run({ network: 'deterministic: true' }, { name: 'still', maxSteps: 1, workers: 1 })).checkpoint,
    );
    const spread = (checkpoint: typeof noisy) => {
      const actions = checkpoint.snapshots!.flatMap((snapshot) => [...stateOf(snapshot).actions]);
      return Math.max(...actions) - Math.min(...actions);
    };
    // The means start near 0, and sigma is 1: a third of it reaches the world.
    expect(spread(noisy)).toBeGreaterThan(1);
    expect(spread(still)).toBeLessThan(0.5);
  });

  it('for the learning rate is followed from update to update', async () => {
    const timid = 'adaptive_learning_rate: { desired_kl: 1000, factor: 2, max: 0.01 }';
    const { iterations } = await run(
      { hyperparameters: 'batch_size: 60, buffer_size: 240, learning_rate_schedule: constant', gaitsmith: timid },
      { name: 'rates', maxSteps: 720, workers: 1 },
    );
    const rates = iterations.map(({ learningRate }) => learningRate);
    expect(rates[1]).toBeCloseTo(0.006, 8);
    expect(rates[2]).toBeCloseTo(0.01, 8);
  });

  it('for the learning rate sees how far an update went that is one minibatch', async () => {
    const { iterations } = await run(
      {
        hyperparameters: 'batch_size: 240, buffer_size: 240, learning_rate_schedule: constant, num_epoch: 1',
        gaitsmith: 'adaptive_learning_rate: { desired_kl: 0.000001, factor: 2, min: 0.0001 }',
      },
      { name: 'one-minibatch', maxSteps: 720, workers: 1 },
    );
    expect(iterations.map(({ learningRate }) => learningRate)).toEqual([0.003, 0.0015, 0.00075]);
    for (const { klAnalytic } of iterations) expect(klAnalytic).toBeGreaterThan(0.000002);
  });

  it('for an adapting learning rate leaves nothing behind where it is taken out', async () => {
    const constant = 'batch_size: 60, buffer_size: 240, learning_rate_schedule: constant';
    const timid = 'adaptive_learning_rate: { desired_kl: 1000, factor: 2 }';
    const [first, then] = [{ maxSteps: 480 }, { maxSteps: 720, resume: true }];
    await run({ hyperparameters: constant, gaitsmith: timid }, { name: 'rates', ...first, workers: 1 });
    const { iterations, progress } = await run({ hyperparameters: constant }, { name: 'rates', ...then, workers: 1 });
    expect(iterations[0]!.learningRate).toBe(0.003);
    expect(progress.learningRateFactor).toBeUndefined();
  });

  it('for normalised rewards tells the critic what they are worth where it is taken out', async () => {
    const once = { name: 'units', maxSteps: 240, workers: 1 };
    const before = readCheckpoint((await run({ gaitsmith: 'normalize_rewards: true' }, once)).checkpoint);
    const after = readCheckpoint((await run({}, { ...once, resume: true })).checkpoint);
    const { deviation } = before.rewardNormaliser!;
    const [was, is] = [before, after].map(({ parameters }) => parameters['critic.value.weight']!);
    expect(deviation).not.toBeCloseTo(1, 1);
    expect([...is!]).toEqual([...was!].map((weight) => Math.fround(weight * deviation)));
    expect(after.rewardNormaliser).toBeUndefined();
  });

  it('for observations as they are shows them to the networks unclipped, in the exported file too', async () => {
    const seenBy = async (normalize: boolean) => {
      const name = `normalize-${normalize}`;
      const { checkpoint } = await run({ normalize }, { name, maxSteps: 240, workers: 1 });
      const policy = readCheckpoint(checkpoint);
      const learner = await Learner.create(policy.network, 8, 1, await openEngine());
      const { seen } = await learner.evaluate(Float32Array.of(1e4, -2e4, 3e4));
      await learner.release();
      const clips = exportActor(policy, '0').graph.nodes.filter(({ op }) => op === 'Clip');
      return { seen: [...seen], clips: clips.length };
    };
    expect(await seenBy(true)).toEqual({ seen: [5, -5, 5], clips: 3 });
    expect(await seenBy(false)).toEqual({ seen: [1e4, -2e4, 3e4], clips: 2 }); // those of the actions
  });

  it('for mirrored samples leaves out of the divergence that the policy is not symmetric', async () => {
    const { iterations } = await run(
      { learningRate: 1e-12, gaitsmith: 'mirror_samples: true' },
      { name: 'still', maxSteps: 960, workers: 1 },
    );
    // What is left at first comes from the normaliser, which each buffer moves less.
    expect(iterations[3]!.kl).toBeLessThan(1e-4);
    const asymmetric = await run(
      { learningRate: 1e-12, gaitsmith: 'mirror_loss: 1' },
      { name: 'asymmetric', maxSteps: 240, workers: 1 },
    );
    expect(asymmetric.iterations[0]!.mirrorLoss).toBeGreaterThan(0.001);
  });

  it('for symmetric networks gives a policy, and a normaliser, that the mirror leaves as they are', async () => {
    const { checkpoint } = await run({ gaitsmith: 'symmetric: true' }, { name: 'symmetric', maxSteps: 720 });
    const { parameters, normaliser, network, sample } = readCheckpoint(checkpoint);
    const actor = { network, parameters, normaliser };
    const rows = sample.length / 3;
    const here = await eagerActions(actor, sample, rows);
    const there = await eagerActions(actor, mirrored(sample, behavior.mirror!.observations), rows);
    const apart = mirrored(there, behavior.mirror!.actions).map((action, at) => Math.abs(action - here[at]!));
    expect(Math.max(...apart)).toBeLessThan(1e-6);
    expect(Math.max(...here) - Math.min(...here)).toBeGreaterThan(0.1);
    // The second number turns round in the mirror.
    expect(normaliser.mean[1]).toBe(0);
    expect(normaliser.mean[0]).toBeGreaterThan(10);
  });

  it('for symmetric networks starts no run from one that learnt without, nor the other way round, and says how to mend it', async () => {
    const symmetric = { gaitsmith: 'symmetric: true' };
    const [usual, paired] = [
      await run({}, { name: 'usual', maxSteps: 240 }),
      await run(symmetric, { name: 'paired', maxSteps: 240 }),
    ];
    await expect(run({ ...symmetric, more: `init_path: ${usual.checkpoint}` }, { name: 'next' })).rejects.toThrow(
      /symmetric true.*symmetric false.*set these as that run has them.*--from-scratch/,
    );
    await expect(run({ more: `init_path: ${paired.checkpoint}` }, { name: 'next' })).rejects.toThrow(
      /symmetric false.*symmetric true/,
    );
    await expect(run(symmetric, { name: 'usual', resume: true })).rejects.toThrow(
      /gaitsmith\.symmetric false, and now it is gaitsmith\.symmetric true/,
    );
    expect(readdirSync(folder).filter((name) => name.startsWith('next'))).toEqual([]);
  });

  it('that a phase changes counts from the next update on, as if the run had been stopped and resumed with it', async () => {
    const changed = 'batch_size: 40, buffer_size: 120, beta: 0.02, epsilon: 0.1, num_epoch: 2';
    const phased = await run(
      { gaitsmith: `phases: [{ from_step: 1, ${changed}, gamma: 0.9, max_log_deviation: -0.5 }]` },
      { name: 'phased', workers: 1 },
    );
    expect(phased.iterations.map(({ step }) => step)).toEqual([240, 360, 480]);
    expect(phased.iterations.map(({ epochs }) => epochs)).toEqual([3, 2, 2]);
    expect(phased.told).toContain(
      'A phase begins at step 240: batch_size 40, buffer_size 120, beta 0.02, gamma 0.9, max_log_deviation -0.5, epsilon 0.1, num_epoch 2.',
    );

    await run({}, { name: 'by-hand', workers: 1, stopAfter: 1 });
    const byHand = await run(
      { hyperparameters: changed, gamma: 0.9, gaitsmith: 'max_log_deviation: -0.5' },
      { name: 'by-hand', workers: 1, resume: true },
    );
    expect(sha256OfFile(phased.checkpoint)).toBe(sha256OfFile(byHand.checkpoint));
  });

  it('for the learning rate, where it changes between two stretches, is where an adapted rate starts anew', async () => {
    const hyperparameters = 'batch_size: 60, buffer_size: 240, learning_rate_schedule: constant';
    const gaitsmith = 'adaptive_learning_rate: { desired_kl: 1000, factor: 2 }';
    const stretch = async (rate: number, maxSteps: number) => {
      const at = { name: 'stretches', maxSteps, resume: maxSteps > 480, workers: 1 };
      const { iterations } = await run({ learningRate: rate, hyperparameters, gaitsmith }, at);
      return iterations.map(({ learningRate }) => Number(learningRate.toFixed(8)));
    };
    expect(await stretch(0.001, 480)).toEqual([0.001, 0.002]);
    expect(await stretch(0.001, 720)).toEqual([0.004]);
    expect(await stretch(0.0005, 1200)).toEqual([0.0005, 0.001]);
  });

  it('for the learning rate that a phase names is where an adapted rate starts anew', async () => {
    const adapting = 'adaptive_learning_rate: { desired_kl: 1000, factor: 2 }';
    const { iterations } = await run(
      {
        hyperparameters: 'batch_size: 60, buffer_size: 240, learning_rate_schedule: constant',
        gaitsmith: `${adapting}, phases: [{ from_step: 480, learning_rate: 0.0005 }]`,
      },
      { name: 'rates', maxSteps: 960, workers: 1 },
    );
    const rates = iterations.map(({ learningRate }) => learningRate);
    for (const [index, rate] of [0.003, 0.006, 0.0005, 0.001].entries()) expect(rates[index]).toBeCloseTo(rate, 8);
  });

  it('for where to start from gives a new run what another one learnt, and counts steps from 0', async () => {
    const once = { maxSteps: 240, workers: 1 };
    const from = await run({ gaitsmith: 'normalize_rewards: true' }, { name: 'from', ...once });
    const path = `init_path: ${join(folder, 'from')}`;
    const next = await run({ more: path, gaitsmith: 'normalize_rewards: true' }, { name: 'next', ...once });
    expect(next.told).toEqual(expect.arrayContaining([`Initializing from ${from.checkpoint}.`]));
    const [before, after] = [readCheckpoint(from.checkpoint), readCheckpoint(next.checkpoint)];
    expect(after.progress.step).toBe(240);
    expect(after.optimiser.counts.actor).toBe(2 * before.optimiser.counts.actor);
    expect(after.normaliser.rows).toBe(before.normaliser.rows + 240);
    expect(after.rewardNormaliser!.moments.rows).toBe(480);
  });
});
