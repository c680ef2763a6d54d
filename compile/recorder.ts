/**
 * The graph while it is being recorded: the rows of the operator table append their nodes here.
 *
 * A value may be smaller than the tensor it stands for, as long as broadcasting makes up the difference: ones([2048, 39])
 * is the scalar 1, and a column [2048, 1] stands for itself repeated 39 times. Operators that broadcast take such a
 * value as it is; `expand` makes the full tensor for those that don't. So fills cost nothing, and gradients, which tfjs
 * writes as products with arrays of ones, lose those products again.
 */
import {
  type Attribute,
  elementCount,
  type Graph,
  int,
  ints,
  type Node,
  node,
  tensor,
  type ValueInfo,
} from '../onnx/model.ts';
import { dataTypes } from '../onnx/schema.ts';
import type { DataType } from './signature.ts';
import type { StandIns } from './sizes.ts';
import { callerOutsideTheTracer } from './trace-error.ts';

export type Shape = readonly number[];
export type ConstantData = Float32Array | Int32Array | Uint8Array;

/** What a value may be inside an emission; its results are of the types that tfjs has. */
export type InnerType = DataType | 'int64' | 'float64';

/** Something a node makes, an input, or a constant. */
export interface Value<Type extends InnerType = DataType> {
  readonly name: string;
  readonly dtype: Type;
  /** As the value really is; the tensor it stands for may be larger by broadcasting. */
  readonly shape: Shape;
  /** The numbers, where they are known while tracing. */
  readonly constant?: ConstantData;
}

/** A lower bound of a dynamic size, and the reason. */
export interface LeastSize {
  readonly size: number;
  readonly why: string;
}

/** What the graph passes know about a value. */
export interface ValueType {
  readonly dtype: InnerType;
  readonly shape: Shape;
}

export class Recorder {
  readonly opset: number;
  readonly standIns: StandIns;
  readonly nodes: Node[] = [];
  readonly inputs: ValueInfo[] = [];
  readonly initializers: Graph['initializers'] = new Map();
  readonly types = new Map<string, ValueType>();
  /** The tfjs kernel that is being recorded. */
  kernel = '';
  /** Called with each node; trace.ts uses it to find the line that made a certain one. */
  onNode: ((made: Node) => void) | undefined;
  /** What a dynamic size must at least be, by its symbol, and which operator wants it. */
  readonly least = new Map<string, LeastSize>();
  readonly #symbolSources = new Map<string, { input: string; axis: number }>();
  readonly #interned = new Map<string, Value<InnerType>>();
  readonly #dynamicSizes = new Map<number, string>();
  readonly #counts = new Map<string, number>();

  constructor(opset: number, standIns: StandIns) {
    this.opset = opset;
    this.standIns = standIns;
  }

  /** An input of the graph, with the symbols in its shape played by their stand-ins. */
  input(name: string, dtype: DataType, shape: readonly (number | string)[]): Value {
    this.#counts.set(name, 1);
    const sizes = shape.map((size) => (typeof size === 'number' ? size : this.standIns.of(size)));
    shape.forEach((size, axis) => {
      if (typeof size === 'string' && !this.#symbolSources.has(size)) {
        this.#symbolSources.set(size, { input: name, axis });
      }
    });
    this.inputs.push({ name, type: dtype, shape: [...shape] });
    return this.#typed({ name, dtype, shape: sizes });
  }

  /** A constant tensor; it becomes an initializer, or goes away where nothing reads it. */
  constant(dtype: DataType, shape: Shape, data: ConstantData, name?: string): Value {
    const value = { name: this.uniqueName(name ?? 'constant'), dtype, shape, constant: data };
    this.initializers.set(value.name, { type: dtype, shape, data });
    return this.#typed(value);
  }

