/** Opens what computes a function in Node: onnxruntime on a device, or a backend of TensorFlow.js. */
import { startWorker } from '../base/threads/start-worker.ts';
import { workerThread } from '../base/threads/worker-thread.ts';
import { compileUntyped } from './compiled-function.ts';
import { checkEngine, type Device, type DeviceUse, missingDeviceText } from './devices.ts';
import { type BackendName, type EagerBackendName, type ImportPackage, loadEagerBackend } from './eager-backends.ts';
import { EagerFunction } from './eager-function.ts';
import { type Engine, prepareWith } from './engine.ts';
import { openGraph } from './open-graph.ts';
import { SessionThreads } from './session-threads.ts';

export interface EngineOptions {
  /** Default 'onnx': traced, and run by onnxruntime. */
  readonly backend?: BackendName;
  /** Where onnxruntime computes; default 'cpu', which also steps in where another one cannot be used. */
  readonly device?: Device;
  /**
   * Threads that onnxruntime computes in on the CPU, side by side where there is something to compute side by side: see
   * `prepare`. It changes the speed and nothing else, for one call is computed by one thread. Default: 1.
   */
  readonly threads?: number;
  /** Told once, in one line, where the device is not the one that was asked for. */
  readonly warn?: (message: string) => void;
  /** Loads the package of an eager backend. */
  readonly importPackage?: ImportPackage;
}

const OPERATIONS_OF_THREAD = 1e8;

/**
 * @throws UserError for a backend or device that there isn't, for an eager backend with a device, and for a backend whose
 *   package is not installed or does not start. A device that cannot be used is no error: see `warn`.
 */
export async function openEngine(options: EngineOptions = {}): Promise<Engine> {
  const { backend = 'onnx', device = 'cpu' } = options;
  checkEngine({ backend, device });
  return backend === 'onnx' ? openTracing(options) : openEager(backend, options);
}

function openTracing({ device = 'cpu', threads = 1, warn }: EngineOptions): Engine {
  let use: DeviceUse | undefined;
  const beside = new SessionThreads(threads, () =>
    workerThread(startWorker(new URL('./session-thread.ts', import.meta.url), undefined), 'a thread that computes'),
  );
  return {
    backend: 'onnx',
    threads,
    operationsOfThread: OPERATIONS_OF_THREAD,
    get use() {
      return use ?? { device: 'cpu' };
    },
    prepare: prepareWith(async (fn, signature, { sideBySide = false } = {}) => {
      // What was missing for the first function is not looked for again.
      const wanted = use?.missing ? 'cpu' : device;
      if (wanted === 'cpu' && threads > 1 && sideBySide) {
        return compileUntyped(fn, signature, {}, async (model) => beside.open(model));
      }
      const onDevice = { device: wanted, threads: 1 };
      const compiled = await compileUntyped(fn, signature, {}, (model) => openGraph(model, onDevice));
      if (compiled.use.missing) warn?.(missingDeviceText(compiled.use.missing));
      use ??= compiled.use;
      return compiled;
    }),
  };
}

async function openEager(name: EagerBackendName, { importPackage, warn }: EngineOptions): Promise<Engine> {
  const backend = await loadEagerBackend(name, importPackage);
  if (name === 'tfjs-node-gpu' && backend.device === 'cpu') {
    warn?.('backend tfjs-node-gpu found no GPU that it can use; its CPU goes on in its place: see docs/backends.md');
  }
  return {
    backend: name,
    threads: 1,
    operationsOfThread: OPERATIONS_OF_THREAD,
    use: { device: backend.device },
    prepare: prepareWith(async (fn, signature) => new EagerFunction(fn, signature, backend)),
  };
}
