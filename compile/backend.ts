/**
 * The tfjs backend 'trace', whose kernels record instead of compute.
 *
 * tfjs knows a tensor by a data id, an object that only its backend can look behind. Behind ours stands a value of the
 * graph. A kernel call looks up its row in the operator table, hands it the values behind its inputs, and wraps the
 * value that comes back in a new data id. Tensors of other backends that the function has captured arrive here with
 * foreign ids: their numbers are read once and become constants.
 *
 * Where all inputs of a kernel are constants, the cpu backend computes it on the spot (constant folding), so that the
 * graph holds the result: a normaliser's sqrt(variance) ships as its deviation.
 */

import { elementCount } from '../onnx/model.ts';
import type { Calls } from './calls.ts';
import type { ConstantData, Recorder, Shape, Value } from './recorder.ts';
import type { Emission, Row } from './rows/row.ts';
import type { DataType } from './signature.ts';
import { table } from './table.ts';
import { tf } from './tensorflow.ts';
import { TraceError } from './trace-error.ts';

export const backendName = 'trace';

type DataId = object;
type Info = tf.TensorInfo;

export interface RecordingOptions {
  readonly foldConstants: boolean;
  /** The initializer name that the caller gave to a captured tensor. */
  nameOf(dataId: DataId): string | undefined;
}

class TraceBackend extends tf.KernelBackend {
  recorder: Recorder | undefined;
  calls: Calls | undefined;
  options: RecordingOptions = { foldConstants: true, nameOf: () => undefined };
  #held = new Map<DataId, { value: Value; references: number }>();
  #captured = new Map<DataId, Value>();

  start(recorder: Recorder, calls: Calls, options: RecordingOptions): void {
    this.recorder = recorder;
    this.calls = calls;
    this.options = options;
    this.#held = new Map();
    this.#captured = new Map();
  }

  stop(): void {
    this.recorder = undefined;
    this.calls = undefined;
    this.#held = new Map();
    this.#captured = new Map();
  }

  /** A new data id with a value behind it. */
  hold(value: Value): DataId {
    const dataId = {};
    this.#held.set(dataId, { value, references: 1 });
    return dataId;
  }

  /** The value behind a tensor; one of another backend is captured as a constant. */
  valueBehind({ dataId, shape, dtype }: Info): Value {
    const held = this.#held.get(dataId);
    if (held) return held.value;
    let value = this.#captured.get(dataId);
    if (!value) {
      const { backend } = engine.state.tensorInfo.get(dataId) ?? {};
      if (!backend) throw new TraceError('a tensor is used that has been disposed or belongs to another trace');
      // A copy: the owner may dispose or overwrite its numbers later.
      const data = constantData(backend.readSync(dataId) as ArrayLike<number>, dtype);
      const name = this.options.nameOf(dataId);
      const { recorder } = this;
      value =
        shape.length === 0 && name === undefined
          ? recorder!.scalar(data[0]!, dtype as DataType)
          : recorder!.constant(dtype as DataType, shape, data, name);
      this.#captured.set(dataId, value);
      this.calls?.capture(dataId);
    }
    return value;
  }

  record(row: Row, inputs: Record<string, Info | undefined>, attrs: object): Info | Info[] {
    const { recorder: graph } = this;
    if (!graph) throw new TraceError('the backend "trace" only works inside trace()', row.kernel);
    graph.kernel = row.kernel;
    const infos = row.inputs === 'list' ? Object.values(inputs) : row.inputs.map((name) => input(row, inputs, name));
    try {
      if (row.takes) checkTypes(row.takes, infos);
      const values = infos.map((info) => info && this.valueBehind(info));
      const shapes = infos.map((info) => info?.shape ?? []);
      const told = row.shape(shapes, attrs, graph);
      const several = Array.isArray(told[0]);
      const results = (several ? told : [told]) as readonly Shape[];
      // Where a size is one less than the batch, the batch can't be 0.
      for (const size of results.flat()) graph.needSize(size, 0);
      const folded = this.options.foldConstants ? fold(graph, row, values, shapes, attrs) : undefined;
      const given = row.broadcasts
        ? values
        : values.map((value, index) => value && (folded ? value : graph.expand(value, shapes[index]!)));
      const emission: Emission = { graph, attrs, shape: results[0] ?? [], results, shapes };
      const made = folded ?? row.emit(emission, ...(given as Value[]));
      const outputs = (Array.isArray(made) ? made : [made]).map((value, index) => ({
        dataId: this.hold(value),
        shape: [...results[index]!],
        dtype: value.dtype,
      }));
      const read = infos.flatMap((info) => (info ? [info.dataId] : []));
      this.calls?.kernel(row.kernel, attrs, read, outputs);
      return several ? outputs : outputs[0]!;
    } catch (error) {
      if (error instanceof TraceError) throw error;
      throw new TraceError((error as Error).message, row.kernel, undefined, error);
    }
  }

