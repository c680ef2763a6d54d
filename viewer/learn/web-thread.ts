import type { Thread } from '../../base/threads/thread.ts';

/** A web worker as a `Thread`. A worker ends only where it is ended, so what fails in it unheard counts as its end. */
export function webThread<Request, Reply>(worker: Worker, what: string): Thread<Request, Reply> {
  return {
    post: (request, handedOver = []) => worker.postMessage(request, [...handedOver]),
    listen(listener) {
      worker.addEventListener('message', ({ data }: MessageEvent<Reply>) => listener.reply(data));
      worker.addEventListener('error', ({ message }) => listener.ended(new Error(`${what} failed: ${message}`)));
    },
    hold() {},
    async end() {
      worker.terminate();
    },
  };
}
