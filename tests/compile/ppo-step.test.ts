/** A whole PPO update, as the learner does it: both networks, clipped loss, gradients and Adam in one traced function. */
import { beforeAll, describe, expect, it } from 'vitest';
import { compile, type DenseTensor, type TensorSpec, tf } from '../../compile/index.ts';
import { checkModel } from '../../onnx/check.ts';

const [observations, actions, width] = [5, 3, 8];
type Parameters = Record<string, tf.Tensor>;

const linear = (name: string, inputs: number, outputs: number): Record<string, TensorSpec> => ({
  [`${name}.weight`]: { shape: [inputs, outputs] },
  [`${name}.bias`]: { shape: [outputs] },
});

const parameters: Record<string, TensorSpec> = {
  ...linear('actor.0', observations, width),
  ...linear('actor.1', width, width),
  ...linear('actor.mu', width, actions),
  ...linear('critic.0', observations, width),
  ...linear('critic.1', width, width),
  ...linear('critic.value', width, 1),
  logSigma: { shape: [1, actions] },
};
const names = Object.keys(parameters);

type Normalisation = 'plain' | 'layer norm';

function network(p: Parameters, name: string, last: string, x: tf.Tensor, normalisation: Normalisation): tf.Tensor {
  const dense = (input: tf.Tensor, layer: string) =>
    tf.add(tf.matMul(input as tf.Tensor2D, p[`${layer}.weight`] as tf.Tensor2D), p[`${layer}.bias`]!);
  const layer = (input: tf.Tensor, index: number) => {
    let h = dense(input, `${name}.${index}`);
    if (normalisation === 'layer norm') {
      const { mean, variance } = tf.moments(h, -1, true);
      h = tf.div(tf.sub(h, mean), tf.sqrt(tf.add(variance, 1e-5)));
    }
    return tf.mul(h, tf.sigmoid(h));
  };
  return dense(layer(layer(x, 0), 1), `${name}.${last}`);
}

interface Batch {
  observation: tf.Tensor;
  action: tf.Tensor;
  oldLogProbability: tf.Tensor;
  advantage: tf.Tensor;
  target: tf.Tensor;
}

function loss(p: Parameters, batch: Batch, normalisation: Normalisation): tf.Scalar {
  const mu = network(p, 'actor', 'mu', batch.observation, normalisation);
  const deviation = tf.exp(p['logSigma']!);
  const standardised = tf.div(tf.sub(batch.action, mu), deviation);
  const logProbability = tf.sub(
    tf.mul(-0.5, tf.square(standardised)),
    tf.add(p['logSigma']!, 0.5 * Math.log(2 * Math.PI)),
  );
  const ratio = tf.exp(tf.sub(logProbability, batch.oldLogProbability));
  const clipped = tf.clipByValue(ratio, 0.8, 1.2);
  const policy = tf.neg(tf.mean(tf.minimum(tf.mul(ratio, batch.advantage), tf.mul(clipped, batch.advantage))));
  const value = network(p, 'critic', 'value', batch.observation, normalisation);
  const entropy = tf.mean(tf.add(p['logSigma']!, 0.5 * Math.log(2 * Math.PI * Math.E)));
  const valueLoss = tf.losses.meanSquaredError(batch.target, value) as tf.Scalar;
  return tf.sub(tf.add(policy, tf.mul(0.5, valueLoss)), tf.mul(0.005, entropy)) as tf.Scalar;
}

interface Inputs {
  parameters: Parameters;
  first: Parameters;
  second: Parameters;
  batch: Batch;
  learningRate: tf.Tensor;
  step: tf.Tensor;
}

const update = (normalisation: Normalisation) => (given: Inputs) => {
  const at = (p: Parameters) => names.map((name) => p[name]!);
  const { value, grads } = tf.valueAndGrads((...all: tf.Tensor[]) =>
    loss(Object.fromEntries(all.map((each, index) => [names[index]!, each])), given.batch, normalisation),
  )(at(given.parameters));
  const norm = tf.sqrt(tf.addN(grads.map((gradient) => tf.sum(tf.square(gradient)))));
  const scale = tf.minimum(1, tf.div(0.5, tf.add(norm, 1e-6)));
  const next: Record<'parameters' | 'first' | 'second' | 'gradients', Parameters> = {
    parameters: {},
    first: {},
    second: {},
    gradients: {},
  };
  const corrections = [tf.sub(1, tf.pow(0.9, given.step)), tf.sub(1, tf.pow(0.999, given.step))] as const;
  for (const [index, name] of names.entries()) {
    const gradient = tf.mul(grads[index]!, scale);
    const first = tf.add(tf.mul(0.9, given.first[name]!), tf.mul(0.1, gradient));
    const second = tf.add(tf.mul(0.999, given.second[name]!), tf.mul(0.001, tf.square(gradient)));
    const root = tf.add(tf.sqrt(tf.div(second, corrections[1])), 1e-5);
    const stride = tf.mul(given.learningRate, tf.div(tf.div(first, corrections[0]), root));
    next.gradients[name] = gradient;
    next.first[name] = first;
    next.second[name] = second;
    next.parameters[name] = tf.sub(given.parameters[name]!, stride);
  }
  return { loss: value, norm, ...next };
};

