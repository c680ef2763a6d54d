/**
 * Convolutions and pools: kernels that move a window over an image, and their gradients.
 *
 * tfjs keeps channels last, ONNX first. Every row here turns its image once on the way in and once on the way out; where
 * two such rows meet, neutral-operations.ts removes the pair of turns between them, and onnxruntime moves the others
 * past what is elementwise. A filter [height, width, in, out] becomes ONNX's [out, in, height, width]; one that is a
 * constant is turned while tracing, so that the file holds it as its importer wants it.
 *
 * A convolution's gradient by its image is the transposed convolution with the same filter; by its filter, a convolution
 * of the image with the result's gradient, in which batch and channels change places and stride and dilation too.
 */
import { type Attribute, elementCount, int, ints } from '../../onnx/model.ts';
import type { InnerType, Recorder, Shape, Value } from '../recorder.ts';
import { tf } from '../tensorflow.ts';
import { activated } from './matrices.ts';
import { type Attributes, floatsOnly, type Row, row } from './row.ts';

type Shape4 = [number, number, number, number];

/** How a window moves along height and width; pairs of numbers. */
interface Window {
  readonly layout: 'NHWC' | 'NCHW';
  readonly size: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  /** Padding before, and as much after as the last window reaches over the edge. */
  readonly before: readonly [number, number];
  readonly after: readonly [number, number];
  /** Rows and columns at the end that no window reaches. */
  readonly left: readonly [number, number];
  readonly inChannels: number;
  readonly outChannels: number;
  /** In tfjs's order of axes. */
  readonly outShape: Shape;
}

function windowOf(info: tf.backend_util.Conv2DInfo): Window {
  const { padInfo } = info;
  const size = [info.effectiveFilterHeight, info.effectiveFilterWidth] as const;
  const strides = [info.strideHeight, info.strideWidth] as const;
  const before = [padInfo.top, padInfo.left] as const;
  // What the last window reaches beyond the image; below zero where it stops short of the edge.
  const beyond = [
    (info.outHeight - 1) * strides[0] + size[0] - before[0] - info.inHeight,
    (info.outWidth - 1) * strides[1] + size[1] - before[1] - info.inWidth,
  ] as const;
  return {
    layout: info.dataFormat === 'channelsFirst' ? 'NCHW' : 'NHWC',
    size: [info.filterHeight, info.filterWidth],
    strides,
    dilations: [info.dilationHeight, info.dilationWidth],
    before,
    after: [Math.max(0, beyond[0]), Math.max(0, beyond[1])],
    left: [Math.max(0, -beyond[0]), Math.max(0, -beyond[1])],
    inChannels: info.inChannels,
    outChannels: info.outChannels,
    outShape: info.outShape,
  };
}

function convolutionWindow(image: Shape, filter: Shape, attrs: Attributes, depthwise: boolean): Window {
  const layout = tf.backend_util.convertConv2DDataFormat(attrs.dataFormat ?? 'NHWC');
  return windowOf(
    tf.backend_util.computeConv2DInfo(
      image as Shape4,
      filter as Shape4,
      attrs.strides,
      attrs.dilations ?? 1,
      attrs.pad,
      attrs.dimRoundingMode,
      depthwise,
      depthwise ? 'channelsLast' : layout,
    ),
  );
}

function poolWindow(image: Shape, { filterSize, strides, pad, dimRoundingMode }: Attributes): Window {
  return windowOf(tf.backend_util.computePool2DInfo(image as Shape4, filterSize, strides, 1, pad, dimRoundingMode));
}

