/** Networks of tf.layers, which nobody here wrote: as they predict, and one training step; the referee is tfjs, eager. */
import { beforeAll, describe, expect, it } from 'vitest';
import {
  compile,
  type DenseTensor,
  layersFunction,
  type OptimiserFunction,
  optimiserFunction,
  TraceError,
  tf,
  trace,
} from '../../compile/index.ts';
import { WebSession } from '../../compile/onnxruntime-web.ts';
import { checkModel } from '../../onnx/check.ts';

beforeAll(() => tf.setBackend('cpu'));

const { layers } = tf;
let seed = 0;
const init = () => tf.initializers.glorotUniform({ seed: ++seed });

interface Network {
  readonly name: string;
  readonly make: () => tf.LayersModel;
  readonly optimiser: () => tf.Optimizer;
  /** Leaves overlapping max pools to the opsets that have their gradient. */
  readonly trainsFrom?: number;
}

const dense = (units: number, activation: 'tanh' | 'relu' | 'softmax' | 'linear' = 'linear') =>
  layers.dense({ units, activation, kernelInitializer: init() });

const networks: readonly Network[] = [
  {
    name: 'dense layers with batch norm',
    make: () =>
      tf.sequential({
        layers: [
          layers.inputLayer({ inputShape: [5] }),
          dense(8, 'relu'),
          layers.batchNormalization(),
          dense(6, 'tanh'),
          layers.dropout({ rate: 0 }),
          dense(3),
        ],
      }),
    optimiser: () => tf.train.adam(0.01),
  },
  {
    name: 'LSTM and GRU',
    make: () => {
      const x = tf.input({ shape: [4, 3] });
      const cell = { units: 4, kernelInitializer: init(), recurrentInitializer: init() };
      const first = layers.lstm({ ...cell, returnSequences: true }).apply(x) as tf.SymbolicTensor;
      const second = layers.gru(cell).apply(first) as tf.SymbolicTensor;
      return tf.model({ inputs: x, outputs: dense(3).apply(second) as tf.SymbolicTensor });
    },
    optimiser: () => tf.train.rmsprop(0.01),
  },
  {
    name: 'a small conv net',
    make: () =>
      tf.sequential({
        layers: [
          layers.conv2d({ inputShape: [8, 7, 2], filters: 4, kernelSize: 3, activation: 'relu', kernelInitializer: init() }),
          layers.maxPooling2d({ poolSize: 2 }),
          layers.separableConv2d({ filters: 5, kernelSize: 3, padding: 'same', depthwiseInitializer: init(), pointwiseInitializer: init() }),
          layers.averagePooling2d({ poolSize: 2, strides: 1, padding: 'same' }),
          layers.flatten(),
          dense(3),
        ],
      }), // biome-ignore format: a list
    optimiser: () => tf.train.momentum(0.01, 0.9),
  },
  {
    name: 'an embedding, conv1d and layer norm',
    make: () =>
      tf.sequential({
        layers: [
          layers.embedding({ inputDim: 7, outputDim: 4, inputLength: 6, embeddingsInitializer: init() }),
          layers.conv1d({ filters: 5, kernelSize: 3, padding: 'same', activation: 'elu', kernelInitializer: init() }),
          layers.layerNormalization(),
          layers.globalAveragePooling1d(),
          dense(3),
        ],
      }),
    optimiser: () => tf.train.sgd(0.1),
  },
  {
    name: 'a simple recurrent network both ways, and upsampling',
    make: () =>
      tf.sequential({
        layers: [
          layers.bidirectional({
            layer: layers.simpleRNN({ units: 4, returnSequences: true, kernelInitializer: init(), recurrentInitializer: init() }) as never,
            mergeMode: 'concat',
            inputShape: [3, 2],
          }),
          layers.reshape({ targetShape: [2, 2, 6] }),
          layers.upSampling2d({ size: [2, 2], interpolation: 'bilinear' }),
          layers.conv2dTranspose({ filters: 2, kernelSize: 3, strides: 2, padding: 'same', kernelInitializer: init() }),
          layers.globalMaxPooling2d({}),
          dense(3),
        ],
      }), // biome-ignore format: a list
    optimiser: () => tf.train.sgd(0.1),
  },
];

const batch = 4;

