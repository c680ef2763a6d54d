/** A traced function as an onnxruntime session: `run` takes nested records of numbers and gives nested records back. */
import { nearestName } from '../failure/nearest-name.ts';
import { UserError } from '../failure/user-error.ts';
import { encodeModel } from '../onnx/encode.ts';
import type { Model } from '../onnx/model.ts';
import { type DenseTensor, Session, type SessionOptions } from './onnxruntime.ts';
import {
  type DataType,
  isTensorSpec,
  leavesOf,
  type Nested,
  type NestedTensors,
  type Signature,
  type TensorsOf,
} from './signature.ts';
import { type Traceable, type TraceOptions, traceWithNesting } from './trace.ts';

/** An input's numbers: with their shape, or as a plain array where the signature leaves at most one size open. */
export type InputValue = DenseTensor | Float32Array | Int32Array | Uint8Array;

interface Input {
  readonly name: string;
  readonly path: readonly string[];
  readonly type: DataType;
  readonly shape: readonly (number | string)[];
  /** The shape itself where all of it is fixed, so that a plain array needs no new one at each call. */
  readonly fixedShape: readonly number[] | undefined;
  readonly fixedCount: number;
  readonly array: typeof Float32Array | typeof Int32Array | typeof Uint8Array;
}

const arrays = { float32: Float32Array, int32: Int32Array, bool: Uint8Array };

/**
 * Traces a function (trace.ts) and opens the graph in onnxruntime.
 *
 * @throws TraceError for what cannot be traced.
 */
export async function compile<const S extends Signature, R extends NestedTensors>(
  fn: (inputs: TensorsOf<S>) => R,
  signature: S,
  options: TraceOptions & SessionOptions = {},
): Promise<CompiledFunction<S, R>> {
  const { model, outputs } = traceWithNesting(fn as unknown as Traceable, signature, options);
  const bytes = encodeModel(model);
  const session = await Session.open(bytes, options.threads === undefined ? {} : { threads: options.threads });
  return new CompiledFunction<S, R>(model, bytes, session, signature, outputs);
}

export class CompiledFunction<S, R> {
  readonly model: Model;
  /** The model as an .onnx file. */
  readonly bytes: Uint8Array;
  readonly #session: Session;
  readonly #inputs: readonly Input[];
  readonly #outputs: unknown;
  /** Whether all outputs are on the top level: then onnxruntime's record is the result as it comes. */
  readonly #isFlat: boolean;
  readonly #checkedKeys: { readonly path: readonly string[]; readonly keys: ReadonlySet<string> }[];

