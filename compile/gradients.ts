/**
 * Gradients that are slow as a graph in the way tfjs writes them, written in another for the time of a trace. Only the way
 * differs: what they compute is the same.
 */
import { backend } from './backend.ts';
import { tf } from './tensorflow.ts';

type Gradient = Parameters<typeof tf.registerGradient>[0];

const convolution = tf.getGradient('Conv2D')!;

const replacements: readonly Gradient[] = [
  {
    // tfjs has a kernel for it, which becomes a convolution with an image for a filter: slow with many channels.
    ...convolution,
    gradFunc: (dy, saved, attrs) => {
      const own = convolution.gradFunc(dy, saved, attrs);
      const [x, filter] = saved as [tf.Tensor4D, tf.Tensor4D];
      const isOpen = x.shape.slice(1).some((size) => backend.recorder!.standIns.isDynamic(size));
      if (filter.shape[2] < 8 || isOpen || attrs['dataFormat'] !== 'NHWC') return own;
      return { ...own, filter: () => filterGradient(x, filter.shape, dy as tf.Tensor4D, attrs) };
    },
  },
  {
    // tfjs slices each repeat out and adds them up one by one: a node or two for each row of a batch.
    kernelName: 'Tile',
    inputsToSave: ['x'],
    gradFunc: (dy, [x], attrs) => ({
      x: () => {
        const { shape } = x!;
        const { reps } = attrs as unknown as { reps: number[] };
        const repeated = shape.flatMap((_, axis) => (reps[axis] === 1 ? [] : [axis]));
        if (repeated.every((axis) => shape[axis] === 1)) return tf.sum(dy as tf.Tensor, repeated, true);
        // Each axis as [repeats, size], summed over the repeats.
        const pairs = tf.reshape(
          dy as tf.Tensor,
          shape.flatMap((size, axis) => [reps[axis]!, size]),
        );
        const sums = tf.sum(
          pairs,
          shape.map((_, axis) => 2 * axis),
        );
        return tf.reshape(sums, shape);
      },
    }),
  },
];

/** The gradient by a convolution's filter: for each of its places, the pixels that it met times the slope they led to. */
function filterGradient(x: tf.Tensor4D, shape: tf.Tensor4D['shape'], dy: tf.Tensor4D, attrs: object): tf.Tensor {
  const { strides, pad, dimRoundingMode } = attrs as tf.Conv2DAttrs;
  const info = tf.backend_util.computeConv2DInfo(x.shape, shape, strides, 1, pad, dimRoundingMode);
  const { top, bottom, left, right } = info.padInfo;
  const padded = x.pad([[0, 0], [top, bottom], [left, right], [0, 0]]); // biome-ignore format: a table
  const steps = [1, info.strideHeight, info.strideWidth, 1];
  const reach = [-1, (info.outHeight - 1) * steps[1]! + 1, (info.outWidth - 1) * steps[2]! + 1, info.inChannels];
  const met = (row: number, column: number): tf.Tensor2D => {
    const pixels = padded.slice([0, row, column, 0], reach);
    const some = steps.some((step) => step > 1) ? pixels.stridedSlice([0, 0, 0, 0], pixels.shape, steps) : pixels;
    return some.reshape([-1, info.inChannels]);
  };
  const slope = dy.reshape([-1, info.outChannels]) as tf.Tensor2D;
  const places = Array.from({ length: shape[0] * shape[1] }, (_, at) => [Math.floor(at / shape[1]), at % shape[1]]);
  return tf.stack(places.map(([row, column]) => tf.matMul(met(row!, column!), slope, true))).reshape(shape);
}

/** Puts the gradients in place; the returned function puts tfjs's own back. */
export function replaceGradients(): () => void {
  const own = replacements.map(({ kernelName }) => tf.getGradient(kernelName));
  const put = (gradients: readonly Gradient[]) => {
    for (const gradient of gradients) {
      // Registering over another one would print a warning.
      tf.unregisterGradient(gradient.kernelName);
      tf.registerGradient(gradient);
    }
  };
  put(replacements);
  return () => put(own);
}
