/** Each setting of the objective: its gradient against slopes, its graph against TensorFlow.js. */
import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../../base/random/stream.ts';
import { openEngine, tf } from '../../../compile/index.ts';
import { Learner, type LearnerOptions } from '../../../train/learn/learner.ts';
import {
  batchColumns,
  criticLossOf,
  lossOf,
  ML_AGENTS_OBJECTIVE,
  type Objective,
} from '../../../train/learn/objective.ts';
import { actorCritic, initialParameters, type Network, ownerOf } from '../../../train/policy/policy.ts';

const small = { observationSize: 4, actionSize: 3, hiddenUnits: 8, layers: 2 };
const mirror = { weight: 0.7, actions: { from: Uint16Array.of(1, 0, 2), signs: Float32Array.of(1, 1, -1) } };
const symmetry = {
  observations: { from: [3, 1, 2, 0], signs: [-1, -1, 1, -1] },
  actions: { from: [1, 0, 2], signs: [1, 1, 1] },
};
const rows = 24;
const step = 1e-3;
/** Of a slope: single precision over a step. */
const NOISE = 2e-4;

interface Case extends LearnerOptions {
  readonly objective?: Objective;
  readonly network?: Partial<Network>;
}

const cases: Readonly<Record<string, Case>> = {
  "ML-Agents' own": {},
  'a joint ratio': { objective: { ...ML_AGENTS_OBJECTIVE, ratio: 'joint' } },
  'no ratio (A2C)': { objective: { ...ML_AGENTS_OBJECTIVE, policy: 'plain', ratio: 'joint' } },
  'clipped values': { objective: { ...ML_AGENTS_OBJECTIVE, valueLoss: 'clipped', valueLossWeight: 2 } },
  'a mirror loss': { objective: { ...ML_AGENTS_OBJECTIVE, mirror } },
  'a mirror loss and clipped values': { objective: { ...ML_AGENTS_OBJECTIVE, mirror, valueLoss: 'clipped' } },
  'mirror images among the decisions': { objective: { ...ML_AGENTS_OBJECTIVE, images: true } },
  'a shared body': { network: { sharedBody: true } },
  'layer norm without activation': { network: { layerNorm: true, activation: 'none' } },
  'tanh, a shared body and a mirror loss': {
    network: { activation: 'tanh', sharedBody: true },
    objective: { ...ML_AGENTS_OBJECTIVE, mirror },
  },
  'networks that respect a mirror': { network: { symmetry } },
  'networks that respect a mirror, with layer norms, on one body': {
    network: { symmetry, layerNorm: true, sharedBody: true },
  },
  'a small greatest gradient norm': { maxGradientNorm: 0.05 },
  'an early end of the actor': { targetDivergence: 0.02 },
  'few minibatches for the actor': { actorMinibatches: 3, objective: { ...ML_AGENTS_OBJECTIVE, mirror } },
};

/** Numbers that suit a column: log-probabilities near -1, values of the order of one. */
function columns(objective: Objective): Record<string, Float32Array> {
  const random = new RandomStream(9);
  return Object.fromEntries(
    Object.entries(batchColumns(small, objective)).map(([name, width]) => [
      name,
      Float32Array.from({ length: rows * width }, () =>
        name === 'logProbabilities'
          ? -1.3 + 0.3 * random.normal()
          : name === 'collected'
            ? random.below(2)
            : random.normal(),
      ),
    ]),
  );
}

function tensorsOf(values: Readonly<Record<string, Float32Array>>): Record<string, tf.Tensor> {
  return Object.fromEntries(
    Object.entries(values).map(([name, data]) => [name, tf.tensor2d(data, [rows, data.length / rows])]),
  );
}

const scalars = () => ({ epsilon: tf.scalar(0.2), beta: tf.scalar(0.01) });

