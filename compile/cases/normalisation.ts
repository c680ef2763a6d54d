/** Batch and layer normalisation. */
import fc from 'fast-check';
import { layerNorm, scaledLinear, standardised } from '../layer-norm.ts';
import { tf } from '../tensorflow.ts';
import { type Case, filled, ramp, ranked, shapeOfRank, size } from './case.ts';

export const normalisation: readonly Case[] = [
  {
    kernel: 'FusedBatchNorm',
    inputs: shapeOfRank(2, 4).chain((shape) => {
      const statistic = (least: number, most: number) => filled([shape.at(-1)!], 'float32', least, most);
      const given = [statistic(-1, 1), statistic(0.5, 2), statistic(-1, 1), statistic(0.5, 1)];
      return fc.tuple(filled(shape, 'float32', -2, 2), ...given);
    }),
    edged: [0],
    call: (y, mean, variance, offset, scale) => tf.batchNorm(y, mean, variance, offset, scale),
  },
  {
    kernel: 'FusedBatchNorm',
    inputs: ranked(2, 4),
    call: (y) => tf.batchNorm(y, tf.fill([y.shape.at(-1)], 0.5), tf.tensor(ramp(y.shape.at(-1)))),
    gradients: [], // tfjs's gradient needs a scale
  },
  {
    kernel: 'FusedBatchNorm',
    inputs: ranked(2, 2),
    call: (y) => tf.batchNorm(y, tf.mean(y, 0), tf.moments(y, 0).variance),
    gradients: [],
  },
  // Rows of equal numbers have no deviation but epsilon's: a small one would blow up the rounding of their mean.
  { kernel: 'LayerNormalization', inputs: ranked(1, 3), call: (y) => standardised(y, 0.1) },
  {
    kernel: 'LayerNormalization',
    inputs: ranked(2, 3),
    call: (y) => {
      const numbers = tf.tensor1d(ramp(y.shape.at(-1)));
      return layerNorm(tf.add(y, numbers.mul(40)), numbers, numbers.neg());
    },
  },
  {
    kernel: 'LayerNormalization',
    inputs: fc.tuple(size, size, size).chain(([rows, inputs, outputs]) => {
      const shapes = [[rows, inputs], [inputs], [inputs], [inputs, outputs], [outputs]];
      return fc.tuple(...shapes.map((shape) => filled(shape, 'float32', -2, 2)));
    }),
    edged: [0], // the gradient of an infinite scale is one thing in this form and another in the composed one
    call: (y, scale, shift, weight, bias) => scaledLinear(standardised(y, 0.1), scale, shift, weight, bias),
    dynamic: false,
  },
];
