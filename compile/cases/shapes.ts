/** What moves elements about. */
import fc from 'fast-check';
import { tf } from '../tensorflow.ts';
import { type Case, filled, one, ranked, shapeOfRank, size, x } from './case.ts';

export const shapes: readonly Case[] = [
  { kernel: 'Reshape', inputs: ranked(0, 3), call: (y) => tf.reshape(y, [-1]) },
  { kernel: 'Reshape', inputs: ranked(2, 3), call: (y) => tf.reshape(y, [y.shape[0], 1, -1]) },
  { kernel: 'Reshape', inputs: ranked(2, 3), call: (y) => tf.reshape(y, [y.shape[0] * y.shape[1], -1]) },
  { kernel: 'ExpandDims', inputs: ranked(0, 3), call: (y) => tf.expandDims(y, 0) },
  { kernel: 'ExpandDims', inputs: ranked(1, 3), call: (y) => tf.expandDims(y, -1) },
  { kernel: 'Transpose', inputs: ranked(2, 4), call: (y) => tf.transpose(y) },
  { kernel: 'Transpose', inputs: ranked(3, 3), call: (y) => tf.transpose(y, [1, 2, 0]) },
  {
    kernel: 'Concat',
    inputs: fc
      .tuple(shapeOfRank(2, 3), size)
      .chain(([shape, other]) =>
        fc.tuple(filled(shape, 'float32', -3, 3), filled([...shape.slice(0, -1), other], 'float32', -3, 3)),
      ),
    call: (a, b) => tf.concat([a, b, a], -1),
  },
  { kernel: 'Concat', inputs: ranked(2, 3), call: (y) => tf.concat([y, tf.onesLike(y)], 0), opsets: (o) => o >= 13 },
  { kernel: 'Slice', inputs: ranked(1, 3), call: (y) => tf.slice(y, y.shape.map(() => 1)) }, // biome-ignore format: short
  { kernel: 'Slice', inputs: ranked(2, 3), call: (y) => tf.slice(y, [0, 1], [-1, 1]) },
  { kernel: 'Slice', inputs: ranked(2, 3), call: (y) => tf.slice(y, 1, y.shape[0] - 1) },
  { kernel: 'Slice', inputs: ranked(2, 3), call: (y) => tf.slice(y, 0, y.shape[0] - 1), opsets: (o) => o >= 11 },
  {
    kernel: 'Pack',
    inputs: shapeOfRank(0, 3).chain((shape) =>
      fc.tuple(filled(shape, 'float32', -3, 3), filled(shape, 'float32', -3, 3)),
    ),
    call: (a, b) => tf.stack([a, b, a], 0),
  },
  { kernel: 'Pack', inputs: ranked(1, 3), call: (y) => tf.stack([y, y], -1) },
  { kernel: 'Unpack', inputs: ranked(2, 3), call: (y) => tf.unstack(y, 1) },
  { kernel: 'Unpack', inputs: ranked(1, 3), call: (y) => tf.unstack(y), dynamic: false },
  { kernel: 'SplitV', inputs: ranked(2, 3), call: (y) => tf.split(y, [1, y.shape[1] - 1], 1) },
  { kernel: 'SplitV', inputs: ranked(2, 3), call: (y) => tf.split(y, y.shape[1], -2 + (y.shape.length === 3 ? 0 : 1)) },
  { kernel: 'Tile', inputs: ranked(1, 3), call: (y) => tf.tile(y, y.shape.map((_: number, i: number) => i + 1)) }, // biome-ignore format: short
  { kernel: 'Tile', inputs: ranked(1, 3), call: (y) => tf.broadcastTo(tf.expandDims(y, 1), [y.shape[0], 3, ...y.shape.slice(1)]) }, // biome-ignore format: short
  {
    kernel: 'Tile',
    inputs: ranked(2, 3),
    call: (y) => tf.tile(tf.mean(y, 1, true), [1, 3, ...y.shape.slice(2).map(() => 2)]),
  },
  { kernel: 'Fill', inputs: ranked(1, 3), call: (y) => tf.add(y, tf.fill(y.shape, 2.5)) },
  { kernel: 'Fill', inputs: ranked(1, 3), call: (y) => tf.fill(y.shape, 2.5), gradients: [] },
  { kernel: 'ZerosLike', inputs: ranked(0, 3), call: (y) => tf.zerosLike(y), gradients: [] },
  { kernel: 'OnesLike', inputs: ranked(0, 3), call: (y) => tf.onesLike(y), gradients: [] },
  ...[0, 1].map(
    (axis): Case => ({
      kernel: 'GatherV2',
      inputs: shapeOfRank(2, 3).chain((shape) =>
        fc.tuple(
          filled(shape, 'float32', -3, 3),
          shapeOfRank(1, 2).chain((indices) => filled(indices, 'int32', 0, 1)),
        ),
      ),
      call: (y, indices) => tf.gather(y, indices, axis),
      dynamic: false,
    }),
  ),
  {
    kernel: 'UnsortedSegmentSum',
    inputs: shapeOfRank(1, 3).chain((shape) =>
      fc.tuple(filled(shape, 'float32', -3, 3), filled([shape[0]!], 'int32', 0, 2)),
    ),
    call: (y, ids) => tf.unsortedSegmentSum(y, ids, 3),
    dynamic: false,
  },
  { kernel: 'PadV2', inputs: ranked(1, 3), call: (y) => tf.pad(y, y.shape.map((_: number, i: number) => [i, 1]), 0.5), opsets: (o) => o >= 11 }, // biome-ignore format: short
  { kernel: 'PadV2', inputs: ranked(2, 2), call: (y) => tf.pad(y, [[0, 0], [1, 2]], -1) }, // biome-ignore format: short
  { kernel: 'MirrorPad', inputs: ranked(2, 2), call: (y) => tf.mirrorPad(y, [[0, 0], [1, 1]], 'reflect'), gradients: [] }, // biome-ignore format: short
  { kernel: 'Reverse', inputs: ranked(1, 3), call: (y) => tf.reverse(y), dynamic: false },
  { kernel: 'Reverse', inputs: ranked(2, 3), call: (y) => tf.reverse(y, [0]), opsets: (o) => o >= 10 },
  { kernel: 'Range', inputs: ranked(1, 1), call: (y) => tf.mul(y, tf.range(0, y.shape[0])), opsets: (o) => o >= 11 },
  { kernel: 'Range', inputs: ranked(1, 1), call: (y) => tf.mul(y, tf.range(3, 0, -0.5).slice(0, 1)) },
  { kernel: 'OneHot', inputs: x(one('int32', [-1, 4], [1, 2])), call: (y) => tf.oneHot(y, 4) },
  { kernel: 'OneHot', inputs: x(one('int32', [0, 3], [1, 2])), call: (y) => tf.oneHot(y, 4, 2.5, -1) },
];