/** The window as ONNX's attributes. Pools don't know dilations before opset 10, so ones are left out. */
function told(graph: Recorder, image: Shape, window: Window): Record<string, Attribute> {
  const { layout, size, strides, dilations, before, after, left } = window;
  // tfjs counts the windows of both axes by the filter's height where the padding is a number: ONNX has no such counting.
  if (left.some((each, axis) => each >= strides[axis]!)) {
    throw new Error('a padding given as a number needs a square filter; pad with tf.pad and convolve with "valid"');
  }
  const [height, width] = layout === 'NHWC' ? [image[1]!, image[2]!] : [image[2]!, image[3]!];
  for (const [axis, each] of [height, width].entries()) {
    // The padding, and whether the last window fits, would follow from the one size it was traced with.
    if (graph.standIns.isDynamic(each) && strides[axis] !== 1) {
      throw new Error('a window with strides over a dynamic height or width has no rule; give the size as a number');
    }
  }
  return {
    kernel_shape: ints(size),
    strides: ints(strides),
    pads: ints([...before, ...after]),
    ...(dilations.some((each) => each !== 1) ? { dilations: ints(dilations) } : {}),
  };
}

/** x with its axes in another order; a constant is turned here and now. */
function turned(graph: Recorder, x: Value, perm: readonly number[]): Value {
  const shape = perm.map((axis) => x.shape[axis]!);
  if (x.constant) {
    const steps = x.shape.map((_, axis) => elementCount(x.shape.slice(axis + 1)));
    const index = (place: number) => {
      let rest = place;
      let from = 0;
      for (let axis = shape.length - 1; axis >= 0; axis--) {
        from += (rest % shape[axis]!) * steps[perm[axis]!]!;
        rest = Math.floor(rest / shape[axis]!);
      }
      return from;
    };
    const { constant } = x;
    return graph.constant(x.dtype, shape, constant.map((_, place) => constant[index(place)]!), `${x.name}.turned`); // biome-ignore format: one thing
  }
  return graph.node('Transpose', [x], shape, { perm: ints(perm) });
}

const channelsFirst = (graph: Recorder, x: Value, { layout }: Pick<Window, 'layout'>) =>
  layout === 'NCHW' ? x : turned(graph, x, [0, 3, 1, 2]);
const channelsLast = (graph: Recorder, x: Value, { layout }: Pick<Window, 'layout'>) =>
  layout === 'NCHW' ? x : turned(graph, x, [0, 2, 3, 1]);

const firstShape = ([batch, height, width, channels]: Shape): number[] => [batch!, channels!, height!, width!];

/** A filter as ONNX has it: [out, in, height, width], of a depthwise one [channels * multiplier, 1, height, width]. */
function filterFirst(graph: Recorder, filter: Value, depthwise: boolean): Value {
  if (!depthwise) return turned(graph, filter, [3, 2, 0, 1]);
  const [height, width, channels, multiplier] = filter.shape as Shape4;
  const shape = [channels * multiplier, 1, height, width];
  const turn = turned(graph, filter, [2, 3, 0, 1]);
  return turn.constant ? graph.constant(turn.dtype, shape, turn.constant, turn.name) : graph.reshape(turn, shape);
}

/** The convolution with channels first. */
function convolved(graph: Recorder, x: Value, filter: Value, window: Window, depthwise: boolean, bias?: Value): Value {
  const attributes = told(graph, x.shape, window);
  if (depthwise) attributes.group = int(window.inChannels);
  const image = channelsFirst(graph, x, window);
  const inputs = [image, filterFirst(graph, filter, depthwise), ...(bias ? [bias] : [])];
  const shape = window.layout === 'NCHW' ? window.outShape : firstShape(window.outShape);
  return graph.node('Conv', inputs, shape, attributes);
}

function convolution(kernel: string, depthwise: boolean): Row {
  return row(
    kernel,
    'x filter',
    ([x, filter], attrs) => convolutionWindow(x!, filter!, attrs, depthwise).outShape,
    ({ graph, attrs }, x, filter) => {
      const window = convolutionWindow(x.shape, filter.shape, attrs, depthwise);
      return channelsLast(graph, convolved(graph, x, filter, window, depthwise), window);
    },
  );
}

