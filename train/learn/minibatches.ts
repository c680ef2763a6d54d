/** Which rows of a buffer make up each minibatch of an update. */
import type { RandomStream } from '../../base/random/stream.ts';

export type Drawing = 'shuffled' | 'with_replacement';

/** Minibatches of one epoch: what is left over of the buffer is left out, as in ML-Agents. */
export function minibatchesIn(rows: number, batchSize: number): number {
  return Math.floor(rows / batchSize);
}

/**
 * The rows of each minibatch of an update, [batchSize]; each array holds until the next one is asked for.
 *
 * shuffled: every epoch puts all rows into a new order and deals them out. with_replacement: each row is drawn from all.
 */
export function* minibatches(
  rows: number,
  batchSize: number,
  epochs: number,
  drawing: Drawing,
  random: RandomStream,
): Generator<Uint32Array> {
  const order = Uint32Array.from({ length: rows }, (_, row) => row);
  const drawn = new Uint32Array(batchSize);
  for (let epoch = 0; epoch < epochs; epoch++) {
    if (drawing === 'shuffled') random.shuffle(order);
    for (let minibatch = 0; minibatch < minibatchesIn(rows, batchSize); minibatch++) {
      const start = minibatch * batchSize;
      if (drawing === 'shuffled') yield order.subarray(start, start + batchSize);
      else yield drawn.map(() => random.below(rows));
    }
  }
}