  /**
   * Numbers that tfjs makes while tracing. An array of equal numbers is kept as one scalar, and a number that is a
   * dynamic size (the divisor of a mean's gradient) becomes that size.
   */
  override write(values: tf.BackendValues, shape: number[], dtype: tf.DataType): DataId {
    const { recorder } = this;
    if (!recorder) throw new TraceError('the backend "trace" only works inside trace()');
    if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool') {
      throw new TraceError(`a tensor of type ${dtype} has no place in a graph`);
    }
    // Without a copy tfjs could hand in an array that its caller goes on to change.
    const data = constantData(values as unknown as ArrayLike<number>, dtype);
    const isOne = data.length > 0 && isUniform(data);
    const dataId = this.hold(isOne ? scalarOrSize(recorder, data[0]!, dtype) : recorder.constant(dtype, shape, data));
    // Of a long array its shape says enough.
    this.calls?.write(data.subarray(0, isOne ? 1 : 1000), shape, dataId);
    return dataId;
  }

  override incRef(dataId: DataId): void {
    const held = this.#held.get(dataId);
    if (held) held.references++;
  }

  override refCount(dataId: DataId): number {
    return this.#held.get(dataId)?.references ?? 0;
  }

  override disposeData(dataId: DataId): boolean {
    const held = this.#held.get(dataId);
    if (held && --held.references > 0) return false;
    this.#held.delete(dataId);
    return true;
  }

  override numDataIds(): number {
    return this.#held.size;
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: false };
  }

  override floatPrecision(): 32 {
    return 32;
  }

  override readSync(): never {
    throw new TraceError(
      'a value is read while tracing (dataSync, data, array, print), but it is only known when the graph runs; ' +
        'compute with tensors, or choose with tf.where',
    );
  }

  override async read(): Promise<never> {
    return this.readSync();
  }

  override timerAvailable(): boolean {
    return false;
  }

  override dispose(): void {}
}

/** The parts of tfjs's engine that a backend may need and the types don't show. */
export const engine = tf.engine() as unknown as {
  backendName: string | undefined;
  backendInstance: tf.KernelBackend;
  /** The backends that have been active. */
  readonly registry: Readonly<Record<string, tf.KernelBackend>>;
  trackTensor(tensor: tf.Tensor, backend?: tf.KernelBackend): void;
  startScope(name?: string): void;
  endScope(result?: unknown): void;
  readonly state: {
    tensorInfo: WeakMap<DataId, { backend: tf.KernelBackend }>;
    registeredVariables: Record<string, tf.Variable>;
    scopeStack: unknown[];
    activeScope: unknown;
    activeTape: unknown;
    gradientDepth: number;
    kernelDepth: number;
  };
};

/** Makes a backend the active one. One that was active before is put there at once: tf.setBackend looks at every kernel. */
export function switchTo(name: string): void {
  const instance = engine.registry[name];
  if (instance) Object.assign(engine, { backendName: name, backendInstance: instance });
  else void tf.setBackend(name);
}

export const backend = new TraceBackend();
tf.registerBackend(backendName, () => backend, 0);

// The walker of the table: each row is a kernel of this backend.
const rows = new Map(table.map((row) => [row.kernel, row]));
for (const row of table) {
  tf.registerKernel({
    kernelName: row.kernel,
    backendName,
    kernelFunc: ({ inputs, attrs }) => backend.record(row, inputs as Record<string, Info>, attrs ?? {}),
  });
}
// What has no row says so, with the line that asked for it.
for (const { kernelName } of tf.getKernelsForBackend('cpu')) {
  if (rows.has(kernelName)) continue;
  tf.registerKernel({
    kernelName,
    backendName,
    kernelFunc: () => {
      throw new TraceError('this operator has no row in the table of traceable operators', kernelName);
    },
  });
}

