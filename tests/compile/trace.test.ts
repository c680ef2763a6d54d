import { beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../../base/failure/user-error.ts';
import { compile, type DenseTensor, named, randomNormalLike, TraceError, tf, trace } from '../../compile/index.ts';
import { checkModel } from '../../onnx/check.ts';
import type { Model } from '../../onnx/model.ts';

beforeAll(() => tf.setBackend('cpu'));

const ops = (model: Model) => model.graph.nodes.map(({ op }) => op);
const floats = (...numbers: number[]) => Float32Array.from(numbers);

describe('an actor for Unity, traced at opset 9', () => {
  const weight = tf.tensor2d([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], [2, 3]);
  const bias = tf.tensor1d([0, 0, 0]);
  const [mean, variance] = [tf.tensor1d([1, 2]), tf.tensor1d([4, 9])];
  const logSigma = tf.tensor2d([[-1, -0.5, 0]]);
  const actor = ({ obs_0 }: { obs_0: tf.Tensor }) => {
    const normalised = tf.clipByValue(tf.div(tf.sub(obs_0, mean), tf.sqrt(variance)), -5, 5);
    const h = tf.add(tf.matMul(normalised as tf.Tensor2D, weight), bias);
    const mu = tf.mul(h, tf.sigmoid(h));
    const sigma = tf.exp(tf.add(tf.mul(mu, 0), logSigma));
    const squash = (x: tf.Tensor) => tf.div(tf.clipByValue(x, -3, 3), 3);
    return {
      version_number: tf.tensor1d([3]),
      memory_size: tf.zeros([1]),
      continuous_actions: squash(tf.add(mu, tf.mul(randomNormalLike(mu), sigma))),
      continuous_action_output_shape: tf.tensor1d([3]),
      deterministic_continuous_actions: squash(mu),
    };
  };
  const model = trace(
    actor,
    { obs_0: { shape: ['batch', 2] } },
    {
      opset: 9,
      metadata: { trained_by: 'test' },
      names: new Map<tf.Tensor, string>([
        [weight, 'layer0.weight'],
        [bias, 'layer0.bias'],
      ]),
    },
  );

  it('is made of the operators that Unity uses itself', () => {
    expect(ops(model)).toEqual(
      'Sub Div Clip Gemm Sigmoid Mul Mul Add Exp RandomNormalLike Mul Add Clip Div Clip Div'.split(' '),
    );
    expect(model.graph.nodes[2]!.attributes).toEqual({
      min: { type: 'float', value: -5 },
      max: { type: 'float', value: 5 },
    });
    expect(model.graph.nodes[3]!.inputs.slice(1)).toEqual(['layer0.weight', 'layer0.bias']);
    expect(checkModel(model)).toEqual([]);
    expect([model.opset, model.irVersion, model.metadata]).toEqual([9, 4, { trained_by: 'test' }]);
  });

  it('keeps biases of rank 1 and weights of rank 2, zeros among them, and folds the deviation', () => {
    expect(model.graph.initializers.get('layer0.bias')!.shape).toEqual([3]);
    expect(model.graph.initializers.get('layer0.weight')!.shape).toEqual([2, 3]);
    const deviation = model.graph.initializers.get(model.graph.nodes[1]!.inputs[1]!);
    expect(deviation!.data).toEqual(floats(2, 3));
  });

  it('has its constants as initializers that are outputs themselves, each one its own', () => {
    const constants = ['version_number', 'memory_size', 'continuous_action_output_shape'];
    for (const [index, name] of constants.entries()) {
      expect(model.graph.initializers.get(name)).toMatchObject({
        type: 'float32',
        shape: [1],
        data: floats([3, 0, 3][index]!),
      });
    }
    expect(model.graph.outputs.map(({ name, shape }) => [name, shape])).toEqual([
      ['version_number', [1]],
      ['memory_size', [1]],
      ['continuous_actions', ['batch', 3]],
      ['continuous_action_output_shape', [1]],
      ['deterministic_continuous_actions', ['batch', 3]],
    ]);
  });

  it('folds a transposed weight into the product: one Gemm with transB', () => {
    const transposed = tf.tensor2d([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], [3, 2]);
    const { graph } = trace(
      ({ x }) => ({ y: tf.add(tf.matMul(x as tf.Tensor2D, transposed, false, true), bias) }),
      { x: { shape: ['batch', 2] } },
      { opset: 9 },
    );
    expect(graph.nodes).toMatchObject([{ op: 'Gemm', attributes: { alpha: { value: 1 }, transB: { value: 1 } } }]);
  });

  it('names an initializer after a tensor that was named', () => {
    const scale = named(tf.tensor1d([1, 2]), 'scale');
    const { graph } = trace(({ x }) => ({ y: tf.mul(x, scale) }), { x: { shape: [2] } });
    expect([...graph.initializers.keys()]).toEqual(['scale']);
  });
});

describe('dynamic sizes', () => {
  it('divide a mean by the real batch, forwards and backwards', async () => {
    const fn = await compile(
      ({ x }) => {
        const loss = (z: tf.Tensor) => tf.mean(tf.square(z)) as tf.Scalar;
        return {
          mean: tf.mean(x, 0),
          slope: tf.grad(loss)(x),
          share: tf.div(x, x.shape[0]!),
          inverse: tf.mul(x, 1 / x.shape[0]!),
        };
      },
      { x: { shape: ['batch', 2] } },
    );
    for (const batch of [1, 2, 10, 257]) {
      const x = Float32Array.from({ length: 2 * batch }, (_, index) => index % 5);
      const { mean, slope, share, inverse } = await fn.run({ x });
      expect(mean.data[0]).toBeCloseTo(x.filter((_, index) => index % 2 === 0).reduce((a, b) => a + b) / batch, 5);
      expect(slope.data[1]).toBeCloseTo((2 * x[1]!) / (2 * batch), 6);
      expect(share.data[1]).toBeCloseTo(x[1]! / batch, 6);
      expect(inverse.data[1]).toBeCloseTo(x[1]! / batch, 6);
    }
    await fn.release();
  });

  it('hold in reshapes, fills, slices, ranges and sums of sizes', async () => {
    const fn = await compile(
      ({ x, y }) => ({
        flat: tf.reshape(x, [-1]),
        rows: tf.reshape(x, [x.shape[0]! * 2, 2]),
        ones: tf.ones([x.shape[0]!, 3]),
        all: tf.concat([x, y, tf.zeros([1, 4])], 0),
        middle: tf.slice(x, [1, 0], [x.shape[0]! - 1, 2]),
        outer: tf.matMul(x as tf.Tensor2D, y as tf.Tensor2D, false, true),
        count: tf.mul(tf.scalar(2), x.shape[0]!),
      }),
      { x: { shape: ['rows', 4] }, y: { shape: ['others', 4] } },
    );
    for (const [rows, others] of [
      [1, 3],
      [5, 2],
      [7, 7],
    ] as const) {
      const values = { x: new Float32Array(rows * 4).fill(1), y: new Float32Array(others * 4).fill(2) };
      const result = await fn.run(values);
      const shapes = Object.fromEntries(Object.entries(result).map(([name, { shape }]) => [name, shape]));
      expect(shapes).toEqual({
        flat: [rows * 4],
        rows: [rows * 2, 2],
        ones: [rows, 3],
        all: [rows + others + 1, 4],
        middle: [rows - 1, 2],
        outer: [rows, others],
        count: [],
      });
      expect(result.count.data[0]).toBe(2 * rows);
    }
    await fn.release();
  });

  it('that slip into a number unseen are found, with the line', () => {
    expect(() => trace(({ x }) => ({ y: tf.mul(x, Math.sqrt(x.shape[0]!)) }), { x: { shape: ['batch', 2] } })).toThrow(
      /depends on the size that stands for a dynamic one.*\(op Mul\) at .*trace\.test\.ts:\d+/,
    );
  });

  it('are not confused with a constant that looks like a stand-in', async () => {
    const fn = await compile(({ x }) => ({ y: tf.mul(x, 1483) }), { x: { shape: ['batch'] } });
    expect((await fn.run({ x: floats(1, 2) })).y.data).toEqual(floats(1483, 2966));
    await fn.release();
  });

  it('may be told by an input of any shape as a plain array', async () => {
    const fn = await compile(({ x, w }) => ({ y: tf.mul(x, w) }), {
      x: { shape: ['batch', 2] },
      w: { shape: ['batch', 1] },
    });
    const { y } = await fn.run({ x: floats(1, 2, 3, 4), w: floats(1, 10) });
    expect(y).toMatchObject({ shape: [2, 2], data: floats(1, 2, 30, 40) });
    await fn.release();
  });
});

describe('nested inputs and outputs', () => {
  it('are named by their paths, lists included, and come back in their nesting', async () => {
    const fn = await compile(
      ({ layers, x }) => ({
        sum: { of: [tf.add(x, layers[0].bias), tf.add(x, layers[1].bias)] },
        x: tf.neg(x),
        flag: tf.greater(x, 0),
        whole: tf.cast(x, 'int32'),
      }),
      { layers: [{ bias: { shape: [2] } }, { bias: { shape: [2] } }], x: { shape: [2] } },
    );
    expect(fn.model.graph.inputs.map(({ name }) => name)).toEqual(['layers.0.bias', 'layers.1.bias', 'x']);
    expect(fn.model.graph.outputs.map(({ name }) => name)).toEqual(['sum.of.0', 'sum.of.1', 'x.next', 'flag', 'whole']);
    const result = await fn.run({ layers: [{ bias: floats(1, 2) }, { bias: floats(3, 4) }], x: floats(10, -20) });
    expect(result.sum.of[1]).toMatchObject({ shape: [2], data: floats(13, -16) });
    expect(result.x.data).toEqual(floats(-10, 20));
    expect(result.flag).toMatchObject({ type: 'bool', data: Uint8Array.of(1, 0) });
    expect(result.whole).toMatchObject({ type: 'int32', data: Int32Array.of(10, -20) });
    await fn.release();
  });

  it('may hand an input through, one value out twice, and fills of a dynamic size', async () => {
    const fn = await compile(
      ({ x }) => {
        const y = tf.exp(x);
        return { same: x, y, again: y, zeros: tf.zerosLike(x), three: tf.scalar(3), also: tf.scalar(3) };
      },
      { x: { shape: ['n'] } },
    );
    expect(checkModel(fn.model)).toEqual([]);
    const result = await fn.run({ x: floats(0, 0, 0) });
    expect(result.same.data).toEqual(floats(0, 0, 0));
    expect(result.again.data).toEqual(floats(1, 1, 1));
    expect(result.zeros.shape).toEqual([3]);
    expect(result.also.data).toEqual(floats(3));
    await fn.release();
  });

  it('may take and give int32 and bool', async () => {
    const fn = await compile(({ index, mask }) => ({ y: tf.where(mask, index, tf.neg(index)) }), {
      index: { shape: [2], dtype: 'int32' },
      mask: { shape: [2], dtype: 'bool' },
    });
    const { y } = await fn.run({ index: Int32Array.of(4, 5), mask: Uint8Array.of(1, 0) });
    expect(y).toMatchObject({ type: 'int32', data: Int32Array.of(4, -5) });
    await fn.release();
  });
});

describe("tile's gradient", () => {
  const repeat = ({ x }: { x: tf.Tensor }) => ({ d: tf.grad((z) => tf.sum(tf.square(tf.tile(z, [40, 2]))))(x) });

  it("is no loop over its repeats, and is tfjs's own again after the trace", () => {
    const own = tf.getGradient('Tile');
    expect(trace(repeat, { x: { shape: ['batch', 3] } }).graph.nodes.length).toBeLessThan(12);
    expect(tf.getGradient('Tile')).toBe(own);
  });
});

describe('what cannot be traced is told', () => {
  const x = { x: { shape: [2] } };
  it.each<[string, (inputs: { x: tf.Tensor }) => Record<string, tf.Tensor>, RegExp]>([
    [
      'an operator without a row',
      ({ x }) => ({ y: tf.linalg.bandPart(tf.fft(tf.complex(x, x)), 0, 0) }),
      /no row in the table.*op (Complex|FFT)/,
    ],
    [
      'reading a value',
      ({ x }) => ({ y: tf.scalar(x.dataSync()[0]!) }),
      /a value is read while tracing.*trace\.test\.ts:\d+/,
    ],
    [
      'a nested trace',
      ({ x }) => ({ x, ...(trace(() => ({ z: tf.ones([1]) }), {}) as object) }),
      /inside a function that is being traced/,
    ],
    ['no tensor returned', () => ({}), /returns no tensor/],
    ['something else returned', () => ({ y: 3 as unknown as tf.Tensor }), /must return tensors, but "y" is a number/],
    ['shapes that do not fit', ({ x }) => ({ y: tf.add(x, tf.zeros([3])) }), /./],
  ])('%s', (_, fn, message) => {
    const before = tf.memory().numTensors;
    expect(() => trace(fn, x)).toThrow(message);
    expect(tf.getBackend()).toBe('cpu');
    expect(tf.memory().numTensors).toBe(before);
  });

  it('images: strides over a dynamic height, and overlapping max pools before opset 16', () => {
    const image = { x: { shape: [1, 'height', 6, 2] } } as const;
    const pool = ({ x: each }: { x: tf.Tensor }, stride: number) => ({
      y: tf.maxPool(each as tf.Tensor4D, 3, stride, 'same'),
    });
    expect(() => trace((given) => pool(given, 2), image)).toThrow(/strides over a dynamic height.*op MaxPool/);
    expect(ops(trace((given) => pool(given, 1), image))).toContain('MaxPool');
    const slope = ({ x: each }: { x: tf.Tensor }) => ({ d: tf.grad((z) => tf.sum(pool({ x: z }, 2).y))(each) });
    const fixed = { x: { shape: [1, 6, 6, 2] } } as const;
    expect(() => trace(slope, fixed, { opset: 15 })).toThrow(/needs opset 16.*op MaxPoolGrad/);
    expect(ops(trace(slope, fixed, { opset: 16 }))).toContain('ScatterElements');
  });

  it('and an asynchronous function', () => {
    expect(() => trace((async () => ({})) as never, x)).toThrow(/asynchronous/);
  });

  it('with the operator and the place as fields', () => {
    try {
      trace(({ x }) => ({ y: tf.cast(tf.fft(tf.complex(x, x)), 'float32') }), x);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(TraceError);
      expect((error as TraceError).op).toBe('Complex');
      expect((error as TraceError).where).toMatch(/trace\.test\.ts:\d+:\d+$/);
    }
  });

  it.each([8, 22, 9.5])('opset %d', (opset) => {
    expect(() => trace(({ x }) => ({ y: tf.exp(x) }), x, { opset })).toThrow(/9 to 21/);
  });
});

describe('nothing stays behind', () => {
  it('after a trace with gradients, kept tensors and variables made inside', () => {
    const before = tf.memory().numTensors;
    trace(
      ({ x }) => {
        tf.keep(tf.exp(x));
        const inner = tf.variable(tf.zeros([2]));
        const f = (z: tf.Tensor) => tf.sum(tf.mul(tf.square(z), tf.add(inner, 1))) as tf.Scalar;
        return { y: tf.grad(f)(x) };
      },
      { x: { shape: [2] } },
    );
    expect(tf.memory().numTensors).toBe(before);
    expect(tf.getBackend()).toBe('cpu');
  });

  it('after gradients with respect to variables made inside, which come out right', async () => {
    const before = tf.memory().numTensors;
    const fn = await compile(
      ({ x }) => {
        const weight = tf.variable(x, true, 'weight');
        const { value, grads } = tf.variableGrads(() => tf.sum(tf.square(weight)) as tf.Scalar, [weight]);
        return { value, slope: grads['weight']! };
      },
      { x: { shape: ['n'] } },
    );
    expect((await fn.run({ x: floats(1, 2) })).slope.data).toEqual(floats(2, 4));
    expect(tf.memory().numTensors).toBe(before);
    await fn.release();
  });

  it('after an exception in the midst of a gradient', () => {
    const before = tf.memory().numTensors;
    const f = (z: tf.Tensor) => {
      tf.exp(z);
      throw new Error('on purpose');
    };
    expect(() => trace(({ x }) => ({ y: tf.grad(f)(x) }), { x: { shape: [2] } })).toThrow('on purpose');
    expect(tf.memory().numTensors).toBe(before);
    // Eager gradients still work.
    const slope = tf.grad((z) => tf.square(z))(tf.scalar(3));
    expect(slope.dataSync()[0]).toBe(6);
  });

  it('and captured variables keep their values, but cannot be assigned', async () => {
    const variable = tf.variable(tf.tensor1d([1, 2]));
    const fn = await compile(({ x }) => ({ y: tf.mul(x, variable) }), { x: { shape: [2] } });
    variable.assign(tf.tensor1d([5, 5]));
    expect((await fn.run({ x: floats(1, 1) })).y.data).toEqual(floats(1, 2));
    expect(() =>
      trace(
        ({ x }) => {
          variable.assign(x as tf.Tensor1D);
          return { y: x };
        },
        { x: { shape: [2] } },
      ),
    ).toThrow(/assigned.*return the new value/);
    expect(variable.dataSync()).toEqual(floats(5, 5));
    variable.dispose();
    await fn.release();
  });
});

describe('a call that does not fit the signature is refused', () => {
  const signature = { x: { shape: ['batch', 2] }, state: { mean: { shape: [2] } } } as const;
  const open = () => compile(({ x, state }) => ({ y: tf.sub(x, state.mean) }), signature, { threads: 1 });
  const dense = (shape: number[], type: DenseTensor['type'] = 'float32'): DenseTensor => ({
    type,
    shape,
    data: new Float32Array(shape.reduce((a, b) => a * b, 1)),
  });
  const mean = floats(0, 0);

  it.each<[string, unknown, RegExp]>([
    ['a missing input', { x: dense([1, 2]), state: {} }, /missing input "state\.mean"; expected float32 \[2\]/],
    ['a missing record', { x: dense([1, 2]) }, /missing input "state\.mean"/],
    [
      'an unknown input',
      { x: dense([1, 2]), state: { mean, meen: mean } },
      /unknown input "state\.meen"; expected "state\.mean", perhaps/,
    ],
    [
      'a wrong size',
      { x: dense([4, 3]), state: { mean } },
      /input "x" has the wrong shape; got "\[4,3\]"; expected float32 \[batch, 2\]/,
    ],
    ['a wrong rank', { x: dense([2]), state: { mean } }, /input "x" has the wrong shape/],
    [
      'a wrong type',
      { x: dense([1, 2], 'int32'), state: { mean } },
      /input "x" has the wrong type; got "int32"; expected float32/,
    ],
    ['a wrong array', { x: new Int32Array(2), state: { mean } }, /input "x" has the wrong type; got "Int32Array"/],
    [
      'a wrong length',
      { x: dense([1, 2]), state: { mean: floats(1, 2, 3) } },
      /input "state\.mean" has the wrong shape; got "3 elements"/,
    ],
    ['an uneven length', { x: floats(1, 2, 3), state: { mean } }, /input "x" has the wrong shape; got "3 elements"/],
  ])('%s', async (_, values, message) => {
    const fn = await open();
    await expect(fn.run(values as never)).rejects.toThrow(message);
    await expect(fn.run(values as never)).rejects.toThrow(UserError);
    await fn.release();
  });

  it('and sizes that disagree', async () => {
    const fn = await compile(({ a, b }) => ({ y: tf.add(a, b) }), { a: { shape: ['n'] }, b: { shape: ['n'] } });
    await expect(fn.run({ a: dense([2]), b: dense([3]) })).rejects.toThrow(/input "b".*\(n = 2 here\)/);
    await fn.release();
  });
});
