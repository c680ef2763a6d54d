/** Looking up, scattering, strided slices and the largest elements. */
import fc from 'fast-check';
import { tf } from '../tensorflow.ts';
import { type Case, edgeValues, filled, one, ranked, shapeOfRank, x } from './case.ts';

export const indexing: readonly Case[] = [
  {
    kernel: 'StridedSlice',
    inputs: ranked(2, 3),
    call: (y) => tf.stridedSlice(y, [0, 1], [y.shape[0], 4], [1, 2]),
    gradients: [],
  },
  {
    kernel: 'StridedSlice',
    inputs: ranked(2, 3),
    call: (y) => tf.stridedSlice(y, [-1, 0], [-9, 2], [-1, 1]),
    gradients: [],
    dynamic: false,
  },
  {
    kernel: 'StridedSlice',
    inputs: ranked(3, 3),
    call: (y) => tf.stridedSlice(y, [0, 1, 0], [2, 2, 2], [1, 1, 1], 1, 1, 0, 0, 2),
    gradients: [],
  },
  {
    kernel: 'StridedSlice',
    inputs: ranked(2, 3),
    call: (y) => tf.stridedSlice(y, [0, 0], [1, 0], [1, 1], 0, 0, 1, 2),
    gradients: [],
    dynamic: false,
  },
  ...[1, 2].map((depth): Case => {
    const tuples = [filled([2, 3, depth], 'int32', 0, 1), filled([5, depth], 'int32', 0, 1)] as const;
    return {
      kernel: 'GatherNd',
      inputs: shapeOfRank(2, 3).chain((shape) => fc.tuple(filled(shape, 'float32', -3, 3), fc.oneof(...tuples))),
      call: (y, indices) => tf.gatherND(y, indices),
      gradients: [],
      dynamic: false,
    };
  }),
  {
    kernel: 'ScatterNd',
    inputs: fc.tuple(
      filled([5, 2], 'int32', 0, 1),
      shapeOfRank(0, 2).chain((rest) => filled([5, ...rest], 'float32', -3, 3)),
    ),
    call: (indices, updates) => tf.scatterND(indices, updates, [2, 3, ...updates.shape.slice(1)]),
    gradients: [],
    dynamic: false,
  },
  ...(['float32', 'int32'] as const).map(
    (dtype): Case => ({
      kernel: 'TopK',
      inputs: x(one(dtype, [-3, 3], [1, 3])),
      edges: { float32: [0, -0], int32: edgeValues.int32 }, // tfjs's order of NaN and of equal infinities is any
      call: (y) => Object.values(tf.topk(y, 2)),
      gradients: [],
      dynamic: dtype === 'float32',
    }),
  ),
];
