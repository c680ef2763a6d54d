/** The batch that a group decides as: always of one size, so that what comes of an agent doesn't depend on its company. */
import { expect, it } from 'vitest';
import type { DenseTensor } from '../../../compile/onnxruntime.ts';
import { GROUP_SIZE, meansOf } from '../../../train/collect/deciding.ts';

/** A policy whose answers depend on how many rows it is asked about, as those of a library may. */
const session = {
  async run({ observations }: Readonly<Record<string, DenseTensor>>): Promise<Record<string, DenseTensor>> {
    const { shape, data } = observations!;
    const [rows, size] = shape as [number, number];
    const sum = (row: number) => (data as Float32Array).subarray(row * size, (row + 1) * size).reduce((a, b) => a + b);
    const means = Float32Array.from({ length: 2 * rows }, (_, at) => sum(at >> 1) * rows + (at & 1));
    return { means: { type: 'float32', shape: [rows, 2], data: means } };
  },
};

it('an agent is answered the same in a full group, in a smaller one, and by itself', async () => {
  const observations = Float32Array.from({ length: 3 * GROUP_SIZE }, (_, at) => at / 8);
  const together = await meansOf(session, observations, GROUP_SIZE);
  expect(together).toHaveLength(2 * GROUP_SIZE);
  for (let agents = 1; agents < GROUP_SIZE; agents++) {
    expect(await meansOf(session, observations.subarray(0, 3 * agents), agents)).toEqual(together.slice(0, 2 * agents));
  }
  for (let agent = 0; agent < GROUP_SIZE; agent++) {
    const alone = await meansOf(session, observations.subarray(3 * agent, 3 * (agent + 1)), 1);
    expect(alone).toEqual(together.slice(2 * agent, 2 * (agent + 1)));
  }
});
