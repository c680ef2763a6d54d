/** Convolutions and pools, and their gradients. */
import fc from 'fast-check';
import { tf } from '../tensorflow.ts';
import { type Any, type Case, type Drawn, edgesOfPools, filled, image, once, ramp } from './case.ts';

/** An image [batch, height, width, channels] and a filter [height, width, in, out or multiplier]. */
function imageAndFilter(more: (filter: number[]) => fc.Arbitrary<Drawn>[] = () => []): fc.Arbitrary<Drawn[]> {
  return fc.tuple(...[2, 2, 1, 1, 1, 1, 1].map((least) => fc.integer({ min: least, max: 3 }))).chain((sizes) => {
    const [batch, channels, out, kernelHeight, kernelWidth, height, width] = sizes as Shape7;
    const filter = [kernelHeight, kernelWidth, channels, out];
    return fc.tuple(
      filled([batch + 3, height + 4, width + 3, channels], 'float32', -2, 2),
      filled(filter, 'float32', -1, 1),
      ...more(filter),
    );
  });
}
type Shape7 = [number, number, number, number, number, number, number];

/** A convolution at every stride and padding that layers use. Its gradients make the rows of the backward kernels. */
function convolutions(
  kernel: string,
  call: (x: tf.Tensor4D, f: tf.Tensor4D, s: number, p: Padding) => tf.Tensor,
): Case[] {
  return ([[1, 'same'], [1, 'valid'], [2, 'same'], [2, 'valid'], [3, 1]] as [number, Padding][]).map(([stride, pad]) => ({
    kernel,
    inputs: imageAndFilter(),
    edged: [0], // tfjs skips the padding, and 0 times infinity is no number
    call: (image, filter) => call(image, typeof pad === 'number' ? squareOf(filter) : filter, stride, pad),
  })); // biome-ignore format: a list
}

/** tfjs counts windows by the filter's height alone where the padding is a number. */
function squareOf(filter: tf.Tensor4D): tf.Tensor4D {
  const side = Math.min(filter.shape[0], filter.shape[1]);
  return tf.slice(filter, 0, [side, side, -1, -1]);
}

type Padding = 'same' | 'valid' | number;

/** A pool at every window, stride and padding that layers use. */
function pools(
  kernel: string,
  call: (x: tf.Tensor4D, size: number, stride: number, pad: 'same' | 'valid') => tf.Tensor,
): Case[] {
  return ([[2, 2], [3, 3], [2, 3], [3, 2], [3, 1], [1, 1]] as const).flatMap(([size, stride]) =>
    (['same', 'valid'] as const).flatMap((pad) => ({ kernel, inputs: image, call: (y) => call(y, size, stride, pad) })),
  ); // biome-ignore format: a list
}

export const windows: readonly Case[] = [
  ...convolutions('Conv2D', tf.conv2d),
  // With many channels the filter's gradient is another graph.
  ...convolutions('Conv2D', (y, f, s, p) => tf.conv2d(tf.tile(y, [1, 1, 1, 4]), tf.tile(f, [1, 1, 4, 1]), s, p)),
  ...convolutions('Conv2DBackpropInput', (y, f, s, p) => tf.grad((z: Any) => tf.conv2d(z, f, s, p))(y)).map(once),
  ...convolutions('Conv2DBackpropFilter', (y, f, s, p) => tf.grad((z: Any) => tf.conv2d(y, z, s, p))(f)).map(once),
  {
    kernel: 'Conv2D',
    inputs: imageAndFilter(),
    edged: [0],
    call: (y, f) => tf.conv2d(y, f, 1, 'same', 'NHWC', [2, 2]),
    gradients: [],
  },
  {
    kernel: 'Conv2D',
    inputs: imageAndFilter(),
    edged: [0],
    call: (y, f) => tf.conv2d(tf.transpose(y, [0, 3, 1, 2]), f, 2, 'same', 'NCHW'),
  },
  // A filter that is a constant, as in a file.
  {
    kernel: 'Conv2D',
    inputs: image,
    call: (y) => tf.conv2d(y, tf.tensor4d(ramp(24 * y.shape[3]), [3, 4, y.shape[3], 2]), 1, 'same'),
  },
  ...convolutions('DepthwiseConv2dNative', tf.depthwiseConv2d),
  ...convolutions('DepthwiseConv2dNativeBackpropInput', (y, f, s, p) =>
    tf.grad((z: Any) => tf.depthwiseConv2d(z, f, s, p))(y),
  ).map(once),
  ...convolutions('DepthwiseConv2dNativeBackpropFilter', (y, f, s, p) =>
    tf.grad((z: Any) => tf.depthwiseConv2d(y, z, s, p))(f),
  ).map(once),
  ...(['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu'] as const).flatMap((activation): Case[] => [
    {
      kernel: 'FusedConv2D',
      inputs: imageAndFilter((filter) => [filled([filter[3]!], 'float32', -1, 1)]),
      edged: [0, 2],
      call: (y, filter, bias) =>
        tf.fused.conv2d({ x: y, filter, strides: 2, pad: 'same', bias, activation, leakyreluAlpha: 0.1 }),
      gradients: [],
    },
    {
      kernel: 'FusedDepthwiseConv2D',
      inputs: imageAndFilter((filter) => [filled([filter[2]! * filter[3]!], 'float32', -1, 1)]),
      edged: [0, 2],
      call: (y, filter, bias) =>
        tf.fused.depthwiseConv2d({ x: y, filter, strides: 1, pad: 'valid', bias, activation, leakyreluAlpha: 0.1 }),
      gradients: [],
    },
  ]),
  {
    kernel: 'FusedConv2D',
    inputs: imageAndFilter((filter) => [filled([1], 'float32', -1, 1), filled([filter[3]!], 'float32', 0.1, 1)]),
    edged: [0, 2],
    call: (y, filter, bias, preluActivationWeights) =>
      tf.fused.conv2d({ x: y, filter, strides: 1, pad: 'same', bias, activation: 'prelu', preluActivationWeights }),
    gradients: [],
  },
  ...pools('MaxPool', tf.maxPool).map((each) => ({ ...each, gradients: [], edges: edgesOfPools })),
  ...pools('AvgPool', tf.avgPool),
  // Where windows overlap, the gradients of a max pool add up, for which it takes opset 16.
  ...pools('MaxPoolGrad', (y, size, stride, pad) => tf.grad((z: Any) => tf.maxPool(z, size, stride, pad))(y)).map(
    (each, index) => ({
      ...each,
      gradients: [],
      edges: edgesOfPools,
      opsets: (o: number) => o >= 16 || index < 6 || index >= 10,
    }),
  ),
  ...pools('AvgPoolGrad', (y, size, stride, pad) => tf.grad((z: Any) => tf.avgPool(z, size, stride, pad))(y)).map(once),
];
