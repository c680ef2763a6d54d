/** Sums, means, extrema over axes, and what is built on them. */
import { int } from '../../onnx/model.ts';
import type { Recorder, Shape, Value } from '../recorder.ts';
import { tf } from '../tensorflow.ts';
import { type Attributes, broadcastingRow, type Row, row, type ShapeRule, sameAsFirst } from './row.ts';

/** The reduced axes, none negative; all of them where tfjs says nothing. */
function axesOf({ axis, reductionIndices }: Attributes, shape: Shape): number[] {
  // tfjs calls them reductionIndices for Max alone.
  return tf.util.parseAxisParam(axis ?? reductionIndices ?? shape.map((_, index) => index), [...shape]);
}

const reducedShape: ShapeRule = ([x], attrs) => {
  const axes = axesOf(attrs, x!);
  if (attrs.keepDims) return x!.map((size, axis) => (axes.includes(axis) ? 1 : size));
  return x!.filter((_, axis) => !axes.includes(axis));
};

/** A Reduce… node. Its axes became an input with opset 13 for ReduceSum and with 18 for the others. */
function reduce(graph: Recorder, op: string, x: Value, axes: readonly number[], keep: boolean): Value {
  if (axes.length === 0) return x;
  const { inputs, attributes } = graph.axes(axes, op === 'ReduceSum' ? 13 : 18);
  const shape = keep
    ? x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
    : x.shape.filter((_, axis) => !axes.includes(axis));
  return graph.node(op, [x, ...inputs], shape, { ...attributes, keepdims: int(keep ? 1 : 0) });
}

function reduction(kernel: string, op: string): Row {
  return row(kernel, 'x', reducedShape, ({ graph, attrs }, x) =>
    reduce(graph, op, x, axesOf(attrs, x.shape), Boolean(attrs.keepDims)),
  );
}

/**
 * Sum and mean of a value that is smaller than its tensor: along an axis that is only broadcast, the mean is the value
 * itself and the sum the value times the axis's size.
 */
function sumOrMean(kernel: string, op: 'ReduceSum' | 'ReduceMean'): Row {
  return broadcastingRow(kernel, 'x', reducedShape, ({ graph, attrs, shapes }, x) => {
    const full = shapes[0]!;
    const value = op === 'ReduceMean' ? graph.cast(x, 'float32') : x;
    const axes = axesOf(attrs, full);
    const keep = Boolean(attrs.keepDims);
    const missing = full.length - x.shape.length;
    const held = (axis: number) => x.shape[axis - missing] ?? 1;
    const repeated = axes.filter((axis) => held(axis) !== full[axis]);
    let result = value;
    // Reduced along every axis that the value really has, those of size 1 as well: that drops them.
    const real = axes.filter((axis) => axis >= missing).map((axis) => axis - missing);
    if (real.some((axis) => x.shape[axis] !== 1)) result = reduce(graph, op, value, real, keep);
    else if (!keep && real.length > 0) {
      const shape = x.shape.filter((_, axis) => !real.includes(axis));
      result = graph.node('Reshape', [value, graph.target(shape)], shape);
    }
    if (op === 'ReduceMean') return result;
    const times = repeated.reduce((product, axis) => product * full[axis]!, 1);
    if (times === 1) return result;
    const [known] = result.constant ?? [];
    if (known !== undefined && result.shape.length === 0 && !graph.standIns.isDynamic(times)) {
      return graph.scalar(known * times, result.dtype);
    }
    return graph.op('Mul', [result, graph.sizeAsScalar(times, result.dtype)]);
  });
}

/** Any and All: extrema of the booleans as numbers. */
function booleanReduction(kernel: string, op: 'ReduceMax' | 'ReduceMin'): Row {
  return row(kernel, 'x', reducedShape, ({ graph, attrs }, x) => {
    const reduced = reduce(graph, op, graph.cast(x, 'int32'), axesOf(attrs, x.shape), Boolean(attrs.keepDims));
    return graph.cast(reduced, 'bool');
  });
}

