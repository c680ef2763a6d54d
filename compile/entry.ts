/** The two doors, `trace` and `compile`: each takes a function with its signature, or a tf.layers model. */
import type { Model } from '../onnx/model.ts';
import { type CompiledFunction, compileUntyped } from './compiled-function.ts';
import { layersFunction, type TensorSpecs, type Tensors, variablesOf } from './layers-function.ts';
import type { SessionOptions } from './onnxruntime.ts';
import { openGraph } from './open-graph.ts';
import type { NestedTensors, Signature, TensorsOf } from './signature.ts';
import { tf } from './tensorflow.ts';
import { type Traceable, type TraceOptions, trace as traceFunction } from './trace.ts';
import { TraceError } from './trace-error.ts';

/** How a tf.layers model is traced. */
export interface ModelOptions extends TraceOptions {
  /** Whether the weights are initializers, under their names in the model, or inputs of those names; default the former. */
  readonly weights?: 'initializers' | 'inputs';
}

/** A compiled model takes its inputs (and weights) by their names and gives its outputs by theirs. */
export type CompiledModel = CompiledFunction<TensorSpecs, Tensors>;

/**
 * Traces a function into an ONNX model: see trace.ts. Or a tf.layers model, as it predicts: its inputs and outputs have
 * the model's names, and the size of the batch is open.
 *
 * @throws TraceError naming the operator and the line for what cannot be traced.
 */
export function trace<const S extends Signature, R extends NestedTensors>(
  fn: (inputs: TensorsOf<S>) => R,
  signature: S,
  options?: TraceOptions,
): Model;
export function trace(model: tf.LayersModel, options?: ModelOptions): Model;
export function trace(what: unknown, ...rest: unknown[]): Model {
  return traceFunction(...asFunction(what, ...rest));
}

/**
 * Traces a function, or a tf.layers model as `trace` does, and opens the graph in onnxruntime.
 *
 * @throws TraceError for what cannot be traced.
 */
export function compile<const S extends Signature, R extends NestedTensors>(
  fn: (inputs: TensorsOf<S>) => R,
  signature: S,
  options?: TraceOptions & SessionOptions,
): Promise<CompiledFunction<S, R>>;
export function compile(model: tf.LayersModel, options?: ModelOptions & SessionOptions): Promise<CompiledModel>;
export async function compile(what: unknown, ...rest: unknown[]): Promise<CompiledModel> {
  const [fn, signature, options = {}] = asFunction(what, ...rest);
  return compileUntyped(fn as Traceable, signature, options, (model) => openGraph(model, options));
}

type Untyped = [(inputs: Tensors) => Tensors, TensorSpecs, (TraceOptions & SessionOptions)?];

function asFunction(what: unknown, ...rest: readonly unknown[]): Untyped {
  if (what instanceof tf.LayersModel) return modelAsFunction(what, rest[0] as ModelOptions | undefined);
  return [what, ...rest] as unknown as Untyped;
}

function modelAsFunction(model: tf.LayersModel, { weights = 'initializers', ...options }: ModelOptions = {}): Untyped {
  const net = layersFunction(model);
  if (weights === 'inputs') {
    for (const name of Object.keys(net.weights)) {
      if (name in net.inputs) throw new TraceError(`an input and a weight of the model are both named "${name}"`);
    }
    return [(given) => net.apply(given, given).outputs, { ...net.inputs, ...net.weights }, options];
  }
  const names = new Map([...variablesOf(model).map(({ val, name }) => [val, name] as const), ...(options.names ?? [])]);
  return [(given) => net.apply(undefined, given).outputs, net.inputs, { ...options, names }];
}
