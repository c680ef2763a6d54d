/**
 * An ONNX model as plain readable objects: what the rest of the project looks at, edits and prints.
 * encode.ts writes it, decode.ts reads it, check.ts judges it.
 */
import type { dataTypes } from './schema.ts';

export interface Model {
  /** Version of the file format itself: 4 for opset 9 up to 10 for opset 21. */
  irVersion: number;
  /** Version of the operator set of the default domain (''). */
  opset: number;
  producerName: string;
  /** Free key-value pairs (metadata_props), shown by most viewers. */
  metadata: Record<string, string>;
  graph: Graph;
  producerVersion?: string;
  /** Where the file calls the default domain by its other name; some readers know only the empty string. */
  defaultDomain?: 'ai.onnx';
  /** Operator sets of other domains, where a file has any. */
  otherOpsets?: { domain: string; version: number }[];
  /** Fields of the file that nothing here reads, kept for writing it again. */
  rest?: object;
}

export interface Graph {
  name: string;
  inputs: ValueInfo[];
  outputs: ValueInfo[];
  /** In topological order. */
  nodes: Node[];
  /** Constants, among them the weights, by name. */
  initializers: Map<string, Tensor>;
  /** Shapes of inner values, where a file tells them. */
  values?: ValueInfo[];
  rest?: object;
}

export interface Node {
  /** The operator: 'Gemm'. */
  op: string;
  /** Names of the values it reads; an empty name is an optional input left out. */
  inputs: string[];
  /** Names of the values it makes. */
  outputs: string[];
  attributes: Record<string, Attribute>;
  name?: string;
  /** Operator domain, '' or absent for ONNX's own operators. */
  domain?: string;
  rest?: object;
}

export type Attribute =
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'int'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'tensor'; readonly value: Tensor }
  | { readonly type: 'floats'; readonly value: readonly number[] }
  | { readonly type: 'ints'; readonly value: readonly number[] }
  | { readonly type: 'strings'; readonly value: readonly string[] }
  /** Any other kind (sub-graphs, sparse tensors), kept as it came. */
  | { readonly type: 'other'; readonly value: object };

/** A number, a symbol such as 'batch', or null where the file says nothing. */
export type Dimension = number | string | null;

export interface ValueInfo {
  name: string;
  type: ElementType;
  /** Absent where even the rank is unknown. */
  shape?: Dimension[];
  rest?: object;
}

export type ElementType = keyof typeof dataTypes | 'other';

export type TensorData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** A constant in row-major order. bool is held as bytes of 0 and 1, the 16-bit floats as their bits. */
export interface Tensor {
  type: ElementType;
  shape: readonly number[];
  data: TensorData;
  /** Fields that have no place above (a doc string, string data), kept for writing the file again. */
  rest?: object;
}

/** Shorthands for node attributes: `{ axis: int(1) }`. */
export const float = (value: number): Attribute => ({ type: 'float', value });
export const int = (value: number): Attribute => ({ type: 'int', value });
export const ints = (value: readonly number[]): Attribute => ({ type: 'ints', value });
export const string = (value: string): Attribute => ({ type: 'string', value });
export const tensor = (value: Tensor): Attribute => ({ type: 'tensor', value });

/** A node of the default domain. */
export function node(
  op: string,
  inputs: string[],
  outputs: string[],
  attributes: Record<string, Attribute> = {},
  name?: string,
): Node {
  return { op, inputs, outputs, attributes, ...(name === undefined ? {} : { name }) };
}

/** How many elements a shape holds; 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

const oldestIrVersions: readonly (readonly [opset: number, irVersion: number])[] = [
  [21, 10],
  [19, 9],
  [15, 8],
  [12, 7],
  [11, 6],
  [10, 5],
];

/**
 * The format version that came out with an operator set, hence the oldest that every reader of that set knows.
 * Never below 4, the first that lets an initializer stand without being an input as well.
 */
export function irVersionOfOpset(opset: number): number {
  return oldestIrVersions.find(([first]) => opset >= first)?.[1] ?? 4;
}
