import type { Worker } from 'node:worker_threads';
import type { Thread } from './thread.ts';

/**
 * A worker thread of Node as a `Thread`.
 *
 * @param what it is called where it ends unasked: "a roll-out worker".
 */
export function workerThread<Request, Reply>(worker: Worker, what: string): Thread<Request, Reply> {
  return {
    post: (request, handedOver = []) => worker.postMessage(request, [...handedOver]),
    listen(listener) {
      let hasEnded = false;
      const ended = (error: unknown) => {
        if (!hasEnded) listener.ended(error);
        hasEnded = true;
      };
      worker.on('message', (reply: Reply) => listener.reply(reply));
      worker.once('error', ended);
      worker.once('exit', (code) => ended(new Error(`${what} ended with code ${code}`)));
    },
    hold: (isHeld) => (isHeld ? worker.ref() : worker.unref()),
    async end() {
      await worker.terminate();
    },
  };
}
