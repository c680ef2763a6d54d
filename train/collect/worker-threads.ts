import { startWorker } from '../../base/threads/start-worker.ts';
import { workerThread } from '../../base/threads/worker-thread.ts';
import type { CollectorWorkerData, StartCollector } from './embedded-collector.ts';

export interface WorkerThreadData extends CollectorWorkerData {
  /** URL of an `EnvironmentModule`. */
  readonly environment: string;
}

/** Worker threads of Node that collect in the worlds of an environment. @param environment URL of an `EnvironmentModule`. */
export function collectorThreads(environment: string): StartCollector {
  return (data) => {
    const own: WorkerThreadData = { ...data, environment };
    return workerThread(startWorker(new URL('./collector-worker.ts', import.meta.url), own), 'a roll-out worker');
  };
}
