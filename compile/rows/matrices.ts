/** Matrix products. They are recorded as Transpose and MatMul; passes/gemm.ts makes Gemm of them. */
import { float, ints } from '../../onnx/model.ts';
import { type Recorder, type Shape, sameShape, type Value } from '../recorder.ts';
import { clip } from './elementwise.ts';
import { type Attributes, floatsOnly, numbersOnly, type Row, row, type ShapeRule } from './row.ts';

const productShape: ShapeRule = ([a, b], { transposeA, transposeB }) => {
  const [rows, inner] = lastTwo(a!, transposeA);
  const [innerToo, columns] = lastTwo(b!, transposeB);
  if (inner !== innerToo) throw new Error(`inner sizes ${inner} and ${innerToo} of a matrix product differ`);
  const batch = a!.length >= b!.length ? a! : b!;
  const other = a!.length >= b!.length ? b! : a!;
  const sizes = batch.slice(0, -2).map((size, axis) => {
    const against = other[axis - batch.length + other.length];
    return size === 1 && against !== undefined && axis - batch.length + other.length >= 0 ? against : size;
  });
  return [...sizes, rows, columns];
};

function lastTwo(shape: Shape, transposed: boolean): [number, number] {
  const [rows, columns] = shape.slice(-2) as [number, number];
  return transposed ? [columns, rows] : [rows, columns];
}

function transposed(graph: Recorder, x: Value, yes: boolean): Value {
  if (!yes) return x;
  const perm = x.shape.map((_, axis) => axis);
  perm.push(...perm.splice(-2).reverse());
  return graph.node(
    'Transpose',
    [x],
    perm.map((axis) => x.shape[axis]!),
    { perm: ints(perm) },
  );
}

function product(graph: Recorder, a: Value, b: Value, shape: Shape, { transposeA, transposeB }: Attributes): Value {
  needNoEmptyBatch(graph, a.shape, b.shape);
  return graph.node('MatMul', [transposed(graph, a, transposeA), transposed(graph, b, transposeB)], shape);
}

/** onnxruntime broadcasts the leading axes of a product, but not to a size of 0. */
export function needNoEmptyBatch(graph: Recorder, a: Shape, b: Shape): void {
  const [leadA, leadB] = [a.slice(0, -2), b.slice(0, -2)];
  if (!sameShape(leadA, leadB)) graph.needElements([...leadA, ...leadB]);
}

/** The activations that tf.fused.matMul and tf.fused.conv2d may carry. */
export function activated(
  graph: Recorder,
  x: Value,
  activation: string | undefined,
  alpha: number,
  prelu?: Value,
): Value {
  switch (activation) {
    case undefined:
    case null:
    case 'linear':
      return x;
    case 'relu':
      return graph.op('Relu', [x]);
    case 'relu6':
      return clip(graph, x, 0, 6);
    case 'elu':
      return graph.op('Elu', [x]);
    case 'sigmoid':
      return graph.op('Sigmoid', [x]);
    case 'leakyrelu':
      return graph.op('LeakyRelu', [x], { alpha: float(alpha) });
    case 'prelu':
      return graph.op('PRelu', [x, prelu!]);
    default:
      throw new Error(`the activation "${activation}" has no rule`);
  }
}

export const matrices: readonly Row[] = [
  numbersOnly(
    row('BatchMatMul', 'a b', productShape, ({ graph, shape, attrs }, a, b) => product(graph, a, b, shape, attrs)),
  ),
  floatsOnly(
    row(
      '_FusedMatMul',
      'a b bias? preluActivationWeights?',
      productShape,
      ({ graph, shape, attrs }, a, b, bias, prelu) => {
        // tfjs makes rank 3 of everything; a layer's product has rank 2.
        const isMatrix = a!.shape.length === 3 && a!.shape[0] === 1 && b!.shape[0] === 1 && !prelu;
        const flat = (x: Value): Value => {
          if (!isMatrix || x.shape.length < 3) return x;
          const made = graph.reshape(x, x.shape.slice(1));
          return x.constant ? { ...made, constant: x.constant } : made;
        };
        const matrix = product(graph, flat(a!), flat(b!), isMatrix ? shape.slice(1) : shape, attrs);
        const sum = bias ? graph.op('Add', [matrix, flat(bias)]) : matrix;
        const made = activated(graph, sum, attrs.activation, attrs.leakyreluAlpha ?? 0.2, prelu);
        return isMatrix ? graph.reshape(made, shape) : made;
      },
    ),
  ),
];
