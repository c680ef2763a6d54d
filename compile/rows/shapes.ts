/** Rows that move elements about without computing: reshape, transpose, join, cut, repeat, look up. */
import { int, ints } from '../../onnx/model.ts';
import { type Recorder, type Shape, sameShape, type Value } from '../recorder.ts';
import { tf } from '../tensorflow.ts';
import { type Attributes, type Emission, freeRow, type Row, row, sameAsFirst } from './row.ts';

const fromEnd = (axis: number, shape: Shape): number => (axis < 0 ? axis + shape.length : axis);
const without = (shape: Shape, axis: number): Shape => shape.filter((_, index) => index !== axis);
const withSize = (shape: Shape, axis: number, size: number): Shape =>
  shape.map((each, index) => (index === axis ? size : each));

/** x with another shape of as many elements. A scalar that stands for the whole tensor stays one. */
function reshaped({ graph, shapes, shape }: Emission, x: Value): Value {
  const full = graph.expand.bind(graph, x, shapes[0]!);
  if (x.shape.length <= shape.length && x.shape.every((size) => size === 1)) return x;
  if (sameShape(shapes[0]!, shape)) return x;
  const source = full();
  const made = graph.reshape(source, shape);
  // Its numbers stay known. The node stays as well, so that a constant with a name keeps it: passes/reshapes.ts.
  return source.constant ? { ...made, constant: source.constant } : made;
}

/** The range of indices of a slice: begin, and an end that may be open. */
function slice({ graph, shape, attrs, shapes }: Emission, x: Value): Value {
  const [begin] = tf.slice_util.parseSliceParams({ shape: [...shapes[0]!] } as tf.Tensor, attrs.begin, attrs.size);
  const cut = x.shape.map((_, axis) => axis).filter((axis) => shape[axis] !== x.shape[axis]);
  if (cut.length === 0) return x;
  const starts = cut.map((axis) => begin![axis]!);
  const ends = cut.map((axis) => {
    const end = starts[cut.indexOf(axis)]! + shape[axis]!;
    return end === x.shape[axis] ? Infinity : end;
  });
  return sliceNode(graph, x, shape, cut, starts, ends);
}

/** Slice took its ranges as attributes before opset 10 and takes them as inputs since. */
function sliceNode(graph: Recorder, x: Value, shape: Shape, axes: number[], starts: number[], ends: number[]): Value {
  const dynamic = [...starts, ...ends].some((index) => graph.standIns.isDynamic(index));
  if (graph.opset < 10) {
    if (dynamic) throw new Error('a slice whose range depends on a dynamic size needs opset 10');
    return graph.node('Slice', [x], shape, { axes: ints(axes), starts: ints(starts), ends: ints(ends) });
  }
  const range = (indices: number[]) => (dynamic ? graph.sizes(indices) : graph.int64(indices));
  return graph.node('Slice', [x, range(starts), range(ends), graph.int64(axes)], shape);
}

/** Repeats along axes of size 1, which is how tf.broadcastTo works, cost nothing: the value stands for them. */
function tiled({ graph, attrs, shapes, shape }: Emission, x: Value): Value {
  const reps: number[] = attrs.reps;
  const full = shapes[0]!;
  if (reps.every((times, axis) => times === 1 || full[axis] === 1)) return x;
  return graph.node('Tile', [graph.expand(x, full), graph.sizes(reps)], shape);
}

function padded(
  { graph, shape }: Emission,
  x: Value,
  paddings: [number, number][],
  mode: string,
  value: number,
): Value {
  if (x.dtype === 'bool' && value !== 0 && value !== 1) throw new Error(`a boolean of ONNX can't hold ${value}`);
  const pads = [...paddings.map(([before]) => before), ...paddings.map(([, after]) => after)];
  const attributes = { mode: { type: 'string', value: mode } as const };
  if (graph.opset >= 11) {
    return graph.node('Pad', [x, graph.sizes(pads), graph.scalar(value, x.dtype)], shape, attributes);
  }
  if (pads.some((size) => graph.standIns.isDynamic(size))) throw new Error('padding by a dynamic size needs opset 11');
  // It knows floats alone before 11; doubles hold every digit of an int32.
  const floats = graph.cast(x, x.dtype === 'float32' ? x.dtype : 'float64');
  const made = graph.node(
    'Pad',
    [floats],
    shape,
    { ...attributes, pads: ints(pads), value: { type: 'float', value } },
    floats.dtype,
  );
  return graph.cast(made, x.dtype);
}

/** Split's sizes became an input with opset 13. */
function split({ graph, attrs, results, shapes }: Emission, x: Value): Value[] {
  const axis = fromEnd(attrs.axis, shapes[0]!);
  if (results.length === 1) return [x];
  const sizes = results.map((shape) => shape[axis]!);
  const attributes = { axis: int(axis) };
  if (graph.opset >= 13) return graph.nodeWithResults('Split', [x, graph.sizes(sizes)], results, attributes);
  if (sizes.some((size) => graph.standIns.isDynamic(size))) throw new Error('splitting a dynamic axis needs opset 13');
  return graph.nodeWithResults('Split', [x], results, { ...attributes, split: ints(sizes) });
}

