/** Sums, means, extrema over axes, and what is built on them. */
import { int } from '../../onnx/model.ts';
import type { InnerType, Recorder, Shape, Value } from '../recorder.ts';
import { tf } from '../tensorflow.ts';
import { type Attributes, broadcastingRow, numbersOnly, type Row, row, type ShapeRule, sameAsFirst } from './row.ts';

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

/**
 * A sum or product. onnxruntime's of int32 stops at the largest number where tfjs's goes round modulo 2^32, as one of 64 bits
 * does that is cut.
 */
export function total(
  graph: Recorder,
  op: 'ReduceSum' | 'ReduceProd',
  x: Value,
  axes: readonly number[],
  keep: boolean,
): Value {
  if (x.dtype !== 'int32') return reduce(graph, op, x, axes, keep);
  return graph.cast(reduce(graph, op, graph.cast(x, 'int64'), axes, keep), 'int32');
}

/** A Reduce… node. Its axes became an input with opset 13 for ReduceSum and with 18 for the others. */
function reduce<Type extends InnerType>(
  graph: Recorder,
  op: string,
  x: Value<Type>,
  axes: readonly number[],
  keep: boolean,
): Value<Type> {
  if (axes.length === 0) return x;
  const { inputs, attributes } = graph.axes(axes, op === 'ReduceSum' ? 13 : 18);
  const shape = keep
    ? x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
    : x.shape.filter((_, axis) => !axes.includes(axis));
  return graph.node(op, [x, ...inputs], shape, { ...attributes, keepdims: int(keep ? 1 : 0) }, x.dtype);
}

const product = numbersOnly(
  row('Prod', 'x', reducedShape, ({ graph, attrs }, x) =>
    total(graph, 'ReduceProd', x, axesOf(attrs, x.shape), Boolean(attrs.keepDims)),
  ),
);

/**
 * The largest or smallest element, not-a-number where there is one: onnxruntime's operator compares past it. The sum of the
 * absolute values is not-a-number then and only then, whatever infinities there are, and takes no array of its own.
 */
function extremum(kernel: string, op: 'ReduceMax' | 'ReduceMin'): Row {
  return row(kernel, 'x', reducedShape, ({ graph, attrs }, x) => {
    const [axes, keep] = [axesOf(attrs, x.shape), Boolean(attrs.keepDims)];
    for (const axis of axes) graph.needSize(x.shape[axis]!, 1);
    if (x.dtype === 'bool') return graph.cast(reduce(graph, op, graph.cast(x, 'int32'), axes, keep), 'bool');
    const made = reduce(graph, op, x, axes, keep);
    if (x.dtype === 'int32' || axes.length === 0) return made;
    const sizes = reduce(graph, 'ReduceL1', x, axes, keep);
    return graph.op('Where', [graph.op('IsNaN', [sizes], {}, 'bool'), sizes, made], {}, 'float32');
  });
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
    if (real.some((axis) => x.shape[axis] !== 1))
      result = op === 'ReduceSum' ? total(graph, op, value, real, keep) : reduce(graph, op, value, real, keep);
    else if (!keep && real.length > 0) {
      const shape = x.shape.filter((_, axis) => !real.includes(axis));
      result = graph.reshape(value, shape);
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

/** The index of the largest or smallest element, the first one of equals, as int32. */
function extremumIndex(kernel: 'ArgMax' | 'ArgMin'): Row {
  return row(kernel, 'x', reducedShape, ({ graph, attrs, shape }, x) => {
    const [axis] = axesOf(attrs, x.shape);
    graph.needSize(x.shape[axis!]!, 1);
    // ONNX counts in int64.
    const place = (of: Value) =>
      graph.cast(graph.node(kernel, [of], shape, { axis: int(axis!), keepdims: int(0) }, 'int64'), 'int32');
    if (x.dtype !== 'float32') return place(graph.cast(x, 'int32'));
    // tfjs goes past what is not a number, unless it comes first.
    const isNan = graph.op('IsNaN', [x], {}, 'bool');
    // One over zero of either sign: a file holds no infinite numbers.
    const last = graph.op('Reciprocal', [graph.scalar(kernel === 'ArgMax' ? -0 : 0)]);
    const found = place(graph.op('Where', [isNan, last, x], {}, 'float32'));
    const first = graph.node('Gather', [x, graph.int64(0)], shape, { axis: int(axis!) });
    const zero = graph.scalar(0, 'int32');
    return graph.op('Where', [graph.op('IsNaN', [first], {}, 'bool'), zero, found], {}, 'int32');
  });
}

/** Running sum or product; of booleans they count in int32. */
function scan(kernel: 'Cumsum' | 'Cumprod', steps: (graph: Recorder, x: Value, attrs: Attributes) => Value): Row {
  return row(kernel, 'x', sameAsFirst, ({ graph, attrs }, x) =>
    steps(graph, x.dtype === 'bool' ? graph.cast(x, 'int32') : x, attrs),
  );
}

/** CumSum came with opset 11. */
function cumulativeSum(graph: Recorder, x: Value, attrs: Attributes): Value {
  if (graph.opset < 11) return unrolled(graph, x, attrs, 'Add', 0);
  const attributes = { exclusive: int(attrs.exclusive ? 1 : 0), reverse: int(attrs.reverse ? 1 : 0) };
  return graph.node('CumSum', [x, graph.int64((attrs.axis + x.shape.length) % x.shape.length)], x.shape, attributes);
}

/** A running operation as one slice of the axis after the other: ONNX has no running product. */
function unrolled(
  graph: Recorder,
  x: Value,
  { axis, exclusive, reverse }: Attributes,
  op: string,
  start: number,
): Value {
  const along = (axis + x.shape.length) % x.shape.length;
  const size = x.shape[along]!;
  if (graph.standIns.isDynamic(size))
    throw new Error('a running sum or product along a dynamic axis has no ONNX form here');
  const shape = x.shape.map((each, index) => (index === along ? 1 : each));
  const slice = (index: number) => graph.node('Gather', [x, graph.int64([index])], shape, { axis: int(along) });
  const results: Value[] = [];
  let result = graph.expand(graph.scalar(start, x.dtype), shape);
  for (let step = 0; step < size; step++) {
    const next = graph.op(op, [result, slice(reverse ? size - 1 - step : step)]);
    results.push(exclusive ? result : next);
    result = next;
  }
  if (reverse) results.reverse();
  return results.length === 0 ? x : graph.node('Concat', results, x.shape, { axis: int(along) });
}

/** Softmax along the last axis, the only one tfjs knows. Before opset 13 the operator means the same there. */
const softmax = row('Softmax', 'logits', sameAsFirst, ({ graph }, x) =>
  graph.node('Softmax', [x], x.shape, { axis: int(x.shape.length - 1) }),
);

export const reductions: readonly Row[] = [
  sumOrMean('Sum', 'ReduceSum'),
  sumOrMean('Mean', 'ReduceMean'),
  extremum('Max', 'ReduceMax'),
  extremum('Min', 'ReduceMin'),
  product,
  extremum('Any', 'ReduceMax'),
  extremum('All', 'ReduceMin'),
  extremumIndex('ArgMax'),
  extremumIndex('ArgMin'),
  scan('Cumsum', cumulativeSum),
  scan('Cumprod', (graph, x, attrs) => unrolled(graph, x, attrs, 'Mul', 1)),
  softmax,
];