  /** A constant of rank 0, the same one for equal numbers. */
  scalar(number: number, dtype: DataType = 'float32'): Value {
    const data = arrays[dtype].of(number);
    // Object.is tells -0 from 0; a text doesn't.
    const key = `${dtype} ${Object.is(data[0], -0) ? '-0' : data[0]}`;
    return this.#intern(key, () => this.constant(dtype, [], data, `scalar_${shortNumber(number)}`));
  }

  /** A constant of rank 0 as a double, for arithmetic inside an emission. */
  double(number: number): Value<'float64'> {
    return this.#intern(`float64 ${number}`, () => {
      const name = this.uniqueName(`double_${shortNumber(number)}`);
      this.initializers.set(name, { type: 'float64', shape: [], data: Float64Array.of(number) });
      return this.#typed({ name, dtype: 'float64', shape: [] });
    });
  }

  /** A constant list of 64-bit integers (axes, shapes), the same one for equal lists; a rank-0 one for a number. */
  int64(numbers: readonly number[] | number): string {
    const list = typeof numbers === 'number' ? [numbers] : numbers;
    const shape = typeof numbers === 'number' ? [] : [list.length];
    return this.#intern(`int64 ${shape.length} ${list}`, () => {
      const name = this.uniqueName(`sizes_${list.map(shortNumber).join('_')}`);
      const data = BigInt64Array.from(list, (each) => BigInt.asIntN(64, each === Infinity ? largest : BigInt(each)));
      this.initializers.set(name, { type: 'int64', shape, data });
      this.types.set(name, { dtype: 'int64', shape });
      return { name, dtype: 'int64', shape };
    }).name;
  }

  /**
   * Appends a node.
   *
   * @param shape of its result.
   * @param dtype of its result; default that of the first input.
   */
  node<Type extends InnerType = DataType>(
    op: string,
    inputs: readonly (Value<InnerType> | string)[],
    shape: Shape,
    attributes: Record<string, Attribute> = {},
    dtype?: Type,
  ): Value<Type> {
    const first = inputs[0];
    const type = dtype ?? (typeof first === 'object' ? first.dtype : 'float32');
    return this.#typed({ name: this.#append(op, inputs, attributes), dtype: type as Type, shape });
  }

  /** Appends a node with several results of the given shapes; their types are the first input's unless told. */
  nodeWithResults<Type extends InnerType = DataType>(
    op: string,
    inputs: readonly (Value<InnerType> | string)[],
    shapes: readonly Shape[],
    attributes: Record<string, Attribute> = {},
    types?: readonly Type[],
  ): Value<Type>[] {
    const { dtype } = inputs[0] as Value<Type>;
    const outputs = shapes.map(() => this.uniqueName(op));
    this.#push(node(op, inputs.map(nameOf), outputs, attributes));
    return outputs.map((name, index) => this.#typed({ name, dtype: types?.[index] ?? dtype, shape: shapes[index]! }));
  }

  /** Appends an elementwise node; its inputs broadcast. The result has the first input's dtype unless told otherwise. */
  op<Type extends InnerType>(
    op: string,
    inputs: readonly Value<Type>[],
    attributes?: Record<string, Attribute>,
  ): Value<Type>;
  op<Type extends InnerType>(
    op: string,
    inputs: readonly Value<InnerType>[],
    attributes: Record<string, Attribute>,
    dtype: Type,
  ): Value<Type>;
  op(
    op: string,
    inputs: readonly Value<InnerType>[],
    attributes: Record<string, Attribute> = {},
    dtype?: InnerType,
  ): Value<InnerType> {
    return this.node(op, inputs, broadcastShape(inputs.map(({ shape }) => shape)), attributes, dtype);
  }

  /** x as another dtype: float to int32 cuts the fraction off, anything to bool asks whether it is not zero. */
  cast<Type extends InnerType>(x: Value<InnerType>, dtype: Type): Value<Type> {
    return x.dtype === dtype ? (x as Value<Type>) : this.op('Cast', [x], { to: int(dataTypes[dtype]) }, dtype);
  }

  /** The full tensor of a value that stands for a larger one by broadcasting. */
  expand(x: Value, shape: Shape): Value {
    if (sameShape(x.shape, shape)) return x;
    if (shape.includes(0)) return this.#empty(x.dtype, shape);
    if (x.constant && x.constant.length === 1 && !shape.some((size) => this.standIns.isDynamic(size))) {
      return this.#fill(x, shape);
    }
    if (x.constant && x.shape.length === 0) {
      const value = { type: x.dtype, shape: [1], data: x.constant };
      return this.node('ConstantOfShape', [this.sizes(shape)], shape, { value: tensor(value) }, x.dtype);
    }
    if (elementCount(x.shape) === elementCount(shape)) return this.reshape(x, shape);
    return this.node('Expand', [x, this.sizes(shape)], shape);
  }

  /** Small fills are written out; a large one is made at run time so that the file stays small. */
  #fill(x: Value, shape: Shape): Value {
    const count = elementCount(shape);
    if (count > 1024) {
      const value = { type: x.dtype, shape: [1], data: x.constant! };
      return this.node('ConstantOfShape', [this.sizes(shape)], shape, { value: tensor(value) }, x.dtype);
    }
    const data = new (x.constant!.constructor as Float32ArrayConstructor)(count).fill(x.constant![0]!);
    return this.constant(x.dtype, shape, data);
  }

  /** x in another shape of as many elements. */
  reshape<Type extends InnerType>(x: Value<Type>, shape: Shape): Value<Type> {
    const dynamic = shape.filter((size) => this.standIns.isDynamic(size));
    // A 0 in the shape that Reshape is given means the size that was there before.
    if (shape.includes(0)) return this.#empty(x.dtype, shape);
    if (dynamic.length <= 1) {
      const target = this.int64(shape.map((size) => (this.standIns.isDynamic(size) ? -1 : size)));
      return this.node('Reshape', [x, target], shape, {}, x.dtype);
    }
    // That it means 0 can be said since opset 14.
    if (this.opset < 14) this.needElements(shape);
    return this.node('Reshape', [x, this.sizes(shape)], shape, this.opset < 14 ? {} : { allowzero: int(1) }, x.dtype);
  }

  /** A list of sizes as an int64 value of rank 1; computed from the inputs' shapes where one of them is dynamic. */
  sizes(sizes: Shape): string {
    if (!sizes.some((size) => this.standIns.isDynamic(size))) return this.int64(sizes);
    const parts = sizes.map((size) => this.size(size));
    return parts.length === 1 ? parts[0]! : this.#append('Concat', parts, { axis: int(0) });
  }

  /** One size as an int64 value of shape [1]. */
  size(size: number): string {
    const dynamic = this.standIns.read(size);
    if (!dynamic) return this.int64([size]);
    const known = this.#dynamicSizes.get(size);
    if (known) return known;
    const { factor, symbols, offset } = dynamic;
    let name = '';
    for (const symbol of symbols) {
      const { input, axis } = this.#symbolSources.get(symbol)!;
      const one = this.#append('Gather', [this.#append('Shape', [input], {}), this.int64([axis])], { axis: int(0) });
      name = name === '' ? one : this.#append('Mul', [name, one], {});
    }
    if (factor !== 1) name = this.#append('Mul', [name, this.int64([factor])], {});
    if (offset !== 0) name = this.#append('Add', [name, this.int64([offset])], {});
    this.#dynamicSizes.set(size, name);
    return name;
  }

  /** A size, or any other whole number that came from one, as a scalar for arithmetic. */
  sizeAsScalar(size: number, dtype: DataType = 'float32'): Value {
    if (!this.standIns.isDynamic(size)) return this.scalar(size, dtype);
    const cast = this.#append('Cast', [this.size(size)], { to: int(dataTypes[dtype]) });
    return this.node('Reshape', [cast, this.int64([])], [], {}, dtype);
  }

  /**
   * Says of an operator that onnxruntime does not compute it, or never ends, where an axis has size 0. Of dynamic sizes it is
   * noted down and seen to at each run.
   *
   * @throws Error where a size is 0 here and now.
   */
  needElements(shape: Shape): void {
    for (const size of shape) this.needSize(size, 1);
  }

  /** As needElements, for one size: it must be `least` or more, and one below zero cannot be at all. */
  needSize(size: number, least: number): void {
    const dynamic = this.standIns.read(size);
    if (!dynamic) {
      if (size < least) throw new Error('it has no elements, which this operator has no ONNX form for');
      return;
    }
    const { factor, symbols, offset } = dynamic;
    for (const symbol of symbols) {
      const why = () => `the operator ${this.kernel} at ${callerOutsideTheTracer()} has no ONNX form for less`;
      this.leastOf(symbol, Math.ceil((least - offset) / factor), why);
    }
  }

  /** Notes that the sizes of a symbol may be no smaller. */
  leastOf(symbol: string, size: number, why: string | (() => string)): void {
    if (size <= (this.least.get(symbol)?.size ?? 0)) return;
    this.least.set(symbol, { size, why: typeof why === 'string' ? why : why() });
  }

  /** The axes of a reduction, Squeeze or Unsqueeze: an attribute before a certain opset, an input since. */
  axes(axes: readonly number[], inputSince: number): { inputs: string[]; attributes: Record<string, Attribute> } {
    return this.opset >= inputSince
      ? { inputs: [this.int64(axes)], attributes: {} }
      : { inputs: [], attributes: { axes: ints(axes) } };
  }

  /** `wanted`, or `wanted_1`, `wanted_2` where that is taken. */
  uniqueName(wanted: string): string {
    const count = this.#counts.get(wanted);
    this.#counts.set(wanted, (count ?? 0) + 1);
    if (count === undefined) return wanted;
    return this.uniqueName(`${wanted}_${count}`);
  }

  /** A tensor without elements: nothing has to be computed for it. */
  #empty<Type extends InnerType>(dtype: Type, shape: Shape): Value<Type> {
    const name = this.uniqueName('constant');
    this.initializers.set(name, { type: dtype, shape, data: new arrays[dtype](0) });
    return this.#typed({ name, dtype, shape });
  }

  #append(op: string, inputs: readonly (Value<InnerType> | string)[], attributes: Record<string, Attribute>): string {
    const output = this.uniqueName(op);
    this.#push(node(op, inputs.map(nameOf), [output], attributes));
    return output;
  }

  #push(made: Node): void {
    this.nodes.push(made);
    this.onNode?.(made);
  }

  #typed<V extends Value<InnerType>>(value: V): V {
    this.types.set(value.name, { dtype: value.dtype, shape: value.shape });
    return value;
  }

  /** The value of a key; what is made for the key is of one type. */
  #intern<Type extends InnerType>(key: string, make: () => Value<Type>): Value<Type> {
    let value = this.#interned.get(key);
    if (!value) {
      value = make();
      this.#interned.set(key, value);
    }
    return value as Value<Type>;
  }
}

const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  int64: BigInt64Array,
  bool: Uint8Array,
};
const largest = (1n << 63n) - 1n;
const nameOf = (input: Value<InnerType> | string): string => (typeof input === 'string' ? input : input.name);
const shortNumber = (number: number): string => String(Number(number.toPrecision(6)));

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

/** The shape that arrays of these shapes broadcast to, by NumPy's rule. */
export function broadcastShape(shapes: readonly Shape[]): number[] {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = shapes.map((shape) => shape[axis - rank + shape.length] ?? 1);
    const size = sizes.find((each) => each !== 1) ?? 1;
    if (sizes.some((each) => each !== 1 && each !== size)) {
      throw new Error(`shapes ${shapes.map((shape) => `[${shape}]`).join(' and ')} do not broadcast`);
    }
    return size;
  });
}
