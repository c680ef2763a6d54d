/** Looking up and adding up by index lists, strided slices, and the largest elements. */
import { elementCount, int } from '../../onnx/model.ts';
import { type Recorder, type Shape, sameShape, type Value } from '../recorder.ts';
import { tf } from '../tensorflow.ts';
import { total } from './reductions.ts';
import { type Attributes, numbersOnly, type Row, row } from './row.ts';
import { hits } from './shapes.ts';

/**
 * Index tuples [..., n] as places along the first n axes laid out in a row: [count]. GatherND came with opset 11 and a
 * ScatterND that adds with 16; this way every opset can do both.
 */
function flatIndices(graph: Recorder, indices: Value, axes: Shape): Value {
  const depth = indices.shape.at(-1)!;
  const count = elementCount(indices.shape.slice(0, -1));
  const steps = Int32Array.from(axes.slice(0, depth), (_, axis) => elementCount(axes.slice(axis + 1, depth)));
  const tuples = graph.reshape(graph.cast(indices, 'int32'), [count, depth]);
  const parts = graph.op('Mul', [tuples, graph.constant('int32', [depth], steps)]);
  const sum = graph.axes([1], 13);
  return graph.node('ReduceSum', [parts, ...sum.inputs], [count], { ...sum.attributes, keepdims: int(0) });
}

/**
 * Rows added up at their places, [count, ...]: a ScatterND that adds came with opset 16. Before, every row is laid out for
 * every place, as itself or as zeros; a product with ones and zeros would make not-a-number of 0 times infinity.
 */
function scattered(graph: Recorder, rows: Value, places: Value, count: number): Value {
  const [number, ...rest] = rows.shape as [number, ...number[]];
  const shape = [count, ...rest];
  const zero = graph.scalar(0, rows.dtype);
  if (graph.opset >= 16) {
    const indices = graph.cast(graph.reshape(places, [number, 1]), 'int64');
    const attributes = { reduction: { type: 'string', value: 'add' } } as const;
    return graph.node('ScatterND', [graph.expand(zero, shape), indices, rows], shape, attributes);
  }
  const flat = graph.reshape(rows, [number, elementCount(rest)]);
  const isThere = graph.reshape(hits(graph, places, count), [number, count, 1]);
  const each = graph.op('Where', [isThere, graph.reshape(flat, [number, 1, elementCount(rest)]), zero], {}, rows.dtype);
  return graph.reshape(total(graph, 'ReduceSum', each, [0], false), shape);
}

function strided(shape: Shape, attrs: Attributes) {
  const { begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } = attrs;
  return tf.slice_util.sliceInfo(
    [...shape],
    begin,
    end,
    strides,
    beginMask,
    endMask,
    ellipsisMask,
    newAxisMask,
    shrinkAxisMask,
  );
}

/** An axis after the other, its elements looked up by their places: Slice knows steps only since opset 10. */
function stridedSlice(graph: Recorder, x: Value, attrs: Attributes): Value {
  const { begin, end, strides, finalShape } = strided(x.shape, attrs);
  const sizes = x.shape.map((_, axis) => Math.max(0, Math.ceil((end[axis]! - begin[axis]!) / strides[axis]!)));
  let slice = x;
  for (const [axis, step] of strides.entries()) {
    const [from, to, size] = [begin[axis]!, end[axis]!, x.shape[axis]!];
    if (step === 1 && from === 0 && to === size) continue;
    if ([from, to, size].some((each) => graph.standIns.isDynamic(each))) {
      throw new Error('a strided slice of a dynamic axis has no rule; use tf.slice');
    }
    const indices = Array.from({ length: sizes[axis]! }, (_, index) => from + index * step);
    const shape = slice.shape.map((each, index) => (index === axis ? sizes[axis]! : each));
    slice = graph.node('Gather', [slice, graph.int64(indices)], shape, { axis: int(axis) });
  }
  if (sameShape(finalShape, slice.shape)) return slice;
  return graph.reshape(slice, finalShape);
}

export const indexing: readonly Row[] = [
  row(
    'StridedSlice',
    'x',
    ([x], attrs) => strided(x!, attrs).finalShape,
    ({ graph, attrs }, x) => stridedSlice(graph, x, attrs),
  ),
  row(
    'GatherNd',
    'params indices',
    ([params, indices]) => [...indices!.slice(0, -1), ...params!.slice(indices!.at(-1)!)],
    ({ graph, shape }, params, indices) => {
      const depth = indices.shape.at(-1)!;
      const [lead, rest] = [params.shape.slice(0, depth), params.shape.slice(depth)];
      if (!indices.shape.includes(0)) graph.needElements(lead);
      const rows = [elementCount(lead), ...rest];
      const table = graph.reshape(params, rows);
      const places = flatIndices(graph, indices, lead);
      const found = graph.node('Gather', [table, places], [...places.shape, ...rest], { axis: int(0) });
      return graph.reshape(found, shape);
    },
  ),
  numbersOnly(
    row(
      'ScatterNd',
      'indices updates',
      (_, { shape }) => shape,
      ({ graph, shape }, indices, updates) => {
        const depth = indices.shape.at(-1)!;
        const [lead, rest] = [shape.slice(0, depth), shape.slice(depth)];
        const places = flatIndices(graph, indices, lead);
        const rows = [places.shape[0]!, ...rest];
        return graph.reshape(scattered(graph, graph.reshape(updates, rows), places, elementCount(lead)), shape);
      },
    ),
  ),
  row(
    'TopK',
    'x',
    ([x], { k }) => [
      [...x!.slice(0, -1), k],
      [...x!.slice(0, -1), k],
    ],
    ({ graph, attrs, results }, x) => {
      graph.needElements(x.shape);
      // How many became an input with opset 10; whether they come in order can be said since 11. Before they always do.
      // It knows floats alone before 11; doubles hold every digit of an int32.
      const numbers = x.dtype === 'bool' ? graph.cast(x, 'int32') : x;
      const ordered = graph.opset < 11 && numbers.dtype === 'int32' ? graph.cast(numbers, 'float64') : numbers;
      const inputs = graph.opset >= 10 ? [ordered, graph.int64([attrs.k])] : [ordered];
      const attributes = { axis: int(x.shape.length - 1), ...(graph.opset >= 10 ? {} : { k: int(attrs.k) }) };
      const types = [ordered.dtype, 'int64'] as const;
      const [values, indices] = graph.nodeWithResults('TopK', inputs, results, attributes, types);
      const places = graph.node('Cast', [indices!], results[1]!, { to: int(6) }, 'int32');
      return [graph.cast(values as Value, x.dtype), places];
    },
  ),
];