function numbers(shape: readonly (number | string)[], scale: number, whole: boolean): DenseTensor {
  const sizes = shape.map((size) => (typeof size === 'string' ? batch : size));
  const count = sizes.reduce((product, size) => product * size, 1);
  const wave = (at: number) => Math.sin(at * 1.7 + scale) * scale;
  const data = Float32Array.from({ length: count }, (_, at) => (whole ? Math.abs(Math.round(wave(at) * 3)) : wave(at)));
  return { type: 'float32', shape: sizes, data };
}

const inputOf = (model: tf.LayersModel) => {
  const [name, spec] = Object.entries(layersFunction(model).inputs)[0]!;
  return {
    name,
    value: numbers(
      spec.shape,
      1.3,
      model.layers.some((each) => each.getClassName() === 'Embedding'),
    ),
  };
};

const tensor = ({ data, shape, type }: DenseTensor) => tf.tensor(data as Float32Array, [...shape], type as 'float32');

function close(got: DenseTensor, expected: tf.Tensor, told: string, tolerance = 1e-5): void {
  expect([...got.shape], told).toEqual(expected.shape);
  const wanted = expected.dataSync();
  for (let index = 0; index < wanted.length; index++) {
    const [one, other] = [Number(got.data[index]), wanted[index]!];
    if (Math.abs(one - other) <= tolerance * Math.max(1, Math.abs(other))) continue;
    expect(one, `${told} [${index}]`).toBe(other);
  }
}

describe.each(networks)('$name', ({ make, optimiser }) => {
  it.each([9, 17, 21])('predicts at opset %i what tfjs predicts, in both engines', async (opset) => {
    const model = make();
    const { name, value } = inputOf(model);
    const expected = model.predict(tensor(value)) as tf.Tensor;
    const [output] = model.outputNames as [string];
    const fixed = await compile(model, { opset, threads: 1 });
    expect(checkModel(fixed.model)).toEqual([]);
    expect(fixed.model.graph.inputs.map((each) => each.name)).toEqual([name]);
    expect(fixed.model.graph.inputs[0]!.shape![0]).toBe('batch');
    close((await fixed.run({ [name]: value }))[output]!, expected, 'weights as initializers');
    const web = await WebSession.open(fixed.bytes);
    close((await web.run({ [name]: value }))[output]!, expected, 'in onnxruntime-web');
    const open = await compile(model, { opset, threads: 1, weights: 'inputs' });
    const given = { [name]: value, ...layersFunction(model).values() };
    close((await open.run(given))[output]!, expected, 'weights as inputs');
    await Promise.all([fixed.release(), open.release(), web.release()]);
  });

  it('takes two training steps as tfjs does', async () => {
    const model = make();
    const { name, value } = inputOf(model);
    const net = layersFunction(model);
    const [output] = model.outputNames as [string];
    const target = numbers([batch, 3], 0.7, false);
    const loss = (y: tf.Tensor, wanted: tf.Tensor) => tf.losses.meanSquaredError(wanted, y) as tf.Scalar;
    const train: OptimiserFunction = optimiserFunction(optimiser);
    const parameters = Object.fromEntries(net.trainable.map((each) => [each, net.weights[each]!]));
    const traced = await compile(
      ({ x, target: wanted, held }) => {
        const made = net.gradients(held, { [name]: x }, (outputs) => loss(outputs[output]!, wanted));
        const own = Object.fromEntries(net.trainable.map((each) => [each, held[each]!]));
        const next = train.step(own, made.gradients, held);
        return { loss: made.loss, held: { ...held, ...made.updates, ...next.parameters, ...next.state } };
      },
      {
        x: net.inputs[name]!,
        target: { shape: ['batch', 3] },
        held: { ...net.weights, ...train.state(parameters) },
      },
      { threads: 1 },
    );
    expect(checkModel(traced.model)).toEqual([]);

    let held: Record<string, DenseTensor> = { ...net.values(), ...train.initialState(parameters) };
    const referee = optimiser();
    for (let round = 0; round < 2; round++) {
      const step = await traced.run({ x: value, target, held });
      held = step.held;
      const variables = (model.trainableWeights as unknown as { val: tf.Variable }[]).map(({ val }) => val);
      const eager = tf.variableGrads(
        () => loss(model.apply(tensor(value), { training: true }) as tf.Tensor, tensor(target)),
        variables,
      );
      referee.applyGradients(eager.grads);
      close(step.loss, eager.value, `loss of round ${round}`);
    }
    for (const weight of model.weights) close(held[weight.name]!, weight.read(), weight.name, 1e-4);
    await traced.release();
  });
});

