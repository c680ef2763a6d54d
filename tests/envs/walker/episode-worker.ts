/** Plays walkers in a thread with a PhysX of its own, and answers with what `playing.ts` makes of it. */
import { parentPort, workerData } from 'node:worker_threads';
import type { StartedWith } from '../../../base/threads/start-worker.ts';
import { type PlayOptions, play } from './playing.ts';

parentPort!.postMessage(await play((workerData as StartedWith<PlayOptions>).data));
