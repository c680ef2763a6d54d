/** What computes a function in a page: traced there, and run by onnxruntime-web, in the page's workers where that pays. */
import { compileUntyped, type OpenGraph } from './compiled-function.ts';
import { type Engine, prepareWith } from './engine.ts';
import { WebSession } from './onnxruntime-web.ts';
import { SessionThreads, type StartThread } from './session-threads.ts';

/** A vector of WebAssembly is half or a quarter of a processor's. */
const OPERATIONS_OF_THREAD = 3e7;

export interface WebEngineOptions {
  /** Workers that compute side by side; 1: all is computed where it is asked for. It changes the speed and nothing else. */
  readonly threads: number;
  /** Starts such a worker, in which a `SessionHost` answers. */
  readonly start: StartThread;
}

/** Needs nothing of Node. On one thread of WebAssembly each, for several need headers that a static host doesn't send. */
export function openWebEngine({ threads, start }: WebEngineOptions): Engine {
  const beside = new SessionThreads(threads, start);
  return {
    backend: 'onnx',
    threads,
    operationsOfThread: OPERATIONS_OF_THREAD,
    use: { device: 'cpu' },
    prepare: prepareWith((fn, signature, { sideBySide = false } = {}) =>
      compileUntyped(fn, signature, {}, async (model) =>
        threads > 1 && sideBySide ? beside.open(model) : openWebGraph(model),
      ),
    ),
  };
}

async function openWebGraph(model: Uint8Array): Promise<OpenGraph> {
  const session = await WebSession.open(model);
  return {
    use: { device: 'cpu' },
    run: (feeds, into) => session.run(feeds, session.outputs, into),
    release: () => session.release(),
  };
}
