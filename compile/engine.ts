/** Who computes a function: onnxruntime on a device, after tracing it, or a backend of TensorFlow.js, eagerly. */
import { compileUntyped, type RunnableFunction } from './compiled-function.ts';
import { checkEngine, type Device, type DeviceUse, missingDeviceText } from './devices.ts';
import { type BackendName, type EagerBackendName, type ImportPackage, loadEagerBackend } from './eager-backends.ts';
import { EagerFunction } from './eager-function.ts';
import { SessionThreads } from './session-threads.ts';
import type { NestedTensors, Signature, TensorsOf } from './signature.ts';
import type { Traceable } from './trace.ts';

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

export interface Engine {
  readonly backend: BackendName;
  /** As many calls are computed side by side at most. */
  readonly threads: number;
  /** What it computes on, as far as the functions made ready until now have shown. */
  readonly use: EngineUse;
  /**
   * Makes a function ready to be called with numbers.
   *
   * @throws TraceError for what cannot be traced.
   */
  prepare<const S extends Signature, R extends NestedTensors>(
    fn: (inputs: TensorsOf<S>) => R,
    signature: S,
    options?: PrepareOptions,
  ): Promise<RunnableFunction<S, R>>;
}

export interface PrepareOptions {
  /**
   * Whether calls that are made at once, of this and other such functions, are computed by as many threads as the engine
   * has; else each is computed where it is made. Worth it for what takes milliseconds.
   */
  readonly sideBySide?: boolean;
}

/** The device, in onnxruntime's words, or 'gpu' where a tfjs backend has one. */
export type EngineUse = DeviceUse | { readonly device: 'cpu' | 'gpu' };

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
  const beside = new SessionThreads(threads);
  return {
    backend: 'onnx',
    threads,
    get use() {
      return use ?? { device: 'cpu' };
    },
    prepare: prepareWith(async (fn, signature, { sideBySide = false } = {}) => {
      // What was missing for the first function is not looked for again.
      const wanted = use?.missing ? 'cpu' : device;
      if (wanted === 'cpu' && threads > 1 && sideBySide) {
        return compileUntyped(fn, signature, {}, async (model) => beside.open(model));
      }
      const compiled = await compileUntyped(fn, signature, { device: wanted, threads: 1 });
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
    use: { device: backend.device },
    prepare: prepareWith(async (fn, signature) => new EagerFunction(fn, signature, backend)),
  };
}

/** Gives the types of the nesting to what works without them: they are too deep to be followed through its inside. */
function prepareWith(
  prepare: (
    fn: Traceable,
    signature: Signature,
    options?: PrepareOptions,
  ) => Promise<RunnableFunction<unknown, unknown>>,
): Engine['prepare'] {
  return prepare as unknown as Engine['prepare'];
}
