/** What is learnt doesn't depend on how many threads learn it. The network is large enough for onnxruntime to share it out. */
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../../base/files/hash.ts';
import { RandomStream } from '../../../../base/random/stream.ts';
import { openEngine, tf } from '../../../../compile/index.ts';
import { Learner, type LearnerOptions } from '../../../../train/learn/learner.ts';
import {
  emptyBatch,
  type MinibatchStep,
  paysSideBySide,
  prepareSteps,
  shardsOf,
} from '../../../../train/learn/minibatch-step.ts';
import { ML_AGENTS_OBJECTIVE } from '../../../../train/learn/objective.ts';
import { vectorsOf, zeroVectors } from '../../../../train/learn/parameter-vectors.ts';
import { actorCritic, initialParameters, type Network } from '../../../../train/policy/policy.ts';

/** Other files of this process may have left some. */
const tensorsBefore = tf.memory().numTensors;

const network: Network = { observationSize: 243, actionSize: 39, hiddenUnits: 256, layers: 3 };
const [rows, batchSize] = [1100, 512];
const random = new RandomStream(1);
const draw = (count: number, scale = 1) => Float32Array.from({ length: count }, () => random.normal() * scale);
const buffer = {
  observations: draw(rows * network.observationSize),
  actions: draw(rows * network.actionSize),
  logProbabilities: draw(rows * network.actionSize, 0.3).map((value) => value - 1.4),
  advantages: draw(rows),
  returns: draw(rows),
  collected: Float32Array.from({ length: rows }, (_, row) => (row % 3) & 1),
};
/** Each number changes places with the one at its other end. */
const turnedRound = (size: number) => ({
  from: Array.from({ length: size }, (_, at) => size - 1 - at),
  signs: Array.from({ length: size }, (_, at) => (Math.abs(2 * at - size + 1) % 4 < 2 ? 1 : -1)),
});
const symmetry = { observations: turnedRound(243), actions: turnedRound(39) };
const settings = { learningRate: 3e-4, epsilon: 0.2, beta: 0.005, epochs: 1 };

async function learnt(threads: number, options: LearnerOptions, more: Partial<Network> = {}) {
  const engine = await openEngine({ threads });
  const learner = await Learner.create({ ...network, ...more }, batchSize, 7, engine, options);
  const statistics = await learner.update(buffer, settings, new RandomStream(2));
  const evaluated = await learner.evaluate(buffer.observations);
  const { parameters, optimiser } = learner;
  await learner.release();
  // As hashes: there are millions of numbers to compare.
  const hashes = [evaluated, parameters, optimiser.first, optimiser.second].map((arrays) =>
    sha256(Buffer.concat(Object.values<Float32Array>(arrays).map((array) => new Uint8Array(array.slice().buffer)))),
  );
  return { statistics, counts: optimiser.counts, hashes };
}

describe('any number of threads learns the same bytes', () => {
  it.each<[string, number[], LearnerOptions, Partial<Network>]>([
    ['in two networks', [2, 4, 8], {}, {}],
    ['with a norm over both gradients', [3], { maxGradientNorm: 0.5 }, { layerNorm: true, activation: 'none' }],
    ['on one body', [4], { maxGradientNorm: 0.5 }, { sharedBody: true }],
    ['in networks that respect a mirror', [2, 4], {}, { symmetry }],
    ['where the critic goes on alone', [2], { actorMinibatches: 1 }, {}],
  ])('%s', async (_name, counts, options, more) => {
    const one = await learnt(1, options, more);
    const engine = await openEngine();
    expect(paysSideBySide(actorCritic({ ...network, ...more }), batchSize, engine)).toBe(true);
    for (const threads of counts) expect(await learnt(threads, options, more), `${threads} threads`).toEqual(one);
  });
});

describe('a minibatch', () => {
  it.each([
    [32, 1],
    [511, 1],
    [512, 2],
    [768, 3],
    [770, 2],
    [1021, 1],
    [1024, 4],
    [2048, 4],
    [20480, 4],
  ])('of %d rows is cut into %d shards of as many rows each', (size, shards) => {
    expect(shardsOf(size)).toBe(shards);
    expect(size % shards).toBe(0);
  });

  it('that is cut is learnt as one that is not, but for rounding', async () => {
    const small = { ...network, hiddenUnits: 16, layers: 1 };
    const networks = actorCritic(small);
    const objective = { ...ML_AGENTS_OBJECTIVE, images: true };
    const options = { objective, maxGradientNorm: 0.5 };
    const [cut] = await prepareSteps(networks, 1024, await openEngine(), options);
    // A device takes all rows at once.
    const engine = await openEngine();
    const [whole] = await prepareSteps(networks, 1024, { ...engine, use: { device: 'gpu' } }, options);
    const table = networks.parameterTable;
    const state = {
      parameters: vectorsOf(table, initialParameters(small, 3)),
      first: zeroVectors(table),
      second: zeroVectors(table),
    };
    const batch = emptyBatch(networks, 1024, objective);
    for (const name in batch) {
      batch[name]!.set(buffer[name as keyof typeof buffer].subarray(0, batch[name]!.length));
    }
    const factors = { stepSize: 1e-3, tiny: 1e-8 };
    const inputs = { epsilon: 0.2, beta: 0.01, adam: { actor: factors, critic: factors } };
    const stepped = async (step: MinibatchStep) => {
      step.load(state);
      const { statistics } = await step.run(batch, inputs);
      step.accept(step.owners);
      return { statistics, state: step.state() };
    };
    const [one, other] = [await stepped(cut!), await stepped(whole!)];
    for (const [name, value] of Object.entries(other.statistics))
      expect(one.statistics[name], name).toBeCloseTo(value, 4);
    for (const owner of ['actor', 'critic'] as const) {
      // Adam's first moment is a tenth of the gradient.
      const [moments, expected] = [one.state.first[owner]!, other.state.first[owner]!];
      const size = Math.max(...expected.map(Math.abs));
      const gap = expected.reduce((most, value, at) => Math.max(most, Math.abs(value - moments[at]!)), 0);
      expect(size).toBeGreaterThan(1e-4);
      expect(gap).toBeLessThan(1e-4 * size);
    }
    await cut!.release();
    await whole!.release();
  });
});

it('nothing of TensorFlow.js is left over', () => {
  expect(tf.memory().numTensors).toBe(tensorsBefore);
});
