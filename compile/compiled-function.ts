/** A traced function as an onnxruntime session: `run` takes nested records of numbers and gives nested records back. */
import { encodeModel } from '../onnx/encode.ts';
import type { Model } from '../onnx/model.ts';
import type { DeviceUse } from './devices.ts';
import { GivenInputs, type InputValue } from './given-inputs.ts';
import type { DenseTensor } from './onnxruntime.ts';
import type { Into, Nested, Signature } from './signature.ts';
import { type Traceable, type TraceOptions, traceWithNesting } from './trace.ts';

/** A function of tensors that is called with numbers, whatever computes it. */
export interface RunnableFunction<S, R> {
  /**
   * Calls the function.
   *
   * @param values the inputs in the signature's nesting; read in place, not copied. Of a size that the signature leaves
   *   open, all inputs must have the same.
   * @param into arrays that outputs are written to, in their places of the nesting; the others get memory of their own. Only
   *   for outputs of a fixed size, and never an array that is an input too.
   * @returns the outputs in the nesting that the function returned.
   * @throws UserError where an input is missing, unknown, or of another shape or type than the signature says; traced, also
   *   where a size is 0 that an operator of the function has no ONNX form for.
   */
  run(values: Nested<S, InputValue>, into?: Into<R>): Promise<Nested<R, DenseTensor>>;

  /** Frees what it holds. No call may follow. */
  release(): Promise<void>;
}

type Tensors = Readonly<Record<string, DenseTensor>>;

/** A graph that is ready to run. */
export interface OpenGraph {
  readonly use: DeviceUse;
  /** @param into where outputs go, by their names; the others get memory of their own. */
  run(feeds: Tensors, into?: Tensors): Promise<Record<string, DenseTensor>>;
  release(): Promise<void>;
}

/**
 * Traces a function (trace.ts) and opens the graph, without the types of the nesting.
 *
 * @param open makes the graph ready: in Node `openGraph` of open-graph.ts, in a page one of onnxruntime-web.
 * @throws TraceError for what cannot be traced.
 */
export async function compileUntyped(
  fn: Traceable,
  signature: Signature,
  options: TraceOptions,
  open: (model: Uint8Array) => Promise<OpenGraph>,
): Promise<CompiledFunction<unknown, unknown>> {
  const { model, outputs, least } = traceWithNesting(fn, signature, options);
  const bytes = encodeModel(model);
  return new CompiledFunction(model, bytes, await open(bytes), new GivenInputs(signature, least), outputs);
}

export class CompiledFunction<S, R> implements RunnableFunction<S, R> {
  readonly model: Model;
  /** The model as an .onnx file. */
  readonly bytes: Uint8Array;
  readonly #graph: OpenGraph;
  readonly #inputs: GivenInputs;
  readonly #outputs: unknown;
  /** Whether all outputs are on the top level: then onnxruntime's record is the result as it comes. */
  readonly #isFlat: boolean;

  constructor(model: Model, bytes: Uint8Array, graph: OpenGraph, inputs: GivenInputs, outputs: unknown) {
    this.model = model;
    this.bytes = bytes;
    this.#graph = graph;
    this.#inputs = inputs;
    this.#outputs = outputs;
    this.#isFlat = Object.entries(outputs as object).every(([key, name]) => key === name);
  }

  /** What the graph really runs on. */
  get use(): DeviceUse {
    return this.#graph.use;
  }

  async run(values: Nested<S, InputValue>, into?: Into<R>): Promise<Nested<R, DenseTensor>> {
    const results = await this.#graph.run(this.#inputs.named(values), into && this.#targets(into));
    if (this.#isFlat) return results as Nested<R, DenseTensor>;
    return filledIn(this.#outputs, results) as Nested<R, DenseTensor>;
  }

  /** The arrays to write to as tensors, by the names of the outputs. */
  #targets(into: Into<R>): Record<string, DenseTensor> {
    const targets: Record<string, DenseTensor> = {};
    const visit = (names: unknown, arrays: unknown): void => {
      if (arrays === undefined) return;
      if (typeof names === 'string') targets[names] = this.#targetOf(names, arrays as Float32Array);
      else for (const key in names as object) visit(at(names, key), at(arrays, key));
    };
    visit(this.#outputs, into);
    return targets;
  }

  #targetOf(output: string, data: Float32Array): DenseTensor {
    const { type, shape = [] } = this.model.graph.outputs.find(({ name }) => name === output)!;
    const count = shape.reduce<number>((product, size) => product * (typeof size === 'number' ? size : Number.NaN), 1);
    if (type !== 'float32' || count !== data.length) {
      throw new RangeError(
        `output "${output}", ${type} [${shape.join(', ')}], does not fit into ${data.length} numbers`,
      );
    }
    return { type, shape: shape as number[], data };
  }

  async release(): Promise<void> {
    await this.#graph.release();
  }
}

function at(nested: unknown, key: string): unknown {
  return (nested as Record<string, unknown>)[key];
}

/** A nesting of names with the results of those names in their places. */
function filledIn(names: unknown, results: Record<string, DenseTensor>): unknown {
  if (typeof names === 'string') return results[names];
  if (Array.isArray(names)) return names.map((each) => filledIn(each, results));
  const nested: Record<string, unknown> = {};
  for (const key in names as object) nested[key] = filledIn((names as Record<string, unknown>)[key], results);
  return nested;
}
