/** Networks that respect a mirror by construction: whatever their parameters are, as they are computed, act and ship. */
import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../../base/random/stream.ts';
import { openEngine } from '../../../compile/index.ts';
import { Session } from '../../../compile/onnxruntime.ts';
import { tf } from '../../../compile/tensorflow.ts';
import type { Mirror } from '../../../envs/env.ts';
import { behavior } from '../../../envs/walker/behavior.ts';
import { exportActor } from '../../../export/export-actor.ts';
import { encodeModel } from '../../../onnx/encode.ts';
import { Learner } from '../../../train/learn/learner.ts';
import { symmetryOf } from '../../../train/learn/learner-options.ts';
import { mirrored } from '../../../train/learn/mirrored.ts';
import { type Actor, actingModel } from '../../../train/policy/actor.ts';
import { eagerActions } from '../../../train/policy/eager-actor.ts';
import { Normaliser } from '../../../train/policy/normaliser.ts';
import { parityOf } from '../../../train/policy/parity.ts';
import {
  actorCritic,
  denseForm,
  initialParameters,
  type Network,
  parameterTable,
  seenBy,
} from '../../../train/policy/policy.ts';

const ROWS = 64;

interface Subject {
  readonly network: Network;
  readonly mirror: { readonly observations: Mirror; readonly actions: Mirror };
}

function subject({ observations, actions }: Subject['mirror'], more: Partial<Network> = {}): Subject {
  const size = { observationSize: observations.from.length, actionSize: actions.from.length };
  const symmetry = symmetryOf({ name: 'Subject', ...size, mirror: { observations, actions } });
  return { network: { ...size, hiddenUnits: 32, layers: 2, symmetry, ...more }, mirror: { observations, actions } };
}

const mirror = (from: number[], signs: number[]): Mirror => ({
  from: Uint16Array.from(from),
  signs: Float32Array.from(signs),
});
/** Pairs of either sign, nested and apart, and numbers of either sign that stay where they are. */
const strange = {
  observations: mirror([6, 4, 2, 3, 1, 5, 0], [-1, 1, 1, -1, 1, -1, -1]),
  actions: mirror([0, 4, 3, 2, 1, 5], [-1, 1, -1, -1, 1, 1]),
};
const subjects: Readonly<Record<string, Subject>> = {
  'of the Walker': subject(behavior.mirror!, { hiddenUnits: 64, layers: 3 }),
  'of a strange mirror': subject(strange),
  'with layer norms and tanh': subject(strange, { layerNorm: true, activation: 'tanh' }),
  'with layer norms and nothing else': subject(strange, { layerNorm: true, activation: 'none' }),
  'on one body': subject(strange, { sharedBody: true }),
  'that see observations as they are': subject(strange, { rawObservations: true }),
  'of observations of which none is odd': subject({ ...strange, observations: mirror([0, 1], [1, 1]) }),
  'of observations of which none is even': subject({ ...strange, observations: mirror([0, 1], [-1, -1]) }),
  'of actions of which none is even': subject({ ...strange, actions: mirror([0, 1], [-1, -1]) }),
};

const draw = (seed: number, length: number, scale = 1) => {
  const random = new RandomStream(seed);
  return Float32Array.from({ length }, () => scale * random.normal());
};

const sizeOf = (shape: readonly number[]) => shape.reduce((size, each) => size * each, 1);

/** Of parameters that no training has touched: all of them anything. */
function actorOf({ network, mirror }: Subject): Actor {
  const parameters = Object.fromEntries(
    parameterTable(network).map(({ name, shape }, at) => [
      name,
      // As large as keeps what comes out of a layer of the order of what goes in.
      draw(at, sizeOf(shape), shape.length === 2 ? 1 / Math.sqrt(shape[0]!) : 0.4),
    ]),
  );
  const normaliser = new Normaliser(network.observationSize);
  normaliser.update(observed(network, 9).map((value, at) => 3 * value + (at % network.observationSize)));
  normaliser.symmetrise(mirror.observations);
  return { network, parameters, normaliser };
}