const signature = {
  parameters,
  first: parameters,
  second: parameters,
  batch: {
    observation: { shape: ['batch', observations] },
    action: { shape: ['batch', actions] },
    oldLogProbability: { shape: ['batch', actions] },
    advantage: { shape: ['batch', 1] },
    target: { shape: ['batch', 1] },
  },
  learningRate: { shape: [] },
  step: { shape: [] },
} as const;

/** Numbers that look random and are the same each time. */
function numbers(shape: readonly (number | string)[], batch: number, seed: number, scale: number): DenseTensor {
  const sizes = shape.map((size) => (typeof size === 'string' ? batch : size));
  const count = sizes.reduce((product, size) => product * size, 1);
  const data = Float32Array.from(
    { length: count },
    (_, index) => scale * Math.sin(12.9898 * (index + 1) + seed * 78.233),
  );
  return { type: 'float32', shape: sizes, data };
}

const each = <T>(of: (spec: TensorSpec, index: number) => T): Record<string, T> =>
  Object.fromEntries(Object.entries(parameters).map(([name, spec], index) => [name, of(spec, index)]));

function inputs(batch: number) {
  const draw = (name: keyof typeof signature.batch, seed: number, scale: number) =>
    numbers(signature.batch[name].shape, batch, seed, scale);
  return {
    parameters: each((spec, index) => numbers(spec.shape, batch, index, 0.4)),
    first: each((spec, index) => numbers(spec.shape, batch, index + 50, 0.01)),
    second: each((spec, index) => {
      const { data, ...rest } = numbers(spec.shape, batch, index + 90, 0.01);
      return { ...rest, data: (data as Float32Array).map((number) => number ** 2 + 1e-4) };
    }),
    batch: {
      observation: draw('observation', 1, 2),
      action: draw('action', 2, 1),
      oldLogProbability: draw('oldLogProbability', 3, 0.5),
      advantage: draw('advantage', 4, 1),
      target: draw('target', 5, 1),
    },
    learningRate: numbers([], batch, 6, 0.003),
    step: { type: 'float32', shape: [], data: Float32Array.of(3) } as DenseTensor,
  };
}

type AnyNested = { readonly [name: string]: DenseTensor | AnyNested };
const isDense = (value: DenseTensor | AnyNested): value is DenseTensor =>
  ArrayBuffer.isView((value as DenseTensor).data);

function eagerly(values: AnyNested): unknown {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      isDense(value) ? tf.tensor(value.data as Float32Array, [...value.shape]) : eagerly(value),
    ]),
  );
}

beforeAll(() => tf.setBackend('cpu'));

describe.each(['plain', 'layer norm'] as const)('a PPO update of %s networks', (normalisation) => {
  it('traced once with a dynamic batch, equals eager tfjs for batches of 1, 2, 10 and 257', async () => {
    const fn = update(normalisation);
    const compiled = await compile(fn, signature, { threads: 1 });
    expect(checkModel(compiled.model)).toEqual([]);
    for (const batch of [1, 2, 10, 257]) {
      const values = inputs(batch);
      const got = await compiled.run(values);
      tf.tidy(() => {
        const expected = fn(eagerly(values) as Inputs);
        close(got.loss, expected.loss, `batch ${batch} loss`);
        for (const part of ['gradients', 'first', 'second', 'parameters'] as const) {
          for (const name of names) close(got[part][name]!, expected[part][name]!, `batch ${batch} ${part} ${name}`);
        }
      });
    }
    await compiled.release();
  });

  it('gives the same at opset 9, layer norm and all', async () => {
    const fn = update(normalisation);
    const [at9, at17] = [
      await compile(fn, signature, { opset: 9, threads: 1 }),
      await compile(fn, signature, { threads: 1 }),
    ];
    const values = inputs(10);
    const [old, recent] = [await at9.run(values), await at17.run(values)];
    for (const name of names) {
      expectClose(old.parameters[name]!.data, recent.parameters[name]!.data, `parameters ${name}`);
    }
    await Promise.all([at9.release(), at17.release()]);
  });
});

function close(got: DenseTensor, expected: tf.Tensor, told: string): void {
  expect(got.shape, told).toEqual(expected.shape);
  expectClose(got.data, expected.dataSync(), told);
}

function expectClose(got: DenseTensor['data'], expected: ArrayLike<number | bigint>, told: string): void {
  const scale = Math.max(1e-3, ...Array.from(expected, (number) => Math.abs(Number(number))));
  for (let index = 0; index < expected.length; index++) {
    const gap = Math.abs(Number(got[index]) - Number(expected[index]));
    expect(gap / scale, `${told} [${index}]: ${got[index]} for ${expected[index]}`).toBeLessThan(2e-5);
  }
}