/** The index of the largest or smallest element, the first one of equals, as int32. */
function extremumIndex(kernel: 'ArgMax' | 'ArgMin'): Row {
  return row(kernel, 'x', reducedShape, ({ graph, attrs, shape }, x) => {
    const [axis] = axesOf(attrs, x.shape);
    const number = x.dtype === 'bool' ? graph.cast(x, 'int32') : x;
    const index = graph.node(kernel, [number], shape, { axis: int(axis!), keepdims: int(0) }, 'int32');
    // ONNX counts in int64.
    return graph.node('Cast', [index], shape, { to: int(6) }, 'int32');
  });
}

/** Running sum or product. */
function scan(kernel: 'Cumsum' | 'Cumprod', steps: (graph: Recorder, x: Value, attrs: Attributes) => Value): Row {
  return row(kernel, 'x', sameAsFirst, ({ graph, attrs }, x) => steps(graph, x, attrs));
}

/** CumSum came with opset 11; before, a product with a triangle of ones along the axis, brought to the end. */
function cumulativeSum(graph: Recorder, x: Value, { axis, exclusive, reverse }: Attributes): Value {
  const along = (axis + x.shape.length) % x.shape.length;
  if (graph.opset >= 11) {
    const attributes = { exclusive: int(exclusive ? 1 : 0), reverse: int(reverse ? 1 : 0) };
    return graph.node('CumSum', [x, graph.int64(along)], x.shape, attributes);
  }
  const size = x.shape[along]!;
  if (graph.standIns.isDynamic(size)) throw new Error('a running sum along a dynamic axis needs opset 11');
  const triangle = Float32Array.from({ length: size * size }, (_, index) => {
    const [from, to] = [Math.floor(index / size), index % size];
    const reached = reverse ? from >= to : from <= to;
    return reached && !(exclusive && from === to) ? 1 : 0;
  });
  const order = x.shape.map((_, index) => index);
  [order[along], order[order.length - 1]] = [order.length - 1, along];
  const swap = (value: Value) =>
    along === order.length - 1
      ? value
      : graph.node(
          'Transpose',
          [value],
          order.map((index) => value.shape[index]!),
          { perm: { type: 'ints', value: order } },
        );
  const last = swap(graph.cast(x, 'float32'));
  const sums = graph.node('MatMul', [last, graph.constant('float32', [size, size], triangle)], last.shape);
  return graph.cast(swap(sums), x.dtype);
}

/** ONNX has no running product: one slice of the axis after the other. */
function cumulativeProduct(graph: Recorder, x: Value, { axis, exclusive, reverse }: Attributes): Value {
  const along = (axis + x.shape.length) % x.shape.length;
  const size = x.shape[along]!;
  if (graph.standIns.isDynamic(size)) throw new Error('a running product along a dynamic axis has no ONNX form');
  const shape = x.shape.map((each, index) => (index === along ? 1 : each));
  const slice = (index: number) => graph.node('Gather', [x, graph.int64([index])], shape, { axis: int(along) });
  const products: Value[] = [];
  let product = graph.expand(graph.scalar(1, x.dtype), shape);
  for (let step = 0; step < size; step++) {
    const factor = slice(reverse ? size - 1 - step : step);
    const next = graph.op('Mul', [product, factor]);
    products.push(exclusive ? product : next);
    product = next;
  }
  if (reverse) products.reverse();
  return graph.node('Concat', products, x.shape, { axis: int(along) });
}

/** Softmax along the last axis, the only one tfjs knows. Before opset 13 the operator means the same there. */
const softmax = row('Softmax', 'logits', sameAsFirst, ({ graph }, x) =>
  graph.node('Softmax', [x], x.shape, { axis: int(x.shape.length - 1) }),
);

export const reductions: readonly Row[] = [
  sumOrMean('Sum', 'ReduceSum'),
  sumOrMean('Mean', 'ReduceMean'),
  reduction('Max', 'ReduceMax'),
  reduction('Min', 'ReduceMin'),
  reduction('Prod', 'ReduceProd'),
  booleanReduction('Any', 'ReduceMax'),
  booleanReduction('All', 'ReduceMin'),
  extremumIndex('ArgMax'),
  extremumIndex('ArgMin'),
  scan('Cumsum', cumulativeSum),
  scan('Cumprod', cumulativeProduct),
  softmax,
];
