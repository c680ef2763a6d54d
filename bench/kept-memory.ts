/**
 * What a process really keeps, in MB: of JavaScript's heap and of the buffers beside it, after a collection of garbage.
 *
 * The memory that a process holds says little of that. Between two collections of all garbage it holds what was thrown away
 * since, which is most of what it has made: streams and buffers of messages outlive the small collections in between.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

export interface KeptMemory {
  /** Resident, before anything was collected. */
  readonly held: number;
  /** On the heap and in buffers, WebAssembly's memory included. */
  readonly kept: number;
}

let collectGarbage: (() => void) | undefined;

export function keptMemory(): KeptMemory {
  if (!collectGarbage) {
    setFlagsFromString('--expose-gc');
    collectGarbage = runInNewContext('gc') as () => void;
  }
  const held = process.memoryUsage.rss();
  // What waits for its native half to be let go is gone after the second time.
  collectGarbage();
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  const megabytes = (bytes: number) => Math.round((10 * bytes) / 2 ** 20) / 10;
  return { held: megabytes(held), kept: megabytes(heapUsed + external) };
}
