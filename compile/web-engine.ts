/** What computes a function in a page: traced there, and run by onnxruntime-web, in the page's workers where that pays. */
import { compileUntyped, type OpenGraph } from './compiled-function.ts';
import { type Engine, prepareWith } from './engine.ts';
import { WebSession } from './onnxruntime-web.ts';
import { type Raced, race } from './raced-graph.ts';
import { SessionThreads, type StartThread } from './session-threads.ts';

/** A vector of WebAssembly is half or a quarter of a processor's. */
const OPERATIONS_OF_THREAD = 3e7;

export interface WebEngineOptions {
  /** Workers that compute side by side; 1: all is computed where it is asked for. It changes the speed and nothing else. */
  readonly threads: number;
  /** Starts such a worker, in which a `SessionHost` answers. */
  readonly start: StartThread;
  /** Where there is a GPU: as many workers may compute there what is worth a worker (raced-graph.ts). */
  readonly gpu?: { readonly start: StartThread; readonly raced: Raced } | undefined;
}

/** Needs nothing of Node. On one thread of WebAssembly each, for several need headers that a static host doesn't send. */
export function openWebEngine({ threads, start, gpu }: WebEngineOptions): Engine {
  const beside = new SessionThreads(threads, start);
  let graphs = 0;
  const onGpu = gpu && new SessionThreads(threads, gpu.start);
  const openBeside = async (model: Uint8Array): Promise<OpenGraph> => {
    const onCpu = threads > 1 ? beside.open(model) : await openWebGraph(model);
    return onGpu ? race(onCpu, onGpu.open(model), gpu.raced, graphs++) : onCpu;
  };
  return {
    backend: 'onnx',
    threads,
    operationsOfThread: OPERATIONS_OF_THREAD,
    use: { device: 'cpu' },
    prepare: prepareWith((fn, signature, { sideBySide = false } = {}) =>
      compileUntyped(fn, signature, {}, async (model) => (sideBySide ? openBeside(model) : openWebGraph(model))),
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
