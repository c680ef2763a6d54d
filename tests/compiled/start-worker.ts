/** Stands in for base/threads/start-worker.ts, in tests and in what they start: the thread's module is compiled already. */
import { Worker } from 'node:worker_threads';
import type { StartedWith } from '../../base/threads/start-worker.ts';
import { compiledModule } from './loader.ts';

export function startWorker(module: URL, data: unknown): Worker {
  return new Worker(compiledModule(module), {
    workerData: { module: module.href, data } satisfies StartedWith<unknown>,
    // No loader, which would be a second thread beside each.
    execArgv: [],
  });
}
