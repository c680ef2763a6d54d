/** Looking up and adding up by index lists, strided slices, and the largest elements. */
import { elementCount, int } from '../../onnx/model.ts';
import { type Recorder, type Shape, sameShape, type Value } from '../recorder.ts';
import { tf } from '../tensorflow.ts';
import { type Attributes, type Row, row } from './row.ts';
import { segmentSum } from './shapes.ts';

/**
 * Index tuples [..., n] as places along the first n axes laid out in a row: [count]. GatherND came with opset 11 and a
 * ScatterND that adds with 16; this way every opset can do both.
 */
function flatIndices(graph: Recorder, indices: Value, axes: Shape): Value {
  const depth = indices.shape.at(-1)!;
  const count = elementCount(indices.shape.slice(0, -1));
  const steps = Int32Array.from(axes.slice(0, depth), (_, axis) => elementCount(axes.slice(axis + 1, depth)));
  const tuples = graph.node('Reshape', [graph.cast(indices, 'int32'), graph.target([count, depth])], [count, depth]);
  const parts = graph.op('Mul', [tuples, graph.constant('int32', [depth], steps)]);
  const sum = graph.axes([1], 13);
  return graph.node('ReduceSum', [parts, ...sum.inputs], [count], { ...sum.attributes, keepdims: int(0) });
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
  return graph.node('Reshape', [slice, graph.target(finalShape)], finalShape);
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
      const rows = [elementCount(lead), ...rest];
      const table = graph.node('Reshape', [params, graph.target(rows)], rows);
      const places = flatIndices(graph, indices, lead);
      const found = graph.node('Gather', [table, places], [...places.shape, ...rest], { axis: int(0) });
      return graph.node('Reshape', [found, graph.target(shape)], shape);
    },
  ),
  row(
    'ScatterNd',
    'indices updates',
    (_, { shape }) => shape,
    ({ graph, shape }, indices, updates) => {
      const depth = indices.shape.at(-1)!;
      const [lead, rest] = [shape.slice(0, depth), shape.slice(depth)];
      const places = flatIndices(graph, indices, lead);
      const rows = [places.shape[0]!, ...rest];
      const flat = graph.node('Reshape', [updates, graph.target(rows)], rows);
      return segmentSum(graph, flat, places, elementCount(lead), shape);
    },
  ),
  row(
    'TopK',
    'x',
    ([x], { k }) => [
      [...x!.slice(0, -1), k],
      [...x!.slice(0, -1), k],
    ],
    ({ graph, attrs, results }, x) => {
      // How many became an input with opset 10; whether they come in order can be said since 11. Before they always do.
      const floats = graph.opset < 11 ? graph.cast(x, 'float32') : x;
      const inputs = graph.opset >= 10 ? [floats, graph.int64([attrs.k])] : [floats];
      const attributes = { axis: int(x.shape.length - 1), ...(graph.opset >= 10 ? {} : { k: int(attrs.k) }) };
      const types = [floats.dtype, 'int64'] as const;
      const [values, indices] = graph.nodeWithResults('TopK', inputs, results, attributes, types);
      const places = graph.node('Cast', [indices!], results[1]!, { to: int(6) }, 'int32');
      return [graph.cast(values!, x.dtype), places];
    },
  ),
];