const observed = ({ observationSize }: Network, seed = 1) => draw(seed, ROWS * observationSize, 1.5);

const largestDifference = (one: Float32Array, other: Float32Array) => {
  expect(one).toHaveLength(other.length);
  return one.reduce((largest, value, at) => Math.max(largest, Math.abs(value - other[at]!)), 0);
};

/** As TensorFlow.js computes it, and in the dense form. */
function eagerly({ network, parameters, normaliser }: Actor, observations: Float32Array) {
  return tf.tidy(() => {
    const { mean, deviation } = normaliser.moments();
    const seen = seenBy(network, tf.tensor2d(observations, [ROWS, network.observationSize]), {
      mean: tf.tensor1d(mean),
      deviation: tf.tensor1d(deviation),
    });
    const tensors = Object.fromEntries(
      parameterTable(network).map(({ name, shape }) => [name, tf.tensor(parameters[name]!, [...shape])]),
    );
    const { means, values } = actorCritic(network).both(tensors, seen);
    return { means: means.dataSync() as Float32Array, values: values.dataSync() as Float32Array };
  });
}

async function outputsOf(model: Uint8Array, observations: Float32Array, input: string, output: string) {
  const session = await Session.open(model, { threads: 1 });
  const shape = [ROWS, observations.length / ROWS];
  const outputs = await session.run({ [input]: { type: 'float32', shape, data: observations } });
  await session.release();
  return outputs[output]!.data as Float32Array;
}

describe.each(Object.entries(subjects))('networks %s', (_name, each) => {
  const actor = actorOf(each);
  const here = observed(each.network);
  const there = mirrored(here, each.mirror.observations);

  it('mirror their actions where what they see is mirrored, and value it the same', () => {
    const [own, images] = [eagerly(actor, here), eagerly(actor, there)];
    expect(largestDifference(images.means, mirrored(own.means, each.mirror.actions))).toBeLessThan(2e-5);
    expect(largestDifference(images.values, own.values)).toBeLessThan(2e-5);
    // They do tell one state from another.
    expect(largestDifference(own.means, own.means.slice().reverse())).toBeGreaterThan(0.1);
  });

  it('are dense networks, some of whose weights are tied', () => {
    const dense = denseForm(actor);
    expect(dense.network).toEqual({ ...each.network, symmetry: undefined });
    for (const { name, shape } of parameterTable(dense.network)) {
      expect(dense.parameters[name], name).toHaveLength(sizeOf(shape));
    }
    const [own, spelt] = [eagerly(actor, here), eagerly(dense, here)];
    expect(largestDifference(own.means, spelt.means)).toBeLessThan(2e-5);
    expect(largestDifference(own.values, spelt.values)).toBeLessThan(2e-5);
  });

  it('act, and ship, as they learn', async () => {
    const means = await outputsOf(actingModel(actor), here, 'observations', 'means');
    expect(largestDifference(means, eagerly(actor, here).means)).toBeLessThan(2e-5);

    const shipped = encodeModel(exportActor(actor, '0.0.0'));
    const actions = (rows: Float32Array) => outputsOf(shipped, rows, 'obs_0', 'deterministic_continuous_actions');
    const own = await actions(here);
    expect(largestDifference(own, await eagerActions(actor, here, ROWS))).toBeLessThan(1e-5);
    expect(largestDifference(await actions(there), mirrored(own, each.mirror.actions))).toBeLessThan(1e-5);
  });

  it('ship as the file that other networks of their size ship as', () => {
    const { symmetry: _, ...network } = each.network;
    const usual = { ...actor, network, parameters: initialParameters(network, 1) };
    const ops = (of: Actor) => exportActor(of, '0.0.0').graph.nodes.map(({ op }) => op);
    expect(ops(actor)).toEqual(ops(usual));
  });
});

