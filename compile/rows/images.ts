/**
 * Resizing of images [batch, height, width, channels]. ONNX's Resize means something else at almost every opset, and
 * puts channels first. The nearest neighbours are looked up; a bilinear resize is linear and separable, so it is two products
 * with small constant matrices whose entries follow tfjs's rule to the letter. The gradient is the product with the transposed ones (where tfjs's own
 * overlooks half-pixel centres, or reads a batch from the wrong place, this is the right one).
 */
import { int } from '../../onnx/model.ts';
import type { Recorder, Shape, Value } from '../recorder.ts';
import { type Attributes, type Row, row } from './row.ts';

/** Which input pixels an output pixel is made of, and with what weight. */
type Rule = (place: number, ratio: number, size: number, attrs: Attributes) => readonly (readonly [number, number])[];

const bilinear: Rule = (place, ratio, size, { halfPixelCenters }) => {
  const source = halfPixelCenters ? ratio * (place + 0.5) - 0.5 : ratio * place;
  const floor = Math.max(0, Math.floor(source));
  return [
    [floor, 1 - (source - floor)],
    [Math.min(size - 1, Math.max(0, Math.ceil(source))), source - floor],
  ];
};

const nearest: Rule = (place, ratio, size, { halfPixelCenters, alignCorners }) => {
  const source = halfPixelCenters ? ratio * (place + 0.5) : ratio * place;
  return [[Math.max(0, Math.min(size - 1, alignCorners ? Math.round(source) : Math.floor(source))), 1]];
};

const ratioOf = (from: number, to: number, { alignCorners }: Attributes): number =>
  alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to;

const dynamicSize = 'an image of dynamic height or width cannot be resized';

/** The matrix [to, from] of one axis, or its transpose. */
function matrix(from: number, to: number, rule: Rule, attrs: Attributes, transposed: boolean): Float32Array {
  const ratio = ratioOf(from, to, attrs);
  const entries = new Float32Array(from * to);
  for (let row = 0; row < to; row++) {
    for (const [column, weight] of rule(row, ratio, from, attrs)) {
      entries[transposed ? column * to + row : row * from + column]! += weight;
    }
  }
  return entries;
}

/** Multiplies the matrices of height and width to an image. */
function resized(graph: Recorder, x: Value, rule: Rule, small: Shape, large: Shape, attrs: Attributes, back: boolean) {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  if ([...small, ...large].some((size) => graph.standIns.isDynamic(size))) {
    throw new Error(dynamicSize);
  }
  // onnxruntime multiplies no empty batch with the one matrix.
  graph.needElements(x.shape);
  const [rows, columns] = (back ? small : large) as [number, number];
  const along = (axis: number) => {
    const entries = matrix(small[axis]!, large[axis]!, rule, attrs, back);
    return graph.constant('float32', [back ? small[axis]! : large[axis]!, back ? large[axis]! : small[axis]!], entries);
  };
  const lines = graph.reshape(graph.cast(x, 'float32'), [batch, height, width * channels]);
  const tall = graph.node('MatMul', [along(0), lines], [batch, rows, width * channels]);
  const pixels = graph.reshape(tall, [batch * rows, width, channels]);
  const wide = graph.node('MatMul', [along(1), pixels], [batch * rows, columns, channels]);
  return graph.reshape(wide, [batch, rows, columns, channels]);
}

/** The nearest pixels looked up, axis by axis. */
function lookedUp(graph: Recorder, x: Value, large: Shape, attrs: Attributes): Value {
  return [1, 2].reduce((image, axis, at) => {
    const [from, to] = [x.shape[axis]!, large[at]!];
    if (graph.standIns.isDynamic(from) || graph.standIns.isDynamic(to)) throw new Error(dynamicSize);
    const ratio = ratioOf(from, to, attrs);
    const places = Array.from({ length: to }, (_, place) => nearest(place, ratio, from, attrs)[0]![0]);
    const shape = image.shape.map((each, index) => (index === axis ? to : each));
    return graph.node('Gather', [image, graph.int64(places)], shape, { axis: int(axis) });
  }, x);
}

function resize(
  kernel: string,
  rule: Rule,
  forwards: (graph: Recorder, x: Value, size: Shape, attrs: Attributes) => Value,
): Row[] {
  return [
    row(
      kernel,
      'images',
      ([images], { size }) => [images![0]!, ...size, images![3]!],
      ({ graph, attrs }, x) => forwards(graph, x, attrs.size, attrs),
    ),
    row(
      `${kernel}Grad`,
      'images dy',
      ([images]) => images!,
      ({ graph, attrs }, images, dy) =>
        resized(graph, dy, rule, images.shape.slice(1, 3), dy.shape.slice(1, 3), attrs, true),
    ),
  ];
}

export const images: readonly Row[] = [
  ...resize('ResizeBilinear', bilinear, (graph, x, size, attrs) =>
    resized(graph, x, bilinear, x.shape.slice(1, 3), size, attrs, false),
  ),
  ...resize('ResizeNearestNeighbor', nearest, lookedUp),
];
