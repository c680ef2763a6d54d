/** One of the threads of session-threads.ts, in Node. */
import { parentPort } from 'node:worker_threads';
import { openForThread } from './onnxruntime.ts';
import { SessionHost, type ThreadRequest } from './session-threads.ts';

const port = parentPort!;
const host = new SessionHost(openForThread);

port.on('message', async (request: ThreadRequest) => {
  const { reply, handedOver } = await host.answer(request);
  port.postMessage(reply, [...handedOver]);
});