  constructor(model: Model, bytes: Uint8Array, session: Session, signature: S, outputs: unknown) {
    this.model = model;
    this.bytes = bytes;
    this.#session = session;
    this.#inputs = leavesOf(signature, isTensorSpec).map(({ name, path, value: { shape, dtype = 'float32' } }) => {
      const isFixed = shape.every((size) => typeof size === 'number');
      const fixedCount = shape.reduce<number>(
        (product, size) => (typeof size === 'number' ? product * size : product),
        1,
      );
      const fixedShape = isFixed ? (shape as readonly number[]) : undefined;
      return { name, path, type: dtype, shape, fixedShape, fixedCount, array: arrays[dtype] };
    });
    this.#outputs = outputs;
    this.#isFlat = Object.entries(outputs as object).every(([key, name]) => key === name);
    this.#checkedKeys = keysOf(this.#inputs);
  }

  /**
   * Runs the graph.
   *
   * @param values the inputs in the signature's nesting; read in place, not copied. Of a size that the signature leaves
   *   open, all inputs must have the same.
   * @returns the outputs in the nesting that the traced function returned.
   * @throws UserError where an input is missing, unknown, or of another shape or type than the signature says.
   */
  async run(values: Nested<S, InputValue>): Promise<Nested<R, DenseTensor>> {
    const sizes: Record<string, number> = {};
    const feeds: Record<string, DenseTensor> = {};
    for (const { path, keys } of this.#checkedKeys) checkKeys(at(values, path), keys, path);
    for (const input of this.#inputs) feeds[input.name] = given(at(values, input.path), input, sizes);
    const results = await this.#session.run(feeds);
    if (this.#isFlat) return results as Nested<R, DenseTensor>;
    return filledIn(this.#outputs, results) as Nested<R, DenseTensor>;
  }

  /** Frees the session. No call may follow. */
  async release(): Promise<void> {
    await this.#session.release();
  }
}

/** A nesting of names with the results of those names in their places. */
function filledIn(names: unknown, results: Record<string, DenseTensor>): unknown {
  if (typeof names === 'string') return results[names];
  if (Array.isArray(names)) return names.map((each) => filledIn(each, results));
  const nested: Record<string, unknown> = {};
  for (const key in names as object) nested[key] = filledIn((names as Record<string, unknown>)[key], results);
  return nested;
}

function at(values: unknown, path: readonly string[]): unknown {
  let value = values;
  for (const key of path) value = (value as Record<string, unknown> | undefined)?.[key];
  return value;
}

/** Every record of the signature's nesting and the keys that belong there. */
function keysOf(inputs: readonly Input[]): { path: readonly string[]; keys: Set<string> }[] {
  const records = new Map<string, { path: readonly string[]; keys: Set<string> }>();
  for (const { path } of inputs) {
    for (let depth = 0; depth < path.length; depth++) {
      const parent = path.slice(0, depth);
      const name = parent.join('.');
      const record = records.get(name) ?? { path: parent, keys: new Set<string>() };
      record.keys.add(path[depth]!);
      records.set(name, record);
    }
  }
  return [...records.values()];
}

function checkKeys(record: unknown, keys: ReadonlySet<string>, path: readonly string[]): void {
  const whole = (key: string) => [...path, key].join('.');
  for (const key in record as object) {
    if (keys.has(key)) continue;
    const near = nearestName(key, [...keys]);
    throw new UserError({
      what: `unknown input "${whole(key)}"`,
      expected: near ? `"${whole(near)}", perhaps` : [...keys].map(whole).join(', '),
    });
  }
}

/** An input checked against the signature; the sizes it gives to symbols are noted, and must agree. */
function given(value: unknown, input: Input, sizes: Record<string, number>): DenseTensor {
  const { name, type, array } = input;
  if (value === undefined || value === null)
    throw new UserError({ what: `missing input "${name}"`, expected: told(input) });
  if (value instanceof array) {
    const data = value as DenseTensor['data'];
    return { type, shape: input.fixedShape ? checkedCount(data, input) : shapeOf(data, input, sizes), data };
  }
  const tensor = value as DenseTensor;
  if (ArrayBuffer.isView(value) || tensor.type !== type) {
    const found = ArrayBuffer.isView(value) ? value.constructor.name : (tensor.type ?? typeof value);
    throw new UserError({ what: `input "${name}" has the wrong type`, value: found, expected: told(input) });
  }
  checkShape(tensor, input, sizes);
  return tensor;
}

function checkedCount(data: DenseTensor['data'], input: Input): readonly number[] {
  if (data.length !== input.fixedCount) throw wrongShape(input, `${data.length} elements`);
  return input.fixedShape!;
}

/** The shape of a plain array: all sizes but one are told by the signature or by an input before. */
function shapeOf(data: DenseTensor['data'], input: Input, sizes: Record<string, number>): number[] {
  let known = input.fixedCount;
  const open = new Set<string>();
  for (const size of input.shape) {
    if (typeof size === 'number') continue;
    if (sizes[size] === undefined) open.add(size);
    else known *= sizes[size];
  }
  if (open.size > 1) {
    throw new UserError({
      what: `input "${input.name}" is a plain array, and its shape cannot be told from its length`,
      expected: told(input),
      mend: 'give { type, shape, data }',
    });
  }
  for (const symbol of open) sizes[symbol] = data.length / known;
  const shape = input.shape.map((size) => (typeof size === 'number' ? size : sizes[size]!));
  const count = shape.reduce((product, size) => product * size, 1);
  if (count !== data.length || !shape.every(Number.isInteger)) throw wrongShape(input, `${data.length} elements`);
  return shape;
}

function checkShape({ shape, data }: DenseTensor, input: Input, sizes: Record<string, number>): void {
  const wanted = input.shape;
  let count = 1;
  let fits = shape.length === wanted.length;
  for (let axis = 0; axis < wanted.length && fits; axis++) {
    const size = wanted[axis]!;
    const found = shape[axis]!;
    if (typeof size === 'number') fits = found === size;
    else {
      sizes[size] ??= found;
      fits = found === sizes[size];
    }
    count *= found;
  }
  if (!fits) throw wrongShape(input, `[${shape}]`, sizes);
  if (data.length !== count) throw wrongShape(input, `[${shape}] with ${data.length} elements`);
}

function wrongShape(input: Input, value: string, sizes: Record<string, number> = {}): UserError {
  const symbols = input.shape.filter((size) => typeof size === 'string' && sizes[size] !== undefined);
  const known = symbols.map((symbol) => `${symbol} = ${sizes[symbol]} here`).join(', ');
  return new UserError({
    what: `input "${input.name}" has the wrong shape`,
    value,
    expected: `${told(input)}${known ? ` (${known})` : ''}`,
  });
}

const told = ({ type, shape }: Input): string => `${type} [${shape.join(', ')}]`;
