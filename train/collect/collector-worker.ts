/** A worker thread of the collector, in Node. */
import { parentPort, workerData } from 'node:worker_threads';
import type { StartedWith } from '../../base/threads/start-worker.ts';
import type { Answer } from '../../base/threads/thread.ts';
import { openForThread } from '../../compile/onnxruntime.ts';
import type { EnvironmentModule } from '../../envs/env.ts';
import { CollectorHost } from './collector-host.ts';
import type { CollectorReply, CollectorRequest } from './embedded-collector.ts';
import type { WorkerThreadData } from './worker-threads.ts';

const port = parentPort!;
const { environment, ...worlds } = (workerData as StartedWith<WorkerThreadData>).data;
const host = new CollectorHost({
  open: openForThread,
  loadEnvironment: async () => (await import(environment)) as EnvironmentModule,
});

send(await host.start(worlds));
port.on('message', async (request: CollectorRequest) => send(await host.answer(request)));

function send({ reply, handedOver }: Answer<CollectorReply>): void {
  port.postMessage(reply, [...handedOver]);
}
