/** What computes a function, whatever it is: onnxruntime after tracing, or a backend of TensorFlow.js, eagerly. */
import type { RunnableFunction } from './compiled-function.ts';
import type { DeviceUse } from './devices.ts';
import type { BackendName } from './eager-backends.ts';
import type { NestedTensors, Signature, TensorsOf } from './signature.ts';
import type { Traceable } from './trace.ts';

export interface Engine {
  readonly backend: BackendName;
  /** As many calls are computed side by side at most. */
  readonly threads: number;
  /** Floating-point operations from which another thread is worth its messages: about a millisecond's. */
  readonly operationsOfThread: number;
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

/** Gives the types of the nesting to what works without them: they are too deep to be followed through its inside. */
export function prepareWith(
  prepare: (
    fn: Traceable,
    signature: Signature,
    options?: PrepareOptions,
  ) => Promise<RunnableFunction<unknown, unknown>>,
): Engine['prepare'] {
  return prepare as unknown as Engine['prepare'];
}