const recurrent = (layer: tf.layers.Layer) => tf.sequential({ layers: [layer] });

describe('a traced model', () => {
  it('has its weights as initializers under their names, or as inputs', () => {
    const model = networks[0]!.make();
    const [kernel, bias] = model.weights.map(({ name }) => name) as [string, string];
    const { nodes, initializers } = trace(model).graph;
    expect(nodes[0]).toMatchObject({ op: 'Gemm', inputs: [...model.inputNames, kernel, bias] });
    expect(nodes.map(({ op }) => op)).toEqual('Gemm Relu Sub Mul Add Gemm Tanh Gemm'.split(' '));
    expect(initializers.get(kernel)!.shape).toEqual([5, 8]);
    expect(trace(model, { weights: 'inputs' }).graph.inputs.map(({ name }) => name)).toEqual([
      ...model.inputNames,
      ...model.weights.map(({ name }) => name),
    ]);
  });

  it('leaves the model and the memory as they were', () => {
    const model = networks[0]!.make();
    const net = layersFunction(model);
    const before = { tensors: tf.memory().numTensors, values: net.values() };
    trace(model);
    trace((given) => net.apply(given.weights, { [model.inputNames[0]!]: given.x }, { training: true }).updates, {
      x: net.inputs[model.inputNames[0]!]!,
      weights: net.weights,
    });
    expect(tf.memory().numTensors).toBe(before.tensors);
    expect(net.values()).toEqual(before.values);
  });

  it.each<[string, () => tf.LayersModel]>([
    ['an LSTM', () => recurrent(layers.lstm({ units: 3, stateful: true, batchInputShape: [2, 3, 4] }))],
    ['a GRU', () => recurrent(layers.gru({ units: 3, stateful: true, batchInputShape: [2, 3, 4] }))],
    [
      'a GRU both ways',
      () => {
        const layer = layers.gru({ units: 3, stateful: true }) as tf.RNN;
        return recurrent(layers.bidirectional({ layer, mergeMode: 'concat', batchInputShape: [2, 3, 4] }));
      },
    ],
    [
      'an LSTM in a model in a model',
      () => recurrent(recurrent(layers.lstm({ units: 3, stateful: true, batchInputShape: [2, 3, 4] }))),
    ],
  ])('of stateful layers starts from zeros, and leaves the states as they were: %s', async (_, make) => {
    const model = make();
    const x = tensor(numbers([2, 3, 4], 1.3, false));
    const predict = () => model.predict(x) as tf.Tensor;
    const fromZeros = predict();
    const second = predict();
    expect(second.dataSync()).not.toEqual(fromZeros.dataSync());
    const traced = await compile(model, { threads: 1 });
    const [input, output] = [model.inputNames[0]!, model.outputNames[0]!];
    for (let run = 0; run < 2; run++) {
      const made = await traced.run({ [input]: numbers([2, 3, 4], 1.3, false) });
      close(made[output]!, fromZeros, `run ${run}`);
    }
    // The model's own states go on from where they were: the third prediction is that of a model never traced.
    const third = predict();
    model.resetStates();
    for (const expected of [fromZeros, second, third]) expect(predict().dataSync()).toEqual(expected.dataSync());
    await traced.release();
  });

  it('cannot be one that has not been built, nor train with dropout', () => {
    expect(() => trace(tf.sequential())).toThrow(/has not been built/);
    const model = tf.sequential({ layers: [layers.dropout({ rate: 0.5, inputShape: [3] })] });
    expect(trace(model).graph.nodes.length).toBeLessThan(2);
    const net = layersFunction(model);
    const train = () =>
      trace(
        (x) => net.apply({}, x as never, { training: true }).outputs,
        net.inputs as { [name: string]: { shape: [3] } },
      );
    expect(train).toThrow(TraceError);
    expect(train).toThrow(/draws random numbers/);
  });

  it('cannot be trained with an optimiser that has no row', () => {
    expect(() => optimiserFunction(() => tf.train.adagrad(0.1))).toThrow(/Adagrad cannot be traced/);
  });
});