describe('a symmetric network', () => {
  const { network } = subjects['of the Walker']!;
  const { actions } = behavior.mirror!;

  it('keeps the noise of actions alike that the mirror swaps, to the last bit, whatever it learns from', async () => {
    const rows = 256;
    const learner = await Learner.create(network, 128, 3, await openEngine());
    const before = learner.parameters['actor.logDeviation']!.slice();
    const buffer = {
      observations: draw(1, rows * network.observationSize),
      actions: draw(2, rows * network.actionSize),
      logProbabilities: draw(3, rows * network.actionSize, 0.3).map((value) => value - 1.4),
      advantages: draw(4, rows),
      returns: draw(5, rows),
    };
    const settings = { learningRate: 1e-2, epsilon: 0.2, beta: 0.01, epochs: 4 };
    await learner.update(buffer, settings, new RandomStream(6));
    const logDeviation = learner.parameters['actor.logDeviation']!;
    await learner.release();
    expect(mirrored(logDeviation, { from: actions.from, signs: actions.signs.map(Math.abs) })).toEqual(logDeviation);
    expect(largestDifference(logDeviation, before)).toBeGreaterThan(0.01);
  });

  it.each(['ml-agents', 'orthogonal', 'torch'] as const)(
    'starts with weights as large as those of a dense one (%s)',
    (weights) => {
      const { symmetry: _, ...usual } = network;
      const start = { weights, logDeviation: 0 };
      const tied = denseForm({ network, parameters: initialParameters(network, 1, start) }).parameters;
      const size = (values: Float32Array) =>
        Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
      for (const [name, values] of Object.entries(initialParameters(usual, 2, start))) {
        if (name === 'actor.logDeviation') continue;
        // Of a bias there are few, and of the value's one.
        const few = values.length < 1000;
        expect(size(tied[name]!), name)[few ? 'toBeLessThan' : 'toBeCloseTo'](
          few ? 1 : size(values),
          few ? undefined : 2,
        );
      }
    },
  );

  it('starts orthogonal where it is to', () => {
    const { parameters } = denseForm({
      network,
      parameters: initialParameters(network, 1, { weights: 'orthogonal', logDeviation: 0 }),
    });
    const products = tf.tidy(() => {
      const weight = tf.tensor2d(parameters['actor.hidden1.weight']!, [64, 64]);
      return weight.matMul(weight, true).sub(tf.eye(64).mul(2)).abs().max().dataSync()[0]!;
    });
    expect(products).toBeLessThan(1e-5);
  });
});

describe('a mirror', () => {
  it('that would not lead back to where it began is refused', () => {
    const parts = (from: number[], signs: number[]) => () => parityOf({ from, signs });
    expect(parts([1, 2, 0], [1, 1, 1])).toThrow(/number 0 /);
    expect(parts([0, 2, 1], [1, 1, -1])).toThrow(/number 1 /);
    expect(parts([0, 1], [1, 0.5])).toThrow(/number 1 /);
    expect(parts([0, 2, 1], [-1, -1, -1])()).toMatchObject({ size: 3, even: [{}], odd: [{}, {}] });
  });
});

describe('a normaliser made symmetric', () => {
  it('has seen what one has seen that took in every image as well, and is symmetric to the last bit', () => {
    const { observations } = strange;
    const [folded, fed] = [new Normaliser(7), new Normaliser(7)];
    for (let batch = 0; batch < 3; batch++) {
      const rows = draw(batch, 7 * 500).map((value, at) => value * (1 + (at % 7)) + (at % 3) + batch);
      folded.update(rows);
      folded.symmetrise(observations);
      fed.update(rows);
      fed.update(mirrored(rows, observations));
    }
    const { mean, squares, rows } = folded;
    // They differ by the one row that every normaliser begins with.
    for (let at = 0; at < 7; at++) {
      expect(mean[at]!).toBeCloseTo((fed.mean[at]! * fed.rows) / (fed.rows - 1) / (1 + 1 / (rows - 1)), 9);
      expect(Math.sqrt(squares[at]! / rows)).toBeCloseTo(Math.sqrt(fed.squares[at]! / fed.rows), 2);
      expect(mean[at]).toBe(observations.signs[at]! * mean[observations.from[at]!]! + 0);
      expect(squares[at]).toBe(squares[observations.from[at]!]);
    }
  });
});
