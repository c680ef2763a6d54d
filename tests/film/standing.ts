import { walkerRig } from '../../envs/walker/rig.ts';

/** The walker as it starts, looking along z. */
export const standing = Float32Array.from([
  ...walkerRig.bodies.flatMap(({ start }) => [0, 0, 0, 1, ...start]),
  ...[0, 0, 0, 1, 0, 5, 0],
]);
