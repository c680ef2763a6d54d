/** Comparisons, boolean logic and choosing. */
import fc from 'fast-check';
import { tf } from '../tensorflow.ts';
import { binary, broadcasting, type Case, filled, noGradient, one, shapeOfRank, unary, x } from './case.ts';

export const logic: readonly Case[] = [
  ...(['float32', 'int32', 'bool'] as const).flatMap((dtype): Case[] => {
    const range: [number, number] = dtype === 'bool' ? [0, 1] : [-2, 2];
    return [
      binary('Equal', tf.equal, dtype, range, range, noGradient),
      binary('NotEqual', tf.notEqual, dtype, range, range, noGradient),
      binary('Greater', tf.greater, dtype, range, range, noGradient),
      binary('GreaterEqual', tf.greaterEqual, dtype, range, range, noGradient),
      binary('Less', tf.less, dtype, range, range, noGradient),
      binary('LessEqual', tf.lessEqual, dtype, range, range, noGradient),
    ];
  }),
  // Comparisons with what is not a number are false, but for NotEqual.
  ...(
    [
      ['Equal', tf.equal],
      ['NotEqual', tf.notEqual],
      ['LessEqual', tf.lessEqual],
    ] as const
  ).map(([kernel, call]) => unary(kernel, (y) => call(tf.log(y), tf.log(y)), [-2, 2], noGradient)),
  binary('LogicalAnd', tf.logicalAnd, 'bool', [0, 1], [0, 1], noGradient),
  binary('LogicalOr', tf.logicalOr, 'bool', [0, 1], [0, 1], noGradient),
  { kernel: 'LogicalNot', inputs: x(one('bool', [0, 1])), call: tf.logicalNot },
  {
    kernel: 'Select',
    inputs: broadcasting([['bool', 0, 1], ['float32', -3, 3], ['float32', -3, 3]]), // biome-ignore format: a triple
    rows: 'some', // tfjs broadcasts one row to one where it should be none
    call: tf.where,
    gradients: [],
  },
  {
    kernel: 'Select',
    inputs: shapeOfRank(1, 3).chain((shape) =>
      fc.tuple(filled(shape, 'bool', 0, 1), filled(shape, 'float32', -3, 3), filled(shape, 'float32', -3, 3)),
    ),
    call: tf.where,
  },
];
