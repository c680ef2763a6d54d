import { Worker } from 'node:worker_threads';
import { isTypeScript } from './loader.ts';

/** What a thread that `startWorker` started finds in `workerData`. */
export interface StartedWith<Data> {
  readonly module: string;
  readonly data: Data;
}

/**
 * Starts a worker thread on a module of ours.
 *
 * A thread doesn't reliably inherit its parent's loader (not from tsx on Node 20, not from a test runner), so one on TypeScript
 * registers its own.
 */
export function startWorker(module: URL, data: unknown): Worker {
  const script = isTypeScript(module) ? new URL('./run-typescript.mjs', import.meta.url) : module;
  return new Worker(script, {
    workerData: { module: module.href, data } satisfies StartedWith<unknown>,
    execArgv: [],
  });
}