function input(row: Row, inputs: Record<string, Info | undefined>, name: string): Info | undefined {
  if (name.endsWith('?')) return inputs[name.slice(0, -1)] ?? undefined;
  const info = inputs[name];
  if (!info) throw new TraceError(`the input "${name}" is missing`, row.kernel);
  return info;
}

/** @throws Error where an input is of a type that a row does not take. */
function checkTypes(takes: 'numbers' | 'floats', infos: readonly (Info | undefined)[]): void {
  const types = new Set(infos.map((info) => info?.dtype));
  if (takes === 'floats' && (types.has('bool') || types.has('int32'))) {
    throw new Error('this operator knows floats only: cast to float32 first');
  }
  if (types.has('bool')) {
    throw new Error(
      "a boolean of tfjs may hold any number (true + true is 2), one of ONNX can't: cast to int32 or float32 first",
    );
  }
}

function constantData(values: ArrayLike<number>, dtype: tf.DataType): ConstantData {
  if (dtype === 'float32') return Float32Array.from(values);
  return dtype === 'int32' ? Int32Array.from(values) : Uint8Array.from(values);
}

function isUniform(data: ConstantData): boolean {
  const [first] = data;
  // Object.is: zeros of both signs are not the same, and not-a-number equals itself.
  return data.every((each) => Object.is(each, first));
}

/** A number, a dynamic size, or one divided by a dynamic size. */
function scalarOrSize(graph: Recorder, number: number, dtype: DataType): Value {
  if (dtype !== 'bool' && graph.standIns.isDynamic(number)) return graph.sizeAsScalar(number, dtype);
  const inverse = Math.round(1 / number);
  if (dtype === 'float32' && Math.fround(1 / inverse) === number && graph.standIns.isDynamic(inverse)) {
    return graph.op('Reciprocal', [graph.sizeAsScalar(inverse)]);
  }
  return graph.scalar(number, dtype);
}

/** The result of a kernel whose inputs are all constants, computed by the cpu backend; undefined for any other. */
function fold(
  graph: Recorder,
  row: Row,
  values: readonly (Value | undefined)[],
  shapes: readonly Shape[],
  attrs: object,
): Value | Value[] | undefined {
  const kernel = tf.getKernel(row.kernel, 'cpu');
  if (row.folds === 'never' || values.length === 0 || !kernel) return undefined;
  const isWhole = (value: Value, index: number) => value.constant!.length === elementCount(shapes[index]!);
  for (const [index, value] of values.entries()) {
    if (!value?.constant || (row.folds === 'whole' && !isWhole(value, index))) return undefined;
  }
  const cpu = tf.findBackend('cpu') as unknown as CpuBackend;
  const given = (values as Value[]).map(({ shape, dtype, constant }, index) =>
    cpu.makeTensorInfo(row.folds === 'small' ? [...shape] : [...shapes[index]!], dtype, constant!),
  );
  const inputs =
    row.inputs === 'list' ? given : Object.fromEntries(given.map((info, index) => [row.inputs[index]!, info]));
  const made = kernel.kernelFunc({ inputs: inputs as never, attrs: attrs as never, backend: cpu });
  const results = (Array.isArray(made) ? made : [made]).map((info: Info) => {
    const data = constantData(cpu.readSync(info.dataId), info.dtype);
    return info.shape.length === 0
      ? graph.scalar(data[0]!, info.dtype as DataType)
      : graph.constant(info.dtype as DataType, info.shape, data);
  });
  for (const info of [...given, ...(Array.isArray(made) ? made : [made])]) cpu.disposeData(info.dataId);
  return Array.isArray(made) ? results : results[0]!;
}

interface CpuBackend extends tf.KernelBackend {
  makeTensorInfo(shape: number[], dtype: DataType, values: ConstantData): Info;
  readSync(dataId: DataId): Float32Array;
}
