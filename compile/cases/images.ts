/** Resizing of images. */
import { tf } from '../tensorflow.ts';
import { type Any, type Case, count, edgesOfFloats, edgesOfSums, image, noEdges } from './case.ts';

const single = image.map(([each]) => {
  const shape = [1, ...each!.shape.slice(1)];
  return [{ ...each!, shape, data: each!.data.slice(0, count(shape)) }];
});
const square = image.map(([each]) => {
  const [batch, height, , channels] = each!.shape as [number, number, number, number];
  const shape = [batch, height, height, channels];
  return [
    { ...each!, shape, data: Array.from({ length: count(shape) }, (_, at) => each!.data[at % each!.data.length]!) },
  ];
});

export const images: readonly Case[] = [
  ...[false, true].flatMap((alignCorners): Case[] => [
    {
      kernel: 'ResizeBilinear',
      inputs: square,
      edges: noEdges,
      call: (y) => tf.image.resizeBilinear(y, [7, 3], alignCorners),
    },
    {
      kernel: 'ResizeNearestNeighbor',
      inputs: image,
      edges: { ...edgesOfSums, int32: edgesOfFloats.int32 },
      call: (y) => tf.image.resizeNearestNeighbor(y, [8, 3], alignCorners),
      gradients: [],
    },
  ]),
  {
    kernel: 'ResizeBilinear',
    inputs: image,
    edges: noEdges,
    call: (y) => tf.image.resizeBilinear(y, [3, 9], false, true),
    gradients: [],
  },
  {
    kernel: 'ResizeNearestNeighbor',
    inputs: image,
    edges: { ...edgesOfSums, int32: edgesOfFloats.int32 },
    call: (y) => tf.image.resizeNearestNeighbor(y, [3, 9], false, true),
    gradients: [],
  },
  {
    kernel: 'ResizeBilinearGrad',
    inputs: square,
    edges: noEdges,
    call: (y) => tf.grad((z: Any) => tf.image.resizeBilinear(z, [5, 6]))(y),
    gradients: [],
  },
  {
    kernel: 'ResizeNearestNeighborGrad',
    edges: noEdges,
    inputs: single, // tfjs's gradient reads a second image from the wrong place
    call: (y) => tf.grad((z: Any) => tf.image.resizeNearestNeighbor(z, [5, 6]))(y),
    gradients: [],
  },
];