/** A convolution with bias and activation in one kernel; tf.layers asks for it outside of gradients. */
function fusedConvolution(kernel: string, depthwise: boolean): Row {
  return row(
    kernel,
    'x filter bias? preluActivationWeights?',
    ([x, filter], attrs) => convolutionWindow(x!, filter!, attrs, depthwise).outShape,
    ({ graph, attrs }, x, filter, bias, prelu) => {
      const window = convolutionWindow(x!.shape, filter!.shape, attrs, depthwise);
      const perChannel = bias?.shape.length === 1 && bias.shape[0] === window.outChannels;
      const made = convolved(graph, x!, filter!, window, depthwise, perChannel ? bias : undefined);
      const { activation, leakyreluAlpha = 0.2 } = attrs;
      // A slope or bias of any other shape is laid out as tfjs lays it out: against channels last.
      if (prelu || (bias && !perChannel)) {
        const last = channelsLast(graph, made, window);
        const sum = bias && !perChannel ? graph.op('Add', [last, bias]) : last;
        return activated(graph, sum, activation, leakyreluAlpha, prelu);
      }
      return channelsLast(graph, activated(graph, made, activation, leakyreluAlpha), window);
    },
  );
}

/** The gradient by the image, which tf.conv2dTranspose is too. */
function imageGradient(kernel: string, depthwise: boolean): Row {
  return row(
    kernel,
    'dy filter',
    (_, { inputShape }) => inputShape,
    ({ graph, attrs }, dy, filter) => {
      const window = convolutionWindow(attrs.inputShape, filter.shape, attrs, depthwise);
      const attributes: Record<string, Attribute> = {
        ...told(graph, attrs.inputShape, window),
        output_padding: ints(window.left),
        ...(depthwise ? { group: int(window.inChannels) } : {}),
      };
      const shape = window.layout === 'NCHW' ? attrs.inputShape : firstShape(attrs.inputShape);
      const inputs = [channelsFirst(graph, dy, window), filterFirst(graph, filter, depthwise)];
      return channelsLast(graph, graph.node('ConvTranspose', inputs, shape, attributes), window);
    },
  );
}

/** The gradient by the filter. */
function filterGradient(kernel: string, depthwise: boolean): Row {
  return row(
    kernel,
    'x dy',
    (_, { filterShape }) => filterShape,
    ({ graph, attrs }, x, dy) => {
      // Over no images onnxruntime's convolution never ends.
      graph.needElements(x.shape);
      const window = convolutionWindow(x.shape, attrs.filterShape, attrs, depthwise);
      const { layout, size, strides, left, inChannels, outChannels } = window;
      // [channels, batch, height, width]: what was the batch is summed over now.
      const byChannel = (image: Value) => turned(graph, image, layout === 'NCHW' ? [1, 0, 2, 3] : [3, 0, 1, 2]);
      const [image, weights] = [byChannel(x), byChannel(dy)];
      const [batch, height, width] = image.shape.slice(1) as [number, number, number];
      const grouped = depthwise ? graph.reshape(image, [1, inChannels * batch, height, width]) : image;
      const { pads } = told(graph, x.shape, window);
      const reached = size.map((each, axis) => each + left[axis]!);
      const made = graph.node(
        'Conv',
        [grouped, weights],
        depthwise ? [1, outChannels, ...reached] : [inChannels, outChannels, ...reached],
        { dilations: ints(strides), pads: pads!, ...(depthwise ? { group: int(inChannels) } : {}) },
      );
      const cut = firstOf(graph, made, size);
      if (!depthwise) return turned(graph, cut, [2, 3, 0, 1]);
      return turned(graph, graph.reshape(cut, [inChannels, outChannels / inChannels, ...size]), [2, 3, 0, 1]);
    },
  );
}

/** The first rows and columns of an image with channels first; the rest belongs to pixels that no window reached. */
function firstOf(graph: Recorder, x: Value, [height, width]: readonly [number, number]): Value {
  const shape = [x.shape[0]!, x.shape[1]!, height, width];
  if (x.shape[2] === height && x.shape[3] === width) return x;
  if (graph.opset < 10) {
    const range = { axes: ints([2, 3]), starts: ints([0, 0]), ends: ints([height, width]) };
    return graph.node('Slice', [x], shape, range);
  }
  const range = [graph.int64([0, 0]), graph.int64([height, width]), graph.int64([2, 3])];
  return graph.node('Slice', [x, ...range], shape);
}