/** Slices with step -1 came with opset 10; before, the elements are looked up in reverse. */
function reversed({ graph, attrs }: Emission, x: Value): Value {
  const axes: number[] = tf.util.parseAxisParam(attrs.dims, [...x.shape]);
  if (axes.length === 0 || x.shape.length === 0) return x;
  if (graph.opset >= 10) {
    const all = (index: number) => graph.int64(axes.map(() => index));
    return graph.node('Slice', [x, all(-1), all(-(2 ** 63)), graph.int64(axes), all(-1)], x.shape);
  }
  return axes.reduce((value, axis) => {
    const size = x.shape[axis]!;
    if (graph.standIns.isDynamic(size)) throw new Error('reversing a dynamic axis needs opset 10');
    const indices = graph.int64(Array.from({ length: size }, (_, index) => size - 1 - index));
    return graph.node('Gather', [value, indices], x.shape, { axis: int(axis) });
  }, x);
}

/** 0, 1, 2, … below a size that may be dynamic, as int32 of shape [size]. */
function counting(graph: Recorder, size: number): Value {
  if (!graph.standIns.isDynamic(size)) {
    return graph.constant(
      'int32',
      [size],
      Int32Array.from({ length: size }, (_, index) => index),
    );
  }
  if (graph.opset < 11) throw new Error('counting up to a dynamic size needs opset 11');
  const count = graph.sizeAsScalar(size, 'int32');
  return graph.node('Range', [graph.scalar(0, 'int32'), count, graph.scalar(1, 'int32')], [size]);
}

/** 1 where the index along a new last axis equals the given one; an index out of range hits nothing. */
export function hits(graph: Recorder, indices: Value, depth: number): Value {
  const column = [...indices.shape, 1];
  const asColumn = graph.reshape(indices, column);
  return graph.op('Equal', [graph.cast(asColumn, 'int32'), counting(graph, depth)], {}, 'bool');
}

/**
 * The sums of those rows of x that belong to each of some segments: as a product, [segments, rows] of ones where a row
 * belongs to a segment, times the rows. Any opset can do it.
 *
 * @param shape of the result; as many elements as segments times a row's.
 */
function segmentSum(graph: Recorder, x: Value, ids: Value, segments: number, shape: Shape): Value {
  const [rows, ...rest] = x.shape;
  const flat = [rows!, size(rest)];
  const members = graph.cast(hits(graph, ids, segments), 'float32');
  const matrix = graph.node('Transpose', [members], [segments, rows!], { perm: ints([1, 0]) });
  const table = graph.reshape(graph.cast(x, 'float32'), flat);
  const sums = graph.node('MatMul', [matrix, table], [segments, flat[1]!]);
  // Floats whatever the rows are, as tfjs has it.
  return graph.reshape(sums, shape);
}

function range(graph: Recorder, { start, stop, step, dtype }: Attributes, size: number): Value {
  if (!graph.standIns.isDynamic(size)) {
    const array = dtype === 'int32' ? new Int32Array(size) : new Float32Array(size);
    return graph.constant(
      dtype,
      [size],
      array.map((_: number, index: number) => start + index * step),
    );
  }
  if (graph.standIns.isDynamic(start)) throw new Error('a range that starts at a dynamic size has no rule');
  if (graph.opset < 11) throw new Error('a range up to a dynamic size needs opset 11');
  const inputs = [graph.scalar(start, dtype), graph.sizeAsScalar(stop, dtype), graph.scalar(step, dtype)];
  return graph.node('Range', inputs, [size]);
}

