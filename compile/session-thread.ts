/** One of the threads of session-threads.ts: answers each call, one after the other. */
import { parentPort } from 'node:worker_threads';
import { Session } from './onnxruntime.ts';
import { buffersOf, type ThreadReply, type ThreadRequest } from './session-threads.ts';

const port = parentPort!;
const sessions = new Map<number, Session>();
let last: Promise<unknown> = Promise.resolve();

port.on('message', (request: ThreadRequest) => {
  last = last.then(() => answer(request));
});

async function answer(request: ThreadRequest): Promise<void> {
  try {
    const results = await respond(request);
    const spare = request.kind === 'run' && request.into ? buffersOf(request.feeds) : [];
    port.postMessage({ results, spare } satisfies ThreadReply, [...buffersOf(results), ...spare]);
  } catch (error) {
    port.postMessage({ error } satisfies ThreadReply);
  }
}

async function respond(request: ThreadRequest): ReturnType<Session['run']> {
  const { graph } = request;
  if (request.kind === 'run') {
    if (request.model) sessions.set(graph, await Session.open(request.model, { threads: 1 }));
    return sessions.get(graph)!.run(request.feeds, undefined, request.into);
  }
  await sessions.get(graph)?.release();
  sessions.delete(graph);
  return {};
}