function pool(kernel: string, op: string, attributes: Record<string, Attribute> = {}): Row {
  return row(
    kernel,
    'x',
    ([x], attrs) => poolWindow(x!, attrs).outShape,
    ({ graph, attrs }, x) => {
      const window = poolWindow(x.shape, attrs);
      const all = { ...told(graph, x.shape, window), ...attributes };
      const made = graph.node(op, [channelsFirst(graph, x, window)], firstShape(window.outShape), all);
      return channelsLast(graph, made, window);
    },
  );
}

/**
 * A pool's largest elements get the gradient, of equal ones the first. MaxPool tells their places; MaxUnpool puts the
 * gradient there. Where windows overlap, an element may be the largest of several and the gradients add up, which
 * ScatterElements can do since opset 16.
 */
const maxPoolGradient = row(
  'MaxPoolGrad',
  'dy input output',
  ([, input]) => input!,
  ({ graph, attrs }, dy, x) => {
    const window = poolWindow(x.shape, attrs);
    const attributes = told(graph, x.shape, window);
    const [image, slope] = [channelsFirst(graph, x, window), channelsFirst(graph, dy, window)];
    const results = [slope.shape, slope.shape];
    const [, places] = graph.nodeWithResults('MaxPool', [image], results, attributes, ['float32', 'int64']);
    const overlaps = window.size.some((each, axis) => each > window.strides[axis]!);
    if (!overlaps) {
      const { pads, ...shape } = attributes;
      const inputs = [slope, places!, graph.sizes(image.shape)];
      return channelsLast(graph, graph.node('MaxUnpool', inputs, image.shape, { ...shape, pads: pads! }), window);
    }
    if (graph.opset < 16) throw new Error('the gradient of a max pool whose windows overlap needs opset 16');
    const flat = (value: Value<InnerType>) => graph.reshape(value, [elementCount(value.shape)]);
    const zeros = graph.expand(graph.scalar(0), [elementCount(image.shape)]);
    const sums = graph.node('ScatterElements', [zeros, flat(places!), flat(slope)], zeros.shape, {
      axis: int(0),
      reduction: { type: 'string', value: 'add' },
    });
    return channelsLast(graph, graph.reshape(sums, image.shape), window);
  },
);

/** Every element of a window gets its share, counted as tfjs counts: padding included, unlike in the pool itself. */
const averagePoolGradient = row(
  'AvgPoolGrad',
  'dy input',
  ([, input]) => input!,
  ({ graph, attrs }, dy, input) => {
    const window = poolWindow(input.shape, attrs);
    const [height, width] = window.size;
    const slope = channelsFirst(graph, dy, window);
    const [batch, channels, ...rest] = slope.shape as Shape4;
    // Channel by channel, as if each were an image of its own.
    const images = graph.reshape(slope, [batch * channels, 1, ...rest]);
    const share = new Float32Array(height * width).fill(1 / (height * width));
    const size = input.shape.slice(1, 3);
    const made = graph.node(
      'ConvTranspose',
      [images, graph.constant('float32', [1, 1, height, width], share)],
      [batch * channels, 1, ...size],
      { ...told(graph, input.shape, window), output_padding: ints(window.left) },
    );
    return channelsLast(graph, graph.reshape(made, [batch, channels, ...size]), window);
  },
);

const rows: readonly Row[] = [
  convolution('Conv2D', false),
  convolution('DepthwiseConv2dNative', true),
  fusedConvolution('FusedConv2D', false),
  fusedConvolution('FusedDepthwiseConv2D', true),
  imageGradient('Conv2DBackpropInput', false),
  imageGradient('DepthwiseConv2dNativeBackpropInput', true),
  filterGradient('Conv2DBackpropFilter', false),
  filterGradient('DepthwiseConv2dNativeBackpropFilter', true),
  pool('MaxPool', 'MaxPool'),
  pool('AvgPool', 'AveragePool', { count_include_pad: int(0) }),
  maxPoolGradient,
  averagePoolGradient,
];

export const windows: readonly Row[] = rows.map(floatsOnly);
