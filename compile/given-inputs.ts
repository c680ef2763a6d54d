/** What a function is given: numbers in the signature's nesting, checked against it at each call. */
import { nearestName } from '../base/failure/nearest-name.ts';
import { UserError } from '../base/failure/user-error.ts';
import type { DenseTensor } from './onnxruntime.ts';
import type { LeastSize } from './recorder.ts';
import { type DataType, isTensorSpec, leavesOf } from './signature.ts';

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

export class GivenInputs {
  readonly #inputs: readonly Input[];
  readonly #checkedKeys: { readonly path: readonly string[]; readonly keys: ReadonlySet<string> }[];

  readonly #least: ReadonlyMap<string, LeastSize>;

  /** @param least what the sizes that the signature leaves open must at least be. */
  constructor(signature: unknown, least: ReadonlyMap<string, LeastSize> = new Map()) {
    this.#least = least;
    this.#inputs = leavesOf(signature, isTensorSpec).map(({ name, path, value: { shape, dtype = 'float32' } }) => {
      const isFixed = shape.every((size) => typeof size === 'number');
      const fixedCount = shape.reduce<number>(
        (product, size) => (typeof size === 'number' ? product * size : product),
        1,
      );
      const fixedShape = isFixed ? (shape as readonly number[]) : undefined;
      return { name, path, type: dtype, shape, fixedShape, fixedCount, array: arrays[dtype] };
    });
    this.#checkedKeys = keysOf(this.#inputs);
  }

  /**
   * Every input by its name, its numbers not copied.
   *
   * @param values the inputs in the signature's nesting.
   * @throws UserError where an input is missing, unknown, or of another shape or type than the signature says.
   */
  named(values: unknown): Record<string, DenseTensor> {
    const sizes: Record<string, number> = {};
    const byName: Record<string, DenseTensor> = {};
    for (const { path, keys } of this.#checkedKeys) checkKeys(at(values, path), keys, path);
    for (const input of this.#inputs) byName[input.name] = given(at(values, input.path), input, sizes);
    for (const [symbol, bound] of this.#least) {
      if (sizes[symbol]! < bound.size) throw tooSmall(this.#inputs, symbol, sizes[symbol]!, bound);
    }
    return byName;
  }
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

function tooSmall(inputs: readonly Input[], symbol: string, size: number, { size: least, why }: LeastSize): UserError {
  const { name } = inputs.find(({ shape }) => shape.includes(symbol))!;
  return new UserError({
    what: `input "${name}" is too small`,
    value: `${symbol} = ${size}`,
    expected: `${least} or more: ${why}`,
    mend: 'leave out the call',
  });
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
