/** Sums, means, extrema, running sums and softmax. */
import { tf } from '../tensorflow.ts';
import { type Case, type Drawn, fewDigits, noGradient, type Options, one, ranked, unary, x } from './case.ts';

/**
 * Cases of a reduction over some axes, its size-1 axes dropped and kept. Which axes follows from the shape, but not from its
 * first size, which may be open.
 */
function reduction(
  kernel: string,
  call: (x: tf.Tensor, axes: number[], keep: boolean) => tf.Tensor,
  dtype: Drawn['dtype'] = 'float32',
  options: Options = {},
): Case[] {
  const axesOf = ({ shape }: tf.Tensor): number[] => {
    const bits = shape.slice(1).reduce((sum, each) => 3 * sum + each, shape.length);
    const chosen = shape.flatMap((_, axis) => ((bits >> axis) & 1 ? [axis] : []));
    const axes = chosen.length > 0 ? chosen : [shape.length - 1];
    return bits % 3 === 0 ? axes.map((axis) => axis - shape.length) : axes;
  };
  const inputs = x(one(dtype, dtype === 'bool' ? [0, 1] : [-3, 3], [1, 4]));
  return [false, true].map((keep) => ({ kernel, inputs, call: (x) => call(x, axesOf(x), keep), ...options }));
}

export const reductions: readonly Case[] = [
  ...reduction('Sum', tf.sum),
  ...reduction('Sum', tf.sum, 'int32'),
  ...reduction('Sum', tf.sum, 'bool'),
  ...reduction('Mean', tf.mean),
  ...reduction('Mean', tf.mean, 'int32'),
  ...reduction('Max', tf.max),
  ...reduction('Min', tf.min),
  ...reduction('Max', tf.max, 'int32'),
  ...reduction('Prod', tf.prod, 'float32', { ...noGradient, edges: fewDigits }),
  ...reduction('Any', tf.any, 'bool'),
  ...reduction('All', tf.all, 'bool'),
  // A value that is smaller than its tensor: sums count the repeats.
  unary('Sum', (y) => tf.sum(tf.mul(tf.onesLike(y), 3)), [-1, 1], { gradients: [] }),
  { kernel: 'Sum', inputs: ranked(2, 3), call: (y) => tf.sum(tf.add(tf.mean(y, 0, true), tf.zerosLike(y)), 0) },
  { kernel: 'Sum', inputs: ranked(2, 3), call: (y) => tf.sum(tf.add(tf.mean(y, 1, true), tf.zerosLike(y)), [0, 1]) },
  { kernel: 'Mean', inputs: ranked(2, 3), call: (y) => tf.mean(tf.add(tf.mean(y, 0), tf.zerosLike(y)), 1) },
  { kernel: 'Mean', inputs: ranked(2, 3), call: (y) => tf.mean(tf.add(tf.mean(y, 0, true), tf.zerosLike(y))) },
  {
    kernel: 'Prod',
    inputs: x(one('float32', [0.5, 2], [1, 3])),
    edges: fewDigits,
    call: (y) => tf.prod(y, y.shape.length - 1),
    dynamic: false,
  },
  { kernel: 'ArgMax', inputs: ranked(1, 3), call: (y) => tf.argMax(y, -1), gradients: [] },
  { kernel: 'ArgMax', inputs: ranked(2, 3), call: (y) => tf.argMax(y, 0), gradients: [] },
  { kernel: 'ArgMin', inputs: ranked(1, 3), call: (y) => tf.argMin(y, 0), gradients: [] },
  ...[0, 1, 2, 3].flatMap((bits): Case[] => {
    const [exclusive, reverse] = [(bits & 1) > 0, (bits & 2) > 0];
    return [
      {
        kernel: 'Cumsum',
        inputs: ranked(1, 3),
        call: (y) => tf.cumsum(y, y.shape.length - 1, exclusive, reverse),
        dynamic: false,
      },
      {
        kernel: 'Cumsum',
        inputs: ranked(2, 3),
        call: (y) => tf.cumsum(y, 0, exclusive, reverse),
        gradients: [], // tfjs's own gradient is wrong but along the last axis
        opsets: (o) => o >= 11,
      },
      {
        kernel: 'Cumprod',
        inputs: ranked(1, 3),
        edges: fewDigits,
        call: (y) => tf.cumprod(y, y.shape.length - 1, exclusive, reverse),
        gradients: [],
        dynamic: false,
      },
    ];
  }),
  { kernel: 'Softmax', inputs: ranked(1, 3), call: (y) => tf.softmax(y) },
  { kernel: 'Softmax', inputs: ranked(1, 3), call: (y) => tf.logSoftmax(y) },
];
