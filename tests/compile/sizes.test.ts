/** Sizes that are open: branches on them, sizes of 0, and those that a function can't be called with. */
import { beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../../base/failure/user-error.ts';
import { compile, TraceError, tf, trace } from '../../compile/index.ts';

beforeAll(() => tf.setBackend('cpu'));

type Fn = (inputs: { x: tf.Tensor }) => Record<string, tf.Tensor>;
const open = { x: { shape: ['batch', 2] } } as const;
const rows = (x: tf.Tensor) => x.shape[0]!;
const [one, two] = [tf.tensor1d([1, 2]), tf.tensor1d([3, 4])];

describe('a branch on an open size is found', () => {
  it.each<[string, Fn, RegExp]>([
    ['of one row', ({ x }) => ({ y: rows(x) === 1 ? tf.exp(x) : tf.log(x) }), /batch = 1: it calls exp, and not log/],
    ['of two', ({ x }) => ({ y: rows(x) === 2 ? tf.exp(x) : tf.log(x) }), /batch = 2: it calls exp, and not log/],
    ['of even ones', ({ x }) => ({ y: rows(x) % 2 === 0 ? tf.exp(x) : tf.log(x) }), /batch = 2/],
    ['of some residue', ({ x }) => ({ y: rows(x) % 4 === 3 ? tf.exp(x) : tf.log(x) }), /batch = 1/],
    ['of many', ({ x }) => ({ y: rows(x) > 100 ? tf.exp(x) : tf.log(x) }), /batch = 1: it calls log, and not exp/],
    ['to another number', ({ x }) => ({ y: tf.mul(x, rows(x) === 1 ? 2 : 3) }), /it gives mul something else/],
    ['to another constant', ({ x }) => ({ y: tf.mul(x, rows(x) === 1 ? one : two) }), /it gives mul something else/],
    ['to other bounds', ({ x }) => ({ y: tf.clipByValue(x, rows(x) === 1 ? -1 : -2, 2) }), /it gives clipByValue/],
    [
      'to another value of its own',
      ({ x }) => {
        const [a, b] = [tf.exp(x), tf.log(x)];
        return { y: tf.neg(rows(x) === 1 ? a : b) };
      },
      /it gives neg something else/,
    ],
    [
      'to another result',
      ({ x }) => {
        const [a, b] = [tf.exp(x), tf.log(x)];
        return { y: rows(x) === 1 ? a : b };
      },
      /it gives return something else/,
    ],
    ['to fewer operators', ({ x }) => ({ y: rows(x) === 1 ? x : tf.neg(x) }), /it calls return, and not neg/],
    [
      'inside a gradient',
      ({ x }) => ({ d: tf.grad((z) => tf.sum(rows(x) === 1 ? tf.square(z) : tf.exp(z)))(x) }),
      /it calls square, and not exp/,
    ],
    ['made by tfjs: squeeze drops an axis of size 1', ({ x }) => ({ y: tf.squeeze(x) }), /it gives squeeze something/],
  ])('%s', (_, fn, message) => {
    const before = tf.memory().numTensors;
    expect(() => trace(fn, open)).toThrow(TraceError);
    expect(() => trace(fn, open)).toThrow(message);
    expect(() => trace(fn, open)).toThrow(/sizes\.test\.ts:\d+:\d+$/);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('where two of them are equal', () => {
    const sizes = { x: { shape: ['n', 2] }, y: { shape: ['m', 2] } } as const;
    expect(() => trace(({ x, y }) => ({ z: rows(x) === rows(y) ? tf.add(x, y) : tf.neg(x) }), sizes)).toThrow(
      /n = 1, m = 1: it calls add, and not neg/,
    );
  });

  it('and none is where tfjs itself goes another way for one row', () => {
    const fn: Fn = ({ x }) => ({
      mean: tf.mean(x, 0),
      slope: tf.grad((z) => tf.mul(tf.mean(tf.square(z)), 3))(x),
      share: tf.div(x, rows(x)),
      variance: tf.moments(x, 0).variance,
      bias: tf.grad((z) => tf.sum(tf.tanh(tf.add(x, z))))(tf.ones([1, 2])),
      loss: tf.losses.meanSquaredError(x, tf.zerosLike(x)) as tf.Tensor,
      norm: tf.norm(x),
      more: tf.concat([x, tf.zeros([3, 2])], 0),
      logits: tf.logSoftmax(x),
      counted: tf.range(0, rows(x)),
      twice: tf.tile(x, [2, 1]),
      stacked: tf.stack([x, x]),
      spread: tf.broadcastTo(tf.mean(x, 0, true), x.shape),
    });
    expect(() => trace(fn, open)).not.toThrow();
  });
});

const zeros = (shape: number[]) => ({ type: 'float32', shape, data: new Float32Array(0) }) as const;

describe('a batch of no rows', () => {
  it('is computed where onnxruntime can, gradients included', async () => {
    const fn = await compile(
      ({ x }) => ({
        y: tf.tanh(tf.matMul(x as tf.Tensor2D, tf.ones([2, 3]))),
        sum: tf.sum(x, 0),
        d: tf.grad((z) => tf.sum(tf.square(z)))(x),
      }),
      open,
    );
    const { y, sum, d } = await fn.run({ x: zeros([0, 2]) });
    expect([y.shape, sum.shape, d.shape]).toEqual([[0, 3], [2], [0, 2]]);
    expect(sum.data).toEqual(Float32Array.of(0, 0));
    await fn.release();
  });

  it.each<[string, (x: tf.Tensor) => tf.Tensor, number[]]>([
    ['TopK', (x) => tf.topk(x, 2).values, [3]],
    ['ArgMax', (x) => tf.argMax(x, 0), [3]],
    ['Max', (x) => tf.max(x), [3]],
    ['ResizeBilinear', (x) => tf.image.resizeBilinear(x as tf.Tensor4D, [2, 2]), [4, 4, 1]],
    [
      'Conv2DBackpropFilter',
      (x) => tf.grad((filter) => tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same'))(tf.ones([2, 2, 1, 1])),
      [4, 4, 1],
    ],
  ])(
    'is refused before it runs where onnxruntime ends the process, never ends or fails: %s',
    async (op, call, size) => {
      const fn = await compile(({ x }) => ({ y: call(x) }), { x: { shape: ['batch', ...size] } });
      const run = fn.run({ x: zeros([0, ...size]) });
      await expect(run).rejects.toThrow(UserError);
      await expect(run).rejects.toThrow(
        new RegExp(`input "x" is too small.*batch = 0.*1 or more: the operator ${op} at .*sizes\\.test\\.ts:\\d+`),
      );
      const [row] = [1 * size.reduce((product, each) => product * each, 1)];
      expect((await fn.run({ x: new Float32Array(row) })).y.data.length).toBeGreaterThan(0);
      await fn.release();
      // The same where no size is open.
      expect(() => trace(({ x }) => ({ y: call(x) }), { x: { shape: [0, ...size] } })).toThrow(/it has no elements/);
    },
  );
});

describe('sizes that a function cannot be called with', () => {
  it('are refused at the run, with the reason', async () => {
    const four = await compile(({ x }) => ({ y: tf.slice(x, [0, 0], [3, 2]) }), open);
    await expect(four.run({ x: new Float32Array(4) })).rejects.toThrow(
      /batch = 2.*3 or more: the function can't be called with 2: .*would overflow/,
    );
    expect((await four.run({ x: new Float32Array(6) })).y.shape).toEqual([3, 2]);
    await four.release();
  });

  it('are those that would make another one negative', async () => {
    const fn = await compile(({ x }) => ({ y: tf.topk(tf.slice(x, [1, 0], [rows(x) - 1, 2]), 1).values }), open);
    await expect(fn.run({ x: new Float32Array(2) })).rejects.toThrow(/batch = 1.*2 or more/);
    expect((await fn.run({ x: new Float32Array(4) })).y.shape).toEqual([1, 1]);
    await fn.release();
  });
});