export const shapes: readonly Row[] = [
  freeRow(
    'Reshape',
    'x',
    ([x], { shape }) => {
      const wanted: number[] = tf.util.inferFromImplicitShape(shape, size(x!));
      if (size(wanted) !== size(x!)) throw new Error(`[${x}] cannot be reshaped to [${wanted}]`);
      return wanted;
    },
    reshaped,
  ),
  freeRow(
    'ExpandDims',
    'input',
    ([x], { dim }) => {
      const shape = [...x!];
      shape.splice(dim < 0 ? dim + x!.length + 1 : dim, 0, 1);
      return shape;
    },
    reshaped,
  ),
  row(
    'Transpose',
    'x',
    ([x], { perm }) => perm.map((axis: number) => x![axis]),
    ({ graph, attrs, shape }, x) => graph.node('Transpose', [x], shape, { perm: ints(attrs.perm) }),
  ),
  row(
    'Concat',
    'list',
    (parts, { axis }) => {
      const along = fromEnd(axis, parts[0]!);
      return withSize(
        parts[0]!,
        along,
        parts.reduce((sum, part) => sum + part[along]!, 0),
      );
    },
    ({ graph, attrs, shape }, ...parts) => {
      // onnxruntime wants no empty parts in between, and they add nothing.
      const some = parts.filter((part) => !part.shape.includes(0));
      if (some.length <= 1) return some[0] ?? graph.reshape(parts[0]!, shape);
      return graph.node('Concat', some, shape, { axis: int(fromEnd(attrs.axis, shape)) });
    },
  ),
  row(
    'Slice',
    'x',
    ([shape], attrs) => {
      const x = { shape: [...shape!], rank: shape!.length } as tf.Tensor;
      const [begin, size] = tf.slice_util.parseSliceParams(x, attrs.begin, attrs.size) as [number[], number[]];
      tf.slice_util.assertParamsValid(x, begin, size);
      return size;
    },
    slice,
  ),
  row(
    'Pack',
    'list',
    (parts, { axis }) => {
      const shape = [...parts[0]!];
      shape.splice(axis < 0 ? axis + shape.length + 1 : axis, 0, parts.length);
      return shape;
    },
    ({ graph, attrs, shape }, ...parts) => {
      const axis = fromEnd(attrs.axis, shape);
      const one = withSize(shape, axis, 1);
      const columns = parts.map((part) => graph.reshape(part, one));
      return columns.length === 1 ? columns[0]! : graph.node('Concat', columns, shape, { axis: int(axis) });
    },
  ),
  row(
    'Unpack',
    'value',
    ([x], { axis }, graph) => {
      const along = fromEnd(axis, x!);
      graph.needSize(x![along]!, 1);
      return Array<Shape>(x![along]!).fill(without(x!, along));
    },
    ({ graph, attrs, shape, results }, x) => {
      const axis = fromEnd(attrs.axis, x.shape);
      if (graph.standIns.isDynamic(x.shape[axis]!)) throw new Error('a dynamic axis cannot be unpacked');
      return results.map((_, index) => graph.node('Gather', [x, graph.int64(index)], shape, { axis: int(axis) }));
    },
  ),
  row(
    'SplitV',
    'x',
    ([x], { numOrSizeSplits, axis }) => {
      const along = fromEnd(axis, x!);
      const sizes = tf.backend_util.prepareSplitSize({ shape: [...x!] } as tf.Tensor, numOrSizeSplits, along);
      return sizes.map((each: number) => withSize(x!, along, each));
    },
    split,
  ),
  freeRow('Tile', 'x', ([x], { reps }) => x!.map((each, axis) => each * reps[axis]), tiled),
  freeRow(
    'Fill',
    '',
    (_, { shape }) => shape,
    ({ graph, attrs }) => graph.sizeAsScalar(attrs.value, attrs.dtype ?? 'float32'),
  ),
  freeRow('Identity', 'x', sameAsFirst, (_, x) => x),
  freeRow('ZerosLike', 'x', sameAsFirst, ({ graph }, x) => graph.scalar(0, x.dtype)),
  freeRow('OnesLike', 'x', sameAsFirst, ({ graph }, x) => graph.scalar(1, x.dtype)),
  row(
    'GatherV2',
    'x indices',
    ([x, indices], { axis, batchDims }) => {
      const along = fromEnd(axis, x!);
      return [...x!.slice(0, along), ...indices!.slice(batchDims ?? 0), ...x!.slice(along + 1)];
    },
    ({ graph, attrs, shape }, x, indices) => {
      if (attrs.batchDims) throw new Error('gathering with batch dimensions has no rule');
      if (!indices.shape.includes(0)) graph.needSize(x.shape[fromEnd(attrs.axis, x.shape)]!, 1);
      return graph.node('Gather', [x, graph.cast(indices, 'int32')], shape, {
        axis: int(fromEnd(attrs.axis, x.shape)),
      });
    },
  ),
  row(
    'PadV2',
    'x',
    ([x], { paddings }) => x!.map((each, axis) => each + paddings[axis][0] + paddings[axis][1]),
    (emission, x) => padded(emission, x, emission.attrs.paddings, 'constant', emission.attrs.constantValue),
  ),
  row(
    'MirrorPad',
    'x',
    ([x], { paddings }) => x!.map((each, axis) => each + paddings[axis][0] + paddings[axis][1]),
    (emission, x) => {
      if (emission.attrs.mode !== 'reflect') throw new Error('only mirrors of mode "reflect" have an ONNX form');
      return padded(emission, x, emission.attrs.paddings, 'reflect', 0);
    },
  ),
  row('Reverse', 'x', sameAsFirst, reversed),
  row(
    'Range',
    '',
    (_, { start, stop, step }) => [Math.max(0, Math.ceil((stop - start) / step))],
    ({ graph, attrs, shape }) => range(graph, attrs, shape[0]!),
  ),
  row(
    'OneHot',
    'indices',
    ([indices], { depth }) => [...indices!, depth],
    ({ graph, attrs }, indices) => {
      const dtype = attrs.dtype ?? 'float32';
      const values = [graph.scalar(attrs.onValue, dtype), graph.scalar(attrs.offValue, dtype)];
      return graph.op('Where', [hits(graph, indices, attrs.depth), ...values], {}, dtype);
    },
  ),
  row(
    'UnsortedSegmentSum',
    'x segmentIds',
    ([x], { numSegments }) => [numSegments, ...x!.slice(1)],
    ({ graph, attrs, shape }, x, ids) => segmentSum(graph, x, ids, attrs.numSegments, shape),
  ),
];

const size = (shape: Shape): number => shape.reduce((product, each) => product * each, 1);
