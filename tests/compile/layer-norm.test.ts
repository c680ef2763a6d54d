/** Layer normalisation against tfjs's own layer, and the fused operator against the decomposed one. */
import { beforeAll, expect, it } from 'vitest';
import { compile, type DenseTensor, layerNorm, scaledLinear, standardised, tf, trace } from '../../compile/index.ts';

beforeAll(() => tf.setBackend('cpu'));

const [rows, inputs, outputs] = [6, 20, 4];
const numbers = (count: number, seed: number) =>
  Float32Array.from({ length: count }, (_, index) => Math.sin(12.9898 * (index + 1) + seed * 78.233));
const values = {
  x: numbers(rows * inputs, 1).map((value) => 3 * value + 10),
  scale: numbers(inputs, 2),
  shift: numbers(inputs, 3),
  weight: numbers(inputs * outputs, 4),
  bias: numbers(outputs, 5),
};
const signature = {
  x: { shape: [rows, inputs] },
  scale: { shape: [inputs] },
  shift: { shape: [inputs] },
  weight: { shape: [inputs, outputs] },
  bias: { shape: [outputs] },
} as const;
const names = ['x', 'scale', 'shift', 'weight', 'bias'] as const;
type Inputs = Record<(typeof names)[number], tf.Tensor>;

const plain = ({ x, scale, shift, weight, bias }: Inputs) => layerNorm(x, scale, shift).matMul(weight).add(bias);
const scaled = ({ x, scale, shift, weight, bias }: Inputs) => scaledLinear(standardised(x), scale, shift, weight, bias);

/** A layer's result and the gradients of the sum of its squares. */
const withGradients = (layer: (inputs: Inputs) => tf.Tensor) => (given: Inputs) => {
  const loss = (...all: tf.Tensor[]) =>
    layer(Object.fromEntries(all.map((each, index) => [names[index]!, each])) as Inputs)
      .square()
      .sum() as tf.Scalar;
  const slopes = tf.grads(loss)(names.map((name) => given[name]));
  return { y: layer(given), ...Object.fromEntries(slopes.map((slope, index) => [`d${names[index]}`, slope])) };
};

function agree(got: Record<string, DenseTensor>, expected: Record<string, ArrayLike<number | bigint>>): void {
  for (const name in expected) {
    const wanted = Array.from(expected[name]!, Number);
    const scale = Math.max(...wanted.map(Math.abs));
    wanted.forEach((value, index) => {
      expect(Math.abs(Number(got[name]!.data[index]) - value) / scale, `${name} [${index}]`).toBeLessThan(2e-5);
    });
  }
}

it("computes what tfjs's layer computes, fused or not", async () => {
  const layer = tf.layers.layerNormalization({ epsilon: 1e-5 });
  const x = tf.tensor(values.x, [rows, inputs]);
  layer.build([rows, inputs]);
  layer.setWeights([tf.tensor1d(values.scale), tf.tensor1d(values.shift)]);
  const expected = (layer.apply(x) as tf.Tensor).dataSync();
  for (const opset of [9, 17, 18]) {
    const { x: wide, scale, shift } = signature;
    const norm = await compile((given) => ({ y: layerNorm(given.x, given.scale, given.shift) }), { x: wide, scale, shift }, { opset, threads: 1 }); // biome-ignore format: one call
    expect(norm.model.graph.nodes.some(({ op }) => op === 'LayerNormalization')).toBe(opset >= 17);
    agree(await norm.run({ x: values.x, scale: values.scale, shift: values.shift }), { y: expected });
    await norm.release();
  }
});

it('gives the same whether scale and shift are applied to the rows or to the weights, gradients included', async () => {
  const [one, other] = [
    await compile(withGradients(plain), signature, { threads: 1 }),
    await compile(withGradients(scaled), signature, { threads: 1 }),
  ];
  const expected = Object.entries(await one.run(values)).map(([name, { data }]) => [name, data]);
  agree(await other.run(values), Object.fromEntries(expected));
  await Promise.all([one.release(), other.release()]);
});

it('becomes a norm and a linear layer where the parameters are constants', () => {
  const tensors = Object.fromEntries(names.map((name) => [name, tf.tensor(values[name], [...signature[name].shape])]));
  const { graph } = trace(({ x }) => ({ y: scaled({ ...tensors, x } as Inputs) }), {
    x: { shape: ['batch', inputs] },
  });
  expect(graph.nodes.map(({ op }) => op)).toEqual(['LayerNormalization', 'Gemm']);
});
