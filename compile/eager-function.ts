/**
 * A function run eagerly on a backend of TensorFlow.js, with no tracer and no ONNX about: the same numbers in and out as
 * its traced self, and the referee of it.
 */
import { engine } from './backend.ts';
import type { RunnableFunction } from './compiled-function.ts';
import type { EagerBackend } from './eager-backends.ts';
import { GivenInputs, type InputValue } from './given-inputs.ts';
import type { DenseTensor } from './onnxruntime.ts';
import {
  type Into,
  isTensorSpec,
  leavesOf,
  type Nested,
  type NestedTensors,
  rebuilt,
  type Signature,
  type TensorsOf,
} from './signature.ts';
import { tf } from './tensorflow.ts';
import type { Traceable } from './trace.ts';

/**
 * Makes a function ready to be run eagerly.
 *
 * @param backend as `loadEagerBackend` gave it.
 */
export function runEagerly<const S extends Signature, R extends NestedTensors>(
  fn: (inputs: TensorsOf<S>) => R,
  signature: S,
  backend: EagerBackend,
): EagerFunction<S, R> {
  return new EagerFunction<S, R>(fn as unknown as Traceable, signature, backend);
}

export class EagerFunction<S, R> implements RunnableFunction<S, R> {
  readonly #function: Traceable;
  readonly #signature: unknown;
  readonly #inputs: GivenInputs;
  readonly #backend: EagerBackend;

  constructor(fn: Traceable, signature: unknown, backend: EagerBackend) {
    this.#function = fn;
    this.#signature = signature;
    this.#inputs = new GivenInputs(signature);
    this.#backend = backend;
  }

  /** Computes in one go, so that nobody else meets the backend that it switches to. */
  async run(values: Nested<S, InputValue>, into?: Into<R>): Promise<Nested<R, DenseTensor>> {
    const given = this.#inputs.named(values);
    const targets = new Map(leavesOf(into ?? {}, isArray).map(({ name, value }) => [name, value]));
    return onBackend(this.#backend.registered, () => {
      const tensors = rebuilt(this.#signature, isTensorSpec, (name) => tensorOf(given[name]!));
      const returned = this.#function(tensors as never);
      const owned = new Set<unknown>(Object.values(given).map(({ data }) => data));
      const results = new Map(
        leavesOf(returned, isTensor).map(({ name, value }) => {
          const target = targets.get(name);
          const numbers = numbersOf(value, owned);
          target?.set(numbers.data as Float32Array);
          return [name, target ? { ...numbers, data: target } : numbers];
        }),
      );
      return rebuilt(returned, isTensor, (name) => results.get(name)) as Nested<R, DenseTensor>;
    });
  }

  async release(): Promise<void> {}
}

/**
 * Does the work with a backend active, then makes the previous one active again and disposes of every tensor that was
 * made, also where it throws.
 */
function onBackend<Result>(registered: string, work: () => Result): Result {
  const previous = tf.getBackend();
  const made: tf.Tensor[] = [];
  // Every tensor is announced to the engine, also one that a function keeps so as to return it from within a gradient,
  // which no scope would dispose of.
  const { trackTensor } = engine;
  engine.trackTensor = (tensor, of) => {
    made.push(tensor);
    trackTensor.call(engine, tensor, of);
  };
  // Both are loaded, and are switched to at once; what comes later is only the promise. It costs half a millisecond.
  if (registered !== previous) void tf.setBackend(registered);
  engine.startScope('eager');
  try {
    return work();
  } finally {
    engine.endScope();
    for (const tensor of made) if (!tensor.isDisposed) tensor.dispose();
    // The instance's own property hides the class's method; without it the method is back.
    Reflect.deleteProperty(engine, 'trackTensor');
    if (registered !== previous) void tf.setBackend(previous);
  }
}

function tensorOf({ type, shape, data }: DenseTensor): tf.Tensor {
  return tf.tensor(data as Float32Array, [...shape], type as 'float32' | 'int32' | 'bool');
}

/** What a tensor holds; an array that is still an input's own is copied, for the caller may go on to write to it. */
function numbersOf(tensor: tf.Tensor, owned: ReadonlySet<unknown>): DenseTensor {
  const data = tensor.dataSync<'float32'>();
  return {
    type: tensor.dtype as DenseTensor['type'],
    shape: tensor.shape,
    data: owned.has(data) ? data.slice() : data,
  };
}

const isArray = (value: unknown): value is Float32Array => value instanceof Float32Array;
const isTensor = (value: unknown): value is tf.Tensor => value instanceof tf.Tensor;
