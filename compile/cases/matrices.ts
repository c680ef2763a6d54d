/** Matrix products. */
import fc from 'fast-check';
import { tf } from '../tensorflow.ts';
import { type Case, count, type Drawn, filled, shapeOfRank, size, sumsOfProducts } from './case.ts';

/** A matrix product's two factors, of rank 2 or with leading batch axes, transposed as asked for. */
function factors(transposeA: boolean, transposeB: boolean, batched: boolean): fc.Arbitrary<Drawn[]> {
  return fc
    .tuple(size, size, size, batched ? shapeOfRank(1, 2) : fc.constant([]))
    .chain(([rows, inner, columns, lead]) =>
      fc.tuple(
        filled([...lead, ...(transposeA ? [inner, rows] : [rows, inner])], 'float32', -2, 2),
        filled([...lead, ...(transposeB ? [columns, inner] : [inner, columns])], 'float32', -2, 2),
      ),
    );
}

export const matrices: readonly Case[] = [
  ...[0, 1, 2, 3].flatMap((bits): Case[] => {
    const [a, b] = [(bits & 1) > 0, (bits & 2) > 0];
    return [
      {
        kernel: 'BatchMatMul',
        inputs: factors(a, b, false),
        edges: sumsOfProducts,
        call: (l, r) => tf.matMul(l, r, a, b),
        dynamic: !a && b,
      },
      {
        kernel: 'BatchMatMul',
        inputs: factors(a, b, true),
        edges: sumsOfProducts,
        call: (l, r) => tf.matMul(l, r, a, b),
      },
    ];
  }),
  {
    kernel: 'BatchMatMul',
    edges: sumsOfProducts,
    inputs: factors(false, false, true).map(([l, r]) => {
      const shape = [...l!.shape.slice(0, -2).map(() => 1), ...l!.shape.slice(-2)];
      return [{ ...l!, shape, data: l!.data.slice(0, count(shape)) }, r!];
    }),
    call: (l, r) => tf.matMul(l, r),
    gradients: [],
  },
  ...(['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu'] as const).map(
    (activation): Case => ({
      kernel: '_FusedMatMul',
      inputs: factors(false, false, false).chain(([a, b]) =>
        filled([b!.shape[1]!], 'float32', -1, 1).map((bias) => [a!, b!, bias]),
      ),
      call: (a, b, bias) => tf.fused.matMul({ a, b, bias, activation, leakyreluAlpha: 0.1 }),
      gradients: activation === 'leakyrelu' || activation === 'sigmoid' ? [] : [0, 1, 2],
      dynamic: false,
    }),
  ),
];