describe.each(Object.entries(cases))('an objective with %s', (_name, { network: more, ...options }) => {
  const network = { ...small, ...more };
  const networks = actorCritic(network);
  const objective = options.objective ?? ML_AGENTS_OBJECTIVE;

  const losses = [
    { whose: 'actor and critic', loss: lossOf, owners: ['actor', 'critic'] },
    { whose: 'the critic alone', loss: criticLossOf, owners: ['critic'] },
  ];
  // On a shared body no critic learns alone.
  it.each(losses.slice(0, network.sharedBody ? 1 : 2))(
    'has the gradient of its slopes for $whose',
    ({ loss, owners }) => {
      tf.tidy(() => {
        const batch = tensorsOf(columns(objective));
        const start = initialParameters(network, 3);
        const table = networks.parameterTable.filter(({ name }) => owners.includes(ownerOf(name)));
        const at = (values: readonly tf.Tensor[]) =>
          loss(
            networks,
            objective,
            Object.fromEntries(table.map(({ name }, index) => [name, values[index]!])),
            batch,
            scalars(),
          ).loss;
        const values = table.map(({ name, shape }) => tf.tensor(start[name]!, [...shape]));
        const gradients = tf.grads((...given: tf.Tensor[]) => at(given))(values);
        const here = at(values).dataSync()[0]!;
        const random = new RandomStream(4);
        table.forEach(({ name, shape }, index) => {
          const moved = (direction: tf.Tensor, by: number) =>
            at(values.map((value, other) => (other === index ? value.add(direction.mul(by)) : value))).dataSync()[0]!;
          const slopeAhead = (direction: tf.Tensor) => (moved(direction, step) - here) / step;
          // The steepest of some directions of chance: on level ground a gradient of zero would be as good as any.
          const directions = Array.from({ length: 12 }, () => {
            const direction = tf.tensor(
              Float32Array.from(start[name]!, () => random.normal()),
              [...shape],
            );
            return { direction, ahead: slopeAhead(direction) };
          });
          directions.sort((one, other) => Math.abs(other.ahead) - Math.abs(one.ahead));
          // Where a clip begins between the points, the slopes to both sides differ, and any between them is one.
          const slopesAlong = ({ direction, ahead }: (typeof directions)[number]) => {
            const behind = (here - moved(direction, -step)) / step;
            return { direction, slopes: [behind, ahead].sort((a, b) => a - b) as [number, number] };
          };
          const steepness = ([low, high]: readonly [number, number]) => (low * high > 0 ? Math.abs(low + high) / 2 : 0);
          const [steepest, next] = [slopesAlong(directions[0]!), slopesAlong(directions[1]!)];
          const { direction, slopes } = steepness(next.slopes) > steepness(steepest.slopes) ? next : steepest;
          const told = gradients[index]!.mul(direction).sum().dataSync()[0]!;
          expect(steepness(slopes), name).toBeGreaterThan(5 * NOISE);
          const room = 0.02 * Math.abs(told) + NOISE;
          expect(told, name).toBeGreaterThan(slopes[0] - room);
          expect(told, name).toBeLessThan(slopes[1] + room);
        });
      });
    },
  );

  it('is learnt from by the graph as by TensorFlow.js', async () => {
    const learnt = async (backend: 'onnx' | 'cpu') => {
      const learner = await Learner.create(network, 8, 3, await openEngine({ backend }), options);
      const given = columns(objective) as never;
      const statistics = await learner.update(
        given,
        { learningRate: 0.01, epsilon: 0.2, beta: 0.01, epochs: 3 },
        new RandomStream(2),
      );
      const { parameters, optimiser } = learner;
      await learner.release();
      return { parameters, statistics, counts: optimiser.counts };
    };
    const [graph, eager] = [await learnt('onnx'), await learnt('cpu')];
    expect(graph.counts).toEqual(eager.counts);
    const start = initialParameters(network, 3);
    const moved = Object.entries(graph.parameters).filter(([name, values]) =>
      values.some((value, at) => Math.abs(value - start[name]![at]!) > 1e-3),
    );
    expect(moved.length).toBeGreaterThan(4);
    for (const [name, values] of Object.entries(graph.parameters)) {
      const gap = values.reduce((most, value, at) => Math.max(most, Math.abs(value - eager.parameters[name]![at]!)), 0);
      expect(gap, name).toBeLessThan(1e-4);
    }
    for (const [name, value] of Object.entries(graph.statistics)) {
      expect(value, name).toBeCloseTo(eager.statistics[name as keyof typeof eager.statistics]!, 3);
    }
  });
});
